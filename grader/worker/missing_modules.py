"""Stand-ins for modules that are not installed: importing one is harmless, using it raises ModuleNotFoundError."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from .notebook_modules import Places
from .optional_imports import optional_imports


class Absent:
    """Anything taken from a module that is not installed. Naming its members is fine, using them is not."""

    def __init__(self, path: str) -> None:
        self.__dict__["_path"] = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        top = self._path.partition(".")[0]
        raise ModuleNotFoundError(f"{self._path} was used, but {top} is not installed here", name=top, path=self._path)

    def __or__(self, other: Any) -> Any:
        return self  # as in an annotation: `x: torch.Tensor | None`

    __ror__ = __or__

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    __subclasscheck__ = __instancecheck__

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        path = self._path

        def refuse(instance: Any, *args: Any, **kwargs: Any) -> None:
            Absent(path)()

        return (type("AbsentBase", (), {"__init__": refuse}),)


_USES = """
    enter exit iter next len bool int float index contains getitem setitem delitem neg pos abs
    add sub mul truediv floordiv mod pow matmul radd rsub rmul rtruediv rfloordiv rmod rpow rmatmul lt le gt ge
"""
for _name in _USES.split():
    setattr(Absent, f"__{_name}__", Absent.__call__)


class AbsentModule(ModuleType):
    """A module that is not installed."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


class StandIns(MetaPathFinder, Loader):
    """The last finder: gives stand-ins to import statements that a file can do without (see optional_imports).

    `given` holds which file has got one for which module.
    """

    def __init__(self, files: Mapping[str, str], cells: Mapping[str, Places]) -> None:
        self.files, self.cells = files, cells
        self.given: set[tuple[str, str]] = set()
        self._there: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an imported name that no other finder knew; None where it is to fail as it does anywhere."""
        top, package = fullname.partition(".")[0], fullname.rpartition(".")[0]
        if package and not isinstance(sys.modules.get(package), AbsentModule):
            return None  # of an installed package
        frame = _importer(sys._getframe(1))
        file = frame.f_code.co_filename if frame else ""
        if frame is None or file not in self.files:
            return None
        if (top, frame.f_lineno) not in optional_imports(self.files[file], self.cells.get(file)):
            return None
        self.given.add((file, top))
        self._there.add(fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in itself."""
        return AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""

    def withdraw(self) -> None:
        """Makes the next import statement look again: it may handle a missing module itself."""
        for name in self._there:
            if isinstance(sys.modules.get(name), AbsentModule):
                del sys.modules[name]
        self._there.clear()


def _importer(frame: FrameType | None) -> FrameType | None:
    """The frame that runs the import statement: the first that is none of Python's own on the way."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib._bootstrap"):
        frame = frame.f_back
    return frame
