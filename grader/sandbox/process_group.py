"""Worker processes on Linux and macOS: each leads a session, which is killed as a whole; descriptors are passed on."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from io import FileIO, RawIOBase
from typing import Any

from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.sandbox.connection import Ended
from grader.sandbox.cpu_clock import ProcessClock
from grader.sandbox.instruments import Clock, ProcessMeter
from grader.sandbox.spawn import ONE_THREAD, Launch


def pipe() -> tuple[RawIOBase, int]:
    """What is printed, to be read without waiting, and the descriptor that a worker prints to."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    return FileIO(reading), writing


def popen(command: Sequence[str], theirs: socket.socket, printed: int) -> subprocess.Popen[bytes]:
    """A new process that has this end of a connection, by its number. Raises GraderError where none can be started."""
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
        raise GraderError(f"cannot start a worker process: {error}") from error


def start(launch: Launch, theirs: socket.socket, printed: int) -> ProcessGroup:
    """A process that serves one submission. Raises GraderError where none can be started."""
    command = launch.command(str(theirs.fileno()))
    return ProcessGroup(popen(command, theirs, printed), launch.memory, launch.confinement.by_linux)


@dataclass(frozen=True)
class ProcessGroup:
    """A process that leads a session of its own, and the bytes of memory that it may have; `by_linux` says whether the
    kernel counts and limits what it uses."""

    popen: subprocess.Popen[bytes]
    memory: int
    by_linux: bool

    @property
    def pid(self) -> int:
        """Its id."""
        return self.popen.pid

    def clock(self, pid: int) -> Clock:
        """What it uses."""
        return ProcessClock(pid) if self.by_linux else ProcessMeter(self.popen.pid, self.memory)

    def end(self, grace: float) -> Ended:
        """Waits, then kills the process and its session; its CPU is left to the connection's own clock."""
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(grace)
        escaped = [] if self.by_linux else _below(self.popen.pid)
        killed = self.popen.poll() is None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.kill()
        for process in escaped:
            with contextlib.suppress(Exception):  # psutil's own errors: it has ended, or is another user's
                process.kill()
        return Ended(self.popen.wait(), 0.0, killed, len(escaped))


def _below(pid: int) -> list[Any]:
    """The running processes that a process has started, also those that left its session."""
    import psutil

    found = []
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found += [process] if process.status() != psutil.STATUS_ZOMBIE else []
    return found
