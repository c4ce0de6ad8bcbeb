"""Formulas as students write them: what is read, which readings there are, and that nothing hostile gets through."""

from __future__ import annotations

import contextlib
import time
from random import Random
from typing import Any

import numpy as np
import pytest

from grader.maths.complex_step import vector_jacobian
from grader.maths.formula import FormulaError
from grader.maths.notation.readings import MAX_READINGS, readings

MATRICES = {"X", "W", "grad_Y"}
ALIASES = {"dL/dY": "grad_Y", "∂L/∂Y": "grad_Y", "G": "grad_Y", "dY": "grad_Y", "δ": "grad_Y"}


def points() -> list[dict[str, Any]]:
    return [{"x": np.float64(x)} for x in (-1.9, -0.61, 0.37, 1.13, 2.21)]


def matrix_points() -> list[dict[str, Any]]:
    """Y = X @ W; two sets of unequal sizes, and one of equal sizes, where every product has a shape."""
    random = np.random.default_rng(3)
    return [
        {"X": random.normal(size=(n, m)), "W": random.normal(size=(m, k)), "grad_Y": random.normal(size=(n, k))}
        for n, m, k in [(4, 3, 5), (2, 5, 3), (3, 3, 3)]
    ]


def agrees(text: str, truth: Any, envs: list[dict[str, Any]], aliases: dict[str, str] | None = None) -> bool:
    """Whether one reading of `text` has the true value at every point."""

    def holds(formula: Any, env: dict[str, Any]) -> bool:
        try:
            value = np.asarray(formula(env))
        except ValueError:
            return False
        expected = np.asarray(truth(env))
        return value.shape == expected.shape and np.allclose(value, expected, rtol=1e-9, atol=0)

    found = readings(text, set(envs[0]), aliases or {})
    assert 1 <= len(found) <= MAX_READINGS
    assert all(formula.text == text.strip() and formula.names <= set(envs[0]) for formula in found)
    return any(all(holds(formula, env) for env in envs) for formula in found)


def slope(env: dict[str, Any]) -> Any:
    return 2 * env["x"] * np.cos(env["x"] ** 2)


def product(env: dict[str, Any]) -> Any:
    return env["grad_Y"] @ env["W"].T


RIGHT = [
    "2*x*cos(x**2)", "cos(x^2)*2x", "2x·cos(x²)", "2xcos(x^2)", "f'(x) = 2x cos x²", r"2x\cos(x^{2})", "2x cos(x^2)",
    "2 x cos(x²)", "2 * x * np.cos(x ** 2)", "math.cos(x*x)*2*x", "cos(x²)2x", "cos(x²)·2x", "2xcosx²", "x cos(x²) 2",
    "2·x·cos x²", "2(x)cos(x^2)", "(2x)(cos(x^2))", "2x*cos(x*x)", "x*cos(x**2)*2", "dy/dx = 2x cos(x²)",
    "y' = 2x·cos(x²)", "df/dx=cos(x^2)*(2x)", r"$2x \cdot \cos\left(x^2\right)$", r"\frac{df}{dx} = 2x\cos(x^2)",
    r"2x\,\cos{x^2}", r"\cos(x^2) \times 2x", "`2*x*cos(x**2)`", "'2x cos(x²)'", "2x cos(x²).", "= 2x cos(x²)",
    "2x × cos(x²)", "2x ⋅ cos(x²)", "2x∗cos(x²)", "2[x cos(x²)]", "x*(cos(x^2)+cos(x^2))", "-(-2x)cos(x²)",
    "−2x·(−cos(x²))", "2x cos((-x)²)", "2x·torch.cos(x^2)", "d/dx sin(x²) = 2x cos(x²)", "(sin(x²))' = cos(x²)·2x",
    "sin(x²) = 2x cos(x²)", "4x cos(x²)/2", "x/0.5 cos(x²)", "x/0,5·cos(x²)", "2x sin(x² + π/2)", "2x sin(pi/2 - x^2)",
    "2x(cos²(x²)-1+sin² x²+cos(x²))", "x cos(x²)/2⁻¹", "2x Cos(x²)", r"\frac{4x\cos(x^2)}{2}", "2.0*x*cos(x^2.)",
    "cos(|x|^2) 2x", r"\mathrm{cos}(x^2)\cdot 2x", "2x/sec(x²)", "1/sec(x²)·2x", "((2))((x))((cos((x²))))",
    "2 * x * cos(pow(x, 2))", "2x cos(x²) + 0", "+2x cos(x^+2)", "ln(e^(2x cos x²))", "f’(x)=2x cos x²",
    "y = sin(x²) = 2x·cos(x²);", "  2x\u00a0cos(x²)\n", "u' = 2x*cos(np.square(x))", "exp(log(2)) x cos(x²)",
]  # fmt: skip
RIGHT_MATRIX = [
    "grad_Y @ W.T", "grad_Y Wᵀ", "dL/dY · W^T", "np.dot(grad_Y, W.T)", "grad_Y.dot(W.transpose())", "grad_Y@W.T",
    "grad_Y * W.T", "grad_Y W^T", "grad_Y·Wᵀ", "grad_Y × W^T", "grad_Y @ W'", "grad_YW^T", "G W^T", "GW^T", "G@W.T",
    "dY @ W.T", "dY·W^⊤", r"\frac{\partial L}{\partial Y} W^T", r"\frac{dL}{dY} \cdot W^{\top}", r"dL/dY W^{T}",
    "∂L/∂Y Wᵀ", "∂L / ∂Y · Wᵀ", "matmul(grad_Y, W.T)", "np.matmul(grad_Y, np.transpose(W))", "grad_Y.matmul(W.T)",
    "(W @ grad_Y.T).T", "(W grad_Yᵀ)ᵀ", "(W·G')'", "dot(grad_Y, transpose(W))", "torch.matmul(grad_Y, W.t())",
    "grad_X = grad_Y @ W.T", "dL/dX = dL/dY · Wᵀ", "∂L/∂X = ∂L/∂Y Wᵀ", "np.dot(grad_Y,W.T)", "2 grad_Y Wᵀ / 2",
    r"\mathbf{G} \mathbf{W}^{\mathrm{T}}", r"grad\_Y W^\top", "-(-grad_Y) @ W.T", "δ Wᵀ", "δWᵀ",
    "(grad_Y)(W^T)", "grad_Y * np.transpose(W)", "`grad_Y @ W.T`", "grad_Y ** 1 @ W.T", "transpose(W Gᵀ)", "dY W**T",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_derivative_is_recognized(text: str) -> None:
    assert agrees(text, slope, points())


@pytest.mark.parametrize("text", RIGHT_MATRIX)
def test_a_right_matrix_gradient_is_recognized(text: str) -> None:
    assert agrees(text, product, matrix_points(), ALIASES)


WRONG = [
    "cos(x²)", "2cos(x²)", "2x cos(2x)", "-2x cos(x²)", "2x sin(x²)", "cos(2x)", "2x cos x", "x cos(x²)", "x² cos(x²)",
    "2x", "cos 2x", "2x + cos(x²)", "2x - cos(x²)", "2x / cos(x²)", "cos(x²)/2x", "2 x² cos(x²)", "2x cos(x)^2",
    "2x cos²x", "2x cos² x²", "cos(x)²·2x", "2x cos(x³)", "2x cos(x^4)", "2x·tan(x²)", "x²·cos(x²)", "2x^cos(x²)",
    "(2x)²cos(x²)", "2x cos(x²) + 1", "2x cos(x² + 1)", "-2x sin(x²)", "2x exp(x²)", "sin(x²)", "sin(2x)",
    "2·cos(x)", "2x|cos(x²)|", "|2x|cos(x²)", "2cos(x)·x²", "2x sinh(x²)", "2,1x cos(x²)", "2π x cos(x²)", "0", "-x",
    "2x cos x + x", "cos(2x²)", "2x = cos(x²)", "f'(x) = 2x·cos(x²) = 2x",
]  # fmt: skip
WRONG_MATRIX = [
    "grad_Y @ W", "W.T @ grad_Y", "X.T @ grad_Y", "W @ grad_Y.T", "grad_Y", "W", "W.T", "grad_Y.T @ W", "grad_Y @ X.T",
    "grad_Y W", "W^T grad_Y", "W^T · dL/dY", "Wᵀ G", "G.T W.T", "X^T G", "-grad_Y @ W.T", "2 grad_Y Wᵀ", "X @ W",
    "grad_Y + W.T", "grad_Y ⊙ W.T", "np.multiply(grad_Y, W.T)", "grad_Y / W.T", "(grad_Y @ W.T).T", "X Wᵀ",
    "np.dot(W.T, grad_Y)", "W.dot(grad_Y.T)", "grad_Y.T.dot(W)", "sum(grad_Y) W.T", "dot(X.T, grad_Y)", "(G W)^T",
    "W'G", "X W Wᵀ", "sum(grad_Y @ W.T)", "grad_Y.T @ W.T", "0", "grad_Y @ W.T + X", "grad_X = X.T @ grad_Y",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_derivative_has_no_right_reading(text: str) -> None:
    assert not agrees(text, slope, points())


@pytest.mark.parametrize("text", WRONG_MATRIX)
def test_a_wrong_matrix_gradient_has_no_right_reading(text: str) -> None:
    assert not agrees(text, product, matrix_points(), ALIASES)


NUMBERS = {
    "2^10": 1024, "2**-10": 2**-10, "2^{-10}": 2**-10, "1/1024": 2**-10, "9.77e-4": 9.77e-4, "9.77·10^-4": 9.77e-4,
    "9,77·10⁻⁴": 9.77e-4, "2⁻¹⁰": 2**-10, "−4": -4, "–4": -4, "2,4": 2.4, ".5": 0.5, "1e-3": 1e-3, "1E3": 1000,
    "‒4": -4, "‑4": -4, "‐4": -4, "﹣4": -4, "－4": -4, "2·10^−3": 2e-3,
    "-2^2": -4, "2^3^2": 512, "(-2)²": 4, "--4": 4, "9:3": 3, "9 ÷ 3": 3, "2·-3": -6, "2(3+1)": 8, "√16": 4,
    "max(2,4)": 4, "min(2, 4)": 2, "cos(0,0)": 1, "|−3|": 3, "|2-|3|·2|": 4, "π": np.pi, "2π": 2 * np.pi, "e": np.e,
    "e²": np.e**2, "e^-1": 1 / np.e, "ln 2": np.log(2), "sigmoid(0)": 0.5, "σ(0)": 0.5, "tg(0)": 0, "answer = 7": 7,
    "$7$": 7, '"7"': 7, "≈ 7": 7, "7.": 7, "1/0": np.inf, "-1/0": -np.inf, "9**9**9**9": np.inf, "1e999": np.inf,
    r"\frac{1}{4}": 0.25, r"\sqrt{16}": 4, r"2\pi": 2 * np.pi, "pow(2, 10)": 1024, "np.power(2,10)": 1024,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number(text: str) -> None:
    formulas = readings(text, ())
    assert len(formulas) == 1
    assert formulas[0].names == frozenset()
    assert formulas[0]({}) == pytest.approx(NUMBERS[text], rel=1e-12)


AMBIGUOUS = {
    "1/2x": ["x/2", "1/(2*x)"],
    "sin 2x": ["sin(2*x)", "sin(2)*x"],
    "1/2 sin 2x": ["(1/2)*sin(2*x)", "(1/2)*sin(2)*x", "1/(2*sin(2*x))", "1/(2*sin(2)*x)"],
    "x/2(x+1)": ["(x/2)*(x+1)", "x/(2*(x+1))"],
    "cos x²": ["cos(x**2)"],
    "cos²x": ["cos(x)**2"],
    "cos^2 x": ["cos(x)**2"],
    "cos(x)x": ["cos(x)*x"],
    "cos(x)^2": ["cos(x)**2"],
    "-x^2": ["-(x**2)"],
    "2x²": ["2*x**2"],
    "2x^2x": ["2*(x**2)*x"],
    "x^-2": ["1/(x*x)"],
    "sin x cos x": ["sin(x)*cos(x)"],
    "sin 2(x+1)": ["sin(2*(x+1))", "sin(2)*(x+1)"],
    "cos x (x+1)": ["cos(x)*(x+1)"],
    "√2x": ["sqrt(2*x)", "sqrt(2)*x"],
    "sin": ["sin(x)"],
    "np.sin": ["sin(x)"],
    "sin(·)": ["sin(x)"],
    "-sin(_)": ["-sin(x)"],
    "xe^x": ["x*exp(x)"],
    "e^-x²": ["exp(-(x**2))"],
    "sinx": ["sin(x)"],
    "σ(x)(1-σ(x))": ["sigmoid(x)*(1-sigmoid(x))"],
    "ln x/x": ["log(x)/x"],
    "2cosx sinx": ["2*cos(x)*sin(x)"],
    "|x|x": ["abs(x)*x"],
}


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_readings_in_their_order(text: str) -> None:
    env = {"x": np.float64(0.73)}
    values = list(dict.fromkeys(round(float(formula(env)), 12) for formula in readings(text, {"x"})))
    assert values == [round(float(readings(python, {"x"})[0](env)), 12) for python in AMBIGUOUS[text]]


def test_products_of_matrices_have_both_readings() -> None:
    x, y = np.arange(4.0).reshape(2, 2), np.array([[2.0, 1.0], [0.0, 3.0]])
    for text, matrix_first in {"AB": True, "A·B": True, "A*B": False, "A × B": False}.items():
        values = [formula({"A": x, "B": y}).tolist() for formula in readings(text, {"A", "B"})]
        assert (values[0] == (x @ y).tolist()) is matrix_first
        assert (x @ y).tolist() in values
        assert (x * y).tolist() in values
    for text, value in {"A @ B": x @ y, "A ⊙ B": x * y, "A ∘ B": x * y}.items():
        assert all(formula({"A": x, "B": y}).tolist() == value.tolist() for formula in readings(text, {"A", "B"}))


def test_shapes_that_do_not_fit_are_a_value_error() -> None:
    env = matrix_points()[0]
    for text in ["grad_Y @ W", "grad_Y + W"]:
        with pytest.raises(ValueError):
            readings(text, MATRICES)[0](env)
    with pytest.raises(ValueError):  # a derivative that was not carried out is no value
        readings("(x²)'", {"x"})[0](points()[0])


def test_the_complex_step_goes_through() -> None:
    (formula, *_) = readings("sin x²", {"x"})
    assert vector_jacobian(formula, {"x": 0.7}, 1.0, ["x"])["x"] == pytest.approx(slope({"x": 0.7}), rel=1e-14)
    env = matrix_points()[0]
    (formula, *_) = readings("X W", MATRICES)
    found = vector_jacobian(formula, {"X": env["X"], "W": env["W"]}, env["grad_Y"], ["X"])["X"]
    assert np.allclose(found, product(env), rtol=1e-13)


REFUSED = {
    "": ("expected a number, a name or `(` at the end", 0),
    "2x cos(": ("expected a number, a name or `(` at the end", 7),
    "cos(x": ("expected `)` at the end", 5),
    "x)": ("expected `(` before this `)`", 1),
    "2 * y": ("unknown name `y`: names are x", 4),
    "2*csin(x)": ("unknown name `csin`: names are x; did you mean `sin`?", 2),
    "2*sine(x)": ("unknown name `sine`", 2),
    "  log10(x)": ("unknown name `log10`", 2),
    "exp2(x)": ("unknown name `exp2`", 0),
    "x2": ("unknown name `x2`", 0),
    "x.5": ("expected an operator", 1),
    "2 3": ("expected an operator", 2),
    "1 000": ("expected an operator", 2),
    "1,2,3": ("expected an operator", 3),
    "cos(1, 2)": ("expected `)`", 5),
    "max(1)": ("expected `,`", 5),
    "max x": ("expected `(` after maximum", 4),
    "2x cos": ("expected an argument after cos at the end", 6),
    "cos⁻¹(x)": ("is this 1/cos or the inverse function?", 3),
    "cos^-1 x": ("is this 1/cos or the inverse function?", 3),
    r"\sqrt[3]{x}": ("only square roots", 0),
    "x²'": ("`'` means transpose", 2),
    "x'(x)": ("`'` means transpose", 1),
    "x == 2": ("expected a formula before `=`", 3),
    "x < 2": ("`<` is not part of a formula", 2),
    "x if x else x": ("unknown name `if`", 2),
    "(x² = 2x": ("expected `)` at the end", 4),
    "x.real": ("`.` is not part of a formula", 1),
    "x.T.real": ("`.` is not part of a formula", 3),
    "np.linalg.norm(x)": ("unknown name `linalg`", 3),
    "np.einsum('ij,kj', x)": ("unknown name `einsum`", 3),
    "__import__('os').system('x')": ("unknown name `__import__`", 0),
    "lambda x: x": ("unknown name `lambda`", 0),
    "[x for x in (1, 2)]": ("unknown name `for`", 3),
    'x"x"': ('`"` is not part of a formula', 1),
    "x\0": ("the character U+0000 is not part of a formula", 1),
    "x\ud800": ("the character U+D800 is not part of a formula", 1),
    "🙂": ("`🙂` is not part of a formula", 0),
    "x; x": ("`;` is not part of a formula", 1),
    "x ∫ x": ("`∫` is not part of a formula", 2),
    "²": ("expected a number", 0),
    "x²³⁻": ("`⁻` is not part of a formula", 3),
    "(" * 60_000: ("at most 500 characters", 0),
    "(" * 60 + "x" + ")" * 60: ("too many nested parentheses", 40),
    "|" * 400: ("too many nested parentheses", 40),
    "cos " * 100 + "x": ("too many nested parentheses", 160),
    "x^" * 100 + "x": ("too many nested parentheses", 80),
    r"\frac{" * 80: ("too many nested parentheses", 240),
    "x" * 450: ("too many terms", 0),
    "q" * 450: ("unknown name `qqqqqqqqqqqqqqqqqqqq…`", 0),
    "2" * 501: ("at most 500 characters", 0),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:30])
def test_what_is_refused_and_where(text: str) -> None:
    message, column = REFUSED[text]
    with pytest.raises(FormulaError) as caught:
        readings(text, {"x"})
    assert message in str(caught.value)
    assert caught.value.column == column
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


def test_names_win_over_functions_and_powers() -> None:
    assert readings("2e", {"e"})[0]({"e": np.float64(5)}) == 10
    assert readings("x^T", {"x", "T"})[0]({"x": np.float64(2), "T": np.float64(3)}) == 8
    assert readings("x1x2", {"x1", "x2"})[0]({"x1": np.float64(2), "x2": np.float64(3)}) == 6
    with pytest.raises(FormulaError, match="the answer is a number, without names"):
        readings("x", ())


LONG = ["x+" * 199 + "x", "-" * 390 + "x", "x" * 400, "x'" * 190, "(x)" * 130, "x/" * 199 + "x", "=" * 500, "$" * 500]


@pytest.mark.parametrize("text", [*LONG, "." * 500, "\ue000(" * 250, "x=" * 249 + "x", "W.T" + ".T" * 200])
def test_long_texts_take_no_time(text: str) -> None:
    start = time.perf_counter()
    with contextlib.suppress(FormulaError):
        for formula in readings(text, {"x", "W"}):
            formula({"x": np.eye(2), "W": np.eye(2)})
    assert time.perf_counter() - start < 1


PIECES = [
    *"0123456789.,xxWGeTd()()[]{}|+-*/^@·×⋅∗÷:−–²³⁻¹ᵀ⊤⊙∘√πσ'′’=≈$`\"; \t\n\0_\\&%#!?<>🙂∂∇\ue000\ud800ŷ",
    "**", "cos", "sin ", "exp(", "max(", "np.", "math.", ".T", "^T", "^{T}", ".dot(", ".transpose()", "dL/dY",
    r"\frac{", r"\cdot", r"\left(", r"\right)", r"\sqrt[", r"\mathrm{", "dot(", "cos²", "1e", "e^", "d/dx", "lambda",
    "__import__", "f'(x) = ",
]  # fmt: skip


def test_random_texts_are_read_or_refused() -> None:
    random = Random(2024)
    env = {"x": np.float64(0.7), "W": np.arange(6.0).reshape(2, 3), "grad_Y": np.ones((4, 3))}
    read, slowest = 0, 0.0
    for _ in range(20_000):
        text = "".join(random.choices(PIECES, k=random.choice([1, 2, 3, 4, 5, 8, 40])))
        start = time.perf_counter()
        try:
            formulas = readings(text, env.keys(), ALIASES)
        except FormulaError as error:
            assert "\n" not in str(error)
            assert 0 <= error.column <= len(text)
            formulas = []
        slowest = max(slowest, time.perf_counter() - start)
        assert len(formulas) <= MAX_READINGS
        read += bool(formulas)
        for formula in formulas:
            with contextlib.suppress(ValueError):
                formula(env)
    assert read > 500
    assert slowest < 1
