"""Reads a reported history of losses: did it fall, and does its end agree with the loss of the returned model?"""

from __future__ import annotations

import itertools

import numpy as np

from grader.checks.training.between_rows import Numbers
from grader.sandbox.answers import Answer, UnexpectedType, any_array, describe

FACTOR = 2.0  # the last loss may be the model's before or after its last update: room for what that one changes
# Where a history jumps, so may the last update: by 1.5 times the largest of the last ten jumps. The limit of 20 keeps a
# wild history from allowing anything.
JUMP, LAST, LARGEST_FACTOR = 1.5, 10, 20.0
FALL = 2.0  # far below what learning takes: answers of 0.5 have a loss of 0.25, and XOR must end below 0.01
# Below these, what is left of a loss is rounding, and agrees with anything as small: a prediction of 1 is off by about
# 1e-16 (float32 6e-8, float16 5e-4), the square of that is the loss, and a few operations add to it.
ROUNDING = {"float64": 1e-28, "float32": 1e-12, "float16": 1e-5}
FAR = 1e-5  # so close to its goal a training may get closer with each step than with the one before
EXACT = 1e-6  # relative: float32, or another way of adding up, leaves less
LIKELY = 1.15  # a hint names another measure where it is as near as this: before or after the last update, too
ALIKE = 1e-3  # predictions this close are alike: far above rounding, far below the 1 between targets of 0 and 1
FLAT = 1e-9  # relative: far above the rounding of a mean, far below what a step changes
POINTS = 200  # as many as the width of a report's curve shows


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
        raise _no_list(answer) from None
    if found.ndim == 2 and found.shape[1] == 1:
        found = found.reshape(-1)
    if found.ndim != 1 or not found.size:
        raise _no_list(answer)
    if not np.isfinite(found).all() or (found < 0).any():
        bad = found[~(np.isfinite(found) & (found >= 0))]
        raise UnexpectedType(f"losses contains {bad[0]:.6g}; a mean squared error is finite and never negative")
    if found.size == 1:
        raise UnexpectedType("losses contains a single number; it must contain one per epoch")
    return found


def _no_list(answer: Answer) -> UnexpectedType:
    got = describe(answer)
    return UnexpectedType(f"losses is {got}; it must be a list of floats, one per epoch (loss.data, not loss)")


def did_not_fall(history: Numbers) -> str | None:
    """Why this is no history of a training that succeeded; None where its first loss is at least twice its last.

    The losses between may be anything: momentum, restarts and minibatches let them rise.
    """
    first, last = float(history[0]), float(history[-1])
    if first >= FALL * last:
        return None
    return f"the losses start at {first:.4g} and end at {last:.4g}; the last must be at most half of the first"


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
    rows = len(targets)
    entropy = "It looks like the cross-entropy. You may train on that, but report the mean squared error."
    candidates = {
        f"It looks like the sum over the {rows} rows: divide by {rows} to get the mean.": own * rows,
        "It looks like the root of the mean squared error: do not take the square root.": own**0.5,
        entropy: _cross_entropy(predictions, targets),
    }
    hint = min(candidates, key=lambda name: _apart(reported, candidates[name]))
    # What is another measure of this very model, to the digit, is no mean squared error of the one before.
    if apart <= _allowed(history, own) and _apart(reported, candidates[hint]) > 1 + EXACT:
        return None
    message = f"the last loss is {reported:.4g}, but the mean squared error of the returned model is {own:.4g}"
    return message, hint if _apart(reported, candidates[hint]) < LIKELY else ""


def why_not_learned(losses: Answer | None, predictions: Numbers, goal: float) -> str:
    """A hint from the course of a training that did not reach its goal."""
    try:
        history = history_of(losses) if losses is not None else np.zeros(0)
    except UnexpectedType:
        history = np.zeros(0)
    if history.size and history[-1] < goal:
        return f"Your last loss is {history[-1]:.4g}. Is the returned model the one that was trained?"
    if history.size and np.ptp(history) <= FLAT * history[0]:
        return "Your losses stay the same. Does each parameter take a step against its gradient after backward()?"
    if history.size and history[-1] > history[0]:
        return "Your losses rise: subtract the step (data -= rate * grad), and try a smaller rate."
    if np.ptp(predictions) < ALIKE:
        return f"{_alike(predictions)} Is there a tanh, sigmoid or ReLU between the layers?"
    return (
        "Are all gradients set to 0 before each backward()? Is there a hidden layer with tanh, sigmoid or ReLU? If so, "
        "try more epochs, another learning rate or more hidden units, and draw the first weights at random."
    )


def without_bias(predictions: Numbers) -> str:
    """A hint where a network that learned one table answers every row of another alike, else ""."""
    return f"{_alike(predictions)} Does every unit have a bias?" if np.ptp(predictions) < ALIKE else ""


def _alike(predictions: Numbers) -> str:
    return f"Every row gets the same answer, {predictions[0]:.3g}."


def thinned(history: Numbers) -> tuple[float, ...]:
    """At most POINTS entries, the first and the last among them; shape (epochs,)."""
    picked = np.unique(np.linspace(0, len(history) - 1, POINTS).round().astype(int))
    return tuple(float(value) for value in history[picked])


def _allowed(history: Numbers, own: float) -> float:
    """How far the last loss may be from the model's own: more where the last losses are as far from one another."""
    recent = history[-LAST:]
    jump = max((_apart(float(one), float(other)) for one, other in itertools.pairwise(recent)), default=1.0)
    if jump > FACTOR and max(own, float(history[-1])) < FAR:
        return jump**2
    return min(max(FACTOR, JUMP * jump), LARGEST_FACTOR)


def _apart(one: float, other: float) -> float:
    """The larger over the smaller of two numbers >= 0."""
    low, high = sorted((one, other))
    return high / low if low > 0 and np.isfinite(high) else 1.0 if low == high else float("inf")


def _cross_entropy(predictions: Numbers, targets: Numbers) -> float:
    if not ((predictions > 0) & (predictions < 1)).all():
        return float("inf")
    return float(-np.mean(targets * np.log(predictions) + (1 - targets) * np.log(1 - predictions)))
