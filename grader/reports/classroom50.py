"""result.json of Classroom 50: required checks in hundredths of a point, as its schema wants whole numbers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

from grader.base.text import POINTS_ROUNDING, escape_controls, points
from grader.model import CheckResult, ExerciseResult, Report, Submission
from grader.reports.outcome import PassFail, outcome

SCALE = 100  # units in a point: reports show points to two decimals
TYPES = ("individual", "group", "team")


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The report in the schema classroom50/result/v1. `score` and `max-score` are the sums over `tests`.

    What only the runner knows comes from Classroom 50's variables (its wiki page Advanced Autograding lists them), and
    where they are missing from those of GitHub Actions.
    """
    tests = list(_tests(report))
    moment = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {
        "schema": "classroom50/result/v1",
        **_identity(escape_controls(submission.name) or "unknown"),
        "datetime": moment,
        "graded_at": moment,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _identity(name: str) -> dict[str, str]:
    repository = f"{_known('GITHUB_SERVER_URL', 'https://github.com')}/{_known('GITHUB_REPOSITORY', 'unknown/unknown')}"
    tag = _known("SUBMISSION_TAG", "submit/unknown")
    commit = _known("COMMIT_URL", f"{repository}/commit/{_known('GITHUB_SHA', 'unknown')}")
    kind = _known("ASSIGNMENT_TYPE", TYPES[0])
    return {
        "classroom": _known("CLASSROOM", "unknown"),
        "assignment": _known("ASSIGNMENT", "unknown"),
        "assignment_type": kind if kind in TYPES else TYPES[0],
        "owner": _known("OWNER", _known("USERNAME", _known("GITHUB_ACTOR", name))),
        "submission": tag if tag.startswith("submit/") else f"submit/{tag}",
        "commit": commit,
        "release": _known("RELEASE_URL", f"{repository}/releases/tag/{quote(tag, safe='')}"),
        "review": _known("REVIEW_URL", commit),
    }


def _known(variable: str, otherwise: str) -> str:
    return escape_controls(os.environ.get(variable, "").strip()) or otherwise


def _tests(report: Report) -> Iterator[dict[str, Any]]:
    """Every required check whose points are marked; an earned bonus as a row that is worth nothing."""
    for exercise in report.exercises:
        if exercise.bonus:
            if exercise.score > POINTS_ROUNDING:
                earned = f"{points(exercise.score)} of {points(exercise.max_score)} points"
                yield _row(f"{exercise.id} {exercise.title} (bonus: {earned}, not counted here)", True, 0, 0)
            continue
        for check in exercise.checks:
            yield from _required(check, exercise)


def _required(check: CheckResult, exercise: ExerciseResult) -> Iterator[dict[str, Any]]:
    title = f"{exercise.id} {exercise.title}: {check.claim}"
    what = outcome(check, exercise)
    if what is PassFail.OPEN:
        if check.score > POINTS_ROUNDING:
            yield _row(f"{title} (the part that is marked)", True, check.score, check.score)
    elif check.max_score:
        row = _row(title, what is PassFail.PASSED, check.score, check.max_score)
        yield {**row, "verdict": check.status.value}


def _row(name: str, passed: bool, score: float, max_score: float) -> dict[str, Any]:
    return {
        "test-name": escape_controls(name),
        "passed": passed,
        "score": _units(score),
        "max-score": _units(max_score),
    }


def _units(value: float) -> int:
    return round(value * SCALE)
