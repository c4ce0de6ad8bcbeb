"""The data types of a comparison: points and verdicts before and after, and what changed in between."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from grader.base.text import POINTS_ROUNDING
from grader.model import Verdict
from grader.model.dataclass import dataclass


class Reason(str, Enum):
    """A recorded fact that differs between two reports and so may be why a verdict changed.

    ELSEWHERE: the submission changed, but not the text that this check judges. ONLY: the exercise was graded in one of
    the runs alone, with the same course. ISOLATION: how student code was confined.
    """

    SUBMISSION = "submission"
    ELSEWHERE = "elsewhere"
    COURSE = "course"
    GRADER = "grader"
    ISOLATION = "isolation"
    SEED = "seed"
    REVIEW = "review"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class ReportPoints:
    """The points of one report; `score` and `max_score` leave out bonus and pending ones."""

    score: float
    max_score: float
    bonus: float
    max_bonus: float
    pending: float

    @property
    def total(self) -> float:
        """The points of required exercises and the bonus."""
        return self.score + self.bonus


@dataclass(frozen=True, slots=True)
class Judged:
    """What one report says of one check."""

    status: Verdict
    score: float
    max_score: float


@dataclass(frozen=True, slots=True)
class CheckMove:
    """A check whose verdict, points or maximum changed; None on the side where it was not graded.

    An exercise that only one side has is one move with an empty `check`. No causes: nothing recorded changed.
    """

    exercise: str
    check: str
    before: Judged | None
    after: Judged | None
    causes: tuple[Reason, ...]

    @property
    def change(self) -> float:
        """Points gained (negative: lost)."""
        return (self.after.score if self.after else 0.0) - (self.before.score if self.before else 0.0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A submission whose points or checks changed; `causes` are those of all its checks, else of the whole report."""

    name: str
    before: ReportPoints
    after: ReportPoints
    checks: tuple[CheckMove, ...]
    causes: tuple[Reason, ...]

    @property
    def change(self) -> float:
        """Points gained, bonus included (negative: lost)."""
        return self.after.total - self.before.total

    @property
    def in_doubt(self) -> int:
        """How many changes nothing explains."""
        return sum(not check.causes for check in self.checks) if self.checks else int(not self.causes)


@dataclass(frozen=True, slots=True)
class Change:
    """A recorded fact that differs in so many submissions; `before` and `after` are empty where each has its own."""

    what: str
    before: str
    after: str
    submissions: int


@dataclass(frozen=True)
class Comparison:
    """The comparison of two runs; `unreadable` gives the reason for each report that cannot be compared."""

    compared: int
    changes: Sequence[Change]
    moved: Sequence[Moved]
    only_before: Sequence[str]
    only_after: Sequence[str]
    unreadable: Sequence[str]

    @property
    def up(self) -> int:
        """How many submissions gained points."""
        return sum(one.change > POINTS_ROUNDING for one in self.moved)

    @property
    def down(self) -> int:
        """How many submissions lost points."""
        return sum(one.change < -POINTS_ROUNDING for one in self.moved)

    @property
    def level(self) -> int:
        """How many changed although their points, bonus included, are the same."""
        return len(self.moved) - self.up - self.down

    @property
    def unchanged(self) -> int:
        """How many submissions have the same points and verdicts."""
        return self.compared - len(self.moved)

    @property
    def mean_change(self) -> float:
        """The points gained, bonus included, averaged over all compared submissions."""
        return sum(one.change for one in self.moved) / self.compared if self.compared else 0.0

    @property
    def in_doubt(self) -> int:
        """How many changes nothing explains."""
        return sum(one.in_doubt for one in self.moved)

    @property
    def same(self) -> bool:
        """Whether every report has a counterpart, could be read, and says the same."""
        return not (self.moved or self.only_before or self.only_after or self.unreadable)


def arrow(before: str, after: str) -> str:
    """`before → after`, or one of them where both are the same."""
    return before if before == after else f"{before} → {after}"
