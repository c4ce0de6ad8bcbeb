"""Grades every subject of a course with several seeds, and reports each exercise as it ends."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.judge.environment import JudgeConfig
from grader.judge.pipeline import select
from grader.judge.process_pool import Grading, grade_all
from grader.judge.seeds import sharing
from grader.model import Course, Exercise, GraderError, Report, Settings, Submission, Verdict
from grader.verify.kill_matrix import CourseDefect, GradedSubject, MatrixRow, examine
from grader.verify.naming import KIND, Naming, naming, tried, wrong_names
from grader.verify.subjects import Subject, subjects

Count = Callable[[int, int], None]
MUTANT_CPU = 0.2  # of an exercise's CPU time: mutants that never end are many, and the reference takes far less


@dataclass(frozen=True)
class Verification:
    """The kill matrix of a course, or of one exercise, and every finding."""

    rows: tuple[MatrixRow, ...]
    findings: tuple[CourseDefect, ...]
    namings: tuple[Naming, ...] = ()


Ended = Callable[[Exercise, Verification], None]


def verify(
    course: Course,
    reference: Submission,
    only: Sequence[str],
    seeds: int,
    processes: int,
    count: Count = lambda done, total: None,
    ended: Ended = lambda exercise, found: None,
) -> Verification:
    """Verifies the exercises in `only`, or all. `count` is called at first and after each grading with how many of
    how many are done, `ended` with each exercise once all of its gradings are.

    Raises GraderError where there is nothing to verify.
    """
    exercises = select(course, only)
    if not any(exercise.file in reference.files for exercise in exercises):
        raise GraderError(
            f"{reference.path} holds no file of the course: give the folder of the solution with --reference"
        )
    _read(reference)
    own = {exercise.id: subjects(course, exercise, reference.files) for exercise in exercises}
    to_name = {exercise.id: tried(exercise, reference.files, seeds) for exercise in exercises}
    jobs = [
        Grading(subject.key, subject.submission(), _settings(subject, seed))
        for id_, group in own.items()
        for subject, seed in [*((subject, seed) for subject in group for seed in range(seeds)),
                              *((one.subject, 0) for one in to_name[id_].values())]
    ]  # fmt: skip
    exercise_of = {key: id_ for id_, group in own.items() for key in [*(each.key for each in group), *to_name[id_]]}
    left = {id_: len(group) * seeds + len(to_name[id_]) for id_, group in own.items()}
    graded: dict[str, list[GradedSubject]] = {key: [] for key in exercise_of}
    found: dict[str, Verification] = {}
    count(0, len(jobs))
    plan = JudgeConfig(course.folder, warm=processes != 0, fingerprint=course.fingerprint, origin=course.origin)
    for done, (key, report) in enumerate(grade_all(jobs, plan, processes), 1):
        graded[key].append(_graded(report))
        count(done, len(jobs))
        id_ = exercise_of[key]
        left[id_] -= 1
        if not left[id_]:
            exercise = next(one for one in exercises if one.id == id_)
            rows, findings = examine(exercise, own[id_], graded, seeds, reference)
            namings = [naming(id_, one, sorted(graded[key][0].named)) for key, one in to_name[id_].items()]
            findings += wrong_names(namings)
            found[id_] = Verification(tuple(rows), tuple(findings), tuple(namings))
            ended(exercise, found[id_])
    whole = [found[exercise.id] for exercise in exercises]
    return Verification(
        tuple(row for one in whole for row in one.rows),
        tuple(finding for one in whole for finding in one.findings),
        tuple(each for one in whole for each in one.namings),
    )


def _read(reference: Submission) -> None:
    """Raises GraderError for a file of the reference that is not Python: it has no mutants."""
    for name, text in reference.files.items():
        if name.endswith(".py"):
            try:
                ast.parse(text)
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None) or 1
                why = getattr(error, "msg", None) or error
                raise GraderError(f"{name}:{line}: the reference cannot be read as Python: {why}") from None


def _graded(report: Report) -> GradedSubject:
    checks = [check for check in report.exercises[0].checks if check.max_score]
    return GradedSubject(
        frozenset(check.id for check in checks if check.status not in (Verdict.CORRECT, Verdict.NEEDS_REVIEW)),
        {check.id: check.message for check in checks},
        report.exercises[0].score,
        frozenset(check.misconception for check in checks if check.misconception),
    )


def _settings(subject: Subject, seed: int) -> Settings:
    factor = MUTANT_CPU if subject.kind == "mutant" else 1.0
    return Settings(only=(subject.exercise,), seed=sharing(seed), cpu_factor=factor, explain=subject.kind == KIND)
