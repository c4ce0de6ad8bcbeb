"""A worker's life: limit itself, import numpy, then answer requests until the judge hangs up.

Started as `python -I -S -B main.py SOCKET MEMORY CPU NUMPY_FOLDER`. Standard output and error belong to
student code; frames go over the socket alone.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from types import ModuleType
from typing import Any


def limit(memory: int, cpu: int) -> None:
    """Caps this process: CPU seconds, address space and file size in bytes, descriptors, no core file."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (
        ("RLIMIT_CPU", cpu),
        ("RLIMIT_AS", memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 1 << 20),
        ("RLIMIT_NOFILE", 64),
    ):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (ValueError, OSError):
            continue


def die_with_parent() -> None:
    """Asks Linux to end this process when the judge ends; elsewhere the closed socket does it."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal, kill = 1, 9
        ctypes.CDLL(None).prctl(set_death_signal, kill, 0, 0, 0)


class OnlyNumpy:
    """Finds numpy in the folder it is installed in, and no neighbour of it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """The spec of the top-level package numpy, None for every other name."""
        if fullname != "numpy":
            return None
        return importlib.util.spec_from_file_location(
            "numpy", os.path.join(self.folder, "__init__.py"), submodule_search_locations=[self.folder]
        )


def adopt_own_package() -> ModuleType:
    """This folder as a package of its own, so that its modules find each other without the grader being importable."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "_autodiff_worker", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)
    return package


def start() -> None:
    """Reads the command line, prepares the process and serves."""
    descriptor, memory, cpu, numpy_folder = sys.argv[1:5]
    sys.argv[1:] = []
    die_with_parent()
    sys.meta_path.insert(0, OnlyNumpy(numpy_folder))
    adopt_own_package()
    service = importlib.import_module("_autodiff_worker.service")
    limit(int(memory), int(cpu))
    service.serve(socket.socket(fileno=int(descriptor)))


if __name__ == "__main__":
    start()
