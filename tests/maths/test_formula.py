"""The formula language: what it computes, what it refuses, and that nothing is ever run as Python."""

from __future__ import annotations

import numpy as np
import pytest

from grader.maths.complex_step import vector_jacobian
from grader.maths.formula import FormulaError, env_of, parse

VALUES = {
    "a / b": 3.0,
    "-a ** 2": -36.0,
    "2 * (a - b) / 4": 2.0,
    "sqrt(a + 3) + sin(0) + cos(0) - exp(0)": 3.0,
    "maximum(a, b) - minimum(a, b)": 4.0,
    "relu(b - a) + relu(a - b)": 4.0,
    "abs(b - a) * sign(b - a)": -4.0,
    "log(e) + 0 * pi": 1.0,
    "9 ** 9 ** 9 ** 9": np.inf,
    "1e308 * 10": np.inf,
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    assert parse(text)(env_of({"a": 6, "b": 2})) == pytest.approx(VALUES[text])


def test_matrices() -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    assert np.array_equal(parse("x @ w")(env_of({"x": x, "w": w})), x @ w)
    assert np.array_equal(parse("(x @ w).T")(env_of({"x": x, "w": w})), (x @ w).T)
    assert parse("sum(x * x)")(env_of({"x": x})) == 55


REFUSED = {
    "__import__(a)": "unknown function '__import__'",
    "a.b": "not part of the formula language",
    "a if b else c": "not part of the formula language: write where(condition, a, b)",
    "[1, 2]": "not part of",
    "'text'": "not part of",
    "True": "not part of",
    "lambda: 1": "not part of",
    "a := 3": "not a formula",
    "f(x)(y)": "not part of",
    "cos(x=1)": "unknown argument 'x' of cos, which takes none by name",
    "sum(x, axes=1)": "unknown argument 'axes' of sum; did you mean `axis`?",
    "sum(x, 1)": "sum takes 1 argument, not 2: write axis=… for an axis",
    "sum(x, axis=y)": "axis of sum is a whole number or a tuple of them",
    "softmax(x, axis=(0, 1))": "axis of softmax is a whole number",
    "mean(x, keepdims=1)": "keepdims of mean is True or False",
    "cumsum(x)": "cumsum needs axis=",
    "arange()": "arange takes 1 or 2 arguments, not 0",
    "concat()": "concat takes at least 1 argument, not 0",
    "transpose(x, 0, 0)": "transpose takes every axis once",
    "grad(x)": "grad takes 2 arguments, not 1",
    "grad(x, x[0])": "second argument is a name",
    "sum(**x)": "unknown argument '**' of sum",
    "sum(*x)": "not part of",
    "x[x > 0]": "a condition is no index",
    "x[1, 'a']": "not part of",
    "x.sum()": "write sum(…)",
    "np.exp(x)": "write exp(…)",
    "x & y": "write `and`, `or`, `not`",
    "x in y": "not part of",
    "cos(1, 2)": "cos takes 1 argument, not 2",
    "coss(1)": "did you mean `cos`",
    "1 +": "not a formula",
    "": "not a formula",
    "(" * 60 + "1" + ")" * 60: "too many nested parentheses",
    "1+" * 300 + "1": "at most 500 characters",
    "-" * 450 + "1": "too many terms",
    "1e400j": "not part of",
    "a % b": "not part of",
    "10" * 200: "too large",
    "\0": "not a formula",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert REFUSED[text] in str(caught.value)


GRADIENTS = {
    "a / b": (1 / 2, -6 / 4),
    "a ** b": (12.0, 36 * np.log(6)),
    "a ** -1.5 * b": (-1.5 * 6**-2.5 * 2, 6**-1.5),
    "sigmoid(a - 5) * b": (2 * np.exp(-1) / (1 + np.exp(-1)) ** 2, 1 / (1 + np.exp(-1))),
    "tanh(a * b / 10)": (0.2 / np.cosh(1.2) ** 2, 0.6 / np.cosh(1.2) ** 2),
    "relu(b - a) + abs(b - a)": (1.0, -1.0),
    "sin(a) * exp(b)": (np.cos(6) * np.exp(2), np.sin(6) * np.exp(2)),
}


@pytest.mark.parametrize("text", GRADIENTS)
def test_derivatives_are_exact(text: str) -> None:
    found = vector_jacobian(parse(text), {"a": 6, "b": 2}, -1.7, ["a", "b"])
    assert [float(found[name]) for name in "ab"] == pytest.approx([-1.7 * due for due in GRADIENTS[text]], rel=1e-14)


def test_vector_jacobian_products_of_a_matrix_product() -> None:
    rng = np.random.default_rng(1)
    x, w, g = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    found = vector_jacobian(parse("x @ w"), {"x": x, "w": w}, g, ["x", "w"])
    np.testing.assert_allclose(found["x"], g @ w.T, rtol=1e-13)
    np.testing.assert_allclose(found["w"], x.T @ g, rtol=1e-13)
