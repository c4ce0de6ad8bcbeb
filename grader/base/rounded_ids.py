"""IDs that a spreadsheet has rounded, as it does to long numbers in a sheet that it opens: reported, never used."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.base.csv_table import CsvRow, CsvTable
from grader.base.text import escape_controls
from grader.model import GraderError

# As in 1.7E+14 or 1,70E+14. The sign is always there: 12e45 may be somebody's login.
_POWER_OF_TEN = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d{1,3}")
# A spreadsheet shows a number of more digits as a power of ten, with six digits at most, and computes with 15.
# (Microsoft: "Display numbers in scientific notation", "Excel specifications and limits": number precision)
_PLAIN, _SHOWN, _KEPT = 11, 6, 15
LONGEST = 40  # letters of a cell in a message; IDs have some twenty


def refuse_rounded(table: CsvTable, columns: Iterable[int | None]) -> None:
    """Raises GraderError where a cell of these columns, which hold IDs, is a power of ten, or where several rows have
    the same number with the zeros of a spreadsheet."""
    for column in sorted({column for column in columns if column is not None}):
        seen: set[str] = set()
        for line in table.people:
            text = line.value(column)
            if _POWER_OF_TEN.fullmatch(text) or (text in seen and looks_rounded(text)):
                raise rounded(table, line, column)
            seen.add(text)


def looks_rounded(text: str) -> bool:
    """Whether a number ends with zeros where a spreadsheet puts them; an ID of somebody may do so as well."""
    if not re.fullmatch(r"\d+", text) or len(text) <= _PLAIN:
        return False
    return len(text.rstrip("0")) <= (_SHOWN if len(text) <= _KEPT else _KEPT)


def is_rounded(text: str, number: str) -> bool:
    """Whether a cell with this text may have been another `number` before a spreadsheet rounded it."""
    if not looks_rounded(text) or text == number or not re.fullmatch(r"\d+", number) or len(text) != len(number):
        return False
    unit: int = 10 ** (len(text) - len(text.rstrip("0")))
    return abs(int(text) - int(number)) < unit


def rounded(table: CsvTable, line: CsvRow, column: int) -> GraderError:
    """The error for a rounded ID, with the place of its cell."""
    text = escape_controls(line.value(column)[:LONGEST])
    name = escape_controls(table.head[column][:LONGEST] if column < len(table.head) else "")
    return GraderError(
        f"{table.path}:{line.number}: {text} in column {column + 1} ({name}) is an ID that a spreadsheet has rounded; "
        "export the sheet again and use it as it is, or give that column the format `Text` before you fill it"
    )
