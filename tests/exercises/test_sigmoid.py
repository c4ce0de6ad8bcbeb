"""Exercise 2.7: right styles of sigmoid get full marks, every known bug loses points, whatever the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import Judged, Seeds, check_of, said

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
def test_a_right_style_gets_full_marks(style: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": RIGHT[style]}, "2.7")
    assert (graded.score, graded.code) == (8, 0), graded.out


@pytest.mark.parametrize("bug", WRONG)
def test_a_known_bug_loses_points_with_every_seed(bug: str, many_seeds: Seeds) -> None:
    for report in many_seeds.one_of(bug)({"ops.py": sigmoid(backward=WRONG[bug])}, "2.7"):
        assert check_of(report, "forward").status == "correct", said(report)
        assert report.score < 8, said(report)


def test_numbers_alone_keep_their_points(judged: Callable[..., Judged]) -> None:
    source = """
import math
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
def sigmoid_backward(x, g):
    return g * sigmoid(x) * (1 - sigmoid(x))
"""
    graded = judged({"ops.py": source}, "2.7")
    assert graded.score == 5
    assert graded.exercise("2.7")["status"] == "partial"


def test_arguments_must_stay_as_they_are(judged: Callable[..., Judged]) -> None:
    changes_x = sigmoid(backward="np.multiply(x, 0, out=x) if np.ndim(x) and x.dtype == float else 0") + (
        "\ndef sigmoid_backward(x, g):\n    s = sg(x)\n    if np.ndim(x):\n        x *= 0\n    return g * s * (1 - s)\n"
    )
    check = judged({"ops.py": changes_x}, "2.7").check("2.7", "gradient-array")
    assert check["status"] == "wrong" and "changes its argument x" in check["message"]
    changes_g = sigmoid() + (
        "\ndef sigmoid_backward(x, g):\n    if np.ndim(g):\n        g *= sg(x) * (1 - sg(x))\n        return g\n"
        "    return g * sg(x) * (1 - sg(x))\n"
    )
    check = judged({"ops.py": changes_g}, "2.7").check("2.7", "gradient-array")
    assert check["status"] == "wrong" and "changes its argument g" in check["message"]


def test_a_wrong_shape_is_named(judged: Callable[..., Judged]) -> None:
    check = judged({"ops.py": sigmoid(backward=WRONG["summed"])}, "2.7").check("2.7", "gradient-array")
    assert "it must have shape" in check["message"]


def test_the_worst_entry_is_named(judged: Callable[..., Judged]) -> None:
    source = sigmoid() + "\ndef sigmoid_backward(x, g):\n    d = g * sg(x) * (1 - sg(x))\n    if np.ndim(d):\n"
    source += "        d = np.array(d); d.flat[-1] *= 2\n    return d\n"
    check = judged({"ops.py": source}, "2.7").check("2.7", "gradient-array")
    assert check["evidence"]["worst"].startswith("1 of 3 entries wrong, the largest error at [2]: yours ")


# What is returned, and the message. A tuple that stacks to the right shape is an array.
SEVERAL = {
    "pair-of-arrays": ("return y, y", "returned a pair (a tuple of 2 values); return one array of shape (2, 3)"),
    "list-of-two": (
        "return [y, float(np.sum(y))]",
        "returned a pair (a list of 2 values); return one array of shape (2, 3)",
    ),
    "array-and-text": ("return y, 'done'", "returned a pair (a tuple of 2 values); return one array of shape (2, 3)"),
    "triple": ("return y, y, y", "returned a tuple of 3 values; return one array of shape (2, 3)"),
}


@pytest.mark.parametrize("way", SEVERAL)
def test_several_results_where_one_array_is_expected_are_named(way: str, judged: Callable[..., Judged]) -> None:
    statement, text = SEVERAL[way]
    source = f"""
import numpy as np
def sigmoid(x):
    y = 1 / (1 + np.exp(-np.asarray(x, dtype=float)))
    if np.shape(x) == (2, 3):
        {statement}
    return y
def sigmoid_backward(x, g):
    return g * sigmoid(x) * (1 - sigmoid(x))
"""
    graded = judged({"ops.py": source}, "2.7")
    assert graded.check("2.7", "forward-array")["message"] == text, graded.out


def test_a_pair_where_a_number_is_expected_is_named(judged: Callable[..., Judged]) -> None:
    source = sigmoid(backward="(g * sg(x) * (1 - sg(x)), sg(x))")
    check = judged({"ops.py": source}, "2.7").check("2.7", "gradient")
    assert "is a pair (a tuple of 2 values); it must be one number" in check["message"]


def test_rows_in_a_tuple_or_a_list_are_still_an_array(judged: Callable[..., Judged]) -> None:
    for made in ("tuple", "list"):
        source = sigmoid(backward=f"{made}(g * sg(x) * (1 - sg(x))) if np.ndim(x) else g * sg(x) * (1 - sg(x))")
        assert judged({"ops.py": source}, "2.7").score == 8


def test_nested_lists_of_the_wrong_shape_are_no_pair(judged: Callable[..., Judged]) -> None:
    source = sigmoid(backward="[[0.1, 0.2], [0.3, 0.4]] if np.ndim(x) else g * sg(x) * (1 - sg(x))")
    message = judged({"ops.py": source}, "2.7").check("2.7", "gradient-array")["message"]
    assert "is an array of shape (2, 2)" in message and "pair" not in message


ARRAYS_ONLY = {
    "shape": "y = np.zeros(x.shape)\n    y[...] = 1 / (1 + np.exp(-x))",
    "copy": "y = x.copy()\n    y[...] = 1 / (1 + np.exp(-x))",
    "len": "y = np.array([1 / (1 + np.exp(-x[i])) for i in range(len(x))])",
    "mask": "y = 1 / (1 + np.exp(-x))\n    y[x < -700] = 0.0",
    "loop": "y = np.array([1 / (1 + np.exp(-e)) for e in x])",
    "index": "y = np.asarray(1 / (1 + np.exp(-x)))\n    y[0] = 1 / (1 + np.exp(-np.ravel(x)[0]))",
}


@pytest.mark.parametrize("way", ARRAYS_ONLY)
def test_code_for_arrays_alone_is_told_that_x_may_be_a_number(way: str, many_seeds: Seeds) -> None:
    source = f"import numpy as np\ndef sigmoid(x):\n    {ARRAYS_ONLY[way]}\n    return y\n" + (
        "def sigmoid_backward(x, g):\n    s = 1 / (1 + np.exp(-x))\n    return g * s * (1 - s)\n"
    )
    seeds = replace(many_seeds, course=replace(many_seeds.course, reference={}))
    report = next(iter(seeds({"ops.py": source}, "2.7")))
    number = check_of(report, "forward")
    assert number.status == "crashed"
    assert "In this call x is a plain number" in number.hint or "x may be a plain number" in number.hint, number
    assert "plain number" not in check_of(report, "forward-array").hint


def test_another_exception_is_not_blamed_on_plain_numbers(judged: Callable[..., Judged]) -> None:
    for statement in ("x.nothing", "len(None)", "x + 'a'", "{}['x']", "x.data"):
        source = sigmoid() + f"\ndef sigmoid(x):\n    {statement}\n    return sg(x)\n"
        check = judged({"ops.py": source}, "2.7").check("2.7", "forward")
        assert check["status"] == "crashed" and "plain number" not in check["hint"], check


ORDER = {
    "difference": ("gradient-array", sigmoid(backward="g * sg(x) * 1 - sg(x)"), "* is done before -"),
    "sum": ("gradient-array", sigmoid(backward="g * np.exp(-x) / 1 + np.exp(-x)**2"), "/ and ** are done before +"),
    "quotient": (
        "gradient-array",
        sigmoid(backward="g * np.exp(-x) / (1 + np.exp(-x))*(1 + np.exp(-x))"),
        "Python does / and * from left to right",
    ),
    "forward": ("forward", sigmoid("1 / 1 + np.exp(-x)"), "/ is done before +"),
}


@pytest.mark.parametrize("name", ORDER)
def test_missing_parentheses_are_told_by_the_order_of_operators(name: str, judged: Callable[..., Judged]) -> None:
    check, source, hint = ORDER[name]
    assert hint in judged({"ops.py": source}, "2.7").check("2.7", check)["hint"]
