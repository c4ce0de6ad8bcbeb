"""What is done for one submission of a class: judge what is not known yet, put it together, write it as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from grader.classroom.run.summary import as_text, marks_as_text, marks_of, summary_of
from grader.judge.environment import JudgeEnvironment
from grader.judge.pipeline import grade, report_of
from grader.model import Settings, Submission, Verdict
from grader.reports import html_report, json_report
from grader.review.decision import Decision, decided
from grader.sandbox.open_sandbox import isolation


@dataclass(frozen=True)
class Task:
    """A submission; the results that are known already as JSON by exercise; what a person decided on it."""

    submission: Submission
    settings: Settings
    known: Mapping[str, bytes]
    decisions: tuple[Decision, ...]

    @property
    def name(self) -> str:
        """The submission's name."""
        return self.submission.name


@dataclass(frozen=True)
class Done:
    """Both reports, the summary and the marks as text; the new results as JSON by exercise, before any decision.

    Where the grader failed at an exercise (`judge_error`) its result is not among them; `errors` counts those checks.
    """

    json: str
    html: str
    summary: str
    marks: str
    fresh: Mapping[str, bytes]
    errors: int


def work(environment: JudgeEnvironment, task: Task) -> Done:
    """Judges the exercises that are not known, and puts the whole report together."""
    course, submission, sandbox = environment.course, task.submission, environment.sandbox
    missing = tuple(exercise.id for exercise in course.exercises if exercise.id not in task.known)
    results = {id_: json_report.exercise_of(text) for id_, text in task.known.items()}
    if missing:
        settings = replace(task.settings, only=missing)
        results |= {one.id: one for one in grade(course, submission, settings, sandbox).exercises}
    seed = course.seed if task.settings.seed is None else task.settings.seed
    everything = [decided(results[exercise.id], task.decisions) for exercise in course.exercises]
    report = report_of(course, submission, seed, isolation(sandbox).text, everything)
    decided_on = {(one.exercise, one.check) for one in task.decisions}
    applied = sum(check.review is not None for one in everything for check in one.checks)
    wrong = [
        id_ for id_ in missing if any(check.status is Verdict.JUDGE_ERROR for check in results[id_].checks)
    ]  # fmt: skip
    summary = summary_of(report, len(decided_on) - applied)
    return Done(
        json_report.text(report),
        html_report.text(report),
        as_text(summary),
        marks_as_text(marks_of(report)),
        {id_: json_report.exercise_text(results[id_]) for id_ in missing if id_ not in wrong},
        summary.errors,
    )
