"""Turns a notebook's code cells into texts: one that runs, without IPython's own syntax, and the files it writes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum

from grader.model import NotebookCell
from grader.model.dataclass import dataclass
from grader.submission.file_tree import TEXTS, is_litter, normal

# Cell magics whose cell still runs as Python in the notebook's own names.
TRANSPARENT = frozenset({"time", "capture", "prun"})
_WRITE = re.compile(
    r"%%(?:writefile|file)\s+(?P<append>(?:-a|--append)\s+)?(?P<quote>[\"']?)(?P<path>.+?)(?P=quote)(?P<after>\s+(?:-a|--append))?"
)
# A statement that is timed and binds names (one that binds none is left out: what is timed takes long), and a script
# that is run in the notebook's own names.
_TIMED = re.compile(r"%time\s+(?P<statement>[A-Za-z_][\w.,\[\] \t]*=(?!=).*)")
_RUN = re.compile(r"%run\s+(?:-[ein]\s+)*(?P<quote>[\"']?)(?P<path>[^\s\"']+\.py)(?P=quote)")
_MAGIC = re.compile(r"[%!?]|[\w.]+\?{1,2}\s*$|[\w., \t]+=\s*[%!]")
_OPEN = re.compile(r"""[rRbBuUfFtT]{0,2}('{3}|"{3}|'|")|[#()\[\]{}\\]""")
MAX_WRITE = 1000  # letters of a line that names a file: the pattern takes the square of its spaces
MAX_NAME = 100  # letters of the file's name: no course asks for a longer one


@dataclass(frozen=True)
class Left:
    """A line that was left out, of the code cell with this number, counted from 1."""

    cell: int
    line: str


@dataclass(frozen=True)
class WrittenFile:
    """A file that cells write: its text, where each of them is in it, and those that another one wrote over."""

    text: str
    cells: tuple[NotebookCell, ...]
    lost: tuple[int, ...] = ()


@dataclass(frozen=True)
class Code:
    """The code of the cells: the text that runs and where each cell is in it; the files that they write, by name; and
    what was left out."""

    text: str
    cells: tuple[NotebookCell, ...]
    written: Mapping[str, WrittenFile]
    left: tuple[Left, ...]


class _Row(Enum):
    CODE = "code"
    MAGIC = "magic"
    MAGIC_GOES_ON = "magic goes on"


def parted(sources: Sequence[str], files: Collection[str] = (), folders: Collection[str] = ()) -> Code:
    """The code of the cells, where `files` lie beside the notebook and packages in `folders`. A line left out is a
    `pass`: blocks stay whole."""
    plain = [source.replace("\r\n", "\n").replace("\r", "\n") for source in sources]
    cells = {number: text.split("\n") for number, text in enumerate(plain, 1) if text.strip()}
    written: dict[str, WrittenFile] = {}
    for number, rows in cells.items():
        first = _first(rows)
        name = written_name(rows[first], folders)
        if name:
            before = written.get(name)
            written[name] = _wrote(before, number, rows[first:], first)
    lines: list[str] = []
    left: list[Left] = []
    found: list[NotebookCell] = []
    for number, rows in cells.items():
        first = _first(rows)
        if rows[first].startswith("%%"):
            if written_name(rows[first], folders):
                continue
            left.append(Left(number, rows[first].strip()))
            if (rows[first][2:].split() or [""])[0] not in TRANSPARENT:
                continue
            rows = [*rows[:first], "", *rows[first + 1 :]]
        lines.append(f"# code cell {number}")
        found.append(NotebookCell(number, len(lines) + 1, len(rows)))
        lines += _python(number, rows, {*files, *written}, left)
        lines.append("")
    return Code("\n".join(lines), tuple(found), written, tuple(left))


def written_name(row: str, folders: Collection[str] = ()) -> str:
    """The file that a cell with this first line writes: the last part of its path, what comes from one of the `folders`
    on where it leads through one; "" for none that is read."""
    found = _write(row)
    parts = [normal(part) for part in re.split(r"[\\/]", found["path"])] if found else [""]
    first = next((place for place, part in enumerate(parts[:-1]) if part in folders), -1)
    name = "" if ".." in parts[first:] else "/".join(part for part in parts[first:] if part not in ("", "."))
    return name if name.lower().endswith(TEXTS) and not is_litter(name) and len(name) <= MAX_NAME else ""


def _write(row: str) -> re.Match[str] | None:
    row = row.rstrip()
    return _WRITE.fullmatch(row) if len(row) <= MAX_WRITE else None


def _wrote(before: WrittenFile | None, number: int, rows: Sequence[str], skipped: int) -> WrittenFile:
    """A file after a cell whose magic is the first of these rows; the cell has `skipped` rows before it."""
    body = "\n".join(rows[1:]).rstrip("\n") + "\n"
    found = _write(rows[0])
    if before is None or not (found and (found["append"] or found["after"])):
        lost = (*before.lost, *(cell.number for cell in before.cells)) if before else ()
        return WrittenFile(body, (NotebookCell(number, 1, len(rows), skipped + 1),), lost)
    cell = NotebookCell(number, before.text.count("\n") + 1, len(rows), skipped + 1)
    return WrittenFile(before.text + body, (*before.cells, cell), before.lost)


def _first(rows: Sequence[str]) -> int:
    """The row that may hold a cell magic: Colab puts comments (`#@title`) before it."""
    says = (place for place, row in enumerate(rows) if row.strip() and not row.startswith("#"))
    return next(says, 0)


def _python(number: int, rows: Sequence[str], files: Collection[str], left: list[Left]) -> Iterator[str]:
    """The rows as Python, each in its place; adds to `left`."""
    for row, what in _kinds(rows, files):
        if what is _Row.MAGIC:
            left.append(Left(number, row.strip()))
            yield row[: len(row) - len(row.lstrip())] + "pass"
        else:
            yield "" if what is _Row.MAGIC_GOES_ON else row


def _plain(row: str, files: Collection[str]) -> str:
    """The row, or the statement that a magic in it stands for."""
    said = row.strip()
    if not said.startswith("%"):
        return row
    if timed := _TIMED.fullmatch(said):
        return row[: len(row) - len(row.lstrip())] + timed["statement"]
    if (run := _RUN.fullmatch(said)) and row.startswith("%"):
        parts = re.split(r"[\\/]", run["path"])
        file = next((file for first in range(len(parts)) if (file := "/".join(parts[first:])) in files), "")
        if file and all(map(str.isidentifier, file.removesuffix(".py").split("/"))):
            return f"from {file.removesuffix('.py').replace('/', '.')} import *"
    return row


def _kinds(rows: Sequence[str], files: Collection[str]) -> Iterator[tuple[str, _Row]]:
    """Each line and what it is. A `%` inside brackets, strings and continued lines is Python's own."""
    depth, quote, continued, magic = 0, "", False, False
    for row in rows:
        starts = not (depth or quote or continued or magic)
        if starts:
            row = _plain(row, files)
        if magic or (starts and _MAGIC.match(row.lstrip())):
            yield row, _Row.MAGIC_GOES_ON if magic else _Row.MAGIC
            magic = row.endswith("\\")
            continue
        yield row, _Row.CODE
        continued = False
        place = 0
        while place < len(row):
            if quote:
                place, closed = _close(row, place, quote)
                quote = "" if closed else quote
                continue
            found = _OPEN.search(row, place)
            if found is None or found[0] == "#":
                break
            place = found.end()
            if found[1]:
                quote = found[1]
            elif found[0] == "\\":
                continued = place == len(row)
            else:
                depth = depth + 1 if found[0] in "([{" else max(0, depth - 1)
        if len(quote) == 1:
            # A plain string ends with its line, unless a backslash carries it on.
            quote = quote if row.endswith("\\") else ""


def _close(row: str, place: int, quote: str) -> tuple[int, bool]:
    """Where the string that is open goes on to in this line, and whether it ends there."""
    while place < len(row):
        if row[place] == "\\":
            place += 2
        elif row.startswith(quote, place):
            return place + len(quote), True
        else:
            place += 1
    return place, False
