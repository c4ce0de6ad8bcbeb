"""The straight line for a class: every submission read, what is known looked up, the rest judged, all of it stored."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from grader import words
from grader.batch import folders, keys
from grader.batch.entries import read
from grader.batch.grading import Done, Task, work
from grader.batch.rows import HandedIn, Status
from grader.batch.store import Attempt, Store
from grader.crew import Lost, Running, Work
from grader.judge.show import clean
from grader.model import Course, GraderError, Settings, Submission
from grader.review import store as reviews
from grader.review.decision import Decision, of_submission


class Workforce(Protocol):
    """Whatever works on tasks: the processes of this machine, or a cluster."""

    def run(
        self, jobs: Iterable[Task], work: Work[Done], watch: Callable[[Sequence[Running[Any]]], None]
    ) -> Iterator[tuple[Task, Done | Lost]]:
        """Each task and its result, as they are done."""

    def close(self) -> None:
        """Ends what is still at work."""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission in this run; `digest` names its files
    where they are not just the template's, `reused` tells that nothing was judged."""

    status: Status
    notes: tuple[str, ...] = ()
    digest: str = ""
    reused: bool = False
    errors: int = 0


@dataclass(frozen=True)
class Progress:
    """How far a run is: how many submissions of how many, how many of them were judged, and what is being judged."""

    done: int
    total: int
    judged: int
    running: Sequence[Running[Task]]


@dataclass(frozen=True)
class Orders:
    """What a class is graded with. `times` gives the time of handing in by name, as text."""

    course: Course
    folder: Path
    out: Path
    handed: Sequence[HandedIn]
    settings: Settings
    isolation: str
    revision: str = ""
    times: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Open:
    """A submission that is being judged: the keys of its results, and the attempt that it will be."""

    keys: Mapping[str, str]
    attempt: Attempt
    aside: int


def grade_class(
    orders: Orders, store: Store, hire: Callable[[], Workforce], listen: Callable[[Progress], None]
) -> dict[str, Outcome]:
    """Every submission's outcome by name. `hire` is called once there is something to judge.

    Raises GraderError where nothing can go on: the store or the results' folder cannot be written, no process starts.
    """
    run = _Run(orders, store)
    total = len(orders.handed)
    with ExitStack() as stack:
        tasks = run.tasks()
        first = next(tasks, None)
        if first is not None:
            force = hire()
            stack.callback(force.close)

            def watch(running: Sequence[Running[Any]]) -> None:
                listen(Progress(len(run.outcomes), total, run.judged, running))

            for task, done in force.run(_chained(first, tasks), work, watch):
                run.take(task, done)
    listen(Progress(len(run.outcomes), total, run.judged, ()))
    return {one.name: run.outcomes[one.name] for one in orders.handed}


class _Run:
    """One run over a class: what came of each submission so far, and what is open."""

    def __init__(self, orders: Orders, store: Store) -> None:
        self.orders, self.store = orders, store
        self.outcomes: dict[str, Outcome] = {}
        self.judged = 0
        self._open: dict[str, _Open] = {}
        self._basis = keys.basis(orders.settings, orders.isolation)
        asked = [(exercise.id, exercise.digest) for exercise in orders.course.exercises]
        self._asked = repr((self._basis, keys.reports_digest(), orders.course.title, orders.course.digest, asked))
        self._now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")

    def tasks(self) -> Iterator[Task]:
        """What has to be judged or put together; for every other submission the outcome is noted."""
        for one in self.orders.handed:
            try:
                submission = read(one, self.orders.folder, self.orders.course.files, self.orders.revision)
            except GraderError as error:
                self.outcomes[one.name] = Outcome(Status.UNREADABLE, (clean(str(error)),))
                self._put_aside(one.name)
                continue
            except Exception as error:
                self._failed(one.name, words.CREW_FAILED.format(what=f"{type(error).__name__}: {error}"))
                continue
            try:
                decisions = tuple(of_submission(reviews.load(self.orders.out / one.name), clean(one.name)))
            except GraderError as error:
                self._failed(one.name, str(error))
                continue
            task = self._task(one, submission, decisions)
            if task is not None:
                yield task

    def take(self, task: Task, done: Done | Lost) -> None:
        """Writes and keeps what was judged."""
        opened = self._open.pop(task.name)
        self.judged += 1
        if isinstance(done, Lost):
            self._failed(task.name, done.why)
            return
        folder = self.orders.out / task.name
        try:
            if opened.aside:
                folders.put_aside(folder, opened.aside)
            folders.write(folder, done.json, done.html)
        except OSError as error:
            raise GraderError(
                words.OUT_UNWRITABLE.format(path=clean(str(folder)), why=error.strerror or error)
            ) from None
        results = {opened.keys[id_]: (id_, text) for id_, text in done.fresh.items()}
        # Where the grader failed, the report is made anew by the next run.
        stamp = "" if done.errors else opened.attempt.stamp
        attempt = replace(opened.attempt, stamp=stamp, summary=done.summary)
        self.store.keep(results, attempt, done.marks)
        self.outcomes[task.name] = Outcome(Status.GRADED, (), self._own(task.submission), not done.fresh, done.errors)

    def _failed(self, name: str, why: str) -> None:
        self.outcomes[name] = Outcome(Status.FAILED, (clean(why),), errors=1)

    def _task(self, one: HandedIn, submission: Submission, decisions: tuple[Decision, ...]) -> Task | None:
        """The task that is left to do for a submission; None where its reports are what they would be again."""
        folder = self.orders.out / one.name
        attempts = self.store.attempts(one.name)
        last = attempts[-1] if attempts else None
        same = last is not None and last.digest == submission.digest
        stamp = self._stamp(submission, decisions)
        handed_in = self.orders.times.get(one.name, "")
        if last is not None and same and last.stamp == stamp and folders.complete(folder):
            if last.handed_in != handed_in:
                self.store.tell_time(last, handed_in)
            self.outcomes[one.name] = Outcome(Status.GRADED, (), self._own(submission), True)
            return None
        found = keys.keys(self.orders.course, submission, self._basis)
        number = 1 if last is None else last.number if same else last.number + 1
        first = last.first_graded if last is not None and same else self._now
        attempt = Attempt(one.name, number, submission.digest, stamp, "", first, handed_in)
        self._open[one.name] = _Open(found, attempt, 0 if last is None or same else last.number)
        by_key = self.store.results(found.values())
        known = {id_: by_key[key] for id_, key in found.items() if key in by_key}
        return Task(submission, self.orders.settings, known, decisions)

    def _stamp(self, submission: Submission, decisions: Sequence[Decision]) -> str:
        """Names everything that a report depends on; one that was made with the same needs not to be made again."""
        one = submission
        parts = (self._asked, one.name, one.path, one.digest, one.names, sorted(one.unreadable.items()), one.notes)
        return hashlib.sha256(repr((*parts, decisions)).encode("utf-8", "surrogatepass")).hexdigest()

    def _own(self, submission: Submission) -> str:
        """What names the files that somebody wrote: empty where all of them are the template's as it was."""
        template = self.orders.course.template
        own = any(text != template.get(name) for name, text in submission.files.items())
        return submission.digest if own else ""

    def _put_aside(self, name: str) -> None:
        """Keeps a report of what was handed in before from being taken for one of what cannot be read now."""
        attempts = self.store.attempts(name)
        if attempts:
            folders.put_aside(self.orders.out / name, attempts[-1].number)


def _chained(first: Task, rest: Iterator[Task]) -> Iterator[Task]:
    yield first
    yield from rest
