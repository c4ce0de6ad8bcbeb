"""What runs inside a Dask worker: the course laid out once, benches kept ready, each used by one thread at a time."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import platform
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from grader import __version__
from grader.classroom.dask.course_bundle import CourseBundle, lay_out
from grader.judge import cache_key
from grader.judge.environment import JudgeConfig, JudgeEnvironment, open_environment
from grader.judge.process_pool import Work
from grader.model import GraderError

# A run that was killed cannot clear up after itself: the next one does.
FORGOTTEN = 3600.0


@dataclass(frozen=True)
class Order:
    """A job of the run `run`."""

    run: str
    work: Work[Any]
    job: Any


@dataclass(frozen=True)
class Worked:
    """What came of a job."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """The grader failed at a job."""

    why: str


@dataclass(frozen=True)
class Unprepared:
    """This worker does not know the run: it joined later, or was started again."""

    worker: str


@dataclass(frozen=True)
class UnsuitableWorker:
    """This worker cannot grade at all."""

    worker: str
    why: str


Reply = Worked | Failed | Unprepared | UnsuitableWorker


def versions() -> dict[str, str]:
    """All that a verdict and its report depend on besides course and submission, by name."""
    code = hashlib.sha256(cache_key.reports_digest().encode())
    for path in sorted((cache_key.PACKAGE / "classroom").rglob("*.py")):
        code.update(path.read_bytes())
    return {
        "autodiff-grader": f"{__version__} (code {code.hexdigest()[:8]})",
        "Python": platform.python_version(),
        "numpy": np.__version__,
        "system": platform.system(),
    }


def prepare(
    run: str, parcel: CourseBundle, plan: JudgeConfig, wanted: dict[str, str], dask_worker: Any
) -> dict[str, str]:
    """Lays the course out for a run where this worker's versions are those that are wanted; its versions.

    Raises GraderError where the course cannot be written.
    """
    own = versions()
    if own == wanted and run not in _stations:
        _forget()
        try:
            _stations[run] = _Station(parcel, plan, dask_worker.local_directory)
        except OSError as error:
            raise GraderError(f"{dask_worker.local_directory}: {error.strerror or error}") from None
    return own


def perform(order: Order) -> Reply:
    """Does a job on a environment of this worker."""
    from distributed import get_worker

    address = str(get_worker().address)
    station = _stations.get(order.run)
    if station is None:
        return Unprepared(address)
    try:
        environment = station.take()
    except GraderError as error:
        return UnsuitableWorker(address, str(error))
    try:
        return Worked(order.work(environment, order.job))
    except Exception as error:
        return Failed(f"the grader failed: {type(error).__name__}: {error}")
    finally:
        station.give_back(environment)


def dismiss(run: str) -> None:
    """Ends what was kept for a run; a environment that is in use ends with its job."""
    station = _stations.pop(run, None)
    if station is not None:
        station.close()


class _Station:
    """A run's course on this worker, and the benches that are free."""

    def __init__(self, parcel: CourseBundle, plan: JudgeConfig, scratch: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="grade-", dir=scratch, ignore_cleanup_errors=True)
        self._parcel = parcel
        self._plan = replace(plan, course=lay_out(parcel, Path(self._folder.name)))
        self._lock = threading.Lock()
        self._free: list[JudgeEnvironment] = []
        self._lent, self._closed = 0, False
        self._used = time.monotonic()

    @property
    def forgotten(self) -> bool:
        """Whether nothing has been done here for long."""
        return not self._lent and time.monotonic() - self._used > FORGOTTEN

    def take(self) -> JudgeEnvironment:
        """A environment for one job. Raises GraderError where none can be opened."""
        with self._lock:
            self._lent += 1
            if self._free:
                return self._free.pop()
            try:
                return self._opened()
            except BaseException:
                self._lent -= 1
                raise

    def give_back(self, environment: JudgeEnvironment) -> None:
        """Keeps the environment for the next job."""
        with self._lock:
            self._lent -= 1
            self._used = time.monotonic()
            self._free.append(environment)
            if self._closed:
                self._clear()

    def close(self) -> None:
        """Ends the free benches now and the others once their job is done."""
        with self._lock:
            self._closed = True
            self._clear()

    def _opened(self) -> JudgeEnvironment:
        environment = open_environment(self._plan)
        if environment.course.fingerprint != self._parcel.fingerprint:
            environment.close()
            raise GraderError("the course did not arrive as it is here")
        return environment

    def _clear(self) -> None:
        while self._free:
            self._free.pop().close()
        if not self._lent:
            self._folder.cleanup()


_stations: dict[str, _Station] = {}


def _forget() -> None:
    for run in [run for run, station in _stations.items() if station.forgotten]:
        dismiss(run)


@atexit.register
def _end() -> None:
    for run in list(_stations):
        with contextlib.suppress(OSError):
            dismiss(run)
