"""How verdicts on checks add up: the verdict and points of an exercise, the points of a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.model import Cause, CheckResult, ExerciseResult, Report, Verdict

UNDECIDED = (Verdict.JUDGE_ERROR, Verdict.NEEDS_REVIEW)


def with_checks(result: ExerciseResult, checks: Sequence[CheckResult]) -> ExerciseResult:
    """The exercise with these checks; its points and verdict, and what its causes cost, are made from theirs."""
    score = sum(check.score for check in checks)
    status = _status(checks, score, result.max_score)
    causes = tuple(replace(cause, lost=_lost_by(cause, checks)) for cause in result.causes)
    return replace(result, checks=tuple(checks), score=score, status=status, causes=causes)


def pending(checks: Iterable[CheckResult]) -> float:
    """The points that nobody has decided on yet."""
    return sum(check.max_score - check.score for check in checks if check.status in UNDECIDED)


def unread(checks: Iterable[CheckResult]) -> float:
    """Those among them whose answers are there and cannot be read: they count as not earned until a person decides."""
    return pending(check for check in checks if is_unread(check))


def is_unread(check: CheckResult) -> bool:
    """Whether its answer cannot be read, and no person has decided on it."""
    return check.unread and check.status is Verdict.NEEDS_REVIEW


def with_exercises(report: Report, results: Sequence[ExerciseResult]) -> Report:
    """The report with these exercises. Points that are not decided are not in `max_score`, except `unread` ones."""
    required = [result for result in results if not result.bonus]
    extra = [result for result in results if result.bonus]
    checks = [check for result in required for check in result.checks]
    waiting, not_read = pending(checks), unread(checks)
    return replace(
        report,
        score=sum(result.score for result in required),
        max_score=sum(result.max_score for result in required) - waiting + not_read,
        bonus=sum(result.score for result in extra),
        max_bonus=sum(result.max_score for result in extra),
        pending=waiting,
        unread=not_read,
        exercises=tuple(results),
    )


def _lost_by(cause: Cause, checks: Iterable[CheckResult]) -> float:
    return sum(check.max_score - check.score for check in checks if check.id in cause.checks)


def _status(checks: Sequence[CheckResult], score: float, points: float) -> Verdict:
    charged = [check.status for check in checks if check.max_score]
    failed = [status for status in charged if status is not Verdict.CORRECT]
    if not failed:
        return Verdict.CORRECT
    if Verdict.JUDGE_ERROR in failed:
        return Verdict.JUDGE_ERROR
    if set(failed) == {Verdict.NEEDS_REVIEW}:
        return Verdict.NEEDS_REVIEW
    if 0 < score < points:
        return Verdict.PARTIAL
    if Verdict.TIMED_OUT in failed:  # whatever went wrong before cost time, too
        return Verdict.TIMED_OUT
    return next((status for status in failed if status is not Verdict.SKIPPED), Verdict.SKIPPED)
