"""Code that the text of a function does not show: what may run all the same is left to a person, what cannot is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import Judged, write_files

COURSE = """\
id: "1"
title: Softmax
file: work.py
points: 1
task: Write softmax(x).
checks:
  - id: text
    claim: softmax uses no loop
    kind: source
    points: 1
    in: softmax
    forbids: [for, while, comprehension]
    calls: [numpy.exp]
"""
HEAD = "import math\nimport sys\nimport numpy as np\n"
GOOD = "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n"
LOOP = "def slow(x):\n    e = [math.exp(v) for v in x]\n    return [v / sum(e) for v in e]\n"
CALLS = "def softmax(x):\n    np.exp(0)\n    return {}\n"


def class_with(method: str, body: str = "return slow(self.x)") -> str:
    """A class one of whose methods has the loop."""
    init = "" if method.startswith("__init__") else "    def __init__(self, x=0): self.x = x\n"
    return f"class V:\n{init}    def {method}:\n        {body}\n"


@pytest.fixture
def verdict(tmp_path: Path, judged: Callable[..., Judged]) -> Callable[..., str]:
    """`verdict(text)`: of the check, for this work.py, with `other` beside it."""

    def call(text: str, other: str = "") -> str:
        course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": COURSE})
        beside: Mapping[str, str] = {"other.py": other} if other else {}
        graded = judged({"work.py": HEAD + text, **beside}, course=course)
        return str(graded.check("1", "text")["status"])

    return call


REBOUND = {
    "globals": "globals()['softmax'] = slow\n",
    "vars": "vars().update(softmax=slow)\n",
    "setattr": "setattr(sys.modules[__name__], 'softmax', slow)\n",
    "module": "import work\nwork.softmax = slow\n",
    "code": "softmax.__code__ = slow.__code__\n",
    "exec": "exec('def softmax(x):\\n    return slow(x)')\n",
    "numpy": "np.exp = slow\n",
    "global": "def put():\n    global softmax\n    softmax = slow\nput()\n",
    "loop": "for softmax in [slow]: pass\n",
    "hook": "def __getattr__(name): return slow\ndel softmax\n",
}


@pytest.mark.parametrize("name", REBOUND)
def test_a_function_that_may_become_another_one_is_open(name: str, verdict: Callable[..., str]) -> None:
    assert verdict(GOOD + LOOP + REBOUND[name]) == "needs_review"


HIDDEN = {
    "dict": LOOP + "T = {'f': slow}\n" + CALLS.format("T['f'](x)"),
    "default": LOOP + "def softmax(x, f=slow):\n    np.exp(0)\n    return f(x)\n",
    "partial": LOOP + "from functools import partial\ng = partial(slow)\n" + CALLS.format("g(x)"),
    "target": LOOP + "for g in [slow]: pass\n" + CALLS.format("g(x)"),
    "parts": LOOP + "g, h = (slow,) * 2\n" + CALLS.format("g(x)"),
    "global": LOOP + "def put():\n    global g\n    g = slow\nput()\n" + CALLS.format("g(x)"),
    "innards": LOOP + CALLS.format("softmax.__globals__['slow'](x)"),
    "names": LOOP + CALLS.format("globals()['slow'](x)"),
    "builtins": LOOP + CALLS.format("__builtins__['eval']('slow(x)', {'slow': slow, 'x': x})"),
    "attribute": LOOP + "def box(): pass\nbox.g = slow\n" + CALLS.format("box.g(x)"),
    "operator": LOOP + class_with("__add__(self, other)") + CALLS.format("V(x) + 0"),
    "operator of an object": LOOP + class_with("__add__(self, x)", "return slow(x)") + "W = V()\n"
    + CALLS.format("W + x"),
    "operator of a base": LOOP + class_with("__add__(self, other)") + "class U(V): pass\n" + CALLS.format("U(x) + 0"),
    "method": LOOP + class_with("sum(self)") + CALLS.format("V(x).sum()"),
    "property": LOOP + "class V:\n    def __init__(self, x): self.x = x\n    @property\n"
    "    def out(self): return slow(self.x)\n" + CALLS.format("V(x).out"),
    "call": LOOP + class_with("__call__(self, x)", "return slow(x)") + "v = V()\n" + CALLS.format("v(x)"),
    "array": LOOP + class_with("__array__(self, *a, **k)") + CALLS.format("np.asarray(V(x))"),
    "decorator": LOOP + class_with("__call__(self, x)", "return slow(x)") + "@V\n" + GOOD,
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_may_run_from_elsewhere_is_open(name: str, verdict: Callable[..., str]) -> None:
    assert verdict(HIDDEN[name]) == "needs_review"


def test_another_file_may_change_it(verdict: Callable[..., str]) -> None:
    other = "import math\n" + LOOP
    assert verdict(GOOD + "from other import *\n", other + "softmax = slow\n") == "needs_review"
    assert verdict("import other\n" + GOOD, other + "import work\nwork.softmax = slow\n") == "needs_review"
    assert verdict(GOOD + "from other import *\n", other) == "correct"
    assert verdict(GOOD, other + "import work\nwork.softmax = slow\n") == "correct"


HONEST = {
    "a table": "TABLE = [v * v for v in range(9)]\n" + CALLS.format("x + TABLE[1]"),
    "a table that is made": "def made():\n    return [v for v in range(9)]\nTABLE = made()\n"
    + CALLS.format("x + TABLE[1]"),
    "as a program": GOOD + LOOP + "if __name__ == '__main__':\n    exec('1')\n    globals()['softmax'] = slow\n",
    "a counter": GOOD + "softmax.calls = 0\ncount = 0\ndef tick():\n    global count\n    count += 1\n",
    "output": GOOD + "sys.stdout = sys.__stdout__\nx = np.zeros(3)\nx.shape = (3, 1)\n",
    "objects": LOOP + class_with("run(self)") + "class A:\n    def __init__(self): self.e = np.exp(0)\n"
    "    def sum(self): return self.e\n" + CALLS.format("A().sum() + x.sum()"),
    "as text": LOOP + class_with("__repr__(self)") + CALLS.format("V(x).x"),
    "an argument": "def softmax(x, f=np.exp, n=None):\n    return f(x) / np.exp(x).sum()\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_what_cannot_run_there_leaves_no_doubt(name: str, verdict: Callable[..., str]) -> None:
    assert verdict(HONEST[name]) == "correct"


@pytest.mark.parametrize("often", ["x = np.pi\n" * 6000 + "x.a\n" * 6000, "x = np\n" * 6000 + "x.a = 1\n" * 6000])
def test_a_name_that_is_bound_thousands_of_times_is_read_at_once(often: str, verdict: Callable[..., str]) -> None:
    started = time.monotonic()
    assert verdict(GOOD + "def rest():\n    pass\n" + often) == "needs_review"
    assert time.monotonic() - started < 10  # 20 s and more where each use looks at all bindings
