"""The nouns of a comparison: points and verdicts before and after, and what had changed in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from grader.model import Verdict

ROUNDING = 1e-9


class Cause(str, Enum):
    """Something recorded that differs between two reports, and so may be why a verdict moved.

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
        """What counts: the points of required exercises and the bonus."""
        return self.score + self.bonus


@dataclass(frozen=True, slots=True)
class Judged:
    """What one report says of one check."""

    status: Verdict
    score: float
    max_score: float


@dataclass(frozen=True, slots=True)
class CheckMove:
    """A check with another verdict, points or worth; None on the side where it was not graded.

    An exercise that is on one side alone is one move with an empty `check`. No causes: nothing recorded changed.
    """

    exercise: str
    check: str
    before: Judged | None
    after: Judged | None
    causes: tuple[Cause, ...]

    @property
    def change(self) -> float:
        """Points won (or lost, below 0)."""
        return (self.after.score if self.after else 0.0) - (self.before.score if self.before else 0.0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A submission whose points or checks moved. `causes` are all that apply to any check, or to the whole report."""

    name: str
    before: ReportPoints
    after: ReportPoints
    checks: tuple[CheckMove, ...]
    causes: tuple[Cause, ...]

    @property
    def change(self) -> float:
        """Points won, bonus included (or lost, below 0)."""
        return self.after.total - self.before.total

    @property
    def in_doubt(self) -> int:
        """How many moves nothing explains."""
        return sum(not check.causes for check in self.checks) if self.checks else int(not self.causes)


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded fact that differs, as text, in so many of the submissions; no texts where each has its own."""

    what: str
    before: str
    after: str
    submissions: int


@dataclass(frozen=True)
class Comparison:
    """Everything that is known of two runs. `unreadable` says for each report that cannot be compared why not."""

    compared: int
    changes: Sequence[Change]
    moved: Sequence[Moved]
    only_before: Sequence[str]
    only_after: Sequence[str]
    unreadable: Sequence[str]

    @property
    def up(self) -> int:
        """How many submissions won points."""
        return sum(one.change > ROUNDING for one in self.moved)

    @property
    def down(self) -> int:
        """How many submissions lost points."""
        return sum(one.change < -ROUNDING for one in self.moved)

    @property
    def level(self) -> int:
        """How many moved while their points, bonus included, are the same."""
        return len(self.moved) - self.up - self.down

    @property
    def unchanged(self) -> int:
        """How many submissions have the same points and verdicts."""
        return self.compared - len(self.moved)

    @property
    def mean_change(self) -> float:
        """The mean over all compared submissions of the points won, bonus included."""
        return sum(one.change for one in self.moved) / self.compared if self.compared else 0.0

    @property
    def in_doubt(self) -> int:
        """How many moves nothing explains."""
        return sum(one.in_doubt for one in self.moved)

    @property
    def same(self) -> bool:
        """Whether every report has its counterpart, was read, and says the same."""
        return not (self.moved or self.only_before or self.only_after or self.unreadable)
