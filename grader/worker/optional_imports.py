"""Which import statements a file can do without: those at top level that do not handle a failure themselves."""

from __future__ import annotations

import ast
import builtins
import functools
import re

from .notebook_modules import Places, statements

_LEAVING = ("exit", "quit", "_exit")
_PLAIN = re.compile(r"(?:import|from)\s+([^\W\d]\w*)")
_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
_HOLDERS = (ast.stmt, ast.excepthandler, ast.match_case)

Statements = frozenset[tuple[str, int]]


@functools.lru_cache(200)
def optional_imports(text: str, cells: Places | None = None) -> Statements:
    """Every such statement as the top-level module that it imports, and a line that it is on.

    One in a function is among them where the file also imports the module at its top level.
    `cells` are where those of a notebook are in the text.
    """
    try:
        body = statements(text, cells)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _unindented(text)
    at_top: set[tuple[str, int]] = set()
    in_functions: set[tuple[str, int]] = set()
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while waiting:
        node, in_function = waiting.pop()
        (in_functions if in_function else at_top).update(_imported(node))
        in_function = in_function or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        waiting += [(inner, in_function) for inner in _unanswered(node) if isinstance(inner, _HOLDERS)]
    names = {name for name, _ in at_top}
    return frozenset(at_top | {found for found in in_functions if found[0] in names})


def _unanswered(node: ast.AST) -> list[ast.AST]:
    """The statements in this one that are run without anything around them that expects an import to fail."""
    if isinstance(node, _TRIES) and any(map(_catches, node.handlers)):
        return [*node.handlers, *node.orelse, *node.finalbody]
    if isinstance(node, (ast.With, ast.AsyncWith)) and any("suppress" in ast.dump(item) for item in node.items):
        return []
    return list(ast.iter_child_nodes(node))


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether it handles a failing import, as `except ImportError: torch = None`; what it catches may be anything where
    that is not known."""
    match handler.body[-1]:
        case ast.Raise():
            return False
        case ast.Expr(value=ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called))) if called in _LEAVING:
            return False
    caught = handler.type
    for name in caught.elts if isinstance(caught, ast.Tuple) else [caught]:
        known = vars(builtins).get(name.id) if isinstance(name, ast.Name) else None
        if not isinstance(known, type) or issubclass(ModuleNotFoundError, known):
            return True
    return False


def _imported(node: ast.AST) -> set[tuple[str, int]]:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module]
    else:
        return set()
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return {(name.partition(".")[0], line) for name in names for line in lines}


def _unindented(text: str) -> Statements:
    """The same for a text that is not Python: import statements at the beginning of a line."""
    lines = enumerate(re.split(r"\r\n|\r|\n", text), 1)
    return frozenset((found[1], line) for line, row in lines if (found := _PLAIN.match(row)))
