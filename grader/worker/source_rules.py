"""Rules about the text of a file, read without running it: what a function, with those that it calls, uses and calls.

What the text does not decide is said to be open, never to be a fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .function_facts import Function
from .notebook_modules import Places
from .source_doubts import DoubtReader
from .source_modules import OwnModules
from .source_names import (
    UNKNOWN,
    NameScope,
    OwnDefinition,
    is_alias,
    never,
    scope_body,
    scope_of_function,
)
from .source_words import fits, may_be, meant_by
from .submitted_modules import module_name

# How sure it is that code runs: a method of that name may be meant, it may be called, it is called.
GUESS, MAYBE, SURE = 0, 1, 2
MOST_FOUND = 50  # places that are reported; a person reads the first few
MOST_CODE = 400  # functions that are gone into
CONSTRUCTS: dict[str, tuple[type[ast.AST], ...]] = {
    "for": (ast.For, ast.AsyncFor), "while": (ast.While,), "lambda": (ast.Lambda,), "if": (ast.If, ast.IfExp),
    "comprehension": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "try": (ast.Try,),
}  # fmt: skip
_RUNS_TEXT = frozenset({"builtins.eval", "builtins.exec", "builtins.compile"})
_HIDES_NAMES = _RUNS_TEXT | {
    "builtins.globals", "builtins.locals", "builtins.vars", "builtins.__import__", "importlib.import_module",
}  # fmt: skip
# Methods of what numbers come in: one of these is no function that the code hides.
_ORDINARY = frozenset(name for kind in (np.ndarray, np.generic, list, dict, set, str) for name in dir(kind))
_OPERATORS = (ast.BinOp, ast.UnaryOp, ast.AugAssign, ast.Compare, ast.Subscript)
_CONSTRUCTORS = ("__new__", "__init__", "__post_init__")


_UNCALLED = frozenset((*_CONSTRUCTORS, "__repr__", "__str__", "__format__", "__hash__"))


def _is_hook(name: str) -> bool:
    """Whether Python itself calls a method of this name, while it computes."""
    return name.startswith("__") and name.endswith("__") and name not in _UNCALLED


@dataclass(frozen=True)
class _Code:
    """Code to be looked at: nodes, the scope that they are in, the function's name, and how sure it is that it runs."""

    nodes: Sequence[ast.AST]
    scope: NameScope
    file: str
    function: str
    sure: int


def broken_rules(
    files: Mapping[str, str], cells: Mapping[str, Places], own: Collection[str], file: str, rules: Mapping[str, Any]
) -> dict[str, Any]:
    """What the file says of the rules: `inside` names functions, methods and classes, "" the whole file; `forbids` are
    words, `calls` lists of words of which one must be called. Only files in `own` are gone into.

    `missing` are names that the file lacks, `known` those that it has; `found` are [word, file, line, column, width,
    function, whether it is sure] of what is forbidden; `called` has for each list how sure it is that one is called, -1
    for none; `open` are [file, line, column, width, whether it runs text] of code that hides what it calls.
    """
    texts = {name: files[name] for name in own if name.endswith(".py") and name in files}
    reader = _RuleReader(texts, cells, file, rules)
    missing = [name for name in rules["inside"] if name and not reader.start(name)]
    if "" in rules["inside"]:
        reader.start_whole()
    reader.go()
    return {
        "missing": missing,
        "known": sorted(reader.known(file)),
        "found": reader.found[:MOST_FOUND],
        "called": reader.called,
        "open": reader.open[:MOST_FOUND],
    }


class _RuleReader(OwnModules):
    def __init__(
        self, texts: Mapping[str, str], cells: Mapping[str, Places], file: str, rules: Mapping[str, Any]
    ) -> None:
        super().__init__(texts, cells, file)
        self._lines: dict[str, list[str]] = {}
        self._waiting: list[_Code] = []
        self._seen: dict[tuple[str, int], int] = {}
        self._words = [(word, meant_by(word, module_name(file))) for word in rules["forbids"]]
        self._calls = [[meant_by(word, module_name(file)) for word in group] for group in rules["calls"]]
        self.found: list[list[Any]] = []
        self.open: list[list[Any]] = []
        self.called = [-1] * len(self._calls)
        self._attributes: dict[str, list[tuple[ast.expr, NameScope, str]]] = {}
        self._asked: set[str] = set()  # attributes of objects that are not known
        self._made: set[str] = set()  # classes of which there may be objects
        self._held: set[tuple[int, bool]] = set()
        for own, scope, body in list(self.imported()):
            doubts = DoubtReader(body, scope, self._resolver, self._defined)
            self.open += [[*self._place(node, own), True] for node in doubts.places]
            for attr, values in doubts.attributes.items():
                self._attributes.setdefault(attr, []).extend((value, scope, own) for value in values)

    # Where reading starts

    def start(self, name: str) -> bool:
        """Has a function, a method or a whole class be read; False where the file does not define it."""
        scope = self._scope(module_name(self._file))
        assert scope is not None
        bound = scope.bound.get(name, [])
        self._enter(f"{scope.path}.{name}", SURE, whole=True)
        sure = SURE if len(bound) == 1 else MAYBE
        for value in bound:
            if isinstance(value, ast.expr):
                self._waiting.append(_Code([value], scope, self._file, name, sure))
                self._hold(value, scope, self._file, called=True)
            paths = self._resolver.paths(value, scope) if isinstance(value, ast.expr) else frozenset[str | None]()
            if value is None:  # a loop's variable, or the like
                self.open.append([*self._place(self._bodies[scope.path][0], self._file), True])
            for path in self._follow(value) if isinstance(value, str) else paths:
                self._enter(path or "", sure, whole=True)
        for path in self._resolver.starred(name, scope):
            self._enter(path or "", MAYBE, whole=True)
        return bool(bound) or f"{scope.path}.{name}" in self._defined

    def start_whole(self) -> None:
        """Has the file be read with all that it defines."""
        module = module_name(self._file)
        scope = self._scope(module)
        assert scope is not None
        self._waiting.append(_Code(self._bodies[module], scope, self._file, "", SURE))
        for path in [path for path in self._defined if path.startswith(f"{module}.") and "<locals>" not in path]:
            self._enter(path, SURE, whole=True)

    def _enter(self, path: str, sure: int, whole: bool = False) -> None:
        """Has a function be read; of a class what makes an object, or the `whole` of it."""
        found = self._defined.get(path, [])
        for one in found:
            level = sure if len(found) == 1 else min(sure, MAYBE)
            if isinstance(one.node, ast.ClassDef):
                self._enter_class(one, level, whole)
            elif self._seen.get((one.path, id(one.node)), -1) < level and len(self._seen) < MOST_CODE:
                self._seen[one.path, id(one.node)] = level
                scope = self._function_scope(one)
                name = path[len(module_name(one.file)) + 1 :].replace(".<locals>", "")
                self._waiting.append(_Code(scope_body(one.node), scope, one.file, name, level))
                for default in (*one.node.args.defaults, *one.node.args.kw_defaults):
                    if default is not None and level > GUESS:
                        self._hold(default, one.around, one.file, called=True)
                for decorator in getattr(one.node, "decorator_list", ()):
                    self._call(decorator, _Code([], one.around, one.file, name, level))

    def _enter_class(self, one: OwnDefinition, sure: int, whole: bool) -> None:
        for name in [inner.name for inner in scope_body(one.node) if isinstance(inner, Function)]:
            if whole or name in _CONSTRUCTORS:
                self._enter(f"{one.path}.{name}", sure)
        if sure > GUESS:
            self._make(one.path)

    def _make(self, path: str) -> None:
        """There may be objects of a class: Python calls its hooks, and code its methods."""
        if path in self._made:
            return
        self._made.add(path)
        for one in self._defined.get(path, []):
            if not isinstance(one.node, ast.ClassDef):
                continue
            for inner in one.node.body:
                if isinstance(inner, Function) and (_is_hook(inner.name) or inner.name in self._asked):
                    self._enter(f"{path}.{inner.name}", MAYBE)
                elif isinstance(inner, ast.Assign):
                    self._hold(inner.value, one.around, one.file, called=False)
            for base in one.node.bases:
                for known in self._resolver.paths(base, one.around) & self._defined.keys():
                    self._make(known or "")

    def _ask(self, attr: str, code: _Code) -> None:
        """An attribute of an object that is not known: it may be of any that there is."""
        if code.sure == GUESS or attr in self._asked:
            return
        self._asked.add(attr)
        for path in self._made:
            self._enter(f"{path}.{attr}", MAYBE)
        for value, scope, file in (*self._attributes.get(attr, ()), *self._attributes.get("*", ())):
            self._hold(value, scope, file, called=True)

    def _hold(self, value: ast.expr, scope: NameScope, file: str, called: bool) -> None:
        """The functions in a value may be called by who has it, and its objects used; those that make the value only
        where it is `called` itself."""
        if (id(value), called) in self._held:
            return
        self._held.add((id(value), called))
        nodes = list(ast.walk(value))
        makers = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.Lambda):
                inner = scope_of_function(f"{scope.path}.<lambda>", scope, node, "")
                self._waiting.append(_Code([node.body], inner, file, "", MAYBE))
            elif isinstance(node, (ast.Name, ast.Attribute)):
                for path in self._resolver.paths(node, scope) - UNKNOWN:
                    definitions = self._defined.get(path or "", [])
                    if any(isinstance(one.node, ast.ClassDef) for one in definitions):
                        self._make(path or "")
                    elif called or id(node) not in makers:
                        self._enter(path or "", MAYBE)

    def _name_held(self, node: ast.Name, code: _Code, called: bool) -> None:
        """A name of which the text does not say what it is."""
        here: NameScope | None = code.scope
        while here is not None and (node.id not in here.bound or (here.is_class and here is not code.scope)):
            here = here.parent
        values = [None] if here is None else here.bound[node.id]
        for value in values:
            if isinstance(value, ast.expr) and here is not None:
                self._hold(value, here, code.file, called)
            elif value is None and called and code.sure > GUESS and (here is None or here.parent is None):
                self.open.append([*self._place(node, code.file), True])

    def _function_scope(self, one: OwnDefinition) -> NameScope:
        assert not isinstance(one.node, ast.ClassDef)
        owner = one.around.path if one.around.is_class else ""
        path = f"{one.path}.<locals>"
        scope = scope_of_function(path, one.around, one.node, self._package(one.file), owner)
        self._define(scope_body(one.node), scope, one.file)
        return scope

    # Reading

    def go(self) -> None:
        """Reads until nothing is left; what is found twice is told once, as sure as it is."""
        while self._waiting:
            code = self._waiting.pop()
            self._block(code.nodes, code)
        best: dict[tuple[Any, ...], list[Any]] = {}
        for one in self.found:
            key = tuple(one[:5])
            if key not in best or one[6] > best[key][6]:
                best[key] = one
        self.found = sorted(best.values(), key=lambda one: (not one[6], one[1] != self._file, *one[1:4]))

    def _visit(self, node: ast.AST, code: _Code) -> None:
        for word, types in CONSTRUCTS.items():
            if isinstance(node, types):
                self._construct(word, node, code)
        if isinstance(node, _OPERATORS):
            for path in [path for path in self._defined if path.endswith("__") and "<locals>" not in path]:
                self._enter(path, GUESS)  # an object's own operators
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return  # it is read where it is used
            case ast.ClassDef():
                self._block(node.body, code)
            case ast.Lambda():
                scope = scope_of_function(f"{code.scope.path}.<lambda>", code.scope, node, "")
                self._visit(node.body, _Code([], scope, code.file, code.function, code.sure))
            case ast.Call():
                self._call(node.func, code)
                self._dynamic(node, code)
                for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                    self._visit(part, code)
            case ast.Assign(targets=targets, value=value) if all(isinstance(one, ast.Name) for one in targets) and (
                is_alias(value) or isinstance(value, ast.Lambda)
            ):
                if isinstance(value, ast.Lambda):  # its body is read where it is used
                    self._construct("lambda", value, code)
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                self._mention(node, code)
            case ast.AnnAssign(value=value):
                self._visit(node.target, code)
                if value is not None:
                    self._visit(value, code)
            case ast.If() if never(node.test):
                self._block(node.orelse, code)
            case _:
                for _, part in ast.iter_fields(node):
                    if isinstance(part, list):
                        self._block(part, code)
                    elif isinstance(part, ast.AST):
                        self._visit(part, code)

    def _block(self, parts: Sequence[Any], code: _Code) -> None:
        """Statements in their order, or other nodes; what comes after the end of a block never runs."""
        for part in parts:
            if isinstance(part, ast.AST):
                self._visit(part, code)
            if isinstance(part, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
                return

    def _call(self, function: ast.expr, code: _Code) -> None:
        """A call, or a decorator, which is called as well."""
        paths = self._resolver.paths(function, code.scope)
        sure = code.sure if len(paths) == 1 else min(code.sure, MAYBE)
        for path in paths - UNKNOWN:
            assert path is not None
            self._used(path, function, code, sure)
            self._enter(path, sure)
        if None in paths:
            attr = function.attr if isinstance(function, ast.Attribute) else ""
            self._unknown(attr, function, code)
            for name in [one for one in ast.walk(function) if isinstance(one, ast.Name)]:
                self._name_held(name, code, called=not attr)
            if not isinstance(function, ast.Name):
                self._visit(function.value if isinstance(function, ast.Attribute) else function, code)

    def _unknown(self, attr: str, function: ast.expr, code: _Code) -> None:
        """A call of anything, or of a method of an unknown object."""
        for number, group in enumerate(self._calls):
            words = [word for meant in group for word in meant]
            if f".{attr}" in words:
                self.called[number] = max(self.called[number], code.sure)
            elif attr not in _ORDINARY or any(word.endswith(f".{attr}") for word in words):
                self.called[number] = max(self.called[number], min(code.sure, MAYBE))
        for word, meant in self._words:
            if f".{attr}" in meant:
                self._report(word, function, code, code.sure)
        if attr:
            self._ask(attr, code)
            for path in [path for path in self._defined if path.endswith(f".{attr}") and "<locals>" not in path]:
                self._enter(path, GUESS)

    def _used(self, path: str, node: ast.expr, code: _Code, sure: int) -> None:
        """A path that is called, or may be."""
        for number, group in enumerate(self._calls):
            if any(fits(path, words) for words in group):
                self.called[number] = max(self.called[number], sure)
            elif any(may_be(path, word) for words in group for word in words):
                self.called[number] = max(self.called[number], min(sure, MAYBE))
        for word, meant in self._words:
            if fits(path, meant):
                self._report(word, node, code, sure)

    def _mention(self, node: ast.expr, code: _Code) -> None:
        """A name that is read and not called here."""
        paths = self._resolver.paths(node, code.scope)
        for path in paths - UNKNOWN:
            assert path is not None
            inner = path in self._defined and "<locals>" in path  # a part of what is read, for later
            self._used(path, node, code, min(code.sure, MAYBE))
            self._enter(path, code.sure if inner else min(code.sure, MAYBE))
        if None in paths and isinstance(node, ast.Name):
            self._name_held(node, code, called=False)
        if paths == UNKNOWN and isinstance(node, ast.Attribute):
            self._ask(node.attr, code)
            self._visit(node.value, code)

    def _dynamic(self, node: ast.Call, code: _Code) -> None:
        """A call behind which any name may be."""
        paths = self._resolver.paths(node.func, code.scope)
        constant = len(node.args) > 0 and all(isinstance(one, ast.Constant) for one in node.args[-1:])
        hides = bool(paths & _RUNS_TEXT) or (bool(paths & _HIDES_NAMES) and not constant)
        if "builtins.getattr" in paths and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
            owners = self._resolver.paths(node.args[0], code.scope)
            hides = any(one is not None and one not in self._defined for one in owners)
        if hides and code.sure > GUESS:
            self.open.append([*self._place(node.func, code.file), bool(paths & _RUNS_TEXT)])

    def _construct(self, word: str, node: ast.AST, code: _Code) -> None:
        if word in (one for one, _ in self._words):
            self._report(word, node, code, code.sure)

    def _report(self, word: str, node: ast.AST, code: _Code, sure: int) -> None:
        if sure > GUESS:
            self.found.append([word, *self._place(node, code.file), code.function, sure == SURE])

    def _place(self, node: Any, file: str) -> list[Any]:
        """[file, line, column, width] of what is to be pointed at."""
        if file not in self._lines:
            self._lines[file] = re.split(r"\r\n|\r|\n", self._texts[file])
        line = self._lines[file][node.lineno - 1].encode("utf-8", "surrogatepass")
        end = node.end_col_offset if node.end_lineno == node.lineno else len(line)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.Try, ast.Lambda)):
            word = re.match(rb"(?:async\s+)?\w+", line[node.col_offset :])
            end = node.col_offset + (word.end() if word else 1)
        before, part = (line[start:stop].decode("utf-8", "replace") for start, stop in
                        ((0, node.col_offset), (node.col_offset, end)))  # fmt: skip
        return [file, node.lineno, len(before) + 1, max(1, len(part))]
