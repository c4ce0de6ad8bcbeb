"""report.md: what to mend first, a table of exercises, then the failures, folded. Text of a student is in code blocks
that it cannot end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime

from grader.base.text import escape_controls, points
from grader.model import CheckResult, ExerciseResult, Report, Submission, Verdict
from grader.reports import points_line
from grader.reports.findings import ShownFinding, first_to_fix, only_message, sorted_checks
from grader.reports.grouping import FOLLOWS, Group, decision, groups
from grader.reports.outcome import CUT, PassFail, outcome, plain, shortened

LIMIT = 4_000  # characters of one check's details, or of one exercise's output: some 40 lines, for a page that is read
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")  # ASCII punctuation: CommonMark lets a backslash make each literal


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The report as GitHub-flavoured Markdown."""
    return "\n".join(blocks(report))


def fitting(report: Report, limit: int) -> str:
    """As many whole blocks of the report as fit into `limit` bytes, with a note where some are left out."""
    kept, size, rest = [], len(CUT.encode()) + 2, False
    for block in blocks(report):
        size += len(block.encode("utf-8", "replace")) + 1
        if size > limit:
            rest = True
            break
        kept.append(block)
    return "\n".join([*kept, *([CUT + "\n"] if rest and kept else [])])


def blocks(report: Report) -> Iterator[str]:
    """The report in pieces that may be left out from the end: what to mend first, the table, each exercise."""
    first = first_to_fix([sorted_checks(exercise) for exercise in report.exercises])
    yield "\n".join(opening(report, first))
    head = ["| exercise | verdict | points |", "|---|---|--:|"]
    head += [_row(exercise) for exercise in report.exercises]
    yield "\n".join([*head, ""])
    for exercise in report.exercises:
        lines = list(_exercise(exercise, first))
        if lines:
            yield "\n".join([f"## {escaped(f'{exercise.id} {exercise.title}')}", "", *lines])


def opening(report: Report, first: ShownFinding | None) -> Iterator[str]:
    """The lines at the top: the points, the notes, and the finding to mend first, in full."""
    score, *others = points_line.parts(report)
    yield from (f"# {escaped(report.course['title'])}: {score}", "", code(report.submission["name"]), "")
    for part in others:
        yield from (part, "")
    for note in report.notes:
        yield from (f"- {code(note)}", "")
    if first is not None:
        exercise = first.exercise
        yield from (f"## Start here: {escaped(f'{exercise.id} {exercise.title}')}", "")
        if first.heading:
            yield from (_heading(first.group), "")
        yield from (f"**{escaped(_title(first.check))}**", "", fence(plain(first.check, LIMIT)), "")


def code(text: str) -> str:
    """A code span on one line that its content cannot end."""
    flat = " ".join(escape_controls(text).split())
    ticks = "`" * (_longest(flat) + 1)
    return f"{ticks} {flat or '–'} {ticks}"


def fence(text: str) -> str:
    """A code block that its content cannot end."""
    ticks = "`" * max(3, _longest(text) + 1)
    return f"{ticks}text\n{escape_controls(text, keep=chr(10))}\n{ticks}"


def escaped(text: str) -> str:
    """Text of the course as Markdown that shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(escape_controls(text).split()))


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _row(exercise: ExerciseResult) -> str:
    bonus = " (bonus)" if exercise.bonus else ""
    status = exercise.status
    return (
        f"| {escaped(f'{exercise.id} {exercise.title}')}{bonus} | {status.mark} {status.label} "
        f"| {points(exercise.score)} / {points(exercise.max_score)} |"
    )


def _exercise(exercise: ExerciseResult, first: ShownFinding | None) -> Iterator[str]:
    for note in exercise.notes:
        yield f"- {code(note)}\n"
    if message := only_message(exercise):
        yield fence(shortened(message, LIMIT)) + "\n"
        return
    *headed, rest = groups(exercise)
    for group in headed:
        yield from _with_one_cause(group, first)
    shown = [
        check for check in rest.checks
        if outcome(check, exercise) is not PassFail.PASSED or check.status is not Verdict.CORRECT or check.review
    ]  # fmt: skip
    if headed and shown:
        yield "### Other checks\n"
    for check in shown:
        yield _check(check, first)
    if exercise.output:
        yield _folded(f"output of {exercise.file}", fence(shortened(exercise.output, LIMIT)))


def _with_one_cause(group: Group, first: ShownFinding | None) -> Iterator[str]:
    """The heading, the check that tells what is wrong, and a line for each of the others."""
    about, *others = group.checks
    told = first is not None and first.check is about
    yield "### The mistake told above explains\n" if told else f"### {_heading(group)}\n"
    yield _check(about, first)
    yield "".join(f"- {_line(check)}\n" for check in others)


def _heading(group: Group) -> str:
    return escaped(group.heading) + (f" ({escaped(group.cost)})" if group.cost else "")


def _line(check: CheckResult) -> str:
    decided = "".join(f": {code(line)}" for line in decision(check))
    return escaped(_title(check, f"; {FOLLOWS}" if check.follows else "")) + decided


def _check(check: CheckResult, first: ShownFinding | None) -> str:
    if first is not None and first.check is check:
        return f"- {escaped(_title(check, '; told above'))}\n"
    return _folded(_title(check), fence(plain(check, LIMIT)))


def _title(check: CheckResult, more: str = "") -> str:
    shown = "advice" if check.advisory else f"{points(check.score)} / {points(check.max_score)}"
    status = check.status
    return f"{status.mark} {check.claim} ({status.label}, {shown}{more})"


def _folded(title: str, body: str) -> str:
    one_line = " ".join(escape_controls(title).split())
    return f"<details><summary>{html.escape(one_line)}</summary>\n\n{body}\n\n</details>\n"
