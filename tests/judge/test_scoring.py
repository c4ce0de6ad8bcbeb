"""How verdicts on checks make the verdict and the points of an exercise, and those the points of a report."""

from __future__ import annotations

import pytest

from grader.judge.scoring import with_checks, with_exercises
from grader.model import CheckResult, Environment, ExerciseResult, Report, Verdict

POINTS = 2.0


def exercise(*checks: CheckResult, bonus: bool = False) -> ExerciseResult:
    most = sum(check.max_score for check in checks)
    return with_checks(ExerciseResult("1", "One", "one.py", Verdict.SKIPPED, 0.0, most, bonus, 7, "", (), ()), checks)


def check(status: str, worth: float = POINTS, unread: bool = False) -> CheckResult:
    return CheckResult("a", "it works", Verdict(status), worth if status == "correct" else 0.0, worth, unread=unread)


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ("correct correct", "correct"), ("correct wrong", "partial"), ("wrong missing", "wrong"),
        ("missing wrong", "missing"), ("skipped crashed", "crashed"), ("skipped skipped", "skipped"),
        ("wrong timed_out", "timed_out"), ("correct timed_out", "partial"), ("correct judge_error", "judge_error"),
        ("wrong judge_error needs_review", "judge_error"), ("correct needs_review", "needs_review"),
        ("needs_review needs_review", "needs_review"), ("correct needs_review wrong", "partial"),
        ("wrong needs_review", "wrong"),
    ],
)  # fmt: skip
def test_an_exercise_has_the_verdict_that_says_most(checks: str, verdict: str) -> None:
    assert exercise(*map(check, checks.split())).status == verdict


def test_a_check_without_points_changes_no_verdict() -> None:
    assert exercise(check("correct"), check("wrong", 0.0)).status is Verdict.CORRECT
    assert exercise(check("wrong"), check("correct", 0.0)).status is Verdict.WRONG


def test_points_not_marked_yet_are_in_no_sum_and_unread_ones_count_as_lost() -> None:
    empty = Report(
        1, {"title": "T", "digest": "d"}, {"name": "n", "digest": "s"}, 7, "none", "0", Environment("3", "2", "x"),
        0.0, 0.0, 0.0, 0.0, 0.0, (), (),
    )  # fmt: skip
    written = exercise(check("correct"), check("needs_review"), check("needs_review", 3.0, unread=True), check("wrong"))
    failed, extra = exercise(check("judge_error")), exercise(check("correct"), check("needs_review"), bonus=True)
    report = with_exercises(empty, [written, failed, extra])
    assert (report.score, report.max_score) == (2, 2 + 3 + 2)
    assert (report.pending, report.unread) == (2 + 3 + 2, 3)
    assert (report.bonus, report.max_bonus) == (2, 4)
