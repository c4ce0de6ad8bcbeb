"""The straight line for one submission: every exercise judged, events on the way, a Report at the end."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict

import numpy

from grader import __version__, words
from grader.base.text import did_you_mean, escape_controls
from grader.judge.events import Event, ExerciseDone, ExerciseStarted
from grader.judge.scoring import with_exercises
from grader.judge.submission_judge import SubmissionJudge, case_name
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
    decide: Decide = lambda result: result,
) -> Report:
    """Judges every exercise that `settings` asks for; `decide` puts in what a person decided on it already.

    Raises GraderError for an unknown exercise id.
    """
    exercises = select(course, settings.only)
    seed = course.seed if settings.seed is None else settings.seed
    results: list[ExerciseResult] = []
    seeds = [_exercise_seed(seed, exercise, submission) for exercise in exercises]
    changed = settings.case and settings.case not in map(case_name, seeds)
    examiner = SubmissionJudge(course, submission, sandbox, seed, settings)
    try:
        for exercise, drawn in zip(exercises, seeds, strict=True):
            listen(ExerciseStarted(exercise.id, exercise.title))
            results.append(decide(examiner.judge(exercise, drawn)))
            listen(ExerciseDone(results[-1]))
    finally:
        examiner.close()
    notes = [words.OTHER_INPUTS] if changed else []
    return report_of(course, submission, seed, isolation(sandbox).text, results, notes)


def select(course: Course, only: Iterable[str]) -> list[Exercise]:
    """The exercises with these ids, all for none given. Raises GraderError for an unknown id."""
    known = {exercise.id: exercise for exercise in course.exercises}
    wanted = list(only)
    for name in wanted:
        if name not in known:
            guess = did_you_mean(name, known)
            raise GraderError(f"there is no exercise {name!r}{guess} (exercises are {', '.join(known)})")
    return [exercise for exercise in course.exercises if not wanted or exercise.id in wanted]


def _exercise_seed(seed: int, exercise: Exercise, submission: Submission) -> int:
    """The seed of an exercise's inputs. It covers every text that a worker gets, and with it all that student code can
    read: numbers that are typed in from a report are due for no other file."""
    whole = "".join(f"{len(file)}:{file}{len(text)}:{text}" for file, text in sorted(submission.files.items()))
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return int.from_bytes(
        hashlib.sha256(f"{seed}/{exercise.id}/{exercise.asked}/{digest}".encode()).digest()[:6], "big"
    )


def report_of(
    course: Course,
    submission: Submission,
    seed: int,
    isolation: str,
    results: list[ExerciseResult],
    notes: Iterable[str] = (),
) -> Report:
    """The Report on exercises that are judged, `notes` on the run before all others."""
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
    return {"title": course.title, "digest": course.digest, **asdict(course.fingerprint), **edition}
