"""A mutant that no check catches: which inputs it met, where it differs from the reference, or that it does nowhere."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import Graded, write_files

from grader.verify.changed_function import changed_function
from grader.verify.estimate import TimeLeft, in_words

EXERCISE = """\
id: f
title: A function
file: work.py
points: 1
task: Write f.
checks:
  - {id: value, claim: f is right, kind: value, points: 1, call: "f(x)", equals: EQUALS, inputs: {x: DOMAIN}}
wrong:
  - {id: nothing, function: "def f(x): return 1e9", fails: [value]}
"""
Verify = Callable[..., Graded]


@pytest.fixture
def verified(run: Callable[..., Graded], tmp_path: Path) -> Verify:
    """`verified(reference, equals, domain)`: verifies a course of one function."""

    def call(reference: str, equals: str, domain: str = "{between: [0.2, 3], sign: any}", more: str = "") -> Graded:
        exercise = EXERCISE.replace("EQUALS", equals).replace("DOMAIN", domain) + more
        write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "1.yaml": exercise})
        write_files(tmp_path / "course", {"work.py": reference})
        return run("verify", "--course", "course", "--jobs", "1")

    return call


NEGATIVE = "def f(x):\n    return x * -1\n"


def test_a_mutant_that_nothing_tells_apart_is_no_finding(verified: Verify) -> None:
    graded = verified(NEGATIVE, "-x")
    assert graded.code == 0, graded.out
    assert re.search(r"8 mutants \(1 equivalent\)$", graded.out, re.M), graded.out
    found = re.search(r"  behaves like the reference on all of (\d+) inputs \(operator swapped\):\n"
                      r"      - return x [*] -1\n      [+] return x / -1\n", graded.out)  # fmt: skip
    assert found and int(found[1]) > 60
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert f">behaves like the reference on all of {found[1]} inputs</td>" in page


def test_one_that_is_declared_as_well_is_not_spoken_of(verified: Verify) -> None:
    graded = verified(NEGATIVE, "-x", more="equivalent:\n  - {was: return x * -1, why: dividing is the same}\n")
    assert graded.code == 0 and "behaves like" not in graded.out and "(1 equivalent)" in graded.out, graded.out


def test_inputs_that_are_too_weak_do_not_make_a_mutant_equivalent(verified: Verify) -> None:
    """The checks draw above 1 alone, where `x > 0` and `x > 1` are one."""
    graded = verified("def f(x):\n    return 2 * x if x > 0 else 0\n", "2 * x", "{between: [2, 3]}")
    assert graded.code == 2
    errors = {error.split("\n      + ")[1].splitlines()[0]: error for error in graded.out.split("error: ")[1:]}
    off_by_one = errors["return 2 * x if x > 1 else 0"]
    assert "differs from the reference at an input which no check tries: 0 instead of " in off_by_one, off_by_one
    at = float(re.search(r"which no check tries.*\n      f\((.*)\)", off_by_one)[1])  # type: ignore[index]
    assert 0 < at <= 1
    assert re.search(r"= note: `value` ran `f` with 3 of \d+ inputs:\n(      f\(\d[.]\d*\)\n){3}", off_by_one)
    page = (graded.folder / "verify.html").read_text("utf-8")
    assert "which no check tries: 0 instead of" in page and f"<pre>f({at!r})</pre>" in page
    alike = graded.out.partition("error: ")[0]
    assert alike.count("behaves like") == 1 and "+ return 2 * x if x >= 0 else 0" in alike  # 2 * 0 is 0 as well


def test_a_threshold_that_is_met_by_no_draw_is_found_by_its_constant(verified: Verify) -> None:
    graded = verified("def f(x):\n    return x if x < 77 else x + 1\n", "x")
    assert "return x if x <= 77 else x + 1" in graded.out and "      f(77.0)\n" in graded.out, graded.out


GRADIENT = """\
id: f
title: A function
file: work.py
points: 1
task: Write f_backward.
checks:
  - {id: gradient, claim: it is right, kind: gradient, points: 1, backward: "f_backward(x, g)", of: relu(x), wrt: [x],
     inputs: {x: {between: [0.2, 3], sign: anySHAPE}}}
wrong:
  - {id: nothing, function: "def f_backward(x, g): return 1e9 * g", fails: [gradient]}
"""


@pytest.mark.parametrize("shape", ["", ", shape: [2]"], ids=["numbers", "arrays"])
def test_an_upstream_gradient_of_0_is_tried(shape: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    """0 / g is 0 times g, but where g is 0."""
    reference = "import numpy as np\n\n\ndef f_backward(x, g):\n    return np.where(x > 0, g, 0.0 * g)\n"
    course = {"course.yaml": "title: T\nreference: .\n", "1.yaml": GRADIENT.replace("SHAPE", shape)}
    write_files(tmp_path / "course", {**course, "work.py": reference})
    out = run("verify", "--course", "course", "--jobs", "1").out
    alike, _, rest = out.partition("error: ")
    assert "+ return np.where(x > 0, g, 0.0 / g)" in rest and "which no check tries" in rest, out
    assert "+ return np.where(x > 0, g, 0.0)" in alike, out


def test_ties_are_tried(verified: Verify, run: Callable[..., Graded], tmp_path: Path) -> None:
    exercise = EXERCISE.replace("f(x)", "f(x, y)").replace("f(x):", "f(x, y):").replace("EQUALS", '"maximum(x, y)"')
    exercise = exercise.replace("{x: DOMAIN}", "{x: {between: [0, 3]}, y: {between: [0, 3]}}")
    reference = "def f(x, y):\n    if x > y:\n        return x\n    return y if x < y else TIE\n"
    for tie, equal in (("x", True), ("x + 1", False)):
        write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "1.yaml": exercise})
        write_files(tmp_path / "course", {"work.py": reference.replace("TIE", tie)})
        out = run("verify", "--course", "course", "--jobs", "1").out
        alike = out.partition("error: ")[0]
        assert ("+ if x >= y:" in alike) is equal, out


def test_a_result_that_no_check_judges_is_told(verified: Verify) -> None:
    """A change within the tolerance is a finding, with the input."""
    graded = verified("def f(x):\n    return x * 3 + 1e-9 * 1\n", "3 * x")
    assert "which `value` tries without noticing it: " in graded.out, graded.out


def test_code_that_no_check_runs_is_told(verified: Verify) -> None:
    graded = verified("def g():\n    return 7 + 1\n\n\ndef f(x):\n    return -x if x else g()\n", "-x")
    assert "= note: no check runs `g`" in graded.out and "behaves like" not in graded.out, graded.out


CHECKER = """\
id: f
title: A checker
file: work.py
points: 1
task: Write close.
checks:
  - {id: checker, claim: close tells right from wrong, kind: planted, points: 1, call: "close(f, x)",
     of: [sum(u * x ** 2)], plants: [exact, exact, double],
     inputs: {x: {between: [0.5, 1.5], shape: [2]}, u: {between: [0.2, 0.7], sign: any, shape: [2]}}}
wrong:
  - {id: nothing, function: "def close(f, x): return True", fails: [checker]}
"""
CLOSE = """\
import numpy as np


def close(f, x):
    _, claimed = f(x)
    steps = np.eye(len(x)) * 1e-5
    found = np.array([(f(x + step)[0] - f(x - step)[0]) / 2e-5 for step in steps])
    return bool(np.abs(found - claimed).max() < 1e-3)
"""


def test_what_a_check_asks_by_the_answers_is_not_tried(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "1.yaml": CHECKER, "work.py": CLOSE})
    out = run("verify", "--course", "course", "--jobs", "1").out
    assert "+ return bool(np.abs(found - claimed).max() <= 0.001)" in out.partition("error: ")[2], out
    assert "behaves like" not in out and "no check runs" not in out
    assert "   = note: what `checker` asks depends on the answers, so its inputs are not compared\n" in out


def test_chance_in_the_reference_proves_nothing(verified: Verify) -> None:
    reference = "import random\n\n\ndef f(x):\n    return -x + 1e-9 * x * random.random()\n"
    graded = verified(reference, "-x")
    assert graded.code == 2 and "behaves like" not in graded.out, graded.out


def test_a_mutant_that_never_ends_elsewhere_differs(verified: Verify) -> None:
    reference = "def f(x):\n    while x < 1:\n        return -x\n    return -x\n"
    graded = verified(reference.replace("return -x\n    return", "x = x + 0\n        break\n    return"), "-x")
    assert "Traceback" not in graded.out + graded.err and graded.code in (0, 2)


def test_the_innermost_function_is_the_changed_one() -> None:
    before = "class A:\n    def f(self, x):\n        def inner():\n            return x > 0.5\n        return inner\n"
    found = changed_function(before, before.replace("x > 0.5", "x >= 0.5"))
    assert (found.name, found.top, found.constants) == ("A.f.inner", "A", (0.5,))
    assert "return inner" in found.stopping and "x > 0.5" not in found.stopping
    assert changed_function("N = 1\n", "N = 2\n").name == ""


def test_the_estimate_follows_what_was_measured() -> None:
    progress = TimeLeft([("a", 1), ("a", 9), ("b", 2), ("b", 8)], 2)
    progress.add("a", 3, 3.0)
    assert not progress.measured
    progress.add("b", 3, 30.0)
    assert progress.measured and progress.total == 20 and progress.remaining == pytest.approx((7 * 1 + 7 * 10) / 2)
    progress.add("b", 7, 0.0)
    assert progress.remaining == pytest.approx(3.5)
    words = [in_words(seconds) for seconds in (0, 9, 31, 58, 170, 1000, 8000)]
    assert words == [
        "a few seconds", "a few seconds", "about 30 s", "about 1 min", "about 3 min", "about 15 min", "about 2 hours",
    ]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="signals go to a process group")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_nothing_behind(jobs: str, tmp_path: Path) -> None:
    exercise = EXERCISE.replace("EQUALS", "-x").replace("DOMAIN", "{between: [1, 2]}")
    for number in range(20):
        many = exercise.replace("id: f\n", f"id: f{number}\n")
        write_files(tmp_path / "course", {f"{number}.yaml": many})
    slow = "import time\n\n\ndef f(x):\n    time.sleep(0.05)\n    return -x\n"
    write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "work.py": slow})
    command = [sys.executable, "-m", "grader", "verify", "--course", "course", "--jobs", jobs]
    done = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )
    assert done.stdout is not None
    assert done.stdout.readline().startswith("verifying 20 exercises")
    time.sleep(2)
    started = psutil.Process(done.pid).children(recursive=True)
    os.killpg(done.pid, signal.SIGINT)
    _, err = done.communicate(timeout=30)
    assert done.returncode == 130 and "Traceback" not in err, err
    _, alive = psutil.wait_procs(started, 10)
    assert started and not alive
    assert not (tmp_path / "grade-report" / "verify.html").exists()


@pytest.mark.parametrize("found", ["x < 2", "(x < 2, x)"], ids=["alone", "of several"])
def test_arrays_of_true_and_false_are_compared(found: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    equals = "{small: x < 2, whole: x}" if "," in found else "x < 2"
    exercise = EXERCISE.replace("EQUALS", equals).replace("DOMAIN", "{between: [0, 4], shape: [3]}")
    write_files(tmp_path / "course", {"course.yaml": "title: T\nreference: .\n", "1.yaml": exercise})
    write_files(tmp_path / "course", {"work.py": f"def f(x):\n    return {found}\n"})
    graded = run("verify", "--course", "course", "--jobs", "1")
    assert graded.code == 2, graded.out
    assert f"+ return {found.replace('<', '<=')}" in graded.out
    assert re.search(r"no check tries: [(]?\[True, True, True\].* instead of [(]?\[False, False, False\]", graded.out)
