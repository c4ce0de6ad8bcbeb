"""Small texts that are written one way everywhere: escaped, abbreviated, counted, pointed at, guessed at."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

# Comparing takes the square of a name's length; no name that a person types is longer.
LONGEST_COMPARED = 80
# Points have at most six decimals (typed ones; reports show two): far below any difference that is meant, and far above
# the rounding of a sum of a hundred of them (about 1e-14 each).
POINTS_ROUNDING = 1e-9


def escape_controls(text: str, keep: str = "") -> str:
    """The text with control characters, ANSI sequences' escapes, bidi overrides and surrogates shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter in keep or unicodedata.category(letter)[0] != "C" else _escape(letter) for letter in text
    )


def abbreviate(names: Sequence[str], most: int) -> str:
    """The first names, escaped, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return escape_controls(", ".join(names[:most])) + more


def points(value: float, digits: int = 2) -> str:
    """Points as written everywhere: at most so many decimals without trailing zeros, no exponent, halves rounded up."""
    exact = Decimal(repr(round(value, 9)))  # 0.1 + 0.2 is 0.3
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def amount(value: float) -> str:
    """Points with their noun: `1 point`, `2.5 points`."""
    text = points(value)
    return f"{text} point{'' if text == '1' else 's'}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """A count and its noun: `1 check`, `2 checks`, `3 entries` (where `nouns` says so)."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def enumerate_names(names: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known name that is most like this one, "" where none is like it.

    Names that differ in letter case alone come first. Long ones are not compared.
    """
    names = [one for one in known if len(one) <= LONGEST_COMPARED]
    if len(name) > LONGEST_COMPARED:
        return ""
    folded = [one for one in names if one.lower() == name.lower()]
    return (folded or difflib.get_close_matches(name, names, 1, cutoff) or [""])[0]


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The end of a sentence on an unknown name: `; did you mean X?`, or nothing."""
    found = closest(name, known, cutoff)
    return f"; did you mean `{escape_controls(found)}`?" if found else ""


def pointed(source: str, line: int, column: int, width: int = 1) -> str:
    """A line of a file with its number, and carets below `width` characters from `column` (both from 1)."""
    caret = " " * max(0, min(column - 1, len(source))) + "^" * max(1, width)
    return f"{line:5} | {source}\n      | {caret}"


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
