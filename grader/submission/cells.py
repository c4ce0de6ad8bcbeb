"""Turns the code cells of a notebook into one Python text: what only IPython understands is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

# Cell magics whose cell still runs as Python in the notebook's own names.
TRANSPARENT = frozenset({"time", "capture", "prun"})
_MAGIC = re.compile(r"[%!?]|[\w.]+\?{1,2}\s*$|[\w., \t]+=\s*[%!]")
_FUTURE = re.compile(r"from +__future__ +import(?: +\w+,?)+")
_OPEN = re.compile(r"""[rRbBuUfFtT]{0,2}('{3}|"{3}|'|")|[#()\[\]{}\\]""")


@dataclass(frozen=True)
class Left:
    """A line that was left out, of the code cell with this number, counted from 1."""

    cell: int
    line: str


class _Row(Enum):
    STARTS = "starts"
    GOES_ON = "goes on"
    MAGIC = "magic"
    MAGIC_GOES_ON = "magic goes on"


def joined(cells: Sequence[str]) -> tuple[str, list[Left]]:
    """The cells as one text, and what was left out. A left out line is a `pass`, so that blocks stay whole."""
    futures: list[str] = []
    lines: list[str] = []
    left: list[Left] = []
    for number, cell in enumerate(cells, 1):
        rows = cell.replace("\r\n", "\n").split("\n")
        first = next((row for row in rows if row.strip()), "")
        if first.startswith("%%"):
            left.append(Left(number, first.strip()))
            if (first[2:].split() or [""])[0] not in TRANSPARENT:
                continue
            rows = rows[rows.index(first) + 1 :]
        lines.append(f"# code cell {number}")
        for row, what in zip(rows, _kinds(rows), strict=True):
            if what is _Row.MAGIC:
                left.append(Left(number, row.strip()))
                lines.append(row[: len(row) - len(row.lstrip())] + "pass")
            elif what is _Row.MAGIC_GOES_ON:
                lines.append("")
            elif what is _Row.STARTS and len(row) < 200 and _FUTURE.fullmatch(row.rstrip()):
                futures.append(row)
                lines.append("")
            else:
                lines.append(row)
        lines.append("")
    return "\n".join([*dict.fromkeys(futures), *lines]), left


def _kinds(rows: Sequence[str]) -> Iterator[_Row]:
    """What each line is. A `%` inside brackets, strings and continued lines is Python's own."""
    depth, quote, continued, magic = 0, "", False, False
    for row in rows:
        starts = not (depth or quote or continued)
        if magic or (starts and _MAGIC.match(row.lstrip())):
            yield _Row.MAGIC_GOES_ON if magic else _Row.MAGIC
            magic = row.endswith("\\")
            continue
        yield _Row.STARTS if starts else _Row.GOES_ON
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
