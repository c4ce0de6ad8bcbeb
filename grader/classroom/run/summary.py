"""What the store keeps of a report, as lines of JSON: its points and notes, and a mark for each check."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping

from grader.classroom.model import ExercisePoints
from grader.classroom.page.statistics import CheckMark
from grader.judge.scoring import pending
from grader.model import Report, Verdict
from grader.model.dataclass import dataclass

Marks = Mapping[tuple[str, str], CheckMark]


@dataclass(frozen=True)
class Summary:
    """The points of a report as in results.json; `errors` counts checks where the grader failed, `dropped` decisions of
    a person that no longer apply."""

    score: float
    max_score: float
    bonus: float
    max_bonus: float
    pending: float
    exercises: Mapping[str, ExercisePoints]
    notes: tuple[str, ...]
    isolation: str
    errors: int
    dropped: int = 0
    unread: float = 0.0


def summary_of(report: Report, dropped: int = 0) -> Summary:
    """The summary of a report."""
    return Summary(
        report.score, report.max_score, report.bonus, report.max_bonus, report.pending,
        {
            one.id: ExercisePoints(one.score, one.max_score, one.bonus, pending(one.checks))
            for one in report.exercises
        },
        report.notes, report.isolation,
        sum(check.status is Verdict.JUDGE_ERROR for one in report.exercises for check in one.checks),
        dropped, report.unread,
    )  # fmt: skip


def marks_of(report: Report) -> Marks:
    """The mark of each check, in the course's order."""
    return {
        (one.id, check.id): CheckMark(check.status, check.score, check.max_score, check.misconception)
        for one in report.exercises for check in one.checks
    }  # fmt: skip


def as_text(summary: Summary) -> str:
    """The summary as one line of JSON."""
    points = [summary.score, summary.max_score, summary.bonus, summary.max_bonus, summary.pending, summary.unread]
    exercises = [[id_, one.score, one.max_score, one.bonus, one.pending] for id_, one in summary.exercises.items()]
    whole = [points, exercises, summary.notes, summary.isolation, summary.errors, summary.dropped]
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":"))


def from_text(text: str) -> Summary:
    """The summary in a line that `as_text` made. Raises ValueError, TypeError, KeyError for another."""
    points, exercises, notes, isolation, errors, dropped = json.loads(text)
    score, max_score, bonus, max_bonus, pending, *unread = points
    return Summary(
        score, max_score, bonus, max_bonus, pending,
        {id_: ExercisePoints(*rest) for id_, *rest in exercises},
        tuple(notes), isolation, errors, dropped, *unread,
    )  # fmt: skip


def marks_as_text(marks: Marks) -> str:
    """The marks as one line of JSON."""
    rows = [
        [exercise, check, mark.status.value, mark.score, mark.max_score, mark.misconception]
        for (exercise, check), mark in marks.items()
    ]
    return json.dumps(rows, ensure_ascii=True, separators=(",", ":"))


def marks_from_text(text: str) -> Marks:
    """The marks in a line that `marks_as_text` made. Raises ValueError, TypeError for another."""
    return {(exercise, check): _mark(*rest) for exercise, check, *rest in json.loads(text)}


@functools.lru_cache(4096)
def _mark(status: str, score: float, max_score: float, misconception: str) -> CheckMark:
    """The mark; equal ones are one object, as a class has few different ones."""
    return CheckMark(Verdict(status), score, max_score, misconception)
