"""results.json of Gradescope: one test per check, by gradescope-autograders.readthedocs.io/en/latest/specs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from grader.base.text import escape_controls
from grader.model import CheckResult, ExerciseResult, Report, Submission, Verdict
from grader.reports import markdown
from grader.reports.findings import first_to_fix, sorted_checks
from grader.reports.grouping import Group, group_by_check
from grader.reports.outcome import PassFail, costs_nothing, outcome, plain_in_group

LIMIT = 20_000  # characters of one test's output: some 200 lines, more than anybody reads


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The report for Gradescope, in its Markdown; names are plain text, and what a student wrote is in code blocks. No
    test is hidden: that would hide the student's total.

    The score is the required points plus the bonus, without points that are not marked yet.
    """
    checks = [check for exercise in report.exercises for check in exercise.checks]
    data = {
        "score": round(report.score + report.bonus, 6),
        "execution_time": round(sum(check.seconds for check in checks), 2),
        "output": "\n".join(_summary(report)),
        "output_format": "md",
        "test_output_format": "md",
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


def _summary(report: Report) -> Iterator[str]:
    """The points, the finding to mend first, and what is said of whole exercises."""
    yield from markdown.opening(report, first_to_fix([sorted_checks(exercise) for exercise in report.exercises]))
    for exercise in report.exercises:
        for note in exercise.notes:
            yield f"- {markdown.code(f'{exercise.id}: {note}')}"


def _tests(exercise: ExerciseResult) -> list[dict[str, Any]]:
    together = group_by_check(exercise)
    return [_test(check, exercise, place, together[check.id]) for place, check in enumerate(exercise.checks, 1)]


def _test(check: CheckResult, exercise: ExerciseResult, place: int, group: Group) -> dict[str, Any]:
    what = outcome(check, exercise)
    right = check.status is Verdict.CORRECT and not check.review
    lines = "" if right else markdown.fence(plain_in_group(check, group, LIMIT))
    tags = [check.status.value, *(["bonus"] if exercise.bonus else []), *(["advice"] if check.advisory else [])]
    test: dict[str, Any] = {
        "number": f"{exercise.id}.{place}",
        "name": escape_controls(f"{exercise.id} {exercise.title}: {check.claim}"),
        "output": "\n\n".join(filter(None, [costs_nothing(check, what), check.status.label, lines])),
        "tags": tags,
        "extra_data": {"exercise": exercise.id, "check": check.id, "verdict": check.status.value},
    }
    if what is not PassFail.OPEN and not check.advisory:  # without points, it shows as neither passed nor failed
        test |= {"score": round(check.score, 6), "max_score": check.max_score}
        test["status"] = "passed" if what is PassFail.PASSED else "failed"
    return test
