"""What the points that a checker asked for say about it."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.code.difference_hints import TRUNCATED, Point, cut_off, hint, manner

X = np.array([1, 2])


def asked(*points: list[float]) -> list[Point]:
    return [np.array(point, np.float64) for point in points]


@pytest.mark.parametrize(
    ("calls", "cut"),
    [
        (asked([1, 2]), False),
        (asked([1, 2], [1, 2]), False),  # once for the value and once more: nothing was moved
        (asked([1, 2], [1, 2], [1, 2]), True),  # as x + 1e-5 is, where x holds integers
        (asked([1, 2], [0, 2]), True),  # and x - 1e-5
        (asked([0, 2]), False),
        (asked([1, 2], [0.99999, 2]), False),
    ],
)
def test_integers_are_cut_off_only_where_something_was_moved(calls: list[Point], cut: bool) -> None:
    assert cut_off(X, calls, 1e-5) is cut
    assert (hint(X, calls, 1e-5, False) == TRUNCATED) is cut
    assert (manner(X, calls, 1e-5) == "cut off") is cut
    assert not cut_off(X, calls, 1.0), "a step of 1 stays whole"
    assert not cut_off(X.astype(float), calls, 1e-5)


def test_two_checkers_are_told_apart_by_their_steps() -> None:
    x = X.astype(float)
    central = asked([1 + 1e-5, 2], [1 - 1e-5, 2], [1, 2 + 1e-5], [1, 2 - 1e-5])
    wide = asked([1.01, 2], [0.99, 2], [1, 2.01], [1, 1.99])
    assert manner(x, central, 1e-5) == manner(x, central[:2], 1e-5) == "central"
    assert manner(x, central[::2], 1e-5) == "forward"
    assert manner(x, wide, 1e-5) == "central, about 1e-2"
    assert manner(x, asked([1, 2]), 1e-5) == ""


def test_a_point_that_is_no_number_ends_in_no_error() -> None:
    x = X.astype(float)
    calls = asked([1 + 1e-5, np.nan], [1 - 1e-5, np.nan])
    assert manner(x, calls, 1e-5) == "central"
    assert (
        hint(x, calls, 1e-5, True)
        == "entry [1] of x is never moved on its own: every coordinate needs its own difference"
    )
    assert manner(x, asked([np.nan, np.nan]), 1e-5) == ""
