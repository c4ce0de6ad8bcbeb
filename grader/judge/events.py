"""What happens while a submission is graded, as data; the listener decides what to show."""

from __future__ import annotations

from grader.model import ExerciseResult
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class ExerciseStarted:
    """An exercise is about to be judged."""

    id: str
    title: str


@dataclass(frozen=True)
class ExerciseDone:
    """An exercise has been judged: `result` has what a person decided on it, `judged` has not."""

    result: ExerciseResult
    judged: ExerciseResult


Event = ExerciseStarted | ExerciseDone
