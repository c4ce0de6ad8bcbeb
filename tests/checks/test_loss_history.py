"""Whether a reported last loss is that of the model that was returned."""

from __future__ import annotations

import numpy as np

from grader.checks.training.loss_history import did_not_fall, disagreement, mean_squared_error

TARGETS = np.array([0.0, 1.0, 1.0, 0.0])


def off_by(error: float) -> np.ndarray:
    return np.abs(TARGETS - error)


def test_close_to_its_goal_the_last_step_may_be_as_long_as_the_one_before() -> None:
    predictions = off_by(1e-9)  # a loss of 1e-18
    assert disagreement(np.array([1e-2, 1e-7, 1e-12]), predictions, TARGETS) is None
    assert disagreement(np.array([3e-12, 2e-12, 1e-12]), predictions, TARGETS) is not None, "nothing jumped before"


def test_another_measure_to_the_digit_is_none_however_the_losses_jump() -> None:
    predictions = off_by(0.1)
    own = float(mean_squared_error(predictions, TARGETS))
    jumping = [1.0, 0.1, 1.0]
    assert disagreement(np.array([*jumping, own * 4.1]), predictions, TARGETS) is None
    message, hint = disagreement(np.array([*jumping, own * 4]), predictions, TARGETS) or ("", "")
    assert hint == "It looks like the sum over the 4 rows: divide by 4 to get the mean.", message


def test_another_measure_is_none_however_near_it_is() -> None:
    """Where losses are large, the root of one is less than twice as far off; the sum of two rows is twice the mean."""
    own = float(mean_squared_error(off_by(0.7), TARGETS))
    message, hint = disagreement(np.array([2.0, own**0.5]), off_by(0.7), TARGETS) or ("", "")
    assert hint == "It looks like the root of the mean squared error: do not take the square root.", message
    assert disagreement(np.array([2.0, own * 1.3]), off_by(0.7), TARGETS) is None, "the model before its last update"
    two, goals = off_by(0.1)[:2], TARGETS[:2]
    own = float(mean_squared_error(two, goals))
    message, hint = disagreement(np.array([0.5, own * 2]), two, goals) or ("", "")
    assert hint == "It looks like the sum over the 2 rows: divide by 2 to get the mean.", message


def test_what_is_left_is_rounding_of_its_dtype() -> None:
    history = np.array([1e-13, 1e-13])
    assert disagreement(history, TARGETS, TARGETS, "float32") is None
    assert disagreement(history, TARGETS, TARGETS, "float64") is not None


def test_a_training_halves_its_loss_at_least_and_may_rise_between() -> None:
    assert did_not_fall(np.array([0.2, 3.0, 0.01, 0.1])) is None
    assert did_not_fall(np.array([0.2, 0.0])) is None
    assert "start at 0.2 and end at 0.11" in (did_not_fall(np.array([0.2, 0.01, 0.11])) or "")
