"""A worker's life: import numpy, limit itself, then answer requests until the judge hangs up.

Started as `python -I -S -B main.py MODE SOCKET CONFIG`; CONFIG is JSON: where packages are, limits, which lock. In the
mode `single` this process serves one submission. In the mode `warm` it stays clean and forks a child for each (see
fork_server.py). Before the first request a worker limits and locks itself, and says which layers of the lock hold.
Standard output and error belong to student code; frames go over the socket alone.
"""

from __future__ import annotations

import _thread
import importlib.util
import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from types import ModuleType
from typing import Any

try:
    import resource
except ImportError:  # on Windows, where the judge's Job Object limits this process
    resource = None  # type: ignore[assignment]

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
# Honest code writes no file (Landlock forbids it) and opens modules, one after the other: far below both.
MAX_FILE = 1 << 20  # bytes
MAX_DESCRIPTORS = 64
LOOK = 0.5  # seconds between two looks at a parent


def limit(memory: int, cpu: int) -> None:
    """Caps this process: CPU seconds, address space (0: not) and file size in bytes, descriptors, no core file."""
    if resource is None:
        return
    wanted = {"CPU": cpu, "CORE": 0, "FSIZE": MAX_FILE, "NOFILE": MAX_DESCRIPTORS}
    if memory:
        wanted["AS"] = memory
    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue


def die_with_parent(prctl: Any, parent: int) -> None:
    """Asks Linux to end this process when its parent ends; elsewhere a thread looks whether the `parent` is there."""
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    elif parent:
        _thread.start_new_thread(_end_after, (parent,))


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.killpg(0, _SIGKILL)  # the session is this process's own


def find_prctl(parent: int) -> Any:
    """Linux's prctl, None on other systems, and where this process is to watch its `parent` itself."""
    if sys.platform != "linux" or parent:
        return None
    import ctypes

    return ctypes.CDLL(None).prctl


def connected(place: str) -> socket.socket:
    """This process's end of the connection: a descriptor by its number, or `-` where the judge sends one through
    standard input, which Windows alone knows how to."""
    if sys.platform == "win32" and place == "-":
        return socket.fromshare(sys.stdin.buffer.read())
    return socket.socket(fileno=int(place))


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
    mode, place, text = sys.argv[1:]
    sys.argv[1:] = []
    sys.orig_argv[:] = []
    config = json.loads(text)
    connection = connected(place)
    prctl = find_prctl(config["parent"])
    adopt_own_package()
    libraries = importlib.import_module("_autodiff_worker.libraries")
    libraries.install(config["packages"], config["open"])
    service = importlib.import_module("_autodiff_worker.request_handler")
    locks = importlib.import_module("_autodiff_worker.lock")
    data_stack = importlib.import_module("_autodiff_worker.data_stack")
    integrity = importlib.import_module("_autodiff_worker.integrity")
    locks.hide_memory(prctl)

    def serve(connection: socket.socket, memory: int, cpu: int, known: Mapping[str, Any]) -> None:
        die_with_parent(prctl, config["parent"])
        limit(memory, cpu)
        lowered = integrity.lower() if config["low"] else []
        data_stack.with_room(lambda: service.serve(connection, [*lock.enforce(), *lowered], known))

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
