"""Grades a class: reads every submission, looks up stored results, judges the rest, and stores everything."""

from __future__ import annotations

import datetime
import errno
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from grader.base.errors import unwritable
from grader.base.text import escape_controls
from grader.classroom.model import HandedIn, Status
from grader.classroom.run import report_folders
from grader.classroom.run.hand_over import judged
from grader.classroom.run.reader import UnreadEntry, read_all
from grader.classroom.run.store import Attempt, Store
from grader.classroom.run.task import Done, Task
from grader.course.on_disk import OnDisk, course_changed
from grader.judge import cache_key, seeds
from grader.judge.process_pool import JobFailed, Running, Work
from grader.model import Course, GraderError, Settings, Submission
from grader.model.dataclass import dataclass
from grader.review import store as reviews
from grader.review.decision import Decision, of_submission

# With these errors no other report can be written either.
FULL = (errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC))


class Executor(Protocol):
    """Runs tasks: on the processes of this machine, or on a cluster."""

    def run(
        self, jobs: Iterable[Task], work: Work[Done], watch: Callable[[Sequence[Running[Any]]], None]
    ) -> Iterator[tuple[Task, Done | JobFailed]]:
        """Each task and its result, in the order of completion."""

    def close(self) -> None:
        """Ends all work in progress."""


@dataclass(frozen=True, slots=True)
class GradeStatus:
    """The result of this run for one submission; `digest` is that of its files, empty for the unchanged template, and
    `reused` means that nothing was judged."""

    status: Status
    notes: tuple[str, ...] = ()
    digest: str = ""
    reused: bool = False
    errors: int = 0


@dataclass(frozen=True)
class Progress:
    """How far a run is: submissions done, in total, and judged in this run, and the tasks in progress."""

    done: int
    total: int
    judged: int
    running: Sequence[Running[Task]]


@dataclass(frozen=True)
class BatchConfig:
    """What a class is graded with. `times` are submission times by name, as text, from a sheet."""

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
    """A submission that is being judged: the keys of its results, its attempt, and the previous attempt (number and
    digest), whose reports have to be moved."""

    keys: Mapping[str, str]
    attempt: Attempt
    before: tuple[int, str] | None


def grade_class(
    config: BatchConfig, store: Store, start_workers: Callable[[], Executor], listen: Callable[[Progress], None]
) -> dict[str, GradeStatus]:
    """Every submission's outcome by name. `start_workers` is called only if there is something to judge.

    Raises GraderError where grading cannot continue: the store or the results' folder cannot be written, no process
    starts, the course changed.
    """
    run = _Run(config, store)
    total = len(config.handed)
    with ExitStack() as stack:
        tasks = stack.enter_context(closing(run.tasks()))
        first = next(tasks, None)
        if first is not None:
            executor = start_workers()
            stack.callback(executor.close)

            def watch(running: Sequence[Running[Any]]) -> None:
                listen(Progress(len(run.outcomes), total, run.judged, running))

            for task, done in executor.run(chain([first], tasks), judged, watch):
                run.take(task, done)
    listen(Progress(len(run.outcomes), total, run.judged, ()))
    return {one.name: run.outcomes[one.name] for one in config.handed}


class _Run:
    """One run over a class: the outcomes so far, and the submissions that are being judged."""

    def __init__(self, config: BatchConfig, store: Store) -> None:
        self.config, self.store = config, store
        self.outcomes: dict[str, GradeStatus] = {}
        self.judged = 0
        self._open: dict[str, _Open] = {}
        self._disk = OnDisk(config.course)
        self._salt = store.salt()
        self._course = cache_key.course_digest(config.course)
        course = config.course
        self._report_parts = (
            cache_key.reports_digest(), course.title, course.fingerprint, course.origin, self._course,
        )  # fmt: skip
        self._now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")

    def tasks(self) -> Generator[Task, None, None]:
        """The tasks for submissions whose reports are not up to date; the other outcomes are recorded."""
        config = self.config
        with closing(read_all(config.handed, config.folder, config.course.files, config.revision)) as found:
            for one, submission in found:
                if isinstance(submission, UnreadEntry):
                    self._unread(one.name, submission)
                    continue
                try:
                    decisions = tuple(of_submission(reviews.load(config.out / one.name), escape_controls(one.name)))
                except GraderError as error:
                    self._failed(one.name, str(error))
                    continue
                task = self._task(one, submission, decisions)
                if task is not None:
                    if self._disk.changed():
                        raise course_changed(config.course.folder)
                    yield task

    def take(self, task: Task, done: Done | JobFailed) -> None:
        """Writes and stores a result."""
        opened = self._open.pop(task.name)
        self.judged += 1
        if isinstance(done, JobFailed):
            self._failed(task.name, done.why)
            self._put_aside(task.name)
            return
        folder = self.config.out / task.name
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
        # Without a key the next run makes the report again.
        report_key = "" if done.errors else opened.attempt.report_key
        attempt = replace(opened.attempt, report_key=report_key, summary=done.summary)
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
        """The task for a submission; None where its reports are up to date."""
        folder = self.config.out / one.name
        attempts = self.store.attempts(one.name)
        last = attempts[-1] if attempts else None
        same = last is not None and last.digest == submission.digest
        settings = self._settings(submission)
        # With the digest, since inputs are drawn by all files even if a seed was given.
        environment_key = f"{cache_key.environment_key(settings, self.config.isolation)} {submission.digest}"
        report_key = self._report_key(submission, environment_key, decisions)
        handed_in = self._handed_in(one.name, last if same else None)
        if last is not None and same and last.report_key == report_key and report_folders.complete(folder):
            if last.handed_in != handed_in:
                self.store.set_time(last, handed_in)
            self.outcomes[one.name] = GradeStatus(Status.GRADED, (), self._own(submission), True)
            return None
        found = cache_key.keys(self.config.course, submission, environment_key)
        number, first = (last.number, last.first_graded) if last is not None and same else (0, self._now)
        earlier = [(one.number, one.digest) for one in attempts if one.number != number]
        if last is None and folder.is_dir():  # reports that the store does not know
            digest, number = report_folders.digest_of(folder), report_folders.highest(folder) + 1
            if digest and digest != submission.digest:
                earlier, number = [(number, digest)], number + 1
        number = number or 1 + (last.number if last is not None else 0)
        attempt = Attempt(one.name, number, submission.digest, report_key, "", first, handed_in, self._course)
        self._open[one.name] = _Open(found, attempt, earlier[-1] if earlier else None)
        by_key = self.store.results(found.values())
        known = {id_: by_key[key] for id_, key in found.items() if key in by_key}
        return Task(submission, settings, known, decisions)

    def _settings(self, submission: Submission) -> Settings:
        """The settings with the submission's own seed, unless one was given."""
        settings = self.config.settings
        if settings.seed is not None:
            return settings
        return replace(settings, seed=seeds.in_class(self._salt, submission.digest))

    def _report_key(self, submission: Submission, environment_key: str, decisions: Sequence[Decision]) -> str:
        """The digest of everything that a report depends on; with an equal key a report is up to date."""
        one = submission
        parts = (
            environment_key,
            *self._report_parts,
            one.name,
            one.path,
            one.digest,
            one.names,
            sorted(one.unreadable.items()),
            one.notes,
        )
        return hashlib.sha256(repr((*parts, decisions)).encode("utf-8", "surrogatepass")).hexdigest()

    def _handed_in(self, name: str, attempt: Attempt | None) -> str:
        """The submission time in the sheet, else the one of an earlier run."""
        return self.config.times.get(name) or (attempt.handed_in if attempt is not None else "")

    def _own(self, submission: Submission) -> str:
        """The digest of the files, empty if all of them are the unchanged template's."""
        template = self.config.course.template
        own = any(text != template.get(name) for name, text in submission.files.items())
        return submission.digest if own else ""

    def _put_aside(self, name: str) -> None:
        """Moves the previous report away, so that it is not taken for one of the submission that cannot be read."""
        for attempt in self.store.attempts(name)[-1:]:
            with suppress(OSError):
                report_folders.put_aside(self.config.out / name, attempt.number, attempt.digest)
