"""Unicode's form NFKC of a text in linear time: of a long run of marks, which takes its square, few are kept."""

from __future__ import annotations

import functools
import re
import unicodedata

MOST_MARKS = 30  # what Unicode's "stream-safe text" allows on one letter; no language has more than a few


def compatible(text: str) -> str:
    """The text in form NFKC, with at most so many marks on a letter."""
    if text.isascii():
        return text
    if sum(map(bool, map(unicodedata.combining, text))) > MOST_MARKS:  # else no run is long, and its pattern not needed
        text = _marks().sub(lambda run: run[1], text)
    return unicodedata.normalize("NFKC", text)


@functools.cache
def _marks() -> re.Pattern[str]:
    """A run of marks that is too long, its beginning as a group. No letter from U+1F000 on is a mark."""
    marks = "".join(letter for letter in map(chr, range(0x1F000)) if unicodedata.combining(letter))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")
