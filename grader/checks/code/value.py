"""The check kind `value`: a call returns what a formula of its inputs says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Literal

from pydantic import model_validator

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.program import CallProgram, Trial, inputs_of, shown
from grader.checks.proof import TrialPlan
from grader.checks.spec_fields import (
    CallField,
    FixedCases,
    FormulaField,
    Inputs,
    Objects,
    Rtol,
    Sizes,
    check_calls,
    check_cases,
    check_formula,
    needs_known,
)
from grader.checks.trials import expecting, find_misses, summary
from grader.maths.compare import ExpectedValue
from grader.maths.domains import Case, draw_few, draw_made
from grader.maths.rounding import value_of
from grader.sandbox.requests import Request

files, form, pairs, derives, run = absent.files, absent.form, absent.pairs, absent.derives, absent.run


class Spec(CheckSpec):
    """`call` must return `equals`, over fixed `cases` and drawn `inputs`."""

    kind: Literal["value"]
    make: Objects = {}
    call: CallField
    equals: FormulaField
    inputs: Inputs
    sizes: Sizes = ()
    cases: FixedCases = ()
    rtol: Rtol = 0.0

    @model_validator(mode="after")
    def _names(self) -> Spec:
        check_calls(self.make, {"call": self.call}, self.inputs)
        needs_known("equals", self.equals.names, self.inputs)
        check_cases(self.inputs, self.cases, self.sizes)
        check_formula("equals", self.equals, self.inputs, self.cases, self.sizes)
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets(spec.make)


def answer_form(spec: Spec) -> tuple[int, frozenset[str]]:
    """One value, of the inputs."""
    return 1, frozenset(spec.inputs)


def planned(spec: Spec, rng: Random) -> list[Trial]:
    """A call for every case."""
    found = draw_made(spec.inputs, spec.cases, rng, spec.sizes, partial(_with_expected, spec), _is_steady)
    return [_trial(spec, case, expected) for case, expected in found]


def plan(spec: Spec, rng: Random) -> TrialPlan:
    """Calls on every case, compared with the formula."""
    return _plan(spec, planned(spec, rng))


def _plan(spec: Spec, trials: Sequence[Trial]) -> TrialPlan:
    def with_own(rng: Random) -> TrialPlan:
        own = draw_few(spec.inputs, rng, spec.sizes, partial(_with_expected, spec), _is_steady)
        return _plan(spec, [*trials, *(_trial(spec, case, expected) for case, expected in own)])

    return TrialPlan(trials, partial(_explain, trials), with_own)


def _with_expected(spec: Spec, case: Case) -> tuple[Case, ExpectedValue]:
    return case, value_of(spec.equals, case)


def _is_steady(made: tuple[Case, ExpectedValue]) -> bool:
    return made[1].steady


def _explain(trials: Sequence[Trial], request: Request, context: CheckContext) -> Finding:
    misses = find_misses(trials, context, request)
    return summary(misses, trials) if misses else CORRECT


def _trial(spec: Spec, case: Case, expected: ExpectedValue) -> Trial:
    program = CallProgram()
    brought = program.bring(case)
    objects = program.objects(spec.make, brought)
    program.perform(spec.call, brought, objects, "result")
    passed = program.read_back()
    call = partial(shown, spec.make, case, spec.call)
    uses = inputs_of(*spec.make.values(), spec.call)
    return expecting(Trial(program, case, call, ((),), (), rtol=spec.rtol, uses=uses, passed=passed), [expected])
