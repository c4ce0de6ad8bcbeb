"""results.json of Gradescope: one test per check, by gradescope-autograders.readthedocs.io/en/latest/specs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from grader.base.text import escape_controls
from grader.model import CheckResult, ExerciseResult, Report, Submission, Verdict
from grader.reports import points_line
from grader.reports.grouping import Group, group_by_check
from grader.reports.outcome import PassFail, costs_nothing, outcome, plain_in_group, shortened

LIMIT = 20_000  # characters of one test's output: some 200 lines, more than anybody reads


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The report for Gradescope, as plain text throughout. No test is hidden: that would hide the student's total.

    The score is the required points plus the bonus, without points that are not marked yet.
    """
    checks = [check for exercise in report.exercises for check in exercise.checks]
    data = {
        "score": round(report.score + report.bonus, 6),
        "execution_time": round(sum(check.seconds for check in checks), 2),
        "output": shortened("\n".join(_summary(report)), LIMIT),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "extra_data": {
            "grader_version": report.grader_version,
            "course_digest": report.course["digest"],
            "submission_digest": report.submission["digest"],
            "seed": report.seed,
            "pending": round(report.pending, 6),
        },
        "tests": [test for exercise in report.exercises for test in _tests(exercise)],
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(report: Report) -> list[str]:
    lines = points_line.parts(report)
    lines += [f"note: {note}" for note in report.notes]
    for exercise in report.exercises:
        lines += [f"{exercise.id}: {note}" for note in exercise.notes]
    return lines


def _tests(exercise: ExerciseResult) -> list[dict[str, Any]]:
    together = group_by_check(exercise)
    return [_test(check, exercise, place, together[check.id]) for place, check in enumerate(exercise.checks, 1)]


def _test(check: CheckResult, exercise: ExerciseResult, place: int, group: Group) -> dict[str, Any]:
    what = outcome(check, exercise)
    lines = "" if check.status is Verdict.CORRECT and not check.review else plain_in_group(check, group, LIMIT)
    tags = [check.status.value, *(["bonus"] if exercise.bonus else []), *(["advice"] if check.advisory else [])]
    test: dict[str, Any] = {
        "number": f"{exercise.id}.{place}",
        "name": escape_controls(f"{exercise.id} {exercise.title}: {check.claim}"),
        "output": "\n".join(filter(None, [costs_nothing(check, what), check.status.label, lines])),
        "tags": tags,
        "extra_data": {"exercise": exercise.id, "check": check.id, "verdict": check.status.value},
    }
    if what is not PassFail.OPEN and not check.advisory:  # without points, it shows as neither passed nor failed
        test |= {"score": round(check.score, 6), "max_score": check.max_score}
        test["status"] = "passed" if what is PassFail.PASSED else "failed"
    return test
