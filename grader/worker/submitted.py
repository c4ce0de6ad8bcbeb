"""The submission's modules: imported from memory, and only under names that neither Python nor numpy uses."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

from .cells import Cells


class Sources(MetaPathFinder, Loader):
    """Finds `import ops` in the texts that were sent, without a file system."""

    def __init__(self, files: Mapping[str, str], cells: Cells) -> None:
        self.files, self.cells = files, cells
        self.made: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec for a module of the submission, None for every other name."""
        if f"{fullname}.py" in self.files and fullname not in sys.stdlib_module_names:
            return ModuleSpec(fullname, self, origin=f"{fullname}.py")
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The default module object; for a text that was imported already (a notebook stands for several files), the
        same module again, so that its classes are the same classes."""
        return self.made.get(self.files[f"{spec.name}.py"])

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file's code in its module, once."""
        assert module.__spec__ is not None
        name = f"{module.__spec__.name}.py"
        if self.made.setdefault(self.files[name], module) is module and hasattr(module, "__file__"):
            return
        module.__file__ = name
        if name in self.cells.places:
            self.cells.run(module, name, self.files[name], self.files)
        else:
            exec(code_of(self.files[name], name), module.__dict__)

    def forget(self) -> None:
        """Takes what it made out of the imported modules."""
        made = set(map(id, self.made.values()))
        for name in [name for name, module in sys.modules.items() if id(module) in made]:
            del sys.modules[name]


@functools.lru_cache(200)
def code_of(text: str, name: str) -> CodeType:
    """The compiled file. Decoded text is compiled, so a coding cookie in it means nothing."""
    return compile(text, name, "exec", dont_inherit=True)
