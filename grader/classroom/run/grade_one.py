"""Grades one submission of a class: judges the exercises without a stored result, and makes the reports as text."""

from __future__ import annotations

from functools import partial

from grader.classroom.run.summary import as_text, marks_as_text, marks_of, summary_of
from grader.classroom.run.task import Done, Task
from grader.judge.environment import JudgeEnvironment
from grader.judge.events import Event, ExerciseDone
from grader.judge.pipeline import grade
from grader.model import ExerciseResult, Verdict
from grader.reports import html_report, json_report
from grader.review.decision import decided

html_report.prepare()  # where this is imported before processes are forked, none of them does


def work(environment: JudgeEnvironment, task: Task) -> Done:
    """Judges the exercises without a stored result, and makes the whole report."""
    fresh: dict[str, ExerciseResult] = {}

    def keep(event: Event) -> None:
        if isinstance(event, ExerciseDone):
            fresh[event.judged.id] = event.judged

    known = {id_: json_report.exercise_of(text) for id_, text in task.known.items()}
    decide = partial(decided, decisions=task.decisions)
    report = grade(
        environment.course, task.submission, task.settings, environment.sandbox, keep, known, decide, environment.plans
    )
    decided_on = {(one.exercise, one.check) for one in task.decisions}
    applied = sum(check.review is not None for one in report.exercises for check in one.checks)
    summary = summary_of(report, len(decided_on) - applied)
    return Done(
        json_report.text(report),
        html_report.text(report),
        as_text(summary),
        marks_as_text(marks_of(report)),
        {
            id_: json_report.exercise_text(result)
            for id_, result in fresh.items()
            if not any(check.status is Verdict.JUDGE_ERROR for check in result.checks)
        },
        summary.errors,
    )
