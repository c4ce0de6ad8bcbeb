"""What the submissions of a course have in common: the plans of its checks, and what was read of its template."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks import KINDS
from grader.checks.base import Plan
from grader.judge.seeds import PLANS, Seeds
from grader.model import Course, Exercise
from grader.sandbox.data_reader import CommonTexts

# Sets of plans that are kept: those of one class, and room for the ones of a few reports that are graded again.
MOST_SETS = PLANS + 4


class Plans:
    """The plans of one course by what they are drawn by, and the `texts` of its template.

    Not shared between threads.
    """

    def __init__(self, course: Course) -> None:
        self.texts = CommonTexts(course.template)
        self._sets: dict[str, dict[str, Mapping[str, Plan | Exception]]] = {}

    def of(self, exercise: Exercise, seeds: Seeds) -> Mapping[str, Plan | Exception]:
        """The plans of the exercise's checks that have one, by the check's id; or why one cannot be made."""
        if not seeds.shared:
            return _made(exercise, seeds)
        one_set = self._sets.setdefault(seeds.shared.partition("/")[0], {})
        if len(self._sets) > MOST_SETS:
            del self._sets[next(iter(self._sets))]
        if exercise.id not in one_set:
            one_set[exercise.id] = _made(exercise, seeds)
        return one_set[exercise.id]


def _made(exercise: Exercise, seeds: Seeds) -> Mapping[str, Plan | Exception]:
    found: dict[str, Plan | Exception] = {}
    for check in exercise.checks:
        try:
            plan = KINDS[check.kind].plan(check.spec, seeds.plan_stream(check))
        except Exception as error:
            found[check.id] = error
        else:
            if plan is not None:
                found[check.id] = plan
    return found
