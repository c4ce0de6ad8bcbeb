"""A derivative taken numerically has right numbers and keeps its points; a note tells the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import ROOT, Graded, Judged

SIGMOID = "import numpy as np\n\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-np.asarray(x)))\n\n"
HEAD = SIGMOID + "def sigmoid_backward(x, grad_output):\n    x = np.asarray(x, float)\n    return grad_output * "
NUMERICAL = {
    "complex-literal": ("sigmoid(x + 1e-20j).imag / 1e-20", "complex numbers"),
    "complex-call": ("sigmoid(x + complex(0, 1e-20)).imag / 1e-20", "complex numbers"),
    "complex-type": ("sigmoid(x + np.complex128(1) * 0).real * (1 - sigmoid(x))", "complex numbers"),
    "differences": (
        "(8 * (sigmoid(x + 1e-3) - sigmoid(x - 1e-3)) - sigmoid(x + 2e-3) + sigmoid(x - 2e-3)) / 12e-3", "4 times"
    ),
}  # fmt: skip
FORMULA = "np.exp(-x) / (1 + np.exp(-x)) ** 2"


@pytest.mark.parametrize("name", NUMERICAL)
def test_the_reader_is_told(name: str, judged: Callable[..., Judged]) -> None:
    body, piece = NUMERICAL[name]
    graded = judged({"ops.py": HEAD + body + "\n"}, "2.7")
    assert graded.score == 8 and graded.code == 0
    (note,) = graded.exercise("2.7")["notes"]
    assert note.startswith("for the instructor: sigmoid_backward (ops.py:6)") and piece in note


def test_a_formula_is_no_matter_for_the_reader(judged: Callable[..., Judged]) -> None:
    once = "    s = sigmoid(x)\n    return grad_output * s * (1 - s)\n"
    for source in (SIGMOID + "def sigmoid_backward(x, grad_output):\n" + once, HEAD + FORMULA + "\n"):
        graded = judged({"ops.py": source}, "2.7")
        assert graded.score == 8 and graded.exercise("2.7")["notes"] == []


def test_wrong_derivatives_are_judged_and_not_suspected(judged: Callable[..., Judged]) -> None:
    wrong = HEAD + "2 * (sigmoid(x + 1e-3) - sigmoid(x - 1e-3)) / 2e-3\n"
    graded = judged({"ops.py": wrong}, "2.7")
    assert graded.score < 8 and "for the instructor" not in graded.out


def test_the_reference_is_not_suspected(run: Callable[..., Graded]) -> None:
    graded = run(ROOT / "reference", "--only", "2.5", "--only", "2.6", "--only", "2.9", "--only", "2.10")
    assert "for the instructor" not in graded.out
