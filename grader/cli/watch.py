"""`grade watch`: grades once, then on every save the exercises that the saved files can change."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from grader.base.atomic_write import written
from grader.base.text import abbreviate, escape_controls, points
from grader.cli.exit_codes import EXIT_INTERRUPTED
from grader.cli.file_watcher import Watched
from grader.cli.options import (
    add_course,
    add_cpu_factor,
    add_isolation,
    add_only,
    add_out,
    add_seed,
    add_verbose,
    command_parser,
    out_folder,
    with_isolation,
)
from grader.course.on_disk import OnDisk, course_changed
from grader.judge import cache_key, pipeline
from grader.judge.environment import JudgeConfig, JudgeEnvironment, open_environment, repeat_options
from grader.judge.events import Event, ExerciseDone, ExerciseStarted
from grader.model import Exercise, ExerciseResult, GraderError, Report, Settings, Submission, Verdict
from grader.model.dataclass import dataclass
from grader.origin.open_course import find_course
from grader.reports import attempts, html_report, json_report, points_line
from grader.reports.terminal import Terminal
from grader.review import store
from grader.review.decision import Decision, decided, of_submission
from grader.sandbox.open_sandbox import isolation

SHOWN_NAMES = 6  # of the files that were saved at once: fits on one line


def watch(argv: Sequence[str]) -> int:
    """Re-grades on every save until it is interrupted; returns that exit code. Raises GraderError."""
    arguments = _parser().parse_args(with_isolation(argv))
    if not Path(arguments.submission).exists():
        raise GraderError(f"cannot watch {escape_controls(arguments.submission)}: no such file or folder")
    place = find_course(arguments.course)
    plan = JudgeConfig(
        place.folder, isolation=arguments.isolation, required=arguments.require_isolation, origin=place.origin
    )
    try:
        with contextlib.closing(open_environment(plan)) as environment:
            place.placed(environment.course)
            _watch(environment, arguments)
    except KeyboardInterrupt:
        print("\nstopped watching", file=sys.stderr)
        return EXIT_INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = command_parser(
        "grade watch",
        "Grade your work, then re-grade the affected exercises on every save: print the results and write report.html "
        "and results.json. Stop with Ctrl-C.",
    )
    parser.add_argument("submission", metavar="DIR", help="your folder, or a single file")
    add_out(parser)
    add_only(parser, "grade")
    add_verbose(parser)
    add_seed(parser, "draw the inputs from this seed")
    add_course(parser)
    add_cpu_factor(parser)
    add_isolation(parser)
    return parser


def _watch(environment: JudgeEnvironment, arguments: argparse.Namespace) -> NoReturn:
    """Raises GraderError for what cannot be read at the start; a later error is printed, and the next save awaited."""
    exercises = pipeline.select(environment.course, arguments.only)
    watched = Watched(arguments.submission, environment.course.files)
    submission = watched.read()
    out = out_folder(arguments.out, Path(arguments.submission))
    again = repeat_options(arguments.course, arguments.cpu_factor)
    settings = Settings((), arguments.seed, arguments.cpu_factor, again)
    rounds = _Rounds(environment, watched, exercises, settings, out, Terminal(sys.stdout, arguments.verbose))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(rounds.leave)
        _go_on(rounds, watched, submission, environment, arguments.submission)


def _go_on(
    rounds: _Rounds, watched: Watched, submission: Submission, environment: JudgeEnvironment, name: str
) -> NoReturn:
    rounds.terminal.course(environment.course)
    rounds.judge(submission)
    print(f"watching {escape_controls(name)} for changes (stop with Ctrl-C)", flush=True)
    disk = OnDisk(environment.course)
    while True:
        if rounds.terminal.lost:
            raise BrokenPipeError
        watched.wait()
        if disk.changed():
            raise course_changed(environment.course.folder)
        try:
            rounds.judge(watched.read())
        except GraderError as error:
            print(f"\nerror: {error}\nwaiting for the next save", file=sys.stderr, flush=True)


class _SavedMeanwhile(Exception):
    """Raised between two exercises: the rest would be graded on files that have changed since they were read."""


@dataclass
class _Rounds:
    """The results so far: each exercise's, before any points given by hand, with the cache key of what it came from."""

    environment: JudgeEnvironment
    watched: Watched
    exercises: Sequence[Exercise]
    settings: Settings
    out: Path
    terminal: Terminal
    known: dict[str, tuple[str, ExerciseResult]] = field(default_factory=dict)
    submission: Submission | None = None
    report: Report | None = None
    finished: bool = False

    def judge(self, submission: Submission) -> None:
        """Grades the exercises that changed, prints them, then writes the reports. Raises GraderError."""
        if submission == self.submission and self.finished:
            return
        self.finished = False
        before, self.submission = self.submission, submission
        found = cache_key.keys(self.environment.course, submission, cache_key.environment_key(self.settings, ""))
        outdated = [one.id for one in self.exercises if self.known.get(one.id, ("",))[0] != found[one.id]]
        saved = _saved(before, submission) if before else ""
        if saved:
            print(f"\n{saved}: {self._to_do(outdated)}", flush=True)
        # Where only a name came or went a hint can change and nothing else: what stays the same is not shown again.
        quiet = before is not None and not saved and self.known.keys() >= set(outdated)
        old = dict(self.known)
        decisions = of_submission(store.load(self.out), escape_controls(submission.name))
        try:
            report = self._grade(submission, outdated, found, decisions, quiet)
        except _SavedMeanwhile:
            print("files changed while grading: starting again", flush=True)
            return
        changed = [
            one for one in report.exercises if quiet and one.id in outdated and _gist(one) != _gist(old[one.id][1])
        ]
        for result in changed:
            self.terminal.exercise(result)
        self._tell(report, silent=quiet and not changed)
        self.finished = True

    def _grade(
        self,
        submission: Submission,
        ids: Sequence[str],
        found: Mapping[str, str],
        decisions: Sequence[Decision],
        quiet: bool,
    ) -> Report:
        """Raises _SavedMeanwhile before an exercise where something was saved after it was read."""

        def hear(event: Event) -> None:
            if isinstance(event, ExerciseStarted) and self.watched.saved():
                raise _SavedMeanwhile
            if isinstance(event, ExerciseDone):
                failed = any(check.status is Verdict.JUDGE_ERROR for check in event.judged.checks)
                self.known[event.judged.id] = ("" if failed else found[event.judged.id], event.judged)
            if not quiet:
                self.terminal.hear(event)

        settings = replace(self.settings, only=tuple(one.id for one in self.exercises))
        known = {one.id: self.known[one.id][1] for one in self.exercises if one.id not in ids}
        course, sandbox, plans = self.environment.course, self.environment.sandbox, self.environment.plans
        decide = partial(decided, decisions=decisions)
        return pipeline.grade(course, submission, settings, sandbox, hear, known, decide, plans)

    def _tell(self, report: Report, silent: bool) -> None:
        """Shows the points, in the first round also where the reports are, and writes these."""
        before, self.report = self.report, report
        if before and not silent:
            new_notes = [f"note: {note}" for note in report.notes if note not in before.notes]
            print("", *new_notes, _total(before, report), sep="\n", flush=True)
        paths = written(self.out, lambda: self._write(report))
        if not before:
            self.terminal.summary(report, [isolation(self.environment.sandbox).summary, f"report: {paths[0]}"])

    def _write(self, report: Report) -> list[Path]:
        self.out.mkdir(parents=True, exist_ok=True)
        whole = len(self.exercises) == len(self.environment.course.exercises)
        only = () if whole else tuple(one.id for one in self.exercises)
        html = html_report.write(report, self.out, attempts.record(report, self.out), reloads=True, only=only)
        return [html, json_report.write(report, self.out)]

    def leave(self) -> None:
        """Writes the page once more: nobody makes another one that it could reload."""
        if self.report is not None:
            with contextlib.suppress(OSError):
                html_report.write(self.report, self.out, attempts.record(self.report, self.out))

    def _to_do(self, ids: Sequence[str]) -> str:
        again = [id_ for id_ in ids if id_ in self.known]
        rest = [id_ for id_ in ids if id_ not in self.known]
        parts = [f"re-grading {', '.join(again)}"] if again else []
        parts += [f"grading {', '.join(rest)}"] if rest else []
        return ", ".join(parts) or "no exercise is affected"


def _gist(result: ExerciseResult) -> list[tuple[Verdict, str]]:
    return [(check.status, check.message) for check in result.checks]


def _saved(before: Submission, now: Submission) -> str:
    """Which files were saved or removed; empty where none was."""
    old, new = ({**one.files, **one.unreadable} for one in (before, now))
    parts = {
        "saved": [name for name in new if old.get(name) != new[name]],
        "removed": [name for name in old if name not in new],
    }
    return ", ".join(f"{what} {abbreviate(sorted(names), SHOWN_NAMES)}" for what, names in parts.items() if names)


def _total(before: Report, now: Report) -> str:
    """The points, and what they were before."""
    parts = [f"{_change(before.score, before.max_score, now.score, now.max_score)} points"]
    if now.max_bonus:
        parts.append(f"bonus {_change(before.bonus, before.max_bonus, now.bonus, now.max_bonus)}")
    if now.pending:
        parts.append(points_line.not_marked(now.pending, now.unread))
    return ", ".join(parts)


def _change(old: float, old_max: float, new: float, new_max: float) -> str:
    was, is_now = (f"{points(a)} of {points(b)}" for a, b in ((old, old_max), (new, new_max)))
    if was == is_now:
        return is_now
    return f"{points(old) if old_max == new_max else was} → {is_now}"
