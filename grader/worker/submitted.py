"""The submission's modules: imported from memory, and only under names that neither Python nor numpy uses."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType


class Sources(MetaPathFinder, Loader):
    """Finds `import ops` in the texts that were sent, without a file system."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec for a module of the submission, None for every other name."""
        if f"{fullname}.py" in self.files and fullname not in sys.stdlib_module_names:
            return ModuleSpec(fullname, self, origin=f"{fullname}.py")
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """The default module object."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file's code in its module."""
        name = f"{module.__name__}.py"
        module.__file__ = name
        exec(code_of(self.files[name], name), module.__dict__)


def code_of(text: str, name: str) -> CodeType:
    """The compiled file. Decoded text is compiled, so a coding cookie in it means nothing."""
    return compile(text, name, "exec", dont_inherit=True)
