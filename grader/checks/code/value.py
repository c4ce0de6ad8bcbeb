"""The check kind `value`: calls give what formulas of their inputs or the reference say, or raise an exception."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, Finding
from grader.checks.code.formula_functions import arguments_of, planted_of
from grader.checks.code.oracle import NO_REFERENCE, referred
from grader.checks.code.value_spec import Spec
from grader.checks.expected import Results
from grader.checks.program import CallProgram, Trial, inputs_of, shown
from grader.checks.proof import TrialPlan
from grader.checks.spec_fields import size_names
from grader.checks.trials import credited, expecting, find_misses
from grader.maths.compare import ExpectedValue
from grader.maths.domains import Case, draw_cases, draw_few, draw_made
from grader.sandbox.requests import Request

__all__ = ["Spec"]
files, form, pairs, derives = absent.files, absent.form, absent.pairs, absent.derives
Made = tuple[Case, Sequence[ExpectedValue]]


def targets(spec: Spec) -> list[str]:
    """The functions that must be written."""
    results = {name for call in spec.steps for name in call.results}
    found = [name for call in spec.calls if call.start not in results for name in call.targets(spec.make)]
    return list(dict.fromkeys(found))


def answer_form(spec: Spec) -> tuple[int, frozenset[str]] | None:
    """A value for each result that is judged, of the inputs and sizes; none for an exception, or with a reference."""
    if spec.equals is None or spec.equals.references:
        return None
    return len(spec.equals.by_place) - len(spec.equals.free), frozenset([*spec.inputs, *size_names(spec.sizes)])


def planned(spec: Spec, rng: Random) -> list[Trial]:
    """The calls for every case."""
    if spec.needs_reference:
        return []
    made = draw_made(spec.inputs, spec.cases, rng, spec.sizes, partial(_with_expected, spec), _is_steady, spec.draws)
    return [_trial(spec, case, expected) for case, expected in made]


def plan(spec: Spec, rng: Random) -> TrialPlan | None:
    """Calls on every case, compared with formulas; None where the reference says what is expected."""
    return None if spec.needs_reference else _plan(spec, planned(spec, rng))


def _plan(spec: Spec, trials: Sequence[Trial]) -> TrialPlan:
    def with_own(rng: Random) -> TrialPlan:
        own = draw_few(spec.inputs, rng, spec.sizes, partial(_with_expected, spec), _is_steady)
        return _plan(spec, [*trials, *(_trial(spec, case, expected) for case, expected in own)])

    return TrialPlan(trials, partial(_explain, spec, trials), with_own, planted_of(spec.functions))


def run(spec: Spec, context: CheckContext) -> Finding:
    """Calls on every case, compared with what the reference returns."""
    if not context.reference:
        return NO_REFERENCE
    assert spec.equals is not None
    cases = draw_cases(spec.inputs, spec.cases, context.rng, spec.sizes, spec.draws)
    answers = referred(spec.equals.references, cases, context)
    trials = [
        replace(_trial(spec, case, spec.due.values(case, answer)), truths=spec.due.truths(answer))
        for case, answer in zip(cases, answers, strict=True)
    ]
    request = Request(context.file, [trial.program for trial in trials], planted_of(spec.functions))
    return _explain(spec, trials, request, context)


def _with_expected(spec: Spec, case: Case) -> Made:
    return case, [] if spec.equals is None else spec.due.values(case)


def _is_steady(made: Made) -> bool:
    return all(part.steady for part in made[1])


def _explain(spec: Spec, trials: Sequence[Trial], request: Request, context: CheckContext) -> Finding:
    misses = find_misses(trials, context, request)
    return credited(spec.credit, misses, trials) if misses else CORRECT


def _trial(spec: Spec, case: Case, expected: Sequence[ExpectedValue]) -> Trial:
    program = CallProgram()
    brought = {**program.bring(case), **arguments_of(spec.functions)}
    objects, apart = program.objects(spec.make, brought), spec.credit == "each"
    due = spec.due if spec.equals is not None else Results(())
    last = len(program.steps)
    held = ChainMap(objects, {name: slot for name, slot in brought.items() if name in spec.inputs})

    def look_at(number: int) -> None:
        """What is known once so many steps are done."""
        for place, _ in due.by_place:
            if place is not None and spec.bound(place.text) == number:
                program.part = place.text
                program.look(place, held, place.text, apart)

    if spec.call is not None:
        program.perform(spec.call, brought, objects, "result")
    for number, call in enumerate(spec.steps):
        last = len(program.steps)
        program.part = call.text
        program.assign(call, brought, objects)
        look_at(number)
    if spec.steps:
        look_at(len(spec.steps))
    program.part = ""
    passed = program.read_back(spec.changing)
    trial = Trial(
        program, case, partial(_shown, spec, case), due.members, (), rtol=spec.rtol,
        uses=inputs_of(*spec.make.values(), *spec.calls), passed=passed, each=bool(spec.steps) and not spec.raises,
        free=due.free, apart=apart, raises=spec.raises, raises_from=last,
    )  # fmt: skip
    return expecting(replace(trial, truths=frozenset() if due.references else due.truths()), expected)


def _shown(spec: Spec, case: Case) -> str:
    functions = [function.text for function in spec.functions.values()]
    return "; ".join([*functions, shown(spec.make, case, *spec.calls)])
