"""The line to a Dask cluster: reached, found to grade as this machine would, and its troubles told in words."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import time
import uuid
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader import words
from grader.base.text import escape_controls
from grader.classroom.dask.course_bundle import pack
from grader.classroom.dask.worker import Failed, Order, Reply, dismiss, perform, prepare, versions
from grader.course.on_disk import course_changed
from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import BEAT, DIED, Work
from grader.model import GraderError

CONNECT = 10.0
# How long a cluster may be without any worker, at first and later: a batch system starts new ones slowly.
FIRST_WORKER, NEXT_WORKER = 30.0, 300.0
FETCH = 30.0


@dataclass(frozen=True)
class Died:
    """One worker after the other died that had this job."""

    why: str = DIED


@dataclass(frozen=True)
class Seen:
    """Threads by worker, and the keys of the tasks that they are at."""

    threads: Mapping[str, int]
    active: Sequence[str]


class ClusterConnection:
    """A client of a scheduler whose workers are ready for one run of one course. To be closed, also after an error."""

    def __init__(self, plan: JudgeConfig, address: str) -> None:
        """Raises GraderError where the cluster cannot be reached, or cannot grade as this machine would."""
        self._address = escape_controls(address)
        self._run = uuid.uuid4().hex
        self._plan = plan
        self._peopled = time.monotonic()
        self._client = _connected(address)
        try:
            self._parcel = pack(plan.course)
            if plan.fingerprint not in (None, self._parcel.fingerprint):
                raise course_changed(plan.course)
            self._versions = versions()
            self._check(f"the scheduler {self._address}", self._of_scheduler())
            self._await_worker()
            self.prepare()
        except BaseException:
            self.close(())
            raise

    def submit(self, work: Work[Any], job: Any) -> Any:
        """The future of a job that is given to the cluster. Raises GraderError where that is gone."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a submission may be larger than Dask expects of a task
                return self._client.submit(perform, Order(self._run, work, job), pure=False)
        except Exception:
            raise self._gone() from None

    def reply(self, future: Any) -> Reply | Died | None:
        """What came of a task that is done; None where it was lost on its way here, so that Dask has it done again.

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
            return Failed(f"the grader failed: {type(error).__name__}: {error}")

    def look(self, patience: float = NEXT_WORKER) -> Seen | None:
        """What the cluster is at; None while the scheduler does not answer.

        Raises GraderError where it is gone, or had no worker for so many seconds.
        """
        if self._client.status in ("closing", "closed"):
            raise self._gone()
        try:
            threads: dict[str, int] = dict(self._client.nthreads())
            tasks: dict[str, Sequence[str]] = self._client.processing()
        except Exception:
            return None  # the client tries to reach it again, and closes itself in the end
        if threads:
            self._peopled = time.monotonic()
        elif time.monotonic() - self._peopled > patience:
            raise GraderError(
                f"the scheduler at {self._address} has had no worker for {round(patience)} s: start some with "
                f"`dask worker {self._address} --nthreads 1 --nworkers -1`; what was graded is kept"
            )
        # A worker takes its tasks in the order in which it was given them, one a thread.
        active = [key for worker, given in tasks.items() for key in list(given)[: threads.get(worker, 1)]]
        return Seen(threads, active)

    def prepare(self, workers: Collection[str] = ()) -> None:
        """Makes these workers ready, or all that there are. Raises GraderError where one differs from this machine."""
        try:
            replies = self._client.run(
                prepare, self._run, self._parcel, self._plan, self._versions,
                workers=list(workers) or None, on_error="return",
            )  # fmt: skip
        except Exception:
            raise self._gone() from None
        for worker, reply in replies.items():
            if not isinstance(reply, OSError):  # such a worker is not there any more
                self._check(words.CLUSTER_WORKER.format(address=escape_controls(worker)), reply)

    def unfit(self, worker: str, why: str) -> GraderError:
        """The error that names a worker and why it cannot grade."""
        return _unfit(words.CLUSTER_WORKER.format(address=escape_controls(worker)), escape_controls(why))

    def close(self, futures: Iterable[Any]) -> None:
        """Cancels what is in flight and clears up; the cluster itself goes on."""
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

    def _of_scheduler(self) -> Any:
        """The scheduler's versions, or its error: tasks are unpacked there, too."""
        try:
            return self._client.run_on_scheduler(versions)
        except Exception as error:
            return error

    def _check(self, who: str, reply: Any) -> None:
        """Raises GraderError where a process's versions, or its error, say that it cannot do what this one would."""
        if isinstance(reply, GraderError):
            raise _unfit(who, escape_controls(str(reply)))
        if isinstance(reply, Exception):
            raise _unfit(who, words.CLUSTER_NO_GRADER.format(what=escape_controls(f"{type(reply).__name__}: {reply}")))
        if reply != self._versions:
            theirs, ours = (
                ", ".join(f"{name} {text}" for name, text in one.items() if other.get(name) != text)
                for one, other in ((reply, self._versions), (self._versions, reply))
            )
            raise GraderError(
                f"{who} has {escape_controls(theirs)}; this machine has {ours}. Verdicts must not depend on where "
                "they are made: install the same grader, Python and packages on every machine"
            )

    def _gone(self) -> GraderError:
        text = words.CLUSTER_CANCELLED if self._client.status == "running" else words.CLUSTER_GONE
        return GraderError(text.format(address=self._address))


def _unfit(who: str, why: str) -> GraderError:
    return GraderError(f"{who} cannot grade: {why}")


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise GraderError("--scheduler needs Dask: pip install 'autodiff-grader[cluster]'") from None
    # What it would write as errors of its own is told in words here.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    client: Any = Client.__new__(Client)
    try:
        client.__init__(address, timeout=CONNECT, set_as_default=False, name="grade")
    except Exception as error:
        client.status = "closed"  # otherwise it would close itself later, and complain that it was never open
        why = escape_controls(str(error) or type(error).__name__)
        raise GraderError(
            f"no Dask scheduler answers at {escape_controls(address)} ({why}): start one with `dask "
            "scheduler`, or mend the address or the firewall"
        ) from None
    return client
