"""The checks of an exercise by what a reader does with them: to fix, advice, not marked, right; and where to start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.base.text import POINTS_ROUNDING, amount, plural, points
from grader.judge.scoring import UNDECIDED, is_unread
from grader.model import CheckResult, ExerciseResult, Report, Verdict
from grader.model.dataclass import dataclass
from grader.reports.grouping import Group, groups

RIGHT, OPEN, WRONG = "right", "open", "wrong"


@dataclass(frozen=True)
class ShownFinding:
    """A check that is told in full, and the `others` of its exercise that go wrong for the same reason."""

    exercise: ExerciseResult
    check: CheckResult
    group: Group
    others: tuple[CheckResult, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What names it in a report: the ids of exercise and check."""
        return self.exercise.id, self.check.id

    @property
    def lost(self) -> float:
        """The points that it costs, with all that go wrong for the same reason."""
        return sum(map(lost_points, (self.check, *self.others)))

    @property
    def tone(self) -> str:
        """How it is coloured: what is optional, still to be written, or free of cost is never red."""
        return tone(self.check, self.exercise)

    @property
    def heading(self) -> str:
        """What stands above it: `1 mistake explains 6 checks`; "" where it explains itself alone."""
        if not self.others:
            return ""
        skipped = all(check.status is Verdict.SKIPPED for check in self.others)
        alone = f"{plural(len(self.others), 'check')} could not be tried" if skipped else ""
        return self.group.heading or alone or f"{len(self.others) + 1} checks go wrong in the same way"

    @property
    def cost(self) -> str:
        """The points that it costs, as `2 points lost`; "" where it costs none."""
        return f"{amount(self.lost)} lost" if self.lost > POINTS_ROUNDING and not self.exercise.bonus else ""


@dataclass(frozen=True)
class SortedChecks:
    """The checks of one exercise. `message` is said of all of them at once, where nothing was written."""

    exercise: ExerciseResult
    to_fix: tuple[ShownFinding, ...]
    advice: tuple[ShownFinding, ...]
    unmarked: tuple[CheckResult, ...]
    right: tuple[CheckResult, ...]
    message: str = ""

    @property
    def calls_for_action(self) -> bool:
        """Whether there is anything in it that is not plainly right."""
        return bool(self.to_fix or self.advice or self.unmarked or self.message)

    @property
    def tone(self) -> str:
        """The colour of the exercise's line."""
        if any(finding.tone == WRONG for finding in self.to_fix):
            return WRONG
        return OPEN if self.to_fix or self.unmarked or self.message else RIGHT


def lost_points(check: CheckResult) -> float:
    """The points that count and are not earned."""
    return 0.0 if check.status in UNDECIDED and not is_unread(check) else check.max_score - check.score


def tone(check: CheckResult, exercise: ExerciseResult) -> str:
    """What a check's colour says."""
    if check.status is Verdict.CORRECT:
        return RIGHT
    if check.status is Verdict.JUDGE_ERROR:
        return WRONG
    waits = check.status in (Verdict.MISSING, Verdict.SKIPPED, Verdict.NEEDS_REVIEW)
    return OPEN if waits or check.advisory or exercise.bonus or check.follows else WRONG


def only_message(exercise: ExerciseResult) -> str:
    """The one message of an exercise where nothing was written, or nothing can be read; else empty."""
    messages = list(dict.fromkeys(check.message for check in exercise.checks))
    if not messages or any(check.review for check in exercise.checks):
        return ""
    if all(check.status is Verdict.MISSING for check in exercise.checks):
        return messages[0] + (f" (and {len(messages) - 1} more)" if len(messages) > 1 else "")
    alike = exercise.status is Verdict.MISSING or all(map(is_unread, exercise.checks))
    return messages[0] if alike and len(messages) == 1 else ""


def sorted_checks(exercise: ExerciseResult) -> SortedChecks:
    """The checks of an exercise in the order in which they are told."""
    if message := only_message(exercise):
        return SortedChecks(exercise, (), (), (), (), message)
    *headed, rest = groups(exercise)
    to_fix = [ShownFinding(exercise, group.checks[0], group, group.checks[1:]) for group in headed]
    advice, unmarked, right = [], [], []
    alike: dict[tuple[str, str], int] = {}
    for check in rest.checks:
        finding = ShownFinding(exercise, check, rest)
        if check.status is Verdict.CORRECT:
            right.append(check)
        elif check.status is Verdict.NEEDS_REVIEW:
            unmarked.append(check)
        elif check.advisory and _same_way(check) not in alike:
            advice.append(finding)
        else:
            key = _same_way(check)
            skipped = check.status is Verdict.SKIPPED and to_fix  # it says to look above: the file cannot be read
            place = len(to_fix) - 1 if skipped else alike.get(key) if key else None
            if place is not None:
                to_fix[place] = replace(to_fix[place], others=(*to_fix[place].others, check))
                continue
            if key:
                alike[key] = len(to_fix)
            to_fix.append(finding)
    return SortedChecks(exercise, tuple(to_fix), tuple(advice), tuple(unmarked), tuple(right))


def _same_way(check: CheckResult) -> tuple[str, str] | None:
    """What checks that go wrong in the same way have in common: the same error at the same line, or the same hint at
    the same place; None where there is neither."""
    evidence = check.evidence
    if check.review or not evidence.place:
        return None
    if evidence.frames:
        return evidence.place, check.message.partition(", raised in ")[0]
    return (evidence.place, check.hint) if check.hint else None


def first_to_fix(sections: Sequence[SortedChecks]) -> ShownFinding | None:
    """The finding to mend first: what is wrong before what is not written yet, a mistake that explains several checks
    before one that explains itself, then by points; None where nothing is to mend."""
    found = [finding for section in sections for finding in section.to_fix]
    return max(found, key=_urgency, default=None)


def with_lines_told_before(sections: Sequence[SortedChecks], first: ShownFinding | None) -> frozenset[tuple[str, str]]:
    """The keys of the findings whose lines of code stand with an earlier finding of the same exercise."""
    seen, repeated = set(), set()
    told = [finding for section in sections for finding in (*section.to_fix, *section.advice) if finding is not first]
    for finding in [first, *told] if first else told:
        exhibit = finding.check.evidence.exhibit
        if exhibit is not None and exhibit.excerpt is not None:
            lines = finding.exercise.id, exhibit.excerpt
            if lines in seen:
                repeated.add(finding.key)
            seen.add(lines)
    return frozenset(repeated)


def by_urgency(sections: Sequence[SortedChecks]) -> list[ShownFinding]:
    """All findings, what is to mend first at the front, advice at the end."""
    to_fix = sorted((finding for section in sections for finding in section.to_fix), key=_urgency, reverse=True)
    return [*to_fix, *(finding for section in sections for finding in section.advice)]


def first_to_write(sections: Sequence[SortedChecks]) -> SortedChecks | None:
    """The first required exercise that nothing was written for."""
    return next((one for one in sections if one.message and not one.exercise.bonus), None)


def _urgency(finding: ShownFinding) -> tuple[bool, bool, bool, float]:
    status = finding.check.status
    wrong = finding.tone == WRONG and status is not Verdict.JUDGE_ERROR
    return wrong, status not in (Verdict.MISSING, Verdict.SKIPPED), bool(finding.others), finding.lost


@dataclass(frozen=True)
class PointsSum:
    """The points that count by now, as they are printed: `earned`, `lost` and `unread` add up to `total`; `unmarked`
    are those that come on top once they are marked."""

    total: float
    earned: float
    lost: float
    unread: float
    unmarked: float

    def parts(self) -> Iterator[str]:
        """The summands in words; those of 0 points are left out, but for what is earned."""
        yield f"{points(self.earned)} earned"
        if self.lost:
            yield f"{points(self.lost)} lost"
        if self.unread:
            yield f"{points(self.unread)} in unreadable answers"


def points_sum(report: Report) -> PointsSum:
    """How the points of a report add up, rounded to two digits as they are printed."""
    total, earned, unread = _rounded(report.max_score), _rounded(report.score), _rounded(report.unread)
    lost = max(0.0, _rounded(total - earned - unread))
    return PointsSum(total, earned, lost, unread, _rounded(report.pending - report.unread))


def told_at_once(checks: Sequence[CheckResult]) -> str:
    """`12 checks are right`."""
    return f"{plural(len(checks), 'check')} {'is' if len(checks) == 1 else 'are'} right"


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0
