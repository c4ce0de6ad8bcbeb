"""Names the slip of the pen in a line that is no YAML: a cause is told only where its mend makes YAML of the line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from .plain_yaml import parse
from .unreadable import UnreadableData

MAX_LINES = 12  # of a piece that are looked at, the faulty one among the last of them
MAX_LINE = 2000  # a longer line keeps the parser's own words
ODD_SPACES = "\u00a0\u1680\u180e\u2000-\u200b\u202f\u205f\u3000\ufeff"
ODD_INDENT = re.compile(rf"[ ]*[\t{ODD_SPACES}]")
_SPACES = re.compile(rf"[\t{ODD_SPACES}]")
_INDENT = re.compile(rf"[ \t{ODD_SPACES}]*")
_NAMED = {"\t": "tabs", "\u00a0": "no-break spaces", "\u3000": "full-width spaces"}
_KEY = r"[ ]*(?:- )?[\"'(]?[\w.]{1,20}[\"')]?"
COLONS = "：﹕︓∶꞉"  # what looks like a colon and is none
_COLON = re.compile(rf"({_KEY})[ ]*[{COLONS}]\s*")
_TIGHT = re.compile(rf"({_KEY}):(?=[^\s:])")
_NO_COLON = re.compile(r"([ ]*)([\w.]{1,12})[ ]*(?:#.*)?$")
_ANSWER = re.compile(rf"({_KEY}[ ]*:[ ]+)(?![\"'|>])(.+)$")
_NESTED = re.compile(rf"({_KEY}):[ ]+(?![ ])({_KEY}):[ ]+(.*)$")
FULL_WIDTH = "the colon is a full-width one: type : and a space"
SPACE_MISSING = "a space is missing behind the colon: write `key: answer`"
_SPACED = re.compile(rf"({_KEY}:)([{ODD_SPACES}])")
_PART = re.compile(r"(\w{1,20}):[ ]")
_PARTS = re.compile(rf"({_KEY}):[ ]+(\w{{1,20}}:[ ][^,:]+(?:,[ ]*\w{{1,20}}:[ ][^,:]+)+)$")
_CURLY = re.compile(r"[“”„‟«»]")


def cause(lines: Sequence[str], start: int, fault: UnreadableData, top: bool) -> UnreadableData:
    """The fault with its line in the file and its true cause; `start` lines of the file come before these, and `top`
    says whether they begin with an exercise."""
    last = min(max(fault.line, 1), len(lines))
    for number in range(max(0, last - MAX_LINES), last):
        if len(lines[number]) > MAX_LINE or not _SPACES.sub("", lines[number]).isprintable():
            continue
        above = lines[number - 1] if number else None
        below = lines[number + 1] if number + 1 < len(lines) else ""
        for column, mended, why in _mends(lines[number], above, below, top and not number):
            if _explains(lines, number, mended):
                return UnreadableData(start + number + 1, column, why)
    return UnreadableData(start + fault.line, fault.column, fault.why)


def odd_indent(line: str) -> tuple[int, str] | None:
    """The column where something else than a space stands in the line's indentation, and what to do about it."""
    indent = _INDENT.match(line)[0]  # type: ignore[index]
    sign = next((sign for sign in indent if sign != " "), "")
    if not sign or not line.strip():
        return None
    return indent.index(sign) + 1, f"indent with spaces, not with {_called(sign)}"


def _called(space: str) -> str:
    return _NAMED.get(space, f"an unusual kind of space (U+{ord(space):04X})")


def _explains(lines: Sequence[str], number: int, mended: str) -> bool:
    """Whether with this line mended all are YAML; or, for more slips than one, all down to it, and only so."""
    before = [*lines[:number], mended]
    return _is_yaml([*before, *lines[number + 1 :]]) or (_is_yaml(before) and not _is_yaml(lines[: number + 1]))


def _is_yaml(lines: Sequence[str]) -> bool:
    """Whether the lines are keys with answers."""
    try:
        return isinstance(parse("\n".join(lines)).data, dict)
    except UnreadableData:
        return False


def _mends(line: str, above: str | None, below: str, top: bool) -> Iterator[tuple[int, str, str]]:
    """What the line may have been meant to be: the column of the slip, the line without it, and what it is called."""
    if odd := odd_indent(line):
        indent = _INDENT.match(line)[0]  # type: ignore[index]
        line = " " * len(indent) + line[len(indent) :]  # what else is wrong with it is found as well
        yield odd[0], line, odd[1]
    if found := _COLON.match(line):
        yield found.end(1) + 1, f"{found[1]}: {line[found.end() :]}", FULL_WIDTH
    if found := _TIGHT.match(line):
        yield found.end() + 1, f"{found[1]}: {line[found.end() :]}", SPACE_MISSING
    if found := _NO_COLON.match(line):
        yield found.end(2) + 1, f"{found[1]}{found[2]}:", f"a colon is missing behind `{found[2]}`"
    if _CURLY.search(line):
        place = _CURLY.search(line).start() + 1  # type: ignore[union-attr]
        yield place, _CURLY.sub('"', line), 'these are no quotes to YAML: type plain "double quotes"'
    depth = len(line) - len(line.lstrip(" "))
    level = depth if above is None else len(above) - len(above.lstrip(" "))
    if depth != level:
        yield depth + 1, " " * level + line[depth:], f"it is indented by {depth}, the line above by {level}"
    if top and (found := _NESTED.match(line)):
        deeper = max(len(below) - len(below.lstrip(" ")), 1)
        key, inner = found[1].strip(), found[2].strip()
        why = f"write `{inner}: ` in a line of its own below `{key}:`, indented"
        yield found.start(2) + 1, f"{found[1]}:\n{' ' * deeper}{found[2]}: {found[3]}", why
    if found := _SPACED.match(line):
        why = f"type a plain space behind the colon, not {_called(found[2])}"
        yield found.end(1) + 1, f"{found[1]} {line[found.end() :]}", why
    if found := _PARTS.match(line):
        parts = ", ".join(f"{part}: ..." for part in _PART.findall(found[2]))
        why = f"an answer of several parts goes into braces: write `{found[1].strip()}: {{{parts}}}`"
        yield found.end(1) + 1, f"{found[1]}: {{{found[2]}}}", why
    if (found := _ANSWER.match(line)) and found[2][:1] not in "[{":
        why = "YAML takes a sign of this answer for its own: put the answer in 'single quotes'"
        yield found.end(1) + 1, found[1] + json.dumps(found[2], ensure_ascii=False), why
