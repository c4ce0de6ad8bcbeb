"""What the points at which a checker calls f (`calls`) say about it: only hints, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.maths import display

Point = NDArray[np.float64]
NEVER_MOVED = "f is never evaluated away from x: there is nothing to compare the gradient with"
TRUNCATED = "x holds integers, so x[i] += epsilon is cut off: convert x to float first"
SAME = 6e-16  # what is left of x + e - 2 e + e; a step of 1e-15 is still seen


def cut_off(x: Point, calls: Sequence[Point], epsilon: float) -> bool:
    """Whether an array of integers was moved in place, so that f was called at whole numbers only."""
    if x.dtype.kind not in "iu" or x.ndim == 0 or float(epsilon).is_integer():
        return False
    return len(calls) > (1 if _moves(x, calls) else 2) and all((at == np.round(at)).all() for at in calls)


def never_moved(x: Point, calls: Sequence[Point]) -> bool:
    """Whether the function was never called at another point than x; an array of integers may have been cut off."""
    return not _moves(x, calls)


def hint(x: Point, calls: Sequence[Point], epsilon: float, accepted: bool) -> str:
    """The mistake that the calls show, or "" where they look like central differences.

    An entry that was never moved shows nothing where the gradient was rejected: the checker may have stopped early.
    """
    moves = _moves(x, calls)
    if cut_off(x, calls, epsilon):
        return TRUNCATED
    if not moves:
        return NEVER_MOVED
    single = _single(moves)
    if x.size > 1 and not single:
        return "all entries of x are moved at once: that mixes the partial derivatives, move one at a time"
    if x.size > 1 and len(single) < len(moves):
        return "an entry of x stays moved while the next one is tried: restore it first"
    if side := _one_side(single):
        return (
            f"you take a {side} difference, which is one-sided; the central one, (f(x + ε) - f(x - ε)) / (2 ε), "
            "is far more accurate"
        )
    moved = {int(np.argmax(np.abs(move))) for move in single}
    left_out = [index for index in range(x.size) if index not in moved]
    if left_out and not accepted:
        return ""
    if left_out:
        entry = list(map(int, np.unravel_index(left_out[0], x.shape)))
        return f"entry {entry} of x is never moved on its own: every coordinate needs its own difference"
    if not _as_long_as(epsilon, single, x):
        return f"the step is {display.number(_step(single), 3)}, not the epsilon that was passed ({epsilon:g})"
    return ""


def manner(x: Point, calls: Sequence[Point], epsilon: float) -> str:
    """How the differences were taken, in a word; "" where f was never called away from x.

    Two checkers with the same answers and another manner have not made the same mistake. What was left out says
    nothing here: whoever stops early has the same manner as who goes on.
    """
    moves = _moves(x, calls)
    if cut_off(x, calls, epsilon):
        return "cut off"
    if not moves:
        return ""
    single = _single(moves)
    if len(single) < len(moves):
        return "not restored" if single else "all at once"
    side = _one_side(single) or "central"
    return side if _as_long_as(epsilon, single, x) else f"{side}, about 1e{np.log10(_step(single)):.0f}"


def _moves(x: Point, calls: Sequence[Point]) -> list[Point]:
    """How far the point of each call is from x, flat; without those at x itself. NaN is no move."""
    moves = [np.where(np.isnan(at), 0.0, at - x).reshape(-1) for at in calls]
    return [move for move in moves if np.any(np.abs(move) > SAME)]


def _single(moves: Sequence[Point]) -> list[Point]:
    """Those that move one entry alone."""
    return [move for move in moves if np.count_nonzero(np.abs(move) > SAME) == 1]


def _one_side(single: Sequence[Point]) -> str:
    """Is "forward" or "backward" where every entry is moved in this direction only, else ""."""
    signs = {float(np.sign(move[np.argmax(np.abs(move))])) for move in single}
    return {1.0: "forward", -1.0: "backward"}[signs.pop()] if len(signs) == 1 else ""


def _step(single: Sequence[Point]) -> float:
    """How long these moves are, the middle one of them."""
    return float(np.median([np.max(np.abs(move)) for move in single]))


def _as_long_as(epsilon: float, single: Sequence[Point], x: Point) -> bool:
    """Whether some move is about as long as epsilon, which may be scaled by the size of x."""
    # A factor of 3 either way: wrong steps are mostly off by powers of 10. Only hints depend on it.
    largest = max(1.0, float(np.max(np.abs(x))))
    return any(0.3 * epsilon <= float(np.max(np.abs(move))) <= 3 * epsilon * largest for move in single)
