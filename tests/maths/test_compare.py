"""Comparing numbers: what is off is counted, the worst is named, and NaN agrees with nothing."""

from __future__ import annotations

import numpy as np
import pytest

from grader.maths.compare import Mismatch, mismatch

ONES = np.ones((2, 3))


def test_every_entry_within_the_tolerance_of_the_scale_is_right() -> None:
    assert mismatch(ONES + 9e-7, ONES, 1.0, 1e-6) is None
    assert mismatch(ONES + 9e-5, ONES, 100.0, 1e-6) is None
    assert mismatch(ONES + 2e-6, ONES, 1.0, 1e-6) == Mismatch(6, 6, (0, 0), pytest.approx(2e-6))
    assert mismatch(ONES + 2e-6, ONES, 1.0, 1e-6, slack=2e-6) is None


def test_the_worst_entry_is_named_by_its_error_over_the_scale() -> None:
    yours = ONES.copy()
    yours[0, 1], yours[1, 2] = 1.5, 3.0
    assert mismatch(yours, ONES, 4.0, 1e-6) == Mismatch(2, 6, (1, 2), 0.5)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_nan_and_infinity_agree_with_nothing(odd: float) -> None:
    yours = ONES.copy()
    yours[1, 0] = odd
    assert mismatch(yours, ONES, 1.0, 1e-6) == Mismatch(1, 6, (1, 0), float("inf"))
    assert mismatch(np.asarray(odd), np.asarray(1.0), 1.0, 1e-6) == Mismatch(1, 1, (), float("inf"))


def test_zero_agrees_with_zero_where_the_scale_is_zero() -> None:
    assert mismatch(np.zeros(3), np.zeros(3), 0.0, 1e-6) is None
    assert mismatch(np.asarray(0.0), np.asarray(0.0), 0.0, 1e-6) is None
    assert mismatch(np.asarray(1e-200), np.asarray(0.0), 0.0, 1e-6) is not None
