"""Exercise 2.7: right styles of sigmoid get full marks, every known bug loses points, whatever the seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Graded, Seeds, check_of, said

PLAIN = """
import numpy as np
def sg(x):
    return {forward}
def sigmoid(x):
    return sg(x)
def sigmoid_backward(x, g):
    return {backward}
"""


def sigmoid(forward: str = "1 / (1 + np.exp(-x))", backward: str = "g * sg(x) * (1 - sg(x))") -> str:
    return PLAIN.format(forward=forward, backward=backward)


RIGHT = {
    "plain": sigmoid(),
    "tanh": sigmoid("0.5 * (1 + np.tanh(0.5 * np.asarray(x)))", "g * 0.25 / np.cosh(0.5 * np.asarray(x)) ** 2"),
    "positive-exponent": sigmoid("np.exp(x) / (1 + np.exp(x))", "g * np.exp(x) / (1 + np.exp(x)) ** 2"),
    "negative-exponent": sigmoid(backward="g * np.exp(-x) / (1 + np.exp(-x)) ** 2"),
    "s-minus-s-squared": sigmoid(backward="g * (sg(x) - sg(x) ** 2)"),
    "reciprocal": sigmoid("np.reciprocal(1.0 + np.exp(-np.asarray(x, dtype=float)))"),
    "two-branches": """
import numpy as np
def sigmoid(x):
    x = np.asarray(x, dtype=float)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))
def sigmoid_backward(x, grad_output):
    s = sigmoid(x)
    return np.multiply(grad_output, s * (1 - s))
""",
    "math-for-numbers": """
import math
import numpy as np
def sigmoid(x):
    if isinstance(x, (int, float)):
        return 1 / (1 + math.exp(-x))
    return 1 / (1 + np.exp(-x))
def sigmoid_backward(x, grad_output):
    return grad_output * sigmoid(x) * sigmoid(-x)
""",
    "vectorize": """
import math
import numpy as np
@np.vectorize
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
def sigmoid_backward(x, grad_output):
    s = sigmoid(x)
    return grad_output * s * (1 - s)
""",
    "lists-out": """
import numpy as np
def sigmoid(x):
    return (1 / (1 + np.exp(-np.array(x)))).tolist()
def sigmoid_backward(x, grad_output):
    s = np.array(sigmoid(x))
    return (grad_output * s * (1 - s)).tolist()
""",
    "float32": sigmoid("(1 / (1 + np.exp(-np.float32(x)))).astype(np.float32)", "np.float32(g * sg(x) * (1 - sg(x)))"),
    "in-steps": """
import numpy as np
def sigmoid(x):
    out = np.negative(x, dtype=float)
    out = np.exp(out)
    out = out + 1
    return 1 / out
def sigmoid_backward(x, grad_output):
    grad = np.array(grad_output, dtype=float)
    grad *= sigmoid(x)
    grad *= 1 - sigmoid(x)
    return grad
""",
}

WRONG = {
    "31-raw-x": "g * x * (1 - x)",
    "32-double-sigmoid": "g * sg(sg(x)) * (1 - sg(sg(x)))",
    "33-no-1-s": "g * sg(x)",
    "34-only-1-s": "g * (1 - sg(x))",
    "35-no-grad": "sg(x) * (1 - sg(x))",
    "36-tanh-rule": "g * (1 - sg(x) ** 2)",
    "37-plus": "g * sg(x) * (1 + sg(x))",
    "38-negated": "-g * sg(x) * (1 - sg(x))",
    "39-square": "g * sg(x) ** 2 * (1 - sg(x))",
    "40-exp-positive": "g * np.exp(x) / (1 + np.exp(-x)) ** 2",
    "41-g-inside": "sg(g * x) * (1 - sg(g * x))",
    "summed": "np.sum(g * sg(x) * (1 - sg(x)))",
    "first-entry": "g * sg(np.ravel(x)[0]) * (1 - sg(np.ravel(x)[0]))",
    "at-zero": "g * 0.25",
}


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_style_gets_full_marks(style: str, hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": RIGHT[style]}, "--only", "2.7")
    assert (graded.score, graded.code) == (8, 0), graded.out


@pytest.mark.parametrize("bug", WRONG)
def test_a_known_bug_loses_points_with_every_seed(bug: str, ten_seeds: Seeds) -> None:
    for report in ten_seeds({"ops.py": sigmoid(backward=WRONG[bug])}, "2.7"):
        assert check_of(report, "forward").status == "correct", said(report)
        assert report.score < 8, said(report)


def test_numbers_alone_keep_their_points(hand_in: Callable[..., Graded]) -> None:
    source = """
import math
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
def sigmoid_backward(x, g):
    return g * sigmoid(x) * (1 - sigmoid(x))
"""
    graded = hand_in({"ops.py": source}, "--only", "2.7")
    assert graded.score == 5
    assert graded.exercise("2.7")["status"] == "partial"


def test_arguments_must_stay_as_they_are(hand_in: Callable[..., Graded]) -> None:
    changes_x = sigmoid(backward="np.multiply(x, 0, out=x) if np.ndim(x) and x.dtype == float else 0") + (
        "\ndef sigmoid_backward(x, g):\n    s = sg(x)\n    if np.ndim(x):\n        x *= 0\n    return g * s * (1 - s)\n"
    )
    check = hand_in({"ops.py": changes_x}, "--only", "2.7").check("2.7", "gradient-array")
    assert check["status"] == "wrong" and "changes its argument x" in check["message"]
    changes_g = sigmoid() + (
        "\ndef sigmoid_backward(x, g):\n    if np.ndim(g):\n        g *= sg(x) * (1 - sg(x))\n        return g\n"
        "    return g * sg(x) * (1 - sg(x))\n"
    )
    check = hand_in({"ops.py": changes_g}, "--only", "2.7").check("2.7", "gradient-array")
    assert check["status"] == "wrong" and "changes its argument g" in check["message"]


def test_a_wrong_shape_is_named(hand_in: Callable[..., Graded]) -> None:
    check = hand_in({"ops.py": sigmoid(backward=WRONG["summed"])}, "--only", "2.7").check("2.7", "gradient-array")
    assert "shape" in check["message"] and "is due" in check["message"]


def test_the_worst_entry_is_named(hand_in: Callable[..., Graded]) -> None:
    source = sigmoid() + "\ndef sigmoid_backward(x, g):\n    d = g * sg(x) * (1 - sg(x))\n    if np.ndim(d):\n"
    source += "        d = np.array(d); d.flat[-1] *= 2\n    return d\n"
    check = hand_in({"ops.py": source}, "--only", "2.7").check("2.7", "gradient-array")
    assert check["evidence"]["worst"].startswith("1 of 3 entries off; worst at [2]: yours ")
