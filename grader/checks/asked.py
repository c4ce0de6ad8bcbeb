"""What the points that a checker asked for say about it: only hints, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader import words
from grader.judge import show

Array = NDArray[np.float64]
SAME = 6e-16  # what is left of x + e - 2 e + e; a step of 1e-15 is still seen


@dataclass(frozen=True)
class Asked:
    """One call of a planted function, by its point."""

    x: Array


def hint(x: Array, asked: Sequence[Asked], epsilon: float, accepted: bool) -> str:
    """The mistake that the asked points show, or "" where they look like central differences.

    An entry that was never moved tells nothing where the gradient was rejected: the checker may have stopped early.
    """
    moves = [(call.x - x).reshape(-1) for call in asked]
    moves = [move for move in moves if np.any(np.abs(move) > SAME)]
    if not moves:
        cut_off = x.dtype.kind in "iu" and x.ndim > 0 and len(asked) > 2
        return words.HINT_TRUNCATED if cut_off else words.HINT_NEVER_ASKED
    single = [move for move in moves if np.count_nonzero(np.abs(move) > SAME) == 1]
    if x.size > 1 and not single:
        return words.HINT_ALL_AT_ONCE
    if x.size > 1 and len(single) < len(moves):
        return words.HINT_NOT_RESTORED
    moved = {int(np.argmax(np.abs(move))) for move in single}
    left_out = [index for index in range(x.size) if index not in moved]
    if left_out and not accepted:
        return ""
    if left_out:
        return words.HINT_COORDINATE.format(index=list(map(int, np.unravel_index(left_out[0], x.shape))))
    signs = {float(np.sign(move[np.argmax(np.abs(move))])) for move in single}
    if len(signs) == 1:
        return words.HINT_ONE_SIDED
    sizes = [float(np.max(np.abs(move))) for move in single]
    largest = max(1.0, float(np.max(np.abs(x))))
    if not any(0.3 * epsilon <= size <= 3 * epsilon * largest for size in sizes):
        return words.HINT_STEP.format(step=show.number(float(np.median(sizes)), 3), epsilon=f"{epsilon:g}")
    return ""
