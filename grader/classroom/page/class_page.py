"""index.html of a class: one file with every student, sorted and filtered in the browser without requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from markupsafe import Markup

from grader.base.atomic_write import new_file
from grader.base.inline_source import source_hash
from grader.base.text import amount, escape_controls, plural
from grader.classroom.page import histogram, student_table
from grader.classroom.page.exercise_numbers import by_exercise
from grader.classroom.page.histogram import percent
from grader.classroom.page.standing import Standing
from grader.classroom.page.statistics import ClassPage, Tally
from grader.classroom.page.student_table import KINDS, STANDINGS, MistakeNumbers, StudentLine
from grader.model import Verdict
from grader.reports.html_report import TEMPLATES as SHARED
from grader.reports.html_report import template

NAME = "index.html"
TEMPLATES = Path(__file__).parent / "templates"
# Rows of the table without JavaScript, all of them in the HTML: more than most classes have, and few for a browser.
PLAIN = 2000
FIRST = 5  # mistakes to re-teach first: about as many as one lesson has room for; the others fold out


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
    tally, mistakes = Tally(page.exercises), MistakeNumbers()
    rows: list[StudentLine] = []
    for student in page.students:
        tally.add(student)
        rows.append(student_table.line(student, page.exercises, page.pass_mark, mistakes))
    numbers = tally.numbers()
    columns = list(student_table.columns(page.exercises, rows, page.pass_mark))
    style = "".join(path.read_text("utf-8") for path in (SHARED / "design.css", TEMPLATES / "class.css"))
    script = (TEMPLATES / "class.js").read_text("utf-8")
    return template("class.html.jinja", TEMPLATES).generate(
        page=page,
        numbers=numbers,
        rows=rows,
        plain=rows[:PLAIN],
        columns=columns,
        kinds=KINDS,
        standings=STANDINGS,
        Standing=Standing,
        stand=Counter(STANDINGS[row.standing] for row in rows),
        data=student_table.data(columns, page.exercises, rows),
        bars=histogram.bars(numbers.spread) if numbers.spread else (),
        in_words=histogram.in_words,
        by_exercise=by_exercise(numbers.checks),
        first=numbers.misconceptions[:FIRST],
        number=lambda item: mistakes.number(item.exercise.id, item.name),
        Verdict=Verdict,
        plural=plural,
        amount=amount,
        first_students=lambda check: [rows[place] for place in check.first],
        clean=partial(escape_controls, keep="\n"),
        percent=percent,
        style=Markup(style),
        script=Markup(script),
        style_hash=source_hash(style),
        script_hash=source_hash(script),
        plot=(histogram.WIDTH, histogram.HEIGHT, histogram.LABELS),
    )
