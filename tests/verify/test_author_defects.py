"""What authors of other courses ran into: each with a small course of its own, verified or graded as they would."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files

SQUARE = """\
id: sq
title: Square
file: work.py
points: 2
task: Write the class Square.
checks:
  - id: gradient
    claim: backward is the derivative of forward
    kind: gradient
    points: 2
    make: {op: Square()}
    forward: op.forward(x)
    backward: op.backward(g)
    wrt: [x]
    inputs: {x: {between: [0.3, 3], sign: any}}
wrong:
  - {id: half, swap: {"2 * self.x": self.x}, fails: [gradient]}
"""
SOLUTION = """\
class Square:
    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, g):
        return 2 * self.x * g
"""
FORWARD = """\
  - {id: forward, claim: forward is the square, kind: value, points: 1, make: {op: Square()}, call: op.forward(x),
     equals: x * x, inputs: {x: {between: [0.3, 3], sign: any}}}
"""
Verify = Callable[..., Graded]


@pytest.fixture
def verified(run: Callable[..., Graded], tmp_path: Path) -> Verify:
    """`verified(exercise, reference)`: a course of one exercise, verified with the reference that course.yaml names."""

    def call(exercise: str, reference: str, *arguments: str, head: str = "reference: solution\n") -> Graded:
        write_files(tmp_path / "course", {"course.yaml": "title: T\n" + head, "1.yaml": exercise})
        write_files(tmp_path / "course" / "solution", {"work.py": reference})
        return run("verify", "--course", "course", "--jobs", "1", *arguments)

    return call


def test_a_gradient_by_the_own_forward_alone_is_told(verified: Verify) -> None:
    graded = verified(SQUARE, SOLUTION)
    assert graded.code == 2
    assert "no check judges forward: a forward and a backward that return 0 get full marks" in graded.out
    assert "a forward that returns its input" in graded.out
    assert "add a check of the kind `value`" in graded.out
    sound = SQUARE.replace("points: 2\ntask", "points: 3\ntask").replace("wrong:", FORWARD + "wrong:")
    sound += "  - {id: cube, swap: {x * x: x * x * x}, fails: [forward, gradient]}\n"
    graded = verified(sound, SOLUTION)
    assert "no check judges forward" not in graded.out, graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert ">zero-gradient</th>" in page and ">identity-gradient</th>" in page
    true = SQUARE.replace("    wrt:", "    of: x * x\n    wrt:")
    assert "no check judges forward" not in verified(true, SOLUTION).out


ARRAYS = """\
id: aff
title: Affine
file: work.py
points: 2
task: Write forward and backward.
checks:
  - id: gradient
    claim: backward is the derivative of forward
    kind: gradient
    points: 2
    forward: affine(x, w)
    backward: affine_backward(x, w, grad=g)
    wrt: [x, w]
    inputs: {x: {between: [0.3, 3], sign: any, shape: [N, 2]}, w: {between: [0.3, 3], sign: any, shape: [2, 1]}}
    sizes: [{N: 1}, {N: 2}]
"""
AFFINE = """\
def affine(x, w):
    return x @ w


def affine_backward(x, w, grad):
    return grad @ w.T, x.T @ grad
"""


def test_pairs_of_functions_on_arrays_are_tried_too(verified: Verify) -> None:
    graded = verified(ARRAYS, AFFINE)
    assert graded.out.count("no check judges forward") == 2, graded.out


def test_an_identity_that_is_asked_for_is_no_finding(verified: Verify) -> None:
    same = SQUARE.replace("    wrt:", "    of: x + 0\n    wrt:")
    same = same.replace('"2 * self.x": self.x', "return g: return 2 * g")
    reference = "class Square:\n    def forward(self, x): return x\n\n    def backward(self, g): return g\n"
    graded = verified(same, reference)
    assert "no check judges forward" not in graded.out, graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert ">zero-gradient</th>" in page and ">identity" not in page


FACTORY = (
    SOLUTION
    + """

def square():
    return Square()
"""
)
SQUARES = """\
import numpy as np


def _backward(x, g):
    return 2 * x * g


square_backward = _backward
"""


def test_pairs_of_objects_that_a_function_makes_are_tried_too(verified: Verify) -> None:
    made = SQUARE.replace("op: Square()", "op: square()")
    assert verified(made, FACTORY).out.count("no check judges forward") == 2
    judged = made.replace("points: 2\ntask", "points: 3\ntask").replace("wrong:", FORWARD + "wrong:")
    judged = judged.replace("op: Square()", "op: square()")
    graded = verified(judged + "  - {id: cube, swap: {x * x: x * x * x}, fails: [forward, gradient]}\n", FACTORY)
    assert "no check judges forward" not in graded.out, graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert ">zero-gradient</th>" in page and ">identity-gradient</th>" in page


def test_a_backward_alone_has_its_pairs_as_well(verified: Verify) -> None:
    """A function on arrays without a forward of its own, and a name that is assigned."""
    alone = SQUARE.replace("    make: {op: Square()}\n    forward: op.forward(x)\n", "    of: x * x\n")
    alone = alone.replace("op.backward(g)", "square_backward(x, grad=g)").replace("any}", "any, shape: [3]}")
    alone = alone.replace('"2 * self.x": self.x', "2 * x: x")
    graded = verified(alone, SQUARES.replace("(x, g)", "(x, grad)").replace("x * g", "x * grad"))
    assert "gets full marks" not in graded.out and "get full marks" not in graded.out, graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert ">zero-gradient</th>" in page and ">identity-gradient</th>" in page


ENGINE = """\
id: engine
title: Engine
file: work.py
points: 2
task: Write the class Value.
checks:
  - id: graphs
    claim: values and gradients are right
    kind: expression
    points: 2
    inputs: {a: {between: [0.3, 3], sign: any}, b: {between: [0.3, 3], sign: any}}
    groups: {sum: [a + b], product: [a * b]}
mutants: false
wrong:
  - {id: minus, swap: {self.data + other.data: self.data - other.data}, fails: [graphs]}
"""
VALUE = """\
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, g=1.0):
        self.grad += g
        for parent, slope in self.parents:
            parent.backward(g * slope)
"""


def test_pairs_of_engines_are_tried_and_found(verified: Verify) -> None:
    graded = verified(ENGINE, VALUE)
    assert graded.code == 0, graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert ">zero-graphs</th>" in page and ">identity-graphs</th>" in page


LAYER = """\
id: layer
title: Layer
file: work.py
points: 1
task: Write the class Layer.
checks:
  - id: gradient
    claim: backward is right
    kind: gradient
    points: 1
    make: {op: Layer(w)}
    forward: op.forward(x)
    backward: op.backward(g)
    of: x @ w
    wrt: [x, w]
    inputs: {x: {between: [0.3, 3], sign: any, shape: [N, D]}, w: {between: [0.3, 3], sign: any, shape: [D, M]}}
    sizes: [{N: 1, D: 2, M: 3}, {N: 2, D: 3, M: 1}, {N: 3, D: 1, M: 2}]
    cases: [{x: [[1.5, 2.5, -3.5, 0.5]], w: [[1.5], [2.5], [-0.5], [3.0]]}]
    traps: [interleaved, forward-twice]
"""
RIGHT_LAYER = """\
class Layer:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return x @ self.w

    def backward(self, g):
        return g @ self.w.T, self.x.T @ g
"""


@pytest.mark.parametrize("of", ["    of: x @ w\n", ""], ids=["closed-form", "own-forward"])
def test_traps_pair_cases_whose_sizes_fit(of: str, hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    course = tmp_path / "course"
    write_files(course, {"course.yaml": "title: T\n", "1.yaml": LAYER.replace("    of: x @ w\n", of)})
    for seed in range(6):
        graded = hand_in({"work.py": RIGHT_LAYER}, "--course", course, "--seed", str(seed))
        assert (graded.code, graded.score) == (0, 1), graded.out
    first = RIGHT_LAYER.replace("        self.x = x\n", "        self.x = getattr(self, 'x', x)\n")
    assert hand_in({"work.py": first}, "--course", course).score == 0
    shared = RIGHT_LAYER.replace("self.x", "Layer.x")
    assert hand_in({"work.py": shared}, "--course", course).score == 0


def test_the_reference_of_the_course_is_honoured(verified: Verify, run: Callable[..., Graded], tmp_path: Path) -> None:
    """course.yaml's comes before ./reference, and --reference before both."""
    write_files(tmp_path / "reference", {"work.py": "raise ImportError\n"})
    sound = SQUARE.replace("    wrt:", "    of: x * x\n    wrt:")
    assert "the reference loses points" not in verified(sound, SOLUTION).out
    assert "the reference loses points" in verified(sound, SOLUTION, "--reference", "reference").out
    assert "the reference loses points" in verified(sound, SOLUTION, head="").out
    gone = verified(sound, SOLUTION, head="reference: solutoin\n")
    assert gone.code == 2 and "names the reference solutoin" in gone.err and "--reference DIR" in gone.err


def test_a_reference_that_is_no_python_is_told_with_its_line(verified: Verify) -> None:
    graded = verified(SQUARE, SOLUTION.replace("return x * x", "return x *"))
    assert graded.code == 2 and graded.err.startswith("error: work.py:4: the reference cannot be read as Python"), (
        graded.err
    )


def test_each_exercise_is_told_as_it_ends(run: Callable[..., Graded], tmp_path: Path) -> None:
    other = SQUARE.replace("id: sq", "id: two").replace("title: Square", "title: Other")
    write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "1.yaml": SQUARE, "2.yaml": other})
    write_files(tmp_path / "course", {"work.py": SOLUTION})
    out = run("verify", "--course", "course", "--jobs", "1").out
    lines = out.splitlines()
    assert re.fullmatch(r"verifying 2 exercises: \d+ gradings", lines[0])
    assert lines[1] == "this takes a few seconds"
    assert lines[2].startswith("sq Square: 1 wrong, 0 right,") and lines[2].endswith("findings")
    assert out.index("two Other: ") < out.index("error: ")


STEP = """\
id: step
title: Step
file: work.py
points: 1
task: Write relu.
checks:
  - {id: value, claim: relu is right, kind: value, points: 1, call: relu(x), equals: relu(x), inputs: DOMAIN}
wrong:
  - {id: identity, function: "def relu(x): return x", fails: [value]}
"""
THRESHOLDS = {
    "scalars": "{x: {between: [0.2, 9], sign: any}}",
    "a range over 0": "{x: {between: [-9, 9]}}",
    "small arrays": "{x: {between: [0.2, 9], sign: any, shape: [2]}}",
    "arrays of one": "{x: {between: [-9, 9], shape: [1]}}",
}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_threshold_that_is_off_by_one_is_found(name: str, verified: Verify) -> None:
    reference = "import numpy as np\n\n\ndef relu(x):\n    return np.where(x > 0, x, 0)\n"
    graded = verified(STEP.replace("DOMAIN", THRESHOLDS[name]), reference, "--seeds", "8")
    alive = [line for line in graded.out.splitlines() if line.strip().startswith("+")]
    assert alive and all("x >= 0" in line for line in alive), graded.out  # which is the same function
    assert "depends on the seed" not in graded.out


INTEGERS = """\
id: int
title: Whole numbers
file: work.py
points: 2
task: Write pick and double.
checks:
  - {id: array, claim: labels are whole, kind: value, points: 1, call: "pick(y)", equals: sum(y),
     inputs: {y: {choices: [1, 2, 3], shape: [4]}}}
  - {id: number, claim: a choice is whole, kind: value, points: 1, call: "double(n)", equals: 2 * n,
     inputs: {n: {choices: [1, 2, 3]}}}
"""
PICK = """\
import numpy as np


def pick(y):
    assert y.dtype.kind == "i", y.dtype
    return np.eye(4)[y] @ np.arange(4) @ np.ones(len(y))


def double(n):
    return len([0, 0] * n)
"""


def test_whole_choices_are_whole_numbers(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": INTEGERS})
    whole = PICK.replace("np.eye(4)[y] @ np.arange(4) @ np.ones(len(y))", "float(np.arange(4)[y].sum())")
    assert hand_in({"work.py": whole}, "--course", course).score == 2
    write_files(course, {"1.yaml": INTEGERS.replace("[1, 2, 3], shape", "[1, 2.0, 3], shape")})
    mixed = hand_in({"work.py": whole}, "--course", course)
    assert mixed.check("int", "array")["status"] == "crashed" and mixed.check("int", "number")["score"] == 1


MAY = (
    ENGINE.replace(
        "mutants: false\n",
        "  - {id: random, claim: random graphs are right, kind: expression, points: 1, inputs: *leaves,\n"
        "     random: {count: 1, size: 1, operations: [+, '*']}}\nmutants: false\n",
    )
    .replace("inputs: {a", "inputs: &leaves {a")
    .replace("points: 2\ntask", "points: 3\ntask")
)


def test_a_variant_may_fail_where_chance_decides(verified: Verify) -> None:
    exercise = MAY.replace("swap: {self.data + other.data: self.data - other.data}, fails: [graphs]",
                           "swap: {self.data * other.data: self.data + other.data}, FAILS")  # fmt: skip
    flips = verified(exercise.replace("FAILS", "fails: [graphs]"), VALUE, "--seeds", "32")
    assert "'minus' depend on the seed" in flips.out and "`may-fail`" in flips.out
    allowed = verified(exercise.replace("FAILS", "fails: [graphs], may-fail: [random]"), VALUE, "--seeds", "32")
    assert "'minus'" not in allowed.out, allowed.out
    # What may fail is no licence for what must: the check that must find it is still asked to.
    turned = verified(exercise.replace("FAILS", "fails: [random], may-fail: [graphs]"), VALUE, "--seeds", "32")
    assert "'minus'" in turned.out


@pytest.mark.parametrize(("fails", "said"), [
    ("fails: [graphs], may-fail: [grahps]", "unknown check 'grahps'"),
    ("fails: [graphs], may-fail: [graphs]", "'graphs' is already in `fails`"),
])  # fmt: skip
def test_may_fail_names_other_checks(fails: str, said: str, verified: Verify) -> None:
    graded = verified(ENGINE.replace("fails: [graphs]", fails), VALUE)
    assert graded.code == 2 and said in graded.err and "1.yaml:15:" in graded.err, graded.err


TWICE = """\
id: eq
title: Twice the same line
file: work.py
points: 2
task: Write f and h.
checks:
  - {id: f, claim: f doubles, kind: value, points: 1, call: f(x), equals: 2 * x, inputs: {x: {between: [2, 3]}}}
  - {id: h, claim: h triples, kind: value, points: 1, call: h(x), equals: 3 * x, inputs: {x: {between: [2, 3]}}}
wrong:
  - {id: none, function: "f = h = abs", fails: [f, h]}
"""
GUARDED = """\
def f(x):
    if x > 0 and 'a':
        return 2 * x
    return 0


def h(x):
    if x > 0 and 'a':
        return 3 * x
    return 0
"""


def test_an_equivalent_is_for_every_mutant_of_its_text(verified: Verify) -> None:
    open_ = verified(TWICE, GUARDED)
    assert open_.code == 2 and "x > 1 and" in open_.out and "x >= 0 and" in open_.out
    one = 'equivalent:\n  - {was: "if x>0 and \\"a\\":", becomes: "if x  >=  0 and \'a\':", why: inputs are above 1}\n'
    told = verified(TWICE + one, GUARDED)
    assert "x >= 0" not in told.out and "x > 1 and" in told.out, told.out
    all_ = (
        'equivalent:\n  - {was: "if x > 0 and \'a\':", why: "every input is above 1"}\n'
        '  - {was: "return 0", why: "no input gets there"}\n'
    )
    graded = verified(TWICE + all_, GUARDED)
    assert graded.code == 0, graded.out
    # Whatever moves it to another line: the entry is by text.
    assert verified(TWICE + all_, "# moved\n\n\n" + GUARDED).code == 0
    stale = verified(TWICE + all_ + '  - {was: "return 1", why: "gone since long"}\n', GUARDED)
    assert "does not exist: 'return 1' -> 'any change that lives'" in stale.out


def test_inputs_that_a_call_does_not_use_are_not_shown(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    inputs = "inputs: {x: {between: [0.3, 3], sign: any}, unused: {between: [1, 2]}}"
    text = SQUARE.replace("inputs: {x: {between: [0.3, 3], sign: any}}", inputs)
    text = text.replace("    wrt:", "    of: x * x\n    wrt:")
    more = FORWARD.replace("inputs: {x: {between: [0.3, 3], sign: any}}", inputs)
    text = text.replace("points: 2\ntask", "points: 3\ntask").replace("wrong:", more + "wrong:")
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": text})
    graded = hand_in({"work.py": SOLUTION.replace("x * x", "x + x").replace("2 *", "3 *")}, "--course", course)
    assert graded.check("sq", "forward")["evidence"]["case"].keys() == {"x"}
    assert graded.check("sq", "gradient")["evidence"]["case"].keys() == {"x", "g"}
    assert "unused" not in graded.out + graded.html
