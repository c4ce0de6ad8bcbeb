"""What a worker does with its time, as the kernel tells: computing, ready to compute, or waiting.

Other load makes a process ready for long, and its answers late, but never makes it wait: so waiting can be charged on a
machine of any load. The kernel counts, for each thread, the time that it ran and the time that it was ready to.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
NANO = 1e-9


class Clock:
    """The times of one process, by its id as this process sees it; where the system tells none they stay 0."""

    def __init__(self, pid: int) -> None:
        self._folder = Path("/proc", str(pid))
        self._stat, self._times = _open(self._folder / "stat"), _open(self._folder / "schedstat")
        self._cpu = 0.0
        self._state, self._threads = "", 1

    @property
    def state(self) -> str:
        """The first thread's, as a letter, when `cpu` was asked last; "Z" where it has ended."""
        return self._state

    @property
    def threads(self) -> int:
        """How many there were when `cpu` was asked last."""
        return self._threads

    @property
    def tells_waiting(self) -> bool:
        """Whether waiting can be told from being ready to run."""
        return self._times >= 0

    def cpu(self) -> float:
        """Seconds of CPU of all threads, ended ones too, in steps of 10 ms; the last figure once it has ended."""
        fields = _read(self._stat).rpartition(b")")[2].split()
        if len(fields) > 17:
            self._state, self._threads = fields[0].decode("ascii"), int(fields[17])
            self._cpu = (int(fields[11]) + int(fields[12])) / TICK
        return self._cpu

    def busy(self) -> float:
        """Seconds that threads which are there ran or were ready to run."""
        total = _seconds(_read(self._times))
        if self._threads > 1:
            for thread in self._others():
                with contextlib.suppress(OSError):
                    total += _seconds((thread / "schedstat").read_bytes())
        return total

    def states(self) -> set[str]:
        """The states that threads are in, as letters; of the first one, what `cpu` found last."""
        found = {self._state}
        for thread in self._others() if self._threads > 1 else ():
            with contextlib.suppress(OSError):
                found.add((thread / "stat").read_bytes().rpartition(b")")[2].split()[0].decode("ascii"))
        return found

    def close(self) -> None:
        """Lets go of the files."""
        for descriptor in (self._stat, self._times):
            if descriptor >= 0:
                os.close(descriptor)
        self._stat = self._times = -1

    def _others(self) -> list[Path]:
        try:
            return [thread for thread in (self._folder / "task").iterdir() if thread.name != self._folder.name]
        except OSError:
            return []


class OwnClock:
    """Seconds that this thread ran or was ready to run; 0 where the system does not tell."""

    def __init__(self) -> None:
        self._times = _open(Path("/proc/thread-self/schedstat"))

    def busy(self) -> float:
        """Seconds so far."""
        return _seconds(_read(self._times))

    def close(self) -> None:
        """Lets go of the file."""
        if self._times >= 0:
            os.close(self._times)
        self._times = -1


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return -1


def _read(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, 1 << 10, 0) if descriptor >= 0 else b""
    except OSError:
        return b""


def _seconds(times: bytes) -> float:
    """Of a line "ran ready slices" in nanoseconds the first two."""
    fields = times.split()
    return (int(fields[0]) + int(fields[1])) * NANO if len(fields) > 1 else 0.0
