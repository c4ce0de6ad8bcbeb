"""Grades one submission: judges every exercise, sends events on the way, returns a Report."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from types import MappingProxyType

import numpy

from grader import __version__
from grader.base.text import did_you_mean, escape_controls
from grader.judge.events import Event, ExerciseDone, ExerciseStarted
from grader.judge.follow_through import KnownMistake, followed_through, known_mistakes
from grader.judge.given_files import with_given, with_notes
from grader.judge.plans import Plans
from grader.judge.scoring import with_exercises
from grader.judge.seeds import case_name, of_exercise
from grader.judge.submission_judge import SubmissionJudge
from grader.model import Course, Environment, Exercise, ExerciseResult, GraderError, Report, Settings, Submission
from grader.sandbox.open_sandbox import isolation
from grader.sandbox.source import Sandbox

Listener = Callable[[Event], None]
Decide = Callable[[ExerciseResult], ExerciseResult]


def grade(
    course: Course,
    submission: Submission,
    settings: Settings,
    sandbox: Sandbox,
    listen: Listener = lambda event: None,
    known: Mapping[str, ExerciseResult] = MappingProxyType({}),
    decide: Decide = lambda result: result,
    plans: Plans | None = None,
) -> Report:
    """The report on every exercise that `settings` asks for.

    Exercises whose result is `known`, by id, are not judged again. `decide` puts in what a person decided, in known
    results too. `plans` are those of the course's checks, where several submissions may share some. Raises GraderError
    for an unknown exercise id.
    """
    exercises = select(course, settings.only)
    seed = course.seed if settings.seed is None else settings.seed
    seen = {exercise.id: with_given(submission, exercise) for exercise in exercises}
    seeds = {exercise.id: of_exercise(seed, exercise, seen[exercise.id]) for exercise in exercises}
    results = {exercise.id: decide(known[exercise.id]) for exercise in exercises if exercise.id in known}
    shared = plans or Plans(course)
    judge = SubmissionJudge(course, submission, sandbox, seed, settings, shared)
    mistakes: list[KnownMistake] = []
    try:
        for exercise in exercises:
            if exercise.id not in results:
                listen(ExerciseStarted(exercise.id, exercise.title))

                def anew(other: Submission, exercise: Exercise = exercise) -> ExerciseResult:
                    with closing(SubmissionJudge(course, other, sandbox, seed, settings, shared)) as apart:
                        return apart.judge(exercise, seeds[exercise.id])

                own = seen[exercise.id]
                judged = judge.judge(exercise, seeds[exercise.id]) if own is submission else anew(own)
                judged = followed_through(exercise, judged, own, mistakes, anew)
                judged = with_notes(judged, exercise, submission)
                results[exercise.id] = decide(judged)
                listen(ExerciseDone(results[exercise.id], judged))
            mistakes += known_mistakes(exercise, results[exercise.id])
    finally:
        judge.close()
    notes = []
    if settings.case and settings.case not in (case_name(one.own) for one in seeds.values()):
        notes.append(
            "the files have changed since that command was printed, so the inputs differ from those that it names"
        )
    in_order = [results[exercise.id] for exercise in exercises]
    return _report(course, submission, seed, isolation(sandbox).text, in_order, notes)


def select(course: Course, only: Iterable[str]) -> list[Exercise]:
    """The exercises with these ids, all for none given. Raises GraderError for an unknown id."""
    known = {exercise.id: exercise for exercise in course.exercises}
    wanted = list(only)
    for name in wanted:
        if name not in known:
            guess = did_you_mean(name, known)
            raise GraderError(f"there is no exercise {name!r}{guess} (exercises are {', '.join(known)})")
    return [exercise for exercise in course.exercises if not wanted or exercise.id in wanted]


def _report(
    course: Course,
    submission: Submission,
    seed: int,
    isolation: str,
    results: list[ExerciseResult],
    notes: Iterable[str],
) -> Report:
    advisory = course.edition == "student"
    empty = Report(
        schema=1,
        course=_named(course),
        submission={"name": escape_controls(submission.name), "digest": submission.digest},
        seed=seed,
        isolation=isolation,
        grader_version=__version__,
        environment=Environment(platform.python_version(), numpy.__version__, platform.system()),
        score=0.0,
        max_score=0.0,
        bonus=0.0,
        max_bonus=0.0,
        pending=0.0,
        notes=(
            *notes,
            *(["student edition: advisory; your instructor's grade counts"] if advisory else []),
            *(escape_controls(note) for note in submission.notes),
            *dict.fromkeys(line for result in results for line in result.astray),
        ),
        exercises=(),
    )
    return with_exercises(empty, results)


def _named(course: Course) -> dict[str, str]:
    """What a report says of its course: `digest` names the exercises, as their own part does."""
    edition = {"edition": course.edition} if course.edition == "student" else {}
    own = {"title": course.title, "digest": course.digest}
    return own | asdict(course.fingerprint) | edition | course.origin.told
