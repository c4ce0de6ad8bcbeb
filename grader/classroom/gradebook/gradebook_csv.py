"""The class as one sheet: gradebook.csv with everything, and an export that names nobody."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import secrets
from collections.abc import Iterable, Iterator, Sequence

from grader import words
from grader.base.text import escape_controls
from grader.classroom.model import ClassRow, Status, decimal
from grader.review.sheet import harmless

NAME = "gradebook.csv"
BEFORE = ("name", "id", "person")
POINTS = ("score", "max", "bonus", "pending", "late_seconds", "penalty", "final")
AFTER = ("status", "attempt")


def gradebook(rows: Sequence[ClassRow]) -> str:
    """The text of gradebook.csv: a line for each row, its exercises' points in the order of the first row to have them.

    `max` is without bonus and with what still waits, so it is the same for all; `final` is empty where there is no
    grade. Begins with a byte order mark, for spreadsheets.
    """
    exercises, most, names = _exercises(rows), _most(rows), _names(rows)
    lines = (
        [
            names[row.name], *_person(row), *_points(row, exercises, most), decimal(row.late_seconds), *_end(row),
            str(row.attempt),
        ]
        for row in rows
    )  # fmt: skip
    return _text([*BEFORE, *exercises, *POINTS, *AFTER], lines)


def anonymous(rows: Sequence[ClassRow], key: bytes | None = None) -> str:
    """The same without names, ids, attempts and times, in an order that tells nothing.

    Each person is a keyed hash; the key is random and not kept, so that two exports cannot be put together.
    """
    key = secrets.token_bytes(32) if key is None else key
    exercises, most = _exercises(rows), _most(rows)
    lines = sorted(
        [_pseudonym(key, row), *_points(row, exercises, most), "yes" if row.late_seconds > 0 else "", *_end(row)]
        for row in rows
    )
    points = ["late" if name == "late_seconds" else name for name in POINTS]
    return _text(["person", *exercises, *points, "status"], lines)


def _exercises(rows: Iterable[ClassRow]) -> list[str]:
    return list(dict.fromkeys(exercise for row in rows for exercise in row.exercises))


def _most(rows: Iterable[ClassRow]) -> float:
    """The points of the whole work, for rows that know none as nothing was judged."""
    return max((row.whole for row in rows), default=0.0)


def _names(rows: Iterable[ClassRow]) -> dict[str, str]:
    """Each submission's name with control characters as escapes, and still a name of its own."""
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


def _points(row: ClassRow, exercises: Iterable[str], most: float) -> Iterator[str]:
    for exercise in exercises:
        yield decimal(row.exercises[exercise].score, 4) if exercise in row.exercises else ""
    for value in (row.score, row.whole or most, row.bonus, row.pending):
        yield decimal(value, 4)


def _end(row: ClassRow) -> Iterator[str]:
    yield decimal(row.penalty, 4)
    yield "" if row.final is None else decimal(row.final, 4)
    excused = row.person is not None and row.person.excused and row.status in (Status.GRADED, Status.NOTHING)
    yield words.EXCUSED if excused else row.status.value


def _pseudonym(key: bytes, row: ClassRow) -> str:
    who = f"person {row.person.id}" if row.person is not None else f"submission {row.name}"
    return "p-" + hmac.new(key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]


def _text(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(map(harmless, head))
    for line in lines:
        writer.writerow(map(harmless, line))
    return "\ufeff" + out.getvalue()
