"""The judge's end of one worker: ask with a deadline, meter its CPU, drain and cap what it prints, end it."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from grader.model import Limits
from grader.worker import wire

KEPT_OUTPUT = 64 << 10
METER_EVERY_MS = 50
GRACE = 1.0
BUSY = 0.1  # of the wall time: who used more was computing on a busy machine, not waiting
MAX_PLANTED_CALLS = 10_000
MAX_PLANTED_BYTES = 64 << 10
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

Serve = Callable[[int, Any, memoryview], bytes]


class WorkerLost(Exception):
    """The worker gave no answer. `why` is ended, cpu, wall, output, garbled or calls; `detail` a status or size."""

    def __init__(self, why: str, detail: int = 0) -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


class Process(Protocol):
    """A worker process, however it was started."""

    def end(self, grace: float) -> int:
        """Waits `grace` seconds for it to end by itself, then kills it with all it started; its exit status."""


class Line:
    """A running worker, whose process id is `pid` as this process sees it. Not shared between threads."""

    def __init__(self, process: Process, ours: socket.socket, printed: int, pid: int) -> None:
        self._process, self._socket, self._printed = process, ours, printed
        self._socket.setblocking(False)
        os.set_blocking(printed, False)
        self._stat = Path(f"/proc/{pid}/stat")
        self._received = b""
        self._kept = bytearray()
        self._print_count = self._print_start = 0
        self._cpu_start = self._wall_end = self._next_look = 0.0
        self._last_size = 0
        self._limits = Limits()
        self._status = 0
        self._poll = select.poll()
        self._poll.register(printed, select.POLLIN)
        self._poll.register(ours, select.POLLIN)
        self.alive = True

    def allow(self, limits: Limits) -> None:
        """Starts a new budget: CPU, wall time and output are counted from now."""
        self._limits = limits
        self._cpu_start = self.cpu_seconds()
        self._print_start = self._print_count
        self._wall_end = time.monotonic() + limits.wall

    def cpu_seconds(self) -> float:
        """CPU time of the worker's own threads so far; 0.0 where the system does not tell."""
        try:
            fields = self._stat.read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICK

    def ask(self, frame: bytes, serve: Serve | None = None) -> tuple[Any, memoryview]:
        """One request frame, one answer; `serve` answers the planted functions that the worker calls meanwhile.

        Raises WorkerLost, after which the worker is gone.
        """
        if not self.alive:
            raise WorkerLost("ended", self._status)
        try:
            return self._exchange(frame, serve)
        except WorkerLost:
            self.close()
            raise

    def take_output(self) -> str:
        """What was printed since the last call, at most 64 KiB of it, undecodable bytes replaced."""
        if self.alive:
            self._drain()
        text = bytes(self._kept).decode("utf-8", "replace")
        self._kept.clear()
        return text

    def close(self, grace: float = 0.0) -> int:
        """Ends the worker and all it started; its exit status, negative for a signal."""
        if self.alive:
            self.alive = False
            self._drain()
            self._poll.unregister(self._socket)
            self._socket.close()
            self._status = self._process.end(grace)
            self._drain()
            os.close(self._printed)
        return self._status

    def _exchange(self, frame: bytes, serve: Serve | None) -> tuple[Any, memoryview]:
        for _ in range(MAX_PLANTED_CALLS):
            self._send(frame)
            answer, raw = self._receive()
            if serve is None or not isinstance(answer, dict) or "planted" not in answer:
                self._drain()
                return answer, raw
            if self._last_size > MAX_PLANTED_BYTES:
                raise WorkerLost("garbled")
            frame = serve(answer["planted"], answer.get("x"), raw)
        raise WorkerLost("calls", MAX_PLANTED_CALLS)

    def _send(self, frame: bytes) -> None:
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)
            except OSError:
                raise WorkerLost("ended", self.close(GRACE)) from None

    def _receive(self) -> tuple[Any, memoryview]:
        try:
            total, text = wire.sizes(self._take(wire.HEAD.size), wire.MAX_ANSWER)
            self._last_size = total
            return wire.unpack(self._take(total), text)
        except wire.BadFrame:
            raise WorkerLost("garbled") from None

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._wait(select.POLLIN)
            try:
                part = self._socket.recv(1 << 16)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise WorkerLost("ended", self.close(GRACE))
            self._received += part
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _wait(self, event: int) -> None:
        """Returns when the socket is ready; meters meanwhile. Raises WorkerLost when a budget is used up."""
        if event != select.POLLIN:
            self._poll.modify(self._socket, event)
        try:
            self._meter_until_ready()
        finally:
            if event != select.POLLIN:
                self._poll.modify(self._socket, select.POLLIN)

    def _meter_until_ready(self) -> None:
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll(METER_EVERY_MS)]
            if self._printed in ready and not self._drain():
                self._poll.modify(self._printed, 0)
            if self._print_count - self._print_start > self._limits.output:
                raise WorkerLost("output", self._limits.output)
            now = time.monotonic()
            if now >= self._next_look:  # also of a worker that always has something to say
                self._next_look = now + METER_EVERY_MS / 1000
                self._look(now)
            if self._socket.fileno() in ready:
                return

    def _look(self, now: float) -> None:
        used = self.cpu_seconds() - self._cpu_start
        if used > self._limits.cpu:
            raise WorkerLost("cpu")
        if now > self._wall_end:
            raise WorkerLost("cpu" if used > BUSY * self._limits.wall else "wall")

    def _drain(self) -> bool:
        """Reads what is printed so far; False when no more can come."""
        for _ in range(64):
            try:
                part = os.read(self._printed, 1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not part:
                return False
            self._print_count += len(part)
            self._kept += part[: KEPT_OUTPUT - len(self._kept)]
        return True
