"""What a class keeps of a report, as lines of JSON: its points and notes, and a mark for each check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grader.batch.rows import ExercisePoints
from grader.model import Report, Verdict
from grader.reports.class_numbers import CheckMark
from grader.totals import UNDECIDED

Marks = Mapping[tuple[str, str], CheckMark]


@dataclass(frozen=True)
class Summary:
    """The points of a report as in results.json; `errors` are checks that the grader failed at."""

    score: float
    max_score: float
    bonus: float
    max_bonus: float
    pending: float
    exercises: Mapping[str, ExercisePoints]
    notes: tuple[str, ...]
    isolation: str
    errors: int


def summary_of(report: Report) -> Summary:
    """The summary of a report."""
    return Summary(
        report.score, report.max_score, report.bonus, report.max_bonus, report.pending,
        {
            one.id: ExercisePoints(
                one.score, one.max_score, one.bonus,
                sum(check.max_score - check.score for check in one.checks if check.status in UNDECIDED),
            )
            for one in report.exercises
        },
        report.notes, report.isolation,
        sum(check.status is Verdict.JUDGE_ERROR for one in report.exercises for check in one.checks),
    )  # fmt: skip


def marks_of(report: Report) -> Marks:
    """The mark of each check, in the course's order."""
    return {
        (one.id, check.id): CheckMark(check.status, check.score, check.max_score, check.misconception)
        for one in report.exercises for check in one.checks
    }  # fmt: skip


def as_text(summary: Summary) -> str:
    """The summary as one line of JSON."""
    points = [summary.score, summary.max_score, summary.bonus, summary.max_bonus, summary.pending]
    exercises = [[id_, one.score, one.max_score, one.bonus, one.pending] for id_, one in summary.exercises.items()]
    whole = [points, exercises, summary.notes, summary.isolation, summary.errors]
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":"))


def from_text(text: str) -> Summary:
    """The summary in a line that `as_text` made. Raises ValueError, TypeError, KeyError for another."""
    (score, most, bonus, most_bonus, pending), exercises, notes, isolation, errors = json.loads(text)
    return Summary(
        score, most, bonus, most_bonus, pending,
        {id_: ExercisePoints(*rest) for id_, *rest in exercises},
        tuple(notes), isolation, errors,
    )  # fmt: skip


def marks_as_text(marks: Marks) -> str:
    """The marks as one line of JSON."""
    told = [
        [exercise, check, mark.status.value, mark.score, mark.max_score, mark.misconception]
        for (exercise, check), mark in marks.items()
    ]
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def marks_from_text(text: str) -> Marks:
    """The marks in a line that `marks_as_text` made. Raises ValueError, TypeError for another."""
    return {(exercise, check): CheckMark(Verdict(status), *rest) for exercise, check, status, *rest in json.loads(text)}
