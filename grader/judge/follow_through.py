"""A second try on a file of the course, for exercises that build on one in which the student has a known mistake: each
mistake is counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from grader.base.text import points
from grader.judge.causes import heading
from grader.model import CheckResult, Exercise, ExerciseResult, Submission
from grader.model.dataclass import dataclass
from grader.simulation.hints import hint_of

JudgeAnew = Callable[[Submission], ExerciseResult]


@dataclass(frozen=True)
class KnownMistake:
    """A mistake that was found in a file: its name, the exercise that counts it, and the heading that it has there, if
    it explains several checks."""

    file: str
    name: str
    exercise: str
    heading: str = ""


def known_mistakes(exercise: Exercise, result: ExerciseResult) -> list[KnownMistake]:
    """The mistakes that the judge has named in an exercise's own file, each once. What a worker says names none."""
    counted = {check.id for check in result.checks if check.max_score}
    return [
        KnownMistake(exercise.file, cause.id, exercise.id, heading(cause) if len(cause.checks) > 1 else "")
        for cause in result.causes if all(map(hint_of, cause.id.split("+"))) and not counted.isdisjoint(cause.checks)
    ]  # fmt: skip


def followed_through(
    exercise: Exercise,
    result: ExerciseResult,
    submission: Submission,
    known: Iterable[KnownMistake],
    judge_anew: JudgeAnew,
) -> ExerciseResult:
    """The better of the result and one on the course's own files in the place of those with a known mistake."""
    mistakes = {one.file: one for one in known if one.file in exercise.given}
    if not mistakes or result.score >= result.max_score:
        return result
    second = judge_anew(_with_given(submission, {file: exercise.given[file] for file in mistakes}))
    said = " and ".join(map(_said, mistakes.values()))
    if second.score <= result.score:
        note = f"{said}; on the course's own file instead, this exercise would not get more points"
        return replace(result, notes=(*result.notes, note))
    note = (
        f"{said}. So this exercise was also tried on the course's own file: {points(second.score)} instead of "
        f"{points(result.score)}, which is what counts"
    )
    # What the second try printed is not shown: the course's file could be printed, too.
    checks = tuple(_without_traces(check) for check in second.checks)
    return replace(second, checks=checks, output=result.output, notes=(*result.notes, note))


def _said(one: KnownMistake) -> str:
    under = f', under "{one.heading}"' if one.heading else ""
    return f"{one.file} has a mistake that exercise {one.exercise} counts ({one.name}){under}"


def _with_given(submission: Submission, given: Mapping[str, str]) -> Submission:
    books = {name: book for name, book in submission.notebooks.items() if name not in given}
    return replace(submission, files={**submission.files, **given}, notebooks=books)


def _without_traces(check: CheckResult) -> CheckResult:
    return replace(check, evidence=replace(check.evidence, frames=(), snippet="", again=""))
