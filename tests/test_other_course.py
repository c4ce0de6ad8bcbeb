"""Another course is another folder: the engine knows no exercise by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files

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


def test_an_invented_exercise_is_graded(hand_in: Callable[..., Graded], course: Path) -> None:
    graded = hand_in({"triangle.py": RIGHT}, "--course", course)
    assert (graded.code, graded.score, graded.results["course"]["title"]) == (0, 3, "Triangles")
    wrong = hand_in({"triangle.py": RIGHT.replace("g * self.q", "g * self.p")}, "--course", course)
    assert (wrong.code, wrong.score) == (1, 1)


def test_no_module_of_the_engine_names_an_exercise() -> None:
    names = {"Div", "Pow", "sigmoid_backward", "check_gradient", "matmul_backward", "train_xor", "ops.py", "value.py"}
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in names, f"{path}:{node.lineno} names {node.value}"
