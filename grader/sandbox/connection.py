"""The judge's end of one worker: send requests, meter its CPU and waiting, read and cap what it prints, end it."""

from __future__ import annotations

import selectors
import signal
import socket
import time
from collections.abc import Callable
from io import RawIOBase
from random import Random
from typing import Any, Protocol

from grader.model.dataclass import dataclass
from grader.sandbox.budget import Budget
from grader.sandbox.cpu_clock import ThreadClock
from grader.sandbox.instruments import Clock
from grader.worker import frames

KEPT_OUTPUT = 64 << 10  # bytes; a report shows the beginning of what was printed, the limit of output is far above
METER_EVERY = 0.05  # seconds; far below the budgets, which are seconds; a look costs some ten microseconds
GRACE = 5.0  # seconds of its waiting in which a worker that has hung up may come to its end
# Calls of the judge's own functions within one request, and bytes of each: a gradient check makes some hundreds,
# with small arrays.
MAX_PLANTED_CALLS = 10_000
MAX_PLANTED_BYTES = 64 << 10
# Seconds, the most that one look adds, however long this process was away (stopped, or a machine that slept): looks are
# 0.05 s apart where nothing is in the way.
LONGEST_LOOK = 0.2
CHUNK = 1 << 16  # bytes read at a time
MAX_CHUNKS = 64  # of output, read in a row: who prints without end must not keep this process from looking
LONGEST_NAP = 0.01  # seconds
LAST_WORDS = 0.2  # seconds in which what an ended worker printed arrives, where it comes through a thread
MOST_THREADS = 500  # each costs a look some 20 microseconds; linear algebra and honest pools have some tens
WORTH_A_LOOK = 0.005  # seconds; shorter answers are not worth the reading of clocks
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# Not epoll, which would take a descriptor and some system calls for each worker; Windows has `select` alone.
Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)

Serve = Callable[[int, Any, memoryview], bytes]
Part = Callable[[dict[str, Any], memoryview], None]


class WorkerLost(Exception):
    """The worker gave no answer. `why` is ended, cpu, wait, wall, output, protocol, calls, threads or memory.

    `detail` is its exit status, or the number of calls or threads.
    """

    def __init__(self, why: str, detail: int = 0) -> None:
        super().__init__(why)
        self.why, self.detail = why, detail

    @property
    def by_the_machine(self) -> bool:
        """Whether the machine did it: the wall time ran out with CPU and waiting left, or something else killed the
        worker (a lock keeps student code from killing itself)."""
        return self.why == "wall" or (self.why == "ended" and self.detail == -getattr(signal, "SIGKILL", 9))


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit status, the seconds of CPU that it used (0.0 where unknown), whether it lived until
    it was killed here, and how many others that it had started still ran."""

    status: int
    cpu: float
    killed: bool
    left: int = 0


class Process(Protocol):
    """A worker process, however it was started."""

    def clock(self, pid: int) -> Clock:
        """What it uses; `pid` is its id as this process sees it."""

    def end(self, grace: float) -> Ended:
        """Waits `grace` seconds for it to end by itself, then kills it with all it started."""


class WorkerConnection:
    """A running worker; what it prints is read from `printed`, which never waits. `known` are the keys of the programs
    that need not be sent. Not shared between threads."""

    def __init__(self, process: Process, ours: socket.socket, printed: RawIOBase, clock: Clock) -> None:
        self._process, self._socket, self._printed = process, ours, printed
        self._socket.setblocking(False)
        self._clock, self._own = clock, ThreadClock()
        self._received = b""
        self._kept = bytearray()
        self._budget = Budget(0.0, 0.0, 0.0, 0)
        self._cpu = self._busy = self._own_busy = self._looked = 0.0
        self._spoke = False
        self._headless = False
        self._last_size = 0
        self._status = 0
        self._killed = False
        self._random = Random()
        self._selector = Selector()
        self._printing = self._selector.register(printed, READ)
        self._answering = self._selector.register(ours, READ)
        self.alive = True
        self.left = 0  # processes that it had started and that still ran when it ended
        self.known: frozenset[str] = frozenset()

    def allow(self, budget: Budget) -> None:
        """What it uses from now on is taken from this budget."""
        self._drain()
        self._cpu, self._budget = self._clock.cpu(), budget

    def ask(self, frame: bytes, serve: Serve | None = None, part: Part | None = None) -> tuple[Any, memoryview]:
        """One request frame, one answer; `serve` answers the planted functions that the worker calls meanwhile, and
        `part` takes the parts of an answer that comes in several.

        Raises WorkerLost, after which the worker is gone.
        """
        if not self.alive:
            raise WorkerLost("ended", self._status)
        try:
            self._begin()
            answer = self._exchange(frame, serve, part)
            if time.monotonic() - self._looked > WORTH_A_LOOK:
                self._look(time.monotonic())
            return answer
        except WorkerLost as lost:
            self.close()
            if lost.why == "ended" and self._budget.spent == "cpu":
                raise WorkerLost("cpu") from None  # the system ended it before this process could
            raise

    def take_output(self) -> str:
        """What was printed since the last call, at most 64 KiB of it, undecodable bytes replaced."""
        if self.alive:
            self._drain()
        text = bytes(self._kept).decode("utf-8", "replace")
        self._kept.clear()
        return text

    def keep_output(self, text: str) -> None:
        """Puts what another worker printed before what this one does."""
        self._kept[:0] = text.encode("utf-8", "replace")[: KEPT_OUTPUT - len(self._kept)]

    def close(self, grace: float = 0.0) -> int:
        """Ends the worker and all it started; its exit status, negative for a signal."""
        if self.alive:
            self.alive = False
            self._drain()
            cpu, started = self._clock.cpu(), time.monotonic()
            ended = self._process.end(grace)
            waited = time.monotonic() - started if grace else 0.0
            self._status, self._killed, self.left = ended.status, ended.killed, ended.left
            self._budget.spend(cpu=max(cpu, ended.cpu) - self._cpu, wait=min(waited, grace))
            deadline = time.monotonic() + LAST_WORDS
            while self._drain() and time.monotonic() < deadline:
                time.sleep(LAST_WORDS / 100)
            self._selector.close()
            self._socket.close()
            self._printed.close()
            self._clock.close()
            self._own.close()
        return self._status

    def _exchange(self, frame: bytes, serve: Serve | None, part: Part | None) -> tuple[Any, memoryview]:
        calls = 0
        while calls < MAX_PLANTED_CALLS:
            self._send(frame)
            answer, raw = self._receive()
            self._spoke = True
            while part is not None and isinstance(answer, dict) and "part" in answer:
                self._drain()
                part(answer, raw)
                calls = 0
                answer, raw = self._receive()
                self._spoke = True
            if serve is None or not isinstance(answer, dict) or "planted" not in answer:
                self._drain()
                return answer, raw
            calls += 1
            looked_up = answer.get("looked", 0)
            if type(looked_up) is not int or calls + max(looked_up, 0) > MAX_PLANTED_CALLS:
                raise WorkerLost("calls", MAX_PLANTED_CALLS)
            if self._last_size > MAX_PLANTED_BYTES:
                raise WorkerLost("protocol")
            started = time.thread_time()
            frame = serve(answer["planted"], answer.get("x"), raw)
            self._budget.spend(serving=time.thread_time() - started)
            if self._budget.serving < 0:
                raise WorkerLost("calls")
        raise WorkerLost("calls", MAX_PLANTED_CALLS)

    def _send(self, frame: bytes) -> None:
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                self._wait(WRITE)
            except OSError:
                raise self._hung_up() from None

    def _receive(self) -> tuple[Any, memoryview]:
        try:
            total, text = frames.sizes(self._take(frames.HEAD.size), frames.MAX_ANSWER)
            self._last_size = total
            return frames.unpack(self._take(total), text)
        except frames.BadFrame:
            raise WorkerLost("protocol") from None

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._wait(READ)
            try:
                part = self._socket.recv(CHUNK)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise self._hung_up()
            self._received += part
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _wait(self, event: int) -> None:
        """Returns when the socket is ready; meters meanwhile. Raises WorkerLost when a budget is used up."""
        if event != READ:
            self._answering = self._selector.modify(self._socket, event)
        try:
            self._meter_until_ready()
        finally:
            if event != READ:
                self._answering = self._selector.modify(self._socket, READ)

    def _meter_until_ready(self) -> None:
        while True:
            ready = [key for key, _ in self._selector.select(METER_EVERY)]
            printed = self._printing in ready
            if printed and not self._drain():
                self._selector.unregister(self._printed)
            if self._budget.spent == "output":
                raise WorkerLost("output")
            answered = self._answering in ready
            self._spoke |= answered
            if time.monotonic() - self._looked >= METER_EVERY:  # also where there is always something to hear
                if printed:
                    time.sleep(self._random.uniform(0, LONGEST_NAP))  # who prints does not choose when it is looked at
                self._look(time.monotonic())
            if answered:
                return

    def _hung_up(self) -> WorkerLost:
        """Its end of the connection is closed: it has ended, or it lives on without one, which is its own doing."""
        status = self.close(min(GRACE, max(self._budget.wait, WORTH_A_LOOK)))
        return WorkerLost("protocol") if self._killed else WorkerLost("ended", status)

    def _begin(self) -> None:
        """The worker owes an answer from now on."""
        self._busy, self._own_busy, self._looked = self._clock.busy(), self._own.busy(), time.monotonic()
        self._spoke = False

    def _look(self, now: float) -> None:
        """Charges what was used since the last look. Raises WorkerLost when a budget is used up."""
        cpu = self._clock.cpu()
        if self._clock.threads > MOST_THREADS:
            raise WorkerLost("threads", MOST_THREADS)
        if self._clock.full:
            raise WorkerLost("memory")
        own = self._own.busy()
        # Where it has said something, it may have been this process that was slow to hear it.
        slow = own - self._own_busy if self._spoke else 0.0
        elapsed = max(0.0, min(now - self._looked, LONGEST_LOOK) - slow)
        self._budget.spend(cpu=cpu - self._cpu, wait=self._waited(cpu, elapsed), wall=elapsed)
        self._cpu, self._own_busy, self._looked, self._spoke = cpu, own, now, False
        if self._budget.spent == "wall" and not self._clock.tells_waiting:
            raise WorkerLost("wait")
        if self._budget.spent:
            raise WorkerLost(self._budget.spent)
        if self._clock.state in ("Z", "X") and self._headless:
            raise WorkerLost("protocol")  # its first thread has ended, and the connection is still open
        self._headless = self._clock.state in ("Z", "X")

    def _waited(self, cpu: float, elapsed: float) -> float:
        """Seconds of waiting since the last look.

        The kernel says how long a thread was ready only once it runs, and no more what an ended one did: so a look that
        finds one running, ready, stopped or waiting for a disk charges nothing.
        """
        if not self._clock.tells_waiting:
            return 0.0
        states, busy = self._clock.look()
        waited = elapsed - max(busy - self._busy, cpu - self._cpu, 0.0) if states <= {"S", "Z", "X"} else 0.0
        self._busy = busy
        return max(0.0, waited)

    def _drain(self) -> bool:
        """Reads what is printed so far; False when no more can come."""
        for _ in range(MAX_CHUNKS):
            try:
                part = self._printed.read(CHUNK)
            except OSError:
                return False
            if part is None:
                return True
            if not part:
                return False
            self._budget.spend(output=len(part))
            self._kept += part[: KEPT_OUTPUT - len(self._kept)]
        return True
