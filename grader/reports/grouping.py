"""Findings with one cause stand together: the checks of an exercise as every report shows them, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.base.text import POINTS_ROUNDING, amount
from grader.judge.causes import heading
from grader.model import Cause, CheckResult, ExerciseResult
from grader.model.dataclass import dataclass

FOLLOWS = "follows: no points lost"


@dataclass(frozen=True)
class Group:
    """Checks that stand together: those that a `cause` explains, first the one about it, or the others of the
    exercise."""

    checks: tuple[CheckResult, ...]
    cause: Cause | None = None
    bonus: bool = False

    @property
    def heading(self) -> str:
        """What stands above checks with one cause: `1 mistake explains 6 checks`."""
        return heading(self.cause) if self.cause else ""

    @property
    def cost(self) -> str:
        """The points that a cause costs, as `2 points lost`; empty where it costs none."""
        lost = 0.0 if self.cause is None or self.bonus else self.cause.lost
        return f"{amount(lost)} lost" if lost > POINTS_ROUNDING else ""

    @property
    def pointer(self) -> str:
        """A line for the other checks that a cause explains: its name and place, and where it is told."""
        if self.cause is None:
            return ""
        mistake = "the mistake" if self.cause.mistakes == 1 else "the mistakes"
        where = f" ({' '.join(self.cause.place.split())})" if self.cause.place else ""
        return f'explained by {" ".join(filter(None, [mistake, self.cause.id]))}{where}: see "{self.checks[0].claim}"'

    def is_told_elsewhere(self, check: CheckResult) -> bool:
        """Whether another check of the group tells what is wrong."""
        return self.cause is not None and check is not self.checks[0]


def groups(exercise: ExerciseResult) -> tuple[Group, ...]:
    """The checks of an exercise: those under a heading first, the most points lost first, then all others in the
    course's order. A cause that explains one check needs no heading."""
    if not exercise.causes:
        return (Group(exercise.checks),)
    left = {check.id: check for check in exercise.checks}
    found = []
    for cause in sorted(exercise.causes, key=lambda cause: -cause.lost):
        checks = [left[id_] for id_ in cause.checks if id_ in left]
        if len(checks) > 1:
            checks.sort(key=lambda check: check.id != cause.about)
            found.append(Group(tuple(checks), cause, exercise.bonus))
            for check in checks:
                del left[check.id]
    return (*found, Group(tuple(left.values())))


def group_by_check(exercise: ExerciseResult) -> Mapping[str, Group]:
    """The group of each check, by the check's id."""
    return {check.id: group for group in groups(exercise) for check in group.checks}


def in_short(check: CheckResult, group: Group) -> Iterator[str]:
    """What reports that show each check by itself say of one that is told elsewhere."""
    yield group.pointer
    yield from decision(check)
    if check.message:
        yield check.message


def decision(check: CheckResult) -> Iterator[str]:
    """That a person decided on the check, with the comment."""
    if check.review:
        yield "points given by hand" + (f": {check.review.comment}" if check.review.comment else "")
