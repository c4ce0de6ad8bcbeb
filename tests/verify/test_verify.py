"""`grade verify`: clean on this course, and each kind of finding provoked by a course that is broken in one way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Graded, write_files

from grader.course.load import load_course
from grader.course.problems import CourseError
from grader.verify.mutants import mutants

EXERCISE = """\
id: "1"
title: Difference
file: work.py
points: 4
task: Write the class Sub.
checks:
  - id: forward
    claim: Sub().forward(a, b) is a - b
    kind: value
    points: 2
    make: {op: Sub()}
    call: op.forward(a, b)
    equals: a - b
    inputs: &inputs {a: {between: [1, 5], sign: any}, b: {between: [1, 5], sign: any}}
  - id: gradient
    claim: backward is (g, -g)
    kind: gradient
    points: 2
    make: {op: Sub()}
    forward: op.forward(a, b)
    backward: op.backward(g)
    of: a - b
    wrt: [a, b]
    inputs: *inputs
wrong:
  - id: both-plus
    gives: [g, g]
    fails: [gradient]
    hint: "The derivative by b is -1."
right:
  - id: other-way
    swap: {"return a - b": "return -(b - a)"}
"""
REFERENCE = """\
class Sub:
    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return g, -g
"""
TEMPLATE = "class Sub:\n    def forward(self, a, b):\n        pass\n    def backward(self, g):\n        pass\n"


@pytest.fixture
def verified(run: Callable[..., Graded], tmp_path: Path) -> Callable[..., Graded]:
    """`verified(exercise, reference, template)`: writes a course and its solution, and verifies them."""

    def call(exercise: str = EXERCISE, reference: str = REFERENCE, template: str = TEMPLATE) -> Graded:
        write_files(tmp_path / "course", {"course.yaml": "title: T\ntemplate: ../template\n", "1.yaml": exercise})
        write_files(tmp_path / "reference", {"work.py": reference})
        write_files(tmp_path / "template", {"work.py": template})
        return run("verify", "--course", "course", "--jobs", "1")

    return call


def test_a_sound_course_has_no_findings(verified: Callable[..., Graded]) -> None:
    graded = verified()
    assert (graded.code, graded.err) == (0, ""), graded.out
    assert "0 findings" in graded.out
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert "both-plus" in page and "<script" not in page and "✗" not in page
    assert "wrong solutions caught" in page and "Nothing to mend" in page
    assert "caught by gradient" in page and "caught by forward" in page and "earns nothing" in page
    assert "of 2 get full marks" in page and re.search(r"<code>gradient</code>[^<]*</th><td class=\"num\">[1-9]", page)


def test_the_page_says_in_words_what_nothing_catches_and_what_is_equivalent(verified: Callable[..., Graded]) -> None:
    reference = REFERENCE.replace("return a - b", "return a - b + 0 * a * a")
    equal = "equivalent:\n  - {was: return a - b + 0 * a * a, why: the term is zero anyway}\n"
    graded = verified(reference=reference, exercise=EXERCISE.split("right:")[0])
    page = (graded.folder / "verify.html").read_text("utf-8")
    lives = page.count(">not caught by any check</td>")
    assert lives and f"{lives} findings</span></h2>" in page
    alike = len(re.findall(r">behaves like the reference on all of \d+ inputs</td>", page))
    assert alike and f", {alike} equivalent</span>" in page
    graded = verified(reference=reference, exercise=EXERCISE.split("right:")[0] + equal)
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert page.count(">equivalent to the reference: the term is zero anyway</td>") == lives + alike
    assert "not caught by any check" not in page and f", {lives + alike} equivalent</span>" in page


BROKEN = {
    "hard-coded-answer-passes": (
        {"exercise": EXERCISE.replace("{a: {between: [1, 5], sign: any}, b: {between: [1, 5], sign: any}}",
                                      "{a: {choices: [6]}, b: {choices: [2]}}")
         .replace("right:", "  - {id: typed-in, swap: {return a - b: return 4}, fails: [forward]}\nright:")},
        "'typed-in' must lose points on forward; it loses them on none"),
    "tolerance-of-one": (
        {"exercise": EXERCISE.replace("    of: a - b", "    of: a - b\n    rtol: 1.0")
         .replace("right:", "  - {id: too-large, gives: [1.5 * g, -g], fails: [gradient]}\nright:")},
        "'too-large' must lose points on gradient; it loses them on none"),
    "wrong-variant-passes": (
        {"exercise": EXERCISE.replace("wrt: [a, b]", "wrt: [a]").replace("gives: [g, g]", "gives: [g]")},
        "'both-plus' must lose points on gradient; it loses them on none"),
    "swap-no-longer-matches": (
        {"exercise": EXERCISE.replace('"return a - b": ', '"return b - a": ')},
        "the swap of 'other-way' matches the reference 0 times"),
    "swap-matches-twice": (
        {"exercise": EXERCISE.replace('{"return a - b": "return -(b - a)"}', '{"self": "this"}')},
        "the swap of 'other-way' matches the reference 2 times"),
    "reference-with-a-bug": (
        {"reference": REFERENCE.replace("g, -g", "g, g")}, "the reference loses points on `gradient`"),
    "reference-that-crashes": (
        {"reference": REFERENCE.replace("return a - b", "return a - c")}, "the reference loses points on `forward`"),
    "template-earns": ({"template": REFERENCE}, "the untouched template earns 4 points"),
    "right-variant-fails": (
        {"exercise": EXERCISE.replace("return -(b - a)", "return b - a")},
        "the right variant 'other-way' loses points on `forward`"),
    "equivalent-that-is-none": (
        {"exercise": EXERCISE + "equivalent:\n  - {was: 'return a - b', becomes: return a + b, why: very alike}\n"},
        "declared equivalent is found by a check"),
    "equivalent-that-does-not-exist": (
        {"exercise": EXERCISE + "equivalent:\n  - {was: return 1, becomes: return 2, why: looks alike}\n"},
        "names a mutant that does not exist"),
    "seed-decides": (
        {"exercise": EXERCISE.replace("a: {between: [1, 5], sign: any}", "a: {choices: [1, 2, 3, 4, 5]}")
             .replace("gives: [g, g]", "function: |\n      import random\n      class Sub:\n"
                      "          def forward(self, a, b): return a - b\n"
                      "          def backward(self, g):\n"
                      "              return (g, -g) if abs(g) < 2.98 else (g, g)\n")},
        "both-plus"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_kind_of_finding(name: str, verified: Callable[..., Graded]) -> None:
    files, expected = BROKEN[name]
    graded = verified(**files)
    assert graded.code == 2, graded.out
    assert expected in graded.out, graded.out
    assert "   = help: " in graded.out


def test_a_check_that_finds_nothing(verified: Callable[..., Graded]) -> None:
    extra = EXERCISE.split("  - id: gradient")[0].split("checks:\n")[1]
    extra = extra.replace("id: forward", "id: idle").replace("equals: a - b", "equals: abs(a)").replace("&inputs ", "")
    extra = extra.replace("    make: {op: Sub()}\n", "").replace("call: op.forward(a, b)", "call: size(a)")
    course = EXERCISE.replace("points: 4", "points: 6").replace("wrong:\n", extra + "wrong:\n")
    graded = verified(exercise=course, reference=REFERENCE + "\nsize = abs\n", template=TEMPLATE)
    assert graded.code == 2 and "`idle` finds none of the wrong variants and mutants" in graded.out, graded.out


def test_a_mutant_may_be_declared_equivalent(verified: Callable[..., Graded]) -> None:
    reference = REFERENCE.replace("return a - b", "return a - b + 0 * a * a")
    lives = verified(reference=reference, exercise=EXERCISE.split("right:")[0])
    assert lives.code == 2
    pairs = re.findall(r"      - (.*)\n      [+] (.*)\n", lives.out)
    assert pairs
    declared = "equivalent:\n" + "".join(
        f"  - was: {json.dumps(was)}\n    becomes: {json.dumps(becomes)}\n    why: the term is zero anyway\n"
        for was, becomes in pairs
    )
    assert verified(reference=reference, exercise=EXERCISE.split("right:")[0] + declared).code == 0


def test_no_reference(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": EXERCISE})
    missing = run("verify", "--course", "course")
    assert missing.code == 2 and "reference" in missing.err
    (tmp_path / "empty").mkdir()
    graded = run("verify", "--reference", "empty")
    assert graded.code == 2 and "--reference" in graded.err


@pytest.mark.slow
def test_a_course_without_one_of_its_checks_is_red(tmp_path: Path) -> None:
    """The lists of wrong variants name every check, so one that is removed is missed."""
    for path in sorted((ROOT / "exercises").glob("*-*.yaml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        for check in [check for check in document["checks"] if not check.get("advisory")]:
            less = [other for other in document["checks"] if other is not check]
            shorter = {**document, "checks": less, "points": document["points"] - check["points"]}
            folder = tmp_path / f"{path.stem}-{check['id']}"
            text = yaml.safe_dump(shorter, allow_unicode=True)
            write_files(folder, {"course.yaml": "title: T\n", "1.yaml": text})
            with pytest.raises(CourseError, match=f"unknown check '{check['id']}'|has too few items"):
                load_course(folder)


MUTATED = """\
class Net:
    def back(self, x, g):
        self.x = x
        total = 0
        total += g.sum(axis=0)
        if x > 0 and g < 1:
            return x.T @ g, -g / 2
        return abs(x) ** 2 - 1, np.all(g)
"""


def test_mutants_are_of_every_kind() -> None:
    found = mutants(MUTATED, ["Net"])
    kinds = {mutant.change for mutant in found}
    for kind in (
        "operator swapped", "left operand dropped", "right operand dropped", "operands swapped", "sign flipped",
        "returned values swapped", "returned value 1 negated", "accumulation replaced by assignment",
        "transposition dropped", ".sum() dropped", "axis dropped", "abs() dropped", "all replaced by any",
        "constant + 1", "constant - 1", "comparison changed", "and / or swapped", "not kept on self",
    ):  # fmt: skip
        assert kind in kinds, kind
    assert len({mutant.source for mutant in found}) == len(found)
    assert mutants(MUTATED, ["Other"]) == []
    for mutant in found:
        compile(mutant.source, mutant.id, "exec")
        assert mutant.was != mutant.becomes
