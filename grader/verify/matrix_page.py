"""A verified course: a summary for the terminal, and everything that was tried as an HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from grader.base.atomic_write import whole_file
from grader.base.inline_source import source_hash
from grader.base.text import plural
from grader.model import Course, Exercise
from grader.reports.html_report import TEMPLATES as SHARED
from grader.reports.html_report import template
from grader.verify.coverage import ExerciseCoverage, SubjectGroup, coverage
from grader.verify.kill_matrix import MatrixRow
from grader.verify.naming import Naming
from grader.verify.verification import Verification

NAME = "verify.html"
TEMPLATES = Path(__file__).parent / "templates"


def write(course: Course, verification: Verification, folder: Path) -> Path:
    """Writes verify.html into `folder`."""
    tried = {row.exercise for row in verification.rows}
    exercises = [coverage(exercise, verification) for exercise in course.exercises if exercise.id in tried]
    style = "".join(path.read_text("utf-8") for path in (SHARED / "design.css", TEMPLATES / "verify.css"))
    text = template("verify.html.jinja", TEMPLATES).render(
        course=course,
        exercises=exercises,
        findings=verification.findings,
        totals=[(title, done, *_total(groups)) for (title, done), groups in _by_title(exercises).items()],
        named=named,
        plural=plural,
        style=Markup(style),
        style_hash=source_hash(style),
    )
    return whole_file(folder / NAME, text)


def _by_title(exercises: Iterable[ExerciseCoverage]) -> dict[tuple[str, str], list[SubjectGroup]]:
    """The groups of all exercises under their headings, wrong solutions first."""
    found: dict[tuple[str, str], list[SubjectGroup]] = {}
    everything = list(exercises)
    for group in [
        *(group for one in everything for group in one.wrong),
        *(group for one in everything for group in one.right),
    ]:
        found.setdefault((group.title, group.done), []).append(group)
    return found


def _total(groups: Iterable[SubjectGroup]) -> tuple[int, int, int]:
    """How many became what they ought to, of how many, and how many more are equivalent to the reference."""
    columns = zip(*((group.as_due, group.counted, group.equivalent) for group in groups), strict=True)
    as_due, counted, equivalent = map(sum, columns)
    return as_due, counted, equivalent


def lines(exercise: Exercise, found: Verification) -> Iterator[str]:
    """How many of what were found in one exercise, and by which check."""
    counts = Counter(row.kind for row in found.rows)
    equal = sum(bool(row.why) for row in found.rows)
    head = f"{exercise.id} {exercise.title}: {counts['wrong']} wrong, {counts['right']} right"
    head += f", {plural(counts['mutant'], 'mutant')}" + (f" ({equal} equivalent)" if equal else "")
    count = len(found.findings)
    yield head + (": " + plural(count, "finding") if count else "")
    width = max(len(check.id) for check in exercise.checks)
    for one in coverage(exercise, found).checks:
        yield f"  {one.check.id:{width}}  finds {one.catches:3}, alone {one.alone:3}"
    if line := named(found.namings):
        yield f"  {line}"
    yield from _alike(found.rows)


def _alike(rows: Iterable[MatrixRow]) -> Iterator[str]:
    """The mutants that were found to behave like the reference, each with what shows it."""
    for row in rows:
        if row.mutant and row.alike and row.alike.equal and not row.killed:
            yield f"  {row.alike.words} ({row.mutant.change}):"
            yield f"      - {row.mutant.was}"
            yield f"      + {row.mutant.becomes}"


def named(namings: Sequence[Naming]) -> str:
    """How many mistakes in how many styles are named, in a line; "" where none were tried."""
    if not namings:
        return ""
    styles = plural(len({one.style for one in namings}), "style")
    count = sum(bool(one.name) and one.rightly for one in namings)
    wrongly = sum(bool(one.name) and not one.rightly for one in namings)
    left = len(namings) - count - wrongly
    return f"mistakes in {styles}: {count} named, {left} not named, {wrongly} named wrongly"


def findings(verification: Verification) -> Iterator[str]:
    """Every finding with its remedy."""
    for finding in verification.findings:
        yield ""
        yield f"error: {finding.message}"
        yield f"  --> exercise {finding.exercise}"
        for line in finding.diff.splitlines():
            yield f"      {line}"
        for note in finding.notes:
            first, *calls = note.splitlines()
            yield f"   = note: {first}"
            yield from (f"      {call}" for call in calls)
        yield f"   = help: {finding.remedy}"
