"""Another course is another folder: the engine knows no exercise by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Judged, write_files

HYPOTENUSE = """\
id: hyp
title: Hypotenuse
file: triangle.py
points: 3
task: Write the class Hypot.
checks:
  - {id: forward, claim: forward is the hypotenuse, kind: value, points: 1, call: "Hypot().forward(p, q)",
     equals: sqrt(p ** 2 + q ** 2), inputs: &legs {p: {between: [0.5, 4], sign: any}, q: {between: [0.5, 4]}}}
  - {id: backward, claim: backward has its gradient, kind: gradient, points: 2, make: {h: Hypot()},
     forward: "h.forward(p, q)", backward: h.backward(g), of: sqrt(p ** 2 + q ** 2), wrt: [p, q], inputs: *legs,
     traps: [interleaved, forward-twice]}
"""
RIGHT = """
import math
class Hypot:
    def forward(self, p, q):
        self.p, self.q, self.out = p, q, math.hypot(p, q)
        return self.out
    def backward(self, g):
        return g * self.p / self.out, g * self.q / self.out
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_files(tmp_path / "course", {"course.yaml": "title: Triangles\n", "1-hyp.yaml": HYPOTENUSE})


def test_an_invented_exercise_is_graded(judged: Callable[..., Judged], course: Path) -> None:
    graded = judged({"triangle.py": RIGHT}, course=course)
    assert (graded.code, graded.score, graded.results["course"]["title"]) == (0, 3, "Triangles")
    wrong = judged({"triangle.py": RIGHT.replace("g * self.q", "g * self.p")}, course=course)
    assert (wrong.code, wrong.score) == (1, 1)


def test_no_module_of_the_engine_names_an_exercise() -> None:
    names = {"Div", "Pow", "sigmoid_backward", "check_gradient", "matmul_backward", "train_xor", "ops.py", "value.py"}
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in names, f"{path}:{node.lineno} names {node.value}"


ONE = """\
id: one
title: One number
file: work.py
points: 1
task: Write half(x).
checks:
  - {id: value, claim: half(x) is x / 2, kind: value, points: 1, call: half(x), equals: x / 2,
     inputs: {x: {between: [1, 9]}}}
"""


@pytest.mark.parametrize(
    ("given", "points"), [("x / 2", 1), ("[x / 2]", 0), ("(x / 2,)", 0), ("(y for y in [x / 2])", 0)]
)
def test_a_list_of_one_number_is_no_number(
    given: str, points: int, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: Halves\n", "1.yaml": ONE})
    graded = judged({"work.py": f"def half(x):\n    return {given}\n"}, course=course)
    assert graded.score == points, graded.out


NET = """\
id: net
title: Given whole
file: net.py
needs: [ops.py]
points: 2
task: Use it.
checks:
  - {id: value, claim: forward(x) is 2 act(x), kind: value, points: 2, call: forward(x), equals: 2 * x,
     inputs: {x: {between: [1, 9]}}}
"""
ACT = ONE.replace("id: one", "id: act").replace("work.py", "ops.py").replace("half(x)", "act(x)").replace("x / 2", "x")


def test_what_one_file_breaks_is_not_missing_in_another_that_is_given(
    judged: Callable[..., Judged], tmp_path: Path
) -> None:
    """`net.py` is the template's own, and right; `ops.py` works a few times only."""
    given = "import ops\n\ndef forward(x):\n    return 2 * ops.act(x)\n"
    head = "title: Given\ntemplate: stubs\n"
    course = write_files(tmp_path / "course", {"course.yaml": head, "1.yaml": ACT, "2.yaml": NET})
    write_files(course / "stubs", {"net.py": given, "ops.py": "def act(x):\n    raise NotImplementedError\n"})
    for times in range(1, 60, 7):
        tired = f"calls = []\n\ndef act(x):\n    calls.append(x)\n    return x if len(calls) <= {times} else 0 * x\n"
        whole = judged({"net.py": given, "ops.py": tired}, course=course)
        alone = judged({"net.py": given, "ops.py": tired}, "net", course=course)
        assert whole.exercise("net")["score"] == alone.exercise("net")["score"], times
