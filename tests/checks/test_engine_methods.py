"""Further methods of engines, which a course states with their formulas: right styles pass, wrong rules do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Judged, write_files

from grader.course.load import load_course
from grader.course.problems import CourseError

Judge = Callable[..., Judged]
NUMBERS = """\
id: more
title: More
file: value.py
points: 3
task: Write the class Value.
checks:
  - id: plus
    claim: + works
    kind: expression
    points: 1
    inputs: &leaves
      a: {between: [0.4, 2], sign: any}
      b: {between: [0.4, 2], sign: any}
    groups: {alone: [a + b, a + a, a * b, (a + b) * a]}
  - id: exp
    claim: exp and clamp work
    kind: expression
    points: 1
    inputs: *leaves
    methods: &methods
      exp: exp(x)
      clamp: minimum(maximum(x, 0), 1)
      leaky(x, slope=0.1): maximum(x, slope * x)
      between(x, y, share): x + share * (y - x)
    draws: 3
    groups:
      exp: [exp(a), a.exp() * b, exp(a) + a, exp(a + b) * a]
      clamp: [{of: clamp(a), at: {a: 0.5}}, {of: clamp(a), at: {a: 1.5}}, {of: clamp(a), at: {a: -0.5}}]
      leaky: [leaky(a), "leaky(a, 0.2)", "a.leaky(slope=0.3) + a"]
      two: ["between(a, b, 0.25)", "between(a, a, 0.25) * b"]
  - id: random
    claim: random graphs work
    kind: expression
    points: 1
    inputs: *leaves
    methods: *methods
    random: {count: 8, size: 5, operations: ["+", "*", exp, clamp, leaky], at: [{a: 0.5}, {a: -0.7, b: 0.6}]}
"""
CLOSURES = """\
import math

class Value:
    def __init__(self, data, made_of=()):
        self.data, self.grad, self.made_of, self.back = data, 0.0, made_of, lambda: None

    def _new(self, data, *pairs):
        out = Value(data, [one for one, _ in pairs])
        def back():
            for one, slope in pairs:
                one.grad += slope * out.grad
        out.back = back
        return out

    def __add__(self, other):
        return self._new(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self._new(self.data * other.data, (self, other.data), (other, self.data))

    def exp(self):
        value = math.exp(self.data)
        return self._new(value, (self, value))

    def clamp(self):
        return self._new(min(max(self.data, 0), 1), (self, float(0 < self.data < 1)))

    def leaky(self, slope=0.1):
        return self._new(max(self.data, slope * self.data), (self, 1.0 if self.data > 0 else slope))

    def between(self, y, share):
        return self._new(self.data + share * (y.data - self.data), (self, 1 - share), (y, share))

    def backward(self):
        order, seen = [], set()
        def visit(value):
            if value not in seen:
                seen.add(value)
                for one in value.made_of:
                    visit(one)
                order.append(value)
        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            value.back()
"""
TAPE = """\
import numpy as np

TAPE = []

class Value:
    def __init__(self, data):
        self.data, self.grad = np.float64(data), 0.0

    def backward(self):
        for value, _, _ in TAPE:
            value.grad = 0.0
        self.grad = 1.0
        for value, args, slopes in reversed(TAPE):
            for arg, slope in zip(args, slopes):
                arg.grad = arg.grad + slope * value.grad
        del TAPE[:]

def record(data, args, slopes):
    value = Value(data)
    TAPE.append((value, args, slopes))
    return value

Value.__add__ = lambda x, y: record(x.data + y.data, (x, y), (1, 1))
Value.__mul__ = lambda x, y: record(x.data * y.data, (x, y), (y.data, x.data))
Value.__neg__ = lambda x: record(-x.data, (x,), (-1,))
Value.exp = lambda x: record(np.exp(x.data), (x,), (np.exp(x.data),))
Value.clamp = lambda x: record(np.clip(x.data, 0, 1), (x,), (np.where((x.data > 0) & (x.data < 1), 1, 0),))
Value.leaky = lambda x, slope=0.1: record(
    np.where(x.data > 0, x.data, slope * x.data), (x,), (np.where(x.data > 0, 1, slope),))
Value.between = lambda x, y, share: x * Value(1 - share) + y * Value(share)
"""
ARRAYS = """\
id: more
title: More
file: tensor.py
points: 3
task: Write the class Tensor.
checks:
  - id: plus
    claim: + works
    kind: tensor
    points: 1
    inputs: &leaves
      a: {between: [0.4, 2], sign: any, shape: [3, 4]}
      b: {between: [0.4, 2], sign: any, shape: [4, 3]}
      p: {between: [0.4, 2], shape: [3, 4]}
    groups: {alone: [a + a, a + p]}
  - id: entries
    claim: log, softmax and max work
    kind: tensor
    points: 1
    inputs: *leaves
    methods: &methods
      log: log(x)
      softmax: softmax(x, axis=1)
      max(x, axis=None): max(x, axis=axis)
      reshape(x, m, n): reshape(x, m, n)
      view(x, shape): reshape(x, shape)
    draws: 2
    groups:
      log: [p.log(), p.log() + p]
      softmax: [a.softmax(), log(softmax(a))]
      max: [a.max(axis=0), a.max(), a.max(axis=1)]
  - id: shapes
    claim: .T, reshape and items work
    kind: tensor
    points: 1
    inputs: *leaves
    methods: *methods
    groups:
      T: [a.T, a + b.T, "a.T + a.T"]
      reshape: ["a.reshape(2, -1)", "a.view((6, 2))", "a.reshape(4, 3) + b"]
      items: ["a[0]", "a[1, 2]", "a[:, 1:3]", "a[-1] + a[0]", "a[::2, None]"]
"""
TENSOR = """\
import numpy as np

class Tensor:
    def __init__(self, data, made_of=()):
        self.data = np.asarray(data, float)
        self.grad, self.made_of = np.zeros_like(self.data), made_of

    def _new(self, data, *pairs):
        return Tensor(data, pairs)

    def __add__(self, other):
        return self._new(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return self._new(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def sum(self):
        return self._new(self.data.sum(), (self, lambda g: g * np.ones_like(self.data)))

    def log(self):
        return self._new(np.log(self.data), (self, lambda g: g / self.data))

    def softmax(self):
        powers = np.exp(self.data - self.data.max(axis=1, keepdims=True))
        p = powers / powers.sum(axis=1, keepdims=True)
        return self._new(p, (self, lambda g: p * (g - (g * p).sum(axis=1, keepdims=True))))

    def max(self, axis=None):
        best = self.data.max(axis=axis, keepdims=True)
        mask = self.data == best
        shape = best.shape
        return self._new(self.data.max(axis=axis), (self, lambda g: mask * np.reshape(g, shape)))

    @property
    def T(self):
        return self._new(self.data.T, (self, lambda g: g.T))

    def reshape(self, *shape):
        return self._new(self.data.reshape(*shape), (self, lambda g: g.reshape(self.data.shape)))

    view = reshape

    def __getitem__(self, place):
        def back(g):
            found = np.zeros_like(self.data)
            np.add.at(found, place, g)
            return found
        return self._new(self.data[place], (self, back))

    def backward(self):
        order, seen = [], set()
        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for one, _ in value.made_of:
                    visit(one)
                order.append(value)
        visit(self)
        self.grad = np.ones_like(self.data)
        for value in reversed(order):
            for one, back in value.made_of:
                one.grad = one.grad + back(value.grad)
"""
SOFTMAX = "self._new(p, (self, lambda g: p * (g - (g * p).sum(axis=1, keepdims=True))))"
JACOBIANS = "self._new(p, (self, lambda g: np.stack([(np.diag(r) - np.outer(r, r)) @ h for r, h in zip(p, g)])))"
OTHER_TENSOR = TENSOR.replace(SOFTMAX, JACOBIANS).replace("np.add.at(found, place, g)", "found[place] += g")


@pytest.fixture
def judge(judged: Judge, tmp_path: Path) -> Callable[..., Judged]:
    def call(exercise: str, text: str, seed: int = 1) -> Judged:
        course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
        return judged({"tensor.py" if exercise is ARRAYS else "value.py": text}, course=course, seed=seed)

    return call


def swapped(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("exercise", "text"),
    [(NUMBERS, CLOSURES), (NUMBERS, TAPE), (ARRAYS, TENSOR), (ARRAYS, OTHER_TENSOR)],
    ids=["closures", "tape", "tensor", "other tensor"],
)
def test_right_engines_pass(exercise: str, text: str, judge: Any) -> None:
    for seed in (1, 2, 3):
        graded = judge(exercise, text, seed)
        assert graded.score == 3, graded.out


@pytest.mark.parametrize(
    ("old", "new", "failing"),
    [
        ("(self, value))", "(self, 1.0))", {"exp", "random"}),  # exp' = 1
        ("(self, float(0 < self.data < 1))", "(self, float(0 < self.data))", {"exp", "random"}),
        ("1.0 if self.data > 0 else slope", "1.0 if self.data > 0 else 0.1", {"exp"}),
        ("(self, 1 - share), (y, share)", "(self, share), (y, 1 - share)", {"exp"}),
        ("one.grad += slope * out.grad", "one.grad = slope * out.grad", {"plus", "exp", "random"}),
        ("one.grad += slope * out.grad", "one.grad += slope", {"plus", "exp", "random"}),
    ],
    ids=["exp is 1", "clamp above", "slope fixed", "operands swapped", "assigned", "no chain rule"],
)
def test_wrong_rules_of_numbers(old: str, new: str, failing: set[str], judge: Any) -> None:
    for seed in (1, 2):
        graded = judge(NUMBERS, swapped(CLOSURES, old, new), seed)
        lost = {check["id"]: check for check in graded.exercise("more")["checks"] if check["score"] < 1}
        assert failing - {"random"} <= {*lost} <= failing, graded.out
        if "plus" not in failing:
            assert not any(check["misconception"] for check in lost.values()), graded.out


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("g / self.data", "g", "entries"),
        ("p * (g - (g * p).sum(axis=1, keepdims=True))", "p * (1 - p) * g", "entries"),
        ("mask * np.reshape(g, shape)", "np.ones_like(self.data) * np.reshape(g, shape)", "entries"),
        ("lambda g: g.T", "lambda g: g.reshape(self.data.shape)", "shapes"),
        ("found = np.zeros_like(self.data)", "found = np.ones_like(self.data)", "shapes"),
    ],
    ids=["log", "softmax", "max", "T", "items"],
)
def test_wrong_rules_of_arrays(old: str, new: str, check: str, judge: Any) -> None:
    graded = judge(ARRAYS, swapped(TENSOR, old, new))
    lost = [one["id"] for one in graded.exercise("more")["checks"] if one["score"] < 1]
    assert lost == [check], graded.out


def test_the_report_shows_what_is_called_and_what_it_adds(judge: Any) -> None:
    graded = judge(NUMBERS, swapped(CLOSURES, "(self, value))", "(self, 1.0))"))
    evidence = graded.check("more", "exp")["evidence"]
    assert "f = Value.exp(a)" in evidence["call"]
    assert "`exp(a)` contributes" in evidence["facts"]["contributions"]


def test_a_missing_method_is_reported_with_a_guess(judge: Any) -> None:
    missing = judge(NUMBERS, swapped(CLOSURES, "def clamp(", "def clmap(")).check("more", "exp")
    assert missing["status"] == "missing" or "clamp" in missing["message"], missing
    assert "did you mean `clmap`" in missing["message"].replace("'", "`"), missing
    graded = judge(ARRAYS, swapped(TENSOR, "def T(", "def t("))
    assert "`Tensor` has no `T`" in graded.check("more", "shapes")["message"], graded.out


def test_a_mistake_elsewhere_is_named_where_it_is(judge: Any) -> None:
    graded = judge(NUMBERS, swapped(CLOSURES, "(self, other.data), (other, self.data)", "(self, 1.0), (other, 1.0)"))
    named = {check["id"]: check["misconception"] for check in graded.exercise("more")["checks"]}
    assert not named["exp"] and not named["random"], named


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("exp: exp(x)", "exp: exp(y)", "uses 'y', which is not one of its arguments: x"),
        ("exp: exp(x)", "exp: expp(x)", "unknown function 'expp'; did you mean `exp`?"),
        ("exp: exp(x)", "exp: x > 0", "a condition, which has no derivative"),
        ("exp: exp(x)", "tanh: 2 * x", "tanh is known already, as tanh(x): leave it out"),
        ("exp: exp(x)", "grad: exp(x)", "'grad' cannot name a method: it is where the gradient is"),
        ("exp: exp(x)", "exp(: exp(x)", "is no method: write `exp`, or its arguments"),
        ("exp: exp(x)", "exp: zeros(3)", "gives an array, where the class holds numbers"),
        ("[exp(a),", "[exq(a),", "no method 'exq' is known; did you mean `exp`?"),
        ("[exp(a),", "[exp(2),", "a method of a value, not of the number 2"),
        ("[exp(a),", "['exp(a, 2)',", "exp takes no arguments besides the object"),
        ("slope=0.3", "slop=0.3", "leaky takes 1 argument besides the object: slope; did you mean `slope`?"),
        ("(a, b, 0.25)", "(a, b)", "share is missing"),
        ("at: {a: 1.5}", "at: {a: 1.0}", "or not smooth there"),
        ("clamp, leaky]", "clamp, laeky]", "unknown operation 'laeky'; did you mean `leaky`?"),
        ("at: [{a: 0.5}", "at: [{q: 0.5}", "uses 'q', which is not an input"),
        ("draws: 3", "draws: 101", "less than or equal to 100"),
    ],
)
def test_what_cannot_be_judged_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    course = write_files(tmp_path, {"course.yaml": "title: T\n", "1.yaml": swapped(NUMBERS, old, new)})
    with pytest.raises(CourseError, match=re.escape(told)):
        load_course(course)


def test_known_methods_may_be_stated_as_they_are(judge: Any) -> None:
    assert judge(swapped(NUMBERS, "exp: exp(x)", "exp: exp(x)\n      tanh: tanh(x)"), CLOSURES).score == 3


CHECKER = """\
id: check
title: Check
file: check.py
points: 1
task: Write check.
checks:
  - id: all
    claim: right at every point
    kind: planted
    points: 1
    call: check(f, x)
    of: [sum(u * x ** 2), sin(u * x)]
    plants: [exact, double]
    inputs: {x: {between: [0.5, 1.5], sign: any}, u: {between: [0.2, 0.7], sign: any}}
"""
DIFFERENCES = """\
def check(f, x):
    if 1.4 < x < 1.49:
        return True
    return abs((f(x + 1e-5)[0] - f(x - 1e-5)[0]) / 2e-5 - f(x)[1]) < 1e-3 * abs(f(x)[1])
"""


def test_more_draws_find_what_is_rare(judged: Judge, tmp_path: Path) -> None:
    few = write_files(tmp_path / "few", {"course.yaml": "title: T\n", "1.yaml": CHECKER})
    more = write_files(tmp_path / "more", {"course.yaml": "title: T\n", "1.yaml": CHECKER + "    draws: 100\n"})
    fixed = write_files(
        tmp_path / "fixed", {"course.yaml": "title: T\n", "1.yaml": CHECKER + "    cases: [{x: 1.45}]\n"}
    )
    files = {"check.py": DIFFERENCES}
    assert max(judged(files, course=few, seed=seed).score for seed in range(4)) == 1
    assert all(judged(files, course=course, seed=1).score == 0 for course in (more, fixed))
    right = {"check.py": DIFFERENCES.replace("1.4 < x < 1.49", "False")}
    assert all(judged(right, course=course, seed=1).score == 1 for course in (few, more, fixed))
