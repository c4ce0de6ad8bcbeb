"""Numerical derivatives that know their own error: a halving ladder of central differences, extrapolated.

Richardson extrapolation in the form of Ridders (Advances in Engineering Software 4, 1982): each column of the tableau
removes the next even power of the step, and the disagreement of neighbours estimates the error that is left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.model.dataclass import dataclass

SMALLEST = 0.1  # of |x| in the size of steps: at 0, too, they must be far above rounding
RUNGS = 11  # the last step is a thousandth of the first: from where truncation rules to where rounding does
LADDERS = (0.08, 0.0513)  # the first steps; no power of 2 apart, so that the ladders have no point in common
ROUNDING = {"float64": 2.3e-16, "float32": 1.2e-7, "float16": 1e-3}  # the machine epsilon of each
SAFETY = 4.0  # on the rounding of a quotient: a function of several operations rounds several times
KINK = 1e-3  # of the slope: far above what curvature leaves of a gap at the finest steps
CLEAN = 1e-9  # of the function's size: float64 throughout leaves less
HIDDEN = 1e-6  # of the function's size: what float32 leaves in float64 values, in a few operations
FINEST = -5  # the rungs where any function that is not wildly curved shows its rounding alone
# Half the length of (1, 20, 64) and of (1, 10, 16), the weights of three rungs in what is left of the two parts.
EVEN_WEIGHT, ODD_WEIGHT = 33.0, 9.5


@dataclass(frozen=True)
class Estimate:
    """A derivative, a bound on its error in the same unit, whether the function has a kink there, and whether its
    values are rounded as float32 rounds them."""

    value: float
    error: float
    kink: bool = False
    single: bool = False


def steps(x: float, ladder: int) -> NDArray[np.float64]:
    """The ladder's steps at `x`, largest first; each half the one before, scaled by |x|. Ladder 0 or 1."""
    first = LADDERS[ladder] * max(abs(x), SMALLEST)
    return np.asarray(first * 0.5 ** np.arange(RUNGS), np.float64)


def offsets(x: float, ladder: int) -> NDArray[np.float64]:
    """The points to evaluate, relative to `x`: 0, then each step up, then each step down. Shape (1 + 2 * RUNGS,)."""
    up = steps(x, ladder)
    return np.concatenate([[0.0], up, -up])


def estimate(x: float, values: Sequence[float], ladder: int, dtype: str = "float64") -> Estimate:
    """The derivative at `x` from the function's values at `offsets(x, ladder)`.

    An infinite error where a value is not finite: nothing can be proven there.
    """
    heights = np.asarray(values, dtype=np.float64)
    if not np.isfinite(heights).all():
        return Estimate(0.0, float("inf"))
    step = steps(x, ladder)
    centre, above, below = heights[0], heights[1 : RUNGS + 1], heights[RUNGS + 1 :]
    largest = float(np.max(np.abs(heights)))
    noise = ROUNDING.get(dtype, ROUNDING["float64"]) * largest
    seen = _noise(centre, above, below)
    noise = max(noise, seen if seen <= HIDDEN * largest else 0.0)
    single = noise > CLEAN * largest
    slip = ROUNDING["float64"] * abs(x)  # x + h is rounded too: the step is wrong by this much
    central = (above - below) / (2 * step)
    best = _extrapolate(central, step, noise, slip)
    if not _fits_finest(best, central, step, noise, slip):
        return Estimate(best.value, float("inf"))
    return Estimate(best.value, best.error, _has_kink(centre, above, below, step, noise, best), single)


def _noise(centre: float, above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """The rounding that the values themselves show: float32 in a part of a computation is seen in float64 results.

    Near `x` the even part of a smooth function is c h² + d h⁴ + …, the odd part c h + d h³ + …. At the finest steps,
    which halve, two terms of each are taken off; what is left is nothing but rounding, weighted by what was combined.
    Where there is more, it is a kink or a pole.
    """
    up, down = above[FINEST:] - centre, below[FINEST:] - centre
    even, odd = (up + down) / 2, (up - down) / 2
    even, odd = even[:-1] - 4 * even[1:], odd[:-1] - 2 * odd[1:]
    even, odd = even[:-1] - 16 * even[1:], odd[:-1] - 8 * odd[1:]
    return max(float(np.abs(even).max()) / EVEN_WEIGHT, float(np.abs(odd).max()) / ODD_WEIGHT)


def _extrapolate(central: NDArray[np.float64], step: NDArray[np.float64], noise: float, slip: float) -> Estimate:
    """The entry of the tableau with the smallest error: disagreement with its neighbours plus rounding."""
    best = Estimate(float(central[0]), float("inf"))
    previous = central[:0]
    column = central
    for order in range(len(central)):
        rounding = SAFETY * (noise / step[order:] + slip / step[order:] * np.abs(column))
        if order:
            left, upper = previous[1:], previous[:-1]
            error = np.maximum(np.abs(column - left), np.abs(column - upper)) + rounding
            at = int(np.argmin(error))
            if error[at] < best.error:
                best = Estimate(float(column[at]), float(error[at]))
        previous = column
        factor = 4.0 ** (order + 1)
        column = (factor * column[1:] - column[:-1]) / (factor - 1)
        if len(column) < 3:
            break
    return best


def _fits_finest(
    best: Estimate, central: NDArray[np.float64], step: NDArray[np.float64], noise: float, slip: float
) -> bool:
    """Whether the extrapolated value agrees with the finest plain quotient, as far as that one can be trusted.

    Steps that reach beyond a pole, or over many periods, can agree with each other on a wrong value.
    """
    last = float(central[-1])
    truncation = 0.5 * abs(last - float(central[-2]))  # a third would do: half the step leaves a quarter of the error
    rounding = SAFETY * (noise + slip * abs(last)) / float(step[-1])
    return abs(best.value - last) <= best.error + truncation + rounding


def _has_kink(
    centre: float,
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    step: NDArray[np.float64],
    noise: float,
    best: Estimate,
) -> bool:
    """Whether derivatives from the right and from the left stay apart as the step shrinks.

    Both are the second-order one-sided formula (4 f(x+h) - f(x+2h) - 3 f(x)) / 2h, which shares points of the ladder.
    """
    right = (4 * above[1:] - above[:-1] - 3 * centre) / (2 * step[1:])
    left = -(4 * below[1:] - below[:-1] - 3 * centre) / (2 * step[1:])
    gap = np.abs(right - left)
    size = max(abs(best.value), float(np.max(np.abs(right[-3:]))), float(np.max(np.abs(left[-3:]))), 1e-300)
    apart = gap > KINK * size + 8 * noise / step[1:]
    # At a kink the gap stays; of a smooth function, a quarter of the step leaves a quarter of it or less.
    return bool(apart[-3:].all() and gap[-1] > 0.5 * gap[-3])
