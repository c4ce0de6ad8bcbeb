"""The plainest sandbox: a process of its own with resource limits, an empty environment, and only numpy to import."""

from __future__ import annotations

import functools
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

from grader.model import GraderError, Limits
from grader.sandbox.line import Line

NAME = "separate process, rlimits"
ENTRY = Path(__file__).parent.parent / "worker" / "main.py"
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def start(limits: Limits, exercises: int) -> Line:
    """A fresh worker for one submission with `exercises` exercises of at most `limits` each.

    Raises GraderError where no worker can be started at all.
    """
    ours, theirs = socket.socketpair()
    read_printed, write_printed = os.pipe()
    whole_cpu = int(limits.cpu * exercises) + 30
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-X",
        "utf8",
        str(ENTRY),
        str(theirs.fileno()),
        str(limits.memory),
        str(whole_cpu),
        numpy_folder(),
    ]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=write_printed,
            stderr=write_printed,
            pass_fds=[theirs.fileno()],
            env=dict.fromkeys(ONE_THREAD, "1"),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        os.close(read_printed)
        raise GraderError(f"no worker process could be started: {error}") from error
    finally:
        theirs.close()
        os.close(write_printed)
    return Line(process, ours, read_printed)


@functools.cache
def numpy_folder() -> str:
    """Where numpy is installed, found without importing it."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None:
        raise GraderError("numpy is not installed; `pip install numpy`")
    return str(Path(spec.origin).parent)
