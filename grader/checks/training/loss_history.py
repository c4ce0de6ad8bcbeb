"""Reads a reported history of losses: did it fall, and does its end agree with the loss of the returned model?"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from grader import words
from grader.sandbox.answers import Answer, UnexpectedType, any_array, describe

Numbers = NDArray[np.float64]
FACTOR = 2.0
FALL = 2.0
LARGEST_FACTOR = 20.0
# Below these, what is left of a loss is rounding, and agrees with anything as small: a prediction of 1 is off by about
# 1e-16 (float32 6e-8, float16 5e-4), the square of that is the loss, and a few operations add to it.
ROUNDING = {"float64": 1e-28, "float32": 1e-12, "float16": 1e-5}
FAR = 1e-5  # so close to its goal a training may get closer with each step than with the one before
EXACT = 1e-6
LIKELY = 1.15
ALIKE = 1e-3
LAST = 10
POINTS = 200


def mean_squared_error(predictions: Numbers, targets: Numbers) -> Numbers:
    """The mean over the last axis, shape (..., rows) to (...); infinite where a prediction is not finite."""
    with np.errstate(all="ignore"):
        found = np.mean((predictions - targets) ** 2, axis=-1)
    return np.where(np.isfinite(found), found, np.inf)


def history_of(answer: Answer) -> Numbers:
    """The losses as a flat array, shape (epochs,). Raises UnexpectedType for anything that is no history of losses."""
    try:
        found = any_array(answer).values
    except UnexpectedType:
        raise UnexpectedType(words.LOSSES_NOT_NUMBERS.format(got=describe(answer))) from None
    if found.ndim == 2 and found.shape[1] == 1:
        found = found.reshape(-1)
    if found.ndim != 1 or not found.size:
        raise UnexpectedType(words.LOSSES_NOT_NUMBERS.format(got=describe(answer)))
    if not np.isfinite(found).all() or (found < 0).any():
        bad = found[~(np.isfinite(found) & (found >= 0))]
        raise UnexpectedType(words.LOSSES_NOT_LOSSES.format(value=f"{bad[0]:.6g}"))
    if found.size == 1:
        raise UnexpectedType("losses holds a single number: one for each epoch is due")
    return found


def did_not_fall(history: Numbers) -> str | None:
    """Why this is no history of a training that succeeded; None where its first loss is at least twice its last.

    Nothing is asked of the losses between: momentum, restarts and minibatches let them rise.
    """
    first, last = float(history[0]), float(history[-1])
    return None if first >= FALL * last else words.LOSSES_STAY.format(first=f"{first:.4g}", last=f"{last:.4g}")


def disagreement(
    history: Numbers, predictions: Numbers, targets: Numbers, dtype: str = "float64"
) -> tuple[str, str] | None:
    """What is wrong with the last loss, and a hint; None where it fits the model before or after its last update.

    Both are compared at their own size, however small, down to the rounding of this dtype. Where the history itself
    jumps from epoch to epoch, the last update may have made such a jump.
    """
    reported, own = float(history[-1]), float(mean_squared_error(predictions, targets))
    apart = _apart(reported, own)
    if max(reported, own) < ROUNDING.get(dtype, ROUNDING["float64"]) or apart <= 1 + EXACT:
        return None
    entropy = "Yours looks like the cross-entropy: train on it if you like, but report the mean squared error."
    candidates = {
        words.LOSSES_SUM.format(count=len(targets)): own * len(targets),
        "Yours looks like the root of the mean squared error: leave the square root out.": own**0.5,
        entropy: _cross_entropy(predictions, targets),
    }
    hint = min(candidates, key=lambda name: _apart(reported, candidates[name]))
    # What is another measure of this very model, to the digit, is no mean squared error of the one before.
    if apart <= _allowed(history, own) and _apart(reported, candidates[hint]) > 1 + EXACT:
        return None
    message = words.LOSSES_DISAGREE.format(reported=f"{reported:.4g}", own=f"{own:.4g}")
    return message, hint if _apart(reported, candidates[hint]) < LIKELY else ""


def why_not_learned(losses: Answer | None, predictions: Numbers, due: float) -> str:
    """A hint from the course of a training that failed, or "" where nothing stands out."""
    try:
        history = history_of(losses) if losses is not None else np.zeros(0)
    except UnexpectedType:
        history = np.zeros(0)
    if history.size and history[-1] < due:
        return words.HINT_NOT_THAT_MODEL.format(last=f"{history[-1]:.4g}")
    if history.size and np.ptp(history) <= 1e-9 * history[0]:
        return "Your losses stay the same: does each parameter take a step against its gradient after backward()?"
    if history.size and history[-1] > history[0]:
        return "Your losses rise: subtract the step (data -= rate * grad), and try a smaller rate."
    if np.ptp(predictions) < ALIKE:
        return words.HINT_ALL_ALIKE.format(value=f"{predictions[0]:.3g}")
    return (
        "Are all gradients set to 0 before each backward()? Is there a hidden layer with tanh, sigmoid "
        "or ReLU? Then try more epochs, another learning rate or more hidden units, and draw the first "
        "weights at random."
    )


def without_bias(predictions: Numbers) -> str:
    """A hint where a network that learned one table answers every row of another alike, else ""."""
    return words.HINT_BIAS.format(value=f"{predictions[0]:.3g}") if np.ptp(predictions) < ALIKE else ""


def thinned(history: Numbers) -> tuple[float, ...]:
    """At most 200 entries, the first and the last among them."""
    picked = np.unique(np.linspace(0, len(history) - 1, POINTS).round().astype(int))
    return tuple(float(value) for value in history[picked])


def _allowed(history: Numbers, own: float) -> float:
    """How far the last loss may be from the model's own: more where the last losses are as far from one another."""
    recent = history[-LAST:]
    jump = max((_apart(float(one), float(other)) for one, other in itertools.pairwise(recent)), default=1.0)
    if jump > FACTOR and max(own, float(history[-1])) < FAR:
        return jump**2
    return min(max(FACTOR, 1.5 * jump), LARGEST_FACTOR)


def _apart(one: float, other: float) -> float:
    """The larger over the smaller of two numbers >= 0."""
    low, high = sorted((one, other))
    return high / low if low > 0 and np.isfinite(high) else 1.0 if low == high else float("inf")


def _cross_entropy(predictions: Numbers, targets: Numbers) -> float:
    if not ((predictions > 0) & (predictions < 1)).all():
        return float("inf")
    return float(-np.mean(targets * np.log(predictions) + (1 - targets) * np.log(1 - predictions)))
