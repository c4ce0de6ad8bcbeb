"""What a worker does with its time, as the kernel counts it: computing, ready to compute, or waiting.

Other load makes a process ready for long, and its answers late, but never makes it wait: so waiting can be charged on a
machine of any load. The kernel counts, for each thread, the time that it ran and the time that it was ready to.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # of the CPU times in stat, per second
NANO = 1e-9
LONGEST_LINE = 1 << 10  # bytes; stat and schedstat are one line of at most some 400


class ThreadClock:
    """The times of one thread, by its folder in /proc (default: the calling thread's); 0 where the system has none."""

    def __init__(self, folder: Path = Path("/proc/thread-self")) -> None:
        self._times = _open(folder / "schedstat")

    @property
    def tells_waiting(self) -> bool:
        """Whether waiting can be told from being ready to run."""
        return self._times >= 0

    def busy(self) -> float:
        """Seconds that it ran or was ready to run."""
        return _seconds(_read(self._times))

    def close(self) -> None:
        """Closes the file."""
        self._times = _closed(self._times)


class ProcessClock(ThreadClock):
    """The times of all threads of one process, by its id as this process sees it."""

    full = False  # the system limits its memory

    def __init__(self, pid: int) -> None:
        self._folder = Path("/proc", str(pid))
        super().__init__(self._folder)
        self._stat = _open(self._folder / "stat")
        self._cpu = 0.0
        self._state, self._threads = "", 1

    @property
    def state(self) -> str:
        """The first thread's, as a letter, at the last call of `cpu`; "Z" where it has ended."""
        return self._state

    @property
    def threads(self) -> int:
        """How many there were at the last call of `cpu`."""
        return self._threads

    def cpu(self) -> float:
        """Seconds of CPU of all threads, ended ones too, in steps of 10 ms; the last figure once it has ended."""
        fields = _read(self._stat).rpartition(b")")[2].split()
        if len(fields) > 17:
            self._state, self._threads = fields[0].decode("ascii"), int(fields[17])
            self._cpu = (int(fields[11]) + int(fields[12])) / TICK
        return self._cpu

    def busy(self) -> float:
        """Seconds that threads which are there ran or were ready to run."""
        return self._busy(self._others())

    def look(self) -> tuple[set[str], float]:
        """The states that threads are in, as letters, and then `busy`; of the first one, the state that `cpu` found."""
        others, states = self._others(), {self._state}
        for thread in others:
            with contextlib.suppress(OSError):
                states.add((thread / "stat").read_bytes().rpartition(b")")[2].split()[0].decode("ascii"))
        return states, self._busy(others)

    def close(self) -> None:
        """Closes the files."""
        super().close()
        self._stat = _closed(self._stat)

    def _busy(self, others: list[Path]) -> float:
        total = super().busy()
        for thread in others:
            with contextlib.suppress(OSError):
                total += _seconds((thread / "schedstat").read_bytes())
        return total

    def _others(self) -> list[Path]:
        """The folders of the threads besides the first."""
        try:
            threads = [*(self._folder / "task").iterdir()] if self._threads > 1 else []
        except OSError:
            return []
        return [thread for thread in threads if thread.name != self._folder.name]


def _open(path: Path) -> int:
    if sys.platform != "linux":
        return -1
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return -1


def _closed(descriptor: int) -> int:
    if descriptor >= 0:
        os.close(descriptor)
    return -1


def _read(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, LONGEST_LINE, 0) if descriptor >= 0 else b""
    except OSError:
        return b""


def _seconds(times: bytes) -> float:
    """Of a line "ran ready slices" in nanoseconds the first two."""
    fields = times.split()
    return (int(fields[0]) + int(fields[1])) * NANO if len(fields) > 1 else 0.0
