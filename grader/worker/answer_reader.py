"""Reads written answers: what is YAML in a text; of every line that is not, its place and the reason.

Where the whole is not YAML, it is cut at its lowest indentation, and what fails again is cut once more: a mistake costs
its own line, not the file. Nothing is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .plain_yaml import parse
from .unreadable import UnreadableData
from .yaml_mistakes import ODD_INDENT, cause, odd_indent

MAX_DEPTH = 3  # exercise, answer, part: what is deeper is reported with its part
MAX_PIECES = 1000  # each costs a tenth of a millisecond at least; the template has 40
MAX_FAULTS = 300  # far more than anybody corrects one by one; the template has fewer lines
MAX_TEXT = 2000  # letters of what is lost with a fault, for the instructor who reads it; an answer has some tens
MAX_REASON = 300  # letters of a reason: it may quote a line, which a student made of any length
MAX_KEY = 100  # letters of a line that is tried as a key alone; exercises' and answers' ids have some ten
BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line in YAML
_MARK = re.compile(r"(?:---|\.\.\.)(?=\s|$)|%")  # of documents
_CLOSING = ("}", "]", ")")
TWICE = "`{key}:` appears twice: keep one"
NO_KEY = "this is not a key with an answer: write `a: your answer`"


@dataclass
class _Found:
    """The places of all keys, what was not read, and how many pieces were tried.

    A fault is [line, column, why, text, path]: the text is all that is lost with it, the path the keys above.
    """

    keys: list[list[Any]] = field(default_factory=list)
    faults: list[list[Any]] = field(default_factory=list)
    pieces: int = 0

    def fault(self, fault: UnreadableData, lines: Sequence[str], path: Sequence[str]) -> None:
        """Notes what cannot be read. Raises UnreadableData where there is too much of it."""
        if len(self.faults) >= MAX_FAULTS:
            raise UnreadableData(fault.line, 1, f"more than {MAX_FAULTS} lines cannot be read", limit=True)
        text = "\n".join(lines).strip("\n")[:MAX_TEXT]
        self.faults.append([fault.line, fault.column, fault.why[:MAX_REASON], text, list(path)])


def answers(text: str) -> dict[str, Any]:
    """The data in a text, its keys as [line, column, path], and its faults. Raises UnreadableData past a limit."""
    try:
        whole = parse(text)
        return {"data": whole.data, "keys": whole.keys, "faults": []}
    except UnreadableData as fault:
        if fault.limit:
            raise
        first = fault
    found = _Found()
    data = _level(BREAK.split(text), 0, (), found)
    if not found.faults and "second document" not in first.why:
        raise first  # each part alone is YAML, the whole is not: nobody knows which part is to blame
    return {"data": data, "keys": found.keys, "faults": found.faults}


def _level(lines: Sequence[str], start: int, path: tuple[str, ...], found: _Found) -> dict[str, Any]:
    """The mapping in lines of one level below `path`; `start` lines of the file come before them."""
    data: dict[str, Any] = {}
    first: dict[str, tuple[int, Sequence[str]]] = {}
    for at, piece in _pieces(lines, not path):
        found.pieces += 1
        if found.pieces > MAX_PIECES:
            raise UnreadableData(
                start + at + 1, 1, f"too many lines to try one by one (more than {MAX_PIECES})", limit=True
            )
        for key, value in _piece(piece, start + at, path, found).items():
            if key in first:
                if key in data:
                    line, lost = first[key]
                    found.fault(UnreadableData(line, 1, TWICE.format(key=key)), lost, (*path, key))
                    del data[key]
                found.fault(UnreadableData(start + at + 1, 1, TWICE.format(key=key)), piece, (*path, key))
            else:
                data[key], first[key] = value, (start + at + 1, piece)
    return data


def _piece(lines: Sequence[str], start: int, path: tuple[str, ...], found: _Found) -> dict[str, Any]:
    """The keys and values of one piece, as far as they can be read."""
    if odd := odd_indent(lines[0]):
        found.fault(UnreadableData(start + 1, *odd), lines, path)
        return {}
    try:
        read = parse("\n".join(lines))
    except UnreadableData as fault:
        if fault.limit:
            raise
        head = _head(lines[0])
        if head is not None and any(map(_holds, lines[1:])) and len(path) < MAX_DEPTH:
            found.keys.append([start + 1, 1, [*path, head]])
            faults, keys = len(found.faults), len(found.keys)
            inner = _level(lines[1:], start + 1, (*path, head), found)
            if len(found.faults) > faults:
                return {head: inner}
            del found.keys[keys:]
        found.fault(cause(lines, start, fault, not path), lines, path)
        return {}
    if isinstance(read.data, dict):
        found.keys += [[start + line, column, [*path, *keys]] for line, column, keys in read.keys]
        return read.data
    if read.data:
        found.fault(cause(lines, start, UnreadableData(1, 1, NO_KEY), not path), lines, path)
    return {}


def _head(line: str) -> str | None:
    """The key in a line that is a key and nothing else."""
    plain = line.partition(" #")[0].rstrip()
    if not plain.endswith(":") or len(plain) > MAX_KEY:
        return None
    try:
        data = parse(plain).data
    except UnreadableData:
        return None
    return next(iter(data)) if isinstance(data, dict) and [*data.values()] == [""] else None


def _pieces(lines: Sequence[str], top: bool) -> Iterator[tuple[int, list[str]]]:
    """The lines cut before each that stands at their lowest indentation; below the `top`, also before each that is
    indented with something else than spaces."""
    plain = [line for line in lines if _holds(line) and not ODD_INDENT.match(line)]
    lowest = min(map(_indent, plain), default=0)
    at, piece = 0, list[str]()
    for number, line in enumerate(lines):
        begins = (
            not top
            if ODD_INDENT.match(line)
            else (_indent(line) == lowest and not line.lstrip(" ").startswith(_CLOSING) and not _is_item(line, piece))
        )
        if begins and _holds(line):
            if any(map(_holds, piece)):
                yield at, piece
            at, piece = number, []
        piece.append("" if _MARK.match(line) else line)
    if any(map(_holds, piece)):
        yield at, piece


def _is_item(line: str, piece: Sequence[str]) -> bool:
    """Whether it is an item of a list that stands as far to the left as its key."""
    return line.lstrip(" ").startswith("- ") and any(map(_holds, piece))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _holds(line: str) -> bool:
    """Whether there is more in a line than spaces and a comment."""
    text = line.strip()
    return bool(text) and not text.startswith("#") and not _MARK.match(line)
