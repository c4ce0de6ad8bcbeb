"""Every function and operator of formulas: its value, its gradients, and its second derivatives, in several shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.maths.compare import mismatch
from grader.maths.complex_step import vector_jacobian
from grader.maths.formula import env_of, parse
from grader.maths.function_calls import NAMES
from grader.maths.rounding import gradients_of, value_of

STEP = 1e-5
Shape = tuple[int, ...]
SMOOTH: dict[str, dict[str, Shape]] = {
    "sum(x * y, axis=0)": {"x": (3, 2), "y": (3, 2)},
    "sum(x * x, axis=(0, 2)) * y": {"x": (2, 3, 2), "y": (3,)},
    "x / sum(x * x, axis=1, keepdims=True)": {"x": (3, 2)},
    "mean(x * x, axis=-1) + mean(x ** 3)": {"x": (3, 2)},
    "x * mean(x, axis=(0, 1), keepdims=True)": {"x": (3, 2, 2)},
    "var(x, axis=0) * std(x)": {"x": (3, 2)},
    "(x - mean(x, axis=0)) / sqrt(var(x, axis=0) + 0.1) * g + b": {"x": (4, 2), "g": (2,), "b": (2,)},
    "max(x * x, axis=1) + min(x, axis=1)": {"x": (3, 4)},
    "x * max(x, axis=0, keepdims=True) * min(x)": {"x": (3, 4)},
    "max(x, axis=(0, 2)) ** 2": {"x": (2, 3, 2)},
    "softmax(x * y)": {"x": (3, 4), "y": (4,)},
    "softmax(x, axis=0) * y": {"x": (3, 2), "y": (3, 2)},
    "log_softmax(x * x)": {"x": (2, 3)},
    "logsumexp(x * x) + logsumexp(x, axis=1)": {"x": (2, 3)},
    "x - logsumexp(x * y, axis=(0, 1), keepdims=True)": {"x": (2, 3), "y": ()},
    "cumsum(x * x, axis=1) * x": {"x": (2, 3)},
    "log1p(x * x) + expm1(x) + erf(x * y)": {"x": (3,), "y": ()},
    "softplus(3 * x) * 0.5 * y * (1 + erf(y / sqrt(2)))": {"x": (3,), "y": (2, 1)},
    "where(x > y, x * y, x ** 3)": {"x": (3, 2), "y": (2,)},
    "where(x < 0 or not (y >= x and y != 1), x * x * y, y)": {"x": (3,), "y": ()},
    "x[1:, 0] * x[-1, 1]": {"x": (3, 2)},
    "x[..., None] * x[:, None, ::2]": {"x": (2, 3)},
    "W[arange(2)] * W[argmax(W, axis=0)[0]] + W[onehot(1, 2)]": {"W": (3, 2)},
    "reshape(x * x, -1, 2) @ y": {"x": (3, 4), "y": (2, 2)},
    "transpose(x, 0, 2, 1) @ x * x[:, :1, 0][:, None]": {"x": (2, 3, 2)},
    "concat(x * x, y, x, axis=1) ** 2": {"x": (2, 3), "y": (2, 1)},
    "stack(x * y, y, axis=-1) ** 2": {"x": (2, 3), "y": (2, 3)},
    "outer(x, y) * dot(x, x)": {"x": (3,), "y": (2,)},
    "x @ y * x[0, 0, 1]": {"x": (4, 2, 3), "y": (3, 2)},
    "(x @ y) ** 2": {"x": (2, 3), "y": (4, 3, 2)},
    "x @ y @ z": {"x": (2, 1, 2, 3), "y": (4, 3, 2), "z": (2,)},
    "v @ x * v[0]": {"v": (3,), "x": (2, 3, 2)},
    "v @ v * v": {"v": (3,)},
    "zeros(2, 3) + ones((2, 3)) * x": {"x": (2, 3)},
    "x ** 3 / y ** 2 + abs(x) ** y - sqrt(y * y)": {"x": (3,), "y": ()},
    "relu(x) * abs(y) + maximum(x, y) * minimum(x, y)": {"x": (3, 1), "y": (2,)},
    "tan(x / 3) * tanh(x) + sigmoid(x) * cos(y) - sin(x) / exp(y) + log(x * x)": {"x": (3,), "y": ()},
    "softmax(q @ k.T / sqrt(2) + where(onehot(arange(3), 3) == 1, -1000, 0)) @ k": {"q": (3, 2), "k": (3, 2)},
}


def drawn(shapes: dict[str, Shape], seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {name: random.uniform(0.3, 1.7, shape) * random.choice([-1, 1], shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("text", SMOOTH)
def test_gradients_are_those_of_the_complex_step(text: str) -> None:
    formula = parse(text)
    for seed in range(2):
        inputs = drawn(SMOOTH[text], seed)
        value = formula(env_of(inputs))
        upstream = np.random.default_rng(4).normal(size=np.shape(value))
        expected = vector_jacobian(formula, inputs, upstream, list(inputs))
        for name, found in zip(inputs, gradients_of(formula, inputs, upstream, list(inputs)), strict=True):
            assert found.values.shape == np.shape(inputs[name])
            np.testing.assert_allclose(found.values, expected[name], rtol=1e-11, atol=1e-12)
            assert np.abs(found.values).max() <= found.size < 1e5
            assert found.move <= 1e-5 * found.size
        whole = value_of(formula, inputs)
        np.testing.assert_allclose(whole.values, value, rtol=1e-14)
        assert whole.move <= 1e-5 * whole.size


@pytest.mark.parametrize("text", SMOOTH)
def test_vjp_and_jvp_in_a_formula(text: str) -> None:
    inputs = drawn(SMOOTH[text])
    value = parse(text)(env_of(inputs))
    random = np.random.default_rng(5)
    env = env_of(inputs | {"up": random.normal(size=np.shape(value))})
    for name in inputs:
        expected = vector_jacobian(parse(text), inputs, env["up"], [name])[name]
        found = parse(f"vjp({text}, {name}, up)")(env)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)
        env["along"] = random.normal(size=np.shape(inputs[name]))
        forward = parse(f"jvp({text}, {name}, along)")(env)
        stepped = parse(text)(env | {name: env[name] + 1e-150j * env["along"]})
        assert np.shape(forward) == np.shape(value)
        np.testing.assert_allclose(forward, np.imag(stepped) / 1e-150, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("text", SMOOTH)
def test_hessian_vector_products(text: str) -> None:
    inputs = drawn(SMOOTH[text])
    for name in inputs:
        env = env_of(inputs)
        env["along"] = np.random.default_rng(6).normal(size=np.shape(inputs[name]))
        slope = parse(f"grad({text}, {name})")
        moved = [slope(env | {name: env[name] + move * env["along"]}) for move in (STEP, -STEP)]
        difference = (moved[0] - moved[1]) / (2 * STEP)
        forward = parse(f"jvp(grad({text}, {name}), {name}, along)")
        backward = parse(f"grad(sum(along * grad({text}, {name})), {name})")
        scale = 1 + np.abs(difference).max()
        np.testing.assert_allclose(forward(env), difference, atol=1e-7 * scale)
        np.testing.assert_allclose(backward(env), forward(env), rtol=1e-10, atol=1e-11 * scale)
        due = vector_jacobian(slope, env, env["along"], [name])[name]
        np.testing.assert_allclose(due, backward(env), rtol=1e-9, atol=1e-10 * scale)


def test_every_function_is_tried() -> None:
    tried = " ".join(SMOOTH)
    assert [name for name in NAMES if f"{name}(" not in tried] == ["argmin", "floor", "grad", "jvp", "sign", "vjp"]


x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 3.0]])
ids = np.array([1, 0, 1, 1])
VALUES = {
    "sum(x, axis=0, keepdims=True)": x.sum(0, keepdims=True),
    "mean(x, axis=(0, 1))": x.mean(),
    "var(x, axis=1)": x.var(1),
    "std(x, axis=1, keepdims=True)": x.std(1, keepdims=True),
    "argmax(x, axis=1)": [0, 0],
    "argmin(x)": 1,
    "cumsum(x, axis=0)": x.cumsum(0),
    "x < 1": x < 1,
    "0 <= x < 3": (x >= 0) & (x < 3),
    "x == 3 or x == 0": (x == 3) | (x == 0),
    "not x > 0": x <= 0,
    "not x": x == 0,
    "where(x, 1, 2)": np.where(x, 1, 2),
    "x[ids]": x[ids],
    "x[:, -1]": x[:, -1],
    "x[arange(N), [0]]".replace("[0]", "zeros(N)"): x[[0, 1], [0, 0]],
    "x[:N - 1]": x[:1],
    "onehot(ids, N + 1)": np.eye(3)[ids],
    "reshape(x, N + 1, -1)": x.reshape(3, 2),
    "reshape(x, (-1,))": x.ravel(),
    "arange(1, N + 2)": [1, 2, 3],
    "transpose(x)": x.T,
    "stack(x, x)": [x, x],
    "concat(x, zeros(N, 1), axis=1)": np.hstack([x, np.zeros((2, 1))]),
    "erf(0.5)": 0.5204998778130465,
    "softplus(-800) + log_softmax(1000 * x)[0, 1] + softmax(1000 * x)[0, 0]": -2999,
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    found = parse(text)(env_of({"x": x, "ids": ids, "N": 2}))
    assert np.shape(found) == np.shape(VALUES[text])
    np.testing.assert_allclose(found, VALUES[text], rtol=1e-14)


def test_entries_that_are_taken_twice_get_the_sum_of_their_gradients() -> None:
    (found,) = gradients_of(
        parse("W[ids]"), {"W": np.ones((3, 1)), "ids": ids}, np.array([[1.0], [2], [3], [4]]), ["W"]
    )
    assert found.values.tolist() == [[2], [8], [0]]


@pytest.mark.parametrize("text", ["softmax(x)", "log_softmax(x)", "logsumexp(x, axis=1)", "softplus(x)", "sigmoid(x)"])
def test_large_logits_stay_finite_in_value_gradient_and_float32(text: str) -> None:
    inputs = {"x": np.array([[1000.0, -1000.0, 990.0], [-1000.0, -1000.0, -1001.0]])}
    formula = parse(text)
    value = value_of(formula, inputs)
    (slope,) = gradients_of(formula, inputs, np.ones(value.values.shape), ["x"])
    second = parse(f"jvp(vjp({text}, x, 1), x, x)")(env_of(inputs))
    assert np.isfinite(value.values).all() and np.isfinite(value.move)
    assert np.isfinite(slope.values).all() and np.isfinite(slope.move) and np.isfinite(second).all()


@pytest.mark.parametrize("slope", [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0.5, 0.5, 0], [0, 1, 1, 0]])
@pytest.mark.parametrize("text", ["max(x)", "-min(-x)"])
def test_of_equal_entries_any_may_have_the_slope(text: str, slope: list[float]) -> None:
    same = {"x": np.array([2.0, 5.0, 5.0, 2.0])}
    (found,) = gradients_of(parse(text), same, 3.0, ["x"])
    inner = value_of(parse(f"3 * grad({text}, x)"), same)
    assert value_of(parse(text), same).steady
    for part in (found, inner):
        assert not part.steady, "a drawn case is drawn again"
        assert mismatch(np.array([3.0 * entry for entry in slope]), part.values, part.size, 1e-6, part.slack) is None
        assert mismatch(np.array([0.1, 3, 0, 0]), part.values, part.size, 1e-6, part.slack) is not None
        assert mismatch(np.array([0.0, 3.1, 0, 0]), part.values, part.size, 1e-6, part.slack) is not None


def test_at_a_kink_the_slope_is_that_of_one_side() -> None:
    assert parse("grad(max(x), x)")(env_of({"x": np.array([2.0, 5.0, 5.0])})).tolist() == [0, 1, 0]
    env = env_of({"z": np.array([0.0, -1.0, 1.0])})
    for text, due in (("relu(z)", [0, 0, 1]), ("abs(z)", [1, -1, 1]), ("maximum(z, 0)", [1, 0, 1])):
        assert parse(f"grad({text}, z)")(env).tolist() == due


@pytest.mark.parametrize("text", ["x > y", "where(x < y, 1, 2)", "argmax(stack(x, y))", "max(stack(x, y))"])
def test_next_to_a_jump_nothing_is_steady(text: str) -> None:
    assert not value_of(parse(text), {"x": 2.000001, "y": 2.0}).steady
    assert value_of(parse(text), {"x": 2.5, "y": 2.0}).steady


@pytest.mark.parametrize(
    ("text", "boolean"),
    [("x < 1", True), ("not x", True), ("x < 1 and x > 0", True), ("(x < 1)[0]", True), ("where(x < 1, 1, 0)", False),
     ("x", False), ("sum(x < 1)", False), ("reshape(x == 1, -1)", True)],
)  # fmt: skip
def test_a_formula_knows_whether_it_is_a_condition(text: str, boolean: bool) -> None:
    assert parse(text).boolean is boolean


def random_text(random: np.random.Generator) -> tuple[str, dict[str, Shape]]:
    """A product of stacks of matrices, or something along some axes, in sizes that fit."""
    if random.random() < 0.5:
        n, k, m = (int(size) for size in random.integers(1, 4, 3))
        stack = random.integers(1, 4, random.integers(0, 3)).tolist()
        left, right = ([1 if random.random() < 0.3 else size for size in stack[random.integers(0, len(stack) + 1) :]]
                       for _ in range(2))  # fmt: skip
        x = (k,) if random.random() < 0.2 else (*left, n, k)
        y = (k,) if random.random() < 0.2 else (*right, k, m)
        return "(x @ y) ** 2", {"x": x, "y": y}
    shape = tuple(random.integers(1, 4, random.integers(1, 4)).tolist())
    count = int(random.integers(1, len(shape) + 1))
    axes = tuple(
        int(axis) for axis in random.choice(len(shape), count, replace=False) - len(shape) * random.integers(2)
    )
    name = random.choice(["sum", "mean", "max", "min", "var", "std", "logsumexp"])
    kept = random.choice(["True", "False"])
    row = tuple(size if random.random() < 0.5 else 1 for size in shape[int(random.integers(0, len(shape))) :])
    return f"{name}(x * x * y, axis={axes if count > 1 else axes[0]}, keepdims={kept}) ** 2", {"x": shape, "y": row}


@pytest.mark.parametrize("seed", range(60))
def test_gradients_in_random_shapes(seed: int) -> None:
    text, shapes = random_text(np.random.default_rng(seed))
    formula, inputs = parse(text), drawn(shapes, seed)
    upstream = np.random.default_rng(seed).normal(size=np.shape(formula(env_of(inputs))))
    if "std" in text and np.any(parse(text.replace("std", "var"))(env_of(inputs)) == 0):
        return  # the root of 0 has no slope
    expected = vector_jacobian(formula, inputs, upstream, ["x", "y"])
    found = gradients_of(formula, inputs, upstream, ["x", "y"])
    env = env_of(inputs | {"up": upstream})
    for name, part in zip("xy", found, strict=True):
        assert part.values.shape == shapes[name]
        np.testing.assert_allclose(part.values, expected[name], rtol=1e-10, atol=1e-11, err_msg=text)
        np.testing.assert_allclose(parse(f"vjp({text}, {name}, up)")(env), expected[name], rtol=1e-10, atol=1e-11)
