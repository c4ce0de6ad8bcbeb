"""Finds the mistake in a line that is not YAML: a cause is named only where its correction makes the line YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from .plain_yaml import parse
from .unreadable import UnreadableData

# What limits the work on one fault: each line is parsed with each of some ten corrections.
MAX_LINES = 12  # of a piece that are looked at, the faulty one among the last; the parser notices a mistake a bit later
MAX_LINE = 2000  # letters; a longer line keeps the parser's own words
ODD_SPACES = "\u00a0\u1680\u180e\u2000-\u200b\u202f\u205f\u3000\ufeff"
ODD_INDENT = re.compile(rf"[ ]*[\t{ODD_SPACES}]")
_SPACES = re.compile(rf"[\t{ODD_SPACES}]")
_INDENT = re.compile(rf"[ \t{ODD_SPACES}]*")
_NAMED = {"\t": "tabs", "\u00a0": "no-break spaces", "\u3000": "full-width spaces"}
_KEY = r"[ ]*(?:- )?[\"'(]?[\w.]{1,20}[\"')]?"
COLONS = "：﹕︓∶꞉"  # what looks like a colon but is another character
_COLON = re.compile(rf"({_KEY})[ ]*[{COLONS}]\s*")
_TIGHT = re.compile(rf"({_KEY}):(?=[^\s:])")
_NO_COLON = re.compile(r"([ ]*)([\w.]{1,12})[ ]*(?:#.*)?$")
_ANSWER = re.compile(rf"({_KEY}[ ]*:[ ]+)(?![\"'|>])(.+)$")
_NESTED = re.compile(rf"({_KEY}):[ ]+(?![ ])({_KEY}):[ ]+(.*)$")
FULL_WIDTH = "this is a full-width colon: type a plain : and a space"
SPACE_MISSING = "a space is missing after the colon: write `key: answer`"
_SPACED = re.compile(rf"({_KEY}:)([{ODD_SPACES}])")
_PART = re.compile(r"(\w{1,20}):[ ]")
_PARTS = re.compile(rf"({_KEY}):[ ]+(\w{{1,20}}:[ ][^,:]+(?:,[ ]*\w{{1,20}}:[ ][^,:]+)+)$")
_CURLY = re.compile(r"[“”„‟«»]")


def cause(lines: Sequence[str], start: int, fault: UnreadableData, top: bool) -> UnreadableData:
    """The fault with its line in the file and its true cause, where one is found.

    `start` lines of the file come before these; `top` says whether they begin with an exercise.
    """
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
    """The column of the first character in the line's indentation that is not a space, and what to do about it."""
    indent = _INDENT.match(line)[0]  # type: ignore[index]
    sign = next((sign for sign in indent if sign != " "), "")
    if not sign or not line.strip():
        return None
    return indent.index(sign) + 1, f"indent with spaces, not with {_called(sign)}"


def _called(space: str) -> str:
    return _NAMED.get(space, f"an unusual kind of space (U+{ord(space):04X})")


def _explains(lines: Sequence[str], number: int, mended: str) -> bool:
    """Whether with this line corrected all are YAML; or, for several mistakes, all down to it, and only so."""
    before = [*lines[:number], mended]
    return _is_yaml([*before, *lines[number + 1 :]]) or (_is_yaml(before) and not _is_yaml(lines[: number + 1]))


def _is_yaml(lines: Sequence[str]) -> bool:
    """Whether the lines are keys with answers."""
    try:
        return isinstance(parse("\n".join(lines)).data, dict)
    except UnreadableData:
        return False


def _mends(line: str, above: str | None, below: str, top: bool) -> Iterator[tuple[int, str, str]]:
    """What the line may have been meant to be: the column of the mistake, the line without it, and what to say."""
    if odd := odd_indent(line):
        indent = _INDENT.match(line)[0]  # type: ignore[index]
        line = " " * len(indent) + line[len(indent) :]  # what else is wrong with it is found as well
        yield odd[0], line, odd[1]
    if found := _COLON.match(line):
        yield found.end(1) + 1, f"{found[1]}: {line[found.end() :]}", FULL_WIDTH
    if found := _TIGHT.match(line):
        yield found.end() + 1, f"{found[1]}: {line[found.end() :]}", SPACE_MISSING
    if found := _NO_COLON.match(line):
        yield found.end(2) + 1, f"{found[1]}{found[2]}:", f"a colon is missing after `{found[2]}`"
    if _CURLY.search(line):
        place = _CURLY.search(line).start() + 1  # type: ignore[union-attr]
        yield place, _CURLY.sub('"', line), 'YAML does not know these quotes: type plain "double quotes"'
    depth = len(line) - len(line.lstrip(" "))
    level = depth if above is None else len(above) - len(above.lstrip(" "))
    if depth != level:
        yield depth + 1, " " * level + line[depth:], f"this line is indented by {depth}, the line above by {level}"
    if top and (found := _NESTED.match(line)):
        deeper = max(len(below) - len(below.lstrip(" ")), 1)
        key, inner = found[1].strip(), found[2].strip()
        why = f"write `{inner}: ` on its own line below `{key}:`, indented"
        yield found.start(2) + 1, f"{found[1]}:\n{' ' * deeper}{found[2]}: {found[3]}", why
    if found := _SPACED.match(line):
        why = f"type a plain space after the colon, not {_called(found[2])}"
        yield found.end(1) + 1, f"{found[1]} {line[found.end() :]}", why
    if found := _PARTS.match(line):
        parts = ", ".join(f"{part}: ..." for part in _PART.findall(found[2]))
        why = f"put an answer of several parts in braces: write `{found[1].strip()}: {{{parts}}}`"
        yield found.end(1) + 1, f"{found[1]}: {{{found[2]}}}", why
    if (found := _ANSWER.match(line)) and found[2][:1] not in "[{":
        why = "a character of this answer means something else in YAML: put the answer in 'single quotes'"
        yield found.end(1) + 1, found[1] + json.dumps(found[2], ensure_ascii=False), why
