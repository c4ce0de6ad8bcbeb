"""A pool of processes, each with a course and a sandbox of its own and one job at a time; one that dies is replaced."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import field
from functools import partial
from multiprocessing.util import Finalize
from typing import Any, Generic, TypeVar

from grader.base.errors import grader_failed
from grader.base.processes import interrupts_held, settle
from grader.judge import preload
from grader.judge.environment import JudgeConfig, JudgeEnvironment, open_environment
from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.worker.data_stack import with_room

TRIES = 2  # of a job: what killed its process once may have been another process, or the memory that all need
BEAT = 0.25  # seconds between two looks at deadlines, which are minutes, and at the progress shown
Job = TypeVar("Job")
Result = TypeVar("Result")

DIED = "the grading process ended unexpectedly (out of memory?)"


@dataclass(frozen=True)
class JobFailed:
    """Why a job has no result: the grader itself failed at it, each time it was tried. A `slow` one is not tried again:
    it took longer than all limits together, which hold in its process, and would do so again."""

    why: str
    slow: bool = False


@dataclass(frozen=True)
class Running(Generic[Job]):
    """A job that a process works on, since a time of `time.monotonic`."""

    job: Job
    since: float


@dataclass
class PoolWorker:
    """One process behind its own executor, so that its death is known to be its job's."""

    plan: JudgeConfig
    executor: ProcessPoolExecutor = field(init=False)
    pid: int = field(init=False)
    dead: bool = False
    overdue: bool = False

    def open(self) -> Future[int]:
        """Starts the process; the future has its pid once it is ready. SIGINT is for the parent alone."""
        self.executor = ProcessPoolExecutor(1, preload.start(self.plan.course))
        with interrupts_held():
            return self.executor.submit(_prepare, self.plan)

    def ready(self, future: Future[int]) -> None:
        """Waits until the process can work. Raises GraderError where it cannot be prepared."""
        try:
            self.pid, self.dead, self.overdue = future.result(), False, False
        except (BrokenProcessPool, OSError):
            raise GraderError("a grading process ended while it was starting (out of memory?)") from None

    def kill(self) -> None:
        """Ends the process at once; its workers end by themselves."""
        with contextlib.suppress(AttributeError, ProcessLookupError, PermissionError):
            os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


Work = Callable[[JudgeEnvironment, Any], Result]
Watch = Callable[[Sequence[Running[Any]]], None]


class ProcessPool:
    """Processes that are ready to work. To be closed, also after an error: `with ProcessPool(…) as pool`."""

    def __init__(self, plan: JudgeConfig, processes: int, deadline: float = math.inf) -> None:
        """A job that takes longer than `deadline` seconds ends its process. Raises GraderError where none starts."""
        self._deadline = deadline
        self._members = [PoolWorker(plan) for _ in range(max(1, processes))]
        self._clean = False
        try:
            for member, future in [(member, member.open()) for member in self._members]:
                member.ready(future)
        except BaseException:
            self.close()
            raise

    def run(
        self, jobs: Iterable[Job], work: Work[Result], watch: Watch = lambda running: None
    ) -> Iterator[tuple[Job, Result | JobFailed]]:
        """Each job and its result, as they are done. `jobs` is read one ahead, never more.

        `watch` is called a few times a second with the running jobs.
        """
        source, again = iter(jobs), deque[tuple[Job, int]]()
        ahead: deque[tuple[Job, int]] = deque()
        free, running = deque(self._members), dict[Future[Result], tuple[PoolWorker, Running[Job], int]]()
        finished: list[tuple[Job, Result | JobFailed]] = []
        while True:
            while free and (task := _next(again, ahead, source)) is not None:
                member = free.popleft()
                future = member.executor.submit(_work, work, task[0])
                running[future] = (member, Running(task[0], time.monotonic()), task[1])
            yield from finished  # while the caller handles them, the next ones run
            finished = []
            if not running:
                break
            _look_ahead(ahead, source)
            done, _ = wait(running, BEAT, FIRST_COMPLETED)
            for future in done:
                member, at, tries = running.pop(future)
                result = self._result(member, future)
                if isinstance(result, JobFailed) and not self._restarted(member, bool(free or running)):
                    self._members.remove(member)
                else:
                    free.append(member)
                if isinstance(result, JobFailed) and tries < TRIES and not result.slow:
                    again.append((at.job, tries + 1))
                else:
                    finished.append((at.job, result))
            for member, at, _ in running.values():
                if time.monotonic() - at.since > self._deadline:
                    member.overdue = True
                    member.kill()
            watch([at for _, at, _ in running.values()])
        self._clean = True

    def _result(self, member: PoolWorker, future: Future[Result]) -> Result | JobFailed:
        try:
            return future.result()
        except BrokenProcessPool:
            member.executor.shutdown()
            member.dead = True
            if member.overdue:
                return JobFailed(
                    f"the grading process was ended: it took longer than {self._deadline:g} seconds", slow=True
                )
            return JobFailed(DIED)
        except Exception as error:
            return JobFailed(grader_failed(error))

    def _restarted(self, member: PoolWorker, others: bool) -> bool:
        """Whether the member can go on, in a new process if need be. Raises GraderError where no other could either."""
        if not member.dead:
            return True
        try:
            member.ready(member.open())
        except GraderError:
            if not others:
                raise
            return False
        return True

    def close(self) -> None:
        """Ends every process: those that are still at work at once."""
        for member in self._members:
            if not self._clean:
                member.kill()
        for member in self._members:
            if hasattr(member, "executor"):
                member.executor.shutdown(wait=True, cancel_futures=True)
        preload.stop()

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def run_all(jobs: Sequence[Job], work: Work[Result], plan: JudgeConfig, processes: int) -> Iterator[tuple[Job, Result]]:
    """Each job and its result, as they are done; with fewer than two processes, in this one.

    Raises GraderError where the grader fails at one of them.
    """
    if processes > 1:
        with ProcessPool(plan, processes) as pool:
            for job, result in pool.run(jobs, work):
                if isinstance(result, JobFailed):
                    raise GraderError(result.why)
                yield job, result
        return
    with contextlib.closing(open_environment(plan)) as environment:
        for job in jobs:
            yield job, work(environment, job)


def default_processes() -> int:
    """One process per core."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _next(
    again: deque[tuple[Job, int]], ahead: deque[tuple[Job, int]], source: Iterator[Job]
) -> tuple[Job, int] | None:
    """The next job and which try it is: those that failed last."""
    _look_ahead(ahead, source)
    return ahead.popleft() if ahead else again.popleft() if again else None


def _look_ahead(ahead: deque[tuple[Job, int]], source: Iterator[Job]) -> None:
    if not ahead and (job := next(source, None)) is not None:
        ahead.append((job, 1))


_environment: JudgeEnvironment | None = None


def _prepare(plan: JudgeConfig) -> int:
    global _environment
    settle()
    _environment = open_environment(plan)
    Finalize(None, _environment.close, exitpriority=10)  # these processes run no atexit functions
    return os.getpid()


def _work(work: Work[Result], job: Any) -> Result:
    assert _environment is not None
    return with_room(partial(work, _environment, job))
