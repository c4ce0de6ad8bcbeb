"""The one mistake in an engine is named, with its method, in every style; right engines are never named anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import strangers
from conftest import ROOT, Judged, write_files

from grader.model import CheckResult, ExerciseResult

Judge = Callable[..., Judged]
# By the id in tests/strangers: what the judge calls it, and the method that it must point to; "" for none.
NAMED = {
    "add-assign": ("add-assign", "__add__"),
    "mul-own": ("mul-swapped", "__mul__"),
    "mul-no-outgrad": ("mul-no-outgrad", "__mul__"),
    "pow-paren": ("pow-paren", "__pow__"),
    "sub-plus-grad": ("sub-second-sign", "__sub__"),
    "div-sign": ("div-second-sign", "__truediv__"),
    "neg-noop": ("neg-noop", "__neg__"),
    "rsub-swapped": ("rsub-swapped", "__rsub__"),
    "radd-missing": ("radd-missing", "__radd__"),
    "tanh-x": ("tanh-x", "tanh"),
    "sig-nos": ("sigmoid-no-s", "sigmoid"),
    "relu-inverted": ("relu-of-negative", "relu"),
    "bfs": ("breadth-first", "backward"),
    "seed-data": ("seed-data", "backward"),
    "eq-by-value": ("equal-by-value", "__eq__"),
    "state-default-arg": ("kept-between-calls", "backward"),
    "all-assign": ("assign-everywhere", ""),
}
PLAIN = ("micrograd", "sets", "local_pairs", "lambdas")
ENGINES = [
    (style, fault) for place, fault in enumerate(NAMED) for style in strangers.STYLES
    if style in (PLAIN[place % 4], PLAIN[(place + 1) % 4]) and strangers.source(style, fault) is not None
]  # fmt: skip
REFERENCE = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "reference").glob("*.py"))}


def value_of(judged: Judged) -> ExerciseResult:
    return next(one for one in judged.report.exercises if one.id == "value")


def lost(result: ExerciseResult) -> list[CheckResult]:
    return [check for check in result.checks if check.score < check.max_score]


@pytest.mark.parametrize(("style", "fault"), ENGINES)
def test_the_mistake_is_named_with_its_place(style: str, fault: str, judged: Judge) -> None:
    id_, method = NAMED[fault]
    wrong = lost(value_of(judged({"value.py": strangers.source(style, fault) or ""}, "value")))
    assert wrong and all(check.misconception == id_ for check in wrong), [check.misconception for check in wrong]
    told = [check for check in wrong if "Look at" in check.hint or not method]
    assert told and (f"Value.{method}`" in told[0].hint or not method)


@pytest.mark.slow
@pytest.mark.parametrize("style", strangers.STYLES)
def test_a_right_engine_is_named_nothing(style: str, judged: Judge) -> None:
    result = value_of(judged({"value.py": strangers.source(style) or ""}, "value"))
    assert result.score == result.max_score
    assert not any(check.misconception for check in result.checks)


def test_ten_seeds_give_one_diagnosis(judged: Judge) -> None:
    text = strangers.source("sets", "node-twice") or ""
    named = [value_of(judged({"value.py": text}, "value", seed=seed)) for seed in range(10)]
    assert {check.misconception for result in named for check in lost(result)} == {"visited-twice"}


def test_two_mistakes_in_different_operations_are_both_named(judged: Judge) -> None:
    text = next(
        text for one, other, text in strangers.pairs("micrograd") if {one, other} == {"add-assign", "mul-assign"}
    )
    assert {check.misconception for check in lost(value_of(judged({"value.py": text}, "value")))} == {
        "add-assign+mul-assign"
    }


MUL = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
MUL_SETS = MUL.replace("+=", "=")


def test_a_mistake_is_counted_once(judged: Judge) -> None:
    """What is made of * is right, given the mistake in *; what is about sharing is not."""
    text = REFERENCE["value.py"].replace(MUL, MUL_SETS)
    found = judged(REFERENCE | {"value.py": text}, "value", "value-check", "xor")
    value, check, xor = found.report.exercises
    assert {one.id for one in lost(value)} == {"mul", "order", "graphs"}
    given_back = {one.id: one.follows for one in value.checks if one.follows}
    assert given_back == {"sub": "mul", "div": "mul", "numbers": "mul"}
    assert all(one.status.value != "correct" for one in value.checks if one.follows)
    assert check.score == check.max_score and xor.score == xor.max_score
    assert all(
        "value.py has a mistake that exercise value counts (mul-assign)" in one.notes[-1] for one in (check, xor)
    )
    assert found.html.count("follows: no points lost") >= 3


def test_an_own_mistake_beside_it_is_charged(judged: Judge) -> None:
    text = (
        REFERENCE["value.py"]
        .replace(MUL, MUL_SETS)
        .replace("        return self + -other", "        return self + other")
    )
    value = value_of(judged({"value.py": text}, "value"))
    assert "sub" in {one.id for one in lost(value)}


def test_an_engine_that_is_missing_is_no_known_mistake(judged: Judge) -> None:
    files = {name: text for name, text in REFERENCE.items() if name != "value.py"}
    stub = (ROOT / "student_template" / "value.py").read_text("utf-8")
    for own in (files, files | {"value.py": stub}):
        _, check, xor = judged(own, "value", "value-check", "xor").report.exercises
        assert check.score == 0 and xor.score == 0


def test_a_wrong_checker_is_wrong_on_the_courses_engine_too(judged: Judge) -> None:
    text = REFERENCE["value.py"].replace(MUL, MUL_SETS)
    never = "def check_autograd(f, inputs, epsilon=1e-5):\n    return False\n"
    files = REFERENCE | {"value.py": text, "autograd_check.py": never}
    _, check = judged(files, "value", "value-check").report.exercises
    assert check.score < check.max_score / 2


def test_the_courses_engine_is_shown_to_nobody(judged: Judge) -> None:
    text = REFERENCE["value.py"].replace(MUL, MUL_SETS)
    spy = "import value\nprint(open(value.__file__).read())\n" + REFERENCE["xor.py"]
    found = judged(REFERENCE | {"value.py": text, "xor.py": spy}, "value", "xor")
    assert "_slopes" not in found.out and "_slopes" not in found.html


CANCELLING = """\
id: "1"
title: Engine
file: value.py
points: 2
task: Write the class Value.
mutants: false
checks:
  - id: product
    claim: a * b has the right value and gradients
    kind: expression
    points: 1
    inputs: &inputs {a: {between: [1, 5], sign: any}, b: {between: [1, 5], sign: any}}
    groups: {alone: [a * b, a * a], shared: [a * b + a, a + a * b, b * a + b]}
  - id: nothing
    claim: what cancels has the right value and gradients
    kind: expression
    points: 1
    inputs: *inputs
    groups:
      cancelling:
        - (a + (b - (a + b))) * ((a + (b - (a + b))) * (a + a))
        - (b + (a - (b + a))) * (b * (b + (a - (b + a))))
"""


def test_what_is_left_where_all_terms_cancel_hides_no_mistake(judged: Judge, tmp_path: Path) -> None:
    """There, all is rounding, which depends on the order of operations: a style, and no mistake."""
    write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": CANCELLING})
    swapped = MUL.replace("other.data", "own").replace("self.data", "other.data").replace("own", "self.data")
    files = {"value.py": REFERENCE["value.py"].replace(MUL, swapped)}
    result = judged(files, "1", course=tmp_path / "course").report.exercises[0]
    assert {check.misconception for check in lost(result)} == {"mul-swapped"}


COMPOSED = """\
    def sigmoid(self):
        return 1 / (1 + (-self).exp())

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def exp(self):
        out = Value({value}, (self,))

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out
"""


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        ("self.data ** (n - 1)", "self.data**n", "pow-same-exponent"),  # as a sigmoid that lacks a factor
        ("self.data ** (n - 1)", "self.data ** (n - 2)", "pow-less-two"),
        ("return self * -1", "return Value(-self.data, (self,))", "neg-detached"),
    ],
)
@pytest.mark.parametrize("module", ["math", "m"])
def test_what_is_made_of_a_wrong_operation_is_not_wrong(
    module: str, right: str, wrong: str, name: str, judged: Judge
) -> None:
    start, rest = REFERENCE["value.py"].split("    def tanh(self):")
    relu = "    def relu(self):" + rest.partition("    def relu(self):")[2].partition("    def sigmoid(self):")[0]
    text = f"import math as m\n{start}{relu}{COMPOSED.format(value=module + '.exp(self.data)')}\n"
    text += "    def backward(self):" + rest.partition("    def backward(self):")[2]
    assert not lost(value_of(judged({"value.py": text}, "value")))
    found = lost(value_of(judged({"value.py": text.replace(right, wrong)}, "value")))
    assert {check.misconception for check in found} == {name}


def test_an_activation_of_its_own_is_known_whatever_math_is_called(judged: Judge) -> None:
    text = REFERENCE["value.py"].replace("import math", "import math as m").replace("math.", "m.")
    wrong = text.replace("s * (1 - s) * out.grad", "(1 - s) * out.grad")
    assert {check.misconception for check in lost(value_of(judged({"value.py": wrong}, "value")))} == {"sigmoid-no-s"}
