"""Fills Moodle's grading worksheet, in any language, and packs the reports as Moodle's feedback zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from grader.base.csv_table import CsvRow, CsvTable, as_number, decimal_sign, escape_formulas, open_table
from grader.base.rounded_ids import refuse_rounded
from grader.base.text import POINTS_ROUNDING, escape_controls, points
from grader.classroom.gradebook.row_matching import Found, Way, find, is_provisional, two_lines
from grader.classroom.gradebook.upload_warnings import is_other, other_points
from grader.classroom.model import ClassRow, Filled
from grader.classroom.people.matching import fold
from grader.model import GraderError
from grader.model.dataclass import dataclass

_PARTICIPANT = re.compile(r"\D*?(\d{1,18})", re.DOTALL)
# `Last modified (grade)`, `Zuletzt geändert (Bewertung)`: the text in brackets is the heading of the grades.
_MODIFIED = re.compile(r".*\S\s*[(（]\s*(.+?)\s*[)）]", re.DOTALL)
_COMMENTS = re.compile(r".*(?:comment|kommentar|coment)")
_CAN_BE_CHANGED = "grade can be changed"
# No, in the languages that Moodle is used in most.
NO = ("no", "nein", "non", "não", "nee", "nej", "nei", "ei", "nie", "ne", "нет", "いいえ", "否")
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; a fixed one, so that equal reports give equal bytes


@dataclass(frozen=True)
class Worksheet:
    """The worksheet with the places of its columns: `maximum` is the maximum grade, `locked` whether the grade can be
    changed; `participants` are Moodle's numbers of the lines."""

    table: CsvTable
    identifier: int
    name: int
    grade: int
    maximum: int | None
    locked: int | None
    comments: int | None
    participants: Mapping[CsvRow, str]


def open_worksheet(path: Path) -> Worksheet:
    """The worksheet at `path`. Raises GraderError for a missing column: identifiers, grades, their last change."""
    table = open_table(path)
    head, lines = table.head, [line for line in table.lines[1:] if not line.blank]
    identifier = next((column for column in range(len(head)) if _identifies(lines, column)), None)
    if identifier is None:
        raise _missing(table, "with `Participant <number>`")
    inside = [(column, fold(match[1])) for column, name in enumerate(head) if (match := _MODIFIED.fullmatch(name))]
    if not inside:
        raise _missing(table, "`Last modified (grade)`")
    plain = [fold(name) for name in head]
    # The last match: only the second of two such columns is about the grade.
    fits = [(column, plain.index(name)) for column, name in inside if name in plain]
    if not fits:
        raise _missing(table, "of grades")
    modified, grade = fits[-1]
    following = [line.value(grade + 1) for line in lines]
    maximum = grade + 1 if following and all(as_number(value) is not None for value in following) else None
    comments = next((at for at in range(modified + 1, len(head)) if _COMMENTS.match(plain[at])), None)
    # In every language it follows the maximum; without that column its English heading is known.
    changed = plain.index(_CAN_BE_CHANGED) if _CAN_BE_CHANGED in plain else None if maximum is None else maximum + 1
    refuse_rounded(table, range(identifier + 2, grade))
    numbers = _participants(table, lines, identifier)
    return Worksheet(table, identifier, identifier + 1, grade, maximum, changed, comments, numbers)


def fill(worksheet: Worksheet, rows: Sequence[ClassRow], comments: bool = True) -> Filled:
    """The worksheet's text with the rows' final points, and a short comment where it has a column for that.

    People are found by participant number, then by what else the sheet holds of them (address, id, login), then by
    name. No other cell changes, and none where Moodle says that the grade cannot be changed. Raises GraderError for
    points above Moodle's maximum.
    """
    found = _found(worksheet, rows)
    table, column = worksheet.table, worksheet.grade
    sign = decimal_sign(table, iter([column] + ([] if worksheet.maximum is None else [worksheet.maximum])))
    edits: dict[tuple[CsvRow, int], str] = {}
    without = [escape_controls(line.value(worksheet.name)) for line in found.lines]
    filled, replaced, locked = [], [], []
    maximums: dict[float, None] = {}
    for line, row in found.pairs:
        name = escape_controls(row.shown_name)
        if row.final is None:
            without.append(name)
            continue
        if fold(line.value(worksheet.locked)) in NO:
            locked.append(name)
            continue
        maximum = None if worksheet.maximum is None else as_number(line.value(worksheet.maximum))
        if maximum is not None:
            maximums[maximum] = None
        if maximum is not None and row.final > maximum + POINTS_ROUNDING:
            raise GraderError(
                f"{table.path}:{line.number}: {name} has {points(row.final)} points, but Moodle's maximum is "
                f"{points(maximum)}; raise the maximum grade in Moodle and download the worksheet again"
            )
        edits[line, column] = points(row.final).replace(".", sign)
        filled.append(row)
        if is_other(line.value(column), row.final):
            replaced.append(name)
        if comments and worksheet.comments is not None:
            edits[line, worksheet.comments] = escape_formulas(_comment(row))
    silent = ("the worksheet has no column for comments; only grades are filled in",)
    return Filled(
        table.changed(edits), len(filled),
        tuple(escape_controls(row.shown_name) for row in found.rows if row.final is not None),
        tuple(without), (), found.by_name,
        tuple(escape_controls(row.shown_name) for row in filled if is_provisional(row)),
        (
            *other_points("Moodle", list(maximums), rows),
            *(silent if comments and worksheet.comments is None else ()),
        ),
        tuple(replaced), tuple(locked),
    )  # fmt: skip


def feedback_zip(worksheet: Worksheet, rows: Sequence[ClassRow], reports: Mapping[str, bytes], out: IO[bytes]) -> None:
    """Writes the zip that Moodle's `Upload multiple feedback files in a zip` takes: for each person a folder with
    report.html.

    `reports` are HTML by the row's name. Moodle splits the folder's name at `_` and reads the participant's number
    from the second part, so a person's name must not contain one. The same reports give the same bytes.
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
    def identities(line: CsvRow) -> list[str]:
        return [line.value(column) for column in range(worksheet.name + 1, worksheet.grade)]

    ways: list[Way] = [
        (lambda line: [worksheet.participants[line]], lambda row: [row.number("moodle")]),
        (identities, lambda row: [row.person.email, row.person.id, row.person.login] if row.person is not None else []),
    ]
    lines = list(worksheet.participants)
    return find(worksheet.table.path, lines, rows, ways, lambda line: line.value(worksheet.name))


def _identifies(lines: Sequence[CsvRow], column: int) -> bool:
    """Whether most cells are the same word with a number; the others are reported one by one."""
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
                f"{table.path}:{line.number}: {text!r} is not a participant; write it as in `Participant 1234`"
            )
        if match[1] in first:
            raise two_lines(table.path, escape_controls(line.value(identifier)), first[match[1]], line.number)
        first[match[1]] = line.number
        numbers[line] = match[1]
    return numbers


def _missing(table: CsvTable, what: str) -> GraderError:
    return GraderError(
        f"{table.path}:{table.first}: there is no column {what} (columns: {table.shown_head}); in Moodle, enable the "
        "offline grading worksheet under feedback types, then choose Download grading worksheet"
    )


def _comment(row: ClassRow) -> str:
    text = f"{points(row.score)} of {points(row.possible)} points"
    if row.bonus:
        text += f", bonus {points(row.bonus)}"
    if row.penalty:
        text += f", {points(row.penalty)} deducted for lateness"
    if row.pending:
        text += f", {points(row.pending)} not marked yet"
    return text


def _folder(name: str) -> str:
    """The name as a part of a folder's name, valid on every system."""
    text = re.sub(r'[_/\\:*?"<>|\x00-\x1f\x7f]', " ", escape_controls(name))
    return " ".join(text.split()).strip(". ") or "-"
