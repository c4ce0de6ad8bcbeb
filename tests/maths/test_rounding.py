"""Reverse mode on a course's formulas: as the complex step has it, with the sizes and the moves that float32 makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.maths.complex_step import vector_jacobian
from grader.maths.formula import env_of, parse
from grader.maths.rounding import gradients_of, value_of

SCALARS = {
    "a / b": {"a": 2.345, "b": -1.234},
    "a ** n": {"a": -2.3, "n": -3},
    "b ** a": {"a": 1.5, "b": 0.7},
    "a - a * b + -a": {"a": 0.4, "b": -7.0},
    "sigmoid(a) * tanh(b) + sqrt(abs(a)) - floor(b) * sign(a)": {"a": -0.4, "b": 2.2},
    "log(a) / exp(b) + sin(a * b) * cos(b) - tan(a) + maximum(a, b) * minimum(a, 3)": {"a": 1.2, "b": 0.3},
    "a ** 0 + relu(b) + pi": {"a": 1.7, "b": -0.5},
}
ARRAYS = {
    "relu(x @ W + b)": {"x": (3, 2), "W": (2, 4), "b": (4,)},
    "x.T @ y": {"x": (3, 2), "y": (3, 4)},
    "v @ W + sum(v * v)": {"v": (2,), "W": (2, 3)},
    "W @ v": {"v": (3,), "W": (2, 3)},
    "sin(x * y) / (2 + tanh(y) ** 2)": {"x": (3, 1), "y": (1, 4)},
    "s * x - y": {"s": (), "x": (2, 3), "y": (3,)},
}


def draws(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    random = np.random.default_rng(3)
    return {name: random.uniform(0.3, 2, shape) * random.choice([-1, 1], shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("text", [*SCALARS, *ARRAYS])
def test_value_and_gradients_are_those_of_the_complex_step(text: str) -> None:
    formula = parse(text)
    inputs = SCALARS[text] if text in SCALARS else draws(ARRAYS[text])
    wrt = [name for name in inputs if name != "n"]
    value = formula(env_of(inputs))
    upstream = np.random.default_rng(4).normal(size=np.shape(value))
    expected = vector_jacobian(formula, inputs, upstream, wrt)
    for name, found in zip(wrt, gradients_of(formula, inputs, upstream, wrt), strict=True):
        assert found.values.shape == np.shape(inputs[name])
        assert np.allclose(found.values, expected[name], rtol=1e-12, atol=1e-13)
        assert found.size >= np.abs(found.values).max()
        assert found.move <= 1e-5 * found.size
    assert np.allclose(value_of(formula, inputs).values, value, rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "inputs", "size"),
    [
        ("a - b", {"a": 3.0, "b": 3.0}, 6.0),
        ("(a - b) * c", {"a": 3.0, "b": 2.0, "c": 2.0}, 10.0),
        ("c / (a - b)", {"a": 3.0, "b": 2.0, "c": 2.0}, 10.0),
        ("sum(x)", {"x": np.array([5.0, -5.0])}, 10.0),
        ("x @ y", {"x": np.array([[1.0, -1.0]]), "y": np.array([[2.0], [2.0]])}, 4.0),
    ],
)
def test_a_value_is_sized_by_the_terms_that_were_added_up(text: str, inputs: dict[str, Any], size: float) -> None:
    assert value_of(parse(text), inputs).size == pytest.approx(size)


@pytest.mark.parametrize(("text", "size"), [("tanh(x)", 2.0), ("sigmoid(x)", 2.0)])
def test_a_saturated_slope_has_an_absolute_tolerance(text: str, size: float) -> None:
    (found,) = gradients_of(parse(text), {"x": 15.0}, 1.0, ["x"])
    assert found.values < 1e-5
    assert found.size == pytest.approx(size, rel=1e-3)


def test_what_has_cancelled_below_a_fraction_sizes_the_gradient_above_it() -> None:
    (found,) = gradients_of(parse("c / (a - b)"), {"a": 3.0, "b": 2.0, "c": 2.0}, 1.0, ["c"])
    assert (float(found.values), found.size) == (1.0, pytest.approx(5.0))


def test_the_power_0_is_constant_at_0_too() -> None:
    (found,) = gradients_of(parse("a ** n"), {"a": 0.0, "n": 0.0}, 1.0, ["a"])
    assert float(found.values) == 0.0


def test_what_float32_moves_is_not_steady_and_gets_slack() -> None:
    far = value_of(parse("sin(1000 * x)"), {"x": 1.2311})
    assert not far.steady
    assert far.slack == pytest.approx(10 * far.move)
    farther = value_of(parse("sin(1000 * x)"), {"x": 123456.7891})
    assert farther.slack == pytest.approx(5e-3 * farther.size) and farther.move > farther.slack
    exact = value_of(parse("a * b"), {"a": 0.5, "b": 3.0})
    assert (exact.steady, float(exact.slack), exact.move) == (True, 0.0, 0.0)


@pytest.mark.parametrize("text", ["relu(a - b)", "abs(a - b)", "maximum(a, b)"])
def test_next_to_a_kink_nothing_is_steady_but_on_it(text: str) -> None:
    assert not value_of(parse(text), {"a": 2.000001, "b": 2.0}).steady
    assert value_of(parse(text), {"a": 2.0, "b": 2.0}).steady
    assert value_of(parse(text), {"a": 2.5, "b": 2.0}).steady
    arrays = {"a": np.array([2.000001, 5.0]), "b": np.array([2.0, 2.0])}
    assert not value_of(parse(text), arrays).steady, "one entry next to its kink is enough"
