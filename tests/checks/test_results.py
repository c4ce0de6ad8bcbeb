"""What a course may expect of calls: several results, named steps, the reference, True and False, exceptions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, Judged, write_files

from grader.course.load import load_course
from grader.course.student_edition.folder import pack

HEAD = """\
id: it
title: It
file: it.py
points: 2
task: Write it.
checks:
  - id: check
    claim: it does what it says
    points: 2
"""
AFFINE = """
    kind: value
    steps: ["out, cache = forward(x, w)", "dx, dw = backward(g, cache)"]
    equals: {out: x @ w, dx: "vjp(x @ w, x, g)", dw: "vjp(x @ w, w, g)"}
    credit: each
    inputs:
      x: {between: [-2, 2], shape: [N, 3]}
      w: {between: [-2, 2], shape: [3, 2]}
      g: {between: [-2, 2], shape: [N, 2]}
    sizes: [{N: 2}, {N: 4}]
"""
LAYER = """
    kind: gradient
    forward: out, cache = forward(x, w)
    backward: backward(g, cache)
    wrt: [x, w]
    of: x @ w
    inputs: {x: {between: [-2, 2], shape: [N, 3]}, w: {between: [-2, 2], shape: [3, 2]}}
    sizes: [{N: 2}, {N: 4}]
"""
STATIC = """
    kind: gradient
    make: {ctx: Context()}
    forward: Mul.forward(ctx, a, b)
    backward: Mul.backward(ctx, g)
    wrt: [a, b]
    of: a * b
    traps: [interleaved, forward-twice]
    inputs: {a: {between: [0.3, 2], sign: any}, b: {between: [0.3, 2], sign: any}}
"""
LOSS = """
    kind: value
    call: loss(z, y)
    let: {p: "softmax(z, axis=1)", mean_loss: "-sum(onehot(y, C) * log_softmax(z, axis=1)) / N"}
    equals: {loss: mean_loss, dz: "(p - onehot(y, C)) / N"}
    inputs: {z: {between: [-3, 3], shape: [N, C]}, y: {labels: C, shape: [N]}}
    cases: [{z: [[1000, 0, 0], [0, 1, 2]], y: [0, 1]}]
    sizes: [{N: 2, C: 3}, {N: 4, C: 5}]
"""
CONFIG = """
    kind: value
    steps:
      - 'w1, state = step(w, g, {"lr": lr, "kind": "momentum", "nesterov": False, "betas": (0.9, 1), "v": None})'
      - w2, state = step(w1, g, state)
    equals: {w2: w - 2.9 * lr * g, 'state["v"]': -1.9 * lr * g}
    inputs: {w: {between: [-2, 2], shape: [3]}, g: {between: [-2, 2], shape: [3]}, lr: {between: [0.1, 0.5]}}
"""
IN_PLACE = """
    kind: value
    make: {p: Param(w), opt: "SGD([p], lr)"}
    steps: [opt.step(g), opt.step(g)]
    equals: {p.data: w - 2 * lr * g, opt.steps: 2}
    may-change: [w]
    inputs: {w: {between: [-2, 2], shape: [3]}, g: {between: [-2, 2], shape: [3]}, lr: {between: [0.1, 0.5]}}
"""
COMPARED = """
    kind: value
    call: less(x, y)
    equals: x < y
    inputs: {x: {between: [-2, 2]}, y: {between: [-2, 2]}}
    draws: 30
"""
MASK = """
    kind: value
    call: mask(x)
    equals: x > 0
    inputs: {x: {between: [-2, 2], shape: [2, 3]}}
"""
RAISES = """
    kind: value
    call: root(x)
    raises: ValueError
    inputs: {x: {between: [-4, -1]}}
"""
FUNCTION = """
    kind: value
    call: slope(f, x, y, arg=1)
    functions: {"f(x, y)": "x ** 3 + sin(y)"}
    equals: cos(y)
    rtol: 1e-4
    inputs: {x: {between: [0.3, 1]}, y: {between: [0.3, 1]}}
"""
OPERATORS = """
    kind: value
    call: at(f, x)
    functions: {f(x): x * x + 2}
    equals: x * x + 2
    inputs: {x: {between: [0.3, 1]}}
"""
ORACLE = """
    kind: value
    call: conv(x, w)
    equals: {reference: "conv(x, w)"}
    inputs: {x: {between: [-2, 2], shape: [6]}, w: {between: [-2, 2], shape: [2]}}
"""
ORACLE_GRADIENT = """
    kind: gradient
    forward: conv(x, w)
    backward: conv_backward(x, w, g)
    of: {reference: "conv(x, w)"}
    wrt: [x, w]
    inputs: {x: {between: [-2, 2], shape: [6]}, w: {between: [-2, 2], shape: [2]}}
"""
LARGE = """
    kind: value
    call: double(x)
    equals: 2 * x
    inputs: {x: {between: [-2, 2], shape: [100, 100]}}
"""
WITH_CACHE = "def forward(x, w):\n    return x @ w, (x, w)\n"
BACK = "def backward(g, cache):\n    x, w = cache\n    return "
CONTEXT = "class Context:\n    pass\n"
MUL = "class Mul:\n    @staticmethod\n    def forward(ctx, a, b):\n        "
MUL_BACK = "\n    @staticmethod\n    def backward(ctx, g):\n        "
SOFTMAX = """\
import numpy as np
def loss(z, y):
    n = len(y)
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    d = p.copy()
    d[np.arange(n), y] -= 1
    return -log_p[np.arange(n), y].sum() / n, d / n
"""
STEP = """\
def step(w, g, config):
    v = config["v"] if config["v"] is not None else 0 * w
    assert config["kind"] == "momentum" and config["nesterov"] is False
    v = config["betas"][0] * v - config["lr"] * g
    config = dict(config, v=v)
    return w + v, config
"""
PARAM = "class Param:\n    def __init__(self, data):\n        self.data = data\n"
SGD = """\
class SGD:
    def __init__(self, ps, lr):
        self.ps, self.lr, self.steps = ps, lr, 0
    def step(self, g):
        self.steps += 1
        for p in self.ps:
            p.data -= self.lr * g
"""
CONV = "import numpy as np\ndef conv(x, w):\n    return np.correlate(x, w, 'valid')\n"
CONV_BACK = "def conv_backward(x, w, g):\n    return np.convolve(g, w, 'full'), np.correlate(x, g, 'valid')\n"
SLOPE = """\
def slope(f, *values, arg=0, h=1e-4):
    above, below = list(values), list(values)
    above[arg] += h
    below[arg] -= h
    return (f(*above) - f(*below)) / (2 * h)
"""
RIGHT = {
    "a function of an array": (
        OPERATORS.replace("x * x + 2", "sin(x)").replace("[0.3, 1]}", "[0.3, 1], shape: [1]}"),
        "def at(f, x): return f(x)\n",
    ),
    "a function of a list": (
        OPERATORS.replace("x * x + 2", "sin(x)").replace("[0.3, 1]}", "[0.3, 1], shape: [3]}"),
        "def at(f, x): return f([one for one in x])\n",
    ),
    "steps": (AFFINE, WITH_CACHE + BACK + "g @ w.T, x.T @ g\n"),
    "a cache of its own": (
        AFFINE,
        WITH_CACHE.replace("(x, w)\n", "{'x': x, 'w': w}\n").replace("w: {", "w: {")
        + "def backward(g, c):\n    return [g @ c['w'].T, c['x'].T @ g]\n",
    ),
    "forward with a cache": (LAYER, WITH_CACHE + BACK + "g @ w.T, x.T @ g\n"),
    "static methods": (
        STATIC,
        CONTEXT + MUL + "ctx.v = (a, b); return a * b" + MUL_BACK + "a, b = ctx.v; return g * b, g * a",
    ),
    "labels and definitions": (LOSS, SOFTMAX),
    "a dict of results": (
        LOSS,
        SOFTMAX.replace("return -log", "return dict(dz=d / n, loss=-log").replace(", d / n", ")"),
    ),
    "texts, dicts, None": (CONFIG, STEP),
    "attributes, in place": (IN_PLACE, PARAM + SGD),
    "a bool": (COMPARED, "def less(x, y): return x < y\n"),
    "numpy's bool": (COMPARED, "import numpy as np\ndef less(x, y): return np.less(x, y)\n"),
    "one and zero": (COMPARED, "def less(x, y): return 1.0 if x < y else 0.0\n"),
    "a mask": (MASK, "def mask(x): return x > 0\n"),
    "a mask of numbers": (MASK, "def mask(x): return (x > 0).astype(float)\n"),
    "a mask of lists": (MASK, "def mask(x): return [[bool(v > 0) for v in row] for row in x]\n"),
    "an exception": (RAISES, "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n"),
    "math's exception": (RAISES, "import math\ndef root(x): return math.sqrt(x)\n"),
    "a derived exception": (RAISES, "class E(ValueError): pass\ndef root(x):\n    raise E\n"),
    "a function": (FUNCTION, SLOPE),
    "a function of operators": (OPERATORS, "def at(f, x): return f(x)\n"),
    "a function on objects": (
        OPERATORS,
        "class D:\n    def __init__(s, v): s.v = v\n    def __mul__(s, o): return D(s.v * o.v)\n"
        "    def __add__(s, o): return D(s.v + o)\ndef at(f, x): return f(D(x)).v\n",
    ),
    "the reference": (ORACLE, CONV),
    "other than the reference": (
        ORACLE,
        "def conv(x, w): return [x[i] * w[0] + x[i + 1] * w[1] for i in range(len(x) - 1)]\n",
    ),
    "the reference's derivative": (ORACLE_GRADIENT, CONV + CONV_BACK),
    "many entries": (LARGE, "def double(x): return x + x\n"),
}
WRONG = {
    "one number for two": (
        AFFINE,
        "def forward(x, w): return 1.0\n" + BACK + "1, 2\n",
        "wrong",
        "forward returned 1.0; return 2 values: out, cache",
    ),
    "one array for two": (AFFINE, "def forward(x, w): return x @ w\ndef backward(g, c): return 1, 2\n", "wrong", None),
    "nothing for two": (
        AFFINE,
        "def forward(x, w):\n    x @ w\ndef backward(g, c): return 1, 2\n",
        "wrong",
        "forward returned None; return 2 values: out, cache",
    ),
    "one of three": (AFFINE, WITH_CACHE + BACK + "g @ w.T, 2 * x.T @ g\n", "partial", "dw is wrong in"),
    "a wrong shape": (AFFINE, WITH_CACHE + BACK + "g @ w.T, x @ w\n", "partial", "dw "),
    "a changed argument": (
        AFFINE,
        "def forward(x, w):\n    out = x @ w\n    x += 1\n    return out, (x - 1, w)\n" + BACK + "g @ w.T, x.T @ g\n",
        "wrong",
        "the call changes its argument x",
    ),
    "a wrong layer": (LAYER, WITH_CACHE + BACK + "g @ w.T, 2 * x.T @ g\n", "wrong", "grad_w is wrong"),
    "a layer's other function": (
        LAYER,
        "def forward(x, w):\n    return 2 * x @ w, (x, w)\n" + BACK + "2 * g @ w.T, 2 * x.T @ g\n",
        "wrong",
        "is the derivative of your forward",
    ),
    "kept on the class": (
        STATIC,
        CONTEXT + MUL + "Mul.v = (a, b); return a * b" + MUL_BACK + "a, b = Mul.v; return g * b, g * a",
        "wrong",
        "two are used in turn",
    ),
    "not stable": (LOSS, SOFTMAX.replace("z = z - z.max(axis=1, keepdims=True)", "pass"), "wrong", "NaN"),
    "not divided": (LOSS, SOFTMAX.replace(".sum() / n, d / n", ".sum(), d"), "wrong", "loss and dz are wrong"),
    "no velocity": (CONFIG, STEP.replace("config = dict(config, v=v)", "pass"), "wrong", "v"),
    "a step too few": (IN_PLACE, PARAM + SGD.replace("self.steps += 1", "self.steps = 1"), "wrong", "opt.steps"),
    "no attribute": (
        IN_PLACE,
        PARAM + SGD.replace("self.steps", "self.count").replace("self.lr, self.count = ", "self.lr, self.count = "),
        "missing",
        "`SGD` has no `steps`",
    ),
    "less or equal": (COMPARED + "    cases: [{x: 1, y: 1}]\n", "def less(x, y): return x <= y\n", "wrong", None),
    "a number for a bool": (COMPARED, "def less(x, y): return y - x\n", "wrong", "return True or False"),
    "a wrong mask": (MASK, "def mask(x): return x < 0\n", "wrong", None),
    "no exception": (RAISES, "def root(x): return 0.0\n", "wrong", "must raise ValueError here, and raises nothing"),
    "another exception": (
        RAISES,
        "def root(x):\n    if x < 0:\n        raise TypeError('no')\n",
        "crashed",
        "must raise ValueError here, not TypeError",
    ),
    "another exception, named once": (
        RAISES,
        "def root(x):\n    raise TypeError('no')\n",
        "crashed",
        "must raise ValueError here, not TypeError: no, raised in",
    ),
    "an exception of the call": (
        RAISES.replace("ValueError", "TypeError"),
        "def root():\n    return 1\n",
        "crashed",
        "wrong arguments",
    ),
    "no central difference": (FUNCTION, SLOPE.replace("/ (2 * h)", "/ h"), "wrong", None),
    "a function misused": (FUNCTION, "def slope(f, x, y, arg): return f(x)\n", "crashed", "f takes 2 arguments, not 1"),
    "operators with an argument too many": (
        OPERATORS,
        "def at(f, x): return f(x, 1)\n",
        "crashed",
        "the function takes 1 argument, not 2",
    ),
    "operators with an argument too few": (
        OPERATORS.replace("f(x)", "'f(x, y)'").replace("x * x + 2", "x * y", 1),
        "def at(f, x): return f(x)\n",
        "crashed",
        "the function takes 2 arguments, not 1",
    ),
    "a function with an argument too many": (
        OPERATORS.replace("x * x + 2", "sin(x)"),
        "def at(f, x): return f(x, 1)\n",
        "crashed",
        "f takes 1 argument, not 2",
    ),
    "not the reference": (ORACLE, CONV.replace("'valid'", "'valid')[::-1].copy("), "wrong", None),
    "not the reference's derivative": (
        ORACLE_GRADIENT,
        CONV + CONV_BACK.replace("np.convolve(g, w", "np.convolve(g, w[::-1]"),
        "wrong",
        "grad_x is wrong",
    ),
    "many wrong entries": (LARGE, "def double(x): return x * x\n", "wrong", None),
}


def course(folder: Path, check: str) -> Path:
    files = {"course.yaml": "title: T\nreference: ref\n", "1.yaml": HEAD + check.lstrip("\n"), "ref/it.py": CONV}
    return write_files(folder / "course", files)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_correct(name: str, judged: Callable[..., Judged], tmp_path: Path) -> None:
    check, code = RIGHT[name]
    for seed in (1, 2, 3):
        graded = judged({"it.py": code}, course=course(tmp_path, check), seed=seed)
        assert graded.score == 2, graded.out


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, judged: Callable[..., Judged], tmp_path: Path) -> None:
    check, code, status, said = WRONG[name]
    for seed in (1, 2):
        graded = judged({"it.py": code}, course=course(tmp_path, check), seed=seed)
        found = graded.check("it", "check")
        assert found["status"] == status, found
        assert said is None or said in found["message"] + str(found["evidence"]), found


def test_what_is_right_of_several_earns_its_part(judged: Callable[..., Judged], tmp_path: Path) -> None:
    check, code, *_ = WRONG["one of three"]
    assert judged({"it.py": code}, course=course(tmp_path, check)).score == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    ("check", "code", "share", "said"),
    [
        (IN_PLACE, PARAM + SGD.replace("steps", "count"), 1 / 2, "opt.steps is missing: there is no attribute 'steps'"),
        (CONFIG, STEP.replace("v=v)", "velocity=v, v=None)").replace("dict(config, v", "dict(v"), 0, ""),
        (LOSS, SOFTMAX.replace("return -log", "return dict(dx=d / n, loss=-log").replace(", d / n", ")"), 1 / 2,
         "dz is missing: the returned dict has no key 'dz'"),
    ],
)  # fmt: skip
def test_a_result_that_is_missing_spoils_no_other(
    check: str, code: str, share: float, said: str, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    graded = judged({"it.py": code}, course=course(tmp_path, check + "    credit: each\n"))
    assert graded.score == pytest.approx(2 * share), graded.out
    assert said in graded.check("it", "check")["message"]


def test_a_known_mistake_is_told_from_others_by_true_and_false(judged: Callable[..., Judged], tmp_path: Path) -> None:
    mistakes = """\
wrong:
  - {id: below, function: "def mask(x): return x < 0\\n", fails: [check], hint: Which side?}
  - {id: above, function: "def mask(x): return x > 1\\n", fails: [check], hint: Where is the border?}
"""
    graded = judged({"it.py": "def mask(x):\n    return x < 0\n"}, course=course(tmp_path, MASK + mistakes))
    found = graded.check("it", "check")
    assert (found["status"], found["misconception"], found["hint"]) == ("wrong", "below", "Which side?")


def test_without_the_reference_a_person_decides(judged: Callable[..., Judged], tmp_path: Path) -> None:
    for check in (ORACLE, ORACLE_GRADIENT):
        packed = tmp_path / f"packed {len(check)}"
        noted = pack(load_course(course(tmp_path, check)), packed)
        graded = judged({"it.py": CONV + CONV_BACK}, course=packed)
        assert (noted.referring, graded.check("it", "check")["status"]) == (1, "needs_review")


def test_a_reference_that_fails_is_the_course_s_fault(judged: Callable[..., Judged], tmp_path: Path) -> None:
    folder = course(tmp_path, ORACLE)
    write_files(folder, {"ref/it.py": "def conv(x, w): return 1 / 0\n"})
    graded = judged({"it.py": CONV}, course=folder)
    assert graded.check("it", "check")["status"] == "judge_error"
    assert "ZeroDivisionError" in graded.check("it", "check")["message"]


def test_a_course_without_a_reference_cannot_compare_with_it(run: Callable[..., Graded], tmp_path: Path) -> None:
    folder = course(tmp_path, ORACLE)
    write_files(folder, {"course.yaml": "title: T\n"})
    graded = run("show", "--course", folder)
    assert graded.code == 2
    assert "the check 'check' compares with the reference, and course.yaml names none" in graded.err
    assert "`reference: reference`" in graded.err
