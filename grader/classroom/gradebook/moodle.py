"""Fills Moodle's own grading worksheet, in whatever language it is, and packs the reports as Moodle's feedback zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader import words
from grader.base.csv_table import CsvRow, CsvTable, as_number, decimal_sign, open_table
from grader.base.rounded_ids import refuse_rounded
from grader.base.text import escape_controls
from grader.classroom.gradebook.row_matching import Found, Way, find, waiting
from grader.classroom.gradebook.upload_warnings import is_other, other_points
from grader.classroom.model import ClassRow, Filled, decimal
from grader.classroom.people.matching import fold
from grader.model import GraderError
from grader.review.sheet import harmless

_PARTICIPANT = re.compile(r"\D*?(\d{1,18})", re.DOTALL)
# `Last modified (grade)`, `Zuletzt geändert (Bewertung)`: the text in brackets is the heading of the grades.
_MODIFIED = re.compile(r".*\S\s*[(（]\s*(.+?)\s*[)）]", re.DOTALL)
_COMMENTS = re.compile(r".*(?:comment|kommentar|coment)")
_CAN_BE_CHANGED = "grade can be changed"
NO = ("no", "nein", "non", "não", "nee", "nej", "nei", "ei", "nie", "ne", "нет", "いいえ", "否")
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Worksheet:
    """The worksheet with the places of what counts in it: the name, the grade, the most there is, whether the grade can
    be changed, a comment; `participants` are Moodle's numbers of the lines."""

    table: CsvTable
    identifier: int
    name: int
    grade: int
    most: int | None
    locked: int | None
    comments: int | None
    participants: Mapping[CsvRow, str]


def open_worksheet(path: Path) -> Worksheet:
    """The worksheet at `path`. Raises GraderError with what is not there: identifiers, grades, their last change."""
    table = open_table(path)
    head, lines = table.head, [line for line in table.lines[1:] if not line.blank]
    identifier = next((column for column in range(len(head)) if _identifies(lines, column)), None)
    if identifier is None:
        raise _lacking(table, "with `Participant <number>`")
    inside = [(column, fold(match[1])) for column, name in enumerate(head) if (match := _MODIFIED.fullmatch(name))]
    if not inside:
        raise _lacking(table, "`Last modified (grade)`")
    plain = [fold(name) for name in head]
    # The last match: only the second of two such columns is about the grade.
    fits = [(column, plain.index(name)) for column, name in inside if name in plain]
    if not fits:
        raise _lacking(table, "of grades")
    modified, grade = fits[-1]
    following = [line.value(grade + 1) for line in lines]
    most = grade + 1 if following and all(as_number(value) is not None for value in following) else None
    comments = next((at for at in range(modified + 1, len(head)) if _COMMENTS.match(plain[at])), None)
    # In every language it follows the most there is; where that is not told, its English heading is known.
    changed = plain.index(_CAN_BE_CHANGED) if _CAN_BE_CHANGED in plain else None if most is None else most + 1
    refuse_rounded(table, range(identifier + 2, grade))
    numbers = _participants(table, lines, identifier)
    return Worksheet(table, identifier, identifier + 1, grade, most, changed, comments, numbers)


def fill(worksheet: Worksheet, rows: Sequence[ClassRow], comments: bool = True) -> Filled:
    """The worksheet's text with the rows' final points, and a short comment where it has a column for that.

    People are found by participant number, then by whatever the sheet tells of them (address, id, login), then by
    name. Nothing else is changed, and nothing at all where Moodle says that the grade cannot be. Raises GraderError for
    points outside of what Moodle takes.
    """
    found = _found(worksheet, rows)
    table, column = worksheet.table, worksheet.grade
    sign = decimal_sign(table, iter([column] + ([] if worksheet.most is None else [worksheet.most])))
    edits: dict[tuple[CsvRow, int], str] = {}
    without = [escape_controls(line.value(worksheet.name)) for line in found.lines]
    filled, replaced, locked = [], [], []
    highest: dict[float, None] = {}
    for line, row in found.pairs:
        name = escape_controls(row.shown_name)
        if row.final is None:
            without.append(name)
            continue
        if fold(line.value(worksheet.locked)) in NO:
            locked.append(name)
            continue
        most = None if worksheet.most is None else as_number(line.value(worksheet.most))
        if most is not None:
            highest[most] = None
        if most is not None and row.final > most + 1e-9:
            raise GraderError(
                
                    f"{table.path}:{line.number}: {name} has {decimal(row.final)} points, but Moodle takes 0 to "
                    f"{decimal(most)} here; raise the maximum grade in Moodle and download the worksheet again"
                
            )  # fmt: skip
        edits[line, column] = decimal(row.final).replace(".", sign)
        filled.append(row)
        if is_other(line.value(column), row.final):
            replaced.append(name)
        if comments and worksheet.comments is not None:
            edits[line, worksheet.comments] = harmless(_comment(row))
    silent = ("the worksheet has no column for comments: only grades were filled in",)
    return Filled(
        table.changed(edits), len(filled),
        tuple(escape_controls(row.shown_name) for row in found.rows if row.final is not None),
        tuple(without), (), found.by_name,
        tuple(escape_controls(row.shown_name) for row in filled if waiting(row)),
        (
            *other_points("Moodle", list(highest), rows),
            *(silent if comments and worksheet.comments is None else ()),
        ),
        tuple(replaced), tuple(locked),
    )  # fmt: skip


def feedback_zip(worksheet: Worksheet, rows: Sequence[ClassRow], reports: Mapping[str, bytes], out: IO[bytes]) -> None:
    """Writes the zip that Moodle's `Upload multiple feedback files in a zip` takes: for each person a folder with
    report.html.

    `reports` are HTML by the row's name. Moodle splits the folder's name at `_` and reads the participant's number
    from the second part, so that names have none. The same reports give the same bytes.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for line, row in _found(worksheet, rows).pairs:
            if row.name in reports:
                name = _folder(line.value(worksheet.name) or row.shown_name)
                folder = f"{name}_{worksheet.participants[line]}_assignsubmission_file_"
                entry = zipfile.ZipInfo(f"{folder}/report.html", _DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, reports[row.name])


def _found(worksheet: Worksheet, rows: Sequence[ClassRow]) -> Found:
    def told(line: CsvRow) -> list[str]:
        places = range(worksheet.name + 1, worksheet.grade)
        return [line.value(column) for column in places]

    ways: list[Way] = [
        (lambda line: [worksheet.participants[line]], lambda row: [row.number("moodle")]),
        (told, lambda row: [row.person.email, row.person.id, row.person.login] if row.person is not None else []),
    ]
    lines = list(worksheet.participants)
    return find(worksheet.table.path, lines, rows, ways, lambda line: line.value(worksheet.name))


def _identifies(lines: Sequence[CsvRow], column: int) -> bool:
    """Whether most cells are the same word with a number: one that is not has its own error."""
    values = [line.value(column) for line in lines]
    fits = [value for value in values if _PARTICIPANT.fullmatch(value)]
    before = {value.rstrip("0123456789").strip() for value in fits}
    return 2 * len(fits) > len(values) and len(before) == 1 and before != {""}


def _participants(table: CsvTable, lines: Sequence[CsvRow], identifier: int) -> dict[CsvRow, str]:
    numbers: dict[CsvRow, str] = {}
    first: dict[str, int] = {}
    for line in lines:
        match = _PARTICIPANT.fullmatch(line.value(identifier))
        if match is None:
            text = escape_controls(line.value(identifier)[:40])
            raise GraderError(
                f"{table.path}:{line.number}: {text!r} is no participant; it must end with a number, as in "
                "`Participant 1234`"
            )
        if match[1] in first:
            name = escape_controls(line.value(identifier))
            raise GraderError(
                words.SAME_PERSON_TWICE.format(path=table.path, line=line.number, name=name, first=first[match[1]])
            )
        first[match[1]] = line.number
        numbers[line] = match[1]
    return numbers


def _lacking(table: CsvTable, what: str) -> GraderError:
    seen = escape_controls(", ".join(table.head))[:300]
    return GraderError(
        f"{table.path}:{table.first}: no column {what} was found (columns are: {seen}); in Moodle, allow "
        "the offline grading worksheet under feedback types, then take Download grading worksheet"
    )


def _comment(row: ClassRow) -> str:
    text = f"{decimal(row.score)} of {decimal(row.whole)} points"
    if row.bonus:
        text += f", bonus {decimal(row.bonus)}"
    if row.penalty:
        text += f", {decimal(row.penalty)} taken off for lateness"
    if row.pending:
        text += f", {decimal(row.pending)} waiting for a person"
    return text


def _folder(name: str) -> str:
    """A name that is one part of a folder's name, on every system."""
    text = re.sub(r'[_/\\:*?"<>|\x00-\x1f\x7f]', " ", escape_controls(name))
    return " ".join(text.split()).strip(". ") or "-"
