"""Grades every subject of a course with several seeds and says what is wrong with the course."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import words
from grader.bench import Plan
from grader.checks import KINDS
from grader.checks.trial import Trial, misses_of
from grader.crew import Grading, grade_all
from grader.judge import show
from grader.judge.answers import Array, Items
from grader.judge.asking import Outcome
from grader.maths.formula import Formula, env_of
from grader.model import Course, Exercise, GraderError, Settings, Submission, Variant, Verdict
from grader.pipeline import select
from grader.verify.mutants import Mutant
from grader.verify.subjects import Subject, subjects, swap_faults

Listener = Callable[[int, int], None]
MUTANT_CPU = 0.2


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the course, and what to do about it."""

    exercise: str
    message: str
    remedy: str
    diff: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the kill matrix: which checks fail for a subject. `killed` and `due` are ids of checks."""

    exercise: str
    kind: str
    id: str
    killed: frozenset[str]
    mutant: Mutant | None = None
    why: str = ""


@dataclass(frozen=True)
class Verification:
    """The kill matrix of a course, and every finding."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Graded:
    """A subject's outcome for one seed: the checks that lost points, the status of each, the points."""

    killed: frozenset[str]
    statuses: Mapping[str, Verdict]
    messages: Mapping[str, str]
    score: float


def verify(
    course: Course, reference: Submission, only: Sequence[str], seeds: int, processes: int, listen: Listener
) -> Verification:
    """Verifies the exercises in `only`, or all. Raises GraderError where there is nothing to verify."""
    exercises = select(course, only)
    if not any(exercise.file in reference.files for exercise in exercises):
        raise GraderError(words.NO_REFERENCE.format(path=reference.path))
    everything = [subject for exercise in exercises for subject in subjects(course, exercise, reference.files)]
    graded = _grade(course, everything, seeds, processes, listen)
    rows: list[Row] = []
    findings: list[Finding] = []
    for exercise in exercises:
        own = [subject for subject in everything if subject.exercise == exercise.id]
        found_rows, found = _examine(exercise, own, graded, seeds, reference)
        rows += found_rows
        findings += found
    return Verification(tuple(rows), tuple(findings))


def _grade(
    course: Course, everything: Sequence[Subject], seeds: int, processes: int, listen: Listener
) -> dict[str, list[_Graded]]:
    jobs = [
        Grading(subject.key, subject.submission(), _settings(subject, seed))
        for subject in everything for seed in range(seeds)
    ]  # fmt: skip
    graded: dict[str, list[_Graded]] = {subject.key: [] for subject in everything}
    plan = Plan(course.folder, warm=processes != 0, explain=False)
    for done, (key, report) in enumerate(grade_all(jobs, plan, processes), 1):
        checks = [check for check in report.exercises[0].checks if check.max_score]
        graded[key].append(_Graded(
            frozenset(check.id for check in checks if check.status not in (Verdict.CORRECT, Verdict.NEEDS_REVIEW)),
            {check.id: check.status for check in checks},
            {check.id: check.message for check in checks},
            report.exercises[0].score,
        ))  # fmt: skip
        listen(done, len(jobs))
    return graded


def _settings(subject: Subject, seed: int) -> Settings:
    factor = MUTANT_CPU if subject.kind == "mutant" else 1.0
    return Settings(only=(subject.exercise,), seed=seed, cpu_factor=factor)


def _examine(
    exercise: Exercise, own: Sequence[Subject], graded: Mapping[str, list[_Graded]], seeds: int, reference: Submission
) -> tuple[list[Row], list[Finding]]:
    findings = [
        Finding(exercise.id, words.SWAP_FAULT.format(id=fault.variant, text=fault.text, count=fault.count),
                words.SWAP_REMEDY.format(file=fault.file))
        for fault in swap_faults(exercise, reference.files)
    ]  # fmt: skip
    rows: list[Row] = []
    declared = {(item.was, item.becomes): item.why for item in exercise.equivalent}
    for subject in own:
        results = graded[subject.key]
        why = declared.pop((subject.mutant.was, subject.mutant.becomes), "") if subject.mutant else ""
        rows.append(Row(exercise.id, subject.kind, subject.id, results[0].killed, subject.mutant, why))
        findings += _judge(exercise, subject, results, why)
    for variant in exercise.wrong:
        if variant.gives:
            killed = [frozenset(_killed_by_formulas(exercise, variant, seed)) for seed in range(seeds)]
            rows.append(Row(exercise.id, "wrong", variant.id, killed[0]))
            findings += _wrong(exercise, variant.id, variant.fails, killed)
    for was, becomes in declared:
        findings.append(Finding(exercise.id, words.NO_SUCH_MUTANT.format(was=was, becomes=becomes),
                                words.NO_SUCH_MUTANT_REMEDY))  # fmt: skip
    killers = frozenset().union(*(row.killed for row in rows if row.kind in ("wrong", "mutant")))
    for check in exercise.checks:
        if check.id not in killers and not check.advisory:
            findings.append(Finding(exercise.id, words.KILLS_NOTHING.format(id=check.id), words.KILLS_NOTHING_REMEDY))
    return rows, findings


def _judge(exercise: Exercise, subject: Subject, results: Sequence[_Graded], why: str) -> list[Finding]:
    match subject.kind:
        case "reference" | "right":
            return _full_marks(exercise, subject, results)
        case "template":
            earned = max(result.score for result in results)
            if earned:
                told = words.TEMPLATE_EARNS.format(points=show.points(earned))
                return [Finding(exercise.id, told, words.TEMPLATE_REMEDY)]
            return []
        case "wrong":
            return _wrong(exercise, subject.id, subject.fails, [result.killed for result in results])
    return _mutant(exercise, subject, results, why)


def _full_marks(exercise: Exercise, subject: Subject, results: Sequence[_Graded]) -> list[Finding]:
    for result in results:
        for name in sorted(result.killed):
            who = words.THE_REFERENCE if subject.kind == "reference" else words.THE_RIGHT.format(id=subject.id)
            message = words.LOSES.format(who=who, check=name, why=result.messages[name])
            return [Finding(exercise.id, message, words.LOSES_REMEDY)]
    return []


def _wrong(exercise: Exercise, name: str, fails: Sequence[str], killed: Sequence[frozenset[str]]) -> list[Finding]:
    if len(set(killed)) > 1:
        seen = " / ".join(", ".join(sorted(checks)) or words.NONE for checks in killed)
        return [Finding(exercise.id, words.FLIPS.format(id=name, seen=seen), words.FLIPS_REMEDY)]
    if killed[0] != frozenset(fails):
        message = words.WRONG_KILLS.format(
            id=name, due=", ".join(fails), seen=", ".join(sorted(killed[0])) or words.NONE
        )
        return [Finding(exercise.id, message, words.WRONG_KILLS_REMEDY)]
    return []


def _mutant(exercise: Exercise, subject: Subject, results: Sequence[_Graded], why: str) -> list[Finding]:
    assert subject.mutant is not None
    lives = [not result.killed for result in results]
    diff = f"- {subject.mutant.was}\n+ {subject.mutant.becomes}"
    if any(lives) and not all(lives):
        return [Finding(exercise.id, words.MUTANT_FLIPS.format(change=subject.mutant.change), words.FLIPS_REMEDY, diff)]
    if all(lives) and not why:
        return [
            Finding(exercise.id, words.MUTANT_LIVES.format(change=subject.mutant.change), words.MUTANT_REMEDY, diff)
        ]
    if why and not all(lives):
        return [Finding(exercise.id, words.NOT_EQUIVALENT.format(change=subject.mutant.change),
                        words.NOT_EQUIVALENT_REMEDY, diff)]  # fmt: skip
    return []


def _killed_by_formulas(exercise: Exercise, variant: Variant, seed: int) -> list[str]:
    """The checks that would fail a student whose code gives what the variant's formulas say."""
    killed = []
    for check in exercise.checks:
        if check.id in variant.gives:
            trials = KINDS[check.kind].planned(check.spec, Random(f"{seed}/{check.id}"))
            outcomes = [_outcome(trial, variant.gives[check.id]) for trial in trials]
            if misses_of(trials, outcomes, {}):
                killed.append(check.id)
    return killed


def _outcome(trial: Trial, formulas: Sequence[Formula]) -> Outcome:
    values = tuple(Array(_as_array(formula(env_of(trial.case))), "float64") for formula in formulas)
    kept = tuple(Array(_as_array(given), "float64") for _, given, _ in trial.program.kept)
    return Outcome((values[0] if len(values) == 1 else Items("tuple", values), *kept), None)


def _as_array(value: Any) -> NDArray[np.float64]:
    return np.asarray(value, np.float64)
