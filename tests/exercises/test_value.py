"""The mini-project `value`: right engines of every style get all points, wrong ones lose theirs, whatever the seed."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said

from grader.model import Report

ENGINES = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "tests" / "engines").glob("*.py"))}
ACTIVATIONS = ("tanh", "relu", "sigmoid")

SUB = "self.grad += out.grad\n            other.grad -= out.grad"

# The name of a bug: the engine it is planted in, the check that must see it, and the swaps of text that plant it.
# A bug whose name starts with that of an activation lies in this activation alone.
WRONG: dict[str, tuple[str, str, dict[str, str]]] = {
    # = for +=
    "add-assigns": (
        "closures",
        "add",
        {
            "self.grad += g\n            other.grad += g * 1.0": "self.grad = g\n            other.grad = g",
        },
    ),
    "sub-assigns": (
        "closures",
        "sub",
        {SUB: "self.grad = out.grad\n            other.grad = -out.grad"},
    ),
    "mul-assigns": (
        "iterative",
        "mul",
        {
            "self.grad += g * other.data\n            other.grad += g * self.data": (
                "self.grad = g * other.data\n            other.grad = g * self.data"
            ),
        },
    ),
    "div-assigns": (
        "closures",
        "div",
        {
            "self.grad += out.grad / other.data": "self.grad = out.grad / other.data",
            "other.grad -= out.grad * self": "other.grad = -out.grad * self",
        },
    ),
    "add-assigns-the-first": ("closures", "add", {"            self.grad += g\n": "            self.grad = g\n"}),
    "add-assigns-the-second": ("closures", "add", {"other.grad += g * 1.0": "other.grad = g"}),
    "mul-assigns-the-second": ("closures", "mul", {"other.grad += self.data": "other.grad = self.data"}),
    "sub-assigns-the-first": ("closures", "sub", {SUB: "self.grad = out.grad\n            other.grad -= out.grad"}),
    "sub-assigns-the-second": ("closures", "sub", {SUB: "self.grad += out.grad\n            other.grad = -out.grad"}),
    "div-assigns-the-second": ("closures", "div", {"other.grad -= out.grad * self": "other.grad = -out.grad * self"}),
    "pow-assigns": ("closures", "pow", {"self.grad += out.grad * n": "self.grad = out.grad * n"}),
    "tanh-assigns": ("closures", "tanh", {"self.grad += out.grad * (1 - t": "self.grad = out.grad * (1 - t"}),
    "relu-assigns": ("closures", "relu", {"self.grad += out.grad * (self": "self.grad = out.grad * (self"}),
    "sigmoid-assigns": ("closures", "sigmoid", {"self.grad += out.grad * s": "self.grad = out.grad * s"}),
    "tanh-assigns-in-numpy": (
        "numpy_scalars",
        "tanh",
        {"self.grad += out.grad / np.cosh": "self.grad = out.grad / np.cosh"},
    ),
    "relu-assigns-in-a-branch": (
        "iterative",
        "relu",
        {"if out.data > 0:\n                self.grad += g": "if out.data > 0:\n                self.grad = g"},
    ),
    "everything-assigns": ("slope_pairs", "add", {"parent.grad += slope": "parent.grad = slope"}),
    "flow-assigns": ("accumulating", "add", {"flowing[id(parent)] += ": "flowing[id(parent)] = "}),
    "function-assigns": ("weakrefs", "mul", {"            x.grad += grad": "            x.grad = grad"}),
    # The order of backward
    "preorder": (
        "closures",
        "order",
        {
            "seen.add(node)\n": "seen.add(node)\n            order.append(node)\n",
            "visit(parent)\n            order.append(node)\n": "visit(parent)\n",
            "reversed(order)": "order",
        },
    ),
    "preorder-on-a-stack": (
        "zero_d_arrays",
        "order",
        {
            "            if done:\n                order.append(value)\n            elif value": "            if value",
            "stack.append((value, True))": "order.append(value)",
            "order[::-1]": "order",
        },
    ),
    "breadth-first": (
        "closures",
        "order",
        {
            "        visit(self)\n": (
                "        order, seen = [self], {self}\n"
                "        for node in order:\n"
                "            for parent in node._parents:\n"
                "                if parent not in seen:\n"
                "                    seen.add(parent)\n"
                "                    order.append(parent)\n"
            ),
            "reversed(order)": "order",
        },
    ),
    "naive-recursion": (
        "closures",
        "order",
        {
            "        for node in reversed(order):\n            node._backward()": (
                "        def down(node):\n"
                "            node._backward()\n"
                "            for parent in node._parents:\n"
                "                down(parent)\n"
                "        down(self)"
            ),
        },
    ),
    "no-visited-set": ("closures", "order", {"            if node in seen:\n                return\n": ""}),
    "visited-by-number": (
        "closures",
        "order",
        {"if node in seen:": "if node.data in seen:", "seen.add(node)": "seen.add(node.data)"},
    ),
    "not-reversed": ("closures", "add", {"reversed(order)": "order"}),
    "rising-numbers": ("numbered", "mul", {"sorted(found, reverse=True)": "sorted(found)"}),
    "tape-played-forwards": ("tape", "sub", {"in reversed(TAPE)": "in TAPE"}),
    "no-generations": ("generations", "order", {"creator.generation + 1": "0"}),
    "uses-counted-once": ("kahn", "order", {"uses[parent] += 1": "uses[parent] = 1"}),
    "shallow-first": ("depths", "tanh", {"sorted(layers, reverse=True)": "sorted(layers)"}),
    # The root
    "seed-missing": ("closures", "add", {"        self.grad = 1.0\n": ""}),
    "seed-data": ("closures", "add", {"self.grad = 1.0\n": "self.grad = self.data\n"}),
    "seed-reset": (
        "resetting",
        "add",
        {"self.zero_grad()\n        self.grad += 1.0": "self.grad += 1.0\n        self.zero_grad()"},
    ),
    "root-skipped": ("closures", "add", {"reversed(order)": "reversed(order[:-1])"}),
    # What is kept between calls of backward
    "kept-in-default-arguments": (
        "closures",
        "again",
        {
            "def backward(self):\n        order = []\n        seen = set()\n": (
                "def backward(self, order=[], seen=set()):\n"
            )
        },
    ),
    "order-kept-on-the-class": (
        "iterative",
        "again",
        {
            "        order = []\n        seen": "        order = Value.__dict__.get('order') or []\n        seen",
            "        self.grad = 1.0\n        for": "        Value.order = order\n        self.grad = 1.0\n        for",
        },
    ),
    "tape-never-emptied": (
        "tape",
        "again",
        {
            "            out.grad = 0.0\n            for source, _ in steps:\n                source.grad = 0.0\n": (
                "            pass\n"
            )
        },
    ),
    "gradients-remembered": (
        "pulling",
        "again",
        {
            "    def backward(self):\n        known = {self: 1.0}\n": (
                "    def backward(self, known={}):\n        known[self] = 1.0\n"
            )
        },
    ),
    "done-flag-on-values": (
        "pulling",
        "again",
        {
            "            value.grad = value._ask(known)\n": (
                "            if not hasattr(value, 'done'):\n"
                "                value.grad = value._ask(known)\n"
                "                value.done = True\n"
            )
        },
    ),
    "flow-kept": (
        "accumulating",
        "again",
        {
            "def backward(self, seed=1.0):": "def backward(self, seed=1.0, flowing=defaultdict(float)):",
            "        flowing = defaultdict(float)\n": "",
            "arrived = flowing.pop(id(value))": "arrived = flowing[id(value)]",
        },
    ),
    # Plain numbers
    "no-radd": ("closures", "numbers", {"    def __radd__(self, other):\n        return self + other\n": ""}),
    "no-rmul": ("closures", "numbers", {"    def __rmul__(self, other):\n        return self * other\n": ""}),
    "no-rsub": ("closures", "numbers", {"    def __rsub__(self, other):\n        return Value(other) - self\n": ""}),
    "no-rtruediv": (
        "closures",
        "numbers",
        {"    def __rtruediv__(self, other):\n        return Value(other) / self\n": ""},
    ),
    "rsub-swapped": ("closures", "numbers", {"return Value(other) - self": "return self - Value(other)"}),
    "rtruediv-swapped": ("slots", "numbers", {"return wrap(other) / self": "return self / wrap(other)"}),
    "whole-numbers-only": ("closures", "add", {"self.data = data\n": "self.data = int(data)\n"}),
    "floor-division": ("closures", "div", {"self.data / other.data, (": "self.data // other.data, ("}),
    "floor-division-of-whole-numbers": (
        "closures",
        "numbers",
        {
            "out = Value(self.data / other.data, (": (
                "whole = isinstance(self.data, int) and isinstance(other.data, int)\n"
                "        out = Value(self.data // other.data if whole else self.data / other.data, ("
            ),
        },
    ),
    "numbers-not-wrapped": (
        "parents_set",
        "numbers",
        {
            "isinstance(other, (int, float)):\n            other = Value(other)\n        result = Value(self.data *": (
                "False:\n            pass\n        result = Value(self.data *"
            )
        },
    ),
    # Activations
    "relu-no-mask": ("closures", "relu", {"out.grad * (self.data > 0)": "out.grad"}),
    "relu-output-at-least-0": ("closures", "relu", {"(self.data > 0)": "(out.data >= 0)"}),
    "relu-mask-of-gradient": ("closures", "relu", {"(self.data > 0)": "(out.grad > 0)"}),
    "relu-inverted": ("closures", "relu", {"(self.data > 0)": "(self.data < 0)"}),
    "relu-value-for-mask": ("closures", "relu", {"(self.data > 0)": "max(self.data, 0.0)"}),
    "relu-leaky": ("closures", "relu", {"(self.data > 0)": "(1.0 if self.data > 0 else 0.01)"}),
    "relu-no-outgrad": ("closures", "relu", {"out.grad * (self.data > 0)": "(self.data > 0)"}),
    "relu-absolute-value": ("match", "relu", {"self.data if self.data > 0 else 0.0": "abs(self.data)"}),
    "tanh-of-x": ("closures", "tanh", {"(1 - t * t)": "(1 - self.data**2)"}),
    "tanh-rule-of-sigmoid": ("closures", "tanh", {"(1 - t * t)": "t * (1 - t)"}),
    "tanh-no-square": ("closures", "tanh", {"(1 - t * t)": "(1 - t)"}),
    "tanh-twice": ("closures", "tanh", {"(1 - t * t)": "(1 - math.tanh(t) ** 2)"}),
    "tanh-no-outgrad": ("closures", "tanh", {"out.grad * (1 - t * t)": "1 - t * t"}),
    "tanh-precedence": ("closures", "tanh", {"out.grad * (1 - t * t)": "1 - t * t * out.grad"}),
    "tanh-is-tan": ("subclasses", "tanh", {"math.tanh(operand.data)": "math.tan(operand.data)"}),
    "sigmoid-no-s": ("closures", "sigmoid", {"out.grad * s * (1 - s)": "out.grad * (1 - s)"}),
    "sigmoid-of-x": ("closures", "sigmoid", {"s * (1 - s)": "self.data * (1 - self.data)"}),
    "sigmoid-no-outgrad": ("closures", "sigmoid", {"out.grad * s * (1 - s)": "s * (1 - s)"}),
    "sigmoid-rule-of-tanh": ("table", "sigmoid", {"r * (1 - r)": "1 - r * r"}),
    "sigmoid-sign-of-exponent": ("closures", "sigmoid", {"math.exp(-self.data)": "math.exp(self.data)"}),
    # Formulas of the operators
    "pow-no-n": ("closures", "pow", {"out.grad * n * self": "out.grad * self"}),
    "pow-same-exponent": ("closures", "pow", {"self.data ** (n - 1)": "self.data**n"}),
    "pow-parentheses": ("closures", "pow", {"self.data ** (n - 1)": "(self.data**n - 1)"}),
    "pow-no-outgrad": ("closures", "pow", {"out.grad * n * self": "n * self"}),
    "pow-one-special-cased": (
        "closures",
        "pow",
        {
            "self.grad += out.grad * n * self.data ** (n - 1)": (
                "self.grad += out.grad * (n * self.data ** (n - 1) if n != 1 else self.data)"
            )
        },
    ),
    "pow-zero-special-cased": (
        "closures",
        "pow",
        {
            "self.grad += out.grad * n * self.data ** (n - 1)": (
                "self.grad += out.grad * (n * self.data ** (n - 1) if n != 0 else self.data)"
            )
        },
    ),
    "pow-zero-is-zero": (
        "closures",
        "pow",
        {"Value(self.data**n, (self,))": "Value(self.data**n if n else 0.0, (self,))"},
    ),
    "pow-whole-exponents": ("singledispatch", "pow", {"n * self.data ** (n - 1)": "n * self.data ** int(n - 1)"}),
    "pow-through-logs": (
        "closures",
        "pow",
        {"Value(self.data**n, (self,))": "Value(math.exp(n * math.log(abs(self.data))), (self,))"},
    ),
    "div-sign": ("closures", "div", {"other.grad -= out.grad * self": "other.grad += out.grad * self"}),
    "div-no-square": ("closures", "div", {"self.data / other.data**2": "self.data / other.data"}),
    "div-no-outgrad": ("slope_pairs", "div", {"-self.data / y.data**2": "-1 / y.data**2"}),
    "div-numerator-only": ("closures", "div", {"            other.grad -= out.grad * self.data / other.data**2\n": ""}),
    "sub-both-plus": ("closures", "sub", {SUB: "self.grad += out.grad\n            other.grad += 1.0 * out.grad"}),
    "sub-both-minus": ("operation_classes", "sub", {"return grad, -grad": "return -grad, -grad"}),
    "neg-gradient-plus": ("closures", "sub", {"            self.grad -= out": "            self.grad += out"}),
    "mul-own-data": ("accumulating", "mul", {"lambda _: other.data": "lambda _: self.data"}),
    "mul-no-outgrad": (
        "closures",
        "mul",
        {"other.data * out.grad": "other.data", "other.grad += self.data * out.grad": "other.grad += self.data"},
    ),
    "mul-grad-for-data": ("iterative", "mul", {"g * other.data\n": "g * other.grad\n"}),
    "add-self-only": ("closures", "add", {"            other.grad += g * 1.0\n": ""}),
    "add-no-outgrad": (
        "iterative",
        "add",
        {"self.grad += g\n            other.grad += g\n": "self.grad += 1.0\n            other.grad += 1.0\n"},
    ),
    # The graph
    "parents-on-the-class": ("closures", "order", {"self._parents = parents": "Value._parents = parents"}),
    "first-parent-only": ("closures", "order", {"self._parents = parents": "self._parents = parents[:1]"}),
    "last-parent-only": ("iterative", "order", {"self._parents = parents": "self._parents = parents[-1:]"}),
    "one-parent-pointer": ("pulling", "add", {"source.users.append((self, slope))": "source.users = [(self, slope)]"}),
    "parents-as-keys": ("slope_pairs", "add", {"list(local)": "list(dict(local).items())"}),
    "saved-on-the-class": (
        "operation_classes",
        "order",
        {"        self.saved = ()\n": "", "self.saved = things": "type(self).saved = things"},
    ),
    "equal-by-value": (
        "closures",
        "order",
        {
            "    def backward": (
                "    def __eq__(self, other):\n"
                "        return self.data == other.data\n\n"
                "    def __hash__(self):\n"
                "        return hash(self.data)\n\n"
                "    def backward"
            ),
        },
    ),
    # Crashes
    "math-never-imported": ("closures", "sigmoid", {"import math\n": ""}),
    "isinstance-of-self": (
        "closures",
        "add",
        {
            "def __add__(self, other):\n        other = other if isinstance(other, Value)": (
                "def __add__(self, other):\n        other = other if isinstance(self, other)"
            )
        },
    ),
    "result-not-returned": (
        "match",
        "mul",
        {'return Value(self.data * other.data, "*"': 'Value(self.data * other.data, "*"'},
    ),
}

# Bugs that show only where an inner value is used more than once.
SHARING = ["naive-recursion", "no-visited-set", "preorder"]


def swapped(engine: str, swaps: dict[str, str]) -> str:
    source = ENGINES[f"right_{engine}"]
    for old, new in swaps.items():
        assert source.count(old) == 1, f"{engine}: {old!r} is there {source.count(old)} times"
        source = source.replace(old, new)
    return source


def wrong(bug: str) -> str:
    engine, _, swaps = WRONG[bug]
    return swapped(engine, swaps)


def without(engine: str, *methods: str) -> str:
    """The engine with these methods of Value cut out."""
    source = ENGINES[f"right_{engine}"]
    lines = source.splitlines(keepends=True)
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name in methods]
    assert sorted(node.name for node in found) == sorted(methods)
    for node in found:
        lines[node.lineno - 1 : node.end_lineno] = [""] * len(lines[node.lineno - 1 : node.end_lineno])
    return "".join(lines)


def not_correct(report: Report) -> frozenset[str]:
    """The checks that are not correct, advice among them."""
    return frozenset(check.id for check in report.exercises[0].checks if check.status != "correct")


@pytest.fixture
def seeds(many_seeds: Seeds) -> Seeds:
    """Ten seeds without the search for an explanation, which takes most of the time and changes no verdict."""
    return replace(many_seeds, course=replace(many_seeds.course, reference={}))


def test_there_are_enough_engines_and_none_is_the_reference() -> None:
    assert len(ENGINES) >= 22 and len(WRONG) >= 30
    assert not any((ROOT / "reference" / "value.py").read_text("utf-8") == source for source in ENGINES.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_right_engine_gets_all_points_with_every_seed(engine: str, seeds: Seeds) -> None:
    verdicts = set()
    for report in seeds({"value.py": ENGINES[engine]}, "value"):
        assert report.score == report.max_score == 14, said(report)
        verdicts.add(not_correct(report))
    assert len(verdicts) == 1 and verdicts.pop() <= {"robust"}


@pytest.mark.parametrize("bug", WRONG)
def test_a_wrong_engine_loses_points_with_every_seed(bug: str, seeds: Seeds) -> None:
    check = WRONG[bug][1]
    verdicts = set()
    for report in seeds.one_of(bug)({"value.py": wrong(bug)}, "value"):
        assert report.score < 14, said(report)
        verdicts.add(not_correct(report))
    assert len(verdicts) == 1, verdicts
    failed = verdicts.pop() - {"robust"}
    assert check in failed
    if bug.startswith(ACTIVATIONS):
        assert failed == {check}, "a bug of one activation costs points elsewhere"


KEPT = ["kept-in-default-arguments", "order-kept-on-the-class", "tape-never-emptied", "gradients-remembered"]


@pytest.mark.parametrize("bug", KEPT)
def test_what_is_kept_between_graphs_costs_one_check_and_is_told(bug: str, seeds: Seeds) -> None:
    for report in islice(seeds({"value.py": wrong(bug)}, "value"), 3):
        assert not_correct(report) - {"robust"} == {"again"}, said(report)
        check = check_of(report, "again")
        assert "kept between calls of " in check.hint
        assert "f.backward(); a.grad = b.grad = 0.0; f = " in check.evidence.call


def test_a_mistake_of_one_graph_is_not_said_to_be_kept(seeds: Seeds) -> None:
    report = next(iter(seeds({"value.py": wrong("root-skipped")}, "value")))
    assert check_of(report, "again").status == "wrong"
    assert "kept between calls" not in said(report)


SETTERS = {
    "grad-cannot-be-set": {
        "class Value:\n": "class Value:\n    grad = property(lambda self: self.__dict__.get('_g', 0.0))\n\n",
        "        self.grad = 0.0\n": "",
        "            value.grad = 0.0\n        self.grad = 1.0\n": (
            "            value._g = 0.0\n        self._g = 1.0\n"
        ),
        "parent.grad += slope": "parent._g += slope",
    },
}


def test_a_class_that_resets_itself_needs_no_setter(seeds: Seeds) -> None:
    for report in islice(seeds({"value.py": swapped("kahn", SETTERS["grad-cannot-be-set"])}, "value"), 3):
        assert report.score == 14, said(report)


def test_one_and_zero_as_exponents_may_be_no_operation(seeds: Seeds) -> None:
    source = swapped("closures", {
        "        out = Value(self.data**n, (self,))": (
            "        if n == 0:\n            return Value(1.0)\n        if n == 1:\n            return self\n"
            "        out = Value(self.data**n, (self,))"
        )
    })  # fmt: skip
    for report in islice(seeds({"value.py": source}, "value"), 3):
        assert report.score == 14, said(report)


def test_an_engine_without_tanh_keeps_all_other_points(seeds: Seeds) -> None:
    for report in seeds({"value.py": without("closures", "tanh")}, "value"):
        assert report.score == 13, said(report)
        assert check_of(report, "tanh").status == "missing"
        assert "`tanh`" in check_of(report, "tanh").message


def test_an_engine_without_relu_and_sigmoid_keeps_all_other_points(seeds: Seeds) -> None:
    for report in seeds({"value.py": without("closures", "relu", "sigmoid")}, "value"):
        assert report.score == 12, said(report)
        assert not_correct(report) - {"robust"} == {"relu", "sigmoid"}


def test_an_engine_without_backward_is_told_so(judged: Callable[..., Judged]) -> None:
    graded = judged({"value.py": without("closures", "backward")}, "value")
    assert (graded.score, graded.code) == (0, 1), graded.out
    for check in graded.exercise("value")["checks"]:
        assert "`backward`" in check["message"] and check["status"] == "missing", check
    assert "`backward`" in graded.out


def test_an_engine_without_grad_is_told_so(judged: Callable[..., Judged]) -> None:
    source = ENGINES["right_iterative"].replace(".grad", ".gradient")
    graded = judged({"value.py": source}, "value")
    assert (graded.score, graded.code) == (0, 1), graded.out
    for check in graded.exercise("value")["checks"]:
        assert "`grad`" in check["message"], check
    assert "did you mean `gradient`?" in graded.out


RECURSIVE = {
    "        stack = [(self, iter(self._parents))]\n": (
        "        def visit(node):\n"
        "            for parent in node._parents:\n"
        "                if parent not in seen:\n"
        "                    seen.add(parent)\n"
        "                    visit(parent)\n"
        "            order.append(node)\n\n"
        "        visit(self)\n"
        "        stack = []\n"
    ),
}
FRAGILE = {
    "overflow-in-sigmoid": {"if x >= 0:": "if True:"},
    "slope-of-power-0-at-0": {
        "            if n != 0:\n                self": "            if True:\n                self"
    },
}


@pytest.mark.parametrize("weakness", FRAGILE)
def test_advice_on_robustness_costs_nothing(weakness: str, hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"value.py": swapped("iterative", FRAGILE[weakness])}, "--only", "value")
    assert (graded.score, graded.code) == (14, 0), graded.out
    assert graded.check("value", "robust")["status"] in ("partial", "wrong", "crashed")
    assert graded.check("value", "robust")["evidence"]["call"]


def test_all_weaknesses_together_cost_nothing(judged: Callable[..., Judged]) -> None:
    together = {old: new for swaps in FRAGILE.values() for old, new in swaps.items()}
    graded = judged({"value.py": swapped("iterative", together)}, "value")
    assert (graded.score, graded.code) == (14, 0), graded.out
    assert graded.check("value", "robust")["status"] == "partial"


@pytest.mark.parametrize("swaps", [{}, RECURSIVE], ids=["iterative", "recursive"])
def test_an_engine_that_never_overflows_is_robust(swaps: dict[str, str], judged: Callable[..., Judged]) -> None:
    """Python's recursion reaches the depth that is asked for."""
    graded = judged({"value.py": swapped("iterative", swaps)}, "value")
    assert (graded.score, graded.code) == (14, 0), graded.out
    assert graded.check("value", "robust")["status"] == "correct"


MICROGRAD_LACKS = """
import math

def tanh(self):
    out = Value(math.tanh(self.data), (self,), "tanh")
    def _backward():
        self.grad += (1 - out.data**2) * out.grad
    out._backward = _backward
    return out

def sigmoid(self):
    out = Value(1 / (1 + math.exp(-self.data)), (self,), "sigmoid")
    def _backward():
        self.grad += out.data * (1 - out.data) * out.grad
    out._backward = _backward
    return out

Value.tanh = tanh
Value.sigmoid = sigmoid
"""


def test_micrograd_with_the_activations_it_lacks_gets_all_points(seeds: Seeds) -> None:
    pytest.importorskip("micrograd")
    spec: Any = importlib.util.find_spec("micrograd.engine")
    source = Path(spec.origin).read_text("utf-8") + MICROGRAD_LACKS
    verdicts = set()
    for report in seeds({"value.py": source}, "value"):
        assert report.score == 14, said(report)
        verdicts.add(not_correct(report))
    assert verdicts == {frozenset({"robust"})}


def operations(call: str) -> int:
    """How many operators the statements of an evidence call have."""
    return sum(isinstance(node, ast.BinOp) for node in ast.walk(ast.parse(call.replace("; ", "\n"))))


@pytest.mark.parametrize("bug", SHARING)
def test_the_smallest_failing_graph_is_shown(bug: str, seeds: Seeds) -> None:
    for report in islice(seeds({"value.py": wrong(bug)}, "value"), 5):
        call = check_of(report, "graphs").evidence.call
        assert 1 < operations(call) <= 4, call


def test_no_method_is_blamed_that_only_an_alternative_uses(judged: Callable[..., Judged]) -> None:
    """`a * b + a` fails where `*` overwrites; tanh is only in another way to show the same."""
    right = (ROOT / "reference" / "value.py").read_text("utf-8")
    source = right.replace("self.grad += other.data * out.grad", "self.grad = other.data * out.grad")
    assert source != right
    check = judged({"value.py": source}, "value").check("value", "mul")
    assert check["status"] == "partial" and "tanh" not in check["evidence"]["place"]
