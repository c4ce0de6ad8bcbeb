"""The checks of a class page under their exercises: how much of each exercise the class earned."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from grader.classroom.page.statistics import CheckNumbers, ClassExercise
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class ExerciseNumbers:
    """One exercise over the class: its checks, and the mean share of its points, None where nothing is decided."""

    exercise: ClassExercise
    checks: tuple[CheckNumbers, ...]
    mean_share: float | None

    @property
    def suspects(self) -> int:
        """How many checks an instructor should review."""
        return sum(check.nobody_passes or check.favours_weak for check in self.checks)


def by_exercise(checks: Sequence[CheckNumbers]) -> tuple[ExerciseNumbers, ...]:
    """The checks of each exercise, in the course's order."""
    found = []
    for _, group in groupby(checks, key=lambda one: one.exercise.id):
        own = tuple(group)
        weighted = [(one.mean_share, one.check.max_score) for one in own if one.mean_share is not None]
        most = sum(weight for _, weight in weighted)
        mean = sum(share * weight for share, weight in weighted) / most if most else None
        found.append(ExerciseNumbers(own[0].exercise, own, mean))
    return tuple(found)
