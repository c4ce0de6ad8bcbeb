"""The straight line for a class: every submission read, what is known looked up, the rest judged, all of it stored."""

from __future__ import annotations

import datetime
import errno
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from grader.base.errors import unwritable
from grader.base.text import escape_controls
from grader.classroom.model import HandedIn, Status
from grader.classroom.run import report_folders
from grader.classroom.run.grade_one import Done, Task, work
from grader.classroom.run.reader import UnreadEntry, read_all
from grader.classroom.run.store import Attempt, Store
from grader.course.on_disk import OnDisk, course_changed
from grader.judge import cache_key
from grader.judge.process_pool import JobFailed, Running, Work
from grader.model import Course, GraderError, Settings, Submission
from grader.review import store as reviews
from grader.review.decision import Decision, of_submission

SEED = 6  # bytes, which JavaScript reads from a report as they are
# No other submission's reports could be written either.
FULL = (errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC))


class Executor(Protocol):
    """Whatever works on tasks: the processes of this machine, or a cluster."""

    def run(
        self, jobs: Iterable[Task], work: Work[Done], watch: Callable[[Sequence[Running[Any]]], None]
    ) -> Iterator[tuple[Task, Done | JobFailed]]:
        """Each task and its result, as they are done."""

    def close(self) -> None:
        """Ends what is still at work."""


@dataclass(frozen=True, slots=True)
class GradeStatus:
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
class BatchConfig:
    """What a class is graded with. `times` gives the time of handing in by name, as text,
    where a sheet tells it."""

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
    """A submission that is being judged: the keys of its results, the attempt that it will be, and the one before it
    (number and digest), whose reports may be in the way."""

    keys: Mapping[str, str]
    attempt: Attempt
    before: tuple[int, str] | None


def grade_class(
    orders: BatchConfig, store: Store, hire: Callable[[], Executor], listen: Callable[[Progress], None]
) -> dict[str, GradeStatus]:
    """Every submission's outcome by name. `hire` is called once there is something to judge.

    Raises GraderError where nothing can go on: the store or the results' folder cannot be written, no process starts.
    """
    run = _Run(orders, store)
    total = len(orders.handed)
    with ExitStack() as stack:
        tasks = stack.enter_context(closing(run.tasks()))
        first = next(tasks, None)
        if first is not None:
            force = hire()
            stack.callback(force.close)

            def watch(running: Sequence[Running[Any]]) -> None:
                listen(Progress(len(run.outcomes), total, run.judged, running))

            for task, done in force.run(chain([first], tasks), work, watch):
                run.take(task, done)
    listen(Progress(len(run.outcomes), total, run.judged, ()))
    return {one.name: run.outcomes[one.name] for one in orders.handed}


class _Run:
    """One run over a class: what came of each submission so far, and what is open."""

    def __init__(self, orders: BatchConfig, store: Store) -> None:
        self.orders, self.store = orders, store
        self.outcomes: dict[str, GradeStatus] = {}
        self.judged = 0
        self._open: dict[str, _Open] = {}
        self._disk = OnDisk(orders.course)
        self._salt = store.salt()
        self._course = cache_key.course_digest(orders.course)
        self._asked = (cache_key.reports_digest(), orders.course.title, orders.course.fingerprint, self._course)
        self._now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")

    def tasks(self) -> Generator[Task, None, None]:
        """What has to be judged or put together; for every other submission the outcome is noted."""
        orders = self.orders
        with closing(read_all(orders.handed, orders.folder, orders.course.files, orders.revision)) as found:
            for one, submission in found:
                if isinstance(submission, UnreadEntry):
                    self._unread(one.name, submission)
                    continue
                try:
                    decisions = tuple(of_submission(reviews.load(orders.out / one.name), escape_controls(one.name)))
                except GraderError as error:
                    self._failed(one.name, str(error))
                    continue
                task = self._task(one, submission, decisions)
                if task is not None:
                    if self._disk.changed():
                        raise course_changed(orders.course.folder)
                    yield task

    def take(self, task: Task, done: Done | JobFailed) -> None:
        """Writes and keeps what was judged."""
        opened = self._open.pop(task.name)
        self.judged += 1
        if isinstance(done, JobFailed):
            self._failed(task.name, done.why)
            self._put_aside(task.name)
            return
        folder = self.orders.out / task.name
        results = {opened.keys[id_]: (id_, text) for id_, text in done.fresh.items()}
        self.store.begin(results, opened.attempt)
        try:
            if opened.before is not None:
                report_folders.put_aside(folder, *opened.before)
            report_folders.write(folder, done.json, done.html)
        except (OSError, ValueError) as error:
            failure = unwritable(folder, error)
            if isinstance(error, OSError) and error.errno in FULL:
                raise failure from None
            self._failed(task.name, str(failure))
            return
        # Where the grader failed, the report is made anew by the next run.
        stamp = "" if done.errors else opened.attempt.stamp
        attempt = replace(opened.attempt, stamp=stamp, summary=done.summary)
        self.store.finish(attempt, done.marks)
        self.outcomes[task.name] = GradeStatus(
            Status.GRADED, (), self._own(task.submission), not done.fresh, done.errors
        )

    def _unread(self, name: str, unread: UnreadEntry) -> None:
        if unread.status is Status.FAILED:
            self._failed(name, unread.why)
            return
        self.outcomes[name] = GradeStatus(unread.status, (unread.why,))
        self._put_aside(name)

    def _failed(self, name: str, why: str) -> None:
        self.outcomes[name] = GradeStatus(Status.FAILED, (escape_controls(why),), errors=1)

    def _task(self, one: HandedIn, submission: Submission, decisions: tuple[Decision, ...]) -> Task | None:
        """The task that is left to do for a submission; None where its reports are what they would be again."""
        folder = self.orders.out / one.name
        attempts = self.store.attempts(one.name)
        last = attempts[-1] if attempts else None
        same = last is not None and last.digest == submission.digest
        settings = self._settings(submission)
        # The digest as well: a seed that was asked for draws by all files, too.
        basis = f"{cache_key.environment_key(settings, self.orders.isolation)} {submission.digest}"
        stamp = self._stamp(submission, basis, decisions)
        handed_in = self._handed_in(one.name, last if same else None)
        if last is not None and same and last.stamp == stamp and report_folders.complete(folder):
            if last.handed_in != handed_in:
                self.store.tell_time(last, handed_in)
            self.outcomes[one.name] = GradeStatus(Status.GRADED, (), self._own(submission), True)
            return None
        found = cache_key.keys(self.orders.course, submission, basis)
        number, first = (last.number, last.first_graded) if last is not None and same else (0, self._now)
        earlier = [(one.number, one.digest) for one in attempts if one.number != number]
        if last is None and folder.is_dir():  # reports of which the store knows nothing
            digest, number = report_folders.digest_of(folder), report_folders.highest(folder) + 1
            if digest and digest != submission.digest:
                earlier, number = [(number, digest)], number + 1
        number = number or 1 + (last.number if last is not None else 0)
        attempt = Attempt(one.name, number, submission.digest, stamp, "", first, handed_in, self._course)
        self._open[one.name] = _Open(found, attempt, earlier[-1] if earlier else None)
        by_key = self.store.results(found.values())
        known = {id_: by_key[key] for id_, key in found.items() if key in by_key}
        return Task(submission, settings, known, decisions)

    def _settings(self, submission: Submission) -> Settings:
        """The settings with the submission's own seed, unless one was asked for.

        It is a hash of the class's salt and the files: it repeats this report on them, and tells nothing of others.
        """
        settings = self.orders.settings
        if settings.seed is not None:
            return settings
        whole = hashlib.sha256(self._salt + submission.digest.encode()).digest()
        return replace(settings, seed=int.from_bytes(whole[:SEED], "big"))

    def _stamp(self, submission: Submission, basis: str, decisions: Sequence[Decision]) -> str:
        """Names everything that a report depends on; one that was made with the same needs not to be made again."""
        one = submission
        parts = (
            basis,
            *self._asked,
            one.name,
            one.path,
            one.digest,
            one.names,
            sorted(one.unreadable.items()),
            one.notes,
        )
        return hashlib.sha256(repr((*parts, decisions)).encode("utf-8", "surrogatepass")).hexdigest()

    def _handed_in(self, name: str, attempt: Attempt | None) -> str:
        """The time of handing in that the sheet tells; where it tells none, the one told in an earlier run."""
        return self.orders.times.get(name) or (attempt.handed_in if attempt is not None else "")

    def _own(self, submission: Submission) -> str:
        """What names the files that somebody wrote: empty where all of them are the template's as it was."""
        template = self.orders.course.template
        own = any(text != template.get(name) for name, text in submission.files.items())
        return submission.digest if own else ""

    def _put_aside(self, name: str) -> None:
        """Keeps a report of what was handed in before from being taken for one of what cannot be read now."""
        for attempt in self.store.attempts(name)[-1:]:
            with suppress(OSError):
                report_folders.put_aside(self.orders.out / name, attempt.number, attempt.digest)
