"""What is known of a planted function in advance is what the judge would answer, to the last bit."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from conftest import COURSE

from grader.checks.code import planted
from grader.checks.code.known_points import MOST_POINTS, KnownPoints
from grader.checks.engine import detached
from grader.course.load import load_course
from grader.sandbox.answers import Array, Items, Number

CHECKS = {
    f"{exercise.id} {check.id}": check.spec
    for exercise in load_course(COURSE).exercises
    for check in exercise.checks
    if isinstance(check.spec, (planted.Spec, detached.Spec))
}


def asked(trial: Any, point: np.ndarray) -> Any:
    """The answer that stands for a point, as a worker sends it."""
    if isinstance(trial, detached.DetachedTrial):
        return Items("list", tuple(Number(float(part), "float64") for part in point))
    return Array(point, "float64") if point.ndim else Number(float(point), "float64")


@pytest.mark.parametrize("name", CHECKS)
def test_a_table_gives_what_the_judge_gives(name: str) -> None:
    spec = CHECKS[name]
    kind: Any = planted if isinstance(spec, planted.Spec) else detached
    rng = Random(5)
    for trial in kind.draw_trials(spec, rng):
        start = np.asarray(trial.point, np.float64)
        points = [start, *(start + rng.uniform(-1e-4, 1e-4) for _ in range(6))]
        answers = [trial.serve(asked(trial, point)) for point in points]
        for plant in spec.plants:
            other = trial.anew(plant)
            table = other.table()
            assert len(table.points) == len(points)
            for number, point in enumerate(points):
                value, gradient = other.serve(asked(other, point))
                assert np.array_equal(table.points[number], point)
                assert table.values[number] == value
                assert np.array_equal(table.gradients[number], gradient, equal_nan=True)
                if plant == trial.plant:
                    assert value == answers[number][0]


def test_of_many_points_the_latest_are_known() -> None:
    known = KnownPoints((2,))
    for number in range(MOST_POINTS + 3):
        known.add(np.array([number, 0.5]), number)
    points, kept = known.all()
    assert len(known) == len(points) == MOST_POINTS and kept == [*range(3, MOST_POINTS + 3)]
    assert known.get(np.array([0.0, 0.5])) is None and known.get(np.array([5.0, 0.5])) == 5
