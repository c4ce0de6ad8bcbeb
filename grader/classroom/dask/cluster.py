"""Runs jobs on a Dask cluster: enough at a time to keep it busy; the jobs of a lost worker run again.

Dask sends jobs and results as pickles between processes that trust each other. Student code never runs in these: each
Dask worker grades with a sandbox of its own, as a process of this machine does.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from grader.classroom.dask.connection import ClusterConnection, Died, unsuitable_worker
from grader.classroom.dask.worker import Unprepared, UnsuitableWorker, Worked
from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import BEAT, TRIES, JobFailed, Running, Watch, Work
from grader.model.dataclass import dataclass

LOOK = 1.0  # seconds between looks at the cluster's size, which changes slowly
AHEAD = 2  # jobs per thread: one runs, one is ready for it; more would only take memory
Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass
class _JobAttempt:
    """A job, and how often the grader failed on it."""

    job: Any
    failed: int = 0


class Cluster:
    """The workers of a scheduler, prepared for one course. To be closed, also after an error."""

    def __init__(self, config: JudgeConfig, address: str) -> None:
        """Raises GraderError where the cluster cannot be reached, or cannot grade as this machine would."""
        self._open: dict[str, tuple[Any, _JobAttempt]] = {}
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._threads, self._looked = 1, 0.0
        self._running: dict[str, float] = {}
        self._connection = ClusterConnection(config, address)

    def run(
        self, jobs: Iterable[Job], work: Work[Result], watch: Watch = lambda running: None
    ) -> Iterator[tuple[Job, Result | JobFailed]]:
        """Each job and its result, in the order of completion; `jobs` is read only as far as the cluster needs it.

        A job on which the grader failed runs once more. One whose workers died several times runs once more alone, as
        other jobs die with such a worker, and only then is it surely the cause. Raises GraderError where the cluster is
        gone, or a worker that joined later cannot grade as this machine would.
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
                self._watch(self._connection.submit(work, task.job), task)
            yield from finished  # the cluster works meanwhile
            finished = []
            if not self._open:
                if not alone:
                    break
                task = alone.popleft()
                self._watch(self._connection.submit(work, task.job), task)
            unprepared = set[str]()
            for future, task in self._arrived():
                reply = self._connection.reply(future)
                if reply is None:
                    self._watch(future, task)
                elif isinstance(reply, Worked):
                    finished.append((task.job, reply.result))
                elif isinstance(reply, Unprepared):
                    unprepared.add(reply.worker)
                    again.append(task)
                elif isinstance(reply, UnsuitableWorker):
                    raise unsuitable_worker(reply.worker, reply.why)
                elif task.failed + 1 < TRIES:
                    task.failed += 1
                    (alone if isinstance(reply, Died) else again).append(task)
                else:
                    finished.append((task.job, JobFailed(reply.why)))
            if unprepared:
                self._connection.prepare(unprepared)
            watch([Running(self._open[key][1].job, since) for key, since in self._running.items() if key in self._open])

    def close(self) -> None:
        """Cancels all pending jobs and clears up; the cluster keeps running."""
        self._connection.close(future for future, _ in self._open.values())
        self._open.clear()

    def _watch(self, future: Any, task: _JobAttempt) -> None:
        self._open[future.key] = (future, task)
        future.add_done_callback(lambda done: self._done.put(done.key))

    def _arrived(self) -> list[tuple[Any, _JobAttempt]]:
        """The finished tasks; waits a moment for the first."""
        arrived = []
        with contextlib.suppress(queue.Empty):
            arrived.append(self._open.pop(self._done.get(timeout=BEAT)))
            while True:
                arrived.append(self._open.pop(self._done.get_nowait()))
        return arrived

    def _look(self) -> None:
        """Updates, once a second, the size of the cluster and its running tasks."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        seen = self._connection.look()
        if seen is not None:
            self._threads = max(1, sum(seen.threads.values()))
            self._running = {key: self._running.get(key, now) for key in seen.active if key in self._open}
