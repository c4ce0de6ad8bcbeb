"""Which installed packages can be imported: numpy by everybody, the readers' own by the grader alone."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

OPEN = ("numpy",)


class Installed:
    """Finds packages in the folders they are installed in, and no neighbour of them."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        self.folders = folders
        self.inside = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """The spec of a top-level package, None for every name that is not to be found."""
        if fullname not in self.folders or not (self.inside or fullname in OPEN):
            return None
        folder = self.folders[fullname]
        return importlib.util.spec_from_file_location(
            fullname, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )


_finder = Installed({})
_loaded: dict[str, ModuleType] = {}


def install(folders: Mapping[str, str]) -> None:
    """Makes the packages in these folders importable: the open ones by name, the others through `library`."""
    global _finder
    _finder = Installed(folders)
    sys.meta_path.insert(0, _finder)


def library(name: str) -> ModuleType:
    """A package for the grader's own use; student code cannot import it by name."""
    if name not in _loaded:
        before = set(sys.modules)
        _finder.inside = True
        try:
            _loaded[name] = importlib.import_module(name)
        finally:
            _finder.inside = False
            hidden = {part for part in _finder.folders if part not in OPEN}
            for module in set(sys.modules) - before:
                if module.partition(".")[0] in hidden:
                    del sys.modules[module]
    return _loaded[name]
