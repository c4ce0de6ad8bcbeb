"""Tells the reader of a report where a derivative seems to be taken numerically, which its numbers cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.base.text import escape_controls
from grader.checks.notebook_places import place
from grader.model import Notebook
from grader.sandbox.requests import FunctionOutline


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
        yield (
            f"for the reader: {escape_controls(backward)} ({where}) uses complex numbers, as a derivative by "
            "a complex step does. Its numbers are right; you decide whether a formula was required."
        )
    elif times > 1:
        yield (
            f"for the reader: {escape_controls(backward)} ({where}) calls {escape_controls(forward)} {times} "
            "times, as a derivative by differences does. Its numbers are right; whether a formula was asked "
            "for is yours to say."
        )
