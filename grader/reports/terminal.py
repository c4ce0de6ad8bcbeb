"""The report on the terminal: each exercise as soon as it is graded, the score at the end."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import TextIO

from grader.base.text import plural, points
from grader.judge.events import Event, ExerciseStarted
from grader.judge.scoring import is_unread
from grader.model import CheckResult, Evidence, ExerciseResult, Report, Verdict
from grader.reports import points_line
from grader.reports.grouping import FOLLOWS, Group, decision, groups

PRINTED, PRINTED_WIDTH = 10, 200  # lines of output, and characters of each, that leave the verdicts in sight
_COLOURS = {"good": "32", "bad": "31", "warn": "33", "quiet": "2", "bold": "1"}
_WARN = {Verdict.MISSING, Verdict.SKIPPED, Verdict.NEEDS_REVIEW, Verdict.PARTIAL}


class Terminal:
    """Writes to one stream, in colour when that is a terminal and NO_COLOR is not set."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = _Lasting(stream)
        self.live = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.colour = self.live and not os.environ.get("NO_COLOR")
        self.width = min(100, shutil.get_terminal_size((88, 24)).columns)
        self._noted: dict[str, str] = {}

    @property
    def lost(self) -> bool:
        """Whether there is no stream, or what was written could not be: nobody reads it any more."""
        return self.stream.lost

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
        """One exercise, its failed checks in full; what has one cause stands under a heading, and is told once."""
        if self.live:
            self.stream.write("\r\x1b[K")
        self._line(result.status, f"{result.id} {result.title}", result.score, result.max_score, "", heading=True)
        for note in result.notes:
            if self._noted.setdefault(note, result.id) != result.id:
                continue  # one notebook is read for many exercises: notes on its cells are printed once
            self.stream.write(self.paint(f"  note: {note}\n", "warn"))
        if message := only_message(result):
            self.stream.write(textwrap.indent(message, "      ") + "\n")
            return
        for group in groups(result):
            if group.cause:
                cost = f" ({group.cost})" if group.cost else ""
                self.stream.write(f"  {self.paint(group.heading, 'bold')}{cost}\n")
            for check in group.checks:
                self._check(check, group, "    " if group.cause else "  ")
        for line in _printed(result):
            self.stream.write(self.paint(f"  {line}\n", "quiet"))
        self.stream.flush()

    def summary(self, report: Report, last: list[str]) -> None:
        """The notes, the score, and then the lines `last`: where the reports are, for one."""
        for note in report.notes:
            self.stream.write(self.paint(f"note: {note}\n", "warn"))
        self.stream.write("\n" + self.paint(", ".join(points_line.parts(report)), "bold") + "\n")
        for line in last:
            self.stream.write(self.paint(line, "quiet") + "\n")
        self.stream.flush()

    def _check(self, check: CheckResult, group: Group, indent: str) -> None:
        more = f"({FOLLOWS})" if group.cause and check.follows else ""
        right = "advice" if check.advisory else ""
        self._line(check.status, check.claim, check.score, check.max_score, indent, right, more=more)
        if group.is_told_elsewhere(check):
            lines = decision(check)
        else:
            lines = details(check) if check.status is not Verdict.CORRECT or check.review else iter(())
        for line in lines:
            self.stream.write(textwrap.indent(line, f"{indent}    ") + "\n")

    def _line(
        self,
        status: Verdict,
        text: str,
        score: float,
        max_score: float,
        indent: str,
        right: str = "",
        heading: bool = False,
        more: str = "",
    ) -> None:
        tone = "good" if status is Verdict.CORRECT else "warn" if status in _WARN else "bad"
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
            f"{indent}{self.paint(status.mark, tone)} {self.paint(padded, 'bold') if heading else padded}"
            f" {right:>9}  {self.paint(verdict, tone)}".rstrip()
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


def only_message(result: ExerciseResult) -> str:
    """The one message of an exercise where nothing was written, or nothing can be read; else empty."""
    messages = {check.message for check in result.checks}
    alike = result.status is Verdict.MISSING or all(map(is_unread, result.checks))
    if len(messages) != 1 or not alike or any(check.review for check in result.checks):
        return ""
    return messages.pop()


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
    if evidence.place:
        yield evidence.place
    yield from decision(check)
    if check.message:
        yield check.message
    if evidence.snippet:
        yield evidence.snippet
    for frame in evidence.frames:
        yield f"  {frame.place or f'{frame.file}:{frame.line}'}  {frame.function}" + (
            f"\n    {frame.source}" if frame.source else ""
        )
    rows = [
        ("case", ", ".join(f"{name} = {value}" for name, value in evidence.case.items())),
        ("call", evidence.call),
        ("yours", evidence.yours),
        ("expected", evidence.expected),
        ("numerical", evidence.numerical and f"{evidence.numerical}  (checked numerically with your own forward)"),
        ("largest error", evidence.worst),
        *evidence.facts.items(),
        ("help", check.hint),
        ("run again", evidence.again),
    ]
    for name, value in rows:
        if value:
            yield f"{name + ':':14} {value}"


class Counter:
    """A line that counts on a terminal, as in `verifying 3 of 12`; silent where the stream is none."""

    def __init__(self, stream: TextIO | None, doing: str) -> None:
        self._stream, self._doing = _Lasting(stream), doing
        self._live = self._stream.isatty()

    def show(self, done: int, total: int) -> None:
        """Shows how far it is."""
        if self._live:
            self._stream.write(f"\r\x1b[K{self._doing} {done} of {total}")
            self._stream.flush()

    def clear(self) -> None:
        """Leaves the line empty."""
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
