"""The check kind `gradient`: backward returns the upstream gradient times the derivative of forward, for each input."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from grader.checks.call import Program
from grader.checks.fields import CallField, FixedCases, FormulaField, Inputs, Objects, check_cases, needs_known
from grader.checks.kind import CORRECT, Bench, CheckSpec, Finding
from grader.checks.trial import Trial, judge_trials
from grader.maths.derivative import vector_jacobian
from grader.maths.domains import UPSTREAM, Domain, draw_cases

Trap = Literal["interleaved", "forward-twice"]


class Spec(CheckSpec):
    """`backward` must return the derivatives of `of` by `wrt`, times the upstream gradient `g`.

    Traps run the calls in orders that show state kept in the wrong place: two objects in turn, forward called twice.
    """

    kind: Literal["gradient"]
    make: Objects = {}
    forward: CallField
    backward: CallField
    of: FormulaField
    wrt: tuple[str, ...] = Field(
        min_length=1, description="the inputs to differentiate by, in the order returned", strict=False
    )
    returns: tuple[str, ...] = Field((), description="the students' names for the returned gradients", strict=False)
    upstream: str = Field("g", description="the name of the upstream gradient in calls")
    inputs: Inputs
    cases: FixedCases = ()
    traps: tuple[Trap, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _names(self) -> Spec:
        known = [*self.inputs, self.upstream]
        needs_known("forward", self.forward.inputs, self.inputs)
        needs_known("backward", self.backward.inputs, known)
        needs_known("of", self.of.names, self.inputs)
        needs_known("wrt", self.wrt, self.inputs)
        check_cases(self.cases, known)
        if self.returns and len(self.returns) != len(self.wrt):
            raise PydanticCustomError("returns", "`returns` must name as many gradients as `wrt` names inputs")
        if self.traps and not self.make:
            raise PydanticCustomError("traps", "traps are about objects: say in `make` how one is made")
        return self

    @property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """The accepted names of each returned gradient."""
        names = self.returns or tuple(f"grad_{name}" for name in self.wrt)
        return tuple(zip(names, self.wrt, strict=True)) if len(self.wrt) > 1 else ((names[0], self.wrt[0]),)


def targets(spec: Spec) -> list[str]:
    """The functions that must be written."""
    return [*spec.forward.targets(spec.make), *spec.backward.targets(spec.make)]


def run(spec: Spec, bench: Bench) -> Finding:
    """Runs backward on every case and every trap and compares with the closed form."""
    cases = _cases(spec, spec.cases, bench.rng)
    trials = [_plain(spec, case) for case in cases]
    for trap in spec.traps:
        for _ in range(2):
            first, second = bench.rng.sample(cases[len(spec.cases) :], 2)
            trials += _TRAPS[trap](spec, first, second)
    return judge_trials(trials, bench, CORRECT)


def _cases(spec: Spec, fixed: FixedCases, rng: Random) -> list[dict[str, Any]]:
    domains: dict[str, Domain] = {**spec.inputs, spec.upstream: UPSTREAM}
    return draw_cases(domains, fixed, rng)


def _plain(spec: Spec, case: dict[str, Any]) -> Trial:
    program = Program()
    brought = program.bring(case)
    objects = {name: program.call(make, brought, {}) for name, make in spec.make.items()}
    if spec.make:
        program.call(spec.forward, brought, objects)
    program.call(spec.backward, brought, objects, tell=True)
    program.read_inputs()
    return _trial(spec, program, case, _shown(spec, case))


def _forward_twice(spec: Spec, first: dict[str, Any], second: dict[str, Any]) -> list[Trial]:
    program = Program()
    earlier, later = program.bring(first), program.bring(second)
    objects = {name: program.call(make, later, {}) for name, make in spec.make.items()}
    program.call(spec.forward, earlier, objects)
    program.call(spec.forward, later, objects)
    program.call(spec.backward, later, objects, tell=True)
    program.kept.clear()
    shown = f"{spec.forward.shown(first)}; {_shown(spec, second)}"
    return [_trial(spec, program, second, shown, "forward-twice")]


def _interleaved(spec: Spec, first: dict[str, Any], second: dict[str, Any]) -> list[Trial]:
    program = Program()
    mine, other = program.bring(first), program.bring(second)
    objects = {name: program.call(make, mine, {}) for name, make in spec.make.items()}
    others = {name: program.call(make, other, {}) for name, make in spec.make.items()}
    program.call(spec.forward, mine, objects)
    program.call(spec.forward, other, others)
    program.call(spec.backward, mine, objects, tell=True)
    program.kept.clear()
    shown = f"{_shown(spec, first)}, with {spec.forward.shown(second)} of another object in between"
    return [_trial(spec, program, first, shown, "interleaved")]


_TRAPS = {"interleaved": _interleaved, "forward-twice": _forward_twice}


def _shown(spec: Spec, case: dict[str, Any]) -> str:
    made = "; ".join(f"{name} = {call.shown(case)}" for name, call in spec.make.items())
    calls = [made, spec.forward.shown(case)] if made else []
    return "; ".join([*calls, spec.backward.shown(case)])


def _trial(spec: Spec, program: Program, case: dict[str, Any], shown: str, trap: str = "") -> Trial:
    gradients = vector_jacobian(spec.of, case, np.asarray(case[spec.upstream], np.float64), spec.wrt)
    return Trial(program, case, shown, spec.members, tuple(gradients[name] for name in spec.wrt), trap)
