"""Notes where a derivative seems to be computed numerically, which cannot be seen from its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grader.base.text import escape_controls
from grader.checks.notebook_places import place
from grader.model import Notebook
from grader.sandbox.requests import FunctionOutline

# What makes complex numbers in Python's text: a literal, or the name of a type.
_COMPLEX = re.compile(r"[\d.]j\b|complex|cdouble|csingle", re.IGNORECASE)


def may_have_notes(derives: tuple[str, str], text: str) -> bool:
    """Whether there may be a note on a file with this text, which its outline then tells: most have nothing like it."""
    name = derives[1].rpartition(".")[2]
    calls = re.findall(rf"(?<!def )\b{re.escape(name)}\s*\(", text) if name else []
    return len(calls) > 1 or _COMPLEX.search(text) is not None


def notes(
    derives: tuple[str, str], functions: Mapping[str, FunctionOutline], file: str, notebooks: Mapping[str, Notebook]
) -> Iterator[str]:
    """A note where the first function, which must be the derivative of the second, has complex numbers in it or calls
    the second more than once: a formula needs neither, and may call it once for its value."""
    backward, forward = derives
    found = functions.get(backward)
    if found is None:
        return
    where = place(file, found.line, notebooks)
    name = forward.rpartition(".")[2]
    times = found.calls.get(name, 0) if name else 0
    if found.complex:
        does = "uses complex numbers, as a derivative by a complex step does"
    elif times > 1:
        does = f"calls {escape_controls(forward)} {times} times, as a derivative by differences does"
    else:
        return
    yield (
        f"for the instructor: {escape_controls(backward)} ({where}) {does}. Its numbers are correct; you decide "
        "whether a formula was required."
    )
