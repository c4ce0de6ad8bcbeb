"""A worker's life: import numpy, limit itself, then answer requests until the judge hangs up.

Started as `python -I -S -B main.py MODE SOCKET CONFIG`; CONFIG is JSON: where packages are, limits, which lock. In the
mode `single` this process serves one submission. In the mode `warm` it stays clean and forks a child for each (see
fork_server.py). Before the first request a worker limits and locks itself, and says which layers of the lock hold.
Standard output and error belong to student code; frames go over the socket alone.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import socket
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
# Honest code writes no file (Landlock forbids it) and opens modules, one after the other: far below both.
MAX_FILE = 1 << 20  # bytes
MAX_DESCRIPTORS = 64


def limit(memory: int, cpu: int) -> None:
    """Caps this process: CPU seconds, address space and file size in bytes, descriptors, no core file."""
    wanted = {"CPU": cpu, "AS": memory, "CORE": 0, "FSIZE": MAX_FILE, "NOFILE": MAX_DESCRIPTORS}
    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue


def die_with_parent(prctl: Any) -> None:
    """Asks Linux to end this process when its parent ends; elsewhere the closed socket does it."""
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def find_prctl() -> Any:
    """Linux's prctl, None on other systems."""
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None).prctl


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
    mode, descriptor, text = sys.argv[1:]
    sys.argv[1:] = []
    sys.orig_argv[:] = []
    config = json.loads(text)
    connection = socket.socket(fileno=int(descriptor))
    prctl = find_prctl()
    adopt_own_package()
    libraries = importlib.import_module("_autodiff_worker.libraries")
    libraries.install(config["packages"], config["open"])
    service = importlib.import_module("_autodiff_worker.request_handler")
    locks = importlib.import_module("_autodiff_worker.lock")
    locks.hide_memory(prctl)

    def serve(connection: socket.socket, memory: int, cpu: int, known: Mapping[str, Any]) -> None:
        die_with_parent(prctl)
        limit(memory, cpu)
        service.serve(connection, lock.enforce(), known)

    for name in config["inside"]:  # a locked worker can no longer read them
        libraries.library(name)
    origins = [config["packages"][name] for name in config["open"]]
    if mode == "warm":
        warm = importlib.import_module("_autodiff_worker.fork_server")
        warm.import_all()
        lock = locks.Lock(config["locked"], config["uid"], origins)
        warm.serve(connection, serve)
    else:
        lock = locks.Lock(config["locked"], config["uid"], origins)
        serve(connection, config["memory"], config["cpu"], {})


if __name__ == "__main__":
    start()
