"""The mini-project `value-check`: right checkers of every style get all points, wrong ones lose theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said

VALUE = (ROOT / "reference" / "value.py").read_text("utf-8")
ENGINES = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "tests" / "engines").glob("right_*.py"))}
REFERENCE = (ROOT / "reference" / "autograd_check.py").read_text("utf-8")

FRESH = """
import math
import numpy as np
from value import Value
def number(f, xs):
    return f(*[Value(x) for x in xs]).data
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    f(*values).backward()
    claimed = np.array([value.grad for value in values], dtype=float)
    n = []
    for i in range(len(inputs)):
        up, down = list(inputs), list(inputs)
        up[i] += epsilon
        down[i] -= epsilon
        n.append({quotient})
    n = np.array(n)
    return {verdict}
"""
CLOSE = "np.allclose(claimed, n, rtol=1e-4)"


def checker(verdict: str = CLOSE, quotient: str = "(number(f, up) - number(f, down)) / (2 * epsilon)") -> str:
    return FRESH.format(verdict=verdict, quotient=quotient)


RIGHT = {
    "reference": REFERENCE,
    "allclose-default": checker("np.allclose(claimed, n, rtol=1e-5, atol=1e-8)"),
    "absolute-1e-6": checker("bool(np.max(np.abs(claimed - n)) < 1e-6)"),
    "absolute-1e-2": checker("np.all(np.abs(claimed - n) < 1e-2)"),
    "relative-norm": checker("np.linalg.norm(claimed - n) / (np.linalg.norm(claimed) + np.linalg.norm(n)) < 1e-4"),
    "relative-entries": checker("all(abs(a - b) / max(1e-8, abs(a) + abs(b)) < 1e-3 for a, b in zip(claimed, n))"),
    "zero-d-bool": checker("np.asarray(np.allclose(claimed, n, rtol=1e-3))"),
    "one-sided": checker(
        "np.allclose(claimed, n, rtol=1e-3, atol=1e-3)", "(number(f, up) - number(f, inputs)) / epsilon"
    ),
    "backward-sided": checker(
        "np.allclose(claimed, n, rtol=1e-3, atol=1e-3)", "(number(f, inputs) - number(f, down)) / epsilon"
    ),
    "in-one-list": """
from value import Value
def check_autograd(f, inputs, eps=1e-5):
    xs = [Value(x) for x in inputs]
    out = f(xs)
    out.backward()
    for i in range(len(xs)):
        hi = f([Value(x + eps if j == i else x) for j, x in enumerate(inputs)])
        lo = f([Value(x - eps if j == i else x) for j, x in enumerate(inputs)])
        if abs((hi.data - lo.data) / (2 * eps) - xs[i].grad) > 1e-4:
            return False
    return True
""",
    "list-or-tuple": """
import value
def check_autograd(f, inputs, epsilon=1e-5):
    leaves = tuple(map(value.Value, inputs))
    f(leaves).backward()
    slopes = []
    for i, x in enumerate(inputs):
        ends = []
        for point in (x - epsilon, x + epsilon):
            moved = tuple(value.Value(point if i == j else y) for j, y in enumerate(inputs))
            ends.append(f(moved).data)
        slopes.append((ends[1] - ends[0]) / 2 / epsilon)
    return not any(abs(leaf.grad - slope) > 1e-3 * max(1, abs(slope)) for leaf, slope in zip(leaves, slopes))
""",
    "numbers-moved-in-place": """
from value import Value
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    out = f(*values)
    out.backward()
    claimed = [v.grad for v in values]
    worst = 0.0
    for v, g in zip(values, claimed):
        old = v.data
        v.data = old + epsilon
        above = f(*values).data
        v.data = old - epsilon
        below = f(*values).data
        v.data = old
        worst = max(worst, abs((above - below) / (2 * epsilon) - g))
    return worst < 1e-4
""",
    "gradients-set-back": """
from value import Value
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    right = True
    for i in range(len(values)):
        for value in values:
            value.grad = 0.0
        f(*values).backward()
        g = values[i].grad
        def at(x):
            return f(*[Value(x) if j == i else Value(y) for j, y in enumerate(inputs)]).data
        n = (at(inputs[i] + epsilon) - at(inputs[i] - epsilon)) / (2 * epsilon)
        right = right and abs(g - n) <= 1e-4 * (1 + abs(n))
    return right
""",
    "assert-in-try": checker(CLOSE).replace("    return np.allclose(claimed, n, rtol=1e-4)", """    try:
        np.testing.assert_allclose(claimed, n, rtol=1e-4)
    except AssertionError:
        return False
    return True"""),
}  # fmt: skip

# By name: the code, and a part of what the student must read.
WRONG = {
    "always-true": ("def check_autograd(f, inputs, epsilon=1e-5):\n    return True\n", "wrong gradient is accepted"),
    "always-false": ("def check_autograd(f, inputs, epsilon=1e-5):\n    return False\n", "right gradient is rejected"),
    "no-half": (checker(quotient="(number(f, up) - number(f, down)) / epsilon"), "divide by 2 epsilon"),
    "no-abs": (checker("bool(np.all(claimed - n < 1e-4))"), "wrong gradient is accepted"),
    "no-abs-other-way": (checker("bool(np.all(n - claimed < 1e-4))"), "wrong gradient is accepted"),
    "first-only": (checker("bool(np.isclose(claimed[0], n[0], rtol=1e-4))"), "last entry"),
    "last-only": (checker("bool(np.isclose(claimed[-1], n[-1], rtol=1e-4))"), "first entry"),
    "any": (checker("bool(np.any(np.isclose(claimed, n, rtol=1e-4)))"), "wrong gradient is accepted"),
    "sum-cancels": (checker("bool(abs(np.sum(claimed - n)) < 1e-4)"), "two errors that add up to zero"),
    "mean-cancels": (checker("bool(abs(np.mean(claimed) - np.mean(n)) < 1e-4)"), "two errors that add up to zero"),
    "exact": (checker("bool(np.all(claimed == n))"), "right gradient is rejected"),
    "magnitudes": (checker("bool(np.allclose(abs(claimed), abs(n), rtol=1e-4))"), "the true one negated"),
    "sorted": (checker("bool(np.allclose(sorted(claimed), sorted(n), rtol=1e-4))"), "reversed order"),
    "ten-percent": (checker("bool(np.allclose(claimed, n, rtol=0.1))"), "5 % too large"),
    "step-too-small": (checker().replace("    n = []\n", "    n, epsilon = [], 1e-16\n"), "right gradient is rejected"),
    "step-too-large": (checker().replace("    n = []\n", "    n, epsilon = [], 0.5\n"), "right gradient is rejected"),
    "step-fixed": (checker().replace("    n = []\n", "    n, epsilon = [], 1e-5\n"), "argument epsilon is not used"),
    "plus-plus": (checker(quotient="(number(f, up) + number(f, down)) / (2 * epsilon)"), "right gradient is rejected"),
    "no-backward": (checker().replace("    f(*values).backward()\n", "    f(*values)\n"), "right gradient is rejected"),
    "values-reused": ("""
from value import Value
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    for _ in range(2):
        f(*values).backward()
    for i, v in enumerate(values):
        v.data += epsilon
        above = f(*values).data
        v.data -= 2 * epsilon
        below = f(*values).data
        v.data += epsilon
        if abs(v.grad - (above - below) / (2 * epsilon)) > 1e-4:
            return False
    return True
""", "right gradient is rejected"),
    "all-at-once": ("""
from value import Value
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    f(*values).backward()
    above = f(*[Value(x + epsilon) for x in inputs]).data
    below = f(*[Value(x - epsilon) for x in inputs]).data
    return all(abs(v.grad - (above - below) / (2 * epsilon)) < 1e-4 for v in values)
""", "right gradient is rejected"),
    "directional": ("""
from value import Value
def check_autograd(f, inputs, epsilon=1e-5):
    values = [Value(x) for x in inputs]
    f(*values).backward()
    above = f(*[Value(x + epsilon) for x in inputs]).data
    below = f(*[Value(x - epsilon) for x in inputs]).data
    return abs(sum(v.grad for v in values) - (above - below) / (2 * epsilon)) < 1e-4
""", "two errors that add up to zero"),
    "plain-numbers": (checker().replace("f(*[Value(x) for x in xs]).data", "f(*xs)"), "f takes values"),
    "returns-the-error": (checker("float(np.max(np.abs(claimed - n)))"), "; return True or False"),
    "returns-a-word": (checker("'right' if np.allclose(claimed, n) else 'wrong'"), "; return True or False"),
    "returns-nothing": (checker("None"), "; return True or False"),
    "crashes": (checker("claimed.no_such_member"), "AttributeError"),
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_style_gets_all_points(style: str, many_seeds: Seeds) -> None:
    for report in many_seeds({"value.py": VALUE, "autograd_check.py": RIGHT[style]}, "value-check"):
        assert report.score == 4, said(report)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_check_is_right_on_every_engine(engine: str, many_seeds: Seeds) -> None:
    for report in many_seeds.one_of(engine)(
        {"value.py": ENGINES[engine], "autograd_check.py": REFERENCE}, "value-check"
    ):
        assert report.score == 4, said(report)


@pytest.mark.parametrize("bug", WRONG)
def test_a_known_bug_loses_points_with_every_seed(bug: str, many_seeds: Seeds) -> None:
    source, text = WRONG[bug]
    scores = set()
    seeds = 10 if bug in ("exact", "step-too-small") else 1  # the judge draws nothing; rounding alone might differ
    for report in islice(many_seeds({"value.py": VALUE, "autograd_check.py": source}, "value-check"), seeds):
        scores.add(report.score)
        assert text in said(report), said(report)
    assert len(scores) == 1 and scores < {0, 1, 2, 3}


ACCUMULATES = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
BROKEN = {
    "no-multiplication": VALUE.replace("def __mul__", "def times"),
    "raises": VALUE.replace(
        "        out = Value(self.data * other.data, (self, other))", "        raise KeyError('mul')"
    ),
    "wrong-values": VALUE.replace("self.data * other.data, (self", "self.data * other.data + 1, (self"),
    "wrong-gradients": VALUE.replace("self.grad += other.data * out.grad", "self.grad += other.data"),
    "no-gradients": VALUE.replace(ACCUMULATES, "            pass"),
    "nan-gradients": VALUE.replace(ACCUMULATES, "            self.grad = other.grad = float('nan')"),
    "gradients-are-text": VALUE.replace("self.grad = 0.0", "self.grad = 'none'").replace(
        ACCUMULATES, "            pass"
    ),
    "another-name": VALUE.replace("class Value:", "class Number:").replace("Value(", "Number(") + "\nValue = None\n",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_engine_is_not_held_against_the_checker(fault: str, many_seeds: Seeds) -> None:
    files = {"value.py": BROKEN[fault], "autograd_check.py": REFERENCE}
    for report in islice(many_seeds(files, "value-check"), 3):
        for check in report.exercises[0].checks:
            assert check.status in ("skipped", "correct"), said(report)
        assert check_of(report, "several").status == "skipped", said(report)
        assert "value.py must work first" in said(report)


def test_a_known_mistake_has_its_hint_without_the_reference(many_seeds: Seeds) -> None:
    """Installed copies have none; what a checker does depends on the engine below it, which is the student's own."""
    seeds = replace(many_seeds, course=replace(many_seeds.course, reference={}))
    source = checker(quotient="(number(f, up) - number(f, down)) / epsilon")
    report = next(iter(seeds({"autograd_check.py": source, "value.py": VALUE}, "value-check")))
    assert check_of(report, "one").misconception == "no-half"


def test_an_engine_that_cannot_be_imported_is_named(judged: Callable[..., Judged]) -> None:
    graded = judged({"value.py": "import nowhere\n1/0\n", "autograd_check.py": REFERENCE}, "value-check")
    assert graded.score == 0
    assert "value.py" in graded.check("value-check", "one")["evidence"]["place"]


def test_the_engine_is_needed(judged: Callable[..., Judged]) -> None:
    graded = judged({"autograd_check.py": REFERENCE}, "value-check")
    assert graded.exercise("value-check")["status"] == "missing" and "value.py" in graded.out


def test_the_untouched_stub_is_missing(judged: Callable[..., Judged]) -> None:
    stub = (ROOT / "student_template" / "autograd_check.py").read_text("utf-8")
    for engine in (VALUE, (ROOT / "student_template" / "value.py").read_text("utf-8")):
        graded = judged({"value.py": engine, "autograd_check.py": stub}, "value-check")
        assert graded.score == 0
        assert {check["status"] for check in graded.exercise("value-check")["checks"]} == {"missing"}


def test_a_changed_list_costs_nothing_and_is_told(judged: Callable[..., Judged]) -> None:
    source = REFERENCE.replace("    return True\n", "    inputs[0] = 0.0\n    return True\n", 1)
    graded = judged({"value.py": VALUE, "autograd_check.py": source}, "value-check")
    assert graded.score == 4
    assert "changes its argument inputs" in graded.check("value-check", "care")["message"]


def test_counts_of_right_and_wrong_gradients_are_shown(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"value.py": VALUE, "autograd_check.py": REFERENCE}, "--only", "value-check")
    facts = graded.check("value-check", "several")["evidence"]["facts"]
    assert facts == {"right gradients accepted": "5 of 5", "wrong gradients rejected": "14 of 14"}


def test_who_never_asks_for_another_point_is_told_so(judged: Callable[..., Judged]) -> None:
    source = "def check_autograd(f, inputs, epsilon=1e-5):\n    return True\n"
    check = judged({"value.py": VALUE, "autograd_check.py": source}, "value-check").check("value-check", "one")
    assert "f was never called at a point other than inputs" in check["message"]
    moves = checker("bool(np.all(claimed - n < 1e-4))")
    graded = judged({"value.py": VALUE, "autograd_check.py": moves}, "value-check")
    assert "never called" not in graded.check("value-check", "one")["message"]


FOLLOWING = """
from value import Value
made = []
class Noted(Value):
    def __init__(self, *given):
        made.append(given[0])
        super().__init__(*given)
def constants(f, inputs):
    made.clear()
    f(*[Noted(x) for x in inputs])
    return list(made)
def check_autograd(f, inputs, epsilon=1e-5):
    return constants(f, inputs)[len(inputs):] == constants(f, [x + 0.1 for x in inputs])[len(inputs):]
"""


def test_whether_constants_follow_the_inputs_tells_nothing(judged: Callable[..., Judged]) -> None:
    graded = judged({"value.py": VALUE, "autograd_check.py": FOLLOWING}, "value-check")
    assert graded.score == 0


def test_an_engine_that_is_right_now_and_then_leaves_nothing_to_guess(judged: Callable[..., Judged]) -> None:
    counted = "    runs = 0\n    def backward(self):\n        Value.runs += 1\n"
    failing = "        if Value.runs % 11 > 2:\n            raise ArithmeticError\n"
    engine = VALUE.replace("    def backward(self):\n", counted + failing)
    assert engine != VALUE
    graded = judged({"value.py": engine, "autograd_check.py": REFERENCE}, "value-check")
    assert {check["status"] for check in graded.exercise("value-check")["checks"]} == {"skipped"}


HOSTILE = {
    "bool-like": """
class Yes:
    def __bool__(self): return True
def check_autograd(f, inputs, epsilon=0):
    return Yes()
""",
    "looks-at-the-caller": """
import sys
def check_autograd(f, inputs, epsilon=1e-5):
    frame = sys._getframe(1)
    found = []
    while frame:
        found += [str(value) for value in frame.f_locals.values()]
        frame = frame.f_back
    return "exact" in "".join(found) or "expected" in "".join(found)
""",
    "exits": "import os\ndef check_autograd(f, inputs, epsilon=1e-5):\n    os._exit(0)\n",
    "never-ends": "def check_autograd(f, inputs, epsilon=1e-5):\n    while True: pass\n",
    "class-of-its-own": """
import value
class Value(value.Value):
    def __init__(self, data, *more):
        raise SystemExit
    @property
    def __class__(self): return int
def check_autograd(f, inputs, epsilon=1e-5):
    return f(*[value.Value.__new__(Value) for _ in inputs])
""",
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_trick_earns_nothing(trick: str, hand_in_hostile: Callable[..., Graded]) -> None:
    graded = hand_in_hostile({"value.py": VALUE, "autograd_check.py": HOSTILE[trick]}, "--only", "value-check")
    assert graded.exercise("value-check")["score"] == 0, graded.out + graded.err
    assert graded.exercise("value-check")["status"] not in ("correct", "judge_error")
