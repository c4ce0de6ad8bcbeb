"""The submission's modules: imported from memory, and only under names that neither Python nor numpy uses."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType, TracebackType

from .notebook_modules import Cells


class Sources(MetaPathFinder, Loader):
    """Finds `import ops` in the texts that were sent, without a file system. `between` is called wherever the code of
    another file begins or ends to run."""

    def __init__(self, files: Mapping[str, str], cells: Cells, between: Callable[[], None] = lambda: None) -> None:
        self.files, self.cells, self.between = files, cells, between
        self.made: dict[str, ModuleType] = {}
        self.failed: dict[str, tuple[BaseException, TracebackType | None]] = {}
        self.judged = ""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec for a module of the submission, None for every other name."""
        package, _, _ = fullname.rpartition(".")
        if fullname in sys.stdlib_module_names or (package and not self._is_own(package)):
            return None
        place = fullname.replace(".", "/")
        for file, is_package in ((f"{place}.py", False), (f"{place}/__init__.py", True)):
            if file in self.files:
                return ModuleSpec(fullname, self, origin=file, is_package=is_package)
        if any(file.startswith(f"{place}/") for file in self.files):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The default module object; for a text that was imported already (a notebook stands for several files), the
        same module again, so that its classes are the same classes."""
        return self.made.get(self._key(spec))

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file's code in its module, once. Raises what it raised, each time; of a package that raises nothing
        stays imported."""
        spec = module.__spec__
        assert spec is not None
        key = self._key(spec)
        self._raise_again(key)
        if self.made.get(key) is module:
            return
        self.made[key] = module
        self.between()
        try:
            if spec.origin:
                module.__file__ = spec.origin
                self._run(module, spec.origin)
        except BaseException as error:
            self.failed[key] = error, error.__traceback__
            self._forget([one for one in self.made if one == key or one.startswith(f"\0{spec.name}.")])
            raise
        finally:
            self.between()

    def module(self, file: str) -> ModuleType:
        """The module of a file, imported if need be. Raises what its import raised, whatever the code has put in the
        place of a module since."""
        name = module_name(file)
        self._raise_again(self._key_of(file, name))
        return importlib.import_module(name)

    def judge(self, file: str) -> bool:
        """Has a file imported as if no other one had been judged before; whether another one was."""
        key = self._key_of(file, module_name(file))
        if self.judged == key:
            return False
        self.judged = key
        self.forget()
        return True

    def forget(self) -> None:
        """Takes what it made out of the imported modules."""
        self._forget(list(self.made))

    def _raise_again(self, key: str) -> None:
        if key in self.failed:
            error, trace = self.failed[key]
            raise error.with_traceback(trace)

    def _forget(self, keys: Sequence[str]) -> None:
        gone = {id(self.made.pop(key)) for key in keys}
        if not gone:  # to look at all modules makes a forked process copy them
            return
        for name in [name for name, module in sys.modules.items() if id(module) in gone]:
            del sys.modules[name]

    def _run(self, module: ModuleType, file: str) -> None:
        if file in self.cells.places:
            self.cells.run(module, file, self.files[file], self.files)
        else:
            exec(code_of(self.files[file], file), module.__dict__)

    def _key(self, spec: ModuleSpec) -> str:
        """What is imported once: a text, as that of a notebook; or in a package, where many files are empty, a name."""
        return self._key_of(spec.origin or "", spec.name)

    def _key_of(self, file: str, name: str) -> str:
        return self.files.get(file, "") if file and ("/" not in file or file in self.cells.places) else f"\0{name}"

    def _is_own(self, name: str) -> bool:
        """Whether an imported module was made here: another package of the name of a folder is none of these."""
        return getattr(getattr(sys.modules.get(name), "__spec__", None), "loader", None) is self


def module_name(file: str) -> str:
    """What an import statement calls a file: `needle.ops` for needle/ops.py, `needle` for its __init__.py."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@functools.lru_cache(200)
def code_of(text: str, name: str) -> CodeType:
    """The compiled file. Decoded text is compiled, so a coding cookie in it means nothing."""
    return compile(text, name, "exec", dont_inherit=True)
