"""A course in pytest: each check is an item; an exercise is graded once per process, when its first check runs."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest

from grader.base.text import escape_controls, points
from grader.checks import KINDS
from grader.checks.base import main_target
from grader.judge import pipeline
from grader.judge.environment import repeat_options
from grader.judge.scoring import UNDECIDED, is_unread
from grader.model import (
    Check,
    CheckResult,
    Course,
    Exercise,
    ExerciseResult,
    GraderError,
    Settings,
    Submission,
    Verdict,
)
from grader.model.dataclass import dataclass
from grader.origin.open_course import open_course
from grader.reports import points_line
from grader.reports.terminal import details
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.reader import read_submission

MOST_OUTPUT = 2000  # characters of output below a failure: some 20 lines; the report of `grade` has all
Pair = tuple[Exercise, Check]


def join(config: pytest.Config, text: str) -> bool:
    """Adds the course's checks on the submission at the path `text`, relative to where pytest was started.

    Returns whether pytest has something else to collect: given paths that are not part of the course. Raises
    UsageError.
    """
    options = config.known_args_namespace
    start = config.invocation_params.dir
    path = (start / text).resolve()
    _check_settings(config, text, path)
    folder = options.grader_course
    try:
        course = open_course(
            _from(start, folder), warn=lambda text: config.issue_config_time_warning(UserWarning(text), 2)
        )
        submission = read_submission(text, course.files)
    except (GraderError, OSError) as error:
        raise pytest.UsageError(str(error).removeprefix("error: ")) from None
    settings = Settings(seed=options.grader_seed, extra=repeat_options(folder, 1.0))
    graded = GradedExercises(config, course, submission, path, settings)
    graded.choose([str(argument) for argument in options.file_or_dir], options.submission is not None)
    config.pluginmanager.register(graded, "grader-course")
    return bool(graded.others)


def _from(start: Path, course: str | None) -> str | None:
    """The name of a course, a path from the folder that pytest was started in."""
    inside = start / course if course else None
    return str(inside) if inside is not None and inside.exists() else course


def _check_settings(config: pytest.Config, text: str, path: Path) -> None:
    """Raises UsageError where pytest read its settings from a submission that it was not started in."""
    ini = config.inipath
    chosen = config.known_args_namespace.inifilename
    if ini and not chosen and ini.resolve().is_relative_to(path) and not Path.cwd().is_relative_to(path):
        raise pytest.UsageError(
            f"pytest would read its settings from {escape_controls(str(ini))}, which is part of the submission: write "
            f"--submission={escape_controls(text)}, with an equals sign"
        )


class LostPoints(Exception):
    """A check that is not correct; its text is the message for the student."""


class NotJudged(Exception):
    """A check in which the grader itself failed."""


@dataclass(eq=False)
class GradedExercises:
    """The plugin of one run: the submission, the chosen checks, the results so far, and the source of workers."""

    config: pytest.Config
    course: Course
    submission: Submission
    path: Path
    settings: Settings
    others: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    _judged: dict[str, ExerciseResult | GraderError] = field(default_factory=dict)
    _sandbox: Sandbox | None = None

    def choose(self, arguments: list[str], by_option: bool) -> None:
        """Splits the arguments of pytest into `pairs` of the course and `others`, which are left to pytest.

        No argument, or a folder that contains the submission, chooses the whole course; where the submission was given
        as an option, other paths do so too, as long as they do not name single tests.
        """
        every = [(exercise, check) for exercise in self.course.exercises for check in exercise.checks]
        chosen: list[Pair] = []
        whole = not arguments
        for argument in arguments:
            place, _, name = argument.partition("::")
            at = (self.config.invocation_params.dir / place).resolve()
            named = [pair for pair in every if name in ("", _name(pair)) and self._is_at(pair, place, at)]
            if at == self.path and not name:
                whole = True
            elif named:
                chosen += named
            else:
                self.others.append(argument)
                whole = whole or self.path.is_relative_to(at)
        alone = by_option and not chosen and not any("::" in argument for argument in self.others)
        self.pairs = [pair for pair in every if whole or alone or pair in chosen]

    def _is_at(self, pair: Pair, place: str, at: Path) -> bool:
        file = self.file(pair[1].file)
        return at == file.resolve() or place == self.nodeid(file)

    def file(self, name: str) -> Path:
        """The path of a file of the submission, also where it is missing; the submission's where that is unclear."""
        inside = self.path / name
        here = inside.is_file() or (self.path.is_dir() and name not in self.submission.files)
        return inside if here else self.path

    def nodeid(self, file: Path) -> str:
        """The first part of an item's id: relative to pytest's root, else to the submission's parent."""
        root = self.config.rootpath
        near = file != root and file.is_relative_to(root)
        return escape_controls(file.relative_to(root if near else self.path.parent).as_posix())

    def result(self, exercise: Exercise) -> ExerciseResult:
        """The exercise's result; it is graded once. Raises GraderError, each time, where no worker can be started."""
        if exercise.id not in self._judged:
            self._judged[exercise.id] = self._judge(exercise)
        judged = self._judged[exercise.id]
        if isinstance(judged, GraderError):
            raise judged
        return judged

    def _judge(self, exercise: Exercise) -> ExerciseResult | GraderError:
        settings = Settings((exercise.id,), self.settings.seed, extra=self.settings.extra)
        try:
            if self._sandbox is None:
                self._sandbox = open_sandbox(modules=self.course.modules)
            return pipeline.grade(self.course, self.submission, settings, self._sandbox).exercises[0]
        except GraderError as error:
            return error

    def pytest_configure(self, config: pytest.Config) -> None:
        """Leaves the other arguments to pytest; has pytest-xdist distribute files, not single checks."""
        config.args[:] = self.others
        if getattr(config.option, "dist", "no") == "load":
            config.option.dist = "loadscope"

    def pytest_unconfigure(self) -> None:
        """Ends the workers."""
        if self._sandbox is not None:
            self._sandbox.close()

    def pytest_report_header(self) -> list[str]:
        """The submission, the course, and notes on how the submission was read."""
        title = escape_controls(self.course.full_title)
        head = f"submission: {escape_controls(self.submission.path)}, course: {title}"
        return [head, *(f"note: {escape_controls(note)}" for note in self.submission.notes)]

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Keeps pytest out of the submission, unless a path inside it was given."""
        start = self.config.invocation_params.dir
        given = [(start / argument.partition("::")[0]).resolve() for argument in self.others]
        inside = any(path.is_relative_to(self.path) for path in given)
        return True if collection_path.resolve() == self.path and not inside else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Puts the course's checks, in the course's order, before the tests that pytest collected."""
        files = itertools.groupby(self.pairs, key=lambda pair: self.file(pair[1].file))
        nodes = [
            CourseFile.from_parent(session, path=path, nodeid=self.nodeid(path), graded=self, pairs=list(pairs))
            for path, pairs in files
        ]
        items[:0] = [item for node in nodes for item in session.genitems(node)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Makes a skipped check point to the student's file, and shows an error of the setup like any other."""
        report = yield
        if isinstance(item, CheckItem) and call.excinfo is not None:
            if isinstance(report.longrepr, tuple):
                report.longrepr = (str(item.path), item.line + 1, report.longrepr[2])
            elif report.when == "setup":
                report.longrepr = item.repr_failure(call.excinfo)
        return report

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The points of all checks that were run, wherever they were."""
        reports = itertools.chain.from_iterable(terminalreporter.stats.values())
        found = {report.nodeid: dict(report.user_properties) for report in reports if _has_points(report)}
        if found:
            terminalreporter.section("points")
            terminalreporter.line(_total(found.values()))


def _has_points(report: object) -> bool:
    return any(name == "max_points" for name, _ in getattr(report, "user_properties", ()))


def _total(checks: Iterable[dict[str, Any]]) -> str:
    """The points, the bonus, and the points not marked yet, from the properties of checks."""
    required = [check for check in checks if not check.get("bonus")]
    extra = [check for check in checks if check.get("bonus")]
    undecided = [check for check in required if check["verdict"] in UNDECIDED]
    pending = sum(check["max_points"] - check["points"] for check in undecided)
    unread = sum(check["max_points"] - check["points"] for check in undecided if check.get("unread"))
    max_points = sum(check["max_points"] for check in required) - pending + unread
    parts = [f"{points(sum(check['points'] for check in required))} of {points(max_points)} points"]
    if extra:
        score, max_points = (sum(check[name] for check in extra) for name in ("points", "max_points"))
        parts.append(f"bonus {points(score)} of {points(max_points)}")
    if pending:
        parts.append(points_line.not_marked(pending, unread))
    return ", ".join(parts)


def _name(pair: Pair) -> str:
    return f"{pair[0].id} {pair[1].id}"


class CourseFile(pytest.File):
    """Consecutive checks of the course on one file of the submission, which may be missing."""

    def __init__(self, *, graded: GradedExercises, pairs: list[Pair], **kw: Any) -> None:
        super().__init__(**kw)
        self.graded, self.pairs = graded, pairs

    def collect(self) -> Iterator[CheckItem]:
        """One item per check; nothing of the file is run."""
        for pair in self.pairs:
            yield CheckItem.from_parent(self, name=_name(pair), graded=self.graded, pair=pair)


class CheckItem(pytest.Item):
    """One check. `line` is where the student's function begins, from 0."""

    def __init__(self, *, graded: GradedExercises, pair: Pair, **kw: Any) -> None:
        super().__init__(**kw)
        self.graded, (self.exercise, self.check) = graded, pair
        self.line = _line(graded, self.exercise, self.check)
        self.extra_keyword_matches |= {self.exercise.title, f"{self.exercise.id}/{self.check.id}"}

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where an editor jumps to, and the heading of a failure."""
        return self.path, self.line, f"{self.exercise.id} {escape_controls(self.exercise.title)}: {self.check.id}"

    def setup(self) -> None:
        """Grades the exercise. A failure of the grader itself raises here: for pytest it is an error, not a failure."""
        self.outcome = self.graded.result(self.exercise)
        self.result = next(result for result in self.outcome.checks if result.id == self.check.id)
        self.user_properties += [
            ("points", self.result.score),
            ("max_points", self.result.max_score),
            ("verdict", self.result.status.value),
        ]
        if self.exercise.bonus:
            self.user_properties.append(("bonus", True))
        if is_unread(self.result):
            self.user_properties.append(("unread", True))
        if self.result.status is Verdict.JUDGE_ERROR and not self.result.advisory:
            raise NotJudged(self._text())

    def runtest(self) -> None:
        """Passes, skips where no points are lost, else fails, with the check's message."""
        result = self.result
        if result.status is Verdict.CORRECT:
            return
        if result.advisory:
            pytest.skip(f"advice: {result.message}")
        if result.status is Verdict.NEEDS_REVIEW and not result.unread:
            pytest.skip(f"not marked yet: {result.message}")
        self.add_report_section("call", "stdout", self.outcome.output[:MOST_OUTPUT])
        raise LostPoints(self._text())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message without a traceback; its first line and the place in the student's file for editors."""
        if not isinstance(excinfo.value, (LostPoints, NotJudged, GraderError)):
            return super().repr_failure(excinfo, style)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None and not isinstance(excinfo.value, GraderError):
            path, line = self._place()
            shown.reprcrash.path, shown.reprcrash.lineno = _shown(path), line
            shown.reprcrash.message = self.result.message
        return shown

    def _text(self) -> str:
        result: CheckResult = self.result
        verdict = result.status.label
        head = f"{result.claim}: {points(result.score)} of {points(result.max_score)} points, {verdict}"
        path, line = self._place()
        astray = self.outcome.astray if result.unread else ()
        return "\n".join([head, *details(result), *astray, "", f"{_shown(path)}:{line}: {verdict}"])

    def _place(self) -> tuple[Path, int]:
        """The place in the student's file that the evidence names, else that of the function."""
        found = re.match(r"(.+?):(\d+)", self.result.evidence.place)
        if found and self.graded.file(found[1]) != self.graded.path:
            return self.graded.file(found[1]), int(found[2])
        return self.path, self.line + 1


def _shown(path: Path) -> str:
    """The shorter of the absolute path and that relative to the current folder."""
    try:
        return escape_controls(min(str(path), os.path.relpath(path), key=len))
    except ValueError:
        return escape_controls(str(path))


def _line(graded: GradedExercises, exercise: Exercise, check: Check) -> int:
    """The line, from 0, where the checked function begins in its file; 0 where it is not found."""
    if graded.file(check.file).name != check.file:
        return 0
    lines = graded.submission.files.get(check.file, "").splitlines()
    if not check.file.endswith(".py"):
        key = re.compile(rf"""["']?{re.escape(exercise.id)}["']?\s*:""")
        return next((number for number, line in enumerate(lines) if key.match(line)), 0)
    found = 0
    for name in main_target(KINDS[check.kind].targets(check.spec)).split("."):
        start = re.compile(rf"\s*(async\s+)?(def|class)\s+{re.escape(name)}\b")
        found = next((number for number, line in enumerate(lines) if number >= found and start.match(line)), found)
    return found
