"""The class as one sheet: gradebook.csv with everything, and an export that names nobody."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import secrets
from collections.abc import Iterable, Iterator, Sequence

from grader import words
from grader.batch.rows import Row, decimal
from grader.review.sheet import harmless

NAME = "gradebook.csv"
BEFORE = ("name", "id", "person")
POINTS = ("score", "max", "bonus", "pending", "late", "penalty", "final")
AFTER = ("status", "attempt")


def gradebook(rows: Sequence[Row]) -> str:
    """The text of gradebook.csv: a line for each row, its exercises' points in the order of the first row to have them.

    `late` is in seconds; `final` is empty where there is no grade. Begins with a byte order mark, for spreadsheets.
    """
    exercises = _exercises(rows)
    lines = (
        [row.name, *_person(row), *_points(row, exercises), decimal(row.late_seconds), *_end(row), str(row.attempt)]
        for row in rows
    )
    return _text([*BEFORE, *exercises, *POINTS, *AFTER], lines)


def anonymous(rows: Sequence[Row], key: bytes | None = None) -> str:
    """The same without names, ids, attempts and times, in an order that tells nothing.

    Each person is a keyed hash; the key is random and not kept, so that two exports cannot be put together.
    """
    key = secrets.token_bytes(32) if key is None else key
    exercises = _exercises(rows)
    lines = sorted(
        [_pseudonym(key, row), *_points(row, exercises), words.YES if row.late_seconds > 0 else "", *_end(row)]
        for row in rows
    )
    return _text(["person", *exercises, *POINTS, "status"], lines)


def _exercises(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(exercise for row in rows for exercise in row.exercises))


def _person(row: Row) -> Iterator[str]:
    yield row.person.id if row.person is not None else ""
    yield row.person.name if row.person is not None else ""


def _points(row: Row, exercises: Iterable[str]) -> Iterator[str]:
    for exercise in exercises:
        yield decimal(row.exercises[exercise].score, 4) if exercise in row.exercises else ""
    for value in (row.score, row.max_score, row.bonus, row.pending):
        yield decimal(value, 4)


def _end(row: Row) -> Iterator[str]:
    yield decimal(row.penalty, 4)
    yield "" if row.final is None else decimal(row.final, 4)
    yield row.status.value


def _pseudonym(key: bytes, row: Row) -> str:
    who = f"person {row.person.id}" if row.person is not None else f"submission {row.name}"
    return "p-" + hmac.new(key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]


def _text(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(map(harmless, head))
    for line in lines:
        writer.writerow(map(harmless, line))
    return "\ufeff" + out.getvalue()
