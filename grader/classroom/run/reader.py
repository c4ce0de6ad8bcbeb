"""Reads a class's submissions in a separate process, which may crash or hang without losing the other submissions."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from grader.base.errors import grader_failed
from grader.base.processes import interrupts_held, settle
from grader.base.text import escape_controls
from grader.classroom.model import HandedIn, Status
from grader.classroom.run import entries
from grader.judge import preload
from grader.model import GraderError, Submission
from grader.model.dataclass import dataclass

DEADLINE = 30.0  # seconds for one submission, which takes about a millisecond: time enough for a slow disk
TRIES = 2  # a crash may be the machine's fault once
START = 120.0  # seconds for the process to start: far above the second or so that it takes, even on a busy machine
# Bytes that reading may take (only Linux enforces it): far above what the largest archive takes, 20 MB unpacked.
MEMORY = 1 << 30


@dataclass(frozen=True)
class UnreadEntry:
    """Why there is no submission: it cannot be read, or the grader itself failed."""

    status: Status
    why: str


Read = Callable[[HandedIn, Path, Collection[str], str], Submission]
Found = Submission | UnreadEntry


@dataclass(frozen=True)
class _ReadConfig:
    """How the process reads each submission: with `read`, within `memory` bytes."""

    folder: Path
    wanted: Collection[str]
    revision: str
    read: Read
    memory: int


def read_all(
    handed: Sequence[HandedIn], folder: Path, wanted: Collection[str], revision: str = "", read: Read = entries.read
) -> Generator[tuple[HandedIn, Found], None, None]:
    """Each submission in order, or why there is none; the process reads ahead. To be closed.

    Raises GraderError where no process starts.
    """
    reader = _Reader(_ReadConfig(folder, frozenset(wanted), revision, read, MEMORY))
    try:
        for number, one in enumerate(handed):
            yield one, reader.next(handed, number)
    finally:
        reader.close()


@dataclass
class _Reader:
    """The process, and the pipe for its results; it reads ahead as far as the pipe has room."""

    config: _ReadConfig
    process: BaseProcess | None = None
    results: Connection = field(init=False)

    def next(self, handed: Sequence[HandedIn], number: int) -> Found:
        """The submission with this number; tried again where the process ends or hangs at it."""
        why = ""
        for _ in range(TRIES):
            if self.process is None:
                self._start(handed[number:])
            try:
                if self.results.poll(DEADLINE):
                    found: Found = self.results.recv()
                    return found
                why = (
                    f"reading it took more than {DEADLINE:g} seconds: the machine or its disk is slow, or the file was "
                    "possibly crafted to break programs that open it"
                )
            except (EOFError, OSError):
                why = "the process that reads submissions ended at this one; possibly a file crafted to break programs"
            self.close()
        return UnreadEntry(Status.FAILED, why)  # not UNREADABLE: it may be the machine's fault

    def _start(self, handed: Sequence[HandedIn]) -> None:
        context = preload.running() or multiprocessing.get_context("spawn")
        self.results, end = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(end, self.config, tuple(handed)), daemon=True)
        try:
            with end, interrupts_held():
                process.start()
            self.process = process
            if not self.results.poll(START):
                raise EOFError
            self.results.recv()
        except (EOFError, OSError):
            self.close()
            raise GraderError(
                "the process that reads submissions does not start; perhaps this machine is out of memory"
            ) from None

    def close(self) -> None:
        """Ends the process at once, if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.results.close()
            self.process = None


def _serve(results: Connection, config: _ReadConfig, handed: Sequence[HandedIn]) -> None:
    settle()
    _limit(config.memory)
    with contextlib.suppress(BrokenPipeError):
        results.send(None)
        for one in handed:
            results.send(_read(config, one))


def _read(config: _ReadConfig, one: HandedIn) -> Found:
    try:
        return config.read(one, config.folder, config.wanted, config.revision)
    except GraderError as error:
        return UnreadEntry(Status.UNREADABLE, escape_controls(str(error)))
    except MemoryError:
        why = f"reading it takes more than {config.memory >> 20} MB of memory; submit only the files of the assignment"
        return UnreadEntry(Status.UNREADABLE, why)
    except Exception as error:
        return UnreadEntry(Status.FAILED, escape_controls(grader_failed(error)))


def _limit(memory: int) -> None:
    """Bounds the memory that this process takes in addition to now: how much libraries map depends on the machine."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        wanted = pages * resource.getpagesize() + memory
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
