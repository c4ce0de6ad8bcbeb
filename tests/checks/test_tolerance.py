"""One tolerance for all: float32 anywhere, and a small number against division by zero, are right, with a note."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Judged, Seeds, write_files

REFERENCE = {name: (ROOT / "reference" / name).read_text("utf-8") for name in
             ("ops.py", "network.py", "matmul.py", "value.py", "tensor.py")}  # fmt: skip


def swapped(file: str, *swaps: tuple[str, str]) -> str:
    source = REFERENCE[file]
    for old, new in swaps:
        assert old in source
        source = source.replace(old, new)
    return source


def engine(at_rest: str, shown: str) -> str:
    """The scalar engine with data and gradients kept by one function and read through another."""
    properties = "".join(
        f"\n    @property\n    def {name}(self):\n        return {shown}(self._{name})\n"
        f"\n    @{name}.setter\n    def {name}(self, to):\n        self._{name} = {at_rest}(to)\n"
        for name in ("data", "grad")
    )
    return swapped("value.py", ("import math", "import math\nimport numpy as np"), (
        "\n    def __init__(self, data", f"{properties}\n    def __init__(self, data"))  # fmt: skip


ENGINES = {
    "float32 data": swapped(
        "value.py", ("import math", "import math\nimport numpy as np"),
        ("self.data = data", "self.data = np.float32(data)"),
    ),
    "float32 throughout": engine("np.float32", ""),
    "float32 told as float": engine("np.float32", "float"),
    "guarded division": swapped("value.py", ("self * other**-1", "self * (other + 1e-8) ** -1")),
}  # fmt: skip
TENSORS = {
    "float32 data": swapped("tensor.py", ("dtype=float", "dtype=np.float32")),
    "float32 told as float": swapped(
        "tensor.py", ("np.asarray(data, dtype=float)", "np.asarray(data, np.float32).astype(float)")
    ),
    "float32 in relu": swapped("tensor.py", ("np.maximum(self.data, 0.0)", "np.maximum(np.float32(self.data), 0.0)")),
    "guarded division": swapped("tensor.py", ("self.data / other.data", "self.data / (other.data + 1e-8)")),
}
OPS = {
    "guarded division": swapped(
        "ops.py", ("return a / b", "return a / (b + 1e-8)"), ("self.b**2", "(self.b**2 + 1e-8)"),
        ("grad_output / self.b\n", "grad_output / (self.b + 1e-8)\n"),
    ),
    "float32 told as float": swapped("ops.py", ("self.a, self.b = a, b", "self.a, self.b = float(np.float32(a)), b")),
}  # fmt: skip
NETWORK = (
    REFERENCE["network.py"]
    + """

def rounded(function):
    def call(*arguments):
        found = function(*(argument.astype(np.float32) for argument in arguments))
        if isinstance(found, tuple):
            return tuple(part.astype(float) for part in found)
        return found.astype(np.float32).astype(float)

    return call


forward, backward = rounded(forward), rounded(backward)
"""
)
RIGHT = [
    *(("value", "value.py", name, source) for name, source in ENGINES.items()),
    *(("tensor", "tensor.py", name, source) for name, source in TENSORS.items()),
    *(("2.5", "ops.py", name, source) for name, source in OPS.items()),
    ("2.10", "network.py", "float32 told as float", NETWORK),
]


@pytest.mark.parametrize(("exercise", "file", "source"), [(one, file, source) for one, file, _, source in RIGHT],
                         ids=[f"{one}-{name}" for one, _, name, _ in RIGHT])  # fmt: skip
def test_rounding_costs_nothing_and_is_noted(many_seeds: Seeds, exercise: str, file: str, source: str) -> None:
    for report in many_seeds({file: source}, exercise):
        (judged,) = report.exercises
        assert judged.score == judged.max_score, judged
        assert any("costs no points" in note and file in note for note in judged.notes), judged.notes


@pytest.mark.parametrize("exercise", ["value", "tensor", "2.5", "2.7", "2.10"])
def test_float64_throughout_gets_no_note(many_seeds: Seeds, exercise: str) -> None:
    for report in many_seeds(REFERENCE, exercise):
        assert not report.exercises[0].notes


def test_no_note_that_it_costs_no_points_stands_beside_lost_points(judged: Callable[..., Judged]) -> None:
    for slip, status in (("", "correct"), (" * (2 if self.a < 0 else 1)", "wrong")):
        source = swapped("ops.py", ("grad_output / self.b\n", f"np.float32(grad_output / self.b){slip}\n"))
        graded = judged({"ops.py": source}, "2.5")
        assert graded.check("2.5", "gradient")["status"] == status
        notes = graded.exercise("2.5")["notes"]
        assert any("costs no points" in note for note in notes) is (status == "correct"), notes


@pytest.mark.parametrize("factor", ["(1 + 1e-5)", "(1 - 1e-4)"])
@pytest.mark.parametrize("told", ["float", "np.float32"])
def test_what_float32_does_not_explain_is_wrong(judged: Callable[..., Judged], factor: str, told: str) -> None:
    factor = factor.replace("1e-5", "3e-5")
    source = swapped("ops.py", ("grad_output / self.b\n", f"{told}(grad_output / self.b * {factor})\n"))
    graded = judged({"ops.py": source}, "2.5")
    assert graded.check("2.5", "gradient")["status"] == "wrong"


def test_a_forward_that_is_right_is_not_blamed(judged: Callable[..., Judged]) -> None:
    # To float32 the numerical derivative of this forward cannot tell the gradient from the true one.
    source = swapped("ops.py", ("return a / b", "return np.float32(a / b)"), (
        "grad_output / self.b\n", "grad_output / self.b * (1 + 3e-6)\n"))  # fmt: skip
    graded = judged({"ops.py": source}, "2.5")
    assert graded.check("2.5", "forward")["status"] == "correct"
    assert graded.check("2.5", "gradient")["status"] == "wrong"
    assert "your forward is not" not in graded.out


def test_a_forward_that_is_wrong_is(judged: Callable[..., Judged]) -> None:
    source = swapped("ops.py", ("return a / b", "return a * b"), (
        "grad_output / self.b\n", "grad_output * self.b\n"), (
        "-grad_output * self.a / self.b**2", "grad_output * self.a"))  # fmt: skip
    graded = judged({"ops.py": source}, "2.5")
    assert "your forward is not a / b" in graded.check("2.5", "gradient")["message"]


FAR = """\
id: far
title: Far away
file: far.py
points: 2
task: Write f(x).
checks:
  - id: value
    claim: f(x) is {formula}
    kind: value
    points: 2
    call: f(x)
    equals: {formula}
    inputs: {{x: {{between: [0.2, 2]}}}}
    cases: [{{x: {x}}}]
"""


@pytest.mark.parametrize(
    ("formula", "code", "x"),
    [
        ("sin(x)", "np.sin(x)", 1e8 + 0.3),
        ("cos(x * x)", "np.cos(x * x)", 54321.7),
        ("x ** 3000000", "x**3000000", 1.0000007),
    ],
)
def test_where_float32_keeps_nothing_not_everything_is_right(
    formula: str, code: str, x: float, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    exercise = FAR.format(formula=formula, x=x)
    if "**" in formula:
        exercise = exercise.replace("[0.2, 2]", "[0.9999999, 1.0000001]")
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
    right = f"import numpy as np\ndef f(x): return {code}\n"
    assert judged({"far.py": right}, course=course).score == 2
    for wrong in ("0.0", f"0.9 * {code}"):
        source = f"import numpy as np\ndef f(x): return {wrong} if x == {x} else {code}\n"
        assert judged({"far.py": source}, course=course).score == 0, wrong
