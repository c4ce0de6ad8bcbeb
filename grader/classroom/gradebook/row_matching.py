"""Which line of a platform's sheet is for which row: each line and each row at most once, sure ways before names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.base.csv_table import CsvRow
from grader.base.text import escape_controls
from grader.classroom.model import ClassRow, Status
from grader.classroom.people.matching import fold, name_key
from grader.model import GraderError

# A way to know somebody: the keys that a line has, and those that a row has.
Way = tuple[Callable[[CsvRow], Sequence[str]], Callable[[ClassRow], Sequence[str]]]


@dataclass(frozen=True)
class Found:
    """Pairs in the sheet's order, and what is left on both sides."""

    pairs: tuple[tuple[CsvRow, ClassRow], ...]
    by_name: tuple[str, ...]
    lines: tuple[CsvRow, ...]
    rows: tuple[ClassRow, ...]


def find(
    path: Path, lines: Sequence[CsvRow], rows: Sequence[ClassRow], ways: Sequence[Way], name: Callable[[CsvRow], str]
) -> Found:
    """Matches rows to lines by the first of `ways` that works, then by a `name` that both sides have only once.

    A row that two ways lead to different lines is not matched at all, and who handed in nothing stands back where a
    submission has the line. Raises GraderError where two submissions have one line.
    """
    candidates: dict[int, set[int]] = {}
    for line_keys, row_keys in ways:
        index: dict[str, list[int]] = {}
        for at, line in enumerate(lines):
            for key in filter(None, map(fold, line_keys(line))):
                index.setdefault(key, []).append(at)
        for number, row in enumerate(rows):
            hits = {at for key in filter(None, map(fold, row_keys(row))) for at in index.get(key, ())}
            candidates.setdefault(number, set()).update(hits)
    pairs: dict[int, int] = {}
    for number, hits in sorted(candidates.items(), key=lambda found: _nothing(rows[found[0]])):
        if len(hits) == 1 and not (_nothing(rows[number]) and pairs.keys() & hits):
            _pair(path, lines, rows, pairs, next(iter(hits)), number)
    by_name = []
    free = [number for number in range(len(rows)) if not candidates.get(number)]
    names: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        names.setdefault(name_key(name(line)), []).append(at)
    ours = [name_key(rows[number].shown_name) for number in free]
    often = Counter(ours)
    for number, key in zip(free, ours, strict=True):
        fits = names.get(key, []) if key else []
        if len(fits) == 1 and fits[0] not in pairs and often[key] == 1:
            _pair(path, lines, rows, pairs, fits[0], number)
            by_name.append(escape_controls(rows[number].shown_name))
    matched = set(pairs.values())
    return Found(
        tuple((lines[at], rows[pairs[at]]) for at in sorted(pairs)),
        tuple(by_name),
        tuple(line for at, line in enumerate(lines) if at not in pairs),
        tuple(row for number, row in enumerate(rows) if number not in matched),
    )


def _pair(
    path: Path, lines: Sequence[CsvRow], rows: Sequence[ClassRow], pairs: dict[int, int], at: int, number: int
) -> None:
    if at in pairs:
        one, two, who = rows[pairs[at]].name, rows[number].name, rows[number].shown_name
        line = lines[at].number
        raise GraderError(
            f"{path}:{line}: {escape_controls(one)} and {escape_controls(two)} both belong to "
            f"{escape_controls(who)}; keep one of these submissions"
        )
    pairs[at] = number


def _nothing(row: ClassRow) -> bool:
    return row.status is Status.NOTHING


def waiting(row: ClassRow) -> bool:
    """Whether a grade is filled in while points still wait for a person."""
    return row.final is not None and row.pending > 0
