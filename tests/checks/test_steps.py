"""Steps of the kind `value`: operators, attributes that are set, results that are called; and what must be raised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Judged, write_files

COURSE = """\
id: work
title: Work
file: work.py
points: 1
task: Write it.
checks:
  - id: check
    claim: it works
    kind: value
    points: 1
    inputs: {x: {between: [0.5, 2], sign: any}, y: {between: [0.5, 2], sign: any}, v: {between: [1, 2], shape: [N]}}
    sizes: [{N: 0}, {N: 2}]
"""
PAIR = """\
class Pair:
    def __init__(self, x, dx=0.0):
        self.x, self.dx = x, dx
    def __add__(self, other):
        other = other if isinstance(other, Pair) else Pair(other)
        return Pair(self.x + other.x, self.dx + other.dx)
    __radd__ = __add__
    def __mul__(self, other):
        other = other if isinstance(other, Pair) else Pair(other)
        return Pair(self.x * other.x, self.x * other.dx + self.dx * other.x)
    __rmul__ = __mul__
    def __neg__(self):
        return Pair(-self.x, -self.dx)
def apply(f):
    return lambda *given: f(*given)
def echo(v):
    return list(v)
"""
Judge = Callable[..., Judged]


@pytest.fixture
def judge(judged: Judge, tmp_path: Path) -> Judge:
    def judge(check: str, source: str = PAIR) -> Judged:
        text = COURSE + "".join(f"    {line}\n" for line in check.splitlines())
        course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": text})
        return judged({"work.py": source}, course=course)

    return judge


STEPS = """\
steps:
  - a = Pair(x, 1)
  - b = Pair(y)
  - c = -(a * b + 2) * a
  - c.tag = x
  - d = 2 * c
  - d.dx = y - 1
equals: {c.x: -(x * y + 2) * x, c.dx: -(2 * x * y + 2), c.tag: x, d.x: -2 * (x * y + 2) * x, d.dx: y - 1}
"""


def test_steps_may_use_operators_and_set_attributes(judge: Judge) -> None:
    assert judge(STEPS).score == 1
    wrong = judge(STEPS, PAIR.replace(" + self.dx * other.x", ""))
    assert wrong.score == 0
    assert "c = (-((a * b) + 2)) * a" in wrong.check("work", "check")["evidence"]["call"]


def test_an_operator_that_a_class_lacks_is_named(judge: Judge) -> None:
    graded = judge(STEPS, PAIR.replace("__radd__ = __add__", "pass").replace("__rmul__ = __mul__", "pass"))
    assert graded.score == 0
    message = graded.check("work", "check")["message"]
    assert message == "TypeError: unsupported operand type(s) for *: 'int' and 'Pair', raised in d = 2 * c"


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("(self.x + other.x, 0)", "`tuple` has no `x`, in c.x"),
        ("None", "None was returned somewhere in a = Pair("),
        ("[].x", "AttributeError: 'list' object has no attribute 'x', raised in c = a + b"),
    ],
)
def test_a_failure_names_its_step(returned: str, message: str, judge: Judge) -> None:
    source = PAIR.replace("Pair(self.x + other.x, self.dx + other.dx)", returned)
    graded = judge(
        'make: {a: "Pair(x, 1)", b: Pair(y)}\nsteps: [d = -a, c = a + b]\nequals: {d.x: -x, c.x: x + y}', source
    )
    assert graded.check("work", "check")["message"].startswith(message)


@pytest.mark.parametrize(
    "call",
    [
        'call: "apply(f)(x, y)"\nequals: x * y + 1',
        'steps: [h = apply(f), "out = h(x, y)"]\nequals: {out: x * y + 1}',
        'call: "apply(f)(x, 2 * y)"\nequals: 2 * x * y + 1',
    ],
)
def test_what_a_call_returns_can_be_called(call: str, judge: Judge) -> None:
    check = 'functions: {"f(p, q)": p * q + 1}\n' + call
    assert judge(check).score == 1
    assert judge(check, PAIR.replace("f(*given)", "f(*given) + 1")).score == 0
    no_function = judge(check, PAIR.replace("lambda *given: f(*given)", "3.0"))
    assert no_function.score == 0
    message = no_function.check("work", "check")["message"]
    assert message.endswith("what is called is not a function but of the type `float`")


@pytest.mark.parametrize("result", ["[]", "()", "{}", "None", "v", "0.0", "[1.0]"])
@pytest.mark.parametrize("call", ["call: echo(v)", "steps: [echo(v)]"])
def test_whatever_is_returned_is_no_exception(call: str, result: str, judge: Judge) -> None:
    check = call + "\nraises: ValueError"
    graded = judge(check, f"def echo(v):\n    return {result}\n")
    assert graded.score == 0
    assert "must raise ValueError here, and raises nothing" in graded.check("work", "check")["message"]
    assert judge(check, "def echo(v):\n    raise ValueError\n").score == 1


TWICE = """\
class Tape:
    def __init__(self, x):
        self.used = False
    def pull(self, x):
        if self.used:
            raise RuntimeError("used")
        self.used = True
        return x
"""


@pytest.mark.parametrize(
    "check",
    [
        "steps: [tape = Tape(x), a = tape.pull(x), b = tape.pull(x)]\nraises: RuntimeError",
        "make: {tape: Tape(x)}\nsteps: [tape.pull(x), tape.pull(x)]\nraises: RuntimeError",
    ],
)
def test_the_last_step_must_raise_and_none_before_it(check: str, judge: Judge) -> None:
    assert judge(check, TWICE).score == 1
    for always in (TWICE.replace("if self.used", "if True"), TWICE.replace("self.used = False", "raise RuntimeError")):
        graded = judge(check, always)
        assert graded.score == 0
        assert "must raise RuntimeError in the last call, not before: " in graded.check("work", "check")["message"]


@pytest.mark.parametrize("body", ["return walk(x)", "y = x + 1\n    raise NotImplementedError('later')"])
def test_endless_or_unwritten_code_raises_no_runtime_error(body: str, judge: Judge) -> None:
    check = "call: walk(x)\nraises: RuntimeError"
    assert judge(check, f"def walk(x):\n    {body}\n").score == 0
    own = "class Cycle(RuntimeError): pass\ndef walk(x):\n    raise Cycle('a cycle')\n"
    assert judge(check, own).score == 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_arguments_that_make_a_huge_array_together_are_refused(count: int, judge: Judge) -> None:
    names = ", ".join("abc"[:count])
    check = f'functions: {{"f({names})": "sin({" * ".join("abc"[:count])})"}}\ncall: wide(f)\nequals: 0'
    given = ", ".join(f"np.zeros([2500 if i == {axis} else 1 for i in range({count})])" for axis in range(count))
    graded = judge(check, f"import numpy as np\ndef wide(f):\n    return np.sum(f({given}))\n")
    assert graded.score == (count == 1)
    if count > 1:
        message = graded.check("work", "check")["message"]
        assert "ValueError: f takes smaller arrays: together they are of shape (2500, 2500" in message


@pytest.mark.parametrize("equals", ["v", "v > 0"])
def test_an_empty_list_is_an_empty_array(equals: str, judge: Judge) -> None:
    whole = "list(v)" if equals == "v" else "[bool(e > 0) for e in v]"
    check = f"call: echo(v)\nequals: {equals}"
    assert judge(check, f"def echo(v):\n    return {whole}\n").score == 1
    assert judge(check, f"def echo(v):\n    return {whole}[:1]\n").score == 0
    assert judge(check, f"def echo(v):\n    return {whole} if len(v) else [1.0]\n").score == 0


def test_definitions_are_filled_in_within_derivatives(judge: Judge) -> None:
    check = 'let: {E: x ** 2 * y}\ncall: "grads(x, y)"\nequals: stack(vjp(E, x, 3), grad(E, y))'
    assert judge(check, "def grads(x, y):\n    return [6 * x * y, x ** 2]\n").score == 1
    assert judge(check, "def grads(x, y):\n    return [0, 0]\n").score == 0


def test_a_class_of_two_numbers_is_one_argument_of_a_function(judge: Judge) -> None:
    source = """\
from collections import namedtuple
class Pair(namedtuple("Pair", ["x", "dx"])):
    def __mul__(self, other):
        return Pair(self.x * other.x, self.x * other.dx + self.dx * other.x)
def derivative(f):
    return lambda x: f(Pair(x, 1.0)).dx
"""
    assert judge("functions: {f(p): p * p * p}\ncall: derivative(f)(x)\nequals: 3 * x ** 2", source).score == 1


@pytest.mark.parametrize(("formula", "equals"), [("p", "{a.x: x, a.dx: y}"), ("3", "{a: 3}"), ("p * 1", "{a.x: x}")])
def test_a_function_that_returns_its_argument_or_a_number_takes_objects(
    formula: str, equals: str, judge: Judge
) -> None:
    steps = 'make: {p: "Pair(x, y)"}\nsteps: [h = apply(f), a = h(p)]'
    assert judge(f"functions: {{f(p): {formula}}}\n{steps}\nequals: {equals}").score == 1
    second = f'functions: {{"f(q, p)": {formula}}}\nmake: {{p: "Pair(x, y)"}}\nsteps: ["a = swapped(f, p, 2)"]'
    swapped = PAIR + "def swapped(f, p, q):\n    return f(q, p)\n"
    assert judge(f"{second}\nequals: {equals}", swapped).score == 1


PAIRS = {
    "values": "{'a': a, 'b': b}.values()",
    "reversed": "reversed([b, a])",
    "deque": "collections.deque([a, b])",
    "filter": "filter(lambda part: True, [a, b])",
    "chain": "itertools.chain([a], [b])",
    "islice": "itertools.islice([a, b], 2)",
    "iter": "iter((a, b))",
    "own arrays": "(Own(a), Own(np.float64(b)))",
    "own number": "(a, Number(b))",
    "masked": "(np.ma.array(a), b)",
}
ODD = """\
import collections, itertools
import numpy as np
class Lies:
    dtype = property(lambda self: 1 / 0)
    shape = property(lambda self: 1 / 0)
    __iter__ = __getitem__ = __float__ = lambda *given: 1 / 0
class Own(Lies, np.ndarray):
    def __new__(cls, value): return np.ndarray.view(np.asarray(value), cls)
    def __array_finalize__(self, whole): pass
class Number(float):
    __float__ = lambda self: 1 / 0
def pair(v, x):
    a, b = 2 * v, 3 * x
    return """


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_is_whatever_python_takes_apart(name: str, judge: Judge) -> None:
    check = "call: pair(v, x)\nequals: {a: 2 * v, b: 3 * x}"
    assert judge(check, ODD + PAIRS[name]).score == 1
    assert judge(check, ODD.replace("3 * x", "2 * x") + PAIRS[name]).score == 0


def test_masked_entries_are_no_numbers(judge: Judge) -> None:
    check = "call: echo(v)\nequals: v"
    source = "import numpy as np\ndef echo(v):\n    return np.ma.array(v, mask=[True] * len(v))\n"
    graded = judge(check, source)
    assert graded.score == 0
    assert "an array with masked entries" in graded.check("work", "check")["message"]


def test_steps_take_apart_what_has_only_items(judge: Judge) -> None:
    source = """\
class Pair:
    def __init__(self, *parts): self.parts = parts
    def __getitem__(self, place): return self.parts[place]
def pair(x, y): return Pair(2 * x, 3 * y)
"""
    check = "steps: ['a, b = pair(x, y)']\nequals: {a: 2 * x, b: 3 * y}"
    assert judge(check, source).score == 1
    assert (
        "pair returned one Pair; return 2 values: a, b"
        in judge(check, source.replace("(2 * x, 3 * y)", "(2 * x)")).check("work", "check")["message"]
    )
