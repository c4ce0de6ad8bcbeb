"""What a mutant that no check catches met, and whether it differs from the reference at all: both are asked the same,
and their values compared, at the checks' own inputs and at many others.

Agreeing with the reference proves nothing by itself: it counts where many different inputs ran the changed function.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

import numpy as np

from grader.base.text import plural
from grader.checks import KINDS
from grader.checks.base import Plan, PlanAttempt
from grader.checks.program import Trial
from grader.checks.proof import TrialAttempt
from grader.judge.environment import JudgeEnvironment
from grader.judge.seeds import Seeds, of_exercise, sharing
from grader.maths.display import plain_input
from grader.model import Check, Exercise, Submission
from grader.model.dataclass import dataclass
from grader.verify.both_answers import Side, differing, gives_numbers, is_finite, ran, reporting
from grader.verify.changed_function import ChangedFunction, changed_function
from grader.verify.reach import reached_names
from grader.verify.wide_inputs import wider, zeroed

SEEDS = 3  # whose draws are tried, if the verdicts did not take more
ENOUGH = 20  # different inputs: what agrees on fewer has hardly been tried, as where there is little to draw
MOST_EACH = (
    80  # programs of a check: with more, values are not given to one input after the other, which would take long
)
MANY = 500  # further inputs of a check that agree: a thousand would tell no more
SHOWN, LONGEST = 3, 160  # calls of a check that are listed, and letters of each


@dataclass(frozen=True)
class CallsMet:
    """Calls of a check that ran the changed function: some of them, and how many there were."""

    check: str
    calls: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Difference:
    """A call after which mutant and reference have different values. `check` is the one that tries it, "" where only
    `other` seeds of a check do, or none."""

    call: str
    of: str
    mutant: str
    reference: str
    check: str = ""
    other: str = ""

    @property
    def words(self) -> str:
        """The difference as a sentence on the mutant."""
        who = "which no check tries"
        if self.check:
            who = f"which `{self.check}` tries without noticing it"
        elif self.other:
            who = f"which `{self.other}` tries with other seeds only"
        of = f"{self.of} is " if self.of else ""
        return f"it differs from the reference at an input {who}: {of}{self.mutant} instead of {self.reference}"


@dataclass(frozen=True)
class Likeness:
    """A mutant that no check catches, beside the reference: the `function` that it changes, what the checks called of
    it, on how many different calls both `agreed`, where they differ, and which checks could not be tried like this."""

    function: str
    met: tuple[CallsMet, ...]
    agreed: int
    difference: Difference | None
    untried: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether the mutant behaves like the reference, as far as many inputs show."""
        return self.difference is None and not self.untried and self.agreed >= ENOUGH

    @property
    def words(self) -> str:
        """That they agree, with on how many inputs."""
        return f"behaves like the reference on all of {self.agreed} inputs"

    @property
    def notes(self) -> tuple[str, ...]:
        """What an author should know of it: sentences, each with lines of calls below it."""
        found = ["\n".join((self.difference.words, self.difference.call))] if self.difference else []
        for one in self.met:
            some = f"{len(one.calls)} of " if one.count > len(one.calls) else ""
            ran = f"ran `{self.function}`" if self.function else "was tried"
            found.append("\n".join((f"`{one.check}` {ran} with {some}{plural(one.count, 'input')}:", *one.calls)))
        for check in self.untried:
            found.append(f"what `{check}` asks depends on the answers, so its inputs are not compared")
        if not self.met and not self.untried and self.function:
            found.append(f"no check runs `{self.function}`")
        elif self.difference is None and self.agreed and not self.untried:
            found.append(f"it agrees with the reference on all inputs tried, which are only {self.agreed}")
        return tuple(found)


def likeness(
    environment: JudgeEnvironment, exercise: Exercise, reference: Submission, mutant: Submission, seeds: int
) -> Likeness:
    """A mutant of the exercise's file beside the reference."""
    file = exercise.file
    changed = changed_function(reference.files[file], mutant.files[file])
    twin = replace(reference, files={**reference.files, file: changed.stopping}) if changed.stopping else None
    sides = [Side(environment.sandbox, one, exercise.limits) for one in (reference, reference, twin, mutant) if one]
    try:
        return _Comparison(environment, exercise, mutant, changed, sides, seeds).result()
    finally:
        for side in sides:
            side.close()


@dataclass(frozen=True)
class _Batch:
    """Trials of one check that are asked together: drawn as checks draw them, with other seeds, or from elsewhere."""

    check: Check
    trials: Sequence[Trial]
    drawn: str


class _Comparison:
    def __init__(
        self, environment: JudgeEnvironment, exercise: Exercise, mutant: Submission, changed: ChangedFunction,
        sides: Sequence[Side], seeds: int,
    ) -> None:  # fmt: skip
        self._environment, self._exercise, self._mutant = environment, exercise, mutant
        self._changed, self._sides, self._seeds = changed, sides, seeds
        self._agreed: set[str] = set()
        self._met: dict[str, dict[str, None]] = {}
        self._untried: dict[str, None] = {}
        self._first: dict[str, Sequence[Trial]] = {}

    def result(self) -> Likeness:
        """Asks all batches, up to the first difference of a check's own draws, or of other inputs."""
        difference = None
        batches = itertools.chain(self._drawn(), self._wide())
        for _, group in itertools.groupby(batches, lambda batch: batch.drawn):
            found = [one for batch in group for one in self._compared(batch)]
            if found and difference is None:
                difference = min(found, key=lambda one: len(one.call))
            if difference is not None:
                break
        met = tuple(
            CallsMet(check, tuple(_cut(call) for call in sorted(calls, key=len)[:SHOWN]), len(calls))
            for check, calls in self._met.items()
        )
        return Likeness(self._changed.name, met, len(self._agreed), difference, tuple(self._untried))

    def _drawn(self) -> Iterator[_Batch]:
        """What the checks try with each seed, and with some more."""
        plain: list[Check] = []
        for seed in range(max(SEEDS, self._seeds)):
            seeds = of_exercise(sharing(seed), self._exercise, self._mutant)
            plans = self._environment.plans.of(self._exercise, seeds)
            for check in self._exercise.checks if not seed else plain:
                attempt = _attempt(plans.get(check.id), check, seeds)
                if isinstance(attempt, TrialAttempt):
                    if not seed:
                        plain.append(check)
                        self._first[check.id] = attempt.plan.trials
                    yield _Batch(check, attempt.plan.trials, "checks" if seed < self._seeds else "other seeds")
                elif self._may_run(check):
                    self._untried[check.id] = None

    def _wide(self) -> Iterator[_Batch]:
        for check in self._exercise.checks:
            if check.id not in self._met:
                continue
            trials, before = self._first[check.id], len(self._agreed)
            inputs = getattr(check.spec, "inputs", {})
            beside = {name: np.ndim(value) for name, value in trials[0].case.items() if name not in inputs}
            arrays = [zero for trial in trials for zero in zeroed(trial, [name for name in beside if beside[name]])]
            yield _Batch(check, arrays, "elsewhere")
            numbers = [name for name in beside if not beside[name]]
            for number, spec in enumerate(
                wider(check.spec, self._changed.constants, numbers, len(trials) <= MOST_EACH)
            ):
                if len(self._agreed) > before + MANY:
                    break
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    try:  # the formula need not be defined there, and neither need its derivative
                        plan = KINDS[check.kind].plan(spec, Random(f"wide/{check.id}/{number}"))
                        attempt = plan.attempt(check.file) if plan is not None else None
                    except Exception:
                        continue
                if isinstance(attempt, TrialAttempt):
                    yield _Batch(check, attempt.plan.trials, "elsewhere")

    def _may_run(self, check: Check) -> bool:
        """Whether a check that cannot be tried here may run the changed function: in doubt, it may."""
        if not check.file.endswith(".py"):
            return False
        targets = KINDS[check.kind].targets(check.spec)
        if check.file != self._exercise.file or not targets or not self._changed.top:
            return True
        return self._changed.top in reached_names(self._mutant.files[check.file], targets)

    def _compared(self, batch: _Batch) -> Iterator[Difference]:
        """The differences at the trials that ran the changed function. Inputs at which the reference fails, or gives no
        finite number, or not the same twice, say nothing."""
        programs = [reporting(trial.program) for trial in batch.trials]
        answers = [side.answers(batch.check.file, programs) for side in self._sides]
        right, again, *stopped, own = answers
        if right is None or again is None:
            return
        for number, trial in enumerate(batch.trials):
            here = right[number]
            if stopped and stopped[0] is not None and not ran(stopped[0][number]):
                continue
            call = _call(trial)
            if batch.drawn == "checks":
                self._met.setdefault(batch.check.id, {})[call] = None
            if not is_finite(here) or differing(here, again[number], programs[number]) is not None:
                continue
            found = differing(here, own[number] if own is not None else None, programs[number])
            if found is None:
                if gives_numbers(here, programs[number], [name for name, _ in trial.passed]):
                    self._agreed.add(call)
                continue
            check = batch.check.id
            yield Difference(
                _cut(call), found.of if found.of != "result" else "", found.other, found.one,
                check if batch.drawn == "checks" else "", check if batch.drawn == "other seeds" else "",
            )  # fmt: skip


def _attempt(plan: Plan | Exception | None, check: Check, seeds: Seeds) -> PlanAttempt | None:
    if plan is None or isinstance(plan, Exception):
        return None
    with suppress(Exception):  # as where nothing can be drawn: then its verdict says so
        return plan.attempt(check.file, seeds.own_stream(check))
    return None


def _call(trial: Trial) -> str:
    """The call with all of its inputs, ready to paste."""
    call = trial.call()
    given = {name: plain_input(value) for name, value in trial.case.items()}
    left = [f"{name} = {text}" for name, text in given.items() if text not in call]
    if trial.uses is not None:
        left = [f"{name} = {given[name]}" for name in given if name in trial.uses and given[name] not in call]
    return "; ".join([*left, call])


def _cut(call: str) -> str:
    return call if len(call) <= LONGEST else call[: LONGEST - 1] + "…"
