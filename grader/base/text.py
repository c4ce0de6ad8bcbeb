"""Text that is safe to print wherever it goes: control characters shown as escapes, lists cut short, points."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


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


def points(value: float) -> str:
    """Points as they stand everywhere: two decimals, none that says nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
