"""Which line of a platform's sheet belongs to which row of the class: unique keys first, then names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.base.csv_table import CsvRow
from grader.base.text import escape_controls
from grader.classroom.model import ClassRow, Status
from grader.classroom.people.matching import fold, name_key
from grader.model import GraderError
from grader.model.dataclass import dataclass

# A way to identify somebody: the keys of a line, and those of a row.
Way = tuple[Callable[[CsvRow], Sequence[str]], Callable[[ClassRow], Sequence[str]]]


@dataclass(frozen=True)
class Found:
    """Pairs in the sheet's order, and what is left on both sides."""

    pairs: tuple[tuple[CsvRow, ClassRow], ...]
    by_name: tuple[str, ...]
    lines: tuple[CsvRow, ...]
    rows: tuple[ClassRow, ...]


def two_lines(path: Path, name: str, first: int, second: int) -> GraderError:
    """The error for a sheet with two lines for one person."""
    return GraderError(f"{path}:{second}: {name} appears twice (first in line {first}); export the sheet again")


def find(
    path: Path, lines: Sequence[CsvRow], rows: Sequence[ClassRow], ways: Sequence[Way], name: Callable[[CsvRow], str]
) -> Found:
    """Matches rows to lines by `ways`, then by a `name` that both sides have only once.

    A row whose keys lead to different lines is not matched at all. A line goes to a submission rather than to a row
    without one. Raises GraderError where two submissions belong to one line.
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
            f"{escape_controls(who)}; keep only one of these submissions"
        )
    pairs[at] = number


def _nothing(row: ClassRow) -> bool:
    return row.status is Status.NOTHING


def is_provisional(row: ClassRow) -> bool:
    """Whether there is a grade although some points are not marked yet."""
    return row.final is not None and row.pending > 0
