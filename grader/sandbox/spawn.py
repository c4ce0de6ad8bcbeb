"""Starts a worker's Python: isolated, an empty environment, one thread for linear algebra, nothing inherited."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from grader.model import GraderError
from grader.sandbox.confinement import Confinement

ENTRY = Path(__file__).parent.parent / "worker" / "main.py"
PACKAGES = ("numpy", "yaml", "pydot", "pyparsing")
LOCK_PACKAGES = ("landlockpy", "seccompy")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def spawn(
    mode: str, theirs: socket.socket, printed: int, confinement: Confinement, memory: int = 0, cpu: int = 0
) -> subprocess.Popen[bytes]:
    """A new process in the given mode of worker/main.py. Raises GraderError where none can be started."""
    config = {
        "packages": packages(confinement.locked), "memory": memory, "cpu": cpu, "locked": confinement.locked,
        "uid": confinement.uid,
    }  # fmt: skip
    python = [python_program(), "-I", "-S", "-B", "-X", "utf8", str(ENTRY), mode, str(theirs.fileno())]
    try:
        return subprocess.Popen(
            confinement.wrap([*python, json.dumps(config)], needed()),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            pass_fds=[theirs.fileno()],
            env=dict.fromkeys(ONE_THREAD, "1"),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise GraderError(f"no worker process could be started: {error}") from error


@functools.cache
def needed() -> tuple[str, ...]:
    """Every file and folder that a worker reads: Python, its standard library and packages, and the worker's code."""
    import sysconfig

    paths = [python_program(), *sys_libraries(), *packages(True).values(), str(ENTRY.parent)]
    paths += [sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"]]
    libraries = Path(packages(False)["numpy"]).parent / "numpy.libs"
    if libraries.is_dir():
        paths.append(str(libraries))
    return tuple(dict.fromkeys(paths))


def sys_libraries() -> list[str]:
    """The shared libraries beside a Python that is not the system's."""
    folder = Path(sys.base_prefix) / "lib"
    return [str(path) for path in folder.glob("libpython*")] if folder.is_dir() else []


@functools.cache
def python_program() -> str:
    """The interpreter itself: a virtual environment's link would lead to it."""
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


@functools.cache
def packages(locked: bool) -> dict[str, str]:
    """The folder of every package that a worker needs, found without importing it."""
    names = PACKAGES + LOCK_PACKAGES if locked else PACKAGES
    return {name: folder for name in names if (folder := _folder(name, name in PACKAGES))}


def _folder(name: str, must: bool) -> str:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parent)
    if must:
        raise GraderError(f"{name} is not installed; `pip install {name}`")
    return ""
