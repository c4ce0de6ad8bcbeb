"""`gradient` without `of`: four lines of YAML grade any differentiable function by the student's own forward."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Judged, write_files

COURSE = """\
id: own
title: A function of your own
file: own.py
points: 2
task: Write f and its derivative.
checks:
  - id: gradient
    claim: df is the derivative of f
    kind: gradient
    points: 2
    forward: f(x)
    backward: df(x, g)
    wrt: [x]
    inputs: {x: {between: [0.2, 2], sign: any}}
"""
ARRAYS = COURSE.replace("sign: any}", "sign: any, shape: [2, 3]}")
PAIR = COURSE.replace("f(x)", "f(x, y)").replace("df(x, g)", "df(x, y, g)").replace("[x]", "[x, y]").replace(
    "{x: {between: [0.2, 2], sign: any}}", "{x: {between: [1, 2]}, y: {between: [1, 2]}}")  # fmt: skip
FUNCTIONS = {
    "cube": ("x ** 3", "3 * x ** 2"),
    "gauss": ("np.exp(-x * x)", "-2 * x * np.exp(-x * x)"),
    "wave": ("np.sin(5 * x) / x", "5 * np.cos(5 * x) / x - np.sin(5 * x) / x ** 2"),
    "offset": ("1000 + np.tanh(x)", "1 - np.tanh(x) ** 2"),
    "kinked": ("np.abs(x) + np.maximum(x - 1, 0)", "np.sign(x) + (x > 1)"),
    "root": ("np.sqrt(np.abs(x))", "np.sign(x) * 0.5 / np.sqrt(np.abs(x))"),
}


def source(f: str, df: str) -> str:
    return f"import numpy as np\ndef f(x): return {f}\ndef df(x, g): return g * ({df})\n"


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("exercise", [COURSE, ARRAYS], ids=["numbers", "arrays"])
def test_right_and_wrong_derivatives(name: str, exercise: str, judged: Callable[..., Judged], tmp_path: Path) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
    f, df = FUNCTIONS[name]
    for seed in (1, 2, 3):
        assert judged({"own.py": source(f, df)}, course=course, seed=seed).score == 2
    for seed, wrong in enumerate((f"-({df})", f"1.0001 * ({df})", f"({df}) + 0.01", f)):
        graded = judged({"own.py": source(f, wrong)}, course=course, seed=seed)
        assert graded.check("own", "gradient")["status"] == "wrong", graded.out


def test_where_nothing_can_be_told_a_person_is_asked(judged: Callable[..., Judged], tmp_path: Path) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": COURSE})
    noisy = "import random\ndef f(x): return x * x + random.random()\ndef df(x, g): return 2 * x * g\n"
    graded = judged({"own.py": noisy}, course=course)
    assert graded.check("own", "gradient")["status"] == "needs_review"
    assert (graded.code, graded.results["max_score"], graded.results["pending"]) == (0, 0, 2)


def test_a_forward_that_fails_is_named(judged: Callable[..., Judged], tmp_path: Path) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": COURSE})
    graded = judged({"own.py": source("x / 0", "1")}, course=course)
    assert graded.check("own", "gradient")["status"] == "crashed"
    assert "ZeroDivisionError" in graded.out


@pytest.mark.parametrize("told", ["np.float32", "float"])
def test_a_forward_in_float32_is_differentiated_as_well_as_it_allows(
    judged: Callable[..., Judged], tmp_path: Path, told: str
) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": COURSE})
    head = f"import numpy as np\ndef f(x): return {told}(np.float32(np.sin(x)))\n"
    for seed in (1, 2, 3):
        right = judged({"own.py": f"{head}def df(x, g): return g * np.cos(x)\n"}, course=course, seed=seed)
        assert right.check("own", "gradient")["status"] == "correct"
        wrong = judged({"own.py": f"{head}def df(x, g): return g * np.cos(x) * 1.01\n"}, course=course, seed=seed)
        assert wrong.check("own", "gradient")["status"] == "wrong"


@pytest.mark.parametrize("later", ['float("nan")', "x ** 2 + random.random()", "abs(x - x0)"])
def test_a_forward_that_answers_otherwise_later_earns_nothing(
    later: str, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": COURSE})
    for calls in (30, 100):
        changing = (
            "import random\ncount = x0 = 0\ndef f(x):\n    global count, x0\n    count += 1\n"
            f"    x0 = x if count % 23 == 1 else x0\n    return x ** 2 if count <= {calls} else {later}\n"
            "def df(x, g): return 0.0\n"
        )
        graded = judged({"own.py": changing}, course=course, seed=1)
        assert graded.score == 0, calls
        assert graded.check("own", "gradient")["status"] in ("wrong", "needs_review"), calls


def test_a_part_that_vanishes_may_keep_the_rounding_of_others(judged: Callable[..., Judged], tmp_path: Path) -> None:
    """By the quotient rule the derivative of x y / x by x is a difference of equal terms: float32 leaves 1e-7."""
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": PAIR})
    head = "import numpy as np\ndef f(x, y): return x * y / x\ndef df(x, y, g):\n    x, y = np.float32([x, y])\n"
    for rest, status in (("", "correct"), (" + g * 1e-4", "wrong")):
        code = f"{head}    return np.float32(g * (y / x - x * y / x**2){rest}), g\n"
        for seed in (1, 2, 3):
            graded = judged({"own.py": code}, course=course, seed=seed)
            assert graded.check("own", "gradient")["status"] == status, graded.out


def test_what_a_second_measurement_takes_back_is_not_charged(judged: Callable[..., Judged], tmp_path: Path) -> None:
    """Forward is off while its first derivative by x is measured: df/dx is right, and df/dy alone is wrong."""
    course = PAIR.replace("wrt: [x, y]", "wrt: [x, y]\n    credit: each")
    folder = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": course})
    code = (
        "count = 0\ndef f(x, y):\n    global count\n    count += 1\n"
        "    return x * y * (2 if count <= 23 else 1)\n"
        "def df(x, y, g): return g * y, -g * x\n"
    )
    graded = judged({"own.py": code}, course=folder, seed=1)
    gradient = graded.check("own", "gradient")
    assert (gradient["status"], graded.score) == ("partial", 1), graded.out
    assert "grad_x is right everywhere" in gradient["message"]
