"""GitHub Actions: annotations at the student's lines and a step summary; no text of a student acts as a command."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from grader.base.text import POINTS_ROUNDING, amount, escape_controls, plural
from grader.model import CheckResult, ExerciseResult, Report, Submission, Verdict
from grader.model.dataclass import dataclass
from grader.reports import markdown
from grader.reports.findings import lost_points
from grader.reports.grouping import FOLLOWS, Group, groups
from grader.reports.outcome import PassFail, outcome, plain
from grader.reports.terminal import place_of
from grader.submission.file_tree import DEPTH, NOTEBOOK, is_litter
from grader.submission.revision import split

MOST = 10  # annotations: GitHub shows so many of each level per step
LIMIT = 1_500  # characters of an annotation: some 15 lines beside the code
SUMMARY_LIMIT = (1 << 20) - 4096  # of 1 MiB per step: GitHub shows nothing of a larger one
_PLACE = re.compile(r"([^\0]+?):([0-9]{1,7})(?::[0-9]+)?(?:  |$)")
_STUB = re.compile(r"\(([^()]+):([0-9]{1,7})\)$")
_SOURCES = (".py", ".yaml", ".yml")


@dataclass(frozen=True)
class Annotation:
    """A message at a line of a file, 0 for none; the file's path is relative to the repository."""

    level: str
    file: str
    line: int
    title: str
    message: str
    points: float = 0.0

    def command(self) -> str:
        """The workflow command that makes it (docs.github.com: Workflow commands for GitHub Actions)."""
        properties = {"file": self.file, "line": str(self.line or ""), "title": self.title}
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
        return f"::{self.level} {listed}::{_data(self.message)}\n"


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The annotations as workflow commands: at most ten errors, those that cost most, and at most ten warnings."""
    found = list(remarks(report, submission))
    errors = sorted((one for one in found if one.level == "error"), key=lambda one: -one.points)
    warnings = [one for one in found if one.level == "warning"]
    lines = [one.command() for one in [*errors[:MOST], *warnings[:MOST]]]
    if len(errors) > MOST:
        more = f"{plural(len(errors) - MOST, 'more place')} with lost points: see the summary, or report.html"
        lines.append(f"::notice::{_data(more)}\n")
    return "".join(lines)


def summarize(report: Report) -> None:
    """Appends the report to the step summary, if GitHub provides a file for it, as far as it fits.

    Raises OSError.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(markdown.fitting(report, SUMMARY_LIMIT - os.fstat(file.fileno()).st_size))


@contextlib.contextmanager
def stopped(stream: TextIO) -> Iterator[None]:
    """Within it GitHub reads no line as a command; the standard error goes to this stream as well, in order.

    A student cannot know the token that ends it.
    """
    token = secrets.token_hex(20)
    stream.write(f"::stop-commands::{token}\n")
    stream.flush()
    try:
        with contextlib.redirect_stderr(stream):
            yield
    finally:
        stream.write(f"\n::{token}::\n")
        stream.flush()


def remarks(report: Report, submission: Submission) -> Iterator[Annotation]:
    """One annotation per cause that checks of an exercise fail by: an error where points are lost, else a warning.

    Bonus that was not tried, advice, and what is not marked yet get none.
    """
    places = _Places(submission)
    for exercise in report.exercises:
        *headed, rest = groups(exercise)
        for group in headed:
            levels = {_level(check, exercise) for check in group.checks}
            if level := next((one for one in ("error", "warning") if one in levels), ""):
                file, line = places.of(group.checks[0], exercise.file)
                cost = sum(map(lost_points, group.checks))
                yield Annotation(level, file, line, _title(exercise, cost), _message_of_cause(group), cost)
        alike: dict[tuple[str, str, str], list[CheckResult]] = {}
        for check in rest.checks:
            level = _level(check, exercise)
            cause = next((key for key in reversed(alike) if key[0] == level), None)
            if check.status is Verdict.SKIPPED and cause:  # skipped because of that failure
                alike[cause].append(check)
            elif level:
                alike.setdefault((level, check.message, check.evidence.place), []).append(check)
        for (level, _, _), checks in alike.items():
            file, line = places.of(checks[0], exercise.file)
            cost = sum(map(lost_points, checks))
            yield Annotation(level, file, line, _title(exercise, cost), _message(checks), cost)


def _level(check: CheckResult, exercise: ExerciseResult) -> str:
    if check.status is Verdict.JUDGE_ERROR:
        return "warning"
    what = outcome(check, exercise)
    if what is PassFail.FREE and exercise.bonus and not check.advisory and check.status is not Verdict.MISSING:
        return "warning"
    return "error" if what is PassFail.FAILED else ""


def _title(exercise: ExerciseResult, cost: float) -> str:
    if exercise.bonus:
        return f"{exercise.id} {exercise.title} (bonus)"
    if cost <= POINTS_ROUNDING:
        return f"{exercise.id} {exercise.title}"
    return f"{exercise.id} {exercise.title} ({amount(cost)} lost)"


def _message(checks: Sequence[CheckResult]) -> str:
    claims = [escape_controls(check.claim) for check in checks]
    details = plain(checks[0], LIMIT)
    if len(claims) == 1:
        return f"{claims[0]}\n{details}"
    return "\n".join([details, *(f"- {claim}" for claim in claims)])


def _message_of_cause(group: Group) -> str:
    """The heading, what is wrong as the check about it tells it, and the claims."""
    claims = [f"{escape_controls(check.claim)}{f' ({FOLLOWS})' if check.follows else ''}" for check in group.checks]
    return "\n".join([group.heading, plain(group.checks[0], LIMIT), *(f"- {claim}" for claim in claims)])


class _Places:
    """Finds a submission's files in the repository."""

    def __init__(self, submission: Submission) -> None:
        self._base = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
        self._notebooks = submission.notebooks
        path = Path(submission.path or ".")
        revision = None if path.exists() else split(submission.path)
        self._typed = revision[0] if revision else path

    def of(self, check: CheckResult, file: str) -> tuple[str, int]:
        """The path and line that a check's result names, else the first line; 0 for a notebook, which has no lines."""
        file, line = _named(check) or (file, 1)
        if file in self._notebooks:
            file = self._notebooks[file].name
        in_notebook = file.lower().endswith(NOTEBOOK)
        if self._typed.is_file():
            here = line if self._typed.suffix.lower() in _SOURCES else 1
            return self._relative(self._typed), 0 if in_notebook else here
        return self._relative(_inside(self._typed, file)), 0 if in_notebook else max(1, line)

    def _relative(self, path: Path) -> str:
        whole = path.parent.resolve() / path.name
        return (whole.relative_to(self._base) if whole.is_relative_to(self._base) else path).as_posix()


def _named(check: CheckResult) -> tuple[str, int] | None:
    found = _PLACE.match(place_of(check.evidence))
    if found is None and check.status is Verdict.MISSING:
        found = _STUB.search(check.message)
    if found:
        return found[1], int(found[2])
    return (check.evidence.frames[-1].file, check.evidence.frames[-1].line) if check.evidence.frames else None


def _inside(folder: Path, file: str) -> Path:
    """The file in the folder, or in the single folders inside that the reader of folders looks into."""
    here = folder
    for _ in range(DEPTH + 1):
        try:
            if (here / file).is_file():
                return here / file
            folders = [one for one in here.iterdir() if one.is_dir() and not is_litter(one.name)]
        except (OSError, ValueError):
            break
        if len(folders) != 1:
            break
        here = folders[0]
    return folder / file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
