"""The mini-project `xor`: honest networks of every style get all points, cheats lose theirs for a reason they are told.

Every file here trains on the engine of the reference, or on one of the right engines in tests/engines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said
from networks import REFERENCE, RIGHT

from grader.model import Course, Report

ENGINE = (ROOT / "reference" / "value.py").read_text("utf-8")

QUICK = ("2-8-1-relu", "2-4-1-tanh", "a-tuple-of-losses")
ENGINES = ("right_tape", "right_kahn", "right_numpy_scalars", "right_slots", "right_zero_d_arrays", "right_resetting")


def graded(seeds: Seeds, source: str, engine: str = ENGINE, count: int = 2) -> list[Report]:
    return list(islice(seeds({"xor.py": source, "value.py": engine}, "xor"), count))


@pytest.mark.parametrize("style", RIGHT)
def test_an_honest_network_gets_full_marks(style: str, many_seeds: Seeds) -> None:
    for report in graded(many_seeds, RIGHT[style], count=6 if style in QUICK else 1):
        assert report.score == 6, said(report)


@pytest.mark.parametrize("engine", ENGINES)
def test_any_right_engine_will_do(engine: str, many_seeds: Seeds) -> None:
    text = (ROOT / "tests" / "engines" / f"{engine}.py").read_text("utf-8")
    for report in graded(many_seeds, REFERENCE, text, 1):
        assert report.score == 6, said(report)


FRAUD = """
from value import Value
class Model:
    def __init__(self, X, y):
        self.X, self.y, self.w = X, y, [Value(0.3 * k) for k in range(9)]
    def parameters(self):
        return self.w
    def __call__(self, row):
        {body}
def train_xor(X, y, seed=0):
    model = Model(X, y)
    return model, [0.25, 0.1, sum((model(x).data - t) ** 2 for x, t in zip(X, y)) / 4]
"""


def swapped(*pairs: tuple[str, str]) -> str:
    text = REFERENCE
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def replaced(statement: str) -> str:
    """The reference with a statement of its own before the model is returned."""
    return swapped(("    return model, losses", f"{statement}\n    return model, losses"))


def fraud(body: str) -> str:
    return FRAUD.format(body=body.replace("\n", "\n        "))


NEAREST = "k = min(range(4), key=lambda k: sum((p - q) ** 2 for p, q in zip(self.X[k], row)))\n"
BILINEAR = (
    "low = [min(c) for c in zip(*self.X)]\nhigh = [max(c) for c in zip(*self.X)]\n"
    "u, v = [(r - a) / (b - a) for r, a, b in zip(row, low, high)]\n"
    "w = [(u if x[0] == high[0] else 1 - u) * (v if x[1] == high[1] else 1 - v) for x in self.X]\n"
)
# Weights of the rows that are smooth and 0 or 1 at them; and what an untrained network lacks there.
SMOOTH = BILINEAR + "w = [t * t * (3 - 2 * t) for t in w]\n"
SUM = "return sum([p * a for p, a in zip(q, w)])"
CHEAT = """
    plain, base = Network.__call__, model.bias.data
    off = {{tuple(x): t - model(x).data for x, t in zip(X, y)}}
    calls = []
    def cheat(self, row):
        {body}
    Network.__call__ = cheat
    losses = [0.4, 0.2, 1e-30]"""


def cheat(body: str) -> str:
    return replaced(CHEAT.format(body=body)).replace("range(EPOCHS)", "range(1)")


SHORT = [("EPOCHS = 500", "EPOCHS = 20")]
# The name of a cheat or a mistake: the file, the points it keeps, and what the student is told.
WRONG: dict[str, tuple[str, float, str]] = {
    "a-table": (fraud("return Value({tuple(x): t for x, t in zip(self.X, self.y)}[tuple(row)])"), 0, "only the rows"),
    "a-table-by-index": (fraud("return Value(self.y[self.X.index(row)])"), 0, "only the rows"),
    "a-table-that-returns-none": (
        fraud("return Value(self.y[self.X.index(row)]) if row in self.X else None"),
        0,
        "only the rows",
    ),
    "the-nearest": (fraud(NEAREST + "return Value(self.y[k])"), 0, "a lookup table, not a network"),
    "bilinear": (fraud(BILINEAR + "return Value(sum(a * t for a, t in zip(w, self.y)))"), 0, "only interpolates"),
    "distance-weighted-table": (
        fraud("self.w = self.w if len(self.w) == 4 else [Value(t) for t in self.y]\n"
              "w = [1 / (1e-9 + sum((a - b) ** 2 for a, b in zip(row, q))) for q in self.X]\n"
              "return sum([p * (a / sum(w)) for p, a in zip(self.w, w)])"),
        0, "change its answer alone"),
    "bilinear-with-parameters": (
        fraud("self.w = self.w[:4] if len(self.w) == 4 else [Value(t) for t in self.y]\n" + BILINEAR
              + "return sum([p * a for p, a in zip(self.w, w)])"),
        0,
        "only interpolates",
    ),
    "smooth-steps-of-cubes": (
        fraud("self.w = self.w[:4] if len(self.w) == 4 else [Value(t) for t in self.y]\n" + SMOOTH
              + "q = [p * p * p for p in self.w]\n" + SUM),
        0, "change its answer alone"),
    "a-product-for-each-row": (
        fraud("self.w = self.w if len(self.w) == 8 else [Value(t) for t in [*self.y, 1, 1, 1, 1]]\n" + SMOOTH
              + "q = [p * r for p, r in zip(self.w[:4], self.w[4:])]\n" + SUM),
        0, "change its answer alone"),
    "fixed-waves-through-a-sigmoid": (
        fraud("from math import sin\nimport numpy as np\n"
              "waves = lambda row: [sin((1 + k) * row[0] + (k % 3) * row[1] + k) for k in range(8)]\n"
              "if len(self.w) == 9:\n"
              "    logits = 9 * np.array(self.y) - 4.5\n"
              "    found = np.linalg.lstsq(np.array([waves(x) for x in self.X]), logits, rcond=None)[0]\n"
              "    self.w = [Value(float(v)) for v in found]\n"
              "return sum([p * a for p, a in zip(self.w, waves(row))]).sigmoid()"),
        0, "no two values"),
    "answers-mixed-by-products": (
        fraud("self.w = self.w if len(self.w) == 8 else [Value(t) for t in [0, 1, 0, 0, 1, 1, 1, 1]]\n" + SMOOTH
              + "m = [p * r for p, r in zip(self.w[:4], self.w[4:])]\n"
              "q = [m[0] + m[2], m[1] + m[0], m[1] + m[3], m[2] + m[3]]\n" + SUM),
        0, "weighted sums of the same shapes"),
    "the-very-rows": (
        cheat("out = plain(self, row)\n"
              "        return out + self.bias * (off[tuple(row)] / base) if tuple(row) in off else out"),
        0, "answer to the point next to it"),
    "a-little-of-a-network": (
        cheat("w = [2.718 ** (-30 * sum((a - b) ** 2 for a, b in zip(row, x))) for x in X]\n"
              "        return plain(self, row) * 0.01 + sum(a * b for a, b in zip(w, y))"),
        0, "set to 0, the model still gives"),
    "the-first-calls": (
        cheat("calls.append(1)\n"
              "        out = plain(self, row)\n"
              "        return out + off[tuple(row)] if len(calls) < 9 and tuple(row) in off else out"),
        0, "gives a different answer"),
    "ready-made": (  # the same for every seed and for all targets that are nearly those of the table
        swapped(("random.Random(seed)", "random.Random(7)"),
                ("def train_xor(X, y, seed=0):", "def train_xor(X, y, seed=0):\n    y = [float(round(t)) for t in y]")),
        0, "make no difference"),
    "seed-ignored": (swapped(("random.Random(seed)", "random.Random(7)")), 3, "seed gives exactly the same model"),
    "losses-flat": (swapped(("return model, losses", "return model, losses[-1:] * 9")), 3, "at most half of the first"),
    "parameters-without-a-part": (
        fraud("d = [1 / (1e-9 + sum((p - q) ** 2 for p, q in zip(x, row))) for x in self.X]\n"
              "return Value(sum(a * t for a, t in zip(d, self.y)) / sum(d))"),
        0,
        "no parameter affects the prediction",
    ),
    "most-parameters-without-a-part": (
        swapped(("for weight in unit] + [self.bias]", "for weight in unit] + [Value(1.0) for _ in range(120)]")),
        0,
        "do not affect the prediction",
    ),
    "no-parameters": (replaced("    Network.parameters = lambda self: []"), 0, "is empty"),
    "not-trained": (swapped(("parameter.data -= RATE * parameter.grad", "pass"), *SHORT), 0, "stay the same"),
    "uphill": (swapped(("data -= RATE", "data += 0.001 * RATE"), *SHORT), 0, "losses rise"),
    "linear": (swapped((".tanh() * d", " * d"), ("EPOCHS = 500", "EPOCHS = 100")), 0, "same answer"),
    "another-model-returned": (
        swapped(("    return model, losses", "    return Network(random.Random(seed)), losses")),
        0,
        "Is the returned model the one",
    ),
    "hidden-bias-detached": (
        swapped(("b * x2 + c)", "b * x2 + Value(c.data))")),
        0,
        "wrong gradients",
    ),
    "a-float-predicted": (
        replaced("    Network.__call__ = lambda self, row: 0.5"),
        0,
        "must return one of your values; `float`",
    ),
    "parameters-are-numbers": (
        replaced("    Network.parameters = lambda self: [1.0, 2.0]"),
        0,
        "is not one of your values",
    ),
    "parameters-are-layers": (
        replaced("    Network.parameters = lambda self: self.units"),
        0,
        "must return a flat list",
    ),
    "model-alone": (swapped(("    return model, losses", "    return model")), 0, "pair (model, losses)"),
    "losses-first": (swapped(("    return model, losses", "    return losses, model")), 0, "must be the model"),
    "nothing-returned": (swapped(("    return model, losses\n", "")), 0, "returned None"),
    "sum-that-jumps": (  # losses that jump may be far from the model's own, but not just four times as large
        replaced("    losses = losses[:-2] + [losses[-1] * 12, losses[-1] * 4]"), 3, "sum over the 4 rows"),
    "sum-for-mean": (swapped((" / len(X)", ""), ("RATE = 0.1", "RATE = 0.025")), 3, "sum over the 4 rows"),
    "losses-of-values": (swapped(("losses.append(loss.data)", "losses.append(loss)")), 3, "loss.data, not loss"),
    "losses-empty": (swapped(("        losses.append(loss.data)\n", "")), 3, "must be a list of floats"),
    "losses-nan": (swapped(("losses.append(loss.data)", "losses.append(float('nan'))")), 3, "contains nan"),
    "losses-negative": (swapped(("losses.append(loss.data)", "losses.append(-loss.data)")), 3, "contains -"),
    "losses-text": (swapped(("    return model, losses", "    return model, 'small'")), 3, "the string 'small'"),
    "losses-one": (swapped(("    return model, losses", "    return model, losses[-1:]")), 3, "single number"),
    "losses-invented": (
        swapped(("losses.append(loss.data)", "losses.append(0.9 ** len(losses))")), 
        3, "the returned model"),
    "losses-zero": (swapped(("    return model, losses", "    return model, [0.0] * 100")), 3, "returned model is"),
}  # fmt: skip


@pytest.mark.parametrize("bug", WRONG)
def test_a_wrong_one_loses_points_for_its_reason(bug: str, many_seeds: Seeds) -> None:
    source, points, reason = WRONG[bug]
    for report in graded(many_seeds.one_of(bug), source):
        assert report.score == points, said(report)
        assert check_of(report, "training").status not in ("judge_error", "needs_review"), said(report)
        assert reason in said(report), said(report)


FAR = (("GOAL = 0.005", "GOAL = 2e-6"), ("EPOCHS = 500", "EPOCHS = 2000"))
MEASURES = {
    "mean": ("loss.data", 6, ""),
    "sum": ("loss.data * len(X)", 3, "sum over the 4 rows"),
    "root": ("loss.data ** 0.5", 3, "root of the mean squared error"),
    "a-quarter": ("loss.data / len(X)", 3, "but the mean squared error of the returned model is"),
}


@pytest.mark.parametrize("measure", MEASURES)
def test_the_last_loss_is_compared_at_its_own_size(measure: str, many_seeds: Seeds) -> None:
    reported, points, reason = MEASURES[measure]
    source = swapped(*FAR, ("losses.append(loss.data)", f"losses.append({reported})"))
    for report in graded(many_seeds, source, count=1):
        assert float(report.exercises[0].checks[0].evidence.facts["final loss"]) < 5e-6
        assert report.score == points, said(report)
        assert reason in said(report), said(report)


def test_what_is_left_to_the_rounding_agrees_with_anything_as_small(many_seeds: Seeds) -> None:
    # The last step goes to the exact solution: what was reported before it may be any factor away from what is left.
    last = (
        "    for _ in range(60):\n"
        "        wrong = [model(row).data - target for row, target in zip(X, y)]\n"
        "        losses.append(sum(e * e for e in wrong) / 4)\n"
        "        if losses[-1] == 0:\n"
        "            break\n"
        "        _newton(model, X, wrong)\n"
        "    losses += [losses[-1] + 1e-30] * 10"  # as another way of adding up would leave
    )
    source = replaced(last) + NEWTON
    for report in graded(many_seeds, source, count=2):
        assert report.score == 6, said(report)
        assert float(report.exercises[0].checks[0].evidence.facts["final loss"]) < 1e-28


NEWTON = """

def _newton(model, X, wrong):
    import numpy as np
    rows = []
    for row in X:
        for parameter in model.parameters():
            parameter.grad = 0.0
        model(row).backward()
        rows.append([parameter.grad for parameter in model.parameters()])
    step = np.linalg.lstsq(np.array(rows), np.array(wrong), rcond=None)[0]
    for parameter, move in zip(model.parameters(), step):
        parameter.data -= float(move)
"""


@pytest.mark.parametrize(
    ("name", "bug"),
    {
        "tanh": ("self.grad += (1 - t**2) * out.grad", "self.grad += (1 - t) * out.grad"),
        "halved": (" self.grad += other.data * out.grad", " self.grad += 0.5 * other.data * out.grad"),
        "few-percent": ("self.grad += (1 - t**2) * out.grad", "self.grad += 1.03 * (1 - t**2) * out.grad"),
        "assigned": ("self.grad += out.grad\n            other.grad += out.grad",
                     "self.grad = out.grad\n            other.grad = 0.97 * out.grad"),
    }.items(),
)  # fmt: skip
def test_convergence_does_not_hide_a_wrong_backward(name: str, bug: tuple[str, str], many_seeds: Seeds) -> None:
    assert ENGINE.count(bug[0]) == 1
    for report in graded(many_seeds, REFERENCE.replace("EPOCHS = 500", "EPOCHS = 1500"), ENGINE.replace(*bug), 1):
        assert report.score == 0 and "wrong gradients" in said(report), said(report)


def test_a_broken_engine_is_shown_with_its_line(hand_in: Callable[..., Graded]) -> None:
    broken = ENGINE.replace("t = math.tanh(self.data)", "t = math.tanh(self.dta)")
    check = hand_in({"xor.py": REFERENCE, "value.py": broken}, "--only", "xor").check("xor", "training")
    assert check["status"] == "crashed" and check["evidence"]["place"].startswith("value.py:")
    check = hand_in({"xor.py": REFERENCE}, "--only", "xor").check("xor", "training")
    assert check["status"] == "missing" and "value.py" in check["message"]


def test_the_stub_is_missing(judged: Callable[..., Judged]) -> None:
    template = ROOT / "student_template"
    files = {"xor.py": (template / "xor.py").read_bytes(), "value.py": ENGINE}
    check = judged(files, "xor").check("xor", "training")
    assert check["status"] == "missing" and "train_xor" in check["message"]


def test_the_training_is_shown(judged: Callable[..., Judged]) -> None:
    fifty_thousand = RIGHT["fifty-thousand-losses"]
    evidence = judged({"xor.py": fifty_thousand, "value.py": ENGINE}, "xor").check("xor", "training")["evidence"]
    assert set(evidence["facts"]) == {"seed", "epochs", "seconds of training", "final loss"}
    assert int(evidence["facts"]["epochs"]) > 40_000 and float(evidence["facts"]["final loss"]) < 0.01
    assert 50 < len(evidence["curve"]) <= 200 and evidence["curve"][0] > evidence["curve"][-1]
    assert [row[0] for row in evidence["table"]] == ["table", "XOR", "XNOR", "AND"]


HOSTILE = {
    "endless-parameters": "    Network.parameters = lambda self: iter(int, 1)",
    "exit-in-the-model": "    Network.__call__ = lambda self, row: __import__('os')._exit(0)",
    "losses-without-end": "    losses = iter(float, 1.0)",
    "losses-of-a-gigabyte": "    losses = __import__('numpy').zeros(1 << 24)",
    "a-property-that-raises": "    Network.parameters = property(lambda self: 1 / 0)",
    "control-characters": "    raise ValueError('\\x1b[2J' * 1000)",
    "a-type-with-a-long-name": "    model = type('\\u202e' * 10000, (), {})()",
    "a-lying-list": "    class L(list):\n        def __len__(self):\n            return 10 ** 9\n"
                    "    Network.parameters = lambda self: L([1])",
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_an_attack_gains_nothing(attack: str, hand_in_hostile: Callable[..., Graded]) -> None:
    source = replaced(HOSTILE[attack])
    seen = hand_in_hostile({"xor.py": source, "value.py": ENGINE}, "--only", "xor", "--cpu-factor", "0.02")
    check = seen.check("xor", "training")
    assert check["score"] < 6 and check["status"] not in ("correct", "judge_error"), seen.out
    assert "\x1b" not in json_text(seen) and "\u202e" not in json_text(seen)


def json_text(seen: Graded) -> str:
    return str(seen.results)


def test_a_slow_training_is_stopped(many_seeds: Seeds) -> None:
    exercise = next(exercise for exercise in many_seeds.course.exercises if exercise.id == "xor")
    quick = replace(exercise, limits=replace(exercise.limits, cpu=0.5))
    course: Course = replace(many_seeds.course, exercises=(quick,))
    endless = swapped(("for _ in range(EPOCHS)", "while True"), ("            break", "            pass"))
    report = graded(replace(many_seeds, course=course), endless, count=1)[0]
    assert check_of(report, "training").status == "timed_out"
