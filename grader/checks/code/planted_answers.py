"""What a report says of a gradient checker's answer to a planted gradient, and of how it calls the planted function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths import display
from grader.model import AskedPoints
from grader.sandbox.answers import Answer, Bools, describe

USUAL_STEP = 1e-5  # as in the course; only pictures and hints rest on it
MOST_CALLS, MOST_SHOWN = 12, 6  # calls and entries of the point that a picture shows: more are no help
_DESCRIPTIONS = {
    "exact": "the exact one",
    "tiny": "off by a factor of 1 + 1e-9",
    "quotient": "the central difference quotient for this epsilon, to the last digit",
    "derivative": "the derivative itself, which is far from the quotient with this epsilon",
    "double": "twice the true one",
    "half": "half the true one",
    "five-percent": "5 % too large",
    "too-large": "too large in every entry",
    "too-small": "too small in every entry",
    "negated": "the true one negated",
    "zero": "all zero",
    "nan": "NaN in its last entry",
    "first-off": "right except for its first entry",
    "last-off": "right except for its last entry",
    "reversed": "the true one in reversed order",
    "cancelling": "two errors that add up to zero",
    "keeps-dot": "two errors that cancel in x · gradient",
    "keeps-norm": "two wrong entries that leave its norm unchanged",
    "keeps-signs": "wrong in every entry, each with the right sign",
}


def misjudged(plant: str, accepted: bool) -> str:
    """The sentence for a checker that accepted a wrong gradient or rejected a right one."""
    description = _DESCRIPTIONS[plant]
    return (
        f"a wrong gradient is accepted ({description})" if accepted else f"a right gradient is rejected ({description})"
    )


def not_a_bool(answer: Answer) -> str:
    """The sentence for a checker that returned neither True nor False."""
    if isinstance(answer, Bools):
        return "returned an array of booleans; return one True or False (`np.all(...)`)"
    return f"returned {describe(answer)}; return True or False"


def not_numbers(answer: Answer) -> str:
    """The sentence for a planted function that was called with something else than a point."""
    return f"f was called with {describe(answer)}, which is neither a number nor an array"


def never_called_away(function: str, at: str) -> str:
    """The end of a sentence on a checker that called the planted function at no other point."""
    return f"; {function} was never called at a point other than {at}"


def claims(claimed: Any, true: Any) -> str:
    """Both gradients, for the evidence."""
    return f"claimed gradient {display.array(claimed)}, true gradient {display.array(true)}"


def asked_points(
    at: str, point: NDArray[np.float64], calls: Sequence[NDArray[np.float64]], step: float
) -> AskedPoints | None:
    """The points at which the function was called, those at which an early entry is moved first; None where it was not
    called. The order of the calls is no part of it: the same checker may call in another one in another run."""
    if not calls:
        return None
    entries = tuple(f"{at}{list(map(int, index))}" if index else at for index in np.ndindex(point.shape))
    offsets = {tuple(map(_short, np.asarray(call - point, np.float64).reshape(-1)[:MOST_SHOWN])) for call in calls}
    shown = sorted(offsets, key=lambda offset: ([not entry for entry in offset] if any(offset) else [], offset))
    return AskedPoints(at, step, entries[:MOST_SHOWN], tuple(shown[:MOST_CALLS]))


def _short(offset: float) -> float:
    """A few digits of an offset; 0 for what is no number."""
    return float(f"{offset:.3g}") if np.isfinite(offset) else 0.0
