"""Proves at once that a check's numbers are right: where each number of a reply belongs is worked out once for its
forms, and then one comparison of arrays decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grader.checks.base import CORRECT, CheckContext, Finding, Record
from grader.checks.program import Trial
from grader.checks.trials import answer_of, parts_of, scale_of, slack_of
from grader.maths.compare import ATOL, tolerance
from grader.sandbox.answers import Answer, Array, Number, UnexpectedType, as_array
from grader.sandbox.forms import answers_of
from grader.sandbox.requests import Reply, Request

Explain = Callable[[Request, CheckContext], Finding]


class NotPlain(Exception):
    """These forms are not what is expected, or not in a way that one comparison decides."""


@dataclass
class Layout:
    """For each number of a row, what is expected, how far off it may be, what its relative error is measured against,
    and how far the expected value may be off itself."""

    expected: NDArray[np.float64]
    allowed: NDArray[np.float64]
    scale: NDArray[np.float64]
    slack: NDArray[np.float64]

    @classmethod
    def of(cls, count: int) -> Layout:
        """Of so many numbers, of which none is compared yet."""
        return cls(np.zeros(count), np.full(count, np.inf), np.ones(count), np.full(count, np.inf))

    def put(
        self, places: NDArray[np.float64], expected: NDArray[np.float64] | float, allowed: NDArray[np.float64] | float
    ) -> None:
        """Has the numbers at these places compared, all arrays of one shape."""
        at = places.astype(np.intp)
        self.expected[at], self.allowed[at] = expected, allowed

    def right(self, row: NDArray[np.float64], record: Record) -> bool:
        """Whether every number is right; the largest relative error goes to the record."""
        error = np.abs(row - self.expected)
        if not (error <= self.allowed).all():
            return False
        if len(row):
            record.add_errors([float(((error - self.slack) / self.scale).max())])
        return True


def indexed(reply: Reply, programs: int) -> list[tuple[Answer, ...]]:
    """The answers of each program, with each number's index in the row in its place. Raises NotPlain."""
    texts = reply.forms.split("|")
    if not reply.forms or len(texts) != programs:
        raise NotPlain
    places, at, found = np.arange(len(reply.row), dtype=np.float64), 0, []
    for text in texts:
        answers, taken = answers_of(text, places[at:])
        at += taken
        found.append(answers)
    return found


@dataclass(frozen=True)
class TrialPlan:
    """Trials that are run in one request, what words the finding where they are not plainly right, and the layouts of
    the forms that their answers have had."""

    trials: Sequence[Trial]
    explain: Explain
    _layouts: dict[str, Layout | None] = field(default_factory=dict)

    def attempt(self, file: str) -> TrialAttempt:
        """The trials for one submission's file."""
        return TrialAttempt(self, Request(file, [trial.program for trial in self.trials]))

    def proven(self, reply: Reply, record: Record) -> bool:
        """Whether every trial is right."""
        if reply.forms not in self._layouts:
            self._layouts[reply.forms] = self._layout(reply)
        layout = self._layouts[reply.forms]
        return layout is not None and layout.right(reply.row, record)

    def _layout(self, reply: Reply) -> Layout | None:
        layout = Layout.of(len(reply.row))
        try:
            for trial, answers in zip(self.trials, indexed(reply, len(self.trials)), strict=True):
                _put(layout, trial, answers)
        except (NotPlain, UnexpectedType):
            return None
        return layout


@dataclass(frozen=True)
class TrialAttempt:
    """The trials of a plan on one submission."""

    plan: TrialPlan
    request: Request

    @property
    def requests(self) -> tuple[Request, ...]:
        """The one request that runs them."""
        return (self.request,)

    def prove(self, replies: Sequence[Reply], record: Record) -> Finding | None:
        """Correct where every trial is plainly right."""
        return CORRECT if self.plan.proven(replies[0], record) else None

    def explain(self, context: CheckContext) -> Finding:
        """The finding in any case."""
        return self.plan.explain(self.request, context)


def _put(layout: Layout, trial: Trial, answers: Sequence[Answer]) -> None:
    """Puts the answers of one trial in their places. Raises NotPlain, UnexpectedType."""
    told, rest = answer_of(trial, answers)
    dtypes = [part.dtype for part in answers if isinstance(part, (Array, Number))] if trial.each else []
    coarsest = max(map(tolerance, dtypes), default=0.0)
    for index, part in enumerate(parts_of(told, trial)):
        if not isinstance(part, Array):
            raise NotPlain
        scale, slack = scale_of(trial, index), slack_of(trial, index)
        rtol = max(trial.rtol, coarsest, tolerance(part.dtype))
        layout.put(part.values, trial.expected[index], rtol * scale + slack + ATOL)
        at = part.values.astype(np.intp)
        layout.scale[at], layout.slack[at] = scale or 1.0, slack
    for (_, given), now in zip(trial.held if trial.each else trial.passed, rest, strict=True):
        if trial.each:
            values = as_array(now, given.shape).values
            layout.put(values, given, max(trial.rtol, coarsest) * np.abs(given))
        elif isinstance(now, Array) and now.values.shape == given.shape:
            layout.put(now.values, given, 0.0)
        else:
            raise NotPlain
