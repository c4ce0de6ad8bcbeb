"""Starts a worker's Python: isolated, an empty environment, one thread for linear algebra, nothing inherited."""

from __future__ import annotations

import functools
import importlib.util
import socket
import subprocess
import sys
from pathlib import Path

from grader.model import GraderError

ENTRY = Path(__file__).parent.parent / "worker" / "main.py"
PACKAGES = ("numpy", "yaml", "pydot", "pyparsing")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def spawn(mode: str, theirs: socket.socket, printed: int, memory: int, cpu: int) -> subprocess.Popen[bytes]:
    """A new process in the given mode of worker/main.py. Raises GraderError where none can be started."""
    numbers = (theirs.fileno(), memory, cpu)
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(ENTRY), mode, *map(str, numbers), *packages()]
    try:
        return subprocess.Popen(
            command,
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
def packages() -> tuple[str, ...]:
    """NAME=FOLDER of every package that a worker needs, found without importing it."""
    return tuple(f"{name}={_folder(name)}" for name in PACKAGES)


def _folder(name: str) -> str:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise GraderError(f"{name} is not installed; `pip install {name}`")
    return str(Path(spec.origin).parent)
