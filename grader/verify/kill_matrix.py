"""What the verdicts on an exercise's subjects say about it: its rows of the kill matrix, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.base.text import amount
from grader.checks import KINDS
from grader.checks.program import Trial
from grader.checks.trials import misses_of
from grader.maths.formula import Formula, env_of
from grader.model import Exercise, Submission, Variant
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Array, Items
from grader.sandbox.requests import ProgramResult
from grader.verify.equivalence import Declared
from grader.verify.likeness import Likeness
from grader.verify.mutants import Mutant
from grader.verify.subjects import Subject

_PAIR_LIVES = {
    "zero": "no check judges forward: a forward and a backward that return 0 get full marks",
    "identity": "no check judges forward: a forward that returns its input, and a backward that returns the upstream "
    "gradient, get full marks",
}


@dataclass(frozen=True)
class CourseDefect:
    """One thing that is wrong with the course, and what to do about it."""

    exercise: str
    message: str
    remedy: str
    diff: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)  # mutants that read alike met other inputs


@dataclass(frozen=True)
class MatrixRow:
    """One line of the kill matrix: which checks fail for a subject, by their ids. `why` says why a mutant is
    equivalent to the reference: in the course's words, or in those of what was found out, `alike`."""

    exercise: str
    kind: str
    id: str
    killed: frozenset[str]
    mutant: Mutant | None = None
    why: str = ""
    alike: Likeness | None = None


@dataclass(frozen=True)
class GradedSubject:
    """A subject's outcome for one seed: the checks that lost points, the message of each, the points, and which
    mistakes were `named`."""

    killed: frozenset[str]
    messages: Mapping[str, str]
    score: float
    named: frozenset[str] = frozenset()


def examine(
    exercise: Exercise,
    own: Sequence[Subject],
    graded: Mapping[str, list[GradedSubject]],
    alike: Mapping[str, Likeness],
    seeds: int,
    reference: Submission,
    quick: bool = False,
) -> tuple[list[MatrixRow], list[CourseDefect]]:
    """The exercise's rows and findings, of how each of its `own` subjects was graded, and what mutants that live are
    `alike`. With `quick`, there are no mutants, so that a check need not find anything."""
    findings = [*_swap_faults(exercise, reference.files)]
    rows: list[MatrixRow] = []
    declared = Declared(exercise.equivalent)
    for subject in own:
        results = graded[subject.key]
        lives = not any(result.killed for result in results)
        entry = declared.entry(subject.mutant, lives) if subject.mutant else None
        like = alike.get(subject.key)
        why = entry.why if entry else like.words if like and like.equal else ""
        row = MatrixRow(exercise.id, subject.kind, subject.id, results[0].killed, subject.mutant, why, like)
        rows.append(row)
        findings += _judge(exercise, subject, results, row)
    for variant in exercise.wrong:
        if variant.gives:
            killed = [frozenset(_killed_by_formulas(exercise, variant, seed)) for seed in range(seeds)]
            rows.append(MatrixRow(exercise.id, "wrong", variant.id, killed[0]))
            findings += _wrong(exercise, variant.id, variant.fails, variant.may_fail, killed)
    for one in declared.unmet():
        becomes = one.becomes or "any change that lives"
        message = f"`equivalent` names a mutant that does not exist: {one.was!r} -> {becomes!r}"
        findings.append(CourseDefect(exercise.id, message, "remove it, or copy both lines from the matrix again"))
    findings += [] if quick else _idle_checks(exercise, rows)
    return rows, list(dict.fromkeys(findings))  # mutants that read alike are reported once


def _swap_faults(exercise: Exercise, reference: Mapping[str, str]) -> Iterator[CourseDefect]:
    """Each swap that does not match the reference exactly once."""
    for variant in (*exercise.wrong, *exercise.right):
        for old in variant.swap:
            if (count := reference.get(variant.file, "").count(old)) != 1:
                message = f"the swap of {variant.id!r} matches the reference {count} times: {old!r}"
                remedy = f"copy the text from {variant.file} again, with as much of it as makes it unique"
                yield CourseDefect(exercise.id, message, remedy)


def _idle_checks(exercise: Exercise, rows: Sequence[MatrixRow]) -> Iterator[CourseDefect]:
    killers = frozenset[str]().union(*(row.killed for row in rows if row.kind in ("wrong", "mutant")))
    for check in exercise.checks:
        if check.id not in killers and not check.advisory:
            yield CourseDefect(
                exercise.id,
                f"the check `{check.id}` finds none of the wrong variants and mutants",
                "add a wrong variant that only this check finds, or remove the check",
            )


def _judge(
    exercise: Exercise, subject: Subject, results: Sequence[GradedSubject], row: MatrixRow
) -> list[CourseDefect]:
    match subject.kind:
        case "reference" | "right":
            return _full_marks(exercise, subject, results)
        case "template":
            earned = max(result.score for result in results)
            if earned:
                message = f"the untouched template earns {amount(earned)}"
                return [CourseDefect(exercise.id, message, "tighten the checks, or leave more out of the template")]
            return []
        case "wrong":
            killed = [result.killed for result in results]
            return _wrong(exercise, subject.id, subject.fails, subject.may_fail, killed)
        case "pair":
            return _pair(exercise, subject, results)
    return _mutant(exercise, subject, results, row)


def _full_marks(exercise: Exercise, subject: Subject, results: Sequence[GradedSubject]) -> list[CourseDefect]:
    for result in results:
        for name in sorted(result.killed):
            who = "the reference" if subject.kind == "reference" else f"the right variant {subject.id!r}"
            message = f"{who} loses points on `{name}`: {result.messages[name]}"
            return [CourseDefect(exercise.id, message, "correct the solution, or the check that fails correct code")]
    return []


def _pair(exercise: Exercise, subject: Subject, results: Sequence[GradedSubject]) -> list[CourseDefect]:
    if all(result.killed for result in results):
        return []
    remedy = "say in `of` what the true function is, or add a check of the kind `value` that calls forward"
    return [CourseDefect(exercise.id, _PAIR_LIVES[subject.id.partition("-")[0]], remedy)]


def _wrong(
    exercise: Exercise, name: str, fails: Sequence[str], may_fail: Sequence[str], killed: Sequence[frozenset[str]]
) -> list[CourseDefect]:
    sure = {checks.difference(may_fail) for checks in killed}
    if len(sure) > 1:
        seen = " / ".join(", ".join(sorted(checks)) or "none" for checks in killed)
        message = f"the verdicts on {name!r} depend on the seed: it fails {seen}"
        remedy = "add a fixed case that shows the mistake with every seed; if chance must decide, list the check under "
        return [CourseDefect(exercise.id, message, remedy + "`may-fail`")]
    if sure != {frozenset(fails)}:
        message = (
            f"the wrong variant {name!r} must lose points on {', '.join(fails)}; it loses them on "
            f"{', '.join(sorted(killed[0])) or 'none'}"
        )
        return [CourseDefect(exercise.id, message, "tighten the check, or correct `fails`")]
    return []


def _mutant(
    exercise: Exercise, subject: Subject, results: Sequence[GradedSubject], row: MatrixRow
) -> list[CourseDefect]:
    assert subject.mutant is not None
    lives = {not result.killed for result in results}
    notes: tuple[str, ...] = ()
    if len(lives) > 1:
        message = "whether a mutant is found depends on the seed"
        remedy = "add a fixed case that shows the mistake with every seed"
    elif lives == {True} and not row.why:
        message = "a mutant of the reference keeps full marks"
        remedy = "add a case that tells the two apart, or list it under `equivalent` with the reason"
        notes = row.alike.notes if row.alike else ()
    elif lives == {False} and row.why:
        message, remedy = "a mutant declared equivalent is found by a check", "remove it from `equivalent`"
    else:
        return []
    diff = f"- {subject.mutant.was}\n+ {subject.mutant.becomes}"
    return [CourseDefect(exercise.id, f"{message} ({subject.mutant.change})", remedy, diff, notes)]


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


def _outcome(trial: Trial, formulas: Sequence[Formula]) -> ProgramResult:
    given = (Array(_as_array(formula(env_of(trial.case))), "float64") for formula in formulas)
    values = tuple(Array(expected, "float64") if index in trial.free else next(given)
                   for index, expected in enumerate(trial.expected))  # fmt: skip
    passed = tuple(Array(_as_array(given), "float64") for _, given in trial.passed)
    whole = (values[0] if len(values) == 1 else Items("tuple", values),)
    return ProgramResult((*(values if trial.each else whole), *passed), None)


def _as_array(value: Any) -> NDArray[np.float64]:
    return np.asarray(value, np.float64)
