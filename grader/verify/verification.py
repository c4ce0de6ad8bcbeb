"""Grades every subject of a course with several seeds, and reports each exercise as it ends."""

from __future__ import annotations

import ast
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from grader.judge.environment import JudgeConfig, JudgeEnvironment
from grader.judge.pipeline import grade, select
from grader.judge.process_pool import run_all
from grader.judge.seeds import of_exercise, sharing
from grader.model import Course, Exercise, GraderError, Report, Settings, Submission, Verdict
from grader.model.dataclass import dataclass
from grader.verify.equivalence import Declared
from grader.verify.estimate import SAMPLE, TimeLeft
from grader.verify.kill_matrix import CourseDefect, GradedSubject, MatrixRow, examine
from grader.verify.likeness import Likeness, likeness
from grader.verify.naming import KIND, Naming, naming, tried, wrong_names
from grader.verify.subjects import Subject, subjects

MUTANT_CPU = 0.2  # of an exercise's CPU time: mutants that never end are many, and the reference takes far less


@dataclass(frozen=True)
class Verification:
    """The kill matrix of a course, or of one exercise, and every finding."""

    rows: tuple[MatrixRow, ...]
    findings: tuple[CourseDefect, ...]
    namings: tuple[Naming, ...] = ()


@dataclass(frozen=True)
class SubjectJob:
    """A subject to grade with these seeds. A mutant that no check catches is compared with the `reference`, where that
    is given: with the draws of `compared` seeds, and others."""

    subject: Subject
    seeds: tuple[int, ...]
    reference: Submission | None = None
    compared: int = 0


@dataclass(frozen=True)
class SubjectResult:
    """How a subject was graded with each seed, what a mutant that lives is like, and how long that took."""

    graded: tuple[GradedSubject, ...]
    likeness: Likeness | None
    seconds: float


Ended = Callable[[Exercise, Verification], None]
Count = Callable[[TimeLeft], None]


def verify(
    course: Course,
    reference: Submission,
    only: Sequence[str],
    seeds: int,
    processes: int,
    count: Count = lambda progress: None,
    ended: Ended = lambda exercise, found: None,
    quick: bool = False,
) -> Verification:
    """Verifies the exercises in `only`, or all; `quick` leaves out mutants. `count` is called at first and after each
    grading, `ended` with each exercise once all of its gradings are done.

    Some gradings of every exercise come first: their times say how long the rest will take. Raises GraderError where
    there is nothing to verify.
    """
    exercises = [replace(one, mutants=False, equivalent=()) if quick else one for one in select(course, only)]
    if not any(exercise.file in reference.files for exercise in exercises):
        raise GraderError(
            f"{reference.path} holds no file of the course: give the folder of the solution with --reference"
        )
    _read(reference)
    own = {exercise.id: subjects(course, exercise, reference.files) for exercise in exercises}
    to_name = {exercise.id: tried(exercise, reference.files, seeds) for exercise in exercises}
    jobs = [
        job for exercise in exercises
        for job in [*_jobs(exercise, own[exercise.id], reference, seeds),
                    *(SubjectJob(one.subject, (0,)) for one in to_name[exercise.id].values())]
    ]  # fmt: skip
    jobs = _measured_first(jobs)
    exercise_of = {key: id_ for id_, group in own.items() for key in [*(each.key for each in group), *to_name[id_]]}
    left = {id_: sum(exercise_of[job.subject.key] == id_ for job in jobs) for id_ in own}
    graded: dict[str, list[GradedSubject]] = {key: [] for key in exercise_of}
    alike: dict[str, Likeness] = {}
    found: dict[str, Verification] = {}
    progress = TimeLeft([(exercise_of[job.subject.key], len(job.seeds)) for job in jobs], processes)
    count(progress)
    plan = JudgeConfig(course.folder, warm=processes != 0, fingerprint=course.fingerprint, origin=course.origin)
    for job, result in run_all(jobs, _graded_with_all, plan, processes):
        key = job.subject.key
        id_ = exercise_of[key]
        graded[key] += result.graded
        if result.likeness is not None:
            alike[key] = result.likeness
        progress.add(id_, len(job.seeds), result.seconds)
        count(progress)
        left[id_] -= 1
        if not left[id_]:
            exercise = next(one for one in exercises if one.id == id_)
            rows, findings = examine(exercise, own[id_], graded, alike, seeds, reference, quick)
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


def _jobs(exercise: Exercise, own: Sequence[Subject], reference: Submission, seeds: int) -> Iterator[SubjectJob]:
    """Every subject with every seed. Mutants have all seeds in one job, which then knows whether they live."""
    declared = Declared(exercise.equivalent)
    for subject in own:
        if subject.mutant is None:
            yield from (SubjectJob(subject, (seed,)) for seed in range(seeds))
        else:
            compared = None if declared.entry(subject.mutant, lives=True) else reference
            yield SubjectJob(subject, tuple(range(seeds)), compared, seeds)


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


def _measured_first(jobs: Sequence[SubjectJob]) -> list[SubjectJob]:
    """The jobs of each exercise in their order, behind the first few of all exercises, mistakes among them."""
    taken: Counter[str] = Counter()
    first, rest = [], []
    for job in sorted(jobs, key=lambda job: job.subject.kind not in ("reference", "wrong") or job.seeds != (0,)):
        of_sample = taken[job.subject.exercise] < SAMPLE
        taken[job.subject.exercise] += len(job.seeds)
        if of_sample:
            first.append(job)
        else:
            rest.append(job)
    place = {id(job): number for number, job in enumerate(jobs)}
    return [*first, *sorted(rest, key=lambda job: place[id(job)])]


def _graded_with_all(environment: JudgeEnvironment, job: SubjectJob) -> SubjectResult:
    """A subject's verdicts, and beside what it stands if nothing is wrong with it."""
    subject, submission = job.subject, job.subject.submission()
    exercise = select(environment.course, [subject.exercise])[0]
    for seed in job.seeds:  # plans are made once, and their time would be taken for that of every grading
        environment.plans.of(exercise, of_exercise(sharing(seed), exercise, submission))
    started = time.monotonic()
    graded = tuple(
        _graded(
            grade(
                environment.course,
                submission,
                _settings(subject, seed),
                environment.sandbox,
                plans=environment.plans,
            )
        )
        for seed in job.seeds
    )
    like = None
    if job.reference is not None and not any(one.killed for one in graded):
        like = likeness(environment, exercise, job.reference, submission, job.compared)
    return SubjectResult(graded, like, time.monotonic() - started)


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
