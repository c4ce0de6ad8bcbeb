"""Which files of a submission are still the template's, whatever was added in comments and blank lines."""

from __future__ import annotations

import functools


@functools.lru_cache(maxsize=64)  # the checks of an exercise ask for the same few files, one after the other
def is_untouched(text: str, template: str) -> bool:
    """Whether there is no line of code in one that is not in the other."""
    return text == template or _code(text) == _code(template)


def _code(text: str) -> list[str]:
    """The lines of code as Python ends lines, without what ends a line to no effect."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.rstrip(" \t") for line in lines if line.strip(" \t") and not line.lstrip(" \t").startswith("#")]
