"""Whether a student's numbers agree with the truth, and where they differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RTOL = {"float16": 6e-4, "float32": 1e-4}
RTOL_FLOAT64 = 1e-9
ATOL = 1e-300


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
