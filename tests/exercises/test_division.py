"""Exercise 2.5: every right style gets full marks, every known bug loses points on the right check."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Graded, Judged

PLAIN = """
class Div:
    def forward(self, a, b):
        self.a, self.b = a, b
        return {forward}
    def backward(self, g):
        a, b = self.a, self.b
        return {backward}
"""


def division(forward: str = "a / b", backward: str = "(g / b, -g * a / b ** 2)", head: str = "") -> str:
    return head + PLAIN.format(forward=forward, backward=backward)


RIGHT = {
    "floats": division(),
    "numpy-scalars": division(
        "np.float64(a) / b", "np.float64(g) / b, np.float64(-g * a / b ** 2)", "import numpy as np"
    ),
    "zero-d": division("np.array(a / b)", "np.array(g / b), np.array(-g * a / b ** 2)", "import numpy as np"),
    "one-entry-arrays": division("np.array([a / b])", "np.array([g / b]), np.array([-g*a/b**2])", "import numpy as np"),
    "list": division(backward="[g / b, -g * a / b ** 2]"),
    "array": division(backward="np.array([g / b, -g * a / b ** 2])", head="import numpy as np"),
    "matrix": division(backward="np.matrix([[g / b], [-g * a / b ** 2]])", head="import numpy as np"),
    "generator": division(backward="(x for x in (g / b, -g * a / b ** 2))"),
    "dict-by-name": division(backward="{'grad_b': -g * a / b ** 2, 'grad_a': g / b}"),
    "via-power": division("a * b ** -1.0", "(g * b ** -1.0, -g * a * b ** -2.0)"),
    "float32": division(
        "np.float32(a) / np.float32(b)", "(np.float32(g / b), np.float32(-g*a/b**2))", "import numpy as np"
    ),
    "cached-output": """
class Div:
    def forward(self, a, b):
        self.inverse = 1 / b
        self.out = a * self.inverse
        return self.out
    def backward(self, grad_output):
        grad_a = grad_output * self.inverse
        return grad_a, -grad_a * self.out
""",
    "recomputed": """
from fractions import Fraction
class Div:
    def forward(self, *inputs):
        self.inputs = inputs
        return float(Fraction(inputs[0]) / Fraction(inputs[1]))
    def backward(self, grad_output):
        a, b, g = map(Fraction, (*self.inputs, grad_output))
        return float(g / b), float(-g * a / b ** 2)
""",
    "dataclass-and-helper": """
from dataclasses import dataclass
@dataclass
class Saved:
    a: float
    b: float
def slopes(saved):
    return 1 / saved.b, -saved.a / saved.b ** 2
class Div:
    saved = None
    def forward(self, a: float, b: float) -> float:
        self.saved = Saved(a, b)
        return a / b
    def backward(self, grad_output: float):
        return tuple(grad_output * slope for slope in slopes(self.saved))
""",
    "inherited-slots": """
class Op:
    __slots__ = ("saved",)
    def __init__(self): self.saved = []
class Binary(Op):
    __slots__ = ()
    def forward(self, a, b):
        self.saved.append((a, b))
        return a.__truediv__(b) if isinstance(a, float) else a / b
    def backward(self, g):
        a, b = self.saved[-1]
        return g / b, -(g * a) / (b * b)
class Div(Binary): pass
""",
    "windows-lines-and-bom": ("\ufeff" + division()).replace("\n", "\r\n"),
    "stub-left-but-replaced": """
class Div:
    def forward(self, a, b):
        pass
    def backward(self, grad_output):
        pass
def forward(self, a, b):
    self.a, self.b = a, b
    return a / b
Div.forward = forward
Div.backward = lambda self, g: (g / self.b, -g * self.a / self.b ** 2)
""",
}

WRONG_BACKWARD = {
    "db-sign": "(g/b, g*a/b**2)",
    "db-no-square": "(g/b, -g*a/b)",
    "db-no-a": "(g/b, -g/b**2)",
    "db-no-grad": "(g/b, -a/b**2)",
    "da-no-grad": "(1/b, -g*a/b**2)",
    "no-grad": "(1/b, -a/b**2)",
    "swapped": "(-g*a/b**2, g/b)",
    "da-is-b": "(g*b, -g*a/b**2)",
    "as-mul": "(g*b, g*a)",
    "db-a2": "(g/b, -g*a**2/b)",
    "da-out": "(g*a/b, -g*a/b**2)",
    "db-out2": "(g/b, -g*(a/b)**2)",
    "grad-added": "(g+1/b, g-a/b**2)",
    "grad-squared": "(g*g/b, -g*g*a/b**2)",
    "db-abs": "(g/b, -g*a/abs(b)**2*(1 if b > 0 else -1))",
    "int-div": "(g//b, -g*a//b**2)",
    "swapped-named": "{'grad_a': -g*a/b**2, 'grad_b': g/b}",
    "slightly-off": "(g/b, -g*a/b**2 * (1 + 1e-6))",
    "only-one": "g/b",
    "three": "(g/b, -g*a/b**2, 0.0)",
    "nested": "((g/b,), (-g*a/b**2, 0.0))",
    "none": "None",
    "nan": "(float('nan'), -g*a/b**2)",
    "infinite": "(g/b, float('inf'))",
    "complex": "(g/b, complex(-g*a/b**2))",
    "bool": "(True, False)",
    "string": "(str(g/b), str(-g*a/b**2))",
    "object-array": "__import__('numpy').array([g/b, -g*a/b**2], dtype=object)",
    "huge-int": "(10**5000, -g*a/b**2)",
    "endless-generator": "(0.0 for _ in iter(int, 1))",
}

LIAR = """
class Always(float):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __eq__
    __sub__ = __rsub__ = __abs__ = lambda self, *other: Always(0)
    __hash__ = None
"""

HELD = {
    "masked": division("a / b", "__import__('numpy').ma.array([g / b, -g * a / b ** 2])"),
    "lying-floats": LIAR + division("Always(a / b)", "(Always(g / b), Always(-g * a / b ** 2))"),
}

WRONG_BOTH = {
    "hard-coded": "class Div:\n def forward(self, a, b): return 3.0\n def backward(self, g): return g / 2, -g * 1.5",
    "lying-floats": LIAR + division("Always(a / b + 1)", "(Always(g), Always(g))"),
    "floor": division("a // b", "(g // b, -g * a // b ** 2)"),
    "lookup": division("{(6, 2): 3.0, (7, 2): 3.5}.get((a, b), 0.0)", "(g / 2, -1.5 * g) if a == 6 else (0.0, 0.0)"),
    "subclass-of-array": """
import numpy as np
class Sly(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(())
"""
    + division("np.zeros(()).view(Sly)", "np.zeros(2).view(Sly)"),
}

STATE = {
    "class-level-state": ("""
class Div:
    def forward(self, a, b):
        Div.a, Div.b = a, b
        return a / b
    def backward(self, g):
        return g / Div.b, -g * Div.a / Div.b ** 2
""", "stored on the class"),
    "global-state": ("""
saved = {}
class Div:
    def forward(self, a, b):
        saved.update(a=a, b=b)
        return a / b
    def backward(self, g):
        return g / saved["b"], -g * saved["a"] / saved["b"] ** 2
""", "stored on the class"),
    "first-forward-kept": ("""
class Div:
    def forward(self, a, b):
        if not hasattr(self, "a"):
            self.a, self.b = a, b
        return a / b
    def backward(self, g):
        return g / self.b, -g * self.a / self.b ** 2
""", "the last forward"),
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_style_gets_full_marks(style: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": RIGHT[style]}, "2.5")
    assert (graded.score, graded.code) == (8, 0), graded.out


@pytest.mark.parametrize("bug", WRONG_BACKWARD)
def test_a_wrong_gradient_loses_the_gradient_and_nothing_else(bug: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": division(backward=WRONG_BACKWARD[bug])}, "2.5")
    assert graded.code == 1
    assert graded.check("2.5", "forward")["status"] == "correct", graded.out
    assert graded.check("2.5", "gradient")["status"] == "wrong", graded.out
    assert graded.score == 3


@pytest.mark.parametrize("name", HELD)
def test_numbers_and_arrays_of_other_classes_are_what_they_hold(name: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": HELD[name]}, "2.5")
    assert (graded.score, graded.code) == (8, 0), graded.out


@pytest.mark.parametrize("bug", WRONG_BOTH)
def test_a_wrong_division_gets_nothing(bug: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": WRONG_BOTH[bug]}, "2.5")
    assert (graded.score, graded.code) == (0, 1), graded.out


@pytest.mark.parametrize("bug", STATE)
def test_state_in_the_wrong_place_is_found_and_named(bug: str, judged: Callable[..., Judged]) -> None:
    source, words = STATE[bug]
    gradient = judged({"ops.py": source}, "2.5").check("2.5", "gradient")
    assert gradient["status"] == "wrong"
    assert words in gradient["message"]


@pytest.mark.parametrize("seed", range(10))
def test_the_verdict_does_not_depend_on_the_seed(seed: int, judged: Callable[..., Judged]) -> None:
    assert judged({"ops.py": division()}, "2.5", seed=seed).score == 8
    wrong = division(backward=WRONG_BACKWARD["db-abs"])
    assert judged({"ops.py": wrong}, "2.5", seed=seed).score == 3


def test_the_message_says_which_gradient_is_wrong_and_shows_both(hand_in: Callable[..., Graded]) -> None:
    check = hand_in({"ops.py": division(backward="(g/b, g*a/b**2)")}, "--only", "2.5").check("2.5", "gradient")
    assert check["message"].startswith("grad_b is wrong in ")
    assert "grad_a is right everywhere" in check["message"]
    evidence = check["evidence"]
    assert evidence["case"]["a"] == "6" and evidence["case"]["b"] == "2"
    assert evidence["place"] == "ops.py:6  Div.backward"
    assert evidence["worst"] == "grad_b"
    assert evidence["yours"] != evidence["expected"]


def test_an_edit_changes_the_inputs_and_the_same_file_keeps_them(judged: Callable[..., Judged]) -> None:
    wrong = division(backward="(g/b, g*a/b**2)")
    first = judged({"ops.py": wrong}).check("2.5", "gradient")["evidence"]
    again = judged({"ops.py": wrong}).check("2.5", "gradient")["evidence"]
    edited = judged({"ops.py": wrong + "\n# tried again\n"}).check("2.5", "gradient")["evidence"]
    assert first["case"] == again["case"] != edited["case"]


@pytest.mark.parametrize("dimensions", [9, 20])
def test_an_array_of_many_dimensions_is_told_and_is_no_disturbance(
    dimensions: int, judged: Callable[..., Judged]
) -> None:
    many = f"__import__('numpy').ones((1,) * {dimensions}) * (a / b)"
    graded = judged({"ops.py": PLAIN.format(forward=many, backward="g / b, -g * a / b ** 2")}, "2.5")
    check = graded.check("2.5", "forward")
    assert (check["status"], graded.score) == ("wrong", 5), graded.out
    assert f"{dimensions} dimensions" in check["message"]


@pytest.mark.parametrize(
    ("forward", "backward", "noted"),
    [
        ("a / (b + 1e-8)", "(g / b, -g * a / b ** 2)", True),
        ("a / (b + 1e-6)", "(g / b, -g * a / b ** 2)", False),
        ("round(a / b, 4)", "(g / b, -g * a / b ** 2)", False),
        ("a / (b + 1e-6)", "(g / b, -g * a / (b ** 2 + 1e-8))", True),
    ],
)
def test_no_note_says_that_it_costs_nothing_where_it_does(
    forward: str, backward: str, noted: bool, judged: Callable[..., Judged]
) -> None:
    graded = judged({"ops.py": division(forward, backward)}, "2.5")
    assert ("this costs no points" in graded.out) == noted
    assert graded.check("2.5", "forward")["score"] == (3 if "1e-8" in forward else 0)


@pytest.mark.parametrize("grad_b", ["-g * a / b * b", "-(g * a) / b*b", "-1 * g * a / b * b"])
def test_a_divisor_without_parentheses_is_told_in_what_order_python_computes(
    grad_b: str, judged: Callable[..., Judged]
) -> None:
    check = judged({"ops.py": division(backward=f"(g / b, {grad_b})")}, "2.5").check("2.5", "gradient")
    assert (check["status"], check["misconception"]) == ("wrong", "db-left-to-right")
    assert "Python does / and * from left to right: x / y*y is (x / y) * y." in check["hint"]


@pytest.mark.parametrize("grad_b", ["-g * a / (b * b)", "-g * a / b / b"])
def test_a_divisor_in_parentheses_is_right(grad_b: str, judged: Callable[..., Judged]) -> None:
    check = judged({"ops.py": division(backward=f"(g / b, {grad_b})")}, "2.5").check("2.5", "gradient")
    assert (check["status"], check["hint"]) == ("correct", "")
