"""The connection to a Dask cluster: checks that its workers grade as this machine would, and explains its errors."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import time
import uuid
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from grader.base.errors import grader_failed
from grader.base.shell import to_install
from grader.base.text import escape_controls
from grader.classroom.dask.course_bundle import pack
from grader.classroom.dask.worker import Failed, Reply, RunJob, dismiss, perform, prepare, versions
from grader.course.on_disk import course_changed
from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import BEAT, DIED, Work
from grader.model import GraderError
from grader.model.dataclass import dataclass

CONNECT = 10.0  # seconds: far above a connection within a cluster, short for somebody who mistyped the address
# Seconds without any worker, at first and later: a batch system may take minutes to start new ones.
FIRST_WORKER, NEXT_WORKER = 30.0, 300.0
FETCH = 30.0  # seconds to transfer a result that is ready: far above what a report takes; then Dask is asked again


@dataclass(frozen=True)
class Died:
    """Several workers died while running this job."""

    why: str = DIED


@dataclass(frozen=True)
class Seen:
    """Threads by worker, and the keys of the tasks that are running."""

    threads: Mapping[str, int]
    active: Sequence[str]


class ClusterConnection:
    """A client of a scheduler whose workers are ready for one run of one course. To be closed, also after an error."""

    def __init__(self, config: JudgeConfig, address: str) -> None:
        """Raises GraderError where the cluster cannot be reached, or cannot grade as this machine would."""
        self._address = escape_controls(address)
        self._run = uuid.uuid4().hex
        self._config = config
        self._last_worker = time.monotonic()
        self._client = _connected(address)
        try:
            self._bundle = pack(config.course)
            if config.fingerprint not in (None, self._bundle.fingerprint):
                raise course_changed(config.course)
            self._versions = versions()
            self._check(f"the scheduler {self._address}", self._scheduler_versions())
            self._await_worker()
            self.prepare()
        except BaseException:
            self.close(())
            raise

    def submit(self, work: Work[Any], job: Any) -> Any:
        """Submits a job and returns its future. Raises GraderError where the scheduler is gone."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Dask warns about tasks as large as some submissions
                return self._client.submit(perform, RunJob(self._run, work, job), pure=False)
        except Exception:
            raise self._gone() from None

    def reply(self, future: Any) -> Reply | Died | None:
        """The reply of a finished task; None where it was lost on its way here, so that Dask runs it again.

        Raises GraderError where the scheduler is gone, or somebody else cancelled the task.
        """
        from distributed import KilledWorker

        try:
            reply: Reply = future.result(timeout=FETCH)
            return reply
        except KilledWorker:
            return Died()
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            raise self._gone() from None
        except Exception as error:
            if self._client.status != "running":
                raise self._gone() from None
            if isinstance(error, (TimeoutError, asyncio.TimeoutError)) and future.status != "error":
                return None
            return Failed(grader_failed(error))

    def look(self, patience: float = NEXT_WORKER) -> Seen | None:
        """The cluster's threads and running tasks; None while the scheduler does not answer.

        Raises GraderError where it is gone, or has had no worker for `patience` seconds.
        """
        if self._client.status in ("closing", "closed"):
            raise self._gone()
        try:
            threads: dict[str, int] = dict(self._client.nthreads())
            tasks: dict[str, Sequence[str]] = self._client.processing()
        except Exception:
            return None  # the client tries to reconnect, and closes itself in the end
        if threads:
            self._last_worker = time.monotonic()
        elif time.monotonic() - self._last_worker > patience:
            raise GraderError(
                f"the scheduler at {self._address} has had no workers for {round(patience)} s; start some with "
                f"`dask worker {self._address} --nthreads 1 --nworkers -1` (what was graded is kept)"
            )
        # A worker runs its tasks in the order in which it received them, one per thread.
        active = [key for worker, given in tasks.items() for key in list(given)[: threads.get(worker, 1)]]
        return Seen(threads, active)

    def prepare(self, workers: Collection[str] = ()) -> None:
        """Prepares these workers, or all of them. Raises GraderError where one differs from this machine."""
        try:
            replies = self._client.run(
                prepare, self._run, self._bundle, self._config, self._versions,
                workers=list(workers) or None, on_error="return",
            )  # fmt: skip
        except Exception:
            raise self._gone() from None
        for worker, reply in replies.items():
            if not isinstance(reply, OSError):  # such a worker is gone
                self._check(_worker(worker), reply)

    def close(self, futures: Iterable[Any]) -> None:
        """Cancels all pending tasks and removes what this run left on the workers; the cluster keeps running."""
        with contextlib.suppress(Exception):
            if self._client.status == "running":
                self._client.cancel(list(futures), force=True)
                self._client.run(dismiss, self._run, on_error="ignore")
        with contextlib.suppress(Exception):
            self._client.close(timeout=CONNECT)

    def _await_worker(self) -> None:
        while True:
            seen = self.look(FIRST_WORKER)
            if seen is not None and seen.threads:
                return
            time.sleep(BEAT)

    def _scheduler_versions(self) -> Any:
        """The scheduler's versions, or its error: it unpickles tasks, too."""
        try:
            return self._client.run_on_scheduler(versions)
        except Exception as error:
            return error

    def _check(self, who: str, reply: Any) -> None:
        """Raises GraderError where a process's versions, or its error, show that it cannot grade as this one would."""
        if isinstance(reply, GraderError):
            raise _unsuitable(who, str(reply))
        if isinstance(reply, Exception):
            raise _unsuitable(
                who, f"it has no matching grader ({type(reply).__name__}: {reply}); install the same one there"
            )
        if reply != self._versions:
            theirs, ours = (
                ", ".join(f"{name} {text}" for name, text in one.items() if other.get(name) != text)
                for one, other in ((reply, self._versions), (self._versions, reply))
            )
            raise GraderError(
                f"{who} has {escape_controls(theirs)}; this machine has {ours}. Install the same grader, Python and "
                "packages on every machine, as results must not depend on the machine"
            )

    def _gone(self) -> GraderError:
        what = f"lost the connection to the scheduler at {self._address}"
        if self._client.status == "running":
            what = f"somebody cancelled the tasks at {self._address}"
        return GraderError(f"{what}; what was graded is kept, run the same command again to continue")


def unsuitable_worker(worker: str, why: str) -> GraderError:
    """The error that names a worker and the reason why it cannot grade."""
    return _unsuitable(_worker(worker), why)


def _unsuitable(who: str, why: str) -> GraderError:
    return GraderError(f"{who} cannot grade: {escape_controls(why)}")


def _worker(address: str) -> str:
    return f"the worker {escape_controls(address)}"


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise GraderError(f"--scheduler needs Dask: {to_install('cluster')}") from None
    # Its own error messages would only repeat those of this module.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    client: Any = Client.__new__(Client)
    try:
        client.__init__(address, timeout=CONNECT, set_as_default=False, name="grade")
    except Exception as error:
        client.status = "closed"  # otherwise it would try to close itself later and report an error
        why = escape_controls(str(error) or type(error).__name__)
        raise GraderError(
            f"no Dask scheduler answers at {escape_controls(address)} ({why}): start one with `dask "
            "scheduler`, or check the address and the firewall"
        ) from None
    return client
