"""The sheet that a person types points into: CSV that spreadsheets open and save without harm, written and read."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from grader import words
from grader.judge.show import clean, points
from grader.model import CheckResult, ExerciseResult, GraderError, Report, Verdict

COLUMNS = (
    "report", "submission", "exercise", "check", "claim", "answer", "points", "max", "comment", "digest", "folder",
)  # fmt: skip
NEEDED = ("report", "exercise", "check", "points", "digest")
SEPARATORS = ",;\t"
MAX_CELL = 32_000  # a cell of a spreadsheet ends at 32767
# Where a formula may begin (also in full width): at the start of a cell, and after whatever begins a cell in a
# spreadsheet that takes another character for the separator.
FORMULA = re.compile(r"\A(?=[\t\r])|(?:\A|(?<=[;\t\r\n]))(?=[=+\-@＝＋－＠])")
# Digits alone may come back from a spreadsheet as another number.
DIGEST = "sha:"


@dataclass(frozen=True)
class Row:
    """One row as a person left it; `line` is where it begins, `folder` and `report` say where the report is."""

    line: int
    folder: str
    report: str
    exercise: str
    check: str
    points: str
    comment: str
    digest: str


def sheet(folder: Path, reports: Iterable[tuple[Path, Report]], everything: bool) -> tuple[str, int]:
    """The text of a sheet with one row a check that waits, or for `everything` one a check; and how many those are.

    `reports` come with their folders. Only checks that are worth points have a row.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = 0
    for path, report in reports:
        for exercise in report.exercises:
            for check in exercise.checks:
                if check.max_score and (everything or check.status is Verdict.NEEDS_REVIEW):
                    writer.writerow(map(harmless, _cells(folder, path, report, exercise, check)))
                    count += 1
    return "\ufeff" + out.getvalue(), count


def read_sheet(path: Path) -> list[Row]:
    """The rows of a sheet that are not blank. Raises GraderError with the place of the first fault."""
    text = sheet_text(path).removeprefix("\ufeff")
    if not text.strip():
        raise GraderError(words.SHEET_EMPTY.format(path=path))
    first = text.splitlines()[0]
    separator = max(SEPARATORS, key=first.count)
    lines = _lines(path, text, separator)
    _, head = next(lines)
    columns = _columns(path, head)
    rows = []
    for line, cells in lines:
        if any(cell.strip() for cell in cells[len(head) :]):
            raise GraderError(words.SHEET_TOO_LONG.format(path=path, line=line))
        if any(cell.strip() for cell in cells):
            rows.append(_row(line, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}))
    return rows


def _cells(folder: Path, path: Path, report: Report, exercise: ExerciseResult, check: CheckResult) -> Iterator[str]:
    answer = check.evidence.answer or check.evidence.yours
    yield _as_path(path.relative_to(folder))
    yield report.submission["name"]
    yield f"{exercise.id} {exercise.title}"
    yield check.id
    yield check.claim
    yield answer if len(answer) <= MAX_CELL else f"{answer[:MAX_CELL]} …"
    yield ""
    yield points(check.max_score)
    yield ""
    yield DIGEST + check.digest
    yield _as_path(folder)


def _as_path(path: PurePath) -> str:
    """A path that no spreadsheet takes for a number or a date, as it would 0042."""
    text = path.as_posix()
    return text if path.is_absolute() or text.startswith(".") else f"./{text}"


def harmless(cell: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, its control characters shown as escapes."""
    return FORMULA.sub("'", clean(cell, keep="\n\t"))


def sheet_text(path: Path) -> str:
    """The text of a CSV file with its byte order mark. Raises GraderError where it is not UTF-8 (or marked UTF-16)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GraderError(words.BAD_SHEET.format(path=path, why=error.strerror or error)) from None
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GraderError(words.SHEET_NOT_UTF8.format(path=path, line=line, byte=data[error.start])) from None
    if "\0" in text:
        raise GraderError(words.SHEET_HAS_NUL.format(path=path, line=text.count("\n", 0, text.index("\0")) + 1))
    return text


def _lines(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells with the line that it begins in."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise GraderError(words.SHEET_NO_CSV.format(path=path, line=line, why=error)) from None


def _columns(path: Path, head: Sequence[str]) -> dict[str, int]:
    """Where the columns are that count; others may be there too."""
    names = [name.strip().lower() for name in head]
    lacking = [name for name in NEEDED if name not in names]
    if lacking:
        due = ", ".join(NEEDED)
        raise GraderError(words.SHEET_NO_COLUMN.format(path=path, names=" and ".join(lacking), due=due))
    for name in COLUMNS:
        if names.count(name) > 1:
            raise GraderError(words.SHEET_TWO_COLUMNS.format(path=path, name=name))
    return {name: names.index(name) for name in COLUMNS if name in names}


def _row(line: int, cells: dict[str, str]) -> Row:
    plain = {name: re.sub(r"\A'(?=[=+\-@])", "", cell.strip()) for name, cell in cells.items()}
    return Row(
        line, cells.get("folder", ""), cells["report"], (plain["exercise"].split() or [""])[0],
        plain["check"], plain["points"], plain.get("comment", ""), plain["digest"].removeprefix(DIGEST),
    )  # fmt: skip
