"""The judge's end of one worker: ask with a deadline, meter its CPU, drain and cap what it prints, end it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from grader.model import Limits
from grader.worker import wire

KEPT_OUTPUT = 64 << 10
METER_EVERY = 0.05
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class WorkerLost(Exception):
    """The worker gave no answer. `why` is one of ended, cpu, wall, output, garbled; `detail` an exit status or size."""

    def __init__(self, why: str, detail: int = 0) -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


class Line:
    """A running worker process. Not shared between threads."""

    def __init__(self, process: subprocess.Popen[bytes], ours: socket.socket, printed: int) -> None:
        self._process, self._socket, self._printed = process, ours, printed
        self._socket.setblocking(False)
        os.set_blocking(printed, False)
        self._kept = bytearray()
        self._print_count = 0
        self._cpu_start = 0.0
        self._print_start = 0
        self._wall_end = 0.0
        self._limits = Limits()
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
            fields = Path(f"/proc/{self._process.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICK

    def ask(self, message: dict[str, Any], blobs: list[bytes]) -> tuple[Any, memoryview]:
        """One request, one answer. Raises WorkerLost, after which the worker is gone."""
        if not self.alive:
            raise WorkerLost("ended")
        try:
            return self._exchange(wire.pack(message, blobs))
        except WorkerLost:
            self.close()
            raise

    def take_output(self) -> str:
        """What was printed since the last call, at most 64 KiB of it, undecodable bytes replaced."""
        self._drain()
        text = bytes(self._kept).decode("utf-8", "replace")
        self._kept.clear()
        return text

    def close(self) -> int:
        """Ends the worker and all it started in its session; its exit status, negative for a signal."""
        if self.alive:
            self.alive = False
            self._drain()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            self._drain()
            self._socket.close()
            os.close(self._printed)
        return self._process.returncode

    def _exchange(self, frame: bytes) -> tuple[Any, memoryview]:
        self._send(frame)
        total, text = self._sizes(self._receive(wire.HEAD.size))
        try:
            answer = wire.unpack(self._receive(total), text)
        except wire.BadFrame:
            raise WorkerLost("garbled") from None
        self._drain()
        return answer

    def _sizes(self, head: bytes) -> tuple[int, int]:
        try:
            return wire.sizes(head, wire.MAX_ANSWER)
        except wire.BadFrame:
            raise WorkerLost("garbled") from None

    def _send(self, frame: bytes) -> None:
        rest = memoryview(frame)
        while rest:
            self._wait(select.POLLOUT)
            with contextlib.suppress(BlockingIOError):
                try:
                    rest = rest[self._socket.send(rest) :]
                except OSError as error:
                    if isinstance(error, BlockingIOError):
                        raise
                    raise WorkerLost("ended", self._status()) from None

    def _receive(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._wait(select.POLLIN)
            try:
                part = self._socket.recv(count - len(parts))
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise WorkerLost("ended", self._status())
            parts += part
        return bytes(parts)

    def _wait(self, event: int) -> None:
        """Returns when the socket is ready; meters meanwhile. Raises WorkerLost when a budget is used up."""
        poll = select.poll()
        poll.register(self._socket, event)
        poll.register(self._printed, select.POLLIN)
        while True:
            ready = dict(poll.poll(METER_EVERY * 1000))
            if self._printed in ready and not self._drain():
                poll.unregister(self._printed)
            if self._print_count - self._print_start > self._limits.output:
                raise WorkerLost("output", self._limits.output)
            if self._socket.fileno() in ready:
                return
            if self.cpu_seconds() - self._cpu_start > self._limits.cpu:
                raise WorkerLost("cpu")
            if time.monotonic() > self._wall_end:
                raise WorkerLost("wall")

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

    def _status(self) -> int:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        return self.close()
