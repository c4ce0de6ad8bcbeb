"""Errors in a course: all at once, each with file, line, column, caret and remedy; exit code 2. Exact texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files

COURSE = "title: Test\nseed: 1\n"
EXERCISE = """\
id: "1"
title: Doubling
file: work.py
points: 2
task: Write double(x).
checks:
  - id: value
    claim: double(x) is 2 x
    kind: value
    points: 2
    call: double(x)
    equals: 2 * x
    inputs: {x: {between: [1, 5], sign: any}}
"""

ONE_ERROR = {
    "unknown-kind": ("kind: value", "kind: valeu", """\
error: unknown check kind 'valeu'
  --> course/1.yaml:9:11
    9 |     kind: valeu
      |           ^^^^^ did you mean `value`?
   = help: kinds are """),
    "unknown-key": ("    equals: 2", "    equal: 2", """\
error: unknown key 'equal'
  --> course/1.yaml:12:5
   12 |     equal: 2 * x
      |     ^^^^^ did you mean `equals`?
   = help: keys here are id, claim, kind, points, advisory, file, builds-on, make, call, steps, equals, raises, let, \
functions, inputs, sizes, cases, draws, rtol, may-change, credit
"""),
    "results": ("    equals: 2 * x", "    equals: 2 * x\n    returns: x", """\
error: unknown key 'returns'
  --> course/1.yaml:13:5
   13 |     returns: x
      |     ^^^^^^^
   = help: what calls must give is stated in `equals`: one formula, or several by name, as in {loss: …, dx: …}
"""),
    "any-exception": ("    equals: 2 * x", "    raises: Exception", """\
error: `raises`: any mistake would raise an Exception: name the exception that is meant
  --> course/1.yaml:12:13
"""),
    "unquoted-number": ('id: "1"', "id: 2.10", """\
error: `id` must be text
  --> course/1.yaml:1:5
    1 | id: 2.10
      |     ^^^^ this is a number
   = help: quote it: "2.10"
"""),
    "leading-zero": ("points: 2\n    call", "points: 010\n    call", """\
error: 010 is ambiguous
  --> course/1.yaml:10:13
   10 |     points: 010
      |             ^^^ 8 in YAML 1.1, 10 in YAML 1.2
   = help: write 10 or "010"
"""),
    "boolean-word": ("    kind: value", "    kind: value\n    advisory: no", """\
error: `advisory` must be true or false
  --> course/1.yaml:10:15
   10 |     advisory: no
      |               ^^ this is text
"""),
    "sexagesimal": ("seed: 1", "seed: 1:30", """\
error: `seed` must be a whole number
  --> course/course.yaml:2:7
    2 | seed: 1:30
      |       ^^^^ this is text
"""),
    "duplicate-key": ("title: Doubling", "title: Doubling\ntitle: Again", """\
error: duplicate key 'title'
  --> course/1.yaml:3:1
    3 | title: Again
      | ^^^^^ first in line 2
   = help: remove one of the two
"""),
    "formula": ("equals: 2 * x", "equals: 2 * cso(x)", """\
error: `equals`: unknown function 'cso'; did you mean `cos`?
  --> course/1.yaml:12:17
   12 |     equals: 2 * cso(x)
      |                 ^
"""),
    "formula-name": ("equals: 2 * x", "equals: 2 * y", """\
error: `equals`: uses 'y', which is not an input
  --> course/1.yaml:12:17
   12 |     equals: 2 * y
      |                 ^
   = help: inputs are x
"""),
    "points": ("points: 2\ntask", "points: 3\ntask", """\
error: the checks are worth 2 points, the exercise 3
  --> course/1.yaml:4:9
    4 | points: 3
      |         ^
   = help: make the two agree
"""),
    "range": ("[1, 5]", "[5, 1]", """\
error: `x`: `between` goes from the smaller to the larger value, not from 5.0 to 1.0
  --> course/1.yaml:13:17
   13 |     inputs: {x: {between: [5, 1], sign: any}}
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"""),
    "not-yaml": ("title: Doubling", "title: [Doubling", """\
error: not YAML: """),
    "tag": ("title: Doubling", "title: !!python/name:os.system x", """\
error: tags are not supported
  --> course/1.yaml:2:8
"""),
    "hint-of-a-check": ("    kind: value", "    kind: value\n    hint: Twice.", """\
error: unknown key 'hint'
  --> course/1.yaml:10:5
   10 |     hint: Twice.
      |     ^^^^
   = help: hints belong in the exercise's list `wrong:`, each beside the mistake that it explains
"""),
    "formula-list": ("equals: 2 * x", 'equals: ["2 * x", "x"]', """\
error: `equals`: one formula goes here, not a list: write several by name: `equals: {loss: …, dx: …}`
  --> course/1.yaml:12:13
"""),
    "formula-bits": ("equals: 2 * x", "equals: x & 1", """\
error: `equals`: 'x & 1' is not part of the formula language: write `and`, `or`, `not`
"""),
    "formula-sizes": ("equals: 2 * x", "equals: x @ x", """\
error: `equals`: cannot be computed with x of shape (): """),
    "formula-near-name": ("equals: 2 * x", "equals: 2 * X", """\
error: `equals`: uses 'X', which is not an input; did you mean `x`?
  --> course/1.yaml:12:17
   12 |     equals: 2 * X
      |                 ^
   = help: inputs are x
"""),
    "shapes": ("equals: 2 * x\n    inputs: {x: {between: [1, 5], sign: any}}", """\
equals: x @ w
    sizes: [{N: 2}]
    inputs: {x: {between: [1, 5], shape: [N, 3]}, w: {between: [1, 5], shape: [N]}}""", """\
error: `equals`: cannot be computed with w of shape (2,), x of shape (2, 3), N = 2: x @ w: shapes (2, 3) and (2,) \
do not fit
  --> course/1.yaml:12:13
"""),
    "broadcast": ("equals: 2 * x\n    inputs: {x: {between: [1, 5], sign: any}}", """\
equals: x + w
    sizes: [{N: 2}]
    inputs: {x: {between: [1, 5], shape: [N, 3]}, w: {between: [1, 5], shape: [N]}}""", """\
error: `equals`: cannot be computed with w of shape (2,), x of shape (2, 3), N = 2: x + w: shapes (2, 3) and (2,) \
do not fit
  --> course/1.yaml:12:13
"""),
    "point": ("points: 2\ntask", "point: 2\ntask", """\
error: unknown key 'point'
  --> course/1.yaml:4:1
    4 | point: 2
      | ^^^^^ did you mean `points`?
   = help: keys here are id, title, file, needs, given, points,"""),
    "no-inputs": ("    inputs: {x: {between: [1, 5], sign: any}}\n", "", """\
error: `inputs` is missing
  --> course/1.yaml:7:5
    7 |   - id: value
      |     ^
   = help: add `inputs: …`: where each input is drawn from
"""),
    "tab": ("    points: 2", "\tpoints: 2", """\
error: not YAML: found a tab character that violates indentation
  --> course/1.yaml:10:1
   10 | \tpoints: 2
      | ^
   = help: indent with spaces: YAML allows no tabs there
"""),
    "colon-in-text": ("claim: double(x) is", "claim: double(x): is", """\
error: not YAML: mapping values are not allowed in this context
  --> course/1.yaml:8:21
    8 |     claim: double(x): is 2 x
      |                     ^
   = help: put text that holds `: ` in quotes
"""),
    "text-for-a-list": ("sign: any}}", "sign: any}}\nwrong: [{id: a, gives: [x], fails: value}]", """\
error: `fails` must be a list
  --> course/1.yaml:14:36
   14 | wrong: [{id: a, gives: [x], fails: value}]
      |                                    ^^^^^ this is text
   = help: write fails: [value]
"""),
    "text-for-a-list-or-a-mapping": ("sign: any}}", "sign: any}}\nwrong: [{id: a, gives: x ** 2, fails: [value]}]", """\
error: `gives` must be a list
  --> course/1.yaml:14:24
   14 | wrong: [{id: a, gives: x ** 2, fails: [value]}]
      |                        ^^^^^^ this is text
   = help: write gives: [x ** 2]
"""),
    "list-without-brackets": ("between: [1, 5]", "between: 1, 5", """\
error: `between` is cut off at the comma
  --> course/1.yaml:13:27
   13 |     inputs: {x: {between: 1, 5, sign: any}}
      |                           ^ here it ends
   = help: put it in brackets: between: [1, 5]
"""),
    "unknown-check": ("sign: any}}", "sign: any}}\nwrong: [{id: a, gives: [x], fails: [valeu]}]", """\
error: unknown check 'valeu'
  --> course/1.yaml:14:37
   14 | wrong: [{id: a, gives: [x], fails: [valeu]}]
      |                                     ^^^^^ did you mean `value`?
   = help: checks of this exercise are value
"""),
    "no-template": ("seed: 1", "seed: 1\ntemplate: tmplate", """\
error: no such folder: course/tmplate
  --> course/course.yaml:3:11
    3 | template: tmplate
      |           ^^^^^^^
   = help: `template` is a folder, relative to course.yaml
"""),
    "call": ("call: double(x)", "call: double(x)[0]", """\
error: `call`: not a call: write it as Name().method(a, b)
  --> course/1.yaml:11:11
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_ERROR)
def test_an_error_has_its_place_and_remedy(name: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    old, new, expected = ONE_ERROR[name]
    assert (COURSE + EXERCISE).count(old) == 1
    files = {"course.yaml": COURSE.replace(old, new), "1.yaml": EXERCISE.replace(old, new)}
    write_files(tmp_path / "course", files)
    graded = run(ROOT / "reference", "--course", "course")
    assert graded.code == 2
    assert graded.err.startswith(expected), graded.err
    if expected.endswith("\n"):
        assert graded.err.rstrip().startswith(expected.rstrip())
    assert "Traceback" not in graded.err


def test_a_check_id_that_is_used_twice_is_one_error(run: Callable[..., Graded], tmp_path: Path) -> None:
    check = EXERCISE[EXERCISE.index("  - id: value") :]
    wrong = "wrong: [{id: a, gives: {gradient: [x]}, fails: [gradient]}]\n"
    text = EXERCISE.replace("points: 2\ntask", "points: 4\ntask") + check + wrong
    write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": text})
    graded = run("show", "--course", "course")
    assert graded.code == 2 and graded.err.count("error: ") == 1
    assert graded.err.startswith("error: two checks have the id 'value'\n  --> course/1.yaml:14:9\n")


def test_all_errors_of_all_files_come_at_once(run: Callable[..., Graded], tmp_path: Path) -> None:
    broken = EXERCISE.replace("kind: value", "kind: valeu").replace("file: work.py", "file: 3")
    files = {"course.yaml": COURSE + "sed: 2\n", "1.yaml": broken, "2.yaml": EXERCISE.replace("task:", "taks:")}
    write_files(tmp_path / "course", files)
    text = run(ROOT / "reference", "--course", "course").err
    assert text.count("error: ") == 4
    for piece in ("'sed'", "'valeu'", "`file` must be text", "did you mean `task`?"):
        assert piece in text


def test_yaml_12_numbers_are_numbers(run: Callable[..., Graded], tmp_path: Path) -> None:
    exercise = EXERCISE.replace("[1, 5]", "[1e-6, 5]")
    write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": exercise})
    write_files(tmp_path / "s", {"work.py": "def double(x): return 2 * x"})
    assert run("s", "--course", "course").score == 2


def test_no_course(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "course.yaml is missing" in run(ROOT / "reference", "--course", "empty").err
    graded = run(ROOT / "reference", "--course", "nowhere")
    assert graded.code == 2 and "nowhere is not a folder" in graded.err


GRADIENT = """\
  - id: slope
    claim: backward is right
    kind: gradient
    points: 2
    make: {op: Op()}
    forward: op.forward(x)
    backward: op.backward(g)
    of: 2 * x
    wrt: [x]
    inputs: {x: {between: [1, 5], sign: any}}
    traps: [interleaved]
"""
LATE = {
    "upstream-not-given": (
        "backward: op.backward(g)", "backward: op.backward(x)",
        "`backward`: op.backward(x) is not given 'g', the upstream gradient, by which every gradient is multiplied"),
    "upstream-of-another-name": ("wrt: [x]", "upstream: dout\n    wrt: [x]", "uses 'g', which is not an input"),
    "object-not-made": ("forward: op.forward(x)", "forward: o.forward(x)", "called on 'o', which"),
    "make-argument": ("make: {op: Op()}", "make: {op: Op(c)}", "uses 'c', which is not an input"),
    "make-on-object": ("make: {op: Op()}", "make: {op: Op(), p: op.copy()}", "write what makes the object"),
    "star": ("op.forward(x)", "op.forward(*x)", "no `*` in calls"),
    "constant-as-input": ("inputs: {x: {", "inputs: {e: {between: [1, 2]}, x: {", "'e' cannot name an input"),
    "twice": ("wrt: [x]", "wrt: [x, x]", "names the same input twice"),
    "not-finite": ("of: 2 * x", "of: sqrt(x)", "is not finite at x = -"),
    "not-computable": ("of: 2 * x", "of: x @ x", "cannot be computed"),
    "upstream": ("wrt: [x]", "wrt: [x]\n    upstream: x", "is an input already"),
    "avoid": ("sign: any}}\n    traps", "sign: any, avoid: [1, 2, 3, 4]}}\n    traps", ""),
    "choices-and-sign": ("{between: [1, 5], sign: any}}\n  ", "{choices: [1], sign: any}}\n  ", "go with"),
    "traps-without-object": (
        "    make: {op: Op()}\n    forward: op.forward(x)\n    backward: op.backward(g)",
        "    forward: f(x)\n    backward: b(x, g)", "are about objects"),
    "no-points": ("points: 2\n    make", "points: 0\n    make", "the check is worth nothing"),
    "file-name": ("file: work.py", "file: json.py", "belongs to Python or numpy"),
    "file-ending": ("file: work.py", "file: work", "must be a Python file"),
    "too-few": ("{between: [1, 5], sign: any}}\n    traps", "{between: [1]}}\n    traps", "`between` has too few"),
    "typo-in-common-key": ("    claim: backward", "    cliam: backward", "did you mean `claim`?"),
    "alias-bomb": ("task: Write", "x: &a [&b [1, 1], *b, *b]\ny: [*a, *a]\ntask: Write", "unknown key 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_what_would_go_wrong_while_grading_is_found_while_reading(
    name: str, run: Callable[..., Graded], tmp_path: Path
) -> None:
    old, new, expected = LATE[name]
    text = EXERCISE.split("  - id: value")[0] + GRADIENT
    assert text.count(old) == 1
    write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": text.replace(old, new)})
    graded = run(ROOT / "reference", "--course", "course")
    assert graded.code == 2 or not expected, graded.out
    assert expected in graded.err


CUT = """\
checks:
  - {id: sum, claim: add adds, kind: value, points: 1, call: add(x, y), equals: maximum(x, 1 * y), inputs: &two
     {x: {between: [1, 2]}, y: {between: [1, 2]}}}
  - {id: made, claim: made, kind: value, points: 1, make: {o: Sum(x, y)}, call: o.total(), equals: x, inputs: *two}
"""


def test_a_text_that_a_comma_cuts_off_is_one_error(run: Callable[..., Graded], tmp_path: Path) -> None:
    text = EXERCISE.split("checks:")[0] + CUT
    write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": text})
    told = run(ROOT / "reference", "--course", "course").err
    assert told.count("error: ") == 3, told
    for key, meant in (("call", "add(x, y)"), ("equals", "maximum(x, 1 * y)"), ("o", "Sum(x, y)")):
        assert f"error: `{key}` is cut off at the comma" in told
        assert f'   = help: put it in quotes: {key}: "{meant}"' in told
    for key, meant in (("call", "add(x, y)"), ("equals", "maximum(x, 1 * y)"), ("o", "Sum(x, y)")):
        text = text.replace(f"{key}: {meant}", f'{key}: "{meant}"')
    write_files(tmp_path / "course", {"1.yaml": text})
    write_files(tmp_path / "work", {"work.py": "def add(x, y): return max(x, y)"})
    assert run("work", "--course", "course").score == 1


def test_an_alias_bomb_is_one_error(run: Callable[..., Graded], tmp_path: Path) -> None:
    bomb = "x0: &x0 [1, 1]\n" + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12))
    write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": bomb + EXERCISE})
    graded = run(ROOT / "reference", "--course", "course")
    assert graded.code == 2 and "aliases that multiply" in graded.err


@pytest.fixture
def show(run: Callable[..., Graded], tmp_path: Path) -> Callable[[str], Graded]:
    """`show(exercise)`: `grade show` on a course of this one exercise."""

    def call(exercise: str) -> Graded:
        write_files(tmp_path / "course", {"course.yaml": COURSE, "1.yaml": exercise})
        return run("show", "--course", "course")

    return call


WRITTEN = """\
id: "1"
title: A step
file: answers.yaml
points: 2
task: Write x, and its square.
checks:
  - {id: step, claim: x, kind: number, points: 1, answer: a, readings: [2.4, 2.9]}
  - id: value
    claim: its square
    kind: number
    points: 1
    answer: b
    from: {x: a}
    at: [{x: 2.4}, {x: 2.9}]
    readings: [x ** 2]
"""


def test_what_follows_from_an_answer_needs_that_answer(show: Callable[[str], Graded]) -> None:
    """Without it, nothing is known of what is right where the student's own earlier answer is wrong or missing."""
    assert show(WRITTEN).code == 0
    shown = show(WRITTEN.replace("    at: [{x: 2.4}, {x: 2.9}]\n", ""))
    assert shown.code == 2
    assert shown.err.startswith("error: `at`: must give the correct values of the earlier answers\n"), shown.err


KNOWN = """\
id: "1"
title: A product
file: answers.yaml
points: 3
task: Draw it, and compute it.
checks:
  - {id: graph, claim: the graph, kind: edges, points: 1, answer: a, of: a * b, mistakes: [{equals: a + c, hint: b.}]}
  - id: parts
    claim: the parts
    kind: number
    points: 1
    answer: b
    parts: [sum, product]
    readings: [[5, 6]]
    mistakes: [{part: product, equals: 2 * sum, hint: Once.}, {equals: [6, 5], hint: Swapped.}]
  - id: formula
    claim: the formula
    kind: formula
    points: 1
    answer: c
    equals: 2 * x
    inputs: {x: {between: [1, 2]}}
    mistakes: [{equals: x ** 2, hint: Twice.}, {equals: x, hint: Once.}]
"""
NO_MISTAKES = {
    "a + c": ("a - b", "`mistakes`: is the right graph: a - b"),
    "a + c, ": ("2 * a, ", "`mistakes`: contains a plain number"),
    "equals: [6, 5]": ("equals: [5, 6]", "`mistakes`: is a correct answer: 5, 6"),
    "2 * sum": ("sum + 1", "`mistakes`: is a correct answer: sum + 1"),
    "part: product": ("part: difference", "`mistakes`: 'difference' is not one of the parts: sum, product"),
    "equals: 2 * sum": ("equals: product", "`mistakes`: uses 'product', which is not an input"),
    "x ** 2": ("x + x", "`mistakes`: is the correct answer: x + x"),
    "equals: x,": ("equals: x * x,", "`mistakes`: x * x is the same as x ** 2, which has a hint already"),
}


@pytest.mark.parametrize("old", NO_MISTAKES)
def test_a_known_mistake_must_be_one(old: str, show: Callable[[str], Graded]) -> None:
    assert show(KNOWN).code == 0
    new, expected = NO_MISTAKES[old]
    shown = show(KNOWN.replace(old, new))
    assert shown.code == 2
    assert shown.err.startswith(f"error: {expected}"), shown.err


LATEX = {
    r"the \nabla f term": 6, r"the \tanh(x) term": 5, r"the \Lambda term": 7, r"\frac{1}{2}": 5, r"\nu and more": 3,
    r"\theta_1": 6, r"\beta": 5, r"\rho": 4, r"\vec{v}": 4, r"\alpha": 6, r"\exp(x)": 4, r"\Phi": 4, r"grad\_Y": 2,
    r"\\ \nabla": 6, r"é \times b": 6,
}  # fmt: skip


@pytest.mark.parametrize("text", LATEX)
def test_latex_in_double_quotes_is_refused_with_its_place(text: str, show: Callable[..., Graded]) -> None:
    shown = show(EXERCISE.replace("claim: double(x) is 2 x", f'claim: "{text}"'))
    at = text.index("\\", 2 if text.startswith("\\\\") else 0)
    assert shown.code == 2
    assert f"  --> course/1.yaml:8:{at + 13}\n" in shown.err
    assert f"| {' ' * (at + 12)}{'^' * LATEX[text]} {text[at : at + 2]} is an escape of YAML\n" in shown.err
    assert shown.err.rstrip().endswith("= help: put text with a backslash in 'single quotes', or behind |")


@pytest.mark.parametrize("text", [r"\sigma", r"\xi", r"\upsilon", r"\cdot"])
def test_what_yaml_itself_refuses_has_the_same_remedy(text: str, show: Callable[..., Graded]) -> None:
    shown = show(EXERCISE.replace("claim: double(x) is 2 x", f'claim: "{text}"'))
    assert (shown.code, "'single quotes', or behind |" in shown.err) == (2, True)


@pytest.mark.parametrize("claim", [
    r'"line one\nnext"', r'"ends\n"', r'"a\tb"', r'"\"quoted\" \u00e9 \x41 \\nabla"', r"'the \nabla f term'",
    r"the \nabla f term", r'"5\_km"', "|\n      \\frac{1}{2}",
])  # fmt: skip
def test_escapes_and_latex_in_their_place_are_welcome(claim: str, show: Callable[..., Graded]) -> None:
    assert show(EXERCISE.replace("claim: double(x) is 2 x", f"claim: {claim}")).code == 0
