"""The trials of a check of a gradient: backward at a case, and traps for what is kept between calls."""

from __future__ import annotations

from functools import partial
from random import Random

import numpy as np

from grader.checks.code.gradient_spec import Spec, Trap
from grader.checks.program import CallProgram, Trial, inputs_of, shown
from grader.maths.domains import UPSTREAM, Case, like, most_different, same_sizes


def trials_of(spec: Spec, cases: list[Case], rng: Random) -> list[Trial]:
    """Every case by itself, then each trap at two of them."""
    trials = [plain(spec, case) for case in cases]
    for trap in spec.traps:
        for _ in range(2):
            trials.append(trapped(spec, trap, rng.choice(cases), cases, rng))
    return trials


def trapped(spec: Spec, trap: Trap, first: Case, cases: list[Case], rng: Random) -> Trial:
    """One trap, with another case that it needs."""
    return _TRAPS[trap](spec, first, _partner(spec, trap, first, cases, rng))


def _partner(spec: Spec, trap: Trap, first: Case, cases: list[Case], rng: Random) -> Case:
    """The other case of a trap. One object takes two of them in turn: what arrays it is made with must fit both."""
    made_with = set().union(*(maker.inputs for maker in spec.make.values()))
    if trap == "interleaved" or not any(np.shape(first[name]) for name in made_with):
        return most_different(first, cases)
    alike = [case for case in cases if case is not first and same_sizes(first, case)]
    return most_different(first, alike) if alike else like(first, {**spec.inputs, spec.upstream: UPSTREAM}, rng)


def plain(spec: Spec, case: Case, inside: bool = False) -> Trial:
    """Backward at one case, after forward where that has an object; or what is `inside` of backward then."""
    program = CallProgram()
    brought = program.bring(case)
    objects = program.objects(spec.make, brought)
    if spec.runs_forward:
        program.assign(spec.forward_call, brought, objects)
    program.perform(spec.backward, brought, objects, "result", inside=inside)
    passed = program.read_back(spec.may_change)
    return Trial(program, case, partial(_shown, spec, case), spec.members, (), uses=_uses(spec), passed=passed)


def _forward_twice(spec: Spec, first: Case, second: Case) -> Trial:
    program = CallProgram()
    inputs = {**second, **{name: value for name, value in first.items() if name in spec.forward_call.inputs}}
    earlier, later = program.bring(inputs), program.bring(second)
    objects = program.objects(spec.make, later)
    program.assign(spec.forward_call, earlier, objects)
    program.assign(spec.forward_call, later, objects)
    program.perform(spec.backward, later, objects, "result")

    def text() -> str:
        forward = spec.forward_call
        calls = [shown(spec.make, second), forward.shown(first), shown({}, second, forward, spec.backward)]
        return "; ".join(calls)

    return Trial(program, second, text, spec.members, (), "forward-twice", uses=_uses(spec))


def _interleaved(spec: Spec, first: Case, second: Case) -> Trial:
    program = CallProgram()
    mine, other = program.bring(first), program.bring(second)
    objects = program.objects(spec.make, mine)
    others = program.objects(spec.make, other)
    program.assign(spec.forward_call, mine, objects)
    program.assign(spec.forward_call, other, others)
    program.perform(spec.backward, mine, objects, "result")

    def text() -> str:
        return f"{_shown(spec, first)}, with {spec.forward_call.shown(second)} of another object in between"

    return Trial(program, first, text, spec.members, (), "interleaved", uses=_uses(spec))


_TRAPS = {"interleaved": _interleaved, "forward-twice": _forward_twice}


def _shown(spec: Spec, case: Case) -> str:
    return shown(spec.make, case, *([spec.forward_call] if spec.runs_forward else []), spec.backward)


def _uses(spec: Spec) -> frozenset[str]:
    """The inputs that a student's code is given."""
    return inputs_of(*spec.make.values(), *([spec.forward] if spec.forward else []), spec.backward)
