"""The report on the terminal: a line an exercise as soon as it is graded, findings in full, the score at the end."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import TextIO

from grader.base.text import escape_controls, plural, points
from grader.judge.events import Event, ExerciseStarted
from grader.model import CheckResult, Course, Evidence, ExerciseResult, Report, Verdict
from grader.reports import points_line
from grader.reports.findings import OPEN, RIGHT, WRONG, first_to_fix, only_message, sorted_checks, tone
from grader.reports.grouping import FOLLOWS, decision

PRINTED, PRINTED_WIDTH = 10, 200  # lines of output, and characters of each, that leave the verdicts in sight
_COLOURS = {"good": "32", "bad": "31", "warn": "33", "quiet": "2", "bold": "1"}
_TONES = {RIGHT: "good", OPEN: "warn", WRONG: "bad"}
FOR_THE_INSTRUCTOR = "your instructor will mark this answer"  # and nothing else is said of free text
MARKED = 3  # lines of code at fault that are shown


class Terminal:
    """Writes to one stream, in colour when that is a terminal and NO_COLOR is not set; every check if `verbose`."""

    def __init__(self, stream: TextIO | None, verbose: bool = False) -> None:
        self.stream = _Lasting(stream)
        self.verbose = verbose
        self.live = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.colour = self.live and not os.environ.get("NO_COLOR")
        self.width = min(100, shutil.get_terminal_size((88, 24)).columns)
        self._noted: dict[str, str] = {}

    @property
    def lost(self) -> bool:
        """Whether there is no stream, or what was written could not be: nobody reads it any more."""
        return self.stream.lost

    def course(self, course: Course) -> None:
        """Names a course that came from elsewhere than a folder."""
        if course.origin.source:
            self.stream.write(f"course: {escape_controls(course.full_title)}\n")
            self.stream.flush()

    def hear(self, event: Event) -> None:
        """Shows an event of the pipeline."""
        if isinstance(event, ExerciseStarted):
            self.started(f"{event.id} {event.title}")
        else:
            self.exercise(event.result)

    def started(self, title: str) -> None:
        """Shows on a terminal what is being graded; the exercise's result overwrites it."""
        if self.live:
            self.stream.write("\r" + f"grading {title} …"[: self.width - 1])
            self.stream.flush()

    def exercise(self, result: ExerciseResult) -> None:
        """One exercise in a line, then what is to fix in full; what has one cause stands under a heading, and is told
        once."""
        if self.live:
            self.stream.write("\r\x1b[K")
        title = f"{result.id} {result.title}"
        sorted_ = sorted_checks(result)
        self._line(result.status, sorted_.tone, title, result.score, result.max_score, "", heading=True)
        for note in result.notes:
            if self._noted.setdefault(note, result.id) != result.id:
                continue  # one notebook is read for many exercises: notes on its cells are printed once
            self.stream.write(self.paint(f"  note: {note}\n", "warn"))
        if message := only_message(result):
            self.stream.write(textwrap.indent(message, "      ") + "\n")
            return
        for finding in sorted_.to_fix:
            indent = "    " if finding.heading else "  "
            if finding.heading:
                cost = f" ({finding.cost})" if finding.cost else ""
                self.stream.write(f"  {self.paint(finding.heading, 'bold')}{cost}\n")
            self._check(finding.check, result, indent)
            for check in finding.others:
                self._check(check, result, indent, told=True)
        rest = [*(finding.check for finding in sorted_.advice), *sorted_.unmarked, *sorted_.right]
        for check in rest:
            if self.verbose or _is_told(check):
                self._check(check, result, "  ")
        for line in _printed(result):
            self.stream.write(self.paint(f"  {line}\n", "quiet"))
        self.stream.flush()

    def summary(self, report: Report, last: list[str]) -> None:
        """The notes, what to mend first, the score, and then the lines `last`: where the reports are, for one."""
        for note in report.notes:
            self.stream.write(self.paint(f"note: {note}\n", "warn"))
        self.stream.write("\n" + self.paint(", ".join(points_line.parts(report)), "bold") + "\n")
        sections = [sorted_checks(exercise) for exercise in report.exercises]
        first = first_to_fix(sections)
        if first is not None and sum(len(section.to_fix) for section in sections) > 1:
            place = " ".join(place_of(first.check.evidence).split())
            told = ", ".join(filter(None, [f"{first.exercise.id} {first.check.claim}", place, first.cost]))
            self.stream.write(f"start here: {told}\n")
        for line in last:
            self.stream.write(self.paint(line, "quiet") + "\n")
        self.stream.flush()

    def _check(self, check: CheckResult, exercise: ExerciseResult, indent: str, told: bool = False) -> None:
        """One check; one that is `told` already with another needs a line alone."""
        more = f"({FOLLOWS})" if told and check.follows else ""
        right = "advice" if check.advisory else ""
        colour = tone(check, exercise)
        self._line(check.status, colour, check.claim, check.score, check.max_score, indent, right, more=more)
        if told:
            lines = decision(check)
        elif check.advisory and not self.verbose:
            lines = iter([place_of(check.evidence), check.message])
        else:
            lines = details(check) if check.status is not Verdict.CORRECT or check.review else iter(())
        for line in filter(None, lines):
            self.stream.write(textwrap.indent(line, f"{indent}    ") + "\n")

    def _line(
        self,
        status: Verdict,
        colour: str,
        text: str,
        score: float,
        max_score: float,
        indent: str,
        right: str = "",
        heading: bool = False,
        more: str = "",
    ) -> None:
        paint = _TONES[colour]
        right = right or f"{points(score)} / {points(max_score)}"
        verdict = "" if status is Verdict.CORRECT else status.label
        room = max(20, self.width - len(indent) - 26)
        lines = textwrap.wrap(text, room) or [""]
        if more and len(lines[-1]) + len(more) < room:
            lines[-1] += f" {more}"
        elif more:  # not wrapped, as the points would stand in its middle
            lines.append(more)
        first, *rest = lines
        padded = first.ljust(room)
        self.stream.write(
            f"{indent}{self.paint(status.mark, paint)} {self.paint(padded, 'bold') if heading else padded}"
            f" {right:>9}  {self.paint(verdict, paint)}".rstrip()
            + "\n"
        )
        for line in rest:
            self.stream.write(f"{indent}  {line}\n")

    def paint(self, text: str, tone: str) -> str:
        """The text in the colour of a tone (`good`, `bad`, `warn`, `quiet` or `bold`), where colours are shown."""
        return f"\x1b[{_COLOURS[tone]}m{text}\x1b[0m" if self.colour and text else text


class _Lasting:
    """A stream that may be closed or full at any time: the text is then lost, and grading goes on."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    @property
    def lost(self) -> bool:
        return self._stream is None

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def write(self, text: str) -> None:
        self._try(lambda stream: stream.write(text))

    def flush(self) -> None:
        self._try(lambda stream: stream.flush())

    def _try(self, act: Callable[[TextIO], object]) -> None:
        if self._stream is not None:
            try:
                act(self._stream)
            except (OSError, ValueError):
                self._stream = None
                vars(sys).update(stdout=None)  # else Python prints an error when it exits


def _is_told(check: CheckResult) -> bool:
    """Whether a check is shown without being asked for: what is right, or only waits for the instructor, is not."""
    if check.status is Verdict.NEEDS_REVIEW:
        return check.unread or check.message != FOR_THE_INSTRUCTOR
    return check.review is not None or check.status is not Verdict.CORRECT


def _printed(result: ExerciseResult) -> Iterator[str]:
    """The first lines that student code printed, under a heading.

    A bar stands before each: a CI runner would execute a line that begins with `::` or `##`.
    """
    lines = [line.rstrip() for line in result.output.splitlines() if line.strip()]
    if lines:
        yield f"output of {result.file}"
    for line in lines[:PRINTED]:
        yield "  | " + (line if len(line) <= PRINTED_WIDTH else line[:PRINTED_WIDTH] + " …")
    if len(lines) > PRINTED:
        yield f"  and {plural(len(lines) - PRINTED, 'more line')} (the report has all)"


def details(check: CheckResult) -> Iterator[str]:
    """Everything about a check besides its claim and points, piece by piece; a piece may have several lines."""
    evidence: Evidence = check.evidence
    if place := place_of(evidence):
        yield place
    yield from decision(check)
    if check.message:
        yield check.message
    if check.hint:
        yield _row("next", check.hint)
    if evidence.snippet:
        yield evidence.snippet
    yield from _marked_lines(evidence)
    for frame in evidence.frames:
        yield f"  {frame.place or f'{frame.file}:{frame.line}'}  {frame.function}" + (
            f"\n    {frame.source}" if frame.source else ""
        )
    yours, expected = _compared(evidence)
    rows = [
        ("case", ", ".join(f"{name} = {value}" for name, value in evidence.case.items())),
        ("call", _call_by_names(evidence)),
        ("yours", yours),
        ("expected", expected),
        ("numerical", _numerical(evidence, expected)),
        ("largest error", evidence.worst if " " in evidence.worst else ""),  # the name of a part alone is told already
        *evidence.facts.items(),
        ("run again", evidence.again),
    ]
    for name, value in rows:
        if value:
            yield _row(name, value)


def place_of(evidence: Evidence) -> str:
    """The line at fault where it is known, with the function that it is in; else where that begins."""
    excerpt = evidence.exhibit.excerpt if evidence.exhibit else None
    if excerpt is None or not excerpt.marked or not evidence.place:
        return evidence.place
    _, gap, function = evidence.place.partition("  ")
    return f"{excerpt.place}{gap}{function}"


def _row(name: str, value: str) -> str:
    return f"{name + ':':14} {value}"


def _compared(evidence: Evidence) -> tuple[str, str]:
    """What came back and what should have: only the parts that are wrong, by name, one below the other."""
    parts = [part for part in evidence.exhibit.parts if part.name] if evidence.exhibit else []
    if not parts:
        return evidence.yours, evidence.expected
    width = max(len(part.name) for part in parts)
    below = "\n" + " " * 15
    return (
        below.join(f"{part.name:{width}} = {part.yours}" for part in parts),
        below.join(f"{part.name:{width}} = {part.expected}" for part in parts),
    )


def _call_by_names(evidence: Evidence) -> str:
    """The call; arrays that stand in it as a whole are told by their names, as the case has them."""
    call = evidence.call
    for name, value in evidence.case.items():
        if value.startswith("np."):
            call = call.replace(value, name)
    return call


def _numerical(evidence: Evidence, expected: str) -> str:
    """The derivative of the student's own forward, where it is another than the true one."""
    told = evidence.numerical
    if not told or told.split() == expected.replace("\n", ",").split():
        return ""
    return f"{told}  (checked numerically with your own forward)"


def _marked_lines(evidence: Evidence) -> Iterator[str]:
    """The lines at fault; a traceback shows its own."""
    excerpt = evidence.exhibit.excerpt if evidence.exhibit else None
    if excerpt is not None and not evidence.frames:
        for number in excerpt.marked[:MARKED]:
            yield f"{number:5} | {excerpt.lines[number - excerpt.first]}"


class Counter:
    """A line that counts on a terminal, as in `verifying 3 of 12`; silent where the stream is none."""

    def __init__(self, stream: TextIO | None, doing: str) -> None:
        self._stream, self._doing = _Lasting(stream), doing
        self._live = self._stream.isatty()

    def show(self, done: int, total: int, more: str = "") -> None:
        """Shows how far it is, and `more` behind it."""
        if self._live:
            self._stream.write(f"\r\x1b[K{self._doing} {done} of {total}{more}")
            self._stream.flush()

    def clear(self) -> None:
        """Leaves the line empty."""
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
