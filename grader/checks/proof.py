"""Proves at once that a check's numbers are right: forms tell where each number of a reply belongs, and one comparison
of arrays decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from grader.checks.base import CORRECT, CheckContext, Finding, Record
from grader.checks.program import Trial
from grader.checks.trials import answer_of, loosest, parts_of, scale_of, slack_of
from grader.maths.compare import ATOL, tolerance
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Array, UnexpectedType, as_array
from grader.sandbox.forms import answers_of
from grader.sandbox.requests import Planted, Reply, Request
from grader.sandbox.shared_programs import SharedPrograms

# Letters of the forms of one reply: those of a check of this course have some hundreds. Longer ones are not kept.
LONGEST_FORMS = 64 << 10
MOST_LAYOUTS = 16  # kept for one plan: right answers come in few forms, and who invents forms must not fill the memory

Explain = Callable[[Request, CheckContext], Finding]
Values = NDArray[np.float64] | float


class NotPlain(Exception):
    """These forms are not what is expected, or not in a way that one comparison decides."""


class Layout:
    """For each number of a row, what is expected, how far off it may be, what its relative error is measured against,
    and how far the expected value may be off itself; nothing, as long as nothing is put in its place."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._expected, self._allowed = np.zeros(count), np.full(count, np.inf)
        self._scale, self._slack = np.ones(count), np.full(count, np.inf)

    def put(self, places: Array, expected: Values, allowed: Values, scale: float = 1.0, slack: Values = np.inf) -> None:
        """Has the numbers at these places compared, all arrays of one shape."""
        at = places.values.astype(np.intp)
        self._expected[at], self._allowed[at], self._scale[at], self._slack[at] = expected, allowed, scale, slack

    def right(self, row: NDArray[np.float64], record: Record) -> bool:
        """Whether every number is right; the largest relative error goes to the record."""
        error = np.abs(row - self._expected)
        if not (error <= self._allowed).all():
            return False
        judged = np.isfinite(self._slack)  # what may be anything may be infinite
        if judged.any():
            record.add_errors([float(((error[judged] - self._slack[judged]) / self._scale[judged]).max())])
        return True


@dataclass(frozen=True)
class TrialPlan:
    """Trials that are run in one request, and what words the finding where they are not plainly right.

    `with_own` gives the plan with trials added that are drawn for one submission alone. `planted` are the functions
    of the judge that the programs name.
    """

    trials: Sequence[Trial]
    explain: Explain
    with_own: Callable[[Random], TrialPlan]
    planted: Sequence[Planted] = ()
    _layouts: dict[tuple[str, ...], Layout] = field(default_factory=dict, compare=False)

    def attempt(self, file: str, own: Random | None = None) -> TrialAttempt:
        """The trials for one submission's file, with some of its own where the plan is shared."""
        plan = self if own is None else self.with_own(own)
        shared = None if own is None else self._shared
        programs = [trial.program for trial in plan.trials]
        return TrialAttempt(plan, self, Request(file, programs, self.planted, shared=shared))

    @cached_property
    def _shared(self) -> SharedPrograms:
        return SharedPrograms([trial.program for trial in self.trials])

    def layout(self, forms: tuple[str, ...], numbers: int) -> Layout:
        """Where the numbers of answers of these forms belong, which are not more than `numbers`. Raises NotPlain."""
        return self._layouts.get(forms) or _layout(self.trials, forms, numbers)

    def keep(self, forms: tuple[str, ...], layout: Layout) -> None:
        """Has the layout of right answers known from now on."""
        if forms not in self._layouts:
            if len(self._layouts) == MOST_LAYOUTS:
                self._layouts.clear()
            self._layouts[forms] = layout


@dataclass(frozen=True)
class TrialAttempt:
    """A plan on one submission; the first of its trials are those of the plan that is `shared`."""

    plan: TrialPlan
    shared: TrialPlan
    request: Request

    @property
    def requests(self) -> tuple[Request, ...]:
        """The one request that runs them."""
        return (self.request,)

    def prove(self, replies: Sequence[Reply], record: Record) -> Finding | None:
        """Correct where every trial is plainly right."""
        reply, first = replies[0], len(self.shared.trials)
        forms = tuple(reply.forms.split("|"))
        if len(forms) != len(self.plan.trials) or len(reply.forms) > LONGEST_FORMS:
            return None
        try:
            layout = self.shared.layout(forms[:first], len(reply.row))
            rest = _layout(self.plan.trials[first:], forms[first:], len(reply.row) - layout.count)
        except NotPlain:
            return None
        if layout.count + rest.count != len(reply.row):
            return None
        if not (layout.right(reply.row[: layout.count], record) and rest.right(reply.row[layout.count :], record)):
            return None
        self.shared.keep(forms[:first], layout)
        return CORRECT

    def explain(self, context: CheckContext) -> Finding:
        """The finding in any case."""
        return self.plan.explain(self.request, context)


def _layout(trials: Sequence[Trial], forms: Sequence[str], numbers: int) -> Layout:
    """Where the numbers of answers of these forms belong: each number's index stands in its place. Raises NotPlain."""
    places, at, found = np.arange(numbers, dtype=np.float64), 0, []
    for form in forms:
        answers, taken = answers_of(form, places[at:])
        at += taken
        found.append(answers)
    layout = Layout(at)
    try:
        for trial, answers in zip(trials, found, strict=True):
            _put(layout, trial, answers)
    except UnexpectedType:
        raise NotPlain from None
    return layout


def _put(layout: Layout, trial: Trial, answers: Sequence[Answer]) -> None:
    """Puts the answers of one trial in their places. Raises NotPlain, UnexpectedType."""
    if trial.raises:
        raise NotPlain  # it came to its end, which no form of an answer makes right
    answer, rest = answer_of(trial, answers)
    rtol = max(trial.rtol, loosest(answers) if trial.each else 0.0)
    for index, part in enumerate(parts_of(answer, trial)):
        if index in trial.free:
            continue
        if not isinstance(part, Array) or index in trial.truths:
            raise NotPlain
        scale, slack = scale_of(trial, index), slack_of(trial, index)
        allowed = max(rtol, tolerance(part.dtype)) * scale + slack + ATOL
        layout.put(part, trial.expected[index], allowed, scale or 1.0, slack)
    held = len(trial.held)
    for (_, given), now in zip(trial.held, rest[:held], strict=True):
        layout.put(as_array(now, given.shape), given, rtol * np.abs(given))
    for (_, given), now in zip(trial.passed, rest[held:], strict=True):
        if isinstance(now, Array) and now.values.shape == given.shape:
            layout.put(now, given, 0.0)
        else:
            raise NotPlain
