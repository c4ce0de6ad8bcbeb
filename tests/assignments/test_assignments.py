"""Assignments of other courses, in YAML and with their functions as they are: right and wrong solutions are told apart.

Each folder has an exercise in our own words (its first line names the course and the assignment), and a solution of our
own, which is wrong with the change that the exercise states under `wrong`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import Judged, write_files

HERE = Path(__file__).parent
NAMES = sorted(path.parent.name for path in HERE.glob("*/exercise.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_right_and_wrong_solutions_are_told_apart(name: str, judged: Callable[..., Judged], tmp_path: Path) -> None:
    exercise, right = ((HERE / name / file).read_text("utf-8") for file in ("exercise.yaml", "right.py"))
    stated = yaml.safe_load(exercise)
    file, [mistake] = stated["file"], stated["wrong"]
    [(old, new)] = mistake["swap"].items()
    assert right.count(old) == 1
    texts = {"course.yaml": "title: T\nreference: reference\n", "1.yaml": exercise, f"reference/{file}": right}
    course = write_files(tmp_path / "course", texts)
    for seed in (1, 2, 3):
        graded = judged({file: right}, course=course, seed=seed)
        assert graded.score == stated["points"], graded.out
        graded = judged({file: right.replace(old, new)}, course=course, seed=seed)
        [exercise_result] = graded.results["exercises"]
        lost = [check["id"] for check in exercise_result["checks"] if check["status"] in ("wrong", "partial")]
        assert lost == mistake["fails"], graded.out
        assert mistake["hint"] in graded.out
