"""What a worker uses, as the judge reads it: thread by thread from Linux, and in whole from psutil elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Clock(Protocol):
    """The times, threads and memory of one worker."""

    @property
    def tells_waiting(self) -> bool:
        """Whether waiting can be told from being ready to run."""

    @property
    def state(self) -> str:
        """The first thread's, as a letter, at the last call of `cpu`; "Z" where it has ended, "" where unknown."""

    @property
    def threads(self) -> int:
        """How many there were at the last call of `cpu`."""

    @property
    def full(self) -> bool:
        """Whether it had more memory than it may have, at the last call of `cpu`."""

    def cpu(self) -> float:
        """Seconds of CPU of all threads, ended ones too; the last figure once it has ended."""

    def busy(self) -> float:
        """Seconds that threads which are there ran or were ready to run; 0.0 where unknown."""

    def look(self) -> tuple[set[str], float]:
        """The states that threads are in, as letters, and then `busy`."""

    def close(self) -> None:
        """Lets go of it."""


def process_cpu(process: Any) -> float:
    """Seconds of CPU of a psutil.Process. Raises psutil.Error."""
    times = process.cpu_times()
    return float(times.user + times.system)


def resident(process: Any) -> int:
    """Bytes of memory that a psutil.Process has. Raises psutil.Error."""
    return int(process.memory_info().rss)


class ProcessMeter:
    """The times and the memory of a whole process, by its id, where no limit of the system holds its memory: more than
    `most` bytes make it `full`. `cpu_of` and `memory_of` say how its psutil.Process is read on this system."""

    tells_waiting = False
    state = ""

    def __init__(
        self,
        pid: int,
        most: int,
        cpu_of: Callable[[Any], float] = process_cpu,
        memory_of: Callable[[Any], int] = resident,
    ) -> None:
        import psutil

        self._failed: type[Exception] = psutil.Error
        self._most, self._cpu_of, self._memory_of = most, cpu_of, memory_of
        self._cpu = 0.0
        self.threads, self.full = 1, False
        try:
            self._process: Any = psutil.Process(pid)
        except psutil.Error:
            self._process = None  # it has ended already

    def cpu(self) -> float:
        """Seconds of CPU of all threads; the last figure once it has ended."""
        if self._process is not None:
            try:
                with self._process.oneshot():
                    self._cpu = max(self._cpu, self._cpu_of(self._process))
                    self.threads = self._process.num_threads()
                    self.full = self._memory_of(self._process) > self._most
            except self._failed:
                pass
        return self._cpu

    def busy(self) -> float:
        """Not known."""
        return 0.0

    def look(self) -> tuple[set[str], float]:
        """Not known."""
        return set(), 0.0

    def close(self) -> None:
        """Asks no more."""
        self._process = None
