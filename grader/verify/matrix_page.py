"""The kill matrix of a verified course: a summary for the terminal, the whole of it as an HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from grader.base.atomic_write import whole_file
from grader.base.text import plural
from grader.model import Course, Exercise
from grader.reports.html_report import template
from grader.verify.verification import Verification

NAME = "verify.html"


def write(course: Course, verification: Verification, folder: Path) -> Path:
    """Writes verify.html into `folder`."""
    exercises = [
        exercise for exercise in course.exercises if any(row.exercise == exercise.id for row in verification.rows)
    ]
    text = template("verify.html.jinja", Path(__file__).parent / "templates").render(
        course=course, exercises=exercises, verification=verification
    )
    return whole_file(folder / NAME, text)


def lines(exercise: Exercise, found: Verification) -> Iterator[str]:
    """How many of what were found in one exercise, and by which check."""
    counts = Counter(row.kind for row in found.rows)
    equal = sum(bool(row.why) for row in found.rows)
    head = f"{exercise.id} {exercise.title}: {counts['wrong']} wrong, {counts['right']} right"
    head += f", {plural(counts['mutant'], 'mutant')}" + (f" ({equal} equivalent)" if equal else "")
    count = len(found.findings)
    yield head + (": " + plural(count, "finding") if count else "")
    width = max(len(check.id) for check in exercise.checks)
    for check in exercise.checks:
        killed = [row.killed for row in found.rows if check.id in row.killed and row.kind in ("wrong", "mutant")]
        yield f"  {check.id:{width}}  finds {len(killed):3}, alone {sum(len(ids) == 1 for ids in killed):3}"
    if line := named(found):
        yield line


def named(found: Verification) -> str:
    """How many mistakes in how many styles are named, in a line; "" where none were tried."""
    if not found.namings:
        return ""
    styles = plural(len({one.style for one in found.namings}), "style")
    count = sum(bool(one.name) and one.rightly for one in found.namings)
    wrongly = sum(bool(one.name) and not one.rightly for one in found.namings)
    left = len(found.namings) - count - wrongly
    return f"  mistakes in {styles}: {count} named, {left} not named, {wrongly} named wrongly"


def findings(verification: Verification) -> Iterator[str]:
    """Every finding with its remedy."""
    for finding in verification.findings:
        yield ""
        yield f"error: {finding.message}"
        yield f"  --> exercise {finding.exercise}"
        for line in finding.diff.splitlines():
            yield f"      {line}"
        yield f"   = help: {finding.remedy}"
