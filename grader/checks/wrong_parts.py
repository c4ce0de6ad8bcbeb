"""The wrong parts of a result by name, each as it is and as it should be; of small arrays every entry."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from grader.checks.program import Trial
from grader.maths import display
from grader.maths.compare import Mismatch
from grader.model import ComparedEntry, WrongPart
from grader.sandbox.answers import Array

MOST_ENTRIES = 36  # of a grid that a page 360 pixels wide can show beside its numbers
MOST_COLUMNS = 8
DIGITS = 4  # of an entry in a grid: the numbers in full stand beside it
NEAR = 1e-3  # entries closer than this look alike in so many digits


def wrong_parts(
    trial: Trial, found: Mapping[int, Array], bad: Mapping[int, Mismatch], allowed: Mapping[int, NDArray[np.float64]]
) -> tuple[WrongPart, ...]:
    """The parts that differ; `allowed` is how far each of their entries may be off."""
    parts = []
    for index in sorted(bad):
        values, expected = found[index].values, trial.expected[index]
        yours, right = display.pair(values, expected)
        name = trial.members[index][0] if trial.members[index] else ""
        parts.append(WrongPart(name, yours, right, _rows(values, expected, allowed[index])))
    return tuple(parts)


def _rows(
    values: NDArray[np.float64], expected: NDArray[np.float64], allowed: NDArray[np.float64]
) -> tuple[tuple[ComparedEntry, ...], ...]:
    if values.ndim not in (1, 2) or not 0 < values.size <= MOST_ENTRIES or values.shape[-1] > MOST_COLUMNS:
        return ()
    with np.errstate(all="ignore"):
        off = ~(np.abs(values - expected) <= allowed)
    rows = zip(*(np.atleast_2d(array) for array in (values, expected, off)), strict=True)
    return tuple(tuple(_entry(*entry) for entry in zip(*row, strict=True)) for row in rows)


def _entry(yours: float, expected: float, wrong: bool) -> ComparedEntry:
    if not wrong:
        return ComparedEntry(display.number(yours, DIGITS), display.number(expected, DIGITS), False)
    near = abs(yours - expected) < NEAR * abs(expected)
    left, right = (
        display.pair(yours, expected) if near else (display.number(yours, DIGITS), display.number(expected, DIGITS))
    )
    return ComparedEntry(left, right, True)
