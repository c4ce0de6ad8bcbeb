"""A person's decision on one check, and how it replaces the judge's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.base.text import POINTS_ROUNDING, amount
from grader.judge.scoring import with_checks, with_exercises
from grader.model import CheckResult, ExerciseResult, Report, Review, Verdict
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class Decision:
    """Points for one check of one submission; `digest` names the answer or file that the person saw."""

    submission: str
    exercise: str
    check: str
    digest: str
    points: float
    comment: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is decided on: a later decision with the same key replaces an earlier one."""
        return self.submission, self.exercise, self.check, self.digest


def merged(old: Iterable[Decision], new: Iterable[Decision]) -> list[Decision]:
    """Old and new decisions, the newest last and only the newest for each key."""
    latest: dict[tuple[str, str, str, str], Decision] = {}
    for decision in [*old, *new]:
        latest.pop(decision.key, None)
        latest[decision.key] = decision
    return list(latest.values())


def of_submission(decisions: Iterable[Decision], name: str) -> list[Decision]:
    """The decisions on the submission with this name: a report folder may be used for one after another."""
    return [decision for decision in decisions if decision.submission == name]


def decided_report(report: Report, decisions: Sequence[Decision]) -> Report:
    """The report with the decisions on its submission put in, and its points added up again."""
    mine = of_submission(decisions, report.submission["name"])
    return with_exercises(report, [decided(result, mine) for result in report.exercises])


def decided(result: ExerciseResult, decisions: Sequence[Decision]) -> ExerciseResult:
    """The exercise with the decisions on its checks put in; one on another version of the answer is only mentioned."""
    mine = [decision for decision in decisions if decision.exercise == result.id]
    if not mine:
        return result
    checks = [_decided(check, [decision for decision in mine if decision.check == check.id]) for check in result.checks]
    return with_checks(result, checks)


def _decided(check: CheckResult, decisions: Sequence[Decision]) -> CheckResult:
    if not decisions:
        return check
    check = _as_judged(check, decisions)
    # Where the course has lowered the points since, a decision above them was made on another version too.
    fitting = [
        one for one in decisions if one.digest == check.digest and one.points <= check.max_score + POINTS_ROUNDING
    ]
    if not fitting:
        return replace(check, message="; ".join(filter(None, [check.message, _not_applied(decisions[-1])])))
    decision = fitting[-1]
    return replace(
        check,
        status=_status(decision.points, check.max_score),
        score=decision.points,
        message="" if check.status is Verdict.NEEDS_REVIEW else check.message,
        review=Review(decision.comment, check.status, check.score),
    )


def _as_judged(check: CheckResult, decisions: Sequence[Decision]) -> CheckResult:
    """The check as it was before any of the decisions was put in."""
    message = check.message
    for decision in decisions:
        message = message.removesuffix(_not_applied(decision)).removesuffix("; ")
    if check.review is not None:
        check = replace(check, status=check.review.was, score=check.review.was_score, review=None)
    return replace(check, message=message)


def _not_applied(decision: Decision) -> str:
    comment = f", {decision.comment}" if decision.comment else ""
    return f"a person's decision on an earlier version is not applied: {amount(decision.points)}{comment}"


def _status(points: float, max_points: float) -> Verdict:
    if points >= max_points - POINTS_ROUNDING:
        return Verdict.CORRECT
    return Verdict.PARTIAL if points > 0 else Verdict.WRONG
