"""Where a text makes names stand for other things than it shows: modules that are changed, text that is run, attributes
that are set to functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from .function_facts import Function
from .source_names import UNKNOWN, NameScope, OwnDefinition, Paths, Resolver, never, own_nodes

MOST_BOUND = 64  # times that one name of a module is bound; each is looked at wherever it is used
_RUNS = frozenset({"builtins.globals", "builtins.exec", "builtins.eval"})
_LISTS = frozenset({"builtins.vars", "builtins.locals"})
_SETS = frozenset({"builtins.setattr", "builtins.delattr", "builtins.object.__setattr__", "builtins.type.__setattr__"})
_INNARDS = frozenset({"__globals__", "__builtins__", "f_globals", "f_builtins"})
_NAMES = frozenset({"__name__", "__doc__", "__qualname__", "__module__", "__dict__", "__annotations__"})
_REACHES = ("sys.modules", "sys._getframe", "gc.get_", "ctypes.")


def running_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of a text, also in functions, but for what runs only where the file is a program."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.orelse if isinstance(node, ast.If) and never(node.test) else ast.iter_child_nodes(node)


class DoubtReader:
    """Reads the text of one module. `places` are what may change the meaning of a name, `attributes` the values that
    attributes of objects are set to, by their names, with `*` where that may be any."""

    def __init__(
        self, body: Sequence[ast.stmt], scope: NameScope, resolver: Resolver,
        defined: Mapping[str, Sequence[OwnDefinition]],
    ) -> None:  # fmt: skip
        self._scope, self._resolver, self._defined = scope, resolver, defined
        self._top = {id(node) for node in own_nodes(body)}
        self.places: list[ast.AST] = []
        self._known: dict[tuple[str, ...], Paths] = {}
        self.attributes: dict[str, list[ast.expr]] = {}
        for node in running_nodes(body):
            self._read(node)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Call():
                self._call(node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Attribute):
                        self.attributes.setdefault(target.attr, []).append(value)
            case ast.Name(id="__builtins__") | ast.Attribute(attr="cell_contents", ctx=ast.Store()):
                self.places.append(node)
            case ast.Attribute(value=value, attr=attr, ctx=ctx):
                if attr in _INNARDS or self._reaches(node):
                    self.places.append(node)
                elif attr == "__dict__" or not isinstance(ctx, ast.Load):
                    self._change(value, attr, node)
            case ast.FunctionDef(name="__getattr__") if id(node) in self._top:
                self.places.append(node)

    def _paths(self, node: ast.expr, place: ast.AST) -> Paths:
        """What an expression may stand for; a name that is bound very often is a doubt of its own."""
        root, names = node, list[str]()
        while isinstance(root, ast.Attribute):
            names.append(root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            return self._resolver.paths(node, self._scope)
        if len(self._scope.bound.get(root.id, ())) > MOST_BOUND:
            self.places.append(place)
            return UNKNOWN
        key = (root.id, *names)
        if key not in self._known:
            self._known[key] = self._resolver.paths(node, self._scope)
        return self._known[key]

    def _reaches(self, node: ast.expr) -> bool:
        paths = self._paths(node, node)
        return any(path is not None and path.startswith(_REACHES) for path in paths)

    def _call(self, node: ast.Call) -> None:
        paths = self._paths(node.func, node)
        if paths & _RUNS or (paths & _LISTS and not node.args and id(node) in self._top):
            self.places.append(node)
        elif paths & _LISTS and node.args:
            self._change(node.args[0], "__dict__", node)
        elif paths & _SETS and node.args:
            constant = node.args[1] if len(node.args) > 1 else None
            name = str(constant.value) if isinstance(constant, ast.Constant) else "*"
            self._change(node.args[0], name, node)
            self.attributes.setdefault(name, []).extend(node.args[2:3])

    def _change(self, owner: ast.expr, attr: str, node: ast.AST) -> None:
        """An attribute of something is set: of a module any, of a function one that makes it another."""
        for path in self._paths(owner, node):
            if path is None or path == "sys":
                continue
            own = self._defined.get(path)
            is_function = own is not None and any(isinstance(one.node, (Function, ast.Lambda)) for one in own)
            if own is None or (is_function and (attr == "*" or (attr.startswith("__") and attr not in _NAMES))):
                self.places.append(node)
