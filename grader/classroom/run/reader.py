"""A class's submissions read by a process of its own, which may die or hang: the others' are read all the same."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from grader import words
from grader.base.processes import interrupts_held, settle
from grader.base.text import escape_controls
from grader.classroom.model import HandedIn, Status
from grader.classroom.run import entries
from grader.model import GraderError, Submission

DEADLINE = 30.0  # seconds for one submission; an honest one takes a thousandth of one
TRIES = 2
START = 120.0  # seconds for the process to start, on a busy machine
MEMORY = 1 << 30  # bytes that reading may take, where the system keeps to it (Linux)


@dataclass(frozen=True)
class UnreadEntry:
    """Why there is no submission: it cannot be read, or the grader itself failed at it."""

    status: Status
    why: str


Read = Callable[[HandedIn, Path, Collection[str], str], Submission]
Found = Submission | UnreadEntry


@dataclass(frozen=True)
class _Order:
    """What the process is to do with each submission: `read` it, with so many bytes of memory."""

    folder: Path
    wanted: Collection[str]
    revision: str
    read: Read
    memory: int


def read_all(
    handed: Sequence[HandedIn], folder: Path, wanted: Collection[str], revision: str = "", read: Read = entries.read
) -> Generator[tuple[HandedIn, Found], None, None]:
    """Each submission in order, or why there is none; the next ones are read meanwhile. To be closed.

    Raises GraderError where no process starts.
    """
    reader = _Reader(_Order(folder, frozenset(wanted), revision, read, MEMORY))
    try:
        for number, one in enumerate(handed):
            yield one, reader.next(handed, number)
    finally:
        reader.close()


@dataclass
class _Reader:
    """The process, and the pipe that it tells what it has read through: as far ahead as that holds."""

    order: _Order
    process: BaseProcess | None = None
    told: Connection = field(init=False)

    def next(self, handed: Sequence[HandedIn], number: int) -> Found:
        """What came of the submission with this number. One at which the process ends or hangs is tried again."""
        why = ""
        for _ in range(TRIES):
            if self.process is None:
                self._start(handed[number:])
            try:
                if self.told.poll(DEADLINE):
                    found: Found = self.told.recv()
                    return found
                why = words.READER_SLOW.format(seconds=f"{DEADLINE:g}")
            except (EOFError, OSError):
                why = "the process that reads submissions ended at this one: is it made to break programs that open it?"
            self.close()
        return UnreadEntry(Status.FAILED, why)  # it may be the machine: nobody's work is called unreadable for that

    def _start(self, handed: Sequence[HandedIn]) -> None:
        context = multiprocessing.get_context("spawn")
        self.told, end = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(end, self.order, tuple(handed)), daemon=True)
        try:
            with end, interrupts_held():
                process.start()
            self.process = process
            if not self.told.poll(START):
                raise EOFError
            self.told.recv()
        except (EOFError, OSError):
            self.close()
            raise GraderError(
                "the process that reads submissions does not start: is there memory left on this machine?"
            ) from None

    def close(self) -> None:
        """Ends the process at once, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.told.close()
            self.process = None


def _serve(told: Connection, order: _Order, handed: Sequence[HandedIn]) -> None:
    settle()
    _limit(order.memory)
    with contextlib.suppress(BrokenPipeError):
        told.send(None)
        for one in handed:
            told.send(_read(order, one))


def _read(order: _Order, one: HandedIn) -> Found:
    try:
        return order.read(one, order.folder, order.wanted, order.revision)
    except GraderError as error:
        return UnreadEntry(Status.UNREADABLE, escape_controls(str(error)))
    except MemoryError:
        return UnreadEntry(
            Status.UNREADABLE,
            (
                f"reading it takes more than {order.memory >> 20} MB of memory: hand in the files that are asked "
                "for alone"
            ),
        )
    except Exception as error:
        return UnreadEntry(Status.FAILED, escape_controls(f"the grader failed: {type(error).__name__}: {error}"))


def _limit(memory: int) -> None:
    """Bounds what this process takes on top of what it has: libraries map more than they use, by the machine."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        wanted = pages * resource.getpagesize() + memory
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
