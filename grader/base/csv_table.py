"""CSV, read and written in one place. A table's cells know their place in the text: some can be changed while every
other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from grader.base.errors import unreadable
from grader.base.text import escape_controls
from grader.model import GraderError
from grader.model.dataclass import dataclass

BOM = "\ufeff"
SEPARATORS = ",;\t"
SHOWN = 300  # letters of the first row in an error message: about three lines of a terminal
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_NEWLINE = re.compile(r"\r\n|\r|\n")
# The line `sep=;` that Excel understands.
_SEPARATOR_LINE = re.compile(r'\ufeff?[\r\n]*"?sep=([,;\t|])"?[,;\t|]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
# Where a formula may begin (also in full width): at the start of a cell, and after whatever begins a cell in a
# spreadsheet that takes another character for the separator.
_FORMULA = re.compile(r"\A(?=[\t\r])|(?:\A|(?<=[;\t\r\n]))(?=[=+\-@＝＋－＠])")
_WITH_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_WITH_POINT = re.compile(r"-?[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class CsvCell:
    """The text of a cell, and the piece of the text that it takes up, quotes included."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row, with the number of its first line in the file."""

    number: int
    cells: tuple[CsvCell, ...]

    @property
    def blank(self) -> bool:
        """Whether all cells are empty."""
        return not any(cell.value.strip() for cell in self.cells)

    def value(self, column: int | None) -> str:
        """The text in this column without blanks around it; empty where the row is too short."""
        return self.raw(column).strip()

    def raw(self, column: int | None) -> str:
        """The same, blanks included."""
        return self.cells[column].value if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class CsvTable:
    """A whole sheet."""

    path: Path
    text: str
    separator: str
    lines: tuple[CsvRow, ...]

    @property
    def head(self) -> tuple[str, ...]:
        """The first row's cells."""
        return tuple(cell.value.strip() for cell in self.lines[0].cells)

    @property
    def shown_head(self) -> str:
        """The first row's cells for an error message."""
        return escape_controls(", ".join(self.head))[:SHOWN]

    @property
    def first(self) -> int:
        """The number of the first row's line in the file."""
        return self.lines[0].number

    @property
    def people(self) -> tuple[CsvRow, ...]:
        """The rows below the first one that are not blank."""
        return tuple(line for line in self.lines[1:] if not line.blank)

    def changed(self, edits: Mapping[tuple[CsvRow, int], str]) -> str:
        """The text with these cells (row and column) set; a row that is too short gets the missing cells."""
        pieces, done = [], 0
        number = width = 0
        for (line, column), value in sorted(edits.items(), key=lambda edit: (edit[0][0].number, edit[0][1])):
            if line.number != number:
                number, width = line.number, len(line.cells)
            inside = column < len(line.cells)
            start, end = (line.cells[column].start, line.cells[column].end) if inside else (line.cells[-1].end,) * 2
            pieces += [self.text[done:start], self.separator * (column - width + 1), self._quoted(value)]
            done, width = end, max(width, column + 1)
        return "".join([*pieces, self.text[done:]])

    def _quoted(self, value: str) -> str:
        if any(letter in value for letter in (self.separator, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """A sheet that spreadsheets open as it is: formulas and control characters are escaped, and it begins with a byte
    order mark, by which they know UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(map(escape_formulas, row) for row in rows)
    return BOM + out.getvalue()


def escape_formulas(cell: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, its control characters shown as escapes."""
    return _FORMULA.sub("'", escape_controls(cell, keep="\n\t"))


def sheet_text(path: Path) -> str:
    """The text of a CSV file with its byte order mark. Raises GraderError where it is not UTF-8 (or marked UTF-16)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GraderError(
            f"{path}:{line}: not UTF-8 text (byte 0x{data[error.start]:02x}); save the sheet as `CSV UTF-8`"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise GraderError(f"{path}:{line}: a NUL byte, so this is not a CSV file; save the sheet as `CSV UTF-8`")
    return text


def open_table(path: Path, remedy: str = "export it again") -> CsvTable:
    """The sheet at `path`, split at the separator that is most frequent in its first row, or that a line `sep=;` before
    it names. That line is not a row.

    Raises GraderError for a file that cannot be read, is not UTF-8 or has unbalanced quotes, and with `remedy` for an
    empty one.
    """
    text = sheet_text(path)
    named = _SEPARATOR_LINE.match(text)
    start = named.end() if named else len(BOM) if text.startswith(BOM) else 0
    if not text[start:].strip():
        raise GraderError(f"{path}: the sheet is empty; {remedy}")
    head = re.sub(r'"[^"]*"', "", text[start:].lstrip("\r\n")).splitlines()[0]
    separator = named[1] if named else max(SEPARATORS, key=head.count)
    table = CsvTable(path, text, separator, tuple(_lines(path, text, separator, start)))
    if not table.lines:
        raise GraderError(f"{path}: the sheet is empty; {remedy}")
    for line in table.lines[1:]:
        if any(cell.value.strip() for cell in line.cells[len(table.head) :]):
            raise GraderError(
                f"{path}:{line.number}: more cells than columns; put text that contains the separator in quotes"
            )
    return table


def decimal_sign(table: CsvTable, columns: Iterator[int]) -> str:
    """`,` where numbers in these columns are written with a comma and none with a point, else a point."""
    values = [line.value(column) for column in columns for line in table.lines[1:]]
    if any(_WITH_POINT.fullmatch(value) for value in values):
        return "."
    return "," if any(_WITH_COMMA.fullmatch(value) for value in values) else "."


def as_number(text: str) -> float | None:
    """The number in a cell, with a decimal point or comma; None where it is not a number."""
    match = re.fullmatch(r"-?[0-9]{1,9}(?:[.,][0-9]{1,9})?", text.strip())
    return float(match[0].replace(",", ".")) if match else None


def _unbalanced(path: Path, line: int) -> GraderError:
    return GraderError(f'{path}:{line}: unbalanced quotes; write a quote inside a cell twice ("")')


def _lines(path: Path, text: str, separator: str, start: int) -> Iterator[CsvRow]:
    plain = re.compile(rf"[^{re.escape(separator)}\r\n]*")
    at, number = start, 1 + len(_NEWLINE.findall(text[:start]))
    seen_first = False
    while at < len(text):
        cells = []
        first = number
        while True:
            quoted = _QUOTED.match(text, at) if text.startswith('"', at) else None
            if quoted is not None:
                cells.append(CsvCell(quoted[1].replace('""', '"'), at, quoted.end()))
                number += len(_NEWLINE.findall(quoted[0]))
                at = quoted.end()
            else:
                match = plain.match(text, at)
                assert match is not None
                if text.startswith('"', at):
                    raise _unbalanced(path, number)
                cells.append(CsvCell(match[0], at, match.end()))
                at = match.end()
            if not text.startswith(separator, at):
                break
            at += 1
        newline = _NEWLINE.match(text, at)
        if newline is None and at < len(text):
            raise _unbalanced(path, number)
        at, number = newline.end() if newline else at, number + 1
        line = CsvRow(first, tuple(cells))
        if seen_first or not line.blank:
            seen_first = True
            yield line


def two_columns(table: CsvTable, name: str) -> GraderError:
    """The error for two columns with one name."""
    return GraderError(f"{table.path}:{table.first}: two columns are called {escape_controls(name)}; keep one")
