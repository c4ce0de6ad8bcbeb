"""Exercise 2.6: right styles of Pow get full marks, every known bug loses points, whatever the seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Judged, Seeds, check_of, said

PLAIN = """
import numpy as np
class Pow:
    def __init__(self, n):
        self.n = n
    def forward(self, a):
        self.a = a
        return {forward}
    def backward(self, g):
        a, n = self.a, self.n
        return {backward}
"""


def power(forward: str = "a ** self.n", backward: str = "g * n * a ** (n - 1)") -> str:
    return PLAIN.format(forward=forward, backward=backward)


RIGHT = {
    "plain": power(),
    "builtin-pow": power("pow(a, self.n)", "g * n * pow(a, n - 1)"),
    "numpy": power("np.power(float(a), self.n)", "g * n * np.power(float(a), n - 1)"),
    "via-output": power(backward="g * n * (a ** n) / a"),
    "tuple-of-one": power(backward="(g * n * a ** (n - 1),)"),
    "list-of-one": power(backward="[g * n * a ** (n - 1)]"),
    "array-of-one": power("np.array([a ** self.n])", "np.array([g * n * a ** (n - 1)])"),
    "zero-d": power("np.asarray(a ** self.n)", "np.asarray(g * n * a ** (n - 1))"),
    "by-name": power(backward="{'grad_a': g * n * a ** (n - 1)}"),
    "slope-kept": """
class Pow:
    __slots__ = ("n", "slope")
    def __init__(self, n: float):
        self.n = n
    def forward(self, a: float) -> float:
        self.slope = self.n * a ** (self.n - 1)
        return a ** self.n
    def backward(self, grad_output: float) -> float:
        return grad_output * self.slope
""",
    "dataclass": """
from dataclasses import dataclass, field
@dataclass
class Pow:
    n: float
    a: float = field(default=0.0, init=False)
    def forward(self, a):
        self.a = a
        return a ** self.n
    def backward(self, grad_output):
        if self.n == 0:
            return 0.0
        return grad_output * (self.n * self.a ** (self.n - 1))
""",
    "sign-and-magnitude": """
import math
class Pow:
    def __init__(self, n): self.n = n
    def _power(self, a, n):
        if n == 0: return 1.0
        size = math.exp(n * math.log(abs(a)))
        return -size if a < 0 and int(n) % 2 else size
    def forward(self, a):
        self.a = a
        return self._power(a, self.n)
    def backward(self, g):
        return 0.0 if self.n == 0 else g * self.n * self._power(self.a, self.n - 1)
""",
}

# The numbers are those of the table of known bugs.
WRONG = {
    "17-no-n": "g * a ** (n - 1)",
    "18-n-not-decreased": "g * n * a ** n",
    "19-n-1-factor": "g * (n - 1) * a ** (n - 1)",
    "20-n-1-and-n-2": "g * (n - 1) * a ** (n - 2)",
    "21-paren": "g * n * (a ** n - 1)",
    "22-no-grad": "n * a ** (n - 1)",
    "23-exp-rule": "g * a ** n * np.log(abs(a))",
    "24-n-times-a": "g * n * a",
    "25-integral": "g * a ** (n + 1) / (n + 1)",
    "26-swap-base": "g * a * float(abs(n)) ** (a - 1)",
    "27-abs-n": "g * abs(n) * a ** (n - 1)",
    "28-abs-a": "g * n * abs(a) ** (n - 1)",
    "29-grad-inside": "n * (g * a) ** (n - 1)",
    "30-sub-one-late": "g * n * a ** n - 1",
    "int-n": "g * int(n) * a ** (int(n) - 1)",
    "zero-for-negative-a": "g * n * max(a, 0.0) ** (n - 1)",
}


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_style_gets_full_marks(style: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": RIGHT[style]}, "2.6")
    assert (graded.score, graded.code) == (8, 0), graded.out


@pytest.mark.parametrize("bug", WRONG)
def test_a_known_bug_loses_points_with_every_seed(bug: str, many_seeds: Seeds) -> None:
    for report in many_seeds.one_of(bug)({"ops.py": power(backward=WRONG[bug])}, "2.6"):
        assert check_of(report, "forward").status == "correct", said(report)
        assert report.score < 8, said(report)


def test_a_wrong_forward_loses_points(judged: Callable[..., Judged]) -> None:
    for wrong in ("a ** 2", "a * self.n", "abs(a) ** self.n", "a ** int(self.n)", "self.n ** a"):
        graded = judged({"ops.py": power(wrong)}, "2.6")
        assert graded.check("2.6", "forward")["score"] == 0, graded.out


def test_an_exponent_kept_on_the_class_is_found(judged: Callable[..., Judged]) -> None:
    source = power().replace("self.n = n", "Pow.n = n")
    check = judged({"ops.py": source}, "2.6").check("2.6", "gradient-whole")
    assert check["status"] == "wrong" and "stored on the class" in check["message"]


def test_a_backward_that_fits_a_wrong_forward_is_told_so(judged: Callable[..., Judged]) -> None:
    source = power("a ** (self.n + 1)", "g * (n + 1) * a ** n")
    check = judged({"ops.py": source}, "2.6").check("2.6", "gradient-whole")
    assert check["status"] == "wrong"
    assert "your backward is the derivative of your forward, but your forward is not a ** n" in check["message"]
    assert check["evidence"]["numerical"] == check["evidence"]["yours"]
