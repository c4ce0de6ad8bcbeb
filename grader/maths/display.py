"""Values and student text as safe, short text: every report prints these strings and nothing rawer."""

from __future__ import annotations

from typing import Any

import numpy as np

MAX_ENTRIES = 24  # what a line or two of a report can hold


def number(value: float, digits: int = 6) -> str:
    """A number with so many significant digits, integers without a point."""
    return f"{value:.{digits}g}"


def array(values: Any, digits: int = 6) -> str:
    """A number or nested list, cut after 24 entries."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0:
        return number(float(values), digits)
    if values.size > MAX_ENTRIES:  # the first six show what kind of numbers they are
        return f"array of shape {values.shape}, first entries {array(values.reshape(-1)[:6], digits)}"
    return "[" + ", ".join(array(part, digits) for part in values) + "]"


def truths(values: Any) -> str:
    """True or False for each number of an array, cut as `array` does."""
    values = np.asarray(values)
    if values.ndim == 0:
        return str(bool(values))
    if values.size > MAX_ENTRIES:
        return f"array of shape {values.shape}, first entries {truths(values.reshape(-1)[:6])}"
    return "[" + ", ".join(map(truths, values)) + "]"


def pair(yours: Any, expected: Any) -> tuple[str, str]:
    """Two values with as many digits as it takes to see a difference that counts."""
    for digits in (6, 9, 12):  # what is above the tolerance of 1e-6 is seen in nine digits
        left, right = array(yours, digits), array(expected, digits)
        if left != right:
            return left, right
    return array(yours), array(expected)


def plain_input(value: Any) -> str:
    """An input, every digit of it, ready to paste."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    return repr(value)


def joined(parts: list[str]) -> str:
    """One value as it is, several as a tuple."""
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
