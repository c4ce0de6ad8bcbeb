"""Objects that a check makes as a dict or a list: its calls share them, and what they hold afterwards is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Judged, write_files

from grader.course.load import load_course
from grader.course.problems import CourseError

COUNTER = """\
id: one
title: A running mean
file: work.py
points: 2
task: Write update.
checks:
  - id: kept
    claim: the mean is kept in the dict
    kind: value
    points: 2
    make: {state: '{"m": m, "rate": 0.5}', seen: '[]'}
    steps:
      - update(x, state, seen)
      - update(y, state, seen)
    equals: {'state["mean"]': m * x / 4 + m * y / 2, 'seen[1]': y}
    inputs: {x: {between: [1, 3]}, y: {between: [1, 3]}, m: {between: [1, 2]}}
"""
RIGHT = """
def update(x, state, seen):
    seen.append(x)
    state["mean"] = (1 - state["rate"]) * state.get("mean", 0.0) + state["rate"] * x * state["m"]
"""


def course(folder: Path, check: str) -> Path:
    return write_files(folder / "course", {"course.yaml": "title: Dicts\n", "1-one.yaml": check})


def test_calls_share_a_dict_and_a_list(judged: Callable[..., Judged], tmp_path: Path) -> None:
    at = course(tmp_path, COUNTER)
    assert judged({"work.py": RIGHT}, course=at).score == 2
    lost = judged({"work.py": RIGHT.replace('state["mean"] =', 'state["average"] =')}, course=at)
    assert lost.score == 0
    assert "state = {'m': 1" in lost.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("'[]'", "'[x for x in y]'", "nothing beside it"),
        ("'[]'", "'[q]'", "uses 'q', which is not an input"),
        ("'[]'", "[1]", "an object is made by a text"),
        ("update(y, state, seen)", "state.update(y)", "is called on 'state', which is no object of the student's"),
    ],
)
def test_what_is_no_dict_or_list_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(course(tmp_path, COUNTER.replace(old, new)))
    assert says in str(caught.value)


STEP = """\
id: one
title: A step
file: work.py
points: 1
task: Write step, which leaves w as it is.
checks:
  - {id: next, claim: the next w, kind: value, points: 1, call: step(w), equals: {w: 2 * w, before: w},
     inputs: {w: {between: [1, 3], shape: [2]}}}
"""


def test_a_result_that_is_called_as_an_input_does_not_allow_its_change(
    judged: Callable[..., Judged], tmp_path: Path
) -> None:
    at = course(tmp_path, STEP)
    assert judged({"work.py": "def step(w): return 2 * w, w"}, course=at).score == 1
    changing = "def step(w):\n    before = w.copy()\n    w *= 2\n    return w, before"
    assert judged({"work.py": changing}, course=at).score == 0
