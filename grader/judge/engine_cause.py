"""The one mistake in a student's engine behind all that went wrong in an exercise, by a simulated engine's answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from grader.checks.base import PlanAttempt
from grader.checks.program import Trial
from grader.checks.proof import TrialAttempt
from grader.model import Check, CheckResult, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Array, Number
from grader.sandbox.requests import MissingName, ProgramResult
from grader.simulation.engine import Outcome
from grader.simulation.search import Explanation, Probe, cause_of, follows, operations_of
from grader.simulation.source import Source

LOST = (Verdict.WRONG, Verdict.PARTIAL, Verdict.CRASHED)
OPEN = 1e-3  # slack of this share of an answer is no rounding: several answers are right
ROUNDING = 1e-9  # of the terms that are added up: where no more is left of them, it is their rounding
Tried = Sequence[tuple[Trial, ProgramResult | None]]
"""Trials with their outcomes; None where the outcome is known to be right."""


@dataclass(frozen=True)
class EngineCause:
    """Why the checks `concerned` (by id) went wrong, which try the engine in `file`: one `cause`, which is counted in
    the check `about` it. `following` are checks whose own operations are right, given that mistake."""

    file: str
    cause: Explanation
    about: str
    concerned: frozenset[str]
    following: frozenset[str]


def engine_causes(
    checks: Sequence[Check], results: Sequence[CheckResult], tried: Mapping[str, Tried], texts: Mapping[str, str]
) -> Iterator[EngineCause]:
    """The cause for each file with an engine that lost points, where one is found. Advice costs no points, and tells of
    no mistake."""
    lost = {result.id for result in results if result.status in LOST}
    by_file: dict[str, list[Check]] = {}
    for check in checks:
        if not check.advisory and any(trial.graph is not None for trial, _ in tried.get(check.id, ())):
            by_file.setdefault(check.file, []).append(check)
    for file, own in by_file.items():
        if lost.isdisjoint(check.id for check in own):
            continue
        source = Source(texts[file], own[0].spec.value, own[0].spec.gradient)
        probes = {check.id: _probes(tried[check.id]) for check in own}
        cause = cause_of((probe for each in probes.values() for probe in each), source)
        if cause is not None:
            # What goes wrong in further methods may have a cause of its own, which no simulated engine has.
            wrong = [check for check in own
                     if check.id in lost and not any(trial.further for trial, _ in tried[check.id])]  # fmt: skip
            if not wrong:
                continue
            about = _about(cause, wrong, probes)
            following = frozenset(
                check.id for check in wrong if about in check.builds_on
                and follows(cause, operations_of(probes[check.id]), probes[check.id], source)
            )  # fmt: skip
            yield EngineCause(file, cause, about, frozenset(check.id for check in wrong), following)


def _about(cause: Explanation, wrong: Sequence[Check], probes: Mapping[str, Sequence[Probe]]) -> str:
    """The check that is about the operations at fault: the one that tries the fewest others by themselves."""
    at_fault = {fault.topic for fault in cause.faults if fault.topic}
    own = {check.id: operations_of(probes[check.id]) for check in wrong}
    return min(own, key=lambda id_: (not own[id_] & at_fault, len(own[id_] - at_fault)))


def right_trials(attempt: PlanAttempt | Exception | None) -> Tried:
    """The trials of a plan that was proven right."""
    return [(trial, None) for trial in attempt.plan.trials] if isinstance(attempt, TrialAttempt) else ()


def _probes(tried: Tried) -> list[Probe]:
    """What a simulated engine can be asked, each trial once."""
    once = {id(trial): (trial, result) for trial, result in reversed(tried) if trial.graph is not None}
    return [probe for trial, result in once.values() if (probe := _probe(trial, result)) is not None]


def _probe(trial: Trial, result: ProgramResult | None) -> Probe | None:
    """What a simulated engine has to answer; None where something is missing, which is no mistake in a rule, where
    several answers are right, as at the kink of relu, and where all terms cancel, so that rounding alone is left."""
    graph = trial.graph
    assert graph is not None
    shaped = any(isinstance(value, np.ndarray) for value in trial.case.values())
    due = _outcome(trial.expected, shaped)
    largest = max(map(abs, due.numbers), default=0.0)
    if any(float(np.max(slack, initial=0.0)) > OPEN * largest for slack in trial.slack):
        return None
    if 0.0 < largest < ROUNDING * max(trial.scales, default=0.0):
        return None
    leaves = {name: value if isinstance(value, np.ndarray) else float(value) for name, value in trial.case.items()}
    if result is None:
        return Probe(graph, leaves, due, due)
    if isinstance(result.failure, MissingName):
        return None
    if result.failure is not None:
        return Probe(graph, leaves, Outcome(raised=result.failure.type), due)
    arrays = []
    for answer in result.answers[: len(trial.expected)]:
        if isinstance(answer, Number):
            arrays.append(np.float64(answer.value))
        elif isinstance(answer, Array) and (shaped or answer.values.size == 1):
            arrays.append(answer.values)
        else:
            return Probe(graph, leaves, Outcome(raised="no number"), due)
    return Probe(graph, leaves, _outcome(arrays, shaped), due)


def _outcome(parts: Iterable[NDArray[np.float64] | np.float64], shaped: bool) -> Outcome:
    parts = list(map(np.asarray, parts))
    numbers = tuple(float(number) for part in parts for number in part.ravel())
    return Outcome(numbers, shapes=tuple(part.shape for part in parts) if shaped else ())
