"""Values and student text as safe, short text: every report prints these strings and nothing rawer."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader import words

MAX_ENTRIES = 24


def clean(text: str, keep: str = "") -> str:
    """The text with control characters, ANSI sequences' escapes, bidi overrides and surrogates shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter in keep or unicodedata.category(letter)[0] != "C" else _escape(letter) for letter in text
    )


def few(names: Sequence[str], most: int) -> str:
    """The first names, clean, and how many more there are."""
    more = words.AND_MORE.format(count=len(names) - most) if len(names) > most else ""
    return clean(", ".join(names[:most])) + more


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def number(value: float, digits: int = 6) -> str:
    """A number with so many significant digits, integers without a point."""
    return f"{value:.{digits}g}"


def points(value: float) -> str:
    """Points as they stand everywhere: two decimals, none that says nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def array(values: Any, digits: int = 6) -> str:
    """A number or nested list, cut after 24 entries."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0:
        return number(float(values), digits)
    if values.size > MAX_ENTRIES:
        return f"array of shape {values.shape}, first entries {array(values.reshape(-1)[:6], digits)}"
    return "[" + ", ".join(array(part, digits) for part in values) + "]"


def pair(yours: Any, expected: Any) -> tuple[str, str]:
    """Two values with as many digits as it takes to see a difference that counts."""
    for digits in (6, 9, 12):
        left, right = array(yours, digits), array(expected, digits)
        if left != right:
            return left, right
    return array(yours), array(expected)


def plain_input(value: Any) -> str:
    """An input exactly as it was given, ready to paste."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    return repr(value)


def joined(parts: list[str]) -> str:
    """One value as it is, several as a tuple."""
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
