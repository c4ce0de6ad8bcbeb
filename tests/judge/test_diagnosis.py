"""After a failure: the known mistake's own hint, however it is written; never another's, none on right code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Judged, Seeds, write_files
from test_division import WRONG_BACKWARD
from test_power import WRONG as WRONG_POWER
from test_sigmoid import WRONG as WRONG_SIGMOID

from grader.model import Report

NAMES = {"a": "top", "b": "low", "g": "upstream", "n": "exponent", "x": "point"}
IDS = {"24-n-times-a": "n-times-a", "25-integral": "integral", "31-raw-x": "raw-x"}


def renamed(expression: str) -> str:
    return re.sub(r"\b([abgnx])\b", lambda match: NAMES[match[1]], expression)


def styles(name: str, expression: str) -> dict[str, str]:
    """The same wrong rule as three students would write it."""
    other = renamed(expression)
    if name == "division":
        keep, give = "self.saved = dict(top=top, low=low)", "top, low = self.saved['top'], self.saved['low']"
        head, made, args = "class Div:\n", "", "top, low"
        result = "top / low"
    elif name == "power":
        keep, give = "self.memory = [top]", "top, exponent = self.memory[-1], self.exponent"
        head, args = "class Pow:\n", "top"
        made = "    def __init__(self, exponent):\n        self.exponent = exponent\n"
        result = "top ** self.exponent"
    else:
        lines = f"    value = {other}\n    return value\n"
        base = "import numpy as np\ndef sg(x):\n    return 1 / (1 + np.exp(-x))\nsigmoid = sg\n"
        return {
            "renamed": f"{base}def sigmoid_backward(point, upstream):\n{lines}",
            "array": f"{base}def sigmoid_backward(point, upstream):\n    return np.asarray(1.0 * ({other}))\n",
            "float32": f"{base}def sigmoid_backward(point, upstream):\n    return np.float32({other})\n",
        }
    forward = f"{made}    def forward(self, {args}):\n        {keep}\n        return {result}\n"
    backward = f"    def backward(self, upstream):\n        {give}\n"
    base = f"import numpy as np\n{head}{forward}{backward}"
    return {
        "renamed": f"{base}        return {other}\n",
        "array": f"{base}        return np.array({other}, dtype=float) * 1.0\n",
        "kept-first": f"{base}        answer = {other}\n        self.last = answer\n        return answer\n",
    }  # fmt: skip


RULES = [
    *[("division", "2.5", key, rule) for key, rule in list(WRONG_BACKWARD.items())[:16]],
    *[("power", "2.6", key, rule) for key, rule in WRONG_POWER.items() if key[0].isdigit()],
    *[("sigmoid", "2.7", key, rule) for key, rule in WRONG_SIGMOID.items() if key[0].isdigit()],
]


def misconceptions(report: Report) -> set[str]:
    found = {check.misconception for exercise in report.exercises for check in exercise.checks}
    return found - {""}


@pytest.mark.parametrize(("name", "exercise", "key", "rule"), RULES, ids=[f"{rule[1]}-{rule[2]}" for rule in RULES])
def test_a_known_mistake_gets_exactly_its_hint(
    name: str, exercise: str, key: str, rule: str, many_seeds: Seeds
) -> None:
    expected = IDS.get(key, re.sub(r"^\d+-", "", key))
    for style, source in styles(name, rule).items():
        for report in many_seeds.one_of(source)({"ops.py": source}, exercise):
            assert misconceptions(report) == {expected}, (style, report.exercises[0].checks)


def test_the_table_of_formula_bugs_is_whole() -> None:
    assert [sum(rule[0] == name for rule in RULES) for name in ("division", "power", "sigmoid")] == [16, 14, 11]


def test_the_hint_is_shown_and_an_unknown_mistake_gets_none(judged: Callable[..., Judged]) -> None:
    source = styles("division", "(g/b, g*a/b**2)")["renamed"]
    graded = judged({"ops.py": source}, "2.5")
    hint = "grad_b has the right size and the wrong sign: what is d(1/b)/db?"
    assert graded.check("2.5", "gradient")["hint"] == hint
    assert hint in graded.out and "what is d(1/b)/db?" in graded.html
    for unknown in ("(g/b, -g*a/b**2 + 1e-5)", "(0.5 * g, 0.5 * g)", "(g/b, g*a/b**2 * 1.001)"):
        check = judged({"ops.py": styles("division", unknown)["renamed"]}, "2.5").check("2.5", "gradient")
        assert (check["status"], check["hint"], check["misconception"]) == ("wrong", "", "")


def test_right_code_gets_no_hint(many_seeds: Seeds) -> None:
    files = {path.name: path.read_text("utf-8") for path in (ROOT / "reference").glob("*.py")}
    for exercise in ("2.5", "2.6", "2.7", "2.8"):
        for report in many_seeds(files, exercise):
            assert misconceptions(report) == set()
            assert all(check.hint == "" for check in report.exercises[0].checks)


def test_a_mistake_in_code_is_recognised_by_replay(judged: Callable[..., Judged]) -> None:
    source = """
import numpy as np
def check_gradient(fun, point, epsilon=1e-5):
    point = np.asarray(point, dtype=float)
    analytic = np.ravel(fun(point)[1])
    total = 0.0
    for number in range(point.size):
        move = np.zeros(point.size)
        move[number] = epsilon
        move = move.reshape(point.shape)
        total += analytic[number] - (fun(point + move)[0] - fun(point - move)[0]) / 2 / epsilon
    return bool(abs(total) < 1e-3)
"""
    graded = judged({"gradient_check.py": source}, "2.8")
    assert graded.check("2.8", "vector")["misconception"] == "errors-cancel"


TWICE = """\
id: twice
title: n times a
file: times.py
points: 1
task: Write times(a, n).
checks:
  - {id: value, claim: times is n * a, kind: value, points: 1, call: "times(a, n)", equals: a * n,
     inputs: {a: {between: [2.5, 4], sign: any}, n: {choices: [2, 2.0]}}}
wrong:
  - {id: squared, gives: [a * a], fails: [value], hint: You multiply a by itself.}
  - {id: power, gives: [a ** n], fails: [value], hint: "* is written once, ** is the power."}
  - {id: cubed, gives: [a * a * a], fails: [value], hint: You multiply a by itself.}
  - {id: a-a-a, function: "def times(a, n):\\n    return a + 0 * n + (a * a - 1) * a", fails: [value],
     hint: You multiply a by itself.}
  - {id: one-more, gives: [a * n + 1], fails: [value], hint: Nothing is added here.}
"""


@pytest.mark.parametrize(
    ("body", "misconception", "hint"),
    [
        ("a * a", "", ""),  # squared and power agree where n is 2: two hints, and either may be wrong
        ("a ** n", "", ""),
        ("a ** 3", "cubed+a-a-a", "You multiply a by itself."),  # two mistakes, one hint
        ("n * a + 1", "one-more", "Nothing is added here."),
        ("n * a + 2", "", ""),
    ],
)
def test_two_mistakes_that_fit_with_different_hints_name_none(
    body: str, misconception: str, hint: str, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: Times\n", "1-twice.yaml": TWICE})
    graded = judged({"times.py": f"def times(a, n):\n    return {body}\n"}, course=course)
    check = graded.check("twice", "value")
    assert (check["status"], check["misconception"], check["hint"]) == ("wrong", misconception, hint), graded.out
