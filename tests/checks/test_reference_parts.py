"""What the reference returns may be taken apart: a check compares with one of several results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Judged, write_files

from grader.course.load import load_course
from grader.course.problems import CourseError

SQUARES = """\
id: one
title: Squares
file: work.py
points: 2
task: Write square and its gradient.
checks:
  - id: value
    claim: square returns the square and a cache
    kind: value
    points: 1
    call: square(x)
    equals: {out: {reference: "square(x)[0]"}, twice: {reference: "square(x)[-1]['twice']"}}
    inputs: &inputs {x: {between: [1, 3], shape: [2]}}
  - id: gradient
    claim: back returns the gradient
    kind: gradient
    points: 1
    backward: back(x, g)
    of: {reference: "square(x)[0]"}
    wrt: [x]
    inputs: *inputs
"""
SOLUTION = """
def square(x):
    return x**2, {"twice": 2 * x}
"""
RIGHT = """
def square(x):
    return x * x, x + x
def back(x, g):
    return 2 * x * g
"""


def course(folder: Path, check: str) -> Path:
    texts = {"course.yaml": "title: Parts\nreference: solution\n", "1-one.yaml": check, "solution/work.py": SOLUTION}
    return write_files(folder / "course", texts)


def test_a_part_of_what_the_reference_returns_is_expected(judged: Callable[..., Judged], tmp_path: Path) -> None:
    at = course(tmp_path, SQUARES)
    assert judged({"work.py": RIGHT}, course=at).score == 2
    assert judged({"work.py": RIGHT.replace("x + x", "x")}, course=at).score == 1
    assert judged({"work.py": RIGHT.replace("2 * x", "x")}, course=at).score == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("square(x)[0]", "square(x)[x]", "is named by a number or a text, as in f(x)[0]"),
        ("square(x)[0]", "out, cache = square(x)", "[0] takes the first of several results"),
        ("square(x)[0]", "square[0]", "not a call"),
    ],
)
def test_what_names_no_part_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(course(tmp_path, SQUARES.replace(old, new)))
    assert says in str(caught.value)


def test_a_part_that_the_reference_lacks_is_the_course_s_fault(judged: Callable[..., Judged], tmp_path: Path) -> None:
    at = course(tmp_path, SQUARES.replace("['twice']", "['thrice']"))
    graded = judged({"work.py": RIGHT}, course=at)
    assert graded.code == 3
    assert "thrice" in graded.out
