"""Arrays that do not fit into one answer of a worker: refused with the course, or asked for in turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Judged, write_files

from grader.course.load import load_course
from grader.course.problems import CourseError

DOUBLE = """\
id: one
title: Double
file: work.py
points: 1
task: Write double.
checks:
  - {id: value, claim: twice x, kind: value, points: 1, call: double(x), equals: 2 * x,
     inputs: {x: {between: [1, 2], shape: [100, 100]}}, draws: 36}
"""
SPREAD = """\
id: one
title: Spread
file: work.py
points: 1
task: Write spread and back.
checks:
  - {id: gradient, claim: back is the gradient, kind: gradient, points: 1, forward: "spread(x)", backward: "back(x, g)",
     wrt: [x], inputs: {x: {between: [1, 2], shape: [32]}}}
"""
FORWARD_AND_BACKWARD = """
import numpy as np
def spread(x):
    return np.outer(np.ones(40), x)
def back(x, g):
    return np.sum(g, axis=0)
"""


def course(folder: Path, exercise: str) -> Path:
    return write_files(folder / "course", {"course.yaml": "title: Large\n", "1-one.yaml": exercise})


def test_as_large_as_is_allowed_fits(judged: Callable[..., Judged], tmp_path: Path) -> None:
    assert judged({"work.py": "def double(x): return 2 * x\n"}, course=course(tmp_path, DOUBLE)).score == 1


def test_cases_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"make 1,000,000 numbers in 50 cases.*\n(.*\n)*.*`draws`"):
        load_course(course(tmp_path, DOUBLE.replace("draws: 36", "draws: 50")))


def test_numerical_derivatives_of_large_results_are_asked_for_in_turns(
    judged: Callable[..., Judged], tmp_path: Path
) -> None:
    at = course(tmp_path, SPREAD)
    assert judged({"work.py": FORWARD_AND_BACKWARD}, course=at).score == 1
    assert judged({"work.py": FORWARD_AND_BACKWARD.replace("np.sum(g", "2 * np.sum(g")}, course=at).score == 0
