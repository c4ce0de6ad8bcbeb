"""The table of a class page: a line for each student, the columns that a class needs, and both as data for a script."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from math import floor
from typing import Any
from urllib.parse import quote

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from grader.base.text import POINTS_ROUNDING, escape_controls, points
from grader.classroom.page.standing import Standing, standing
from grader.classroom.page.statistics import ClassExercise, Student, exercise_verdict
from grader.model import Verdict
from grader.model.dataclass import dataclass

KINDS = tuple(Verdict)
STANDINGS = tuple(Standing)
# Letters of an exercise's id that fit into its narrow column in one piece; longer ones may break at a dash.
NARROW = 6


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student's row, ready to print: `link` is quoted; `cells` are (points, place of the verdict in KINDS),
    `mistakes` the numbers of those that the student shows."""

    name: str
    link: str
    score: float
    max_score: float
    bonus: float
    pending: float
    penalty: float
    final: float | None
    late: bool
    standing: int
    notes: str
    mistakes: tuple[int, ...]
    cells: tuple[tuple[float, int], ...]

    @property
    def percentage(self) -> int | None:
        """The share of the points in whole percent, rounded down: 79.999 % is not 80; None where there are none."""
        return floor(100 * self.score / self.max_score + POINTS_ROUNDING) if self.max_score else None

    @property
    def lateness(self) -> str:
        """What the column on lateness says."""
        return f"−{points(self.penalty)}" if self.penalty else "late" if self.late else ""


@dataclass(frozen=True)
class Column:
    """A column of the students' table: its key in the page's address, its heading, what the heading stands for, and the
    class that sets its width."""

    key: str
    label: str
    title: str = ""
    kind: str = ""


class MistakeNumbers:
    """Numbers the mistakes of a class as they are met; equal sets of them are one object."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._sets: dict[tuple[int, ...], tuple[int, ...]] = {}

    def of(self, student: Student, exercises: Sequence[ClassExercise]) -> tuple[int, ...]:
        """The mistakes that a student shows, by number."""
        found: dict[int, None] = {}
        marks = iter(student.marks)
        for exercise in exercises:
            for _, mark in zip(exercise.checks, marks, strict=False):
                for name in filter(None, mark.misconception.split("+")):
                    found[self._numbers.setdefault((exercise.id, name), len(self._numbers))] = None
        numbers = tuple(found)
        return self._sets.setdefault(numbers, numbers)

    def number(self, exercise: str, name: str) -> int:
        """The number of a mistake that some student shows."""
        return self._numbers[exercise, name]


def line(
    student: Student, exercises: Sequence[ClassExercise], pass_mark: float | None, mistakes: MistakeNumbers
) -> StudentLine:
    """The row of one student."""
    cells, start = [], 0
    for exercise in exercises:
        marks = student.marks[start : start + len(exercise.checks)]
        start += len(marks)
        status = exercise_verdict(marks) if student.marks else Verdict.SKIPPED
        cells.append(_cell(sum(mark.score for mark in marks), KINDS.index(status)))
    notes = escape_controls(" · ".join(student.notes))
    return StudentLine(
        escape_controls(student.name), href(student.link), _shown(student.score), _shown(student.max_score),
        _shown(student.bonus), _shown(student.pending), _shown(student.penalty),
        None if student.final is None else _shown(student.final), student.late,
        STANDINGS.index(standing(student, pass_mark)), notes, mistakes.of(student, exercises), tuple(cells),
    )  # fmt: skip


def href(link: str) -> str:
    """A relative path as a URL that can neither leave for another scheme nor for another host."""
    return "./" + quote(os.fsencode(link)) if link else ""


@lru_cache(4096, typed=True)
def _cell(score: float, kind: int) -> tuple[float, int]:
    """Equal cells are one object: a class has few different ones."""
    return _shown(score), kind


def _shown(value: float) -> float:
    """Points rounded as reports write them, so that the script prints the same digits."""
    return float(points(value))


def columns(
    exercises: Iterable[ClassExercise], rows: Sequence[StudentLine], pass_mark: float | None
) -> Iterator[Column]:
    """Name, score and every exercise, and of the rest what at least one student has; the final points only where they
    differ from the score."""
    yield Column("name", "Name")
    yield Column("score", "Score", "points, without bonus")
    yield Column("percentage", "%", "percentage of the points that are marked")
    if pass_mark is not None:
        yield Column("pass", "Pass", "reaches the pass mark")
    if any(row.bonus for row in rows):
        yield Column("bonus", "Bonus")
    if any(row.pending for row in rows):
        yield Column("pending", "Pending", "points that are not marked yet")
    if any(row.late or row.penalty for row in rows):
        yield Column("late", "Late", "handed in late, and the points that this costs")
    if any(row.final is not None and row.final != row.score for row in rows):
        yield Column("final", "Final", "points in the gradebook")
    for exercise in exercises:
        longest = max(map(len, exercise.id.split("-")))
        label, title = escape_controls(exercise.id), escape_controls(exercise.title)
        yield Column(f"ex-{exercise.id}", label, title, "exercise" if longest <= NARROW else "exercise broad")


def data(shown: Sequence[Column], exercises: Sequence[ClassExercise], rows: Sequence[StudentLine]) -> Iterator[Markup]:
    """Everything the script needs, as JSON that is safe inside a script element, in pieces."""
    dumps = partial(htmlsafe_json_dumps, dumps=partial(json.dumps, separators=(",", ":")))
    about: dict[str, Any] = {
        "columns": [column.key for column in shown],
        "exercises": [exercise.id for exercise in exercises],
        "kinds": [kind.value for kind in KINDS],
        "labels": [kind.label for kind in KINDS],
        "marks": [kind.mark for kind in KINDS],
        "standings": [one.value for one in STANDINGS],
        "rows": [],
    }
    yield dumps(about)[: -len("]}")]
    for place, row in enumerate(rows):
        cells = [score for score, _ in row.cells], [kind for _, kind in row.cells]
        numbers = row.score, row.max_score, row.percentage, row.bonus, row.pending, row.penalty, row.final
        others = int(row.late), row.standing, row.notes, row.mistakes
        yield Markup("," if place else "") + dumps((row.name, row.link, *numbers, *others, *cells))
    yield Markup("]}")
