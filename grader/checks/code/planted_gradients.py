"""The gradients that are planted for a checker: right ones, and wrong ones of every kind.

What is claimed is drawn first, and what is true follows from it: a wrong plant has its error in the values of the
function. So the value and the claimed gradient at the point do not show which it is, except for `zero` and `nan`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Gradient = NDArray[np.float64]
True_ = Callable[[Gradient, Gradient], Gradient]
"""The true gradient, made of the claimed one and the point."""
Plant = Literal[
    "exact", "tiny", "quotient", "derivative", "double", "half", "five-percent", "too-large", "too-small", "negated",
    "zero", "nan", "first-off", "last-off", "reversed", "cancelling", "keeps-dot", "keeps-norm", "keeps-signs",
]  # fmt: skip
RESTORED = 1e-12  # far above the rounding of x + e - 2 e + e, far below any step
SMALLEST_WRONG = 0.04  # of the largest entry: checkers that allow errors of 1 % must still see it


def _off(index: int) -> True_:
    def off(claimed: Gradient, x: Gradient) -> Gradient:
        true: Gradient = claimed.copy()
        true.flat[index] /= 1.6
        return true

    return off


def _with_ends(claimed: Gradient, first: float, last: float) -> Gradient:
    """The gradient with so much added to its first entry and to its last."""
    true: Gradient = claimed.copy()
    true.flat[0] += first
    true.flat[-1] += last
    return true


def _cancelling(claimed: Gradient, x: Gradient) -> Gradient:
    error = 0.5 * float(np.max(np.abs(claimed)))
    return _with_ends(claimed, -error, error)


def _keeps_dot(claimed: Gradient, x: Gradient) -> Gradient:
    """x · g stays what it is: for a homogeneous f, Euler's identity would see no error."""
    first, last = float(x.flat[0]), float(x.flat[-1])
    error = 0.5 * float(np.max(np.abs(claimed))) / max(abs(first), abs(last))
    return _with_ends(claimed, error * last, -error * first)


def _keeps_norm(claimed: Gradient, x: Gradient) -> Gradient:
    """A quarter turn of the first and the last entry."""
    true: Gradient = claimed.copy()
    true.flat[0], true.flat[-1] = -claimed.flat[-1], claimed.flat[0]
    return true


def _keeps_signs(claimed: Gradient, x: Gradient) -> Gradient:
    factors = np.resize([0.6, 1.5], claimed.size).reshape(claimed.shape)
    true: Gradient = claimed * factors
    return true


RIGHT: dict[str, True_] = {
    "exact": lambda claimed, x: claimed,
    "tiny": lambda claimed, x: claimed / (1 + 1e-9),
    "quotient": lambda claimed, x: claimed,
}
# Of `derivative` the true quotient follows from the function: see the kinds.
WRONG: dict[str, True_] = {
    "double": lambda claimed, x: claimed / 2,
    "half": lambda claimed, x: claimed * 2,
    "five-percent": lambda claimed, x: claimed / 1.05,
    "too-large": lambda claimed, x: claimed - 0.4 * np.abs(claimed),
    "too-small": lambda claimed, x: claimed + 0.4 * np.abs(claimed),
    "negated": lambda claimed, x: -claimed,
    "zero": lambda claimed, x: claimed,
    "nan": lambda claimed, x: claimed,
    "first-off": _off(0),
    "last-off": _off(-1),
    "reversed": lambda claimed, x: claimed.reshape(-1)[::-1].reshape(claimed.shape),
    "cancelling": _cancelling,
    "keeps-dot": _keeps_dot,
    "keeps-norm": _keeps_norm,
    "keeps-signs": _keeps_signs,
}
SEEN_AT_ONCE = ("zero", "nan")


def shown(plant: str, claimed: Gradient) -> Gradient:
    """What the planted function returns: the claimed gradient, except for those that are seen at once."""
    if plant not in SEEN_AT_ONCE:
        return claimed
    spoiled: Gradient = claimed.copy() if plant == "nan" else 0 * claimed
    if plant == "nan":
        spoiled.flat[-1] = np.nan
    return spoiled


def true_of(plant: str, claimed: Gradient, x: Gradient) -> Gradient:
    """The true gradient where this is claimed."""
    with np.errstate(all="ignore"):
        return np.asarray((RIGHT | WRONG)[plant](claimed, x), np.float64)


def all_far(plants: Collection[str], claimed: Gradient, x: Gradient) -> bool:
    """Whether each of the wrong plants is far enough from the truth.

    All of them are required whichever is planted: otherwise the claimed gradient would say a little about which it is.
    """
    wrong = [plant for plant in plants if plant in WRONG and plant not in SEEN_AT_ONCE]
    for true in (true_of(plant, claimed, x) for plant in wrong):
        if not np.max(np.abs(claimed - true)) > SMALLEST_WRONG * max(np.max(np.abs(true)), np.max(np.abs(claimed))):
            return False
    return True
