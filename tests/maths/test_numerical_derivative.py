"""The derivative oracle: never fails an exact gradient, sees small errors, and knows where it cannot tell."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from grader.maths.compare import mismatch
from grader.maths.numerical_derivative import Estimate, estimate, offsets

Function = Callable[[float], float]
SMOOTH: dict[str, tuple[Function, Function]] = {
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
    "sine": (math.sin, math.cos),
    "exponential": (math.exp, math.exp),
    "tanh": (math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    "root": (lambda x: math.sqrt(abs(x)), lambda x: math.copysign(0.5 / math.sqrt(abs(x)), x)),
    "fast": (lambda x: math.sin(15 * x), lambda x: 15 * math.cos(15 * x)),
    "offset": (lambda x: 1e4 + x * x, lambda x: 2 * x),
}


def at(f: Function, x: float, ladder: int = 0) -> Estimate:
    return estimate(x, [f(x + offset) for offset in offsets(x, ladder)], ladder)


def is_far(claimed: float, found: Estimate, scale: float) -> bool:
    """Whether the oracle would call this claim wrong."""
    if found.kink or math.isinf(found.error):
        return False
    return mismatch(np.asarray(claimed), np.asarray(found.value), scale, 1e-6, found.error) is not None


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("ladder", [0, 1])
def test_exact_gradients_are_never_far_and_small_errors_are(name: str, ladder: int) -> None:
    f, derivative = SMOOTH[name]
    random = Random(name)
    for _ in range(200):
        x = random.uniform(0.1, 4) * random.choice([1, -1])
        found, true = at(f, x, ladder), derivative(x)
        assert abs(found.value - true) <= found.error
        assert not is_far(true, found, abs(true))
        if found.error < 1e-7 * abs(true):
            assert is_far(true * (1 + 2e-6), found, abs(true))


@pytest.mark.parametrize("x", [66.2463, 8703.6773, 34934.0824])
def test_a_step_that_is_rounded_is_in_the_bound(x: float) -> None:
    """At the root of a line only x + h is rounded, and nothing in the values shows it."""
    found = at(lambda t: t - x, x, 1)
    assert abs(found.value - 1.0) <= found.error < 1e-12


@pytest.mark.parametrize("slopes", [(0.0, 1.0), (-1.0, 1.0), (0.01, 1.0), (2.0, 2.1)])
def test_a_kink_is_seen_and_nothing_is_proven_there(slopes: tuple[float, float]) -> None:
    left, right = slopes
    found = at(lambda x: (right if x > 1.3 else left) * (x - 1.3), 1.3)
    assert found.kink
    for claimed in (left, right, 7.0):
        assert not is_far(claimed, found, 1.0)


def test_near_a_kink_the_true_slope_is_not_failed() -> None:
    for distance in (1e-4, 1e-3, 1e-2, 0.1):
        for sign in (1, -1):
            found = at(lambda x: max(x - 1, 0.0), 1 + sign * distance)
            assert not is_far(float(sign > 0), found, 1.0)


def test_nothing_is_proven_where_a_value_is_not_finite() -> None:
    assert math.isinf(at(lambda x: math.inf if x > 1 else x, 1.0).error)


@pytest.mark.parametrize("x", [3.1e-5, -2e-4, 1.7e-3])
def test_a_ladder_that_reaches_beyond_a_pole_is_not_believed(x: float) -> None:
    for ladder in (0, 1):
        assert not is_far(-1 / x**2, at(lambda x: 1 / x, x, ladder), 1 / x**2)


def test_a_ladder_over_many_periods_is_not_believed() -> None:
    for x in (-9910.0, 5432.1, 1e4):
        for ladder in (0, 1):
            assert not is_far(math.cos(x), at(math.sin, x, ladder), abs(math.cos(x)))


def test_nan_is_always_far() -> None:
    assert is_far(math.nan, Estimate(1.0, 1e-12), 1.0)


@pytest.mark.parametrize("name", ["sine", "exponential", "tanh", "reciprocal"])
def test_float32_inside_of_float64_values_is_seen_and_bounded(name: str) -> None:
    f, derivative = SMOOTH[name]
    random = Random(name)
    seen = bounded = 0
    for _ in range(200):
        x = random.uniform(0.3, 3) * random.choice([1, -1])
        found = [at(lambda x: float(np.float32(f(x))) * 1.1, x, ladder) for ladder in (0, 1)]
        inside = [abs(one.value - 1.1 * derivative(x)) <= one.error for one in found]
        seen += sum(one.single for one in found)
        bounded += sum(inside)
        assert any(inside)  # a verdict needs both ladders
        assert not at(f, x).single
    assert min(seen, bounded) >= 392  # of 400: rounding may fall on a ladder's own grid
