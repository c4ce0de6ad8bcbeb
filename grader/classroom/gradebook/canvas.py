"""Fills one assignment into a Canvas gradebook export; every other byte stays unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.base.csv_table import CsvRow, CsvTable, as_number, decimal_sign, open_table
from grader.base.rounded_ids import is_rounded, looks_rounded, refuse_rounded, rounded
from grader.base.text import did_you_mean, escape_controls, points
from grader.classroom.gradebook.row_matching import Way, find, is_provisional, two_lines
from grader.classroom.gradebook.upload_warnings import is_other, other_points
from grader.classroom.model import ClassRow, Filled
from grader.classroom.people.matching import fold, same_name
from grader.model import GraderError
from grader.model.dataclass import dataclass

EXCUSED = "EX"
_TITLED = re.compile(r"(.*\S)\s*\((\d+)\)", re.DOTALL)
# Rows about the assignments, not about a person (Canvas: GradebookImporter#check_for_non_student_row).
_NO_PERSON = re.compile(r"\s*(?:muted|manual posting.*)?\s*", re.IGNORECASE)
_NO_STUDENT = re.compile(r"student, test", re.IGNORECASE)  # the one that Canvas makes for `Student View`


@dataclass(frozen=True)
class _Columns:
    """The places of the columns; `first` is the first one after those about the person."""

    names: tuple[int, ...]
    id: int
    sis: int | None
    login: int | None
    first: int


def fill(path: Path, assignment: str, rows: Sequence[ClassRow]) -> Filled:
    """The export at `path` with the rows' final points in the column of `assignment`, its title or number.

    People are found by ID, SIS user, SIS login, then by name. An excused person gets `EX`, unless there is a grade;
    where Canvas says `EX` it stays. Raises GraderError for another kind of file and for an unknown assignment,
    which Canvas would create.
    """
    table = open_table(path)
    columns = _columns(table)
    if table.separator == "\t":
        raise GraderError(
            f"{path}:{table.first}: the cells are separated by tabs, but Canvas accepts only commas or semicolons; "
            "save the export as `CSV UTF-8`, or use the file that Canvas made"
        )
    refuse_rounded(table, [columns.id, columns.sis, columns.login])
    column = _assignment(table, columns, assignment)
    maximums, people = _split(table, columns)
    for line in maximums:
        if "read only" in line.value(column).lower():
            name = escape_controls(table.head[column])
            raise GraderError(f"{path}:{line.number}: {name!r} is read only in Canvas; choose another assignment")
    ways: list[Way] = [
        (lambda line: [line.value(columns.id)], lambda row: [row.number("canvas") or _id(row)]),
        (lambda line: [line.value(columns.sis)], lambda row: [_id(row)]),
        (lambda line: [line.value(columns.login)], _logins),
    ]
    found = find(path, people, rows, ways, lambda line: _name(line, columns))
    for line in people:
        for row in rows if looks_rounded(line.value(columns.id)) else ():
            own = row.number("canvas")
            if is_rounded(line.value(columns.id), own) and same_name(row.shown_name, _name(line, columns)):
                raise rounded(table, line, columns.id)
    sign = decimal_sign(table, iter(range(columns.first, len(table.head))))
    edits: dict[tuple[CsvRow, int], str] = {}
    kept, replaced = [], []
    without = [
        escape_controls(_name(line, columns)) for line in found.lines if not _NO_STUDENT.fullmatch(_name(line, columns))
    ]
    for line, row in found.pairs:
        was, name = line.value(column), escape_controls(_name(line, columns))
        if row.person is not None and row.person.excused:
            if was in ("", "-") or was.upper() == EXCUSED:
                edits[line, column] = EXCUSED
            else:
                kept.append(f"{name} (excused in the roster, but has a grade in the sheet)")
        elif row.final is None:
            without.append(name)
        elif was.upper() == EXCUSED:
            kept.append(f"{name} (excused in the sheet)")
        else:
            edits[line, column] = points(row.final).replace(".", sign)
            if is_other(was, row.final):
                replaced.append(name)
    possible = [value for line in maximums if (value := as_number(line.value(column))) is not None]
    return Filled(
        table.changed(edits), len(edits),
        tuple(escape_controls(row.shown_name) for row in found.rows if row.final is not None),
        tuple(without), tuple(kept), found.by_name,
        tuple(
            escape_controls(row.shown_name)
            for line, row in found.pairs if (line, column) in edits and is_provisional(row)
        ),
        tuple(other_points("Canvas", possible[:1], rows)), tuple(replaced),
    )  # fmt: skip


def _id(row: ClassRow) -> str:
    return row.person.id if row.person is not None else ""


def _logins(row: ClassRow) -> list[str]:
    return [row.person.login, row.person.email, row.person.id] if row.person is not None else []


def _name(line: CsvRow, columns: _Columns) -> str:
    return ", ".join(filter(None, (line.value(column) for column in columns.names)))


def _columns(table: CsvTable) -> _Columns:
    head = table.head
    names = (0, 1) if head[:2] == ("LastName", "FirstName") else (0,)
    at = len(names)
    starts = len(names) == 2 or "Student" in head[0]
    sections = [column for column, name in enumerate(head) if name == "Section"]
    if not starts or len(head) <= at or "ID" not in head[at] or not sections:
        raise GraderError(
            f"{table.path}:{table.first}: not a Canvas gradebook: the first row must begin with Student and ID and "
            "have a column Section; in Canvas, choose Grades > Export > Export Entire Gradebook"
        )

    def place(pattern: str) -> int | None:
        return next((column for column, name in enumerate(head) if re.fullmatch(pattern, name)), None)

    return _Columns(names, at, place(r"SIS\s+User\s+ID"), place(r"SIS\s+Login\s+ID"), sections[0] + 1)


def _assignment(table: CsvTable, columns: _Columns, wanted: str) -> int:
    titles = {
        column: match
        for column, name in enumerate(table.head)
        if column >= columns.first and (match := _TITLED.fullmatch(name))
    }
    known = ", ".join(escape_controls(table.head[column]) for column in titles) or "none"
    for fits in (
        [column for column, match in titles.items() if match[2] == wanted.strip()],
        [column for column, match in titles.items() if fold(wanted) in (fold(match[1]), fold(match[0]))],
    ):
        if len(fits) > 1:
            known = ", ".join(escape_controls(table.head[column]) for column in fits)
            raise GraderError(
                f"{table.path}:{table.first}: several assignments are called {escape_controls(wanted)!r}; choose "
                f"by number: {known}"
            )
        if fits:
            return fits[0]
    guess = did_you_mean(wanted, [match[1] for match in titles.values()])
    raise GraderError(
        f"{table.path}:{table.first}: there is no assignment {escape_controls(wanted)!r}{guess}; create it in "
        f"Canvas first, or choose one of: {known}"
    )


def _split(table: CsvTable, columns: _Columns) -> tuple[list[CsvRow], list[CsvRow]]:
    """The rows with points possible, and those of people."""
    maximums, people = [], []
    seen: dict[str, int] = {}
    for line in table.lines[1:]:
        if "Points Possible" in line.value(0):
            maximums.append(line)
        elif not all(_NO_PERSON.fullmatch(cell.value) for cell in line.cells):
            people.append(line)
            key = line.value(columns.id)
            if key in seen:
                raise two_lines(table.path, escape_controls(_name(line, columns)), seen[key], line.number)
            if key:
                seen[key] = line.number
    return maximums, people
