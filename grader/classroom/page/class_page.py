"""index.html of a class: one file with every student, sorted and filtered in the browser without requests."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from grader.base.atomic_write import new_file
from grader.base.text import escape_controls, plural, points
from grader.classroom.page.statistics import (
    ClassExercise,
    ClassPage,
    Spread,
    Student,
    Tally,
    exercise_verdict,
)
from grader.model import Verdict
from grader.reports.html_report import TEMPLATES as SHARED
from grader.reports.html_report import template

NAME = "index.html"
TEMPLATES = Path(__file__).parent / "templates"
# Rows of the table without JavaScript, all of them in the HTML: more than most classes have, and few for a browser.
PLAIN = 2000
WIDTH, HEIGHT, LABELS = 640.0, 150.0, 20.0  # of the histogram, and the room for text above and below its bars
KINDS = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student's row, ready to print: `link` is quoted; `cells` are (points, place of the verdict in KINDS)."""

    name: str
    link: str
    score: float
    max_score: float
    bonus: float
    pending: float
    penalty: float
    final: float | None
    late: bool
    notes: str
    cells: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Column:
    """A column of the students' table: its key in the page's address, its heading, what the heading stands for."""

    key: str
    label: str
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in pixels from the top left."""

    x: float
    y: float
    width: float
    height: float
    count: int
    title: str


def write(page: ClassPage, folder: Path) -> Path:
    """Writes index.html into `folder`. Raises OSError, and ValueError where a student's marks do not fit the course."""
    path = folder / NAME
    with new_file(path) as file:
        file.writelines(part.encode("utf-8") for part in parts(page))
    return path


def text(page: ClassPage) -> str:
    """The page as HTML."""
    return "".join(parts(page))


def parts(page: ClassPage) -> Iterator[str]:
    """The page's HTML piece by piece: a large class's page is never in memory as a whole.

    Every value goes through autoescape; script and styles are bound by their hashes.
    """
    tally, rows = Tally(page.exercises), []
    for student in page.students:
        tally.add(student)
        rows.append(_row(student, page.exercises))
    numbers = tally.numbers()
    columns = list(_columns(page.exercises, rows))
    style = "".join(path.read_text("utf-8") for path in (SHARED / "report.css", TEMPLATES / "class.css"))
    script = (TEMPLATES / "class.js").read_text("utf-8")
    return template("class.html.jinja", TEMPLATES).generate(
        page=page,
        numbers=numbers,
        rows=rows,
        plain=rows[:PLAIN],
        columns=columns,
        kinds=KINDS,
        data=_data(columns, page.exercises, rows),
        bars=bars(numbers.spread) if numbers.spread else (),
        Verdict=Verdict,
        plural=plural,
        first_students=lambda check: [rows[place] for place in check.first],
        clean=partial(escape_controls, keep="\n"),
        percent=percent,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        plot=(WIDTH, HEIGHT, LABELS),
    )


def href(link: str) -> str:
    """A relative path as a URL that can neither leave for another scheme nor for another host."""
    return "./" + quote(os.fsencode(link)) if link else ""


def percent(share: float) -> str:
    """A share as a percentage with at most one decimal."""
    return f"{round(100 * share, 1):g}"


def bars(spread: Spread) -> tuple[Bar, ...]:
    """A histogram's bars over the whole width, the tallest as high as the picture."""
    step, high = WIDTH / len(spread.bins), max(spread.bins)
    room = HEIGHT - 2 * LABELS
    return tuple(
        Bar(
            round(place * step + 1, 1),
            round(HEIGHT - LABELS - room * count / high, 1),
            round(step - 2, 1),
            round(room * count / high, 1),
            count,
            f"{percent(place / len(spread.bins))} to {percent((place + 1) / len(spread.bins))} %: {count}",
        )
        for place, count in enumerate(spread.bins)
    )


def _row(student: Student, exercises: Sequence[ClassExercise]) -> StudentLine:
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
        None if student.final is None else _shown(student.final), student.late, notes, tuple(cells),
    )  # fmt: skip


@lru_cache(4096, typed=True)
def _cell(score: float, kind: int) -> tuple[float, int]:
    """Equal cells are one object: a class has few different ones."""
    return _shown(score), kind


def _shown(value: float) -> float:
    """Points rounded as reports write them, so that the script prints the same digits."""
    return float(points(value))


def _columns(exercises: Iterable[ClassExercise], rows: Sequence[StudentLine]) -> Iterator[Column]:
    """Name, score and every exercise, and of the rest what at least one student has; the final points only where they
    differ from the score."""
    yield Column("name", "Name")
    yield Column("score", "Score")
    if any(row.bonus for row in rows):
        yield Column("bonus", "Bonus")
    if any(row.pending for row in rows):
        yield Column("pending", "Pending")
    if any(row.late for row in rows):
        yield Column("late", "Late")
    if any(row.penalty for row in rows):
        yield Column("penalty", "Penalty")
    if any(row.final is not None and row.final != row.score for row in rows):
        yield Column("final", "Final")
    for exercise in exercises:
        yield Column(f"ex-{exercise.id}", escape_controls(exercise.id), escape_controls(exercise.title))
    if any(row.notes for row in rows):
        yield Column("notes", "Notes")


def _data(
    columns: Sequence[Column], exercises: Sequence[ClassExercise], rows: Sequence[StudentLine]
) -> Iterator[Markup]:
    """Everything the script needs, as JSON that is safe inside a script element, in pieces."""
    dumps = partial(htmlsafe_json_dumps, dumps=partial(json.dumps, separators=(",", ":")))
    data: dict[str, Any] = {
        "columns": [column.key for column in columns],
        "exercises": [exercise.id for exercise in exercises],
        "kinds": [kind.value for kind in KINDS],
        "labels": [kind.label for kind in KINDS],
        "marks": [kind.mark for kind in KINDS],
        "rows": [],
    }
    yield dumps(data)[: -len("]}")]
    for place, row in enumerate(rows):
        cells = [score for score, _ in row.cells], [kind for _, kind in row.cells]
        numbers = row.score, row.max_score, row.bonus, row.pending, row.penalty, row.final, int(row.late)
        yield Markup("," if place else "") + dumps((row.name, row.link, *numbers, row.notes, *cells))
    yield Markup("]}")


def _hash(inline: str) -> str:
    """The source expression by which a Content-Security-Policy allows exactly this inline text (CSP level 3, 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
