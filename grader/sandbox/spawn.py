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
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def spawn(mode: str, theirs: socket.socket, printed: int, memory: int, cpu: int) -> subprocess.Popen[bytes]:
    """A new process in the given mode of worker/main.py. Raises GraderError where none can be started."""
    numbers = (theirs.fileno(), memory, cpu)
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(ENTRY), mode, *map(str, numbers), numpy_folder()]
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
def numpy_folder() -> str:
    """Where numpy is installed, found without importing it."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None:
        raise GraderError("numpy is not installed; `pip install numpy`")
    return str(Path(spec.origin).parent)
