"""The modules of a submission by their texts: what each defines, and what a dotted path in them stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from .notebook_modules import Places, statements
from .source_names import (
    UNKNOWN,
    NameScope,
    OwnDefinition,
    Paths,
    Resolver,
    bind_globals,
    imported_from,
    is_part,
    named_lambdas,
    own_nodes,
    scope_of_body,
)
from .submitted_modules import module_name


class OwnModules:
    """The texts that are a student's own, read when something in them is looked for."""

    def __init__(self, texts: Mapping[str, str], cells: Mapping[str, Places], file: str) -> None:
        self._texts, self._cells, self._file = texts, cells, file
        self._files = {module_name(name): name for name in texts}
        self._modules: dict[str, NameScope | None] = {}
        self._bodies: dict[str, Sequence[ast.stmt]] = {}
        self._defined: dict[str, list[OwnDefinition]] = {}
        self._resolver = Resolver(self._follow, self._files)
        self._following: set[str] = set()
        self._scope(module_name(file))

    def _scope(self, module: str) -> NameScope | None:
        """The names of one of the submission's modules; None for one that cannot be read, and for all others."""
        if module not in self._modules and module in self._files:
            file = self._files[module]
            self._modules[module] = None
            try:
                body = statements(self._texts[file], self._cells.get(file))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                if file == self._file:
                    raise
                return None
            self._bodies[module] = body
            scope = scope_of_body(module, None, body, self._package(file))
            self._modules[module] = scope
            bind_globals(scope, body)
            self._define(body, scope, file)
        return self._modules.get(module)

    def _package(self, file: str) -> str:
        module = module_name(file)
        return module if file.endswith("__init__.py") else module.rpartition(".")[0]

    def _define(self, body: Sequence[ast.AST], scope: NameScope, file: str) -> None:
        """Keeps the functions and classes of a body by their paths; of two at its top, the second alone."""
        top = set(map(id, body))
        for node in own_nodes(body):
            for name, value in named_lambdas(node):
                self._add(OwnDefinition(f"{scope.path}.{name}", value, file, scope))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                path = f"{scope.path}.{node.name}"
                if id(node) in top and not is_part(node):
                    self._defined.pop(path, None)
                self._add(OwnDefinition(path, node, file, scope))
                if isinstance(node, ast.ClassDef):
                    inner = scope_of_body(path, scope, node.body, self._package(file))
                    inner.is_class = True
                    self._define(node.body, inner, file)

    def _add(self, one: OwnDefinition) -> None:
        others = [other for other in self._defined.get(one.path, []) if other.node is not one.node]
        self._defined[one.path] = [*others, one]

    def _follow(self, path: str) -> Paths:
        """What stands at a path: through the submission's modules, which may hand on what they import."""
        if path in self._defined:
            return frozenset((path,))
        parts = path.split(".")
        for count in range(len(parts) - 1, 0, -1):
            module, name = ".".join(parts[:count]), parts[count]
            scope = self._scope(module)
            if path in self._defined:
                return frozenset((path,))
            if scope is None or f"{module}.{name}" in self._files:
                continue
            if path in self._following or (name not in scope.bound and not scope.stars):
                return UNKNOWN
            self._following.add(path)
            try:
                found = Resolver(self._follow, self._files).name(name, scope)
            finally:
                self._following.discard(path)
            whole = (one and ".".join([one, *parts[count + 1 :]]) for one in found)
            return frozenset(None if one and self._is_lacking(one) else one for one in whole)
        return frozenset((path,))

    def _is_lacking(self, path: str) -> bool:
        """Whether it would be something of the submission's that is not defined, as an attribute of an object."""
        parts = path.split(".")
        inside = any(".".join(parts[:count]) in self._files for count in range(1, len(parts)))
        return inside and path not in self._defined and path not in self._files

    def known(self, file: str) -> Iterator[str]:
        """The functions, classes and methods of a file, and what is assigned at its top."""
        module = module_name(file)
        yield from (path[len(module) + 1 :] for path in self._defined if path.startswith(f"{module}."))
        scope = self._scope(module)
        yield from () if scope is None else (name for name in scope.bound if f"{module}.{name}" not in self._defined)

    def imported(self) -> Iterator[tuple[str, NameScope, Sequence[ast.stmt]]]:
        """The file and all of the submission that it imports, and these import: [file, scope, body]."""
        waiting, seen = [module_name(self._file)], set[str]()
        while waiting:
            module = waiting.pop()
            if module in seen or (scope := self._scope(module)) is None:
                continue
            seen.add(module)
            body, package = self._bodies[module], self._package(self._files[module])
            yield self._files[module], scope, body
            for node in (inner for one in body for inner in ast.walk(one)):
                names = [one.name for one in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
                base = f"{imported_from(node, package)}." if isinstance(node, ast.ImportFrom) else ""
                for parts in [f"{base}{name}".split(".") for name in names]:
                    waiting += [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
