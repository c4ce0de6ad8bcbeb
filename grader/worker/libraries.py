"""Which installed packages can be imported: numpy (and what the course allows) by all, the rest by the grader alone."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any


class Installed:
    """Finds packages by their first files, and no neighbour of them. The open ones are there for everybody."""

    def __init__(self, origins: Mapping[str, str], names: Sequence[str]) -> None:
        self.origins, self.open = origins, names
        self.inside = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """The spec of a top-level package, None for every name that is not to be found."""
        if fullname not in self.origins or not (self.inside or fullname in self.open):
            return None
        folder, file = os.path.split(self.origins[fullname])
        inner = [folder] if file == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, self.origins[fullname], submodule_search_locations=inner
        )


_finder = Installed({}, ())
_hidden: dict[str, ModuleType] = {}


def install(origins: Mapping[str, str], names: Sequence[str]) -> None:
    """Makes packages importable: those in `names` by everybody, the others through `library`."""
    global _finder
    _finder = Installed(origins, names)
    sys.meta_path.insert(0, _finder)


def library(name: str) -> ModuleType:
    """A package or module for the grader's own use; student code cannot import it by name."""
    if name not in _hidden:
        sys.modules.update(_hidden)
        _finder.inside = True
        try:
            importlib.import_module(name)
        finally:
            _finder.inside = False
            own = {package for package in _finder.origins if package not in _finder.open}
            for module in [module for module in sys.modules if module.partition(".")[0] in own]:
                _hidden[module] = sys.modules.pop(module)
    return _hidden[name]
