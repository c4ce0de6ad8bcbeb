"""What a class keeps of a report: points, a mark for each check, notes; as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grader.batch.rows import ExercisePoints
from grader.model import Report, Verdict
from grader.reports.class_numbers import CheckMark
from grader.totals import UNDECIDED


@dataclass(frozen=True)
class Summary:
    """The points of a report as in results.json; `marks` by exercise and check, in the course's order."""

    score: float
    max_score: float
    bonus: float
    max_bonus: float
    pending: float
    exercises: Mapping[str, ExercisePoints]
    marks: Mapping[tuple[str, str], CheckMark]
    notes: tuple[str, ...]
    isolation: str


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
        {
            (one.id, check.id): CheckMark(check.status, check.score, check.max_score, check.misconception)
            for one in report.exercises for check in one.checks
        },
        report.notes, report.isolation,
    )  # fmt: skip


def as_text(summary: Summary) -> str:
    """The summary as one line of JSON."""
    points = [summary.score, summary.max_score, summary.bonus, summary.max_bonus, summary.pending]
    exercises = [[id_, one.score, one.max_score, one.bonus, one.pending] for id_, one in summary.exercises.items()]
    marks = [
        [exercise, check, mark.status.value, mark.score, mark.max_score, mark.misconception]
        for (exercise, check), mark in summary.marks.items()
    ]
    whole = [points, exercises, marks, summary.notes, summary.isolation]
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":"))


def from_text(text: str) -> Summary:
    """The summary in a line that `as_text` made. Raises ValueError, TypeError, KeyError for another."""
    (score, most, bonus, most_bonus, pending), exercises, marks, notes, isolation = json.loads(text)
    return Summary(
        score, most, bonus, most_bonus, pending,
        {id_: ExercisePoints(*rest) for id_, *rest in exercises},
        {(exercise, check): CheckMark(Verdict(status), *rest) for exercise, check, status, *rest in marks},
        tuple(notes), isolation,
    )  # fmt: skip
