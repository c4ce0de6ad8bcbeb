"""What a file defines, read without running it: classes, functions, their lines, and which are still stubs."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from .function_facts import Function, facts, set_elsewhere
from .notebook_modules import Places, statements

MOST_NAMES = 100  # of called functions that are reported; honest code calls some ten


def outline(text: str, template: str, cells: Places | None = None) -> dict[str, dict[str, Any]]:
    """Every function as "name" or "Class.name" with its line, whether it is an untouched stub, and its facts.

    A stub's body is empty, with only a docstring and `pass`, `...` or `raise NotImplementedError`, or is the template's
    own body. `cells` are the places of a notebook's cells in it. Raises SyntaxError for a `text` that is not Python.
    """
    given = dict(_functions(ast.parse(template).body)) if template else {}
    body = statements(text, cells)
    found = _functions(body)
    lines = re.split(r"\r\n|\r|\n", text)
    elsewhere = set_elsewhere(body, [node for _, node in found])
    return {
        name: {
            "line": node.lineno,
            "stub": _is_empty(node) or (name in given and _same_body(given[name], node)),
            "empty": _is_empty(node),
            "complex": any(_is_complex(part) for part in ast.walk(node)),
            "calls": _called(node),
            **facts(node, elsewhere, lines),
        }
        for name, node in found
    }


def _functions(body: Sequence[ast.stmt]) -> list[tuple[str, Function]]:
    found: list[tuple[str, Function]] = []
    for node in body:
        if isinstance(node, Function):
            found.append((node.name, node))
        elif isinstance(node, ast.ClassDef):
            found += [(f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, Function)]
    return found


def _is_complex(node: ast.AST) -> bool:
    """Whether it makes a complex number: 1j, or complex(…), or a dtype of that name."""
    match node:
        case ast.Constant(value=complex()) | ast.Name(id="complex"):
            return True
        case ast.Attribute(attr=name):
            return name in ("complex64", "complex128", "complexfloating", "cdouble", "csingle")
    return False


def _called(node: ast.AST) -> dict[str, int]:
    """How often each function or method is called, by its last name."""
    names = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    found = [name.id if isinstance(name, ast.Name) else getattr(name, "attr", "") for name in names]
    return {name: found.count(name) for name in sorted(set(found))[:MOST_NAMES]}


def _same_body(one: Function, other: Function) -> bool:
    mine, theirs = _without_docstring(one), _without_docstring(other)
    return len(mine) == len(theirs) and all(
        type(my) is type(their) and ast.dump(my) == ast.dump(their) for my, their in zip(mine, theirs, strict=True)
    )


def _without_docstring(node: Function) -> list[ast.stmt]:
    return node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]


def _is_empty(node: Function) -> bool:
    return all(_says_nothing(statement) for statement in _without_docstring(node))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False
