"""A course that is read once, in a process from which judging processes are forked: it runs no thread, and judges
nothing itself."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model import Course, Fingerprint, GraderError
from grader.worker.data_stack import with_room

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext, ForkServerContext

FOLDER, STARTED_BY = "GRADER_COURSE_TO_PRELOAD", "GRADER_PRELOAD_STARTED_BY"
"""The environment variables that tell the process that imports this module first the course's folder, and the number
of the process that started it."""

_course: Course | None = None


def start(folder: Path, also: Sequence[str] = ()) -> BaseContext:
    """How processes start that judge the course in a folder. On Linux, the process from which they are forked begins to
    read the course now, and to import `also` these modules; elsewhere a fork does not go well with all libraries."""
    import multiprocessing

    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    from grader.base.processes import interrupts_held

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*also, __name__])
    os.environ |= {FOLDER: str(folder), STARTED_BY: str(os.getpid())}
    try:
        with interrupts_held():
            forkserver.ensure_running()
    finally:
        del os.environ[FOLDER], os.environ[STARTED_BY]
    return context


def running() -> ForkServerContext | None:
    """How processes start that are forked from the process which reads the course; None where there is none."""
    if getattr(_server(), "_forkserver_pid", None) is None:
        return None
    import multiprocessing

    return multiprocessing.get_context("forkserver")


def outline(folder: Path) -> str:
    """The outline of the course that the process reads, which spares whoever judges nothing to read it as well; empty
    where there is no such process.

    Raises GraderError as reading it does, or where no process starts.
    """
    context = running()
    if context is None:
        return ""
    from grader.base.processes import interrupts_held

    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell_outline, args=(theirs, folder), daemon=True)
    with ours:
        try:
            with theirs, interrupts_held():
                process.start()
            told: str | GraderError | OSError = ours.recv()
        except (EOFError, OSError):
            raise GraderError("the process that reads the course ended (out of memory?)") from None
    process.join()
    if not isinstance(told, str):
        raise told
    return told


def stop() -> None:
    """Ends the process that read the course: another course may be read next."""
    # Without this, which Python has for its own tests, the process ends when this one does.
    end = getattr(_server(), "_stop", None)
    if end is not None:
        with contextlib.suppress(OSError):
            end()


def _server() -> object:
    """What Python knows of the process; None where nothing has been started that way."""
    return getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)


def course_in(folder: Path, fingerprint: Fingerprint | None) -> Course | None:
    """The course that was read, where it is this version of this one."""
    if _course is None or fingerprint is None or _course.folder != folder or _course.fingerprint != fingerprint:
        return None
    return _course


def _leave_nothing_behind(parent: int) -> None:
    """Has this process remove its own address when it ends: a parent that was killed, perhaps already, cannot. The
    processes that are forked from it end without such functions."""
    import socket

    for descriptor in [*Path("/proc/self/fd").iterdir()]:
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(descriptor.name))) as listening:
            address = listening.getsockname()
            if isinstance(address, str) and Path(address).parent.name.startswith("pymp-"):
                atexit.register(_remove, Path(address), parent)


def _remove(address: Path, parent: int) -> None:
    # This process may hear of the end before the parent's children are given away: its files are closed by then.
    with contextlib.suppress(OSError):
        if os.getppid() == parent and any(Path(f"/proc/{parent}/fd").iterdir()):
            return  # it lives, and does it itself
    with contextlib.suppress(OSError):
        address.unlink()
    with contextlib.suppress(OSError):
        address.parent.rmdir()


def _read(folder: str) -> None:
    """Reads the course and imports what judges it. Where that fails, each process meets the error itself."""
    global _course
    from grader.course.load import load_course
    from grader.judge import pipeline  # noqa: F401

    gc.disable()  # nearly all that is made now stays
    with contextlib.suppress(GraderError, OSError):
        _course = with_room(lambda: load_course(Path(folder)))
    gc.collect()
    gc.freeze()  # what has been read stays, and is shared with the processes that are forked
    gc.enable()


def _tell_outline(told: Connection, folder: Path) -> None:
    from grader.base.processes import settle
    from grader.course.load import load_course
    from grader.course.outline import outline_of

    settle()
    try:
        told.send(outline_of(_course if _course is not None and _course.folder == folder else load_course(folder)))
    except (GraderError, OSError) as error:
        told.send(error)


if FOLDER in os.environ:
    _leave_nothing_behind(int(os.environ[STARTED_BY]))
    _read(os.environ[FOLDER])
