"""What runs inside a Dask worker: one copy of the course per run, and environments that are reused by its threads."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import platform
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from grader import __version__
from grader.base.errors import grader_failed
from grader.classroom.dask.course_bundle import CourseBundle, unpack
from grader.judge import cache_key
from grader.judge.environment import JudgeConfig, JudgeEnvironment, open_environment
from grader.judge.process_pool import Work
from grader.model import GraderError
from grader.model.dataclass import dataclass

# Seconds without a job after which a run counts as killed, and the next one removes its files: far above the minutes
# that the slowest submission takes.
ABANDONED = 3600.0


@dataclass(frozen=True)
class RunJob:
    """A job of the run `run`."""

    run: str
    work: Work[Any]
    job: Any


@dataclass(frozen=True)
class Worked:
    """The result of a job."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """The grader failed on a job."""

    why: str


@dataclass(frozen=True)
class Unprepared:
    """This worker does not know the run: it joined later, or was restarted."""

    worker: str


@dataclass(frozen=True)
class UnsuitableWorker:
    """This worker cannot grade at all."""

    worker: str
    why: str


Reply = Worked | Failed | Unprepared | UnsuitableWorker


def versions() -> dict[str, str]:
    """Everything that a verdict and its report depend on besides course and submission, by name."""
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
    run: str, bundle: CourseBundle, config: JudgeConfig, wanted: dict[str, str], dask_worker: Any
) -> dict[str, str]:
    """Prepares this worker for a run if its versions are the wanted ones; returns its versions.

    Raises GraderError where the course cannot be written.
    """
    own = versions()
    if own == wanted and run not in _runs:
        _drop_abandoned()
        try:
            _runs[run] = _PreparedRun(bundle, config, dask_worker.local_directory)
        except OSError as error:
            raise GraderError(f"{dask_worker.local_directory}: {error.strerror or error}") from None
    return own


def perform(job: RunJob) -> Reply:
    """Runs a job in an environment of this worker."""
    from distributed import get_worker

    address = str(get_worker().address)
    prepared = _runs.get(job.run)
    if prepared is None:
        return Unprepared(address)
    try:
        environment = prepared.take()
    except GraderError as error:
        return UnsuitableWorker(address, str(error))
    try:
        return Worked(job.work(environment, job.job))
    except Exception as error:
        return Failed(grader_failed(error))
    finally:
        prepared.give_back(environment)


def dismiss(run: str) -> None:
    """Closes the environments of a run; one that is in use closes after its job."""
    prepared = _runs.pop(run, None)
    if prepared is not None:
        prepared.close()


class _PreparedRun:
    """A run's course on this worker, and the environments that are free."""

    def __init__(self, bundle: CourseBundle, config: JudgeConfig, scratch: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="grade-", dir=scratch, ignore_cleanup_errors=True)
        self._fingerprint = bundle.fingerprint
        self._config = replace(config, course=unpack(bundle, Path(self._folder.name)))
        self._lock = threading.Lock()
        self._free: list[JudgeEnvironment] = []
        self._lent, self._closed = 0, False
        self._used = time.monotonic()

    @property
    def abandoned(self) -> bool:
        """Whether its last job was long ago."""
        return not self._lent and time.monotonic() - self._used > ABANDONED

    def take(self) -> JudgeEnvironment:
        """An environment for one job. Raises GraderError where none can be opened."""
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
        """Closes the free environments now and the others after their job."""
        with self._lock:
            self._closed = True
            self._clear()

    def _opened(self) -> JudgeEnvironment:
        environment = open_environment(self._config)
        if environment.course.fingerprint != self._fingerprint:
            environment.close()
            raise GraderError("the course that arrived differs from the one that was sent")
        return environment

    def _clear(self) -> None:
        while self._free:
            self._free.pop().close()
        if not self._lent:
            self._folder.cleanup()


_runs: dict[str, _PreparedRun] = {}


def _drop_abandoned() -> None:
    for run in [run for run, prepared in _runs.items() if prepared.abandoned]:
        dismiss(run)


@atexit.register
def _end() -> None:
    for run in list(_runs):
        with contextlib.suppress(OSError):
            dismiss(run)
