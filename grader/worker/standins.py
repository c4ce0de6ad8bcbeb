"""Stand-ins for modules that are not there: importing one costs nothing, using it raises ModuleNotFoundError."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .cells import Place, statements


class Absent:
    """Anything taken from a module that is not there. Naming its members is fine, using them is not."""

    def __init__(self, path: str) -> None:
        self.__dict__["_path"] = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        top = self._path.partition(".")[0]
        raise ModuleNotFoundError(f"{self._path} was used, but {top} is not there", name=top)

    __enter__ = __iter__ = __len__ = __getitem__ = __add__ = __radd__ = __mul__ = __rmul__ = __bool__ = __call__

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        path = self._path

        def refuse(instance: Any, *args: Any, **kwargs: Any) -> None:
            Absent(path)()

        return (type("AbsentBase", (), {"__init__": refuse}),)


class AbsentModule(ModuleType):
    """A module that is not there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


class StandIns(MetaPathFinder, Loader):
    """The last finder: gives stand-ins for the names that a submission imports at top level, outside of any `try`."""

    def __init__(self, files: dict[str, str], cells: Mapping[str, Sequence[Place]]) -> None:
        self.files, self.cells, self.given = files, cells, set[str]()
        self._wanted: set[str] | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an imported name that no other finder knew; None for names imported under a guard."""
        if self._wanted is None:
            self._wanted = unguarded_imports(self.files, self.cells)
        top = fullname.partition(".")[0]
        if top not in self._wanted and top not in self.given:
            return None
        self.given.add(top)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in itself."""
        return AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def unguarded_imports(files: dict[str, str], cells: Mapping[str, Sequence[Place]]) -> set[str]:
    """The modules that the files import at top level and nowhere under `try`, `if` or in a function."""
    plain: set[str] = set()
    guarded: set[str] = set()
    for name, text in files.items():
        if name.endswith(".py"):
            try:
                body = statements(text, cells.get(name))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for statement in body:
                direct = isinstance(statement, (ast.Import, ast.ImportFrom))
                for node in [statement] if direct else ast.walk(statement):
                    (plain if direct else guarded).update(_imported(node))
    return plain - guarded


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []
