"""Mistakes in the keys of a `value` check: the message marks the entry that is wrong, and says what to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files

LOSS = """\
id: "1"
title: Loss
file: work.py
points: 2
task: Write the functions.
checks:
  - id: loss
    claim: loss(z, y) is right
    kind: value
    points: 1
    call: loss(z, y)
    let:
      p: softmax(z, axis=1)
    equals:
      value: mean(p)
      dz: p - onehot(y, C)
    inputs:
      z: {between: [-3, 3], shape: [N, C]}
      y: {labels: C, shape: [N]}
    sizes: [{N: 2, C: 3}, {N: 4, C: 5}]
  - id: steps
    claim: two steps
    kind: value
    points: 1
    make: {opt: Optimiser()}
    functions: {"f(x)": x ** 2}
    steps:
      - a = opt.step(x)
      - b = opt.step(a)
    equals:
      a: x
      b: 2 * x
      opt.t: 2
    inputs: {x: {between: [1, 2]}}
"""
MISTAKES = {
    "unknown-name": ("dz: p -", "dz: value -", """\
error: `equals`: uses 'value', which is not an input
  --> course/1.yaml:16:11
   16 |       dz: value - onehot(y, C)
      |           ^^^^^
   = help: inputs are z, y, C, N
"""),
    "cannot-be-computed": ("dz: p - onehot(y, C)", "dz: z + y", """\
error: `equals`: cannot be computed with y of shape (2,), z of shape (2, 3), N = 2, C = 3: z + y: shapes (2, 3) and \
(2,) do not fit
  --> course/1.yaml:16:11
   16 |       dz: z + y
      |           ^^^^^
"""),
    "size-as-number": ("dz: p - onehot(y, C)", "dz: N * z @ z", """\
error: `equals`: cannot be computed with z of shape (2, 3), N = 2, C = 3: """),
    "shape": ("dz: p -", "dz: p / z.shape[0] -", """\
error: `equals`: 'z.shape' is not part of the formula language: formulas have no shapes; write the names of `sizes`
  --> course/1.yaml:16:15
   16 |       dz: p / z.shape[0] - onehot(y, C)
      |               ^
"""),
    "caret": ("value: mean(p)", "value: mean(p ^ 2)", """\
error: `equals`: 'p ^ 2' is not part of the formula language: write ** for powers
  --> course/1.yaml:15:19
"""),
    "unknown-size": ("labels: C", "labels: K", """\
error: `inputs`: `y` has the size 'K', which is not in `sizes`
  --> course/1.yaml:19:7
   19 |       y: {labels: K, shape: [N]}
      |       ^
   = help: add it to each entry, as in {K: 2}
"""),
    "size-missing-once": ("{N: 4, C: 5}", "{N: 4}", """\
error: `inputs`: `z` has the size 'C', which is not in every entry of `sizes`
"""),
    "no-sizes": ("    sizes: [{N: 2, C: 3}, {N: 4, C: 5}]\n", "", """\
error: `inputs`: `z` has the size 'N', which is not in `sizes`
  --> course/1.yaml:18:7
   18 |       z: {between: [-3, 3], shape: [N, C]}
      |       ^
   = help: add `sizes: [{N: 2}, {N: 3}]`
"""),
    "reference-cut-off": ("dz: p - onehot(y, C)", "dz: {reference: loss_grad(z, y)}", """\
error: `reference` is cut off at the comma
  --> course/1.yaml:16:23
   16 |       dz: {reference: loss_grad(z, y)}
      |                       ^^^^^^^^^^^ here it ends
   = help: put it in quotes: reference: "loss_grad(z, y)"
"""),
    "function-without-quotes": ('{"f(x)": x ** 2}', "{f(x, y): x ** 2}", """\
error: `functions`: 'f(x' is not a function with its arguments: write it in quotes, as in {"f(x, y)": x * y}
"""),
    "no-such-result": ("      b: 2 * x", "      c: 2 * x", """\
error: `equals`: names 'c', which no step gives
  --> course/1.yaml:32:7
   32 |       c: 2 * x
      |       ^
   = help: names before `=` in `steps` are a, b; others are opt
"""),
    "no-such-object": ("opt.t: 2", "opts.t: 2", """\
error: `equals`: names 'opts', which no step gives; did you mean `opt`?
  --> course/1.yaml:33:7
   33 |       opts.t: 2
      |       ^^^^
"""),
    "not-a-place": ("opt.t: 2", "opt[t]: 2", """\
error: `equals`: 'opt[t]' is not a result: write a name, or what it holds, as in opt.w, cache[0] or config['velocity']
  --> course/1.yaml:33:7
"""),
    "later-result": ("a = opt.step(x)", "a = opt.step(b)", """\
error: `steps`: uses 'b', which is not an input
  --> course/1.yaml:28:22
   28 |       - a = opt.step(b)
      |                      ^
"""),
    "raises": ("    equals:\n      a: x\n      b: 2 * x\n      opt.t: 2\n", "    raises: valueerror\n", """\
error: `raises`: there is no 'valueerror' in Python; did you mean `ValueError`?
  --> course/1.yaml:30:13
   30 |     raises: valueerror
      |             ^^^^^^^^^^
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_marked_where_it_is(name: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    old, new, told = MISTAKES[name]
    assert LOSS.count(old) == 1
    write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": LOSS.replace(old, new)})
    graded = run("show", "--course", "course")
    assert graded.code == 2 and graded.err.startswith(told), graded.err
    assert graded.err.count("error: ") == 1


def test_without_a_mistake_it_loads(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": LOSS})
    assert run("show", "--course", "course").code == 0


WRONG = """\
id: f
title: A function
file: work.py
points: 1
task: Write f.
mutants: false
checks:
  - {id: value, claim: f is right, kind: value, points: 1, call: f(x), let: {half: x / 2, p: exp(half)}, equals: p,
     inputs: {x: {between: [0.2, 3]}}}
wrong:
  - {id: half, gives: [GIVES], fails: [value], hint: One is missing.}
"""
REFERENCE = "import math\n\n\ndef f(x):\n    return math.exp(x / 2)\n"


def test_a_wrong_variant_uses_the_definitions_of_the_check(run: Callable[..., Graded], tmp_path: Path) -> None:
    files = {
        "course.yaml": "title: T\nreference: .\n",
        "1.yaml": WRONG.replace("GIVES", "p - half"),
        "work.py": REFERENCE,
    }
    write_files(tmp_path / "course", files)
    verified = run("verify", "--course", "course", "--jobs", "1")
    assert verified.code == 0 and "0 findings" in verified.out, verified.out + verified.err
    write_files(tmp_path / "anna", {"work.py": REFERENCE.replace("(x / 2)", "(x / 2) - x / 2")})
    assert "One is missing." in run("anna", "--course", "course").out


def test_a_name_that_neither_has_is_told_with_the_definitions(run: Callable[..., Graded], tmp_path: Path) -> None:
    files = {"course.yaml": "title: T\nreference: .\n", "1.yaml": WRONG.replace("GIVES", "q"), "work.py": REFERENCE}
    write_files(tmp_path / "course", files)
    assert "known names are half, p, x" in run("show", "--course", "course").err


def test_what_the_reference_lacks_is_told_without_the_grader_s_own_code(
    run: Callable[..., Graded], tmp_path: Path
) -> None:
    exercise = WRONG.replace("equals: p", 'equals: {reference: "h(x)"}').replace(
        "gives: [GIVES]", 'function: "f = abs"'
    )
    files = {"course.yaml": "title: T\nreference: .\n", "1.yaml": exercise, "work.py": REFERENCE}
    write_files(tmp_path / "course", files)
    out = run("verify", "--course", "course", "--jobs", "1").out
    assert "(the reference has no 'h')" in out and "CourseFault" not in out, out
