"""A warm worker that forks a child for each submission, in a millisecond instead of an interpreter's start."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from grader.model import GraderError, Limits
from grader.model.dataclass import dataclass
from grader.sandbox.confinement import Confinement
from grader.sandbox.connection import Ended, WorkerConnection
from grader.sandbox.cpu_clock import ProcessClock
from grader.sandbox.handshake import connect
from grader.sandbox.process_group import popen
from grader.sandbox.source import Isolation
from grader.sandbox.spawn import Launch

if TYPE_CHECKING:
    from grader.sandbox.shared_programs import SharedPrograms

# Seconds for a warm worker to start or answer: a start with all imports takes one, an answer milliseconds.
PATIENCE = 30.0
# Requests whose programs are known: a set of this course has fifty, which take 1 MB; a class shares eight sets.
MOST_KNOWN = 1000
MAX_MESSAGE = 1 << 12  # bytes; an answer is a few numbers


@dataclass(frozen=True)
class Child:
    """A forked worker, by its pid in the namespace of its parent: one of the warm workers that the pool has had."""

    pid: int
    pool: Warm
    parent: int

    def clock(self, pid: int) -> ProcessClock:
        """What it uses; `pid` is its id as this process sees it."""
        return ProcessClock(pid)

    def end(self, grace: float) -> Ended:
        """The warm worker, its parent, kills and reaps it and its orphans."""
        if self.parent != self.pool.opened:
            return Ended(-signal.SIGKILL, 0.0, False)  # it died with its parent, and another has its number
        try:
            status, cpu, killed, left = self.pool.send({"end": self.pid, "grace": grace})
            return Ended(int(status), float(cpu), killed is True, int(left))
        except GraderError:
            return Ended(-signal.SIGKILL, 0.0, False)  # it died with the warm worker, which somebody killed


class Warm:
    """The judge's end of a warm worker's control socket. Started early, it warms up while the judge does other work."""

    def __init__(self, confinement: Confinement) -> None:
        self.confinement = confinement
        self.held: tuple[str, ...] = ()
        self.probed: Isolation | None = None
        self.opened = 0  # how many warm workers there were: names the one that runs
        self._open()

    def teach(self, shared: Iterable[SharedPrograms]) -> None:
        """Has workers that start from now on know these programs. Raises GraderError."""
        self._reopen()
        for one in shared:
            if one.key in self._taught:
                continue
            if full := len(self._taught) == MOST_KNOWN:
                self._taught.clear()
            ours, theirs = socket.socketpair()
            with ours, theirs:
                ours.settimeout(PATIENCE)
                self._tell({"learn": one.key, "forget": full}, [theirs.fileno()])
                theirs.close()
                with suppress(OSError):  # it has ended: there is no answer either
                    ours.sendall(one.frame)
                self._answer()
            self._taught.add(one.key)

    def prepare(self, module: str) -> None:
        """The warm worker imports it, for all that it forks. Raises GraderError."""
        self._reopen()
        if module not in self.prepared:
            self._import(module)

    def start(self, limits: Limits, cpu: int) -> WorkerConnection:
        """A forked worker for one submission with `cpu` seconds in all. Raises GraderError."""
        self._reopen()

        def start(theirs: socket.socket, printed: int) -> tuple[Child, int]:
            pid = int(self.send({"fork": [limits.memory, cpu]}, [theirs.fileno(), printed]))
            if pid < 0:
                raise GraderError("cannot start another process: the machine is out of processes or memory")
            return Child(pid, self, self.opened), 0  # its number may be one of another namespace

        connection, self.held = connect(start)
        connection.known = frozenset(self._taught)
        return connection

    def _reopen(self) -> None:
        if self._popen.poll() is not None:
            modules = self.prepared
            self.close()
            self._open()
            for module in modules:
                self._import(module)

    def _import(self, module: str) -> None:
        self.send({"import": module})
        self.prepared.add(module)

    def _open(self) -> None:
        self.opened += 1
        self._taught: set[str] = set()
        self.prepared: set[str] = set()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(PATIENCE)
        self._ready = False
        try:
            command = Launch("warm", self.confinement).command(str(theirs.fileno()))
            self._popen = popen(command, theirs, subprocess.DEVNULL)
        except GraderError:
            self._control.close()
            raise
        finally:
            theirs.close()

    def send(self, message: dict[str, Any], descriptors: list[int] | None = None) -> Any:
        """One control message and its answer. Raises GraderError where the warm worker is gone."""
        self._tell(message, descriptors or [])
        return self._answer()

    def _tell(self, message: dict[str, Any], descriptors: list[int]) -> None:
        try:
            if not self._ready:
                self._ready = self._control.recv(8) == b"0"
            socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
        except OSError as error:
            raise self._gone(error) from error
        except KeyboardInterrupt:
            self._hang_up()
            raise

    def _answer(self) -> Any:
        try:
            return json.loads(self._control.recv(MAX_MESSAGE))
        except (OSError, ValueError) as error:
            raise self._gone(error) from error
        except KeyboardInterrupt:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        """An answer that comes too late must not be taken for the next one's."""
        self._control.close()
        self._popen.kill()

    def _gone(self, error: Exception) -> GraderError:
        self._hang_up()
        return GraderError(
            f"the process that starts workers has ended ({type(error).__name__}): run again with --jobs 0"
        )

    def close(self) -> None:
        """Hangs up; the warm worker ends all it started, then itself."""
        self._control.close()
        try:
            self._popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
