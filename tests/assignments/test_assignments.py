"""Assignments of other courses, in YAML and with their functions as they are: right and wrong solutions are told apart.

Each folder has an exercise in our own words (its first line names the course and the assignment), and two solutions of
our own.
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
    exercise, right, wrong = (
        (HERE / name / file).read_text("utf-8") for file in ("exercise.yaml", "right.py", "wrong.py")
    )
    stated = yaml.safe_load(exercise)
    file = stated["file"]
    texts = {"course.yaml": "title: T\nreference: reference\n", "1.yaml": exercise, f"reference/{file}": right}
    course = write_files(tmp_path / "course", texts)
    for seed in (1, 2, 3):
        graded = judged({file: right}, course=course, seed=seed)
        assert graded.score == stated["points"], graded.out
        graded = judged({file: wrong}, course=course, seed=seed)
        assert graded.score < stated["points"], graded.out
        assert "judge_error" not in str(graded.results), graded.out
