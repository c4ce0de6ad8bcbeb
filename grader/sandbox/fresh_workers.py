"""A fresh process for every worker: works everywhere."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from grader.model import Limits
from grader.sandbox.confinement import Confinement
from grader.sandbox.connection import Process, WorkerConnection
from grader.sandbox.handshake import connect
from grader.sandbox.shared_programs import SharedPrograms
from grader.sandbox.source import Isolation
from grader.sandbox.spawn import Launch
from grader.sandbox.system import start as start_process


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

        launch = Launch("single", self.confinement, limits.memory, cpu, sorted(self.prepared))

        def start(theirs: socket.socket, printed: int) -> tuple[Process, int]:
            process = start_process(launch, theirs, printed)
            return process, process.pid

        connection, self.held = connect(start)
        return connection

    def close(self) -> None:
        """Nothing stays behind."""
