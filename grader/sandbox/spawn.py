"""What a worker's Python is started with: isolated, one thread for linear algebra, and where its packages are."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.sandbox.confinement import Confinement

ENTRY = Path(__file__).parent.parent / "worker" / "main.py"
PACKAGES = ("numpy", "yaml", "pydot", "pyparsing")
INSIDE = ("yaml",)
LOCK_PACKAGES = ("landlockpy", "seccompy")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Launch:
    """What a worker is started with: the mode of worker/main.py, how it is confined, its bytes of memory and seconds of
    CPU, and modules that it imports `also` for its own use."""

    mode: str
    confinement: Confinement
    memory: int = 0
    cpu: int = 0
    also: Sequence[str] = ()

    def command(self, place: str) -> list[str]:
        """The command line; `place` says where the worker finds its end of the connection. Raises GraderError."""
        confinement = self.confinement
        modules = confinement.modules
        config = {
            "packages": packages(confinement.locked, modules), "open": ["numpy", *modules],
            "inside": [*INSIDE, *self.also], "memory": self.memory if confinement.by_linux else 0, "cpu": self.cpu,
            "locked": confinement.locked, "uid": confinement.uid, "low": confinement.low,
            "parent": 0 if confinement.by_linux or sys.platform == "win32" else os.getpid(),
        }  # fmt: skip
        python = [python_program(), "-I", "-S", "-B", "-X", "utf8", str(ENTRY), self.mode, place]
        return confinement.wrap([*python, json.dumps(config)], needed(modules))


@functools.cache
def needed(modules: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every file and folder that a worker reads: Python, its standard library and packages, and the worker's code."""
    import sysconfig

    paths = [python_program(), *sys_libraries(), str(ENTRY.parent)]
    paths += [sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"]]
    for origin in packages(True, modules).values():
        paths += package_paths(origin)
    return tuple(dict.fromkeys(paths))


def package_paths(origin: str) -> list[str]:
    """The paths of a package whose first file is `origin`: its folder (or that file), and its shared libraries."""
    file = Path(origin)
    whole = file.parent if file.name == "__init__.py" else file
    libraries = whole.parent / f"{whole.stem}.libs"
    return [str(whole), *([str(libraries)] if libraries.is_dir() else [])]


def sys_libraries() -> list[str]:
    """The shared libraries beside a Python that is not the system's."""
    folder = Path(sys.base_prefix) / "lib"
    return [str(path) for path in folder.glob("libpython*")] if folder.is_dir() else []


@functools.cache
def python_program() -> str:
    """The interpreter itself: a virtual environment's link would lead to it."""
    program: str = getattr(sys, "_base_executable", "") or sys.executable
    # On Windows, the Python of the Store can be started through its link alone.
    return program if sys.platform == "win32" else os.path.realpath(program)


@functools.cache
def packages(locked: bool, modules: tuple[str, ...] = ()) -> dict[str, str]:
    """The first file of every package that a worker needs, found without importing it. Raises GraderError."""
    names = (*PACKAGES, *modules, *(LOCK_PACKAGES if locked else ()))
    return {name: origin for name in names if (origin := _origin(name, name not in LOCK_PACKAGES))}


def _origin(name: str, must: bool) -> str:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is not None and spec.origin is not None:
        return spec.origin
    if must:
        raise GraderError(f"{name} is not installed: run `pip install {name}`")
    return ""
