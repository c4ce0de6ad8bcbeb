"""A fresh process for every worker: works everywhere."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import Limits
from grader.sandbox.confinement import Confinement
from grader.sandbox.connection import Ended, WorkerConnection
from grader.sandbox.handshake import connect
from grader.sandbox.shared_programs import SharedPrograms
from grader.sandbox.source import Isolation
from grader.sandbox.spawn import spawn


@dataclass(frozen=True)
class Started:
    """A process that serves one submission, with what it is started under."""

    popen: subprocess.Popen[bytes]

    def end(self, grace: float) -> Ended:
        """Waits, then kills the process and its session; its CPU is left to the connection's own clock."""
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(grace)
        killed = self.popen.poll() is None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.kill()
        return Ended(self.popen.wait(), 0.0, killed)


class Fresh:
    """Starts a new Python for each worker."""

    def __init__(self, confinement: Confinement) -> None:
        self.confinement = confinement
        self.held: tuple[str, ...] = ()
        self.probed: Isolation | None = None
        self.prepared: set[str] = set()

    def teach(self, shared: Iterable[SharedPrograms]) -> None:
        """Every worker is sent all of its programs."""

    def prepare(self, module: str) -> None:
        """Workers that start from now on import it."""
        self.prepared.add(module)

    def start(self, limits: Limits, cpu: int) -> WorkerConnection:
        """A worker for one submission with `cpu` seconds in all. Raises GraderError where none can be started."""

        def start(theirs: socket.socket, printed: int) -> tuple[Started, int]:
            popen = spawn("single", theirs, printed, self.confinement, limits.memory, cpu, sorted(self.prepared))
            return Started(popen), popen.pid

        connection, self.held = connect(start)
        return connection

    def close(self) -> None:
        """Nothing stays behind."""
