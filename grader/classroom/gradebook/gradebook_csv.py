"""The class as one sheet: gradebook.csv with everything, and an export that names nobody."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from grader.base.csv_table import csv_text
from grader.base.text import escape_controls, points
from grader.classroom.model import EXCUSED, ClassRow, Status

NAME = "gradebook.csv"
BEFORE = ("name", "id", "person")
POINTS = ("score", "max", "bonus", "pending", "late_seconds", "penalty", "final")
AFTER = ("status", "attempt")
DIGITS = 4  # two more than reports show, so that sums over the sheet do not drift


def gradebook(rows: Sequence[ClassRow]) -> str:
    """The text of gradebook.csv, with exercises in the order of the first row that has them.

    `max` is without bonus and includes points that are not marked yet, so it is the same for all; `final` is empty
    where there is no grade.
    """
    exercises, possible, names = _exercises(rows), _possible(rows), _names(rows)
    lines = (
        [
            names[row.name], *_person(row), *_points(row, exercises, possible), points(row.late_seconds), *_end(row),
            str(row.attempt),
        ]
        for row in rows
    )  # fmt: skip
    return csv_text(chain([[*BEFORE, *exercises, *POINTS, *AFTER]], lines))


def anonymous(rows: Sequence[ClassRow], key: bytes | None = None) -> str:
    """The same without names, ids, attempts and times, sorted by pseudonym.

    Each pseudonym is a keyed hash; the key is random and not kept, so that two exports cannot be linked.
    """
    key = secrets.token_bytes(32) if key is None else key
    exercises, possible = _exercises(rows), _possible(rows)
    lines = sorted(
        [_pseudonym(key, row), *_points(row, exercises, possible), "yes" if row.late_seconds > 0 else "", *_end(row)]
        for row in rows
    )
    headings = ["late" if name == "late_seconds" else name for name in POINTS]
    return csv_text([["person", *exercises, *headings, "status"], *lines])


def _exercises(rows: Iterable[ClassRow]) -> list[str]:
    return list(dict.fromkeys(exercise for row in rows for exercise in row.exercises))


def _possible(rows: Iterable[ClassRow]) -> float:
    """The maximum of the whole work, for rows without one because nothing was judged."""
    return max((row.possible for row in rows), default=0.0)


def _names(rows: Iterable[ClassRow]) -> dict[str, str]:
    """Each submission's name with control characters as escapes, and still unique."""
    names = {row.name: escape_controls(row.name) for row in rows}
    taken = {name for name, shown in names.items() if name == shown}
    for name, shown in names.items():
        if name != shown:
            number = 1
            while names[name] in taken:
                number += 1
                names[name] = f"{shown} ({number})"
            taken.add(names[name])
    return names


def _person(row: ClassRow) -> Iterator[str]:
    yield escape_controls(row.person.id) if row.person is not None else ""
    yield escape_controls(row.person.name) if row.person is not None else ""


def _points(row: ClassRow, exercises: Iterable[str], possible: float) -> Iterator[str]:
    for exercise in exercises:
        yield points(row.exercises[exercise].score, DIGITS) if exercise in row.exercises else ""
    for value in (row.score, row.possible or possible, row.bonus, row.pending):
        yield points(value, DIGITS)


def _end(row: ClassRow) -> Iterator[str]:
    yield points(row.penalty, DIGITS)
    yield "" if row.final is None else points(row.final, DIGITS)
    excused = row.person is not None and row.person.excused and row.status in (Status.GRADED, Status.NOTHING)
    yield EXCUSED if excused else row.status.value


def _pseudonym(key: bytes, row: ClassRow) -> str:
    who = f"person {row.person.id}" if row.person is not None else f"submission {row.name}"
    return "p-" + hmac.new(key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]
