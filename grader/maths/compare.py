"""Whether a student's numbers agree with the truth, and where they differ most."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model.dataclass import dataclass

# One tolerance for all: float32 in a part of a computation leaves some 1e-7, and an epsilon of 1e-8 against division by
# zero less; of the known wrong rules the closest, a leaky relu, is off by 0.008 (benchmarks/tolerance.py). float16
# keeps 3 digits.
RTOL_FLOAT64 = 1e-6
RTOL = {"float16": 2e-3, "float32": 1e-5}
ATOL = 1e-300  # lets 0 agree with 0 where the scale is 0, and nothing else
NOTED = 1e-9  # float64 throughout stays below it in any style; what is above it deserves a note
# Where rounding to float32 moves a number by a tenth of the tolerance, another style of the same computation may move
# it by several times that: the case is drawn again, or gets ten times the move.
STEADY = 0.1
SLACK = 10.0
# But no more than half of the hundredth by which known wrong rules are off, and more: where float32 keeps no digit, ten
# times the move would make any rule right.
MOST_SLACK = 5e-3
# Closer to a kink than this part of its terms, float32 (which rounds to 6e-8 of them, a few times over) may fall on the
# other side of it.
NEAR = 1e-5


@dataclass(frozen=True)
class ExpectedValue:
    """What is expected, in float64; the size of the terms that were added up to make its largest entry; and by how much
    its entries move, at most, where inputs and intermediate results are rounded to float32.

    Where several values are right (the slope of relu at 0), `values` are in their middle, and `open` is how far each
    entry may be from it.
    """

    values: NDArray[np.float64]
    size: float
    move: float
    open: NDArray[np.float64] | float = 0.0

    @property
    def steady(self) -> bool:
        """Whether float32 anywhere in the computation stays well within the tolerance."""
        return self.move <= STEADY * RTOL_FLOAT64 * self.size + ATOL

    @property
    def slack(self) -> NDArray[np.float64]:
        """What each entry may be off, beside the tolerance: a case that cannot be drawn again, for float32's sake."""
        moved = min(SLACK * self.move, MOST_SLACK * self.size) if not self.steady and np.isfinite(self.move) else 0.0
        return np.asarray(self.open + moved)


@dataclass(frozen=True)
class Mismatch:
    """How two arrays of one shape differ: how many entries, the index of the worst, and its error over the scale."""

    off: int
    total: int
    worst: tuple[int, ...]
    error: float


def tolerance(dtype: str) -> float:
    """The relative error that results of this dtype may have."""
    return RTOL.get(dtype, RTOL_FLOAT64)


def mismatch(
    yours: NDArray[np.float64],
    expected: NDArray[np.float64],
    scale: float,
    rtol: float,
    slack: NDArray[np.float64] | float = 0.0,
) -> Mismatch | None:
    """None where every entry is within `rtol` of `scale`, the size of what was computed, in the unit of the entries.

    `slack` bounds the error of `expected` itself. NaN agrees with nothing.
    """
    allowed = rtol * scale + slack + ATOL
    if yours.ndim == 0:
        distance = abs(float(yours) - float(expected))
        return None if distance <= allowed else Mismatch(1, 1, (), float("inf") if distance != distance else distance)
    with np.errstate(all="ignore"):
        error = np.abs(yours - expected)
    off = ~(error <= allowed)
    if not off.any():
        return None
    ranked = np.where(np.isnan(error), np.inf, error)
    worst = np.unravel_index(int(np.argmax(ranked)), error.shape)
    return Mismatch(int(off.sum()), error.size, tuple(int(i) for i in worst), float(ranked[worst] / (scale or 1.0)))


def largest(values: NDArray[Any]) -> float:
    """The largest magnitude among the entries of an array; 0 where it has none."""
    return float(abs(values)) if values.ndim == 0 else float(np.abs(values).max(initial=0.0))


def relative_error(
    yours: NDArray[np.float64], expected: NDArray[np.float64], scale: float, slack: NDArray[np.float64] | float = 0.0
) -> float:
    """The largest distance of two arrays of one shape, less what `expected` itself may be off, over the scale."""
    beyond = np.abs(yours - expected) - slack
    return max(float(beyond.max(initial=0.0)), 0.0) / (scale or 1.0)
