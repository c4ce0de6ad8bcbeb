"""What names in a file stand for, read from its text: imports, aliases and functions become dotted paths."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .function_facts import Function

Paths = frozenset[str | None]
"""What an expression may stand for; None among them where that may be anything."""

UNKNOWN: Paths = frozenset((None,))
MOST_STEPS = 40  # from one name to the next, of an alias of an alias: honest code takes two
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
Bound = str | ast.expr | ast.stmt | None


@dataclass(eq=False)
class NameScope:
    """The names that a module, a class or a function binds, each with all that it is bound to: a path, an expression, a
    definition, or None for anything. `me` is a method's first parameter, `owner` the path of its class."""

    path: str
    parent: NameScope | None
    bound: dict[str, list[Bound]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    me: str = ""
    owner: str = ""
    is_class: bool = False

    def bind(self, name: str, what: Bound) -> None:
        """One more binding of a name."""
        known = self.bound.setdefault(name, [])
        if what not in known or isinstance(what, ast.AST):
            known.append(what)

    @property
    def root(self) -> NameScope:
        """The module's own."""
        return self.parent.root if self.parent else self


@dataclass(eq=False)
class OwnDefinition:
    """A function or class of the submission: its code in the `file`, and the scope in which it is defined."""

    path: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    file: str
    around: NameScope


def own_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of some code, without what is in functions, classes and lambdas inside of it."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and never(node.test):
            waiting += reversed(node.orelse)
        elif not isinstance(node, _SCOPES):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def never(test: ast.expr) -> bool:
    """Whether a condition holds only where the file is run as a program, or nowhere."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case ast.Compare(left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]):
            return True
        case ast.Constant(value=value):
            return not value
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False


def scope_of_body(path: str, parent: NameScope | None, body: Sequence[ast.AST], package: str) -> NameScope:
    """The scope of code that runs together; `package` is what relative imports start from."""
    scope = NameScope(path, parent)
    outer: set[str] = set()
    taken: set[int] = set()
    for node in own_nodes(body):
        match node:
            case ast.Import(names=names):
                for one in names:
                    scope.bind(one.asname or one.name.partition(".")[0], one.name if one.asname else _top(one.name))
            case ast.ImportFrom(names=names):
                base = imported_from(node, package)
                for one in names:
                    if one.name == "*":
                        scope.stars.append(base)
                    else:
                        scope.bind(one.asname or one.name, f"{base}.{one.name}" if base else one.name)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    taken |= _bind(scope, target, value)
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                taken |= _bind(scope, target, value)
            case ast.NamedExpr(target=target, value=value):
                taken |= _bind(scope, target, value)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                scope.bind(name, node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                outer.update(names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                scope.bind(name, None)
            case ast.MatchMapping(rest=str(name)):
                scope.bind(name, None)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if id(node) not in taken:
                scope.bind(name, None)
    for name in outer:  # somebody else's name: what it is bound to here may be what it is there
        for what in scope.bound.pop(name, []):
            scope.root.bind(name, what if isinstance(what, str) else None)
    return scope


def bind_globals(scope: NameScope, body: Sequence[ast.AST]) -> None:
    """Binds what functions of a module make its own by `global`."""
    for node in body:
        for function in [one for one in ast.walk(node) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]:
            names = {name for one in own_nodes(function.body) if isinstance(one, ast.Global) for name in one.names}
            if names:
                inner = scope_of_body(function.name, None, function.body, "")
                for name in names & inner.bound.keys():
                    for what in inner.bound[name]:
                        scope.bind(name, what if isinstance(what, (str, ast.expr)) else None)


def scope_of_function(
    path: str, parent: NameScope, node: Function | ast.Lambda, package: str, owner: str = ""
) -> NameScope:
    """The scope of a function's body, with its parameters. `owner` is the class whose method it is."""
    scope = scope_of_body(path, parent, scope_body(node), package)
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for one in named:
        if one is not None:
            scope.bind(one.arg, None)
    first = [*arguments.posonlyargs, *arguments.args][:1]
    if owner and first and len(scope.bound[first[0].arg]) == 1 and not _is_static(node):
        scope.me, scope.owner = first[0].arg, owner
    return scope


def scope_body(node: Function | ast.Lambda | ast.ClassDef) -> Sequence[ast.AST]:
    """The code inside of a function or class."""
    return [node.body] if isinstance(node, ast.Lambda) else node.body


def _is_static(node: Function | ast.Lambda) -> bool:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in decorators)


def _bind(scope: NameScope, target: ast.expr, value: ast.expr) -> set[int]:
    """Binds names to the parts of a value that belong to them; gives the nodes that are done."""
    match target, value:
        case ast.Name(id=name), _:
            scope.bind(name, value)
            return {id(target)}
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), (ast.Tuple(elts=values) | ast.List(elts=values))):
            if len(names) == len(values) and not any(isinstance(one, ast.Starred) for one in (*names, *values)):
                return set().union(*map(lambda one, its: _bind(scope, one, its), names, values))
    return set()


def _top(name: str) -> str:
    return name.partition(".")[0]


def imported_from(node: ast.ImportFrom, package: str) -> str:
    """The module that an import takes its names from."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def named_lambdas(node: ast.AST) -> Iterator[tuple[str, ast.Lambda]]:
    """The names that a statement binds to functions without `def`."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def is_alias(value: ast.expr) -> bool:
    """Whether a value is a name, or a name's attribute."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name)


def is_part(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a function goes with others of its name: a property's setter, an overload."""
    names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in node.decorator_list]
    return not {"setter", "getter", "deleter", "overload", "register"}.isdisjoint(names)


class Resolver:
    """Finds what expressions stand for. `follow` gives, for a path in the submission, what is bound there, else the
    path itself; `own` are the modules of the submission."""

    def __init__(self, follow: Callable[[str], Paths], own: Container[str] = ()) -> None:
        self._follow, self._own = follow, own
        self._steps = 0

    def paths(self, node: ast.expr, scope: NameScope) -> Paths:
        """All that an expression may stand for."""
        self._steps = 0
        return self._paths(node, scope)

    def _paths(self, node: ast.expr, scope: NameScope) -> Paths:
        self._steps += 1
        if self._steps > MOST_STEPS:
            return UNKNOWN
        match node:
            case ast.Name(id=name):
                return self.name(name, scope)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name and name == self._me(scope, name):
                return self._followed(f"{self._owner(scope, name)}.{attr}")
            case ast.Attribute(value=value, attr=attr):
                return self._of(self._paths(value, scope), attr)
            case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(attr))]):
                return self._of(self._paths(value, scope), attr)
            case ast.Call(func=function, args=[ast.Constant(value=str(module))]):
                if self._paths(function, scope) <= {"builtins.__import__", "importlib.import_module"}:
                    return frozenset((module,))
            case ast.IfExp(body=one, orelse=other):
                return self._paths(one, scope) | self._paths(other, scope)
            case ast.BoolOp(values=values):
                return frozenset[str | None]().union(*(self._paths(one, scope) for one in values))
            case ast.NamedExpr(value=value):
                return self._paths(value, scope)
        return UNKNOWN

    def name(self, name: str, scope: NameScope) -> Paths:
        """All that a name may stand for."""
        here: NameScope | None = scope
        while here is not None:
            if name in here.bound and (here is scope or not here.is_class):
                found = frozenset[str | None]().union(*(self._bound(name, one, here) for one in here.bound[name]))
                return found | self.starred(name, here) or UNKNOWN
            here = here.parent
        stars = [f"{base}.{name}" for base in scope.root.stars if base != "numpy" or hasattr(np, name)]
        found = frozenset[str | None]().union(*map(self._followed, stars)) - UNKNOWN
        return found | ({f"builtins.{name}"} if hasattr(builtins, name) else set()) or UNKNOWN

    def starred(self, name: str, scope: NameScope) -> Paths:
        """What a name is in modules of the submission of which all is imported here, before or after it is bound."""
        stars = (self._followed(f"{base}.{name}") for base in scope.stars if base in self._own)
        return frozenset[str | None]().union(*stars) - UNKNOWN

    def _bound(self, name: str, what: Bound, scope: NameScope) -> Paths:
        if isinstance(what, str):
            return self._followed(what)
        if isinstance(what, _SCOPES):
            return frozenset((f"{scope.path}.{name}",))
        if isinstance(what, ast.Constant):
            return frozenset()  # as None, where a module is not installed: nothing that can be called
        return self._paths(what, scope) if isinstance(what, ast.expr) else UNKNOWN

    def _of(self, owners: Paths, attr: str) -> Paths:
        found = (UNKNOWN if owner is None else self._followed(f"{owner}.{attr}") for owner in owners)
        return frozenset[str | None]().union(*found)

    def _followed(self, path: str) -> Paths:
        self._steps += 1
        return self._follow(path) if self._steps <= MOST_STEPS else UNKNOWN

    def _me(self, scope: NameScope, name: str) -> str:
        return next((one.me for one in _up(scope) if name in one.bound), "")

    def _owner(self, scope: NameScope, name: str) -> str:
        return next(one.owner for one in _up(scope) if name in one.bound)


def _up(scope: NameScope | None) -> Iterator[NameScope]:
    while scope is not None:
        yield scope
        scope = scope.parent
