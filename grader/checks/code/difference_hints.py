"""What the points that a checker asked for say about it: only hints, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader import words
from grader.maths import display

Array = NDArray[np.float64]
SAME = 6e-16  # what is left of x + e - 2 e + e; a step of 1e-15 is still seen


@dataclass(frozen=True)
class Asked:
    """One call of a planted function, by its point."""

    x: Array


def cut_off(x: Array, asked: Sequence[Asked], epsilon: float) -> bool:
    """Whether an array of integers was moved in place, so that each point that was asked for holds whole numbers."""
    if x.dtype.kind not in "iu" or x.ndim == 0 or float(epsilon).is_integer():
        return False
    return len(asked) > (1 if _moves(x, asked) else 2) and all((call.x == np.round(call.x)).all() for call in asked)


def never_moved(x: Array, asked: Sequence[Asked]) -> bool:
    """Whether the function was never called at another point than x; an array of integers may have been cut off."""
    return not _moves(x, asked)


def hint(x: Array, asked: Sequence[Asked], epsilon: float, accepted: bool) -> str:
    """The mistake that the asked points show, or "" where they look like central differences.

    An entry that was never moved tells nothing where the gradient was rejected: the checker may have stopped early.
    """
    moves = _moves(x, asked)
    if cut_off(x, asked, epsilon):
        return words.HINT_TRUNCATED
    if not moves:
        return words.HINT_NEVER_ASKED
    single = _single(moves)
    if x.size > 1 and not single:
        return "all entries of x are moved at once: that mixes the partial derivatives, move one at a time"
    if x.size > 1 and len(single) < len(moves):
        return "an entry of x stays moved while the next one is tried: restore it first"
    if side := _one_side(single):
        return (
            f"you take a {side} difference, which is one-sided; the central one, (f(x + ε) - f(x - ε)) / (2 "
            "ε), is far more accurate"
        )
    moved = {int(np.argmax(np.abs(move))) for move in single}
    left_out = [index for index in range(x.size) if index not in moved]
    if left_out and not accepted:
        return ""
    if left_out:
        return (
            f"entry {list(map(int, np.unravel_index(left_out[0], x.shape)))} of x is never moved on its own: "
            "every coordinate needs its own difference"
        )
    if not _as_long_as(epsilon, single, x):
        return words.HINT_STEP.format(step=display.number(_step(single), 3), epsilon=f"{epsilon:g}")
    return ""


def manner(x: Array, asked: Sequence[Asked], epsilon: float) -> str:
    """How the differences were taken, in a word; "" where f was never asked for away from x.

    Two checkers with the same answers and another manner have not made the same mistake. What was left out says
    nothing here: whoever stops early has the same manner as who goes on.
    """
    moves = _moves(x, asked)
    if cut_off(x, asked, epsilon):
        return "cut off"
    if not moves:
        return ""
    single = _single(moves)
    if len(single) < len(moves):
        return "not restored" if single else "all at once"
    side = _one_side(single) or "central"
    return side if _as_long_as(epsilon, single, x) else f"{side}, about 1e{np.log10(_step(single)):.0f}"


def _moves(x: Array, asked: Sequence[Asked]) -> list[Array]:
    """How far each point that was asked for is from x, flat; without those that are x itself."""
    moves = [(call.x - x).reshape(-1) for call in asked]
    return [move for move in moves if np.any(np.abs(move) > SAME)]


def _single(moves: Sequence[Array]) -> list[Array]:
    """Those that move one entry alone."""
    return [move for move in moves if np.count_nonzero(np.abs(move) > SAME) == 1]


def _one_side(single: Sequence[Array]) -> str:
    """Is "forward" or "backward" where every entry is moved in this direction only, else ""."""
    signs = {float(np.sign(move[np.argmax(np.abs(move))])) for move in single}
    return words.SIDES[signs.pop()] if len(signs) == 1 else ""


def _step(single: Sequence[Array]) -> float:
    """How long these moves are, the middle one of them."""
    return float(np.median([np.max(np.abs(move)) for move in single]))


def _as_long_as(epsilon: float, single: Sequence[Array], x: Array) -> bool:
    """Whether some move is about as long as epsilon, which may be scaled by the size of x."""
    largest = max(1.0, float(np.max(np.abs(x))))
    return any(0.3 * epsilon <= float(np.max(np.abs(move))) <= 3 * epsilon * largest for move in single)
