"""A Dask cluster as a workforce: as many jobs in flight as keep it busy; what a lost worker was at is done again.

Dask moves jobs and results as pickles between processes that trust each other. Student code is never among these: each
Dask worker judges through a sandbox of its own, as a process of this machine does.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.classroom.dask.connection import ClusterConnection, Died
from grader.classroom.dask.worker import Unprepared, UnsuitableWorker, Worked
from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import BEAT, TRIES, JobFailed, Running, Watch, Work

LOOK = 1.0
AHEAD = 2
Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass
class _JobAttempt:
    """A job, and how many times the grader failed at it."""

    job: Any
    failed: int = 0


class Cluster:
    """The workers behind a scheduler, made ready for one course. To be closed, also after an error."""

    def __init__(self, plan: JudgeConfig, address: str) -> None:
        """Raises GraderError where the cluster cannot be reached, or cannot grade as this machine would."""
        self._open: dict[str, tuple[Any, _JobAttempt]] = {}
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._threads, self._looked = 1, 0.0
        self._running: dict[str, float] = {}
        self._link = ClusterConnection(plan, address)

    def run(
        self, jobs: Iterable[Job], work: Work[Result], watch: Watch = lambda running: None
    ) -> Iterator[tuple[Job, Result | JobFailed]]:
        """Each job and its result, as they are done; `jobs` is read as far as the cluster is kept busy by it.

        A job at which the grader failed is tried once more. One whose workers died again and again is tried once more
        with nothing else in flight: others die with such a worker, and only so it is surely the one to blame. Raises
        GraderError where the cluster is gone, or a worker that joined later cannot grade as this machine would.
        """
        source = (_JobAttempt(job) for job in jobs)
        again, alone = deque[_JobAttempt](), deque[_JobAttempt]()
        finished: list[tuple[Job, Result | JobFailed]] = []
        while True:
            self._look()
            while len(self._open) < AHEAD * self._threads:
                task = next(source, None) or (again.popleft() if again else None)
                if task is None:
                    break
                self._watch(self._link.submit(work, task.job), task)
            yield from finished  # while they are looked at, the next ones are worked on
            finished = []
            if not self._open:
                if not alone:
                    break
                task = alone.popleft()
                self._watch(self._link.submit(work, task.job), task)
            strangers = set[str]()
            for future, task in self._arrived():
                reply = self._link.reply(future)
                if reply is None:
                    self._watch(future, task)
                elif isinstance(reply, Worked):
                    finished.append((task.job, reply.result))
                elif isinstance(reply, Unprepared):
                    strangers.add(reply.worker)
                    again.append(task)
                elif isinstance(reply, UnsuitableWorker):
                    raise self._link.unfit(reply.worker, reply.why)
                elif task.failed + 1 < TRIES:
                    task.failed += 1
                    (alone if isinstance(reply, Died) else again).append(task)
                else:
                    finished.append((task.job, JobFailed(reply.why)))
            if strangers:
                self._link.prepare(strangers)
            watch([Running(self._open[key][1].job, since) for key, since in self._running.items() if key in self._open])

    def close(self) -> None:
        """Cancels what is in flight and clears up; the cluster itself goes on."""
        self._link.close(future for future, _ in self._open.values())
        self._open.clear()

    def _watch(self, future: Any, task: _JobAttempt) -> None:
        self._open[future.key] = (future, task)
        future.add_done_callback(lambda done: self._done.put(done.key))

    def _arrived(self) -> list[tuple[Any, _JobAttempt]]:
        """What is done by now; waits a beat for the first."""
        arrived = []
        with contextlib.suppress(queue.Empty):
            arrived.append(self._open.pop(self._done.get(timeout=BEAT)))
            while True:
                arrived.append(self._open.pop(self._done.get_nowait()))
        return arrived

    def _look(self) -> None:
        """Sees, once a second, how large the cluster is and what it is at."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        seen = self._link.look()
        if seen is not None:
            self._threads = max(1, sum(seen.threads.values()))
            self._running = {key: self._running.get(key, now) for key in seen.active if key in self._open}
