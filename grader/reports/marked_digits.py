"""Two numbers, or lists of numbers, cut into pieces: those in which they differ are marked."""

from __future__ import annotations

import itertools
import re

from grader.model.dataclass import dataclass

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)")
LONGEST = 400  # characters that are compared: what is longer is cut by those who show it


@dataclass(frozen=True)
class TextPiece:
    """A piece of a text, `marked` where the other text differs."""

    text: str
    marked: bool


def marked_digits(yours: str, expected: str) -> tuple[list[TextPiece], list[TextPiece]]:
    """Both texts in pieces. Numbers are compared one by one where there are as many; other text as a whole."""
    left, right = _NUMBER.findall(yours[:LONGEST]), _NUMBER.findall(expected[:LONGEST])
    if not left or len(left) != len(right):
        return [TextPiece(yours, yours != expected)], [TextPiece(expected, yours != expected)]
    return _pieces(yours, left, right), _pieces(expected, right, left)


def _pieces(text: str, own: list[str], other: list[str]) -> list[TextPiece]:
    found, at = [], 0
    for mine, theirs in zip(own, other, strict=True):
        start = text.index(mine, at)
        found += [TextPiece(text[at:start], False), *_split(mine, theirs)]
        at = start + len(mine)
    found.append(TextPiece(text[at:], False))
    return [
        TextPiece("".join(piece.text for piece in run), marked)
        for marked, run in itertools.groupby((piece for piece in found if piece.text), key=lambda piece: piece.marked)
    ]


def _split(mine: str, theirs: str) -> list[TextPiece]:
    """The digits up to the first that differs, and the rest; of numbers that differ in sign alone, the sign."""
    if mine == theirs:
        return [TextPiece(mine, False)]
    if mine.lstrip("-") == theirs.lstrip("-") and mine.startswith("-"):
        return [TextPiece("-", True), TextPiece(mine[1:], False)]
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(mine, theirs, strict=False)))
    return [TextPiece(mine[:same], False), TextPiece(mine[same:], True)]
