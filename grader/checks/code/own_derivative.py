"""The numerical derivative of a student's own forward: every point of a ladder evaluated in the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.checks.base import CheckContext, Finding
from grader.checks.calls import Call
from grader.checks.program import CallProgram
from grader.maths import display, numerical_derivative
from grader.maths.compare import RTOL_FLOAT64, mismatch, tolerance
from grader.maths.formula import Formula
from grader.maths.rounding import value_of
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Array, UnexpectedType, any_array
from grader.sandbox.program import Program
from grader.sandbox.requests import ProgramResult

Case = Mapping[str, Any]
# Of the tolerance: what the error of a numerical derivative may use up. The rest is for backward's rounding.
USABLE = 0.3
# A forward in float32 allows no better: known wrong rules are a thousand times as far off.
USABLE_SINGLE = 1e-4
# Numbers in one answer: half of what a frame holds (worker/frames.py), since their forms need room, too.
MOST_ASKED = 1 << 16


class ForwardFailed(Exception):
    """The student's forward returned no number; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True)
class Forward:
    """How the student's forward is called: objects made first, then the call."""

    make: Mapping[str, Call]
    call: Call

    def program(self, case: Case, points: Sequence[Case]) -> Program:
        """A program that reports forward's value at every point; objects are made anew for each."""
        program = CallProgram()
        for point in points:
            brought = program.bring({**case, **point})
            objects = program.objects(self.make, brought)
            if self.call.results:  # what it returns first is its value
                program.assign(self.call, brought, objects)
                program.read(objects[self.call.results[0]], "value")
            else:
                program.perform(self.call, brought, objects, "value")
        return program


@dataclass(frozen=True)
class Slopes:
    """Numerical derivatives by one input, in its shape, with bounds on their errors (inf where nothing is known), and
    where forward's values are rounded as float32 rounds them."""

    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    single: NDArray[np.bool_]

    def is_decisive(self, largest: float) -> bool:
        """Whether the errors are small enough for a verdict, where the gradient's entries are as large as this."""
        usable = np.where(self.single, USABLE_SINGLE, USABLE * RTOL_FLOAT64)
        # The 1e-12 decides where the gradient is 0, far above rounding and far below any slope of interest.
        return bool((self.errors <= usable * largest + 1e-12).all())


def output_shapes(forward: Forward, cases: Sequence[Case], context: CheckContext) -> list[tuple[int, ...]]:
    """The shape of forward's result for each case. Raises ForwardFailed."""
    outcomes = context.ask([forward.program(case, [{}]) for case in cases])
    return [
        _values(outcome, forward, case, context)[0].values.shape for outcome, case in zip(outcomes, cases, strict=True)
    ]


def slopes(
    forward: Forward, cases: Sequence[Case], upstream: str, wrt: Sequence[str], ladder: int, context: CheckContext
) -> list[dict[str, Slopes]]:
    """The upstream gradient times the derivative by each input in `wrt`, for each case. Raises ForwardFailed."""
    plan = [
        (number, name, index, float(np.asarray(case[name])[index]))
        for number, case in enumerate(cases) for name in wrt for index in np.ndindex(np.shape(case[name]))
    ]  # fmt: skip
    programs = [
        forward.program(cases[number], [{name: _moved(cases[number][name], index, offset)}
                                      for offset in numerical_derivative.offsets(x, ladder)])
        for number, name, index, x in plan
    ]  # fmt: skip
    found = [{name: _unknown(np.shape(case[name])) for name in wrt} for case in cases]
    entries = [np.size(cases[number][upstream]) for number, *_ in plan]
    outcomes = [outcome for few in _in_turns(programs, entries) for outcome in context.ask(few)]
    for (number, name, index, x), outcome in zip(plan, outcomes, strict=True):
        heights = _values(outcome, forward, cases[number], context)
        weights = np.asarray(cases[number][upstream], np.float64)
        with np.errstate(all="ignore"):  # a forward may return inf and -inf; no derivative comes of that
            sums = [float(np.sum(weights * part.values)) for part in heights]
        estimate = numerical_derivative.estimate(x, sums, ladder, heights[0].dtype)
        found[number][name].values[index] = estimate.value
        found[number][name].errors[index] = np.inf if estimate.kink else estimate.error
        found[number][name].single[index] = estimate.single
    return found


def _in_turns(programs: Sequence[Program], sizes: Sequence[int]) -> Iterator[Sequence[Program]]:
    """The programs in their order, as many at a time as one answer has room for; each result has so many entries."""
    start, room = 0, MOST_ASKED
    for end, (program, size) in enumerate(zip(programs, sizes, strict=True)):
        room -= size * len(program.reports)
        if room < 0 and end > start:
            yield programs[start:end]
            start, room = end, MOST_ASKED - size * len(program.reports)
    if start < len(programs):
        yield programs[start:]


def _unknown(shape: tuple[int, ...]) -> Slopes:
    return Slopes(np.zeros(shape), np.full(shape, np.inf), np.zeros(shape, bool))


def _moved(value: Any, index: tuple[int, ...], offset: float) -> Any:
    if not np.shape(value):
        return float(value) + float(offset)
    moved = np.array(value, dtype=np.float64)
    moved[index] += offset
    return moved


def _values(outcome: ProgramResult, forward: Forward, case: Case, context: CheckContext) -> list[Array]:
    shown = forward.call.shown(case)
    if outcome.failure is not None:
        finding = Finding.of_failure(outcome.failure, shown, context.sources)
        inputs = {name: display.plain_input(value) for name, value in case.items()}
        raise ForwardFailed(replace(finding, evidence=replace(finding.evidence, case=inputs)))
    try:
        return [any_array(answer) for answer in outcome.answers]
    except UnexpectedType as refusal:
        raise ForwardFailed(Finding.wrong(str(refusal))) from None


def differs(forward: Forward, of: Formula, cases: Sequence[Case], context: CheckContext) -> bool:
    """Whether forward's value is another than the formula's at one of the cases. Raises ForwardFailed."""
    for case, outcome in zip(cases, context.ask([forward.program(case, [{}]) for case in cases]), strict=True):
        (value,), expected = _values(outcome, forward, case, context), value_of(of, case)
        if value.values.shape != expected.values.shape:
            return True
        if mismatch(value.values, expected.values, expected.size, tolerance(value.dtype), expected.slack) is not None:
            return True
    return False
