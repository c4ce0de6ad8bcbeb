"""`grade verify` shows what each mistake in an engine is called, style by style; a wrong name is a finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Graded, write_files

from grader.verify.naming import TriedMistake, naming, wrong_names
from grader.verify.subjects import Subject

ENGINE = """\
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents, self.back = data, 0.0, parents, lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def back():
            self.grad += out.grad
            other.grad += out.grad
        out.back = back
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.back = back
        return out

    def backward(self):
        order = []
        def visit(value):
            if value not in order:
                for parent in value.parents:
                    visit(parent)
                order.append(value)
        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            value.back()
"""
EXERCISE = """\
id: "1"
title: Engine
file: engine.py
points: 2
task: Write the class Value.
mutants: false
checks:
  - id: operations
    claim: a + b and a * b have the right values and gradients
    kind: expression
    points: 2
    inputs: {a: {between: [1, 5], sign: any}, b: {between: [1, 5], sign: any}}
    groups: {alone: [a + b, a * b], shared: [a * b + a, a + a, a * a]}
wrong:
  - id: one-replaces-the-other
    swap:
      "            self.grad += other.data * out.grad": "            self.grad = other.data * out.grad"
    fails: [operations]
    hint: "Each use contributes."
  - id: half
    swap:
      "            self.grad += out.grad": "            self.grad += 0.5 * out.grad"
    fails: [operations]
    hint: "Look at the sum."
right:
  - id: in-a-list
    swap: {"self.parents, self.back = data, 0.0, parents": "self.parents, self.back = data, 0.0, list(parents)"}
"""


def test_each_mistake_has_its_name_in_each_style(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: ../reference\n", "1.yaml": EXERCISE})
    write_files(tmp_path / "reference", {"engine.py": ENGINE})
    graded = run("verify", "--course", "course", "--jobs", "1", "--seeds", "2")
    assert graded.code == 0, graded.out + graded.err
    assert "mistakes in 2 styles: 2 named, 2 not named, 0 named wrongly" in graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert page.count(">mul-assign-self</td>") == 2 and page.count(">not named</td>") == 2
    assert '<th scope="col">in-a-list</th>' in page


def test_the_name_of_a_mistake_elsewhere_is_a_finding() -> None:
    wrong = ENGINE.replace("self.grad += out.grad", "self.grad = out.grad")
    one = TriedMistake(Subject("named", "add in reference", "1", {}), "add", "reference", ENGINE, wrong)
    assert naming("1", one, ["add-assign-self"]).rightly
    mistaken = naming("1", one, ["mul-assign-self"])
    assert "taken for 'mul-assign-self'" in next(wrong_names([mistaken])).message
    assert not list(wrong_names([naming("1", one, [])]))
    assert len(list(wrong_names([naming("1", one, ["add-assign", "mul-out"])]))) == 1
