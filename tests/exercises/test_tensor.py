"""The extension `tensor`: right engines of every style get all points, wrong ones lose theirs, whatever the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said

from grader.model import Report

ENGINES = {
    path.stem.removeprefix("right_"): path.read_text("utf-8")
    for path in sorted((ROOT / "tests" / "engines" / "tensors").glob("*.py"))
}
EVERYTHING = {"arithmetic", "rows", "columns", "matmul", "sum", "mean", "relu", "graphs"}
ADD = (
    "self.grad = self.grad + fit(out.grad, self.data.shape)\n            "
    "other.grad = other.grad + fit(out.grad, other.data.shape)"
)
MUL = (
    "self.grad = self.grad + fit(out.grad * other.data, self.data.shape)\n            "
    "other.grad = other.grad + fit(out.grad * self.data, other.data.shape)"
)
OWN = (
    "self.grad = self.grad + fit(out.grad * self.data, self.data.shape)\n            "
    "other.grad = other.grad + fit(out.grad * other.data, other.data.shape)"
)
MATMUL = (
    "self.grad = self.grad + np.dot(out.grad, other.data.T)\n            "
    "other.grad = other.grad + np.dot(self.data.T, out.grad)"
)
SUM = "self.grad = self.grad + np.broadcast_to(gradient, self.data.shape)"
RELU = "self.grad = self.grad + (self.data >= 0) * out.grad"
FIT = "    while gradient.ndim > len(shape):\n        gradient = gradient.sum(axis=0)\n"
STRETCHED = "            gradient = gradient.sum(axis=axis, keepdims=True)\n"


def assigning(text: str) -> str:
    """The statements with = where they add up."""
    return text.replace("self.grad = self.grad + ", "self.grad = ").replace(
        "other.grad = other.grad + ", "other.grad = "
    )


# The name of a bug: the engine it is planted in, the checks that must see it, and the swaps of text that plant it.
WRONG: dict[str, tuple[str, set[str], dict[str, str]]] = {
    "gradient-not-summed": (
        "closures",
        {"rows", "columns", "graphs"},
        {FIT: "    return gradient\n"},
    ),
    "gradient-of-shape-1-by-h": (
        "closures",
        {"rows", "columns"},
        {FIT: "    if gradient.ndim > len(shape):\n        return gradient.sum(axis=0, keepdims=True)\n"},
    ),
    "batch-averaged": (
        "closures",
        {"rows", "columns"},
        {FIT: FIT.replace(".sum(", ".mean(")},
    ),
    "summed-over-the-last-axis": (
        "closures",
        {"rows", "columns"},
        {FIT: FIT.replace("axis=0", "axis=-1")},
    ),
    "size-1-not-summed": ("closures", {"columns"}, {STRETCHED: "            pass\n"}),
    "keepdims-lost": (
        "closures",
        {"columns"},
        {STRETCHED: "            return gradient.sum(axis=axis)\n"},
    ),
    "second-operand-not-summed": (
        "closures",
        {"rows", "columns"},
        {"other.grad = other.grad + fit(out.grad, other.data.shape)": "other.grad = other.grad + out.grad"},
    ),
    "add-assigns": ("closures", {"arithmetic"}, {ADD: assigning(ADD)}),
    "add-aliases": (
        "closures",
        {"graphs"},
        {
            ADD: "for x in (self, other):\n"
            "                if x.grad.any():\n"
            "                    x.grad += fit(out.grad, x.data.shape)\n"
            "                else:\n"
            "                    x.grad = fit(out.grad, x.data.shape)"
        },
    ),
    "first-gradient-shared": ("accumulate_method", {"graphs"}, {
        "np.array(gradient, copy=True)": "gradient",
        "sign * self.grad": "self.grad if sign > 0 else -self.grad",
        "gradient = np.sum(gradient, axis=lead)\n": "gradient = np.sum(gradient, axis=lead) if lead else gradient\n"}),
    "data-changed-by-add": ("closures", {"arithmetic"}, {
        "out = Tensor(self.data + other.data, (self, other))":
            "self.data = self.data + other.data\n        out = Tensor(self.data, (self, other))"}),
    "data-changed-by-relu": ("closures", {"relu"}, {
        "out = Tensor(self.data * (self.data > 0), (self,))":
            "self.data *= self.data > 0\n        out = Tensor(self.data, (self,))"}),
    "sub-plus": ("functions", {"arithmetic"}, {"total(-g, b)\n\n\nclass Mul": "total(g, b)\n\n\nclass Mul"}),
    "mul-own-data": (
        "closures", {"arithmetic"}, {MUL: OWN}),
    "mul-assigns": ("closures", {"arithmetic"}, {MUL: assigning(MUL)}),
    "div-sign": ("kahn", {"arithmetic", "rows", "columns"}, {"-g * a / b**2": "g * a / b**2"}),
    "div-no-square": ("tape", {"arithmetic"}, {"-g * a.data / b.data**2": "-g * a.data / b.data"}),
    "div-floors": ("kahn", {"arithmetic"}, {"a / b,\n    \"mat\"": "a // b,\n    \"mat\""}),
    "matmul-untransposed": ("closures", {"matmul"}, {MATMUL: MATMUL.replace(".T", "")}),
    "matmul-swapped": ("kahn", {"matmul"}, {"(g @ b.T, a.T @ g)": "(a.T @ g, g @ b.T)"}),
    "matmul-assigns": ("closures", {"matmul"}, {MATMUL: assigning(MATMUL)}),
    "matmul-only-squares": ("flowing", {"matmul"}, {"lambda g: (g.T @ self.data).T": "lambda g: (self.data @ g.T).T"}),
    "sum-axis-ignored-in-backward": ("closures", {"sum"}, {"gradient = np.expand_dims(gradient, axis)": "pass"}),
    "sum-keeps-its-axis": ("kahn", {"sum"}, {"a.sum(axis)": "a.sum(axis, keepdims=True)"}),
    "sum-without-upstream": ("closures", {"sum", "mean"}, {SUM: "self.grad = self.grad + 1.0"}),
    "sum-no-negative-axis": ("closures", {"sum", "mean"}, {
        "gradient = np.expand_dims(gradient, axis)":
            "gradient = gradient if axis < 0 else np.expand_dims(gradient, axis)"}),
    "mean-is-sum": ("kahn", {"mean"}, {"a.mean(axis)": "a.sum(axis)"}),
    "mean-gradient-of-sum": ("kahn", {"mean"}, {"widen(g, a, axis) * g.size / a.size": "widen(g, a, axis)"}),
    "mean-over-rows": ("closures", {"mean"}, {
        "n = self.data.size if axis is None else self.data.shape[axis]": "n = len(self.data)"}),
    "relu-no-mask": ("closures", {"relu"}, {RELU: "self.grad = self.grad + out.grad"}),
    "relu-mask-of-output": ("closures", {"relu"}, {RELU: RELU.replace("self.data >=", "out.data >=")}),
    "relu-mask-of-gradient": ("closures", {"relu"}, {RELU: RELU.replace("self.data >=", "out.grad >=")}),
    "relu-slope-2-at-0": ("kahn", {"relu"}, {"np.heaviside(a, 1.0)": "np.heaviside(a, 2.0)"}),
    "relu-assigns": ("closures", {"relu"}, {RELU: RELU.replace("self.grad + ", "")}),
    "naive-recursion": (
        "closures",
        {"graphs"},
        {
            "        for v in reversed(topo):\n            v._backward()": "        def down(v):\n"
            "            v._backward()\n"
            "            for child in v._prev:\n"
            "                down(child)\n\n"
            "        down(self)"
        },
    ),
    "saved-on-the-class": ("functions", {"graphs"}, {
        "self.saved = a, b\n        return a * b": "Mul.saved = a, b\n        return a * b"}),
    "uses-counted-once": ("kahn", {"graphs"}, {"uses[parent] += 1": "uses[parent] = 1"}),
    "kept-in-default-arguments": ("closures", {"graphs"}, {
        "def backward(self):\n        topo, visited = [], set()\n": "def backward(self, topo=[], visited=set()):\n"}),
    "tape-not-emptied": ("tape", {"graphs"}, {"        TAPE.clear()\n": ""}),
    "tape-never-cleared": ("tape", EVERYTHING, {"reversed(TAPE)": "TAPE"}),
}  # fmt: skip


def wrong(bug: str) -> str:
    engine, _, swaps = WRONG[bug]
    source = ENGINES[engine]
    for old, new in swaps.items():
        assert source.count(old) == 1, f"{bug}: {old!r} is there {source.count(old)} times"
        source = source.replace(old, new)
    return source


def not_correct(report: Report) -> frozenset[str]:
    return frozenset(check.id for check in report.exercises[0].checks if check.status != "correct")


@pytest.fixture
def seeds(many_seeds: Seeds) -> Seeds:
    """Ten seeds without the search for an explanation, which takes most of the time and changes no verdict."""
    return replace(many_seeds, course=replace(many_seeds.course, reference={}))


def test_there_are_enough_engines() -> None:
    assert len(ENGINES) >= 8 and len(WRONG) >= 20


@pytest.mark.parametrize("engine", ENGINES)
def test_a_right_engine_gets_all_points_with_every_seed(engine: str, seeds: Seeds) -> None:
    verdicts = set()
    for report in seeds({"tensor.py": ENGINES[engine]}, "tensor"):
        assert report.bonus == report.max_bonus == 8, said(report)
        verdicts.add(not_correct(report))
    assert len(verdicts) == 1 and verdicts.pop() <= {"comfort"}


@pytest.mark.parametrize("bug", WRONG)
def test_a_wrong_engine_loses_points_with_every_seed(bug: str, seeds: Seeds) -> None:
    verdicts = set()
    for report in seeds.one_of(bug)({"tensor.py": wrong(bug)}, "tensor"):
        assert report.bonus < 8, said(report)
        verdicts.add(not_correct(report))
    assert len(verdicts) == 1, verdicts
    assert WRONG[bug][1] <= verdicts.pop()


def test_a_bug_of_one_operation_is_charged_to_it_alone(seeds: Seeds) -> None:
    for bug, failed in (("mul-assigns", {"arithmetic", "graphs"}), ("mean-is-sum", {"mean", "graphs"})):
        report = next(iter(seeds({"tensor.py": wrong(bug)}, "tensor")))
        assert not_correct(report) - {"comfort"} == failed, said(report)


def test_what_is_kept_between_graphs_is_told_by_the_statements(seeds: Seeds) -> None:
    report = next(iter(seeds({"tensor.py": wrong("kept-in-default-arguments")}, "tensor")))
    assert not_correct(report) - {"comfort"} == {"graphs"}, said(report)
    check = check_of(report, "graphs")
    assert check.score == pytest.approx(0.8)
    assert "f.backward(); a.grad = np.zeros((3, 4)); b.grad = np.zeros((3, 4)); e = b - a" in check.evidence.call


def test_an_engine_without_sum_keeps_the_points_of_the_others(seeds: Seeds) -> None:
    source = ENGINES["kahn"].replace("def sum(self, axis=None):", "def _no_sum(self, axis=None):")
    report = next(iter(seeds({"tensor.py": source}, "tensor")))
    assert not_correct(report) - {"comfort"} == {"sum", "graphs"}, said(report)
    assert "`sum`" in check_of(report, "sum").message


def test_the_shape_that_is_due_is_told(seeds: Seeds) -> None:
    report = next(iter(seeds({"tensor.py": wrong("gradient-of-shape-1-by-h")}, "tensor")))
    assert "v.grad is an array of shape (1, 4); it must have shape (4,)" in check_of(report, "rows").message


def test_data_changed_in_place_is_told(seeds: Seeds) -> None:
    report = next(iter(seeds({"tensor.py": wrong("data-changed-by-relu")}, "tensor")))
    assert "a.data has changed" in check_of(report, "relu").message


def test_a_known_mistake_gets_its_hint(judged: Callable[..., Judged]) -> None:
    source = (
        (ROOT / "reference" / "tensor.py").read_text("utf-8").replace("self.data.T @ out.grad", "self.data @ out.grad")
    )
    source = source.replace("out.grad @ other.data.T", "out.grad @ other.data")
    graded = judged({"tensor.py": source}, "tensor")
    assert graded.check("tensor", "matmul")["misconception"] == "matmul-untransposed", graded.out


def test_the_untouched_template_is_missing(judged: Callable[..., Judged]) -> None:
    graded = judged({"tensor.py": (ROOT / "student_template" / "tensor.py").read_text("utf-8")}, "tensor")
    assert graded.exercise("tensor")["score"] == 0
    assert {check["status"] for check in graded.exercise("tensor")["checks"]} == {"missing"}
    assert "`Tensor.backward` is not written yet" in graded.out


@pytest.mark.parametrize(
    "head, said_of_it",
    [
        ("class Tensor:\n    def __init__(self, data):\n        import os\n        os._exit(0)\n", "exit status 0"),
        ("class Tensor:\n    def __init__(self, data):\n        self.data = self.grad = self\n"
         "    def __add__(self, other):\n        return self\n"
         "    __sub__ = __mul__ = __truediv__ = __matmul__ = __add__\n"
         "    def sum(self, axis=None):\n        return self\n"
         "    mean = sum\n"
         "    def relu(self):\n        return self\n"
         "    def backward(self):\n        self.data = 0\n", "it must have shape"),
        ("class Tensor:\n    def __init__(self, data):\n        while True:\n            pass\n", "CPU time"),
    ],
    ids=["leaves", "returns-itself", "hangs"],
)  # fmt: skip
def test_hostile_code_earns_nothing(head: str, said_of_it: str, hand_in_hostile: Callable[..., Graded]) -> None:
    graded = hand_in_hostile({"tensor.py": head}, "--only", "tensor")
    assert graded.exercise("tensor")["score"] == 0 and said_of_it in graded.out, graded.out
