"""A fresh process for every worker: works everywhere."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass

from grader.model import Limits
from grader.sandbox.line import Line
from grader.sandbox.spawn import spawn


@dataclass(frozen=True)
class Fresh:
    """A process that serves one submission."""

    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process id."""
        return self.popen.pid

    def end(self, grace: float) -> int:
        """Waits, then kills the process and its session."""
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(grace)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.kill()
        return self.popen.wait()


class Plain:
    """Starts a new Python for each worker."""

    name = "separate process, rlimits"

    def start(self, limits: Limits, cpu: int) -> Line:
        """A worker for one submission with `cpu` seconds in all. Raises GraderError where none can be started."""
        ours, theirs = socket.socketpair()
        read_printed, write_printed = os.pipe()
        try:
            popen = spawn("single", theirs, write_printed, limits.memory, cpu)
        except BaseException:
            ours.close()
            os.close(read_printed)
            raise
        finally:
            theirs.close()
            os.close(write_printed)
        return Line(Fresh(popen), ours, read_printed)

    def close(self) -> None:
        """Nothing stays behind."""
