"""The check kind `gradient`: backward returns the upstream gradient times the derivative of forward, for each input.

With `of`, the derivative is that of a formula, to machine precision. Without it, it is the numerical derivative of the
student's own forward, and a verdict is given only where its error bound allows one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import numpy as np

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, Finding, Record
from grader.checks.code.derivative_curve import derivative_curve
from grader.checks.code.gradient_spec import Spec
from grader.checks.code.gradient_trials import plain, trapped, trials_of
from grader.checks.code.oracle import NO_REFERENCE
from grader.checks.code.own_derivative import Forward, ForwardFailed, Slopes, differs, output_shapes, slopes
from grader.checks.code.trivial_pairs import IDENTITY, ZERO, of_calls
from grader.checks.code.wrong_step import wrong_step
from grader.checks.program import Trial
from grader.checks.proof import TrialPlan
from grader.checks.spec_fields import size_names
from grader.checks.trials import CourseFault, credited, expecting, find_misses
from grader.maths import display
from grader.maths.compare import RTOL_FLOAT64, ExpectedValue
from grader.maths.domains import MAX_ENTRIES, UPSTREAM, Case, Domain, draw_cases, draw_few, draw_made
from grader.maths.formula import Formula, env_of
from grader.maths.rounding import gradients_of
from grader.model import Exhibit, Verdict
from grader.sandbox.requests import Request

NOT_DECIDABLE = Finding(
    Verdict.NEEDS_REVIEW,
    0.0,
    "the derivative of your forward could not be computed accurately enough at any point that was tried",
)
ROUNDS = 4  # in which cases are drawn again whose derivative is too uncertain; a forward that never allows it ends here
MAX_NUMERICAL_CASES = 16  # each costs 23 calls of forward for every entry of every input
NEARBY = 0.1  # a wrong function may have the right value at one point, and hardly at the next

files, form = absent.files, absent.form


def targets(spec: Spec) -> list[str]:
    """The functions that must be written."""
    needed = spec.forward if spec.runs_forward or spec.of is None else None  # else backward is called alone
    forward = needed.targets(spec.make) if needed else []
    return [*forward, *spec.backward.targets(spec.make)]


def derives(spec: Spec) -> tuple[str, str]:
    """Backward, and forward, which it is the derivative of; "" where there is none."""
    forward = spec.forward.targets(spec.make) if spec.forward else [""]
    return spec.backward.targets(spec.make)[-1], forward[-1]


def answer_form(spec: Spec) -> tuple[int, frozenset[str]] | None:
    """A gradient for each of `wrt`, of the inputs, sizes and the upstream gradient; none without a formula in `of`."""
    names = frozenset([*spec.inputs, *size_names(spec.sizes), spec.upstream])
    return None if spec.formula is None else (len(spec.wrt), names)


def planned(spec: Spec, rng: Random) -> list[Trial]:
    """Backward on every case and every trap, against the closed form."""
    if spec.formula is None:
        return []
    stated = [case.get(spec.upstream) for case in spec.cases] if _has_arrays(spec) else []
    made = draw_made(*_drawn_from(spec), rng, spec.sizes, _maker(spec, stated, rng), _is_steady, spec.draws)
    return _expecting(spec, trials_of(spec, [case for case, _ in made], rng), made)


def pairs(spec: Spec) -> dict[str, str]:
    """Code for forward and backward that solves nothing, but where that is what `of` asks for."""
    found = of_calls(spec.make, spec.forward, spec.backward, spec.wrt, spec.upstream)
    of = spec.formula
    if of is None:
        return found
    values = [(case, of(env_of(case))) for case in draw_cases(*_drawn_from(spec), Random(0), spec.sizes)]
    right = {
        ZERO: not any(np.any(value) for _, value in values),
        IDENTITY: all(np.array_equal(value, case[spec.wrt[0]]) for case, value in values),
    }
    return {name: code for name, code in found.items() if not right[name]}


def plan(spec: Spec, rng: Random) -> TrialPlan | None:
    """Backward on every case and every trap; None where what is expected is the derivative of other code."""
    if spec.formula is None:
        return None
    return _plan(spec, planned(spec, rng))


def _plan(spec: Spec, trials: Sequence[Trial]) -> TrialPlan:
    def with_own(rng: Random) -> TrialPlan:
        least = 2 if spec.traps else 1  # a trap needs two cases
        own = draw_few(_drawn_from(spec)[0], rng, spec.sizes, _maker(spec, [], rng), _is_steady, least)
        drawn = [case for case, _ in own]
        asked = [plain(spec, case) for case in drawn]
        asked += [trapped(spec, trap, drawn[0], drawn, rng) for trap in spec.traps]
        return _plan(spec, [*trials, *_expecting(spec, asked, own)])

    return TrialPlan(trials, partial(_explain, spec, trials), with_own)


def _maker(spec: Spec, stated: Sequence[Any], rng: Random) -> Callable[[Case], tuple[Case, Sequence[ExpectedValue]]]:
    """Makes a drawn case whole, with its gradients; the first upstream gradients of arrays are `stated`."""
    of, upstreams, arrays = _formula(spec), iter(stated), _has_arrays(spec)

    def make(case: Case) -> tuple[Case, Sequence[ExpectedValue]]:
        if arrays:
            case = _with_upstream(spec, case, np.shape(of(env_of(case))), next(upstreams, None), rng)
        return case, _gradients(spec, case)

    return make


def _is_steady(made: tuple[Case, Sequence[ExpectedValue]]) -> bool:
    return all(part.steady for part in made[1])


def _expecting(
    spec: Spec, trials: Sequence[Trial], made: Sequence[tuple[Case, Sequence[ExpectedValue]]]
) -> list[Trial]:
    """The trials with what each of them must give."""
    known = {id(case): expected for case, expected in made}
    return [
        expecting(replace(trial, rtol=spec.rtol), known.get(id(trial.case)) or _gradients(spec, trial.case))
        for trial in trials
    ]


def run(spec: Spec, context: CheckContext) -> Finding:
    """Runs backward on every case and every trap and compares with the derivative of the student's own forward, or of
    the reference."""
    if spec.reference is None:
        try:
            return _by_forward(spec, spec.own_forward, context, context)
        except ForwardFailed as failed:
            return failed.finding
    if not context.reference:
        return NO_REFERENCE
    assert context.oracle is not None
    apart = replace(context, judged=context.oracle, record=Record(), sources=context.reference)
    try:
        return _by_forward(spec, Forward({}, spec.reference), apart, context)
    except ForwardFailed as failed:
        raise CourseFault(f"the reference: {failed.finding.message}") from None


def _explain(spec: Spec, trials: Sequence[Trial], request: Request, context: CheckContext) -> Finding:
    misses = find_misses(trials, context, request)
    if not misses:
        return CORRECT
    finding = credited(spec.credit, misses, trials)
    first = misses[0].trial
    if misses[0].members and not first.trap and (step := wrong_step(spec, first, context)) is not None:
        facts = {**finding.evidence.facts, "first wrong step": step.text}
        finding = replace(finding, evidence=replace(finding.evidence, facts=facts))
    if misses[0].members and not first.trap:
        curve = derivative_curve(spec, first, min(misses[0].members), context)
        exhibit = replace(finding.evidence.exhibit or Exhibit(), curve=curve)
        finding = replace(finding, evidence=replace(finding.evidence, exhibit=exhibit))
    entries = sum(np.size(first.case[name]) for name in spec.wrt)
    if spec.forward is None or first.trap or misses[0].finding.message or entries > MAX_ENTRIES:
        return finding  # no forward to ask, or no numbers of theirs to set beside it
    return _with_numerical(spec, finding, first, context)


def _drawn_from(spec: Spec) -> tuple[dict[str, Domain], Sequence[Mapping[str, Any]]]:
    """What is drawn, and the fixed cases. The upstream gradient of arrays has the output's shape: it comes later."""
    if not _has_arrays(spec):
        return {**spec.inputs, spec.upstream: UPSTREAM}, spec.cases
    fixed = [{name: value for name, value in case.items() if name in spec.inputs} for case in spec.cases]
    return dict(spec.inputs), fixed


def _has_arrays(spec: Spec) -> bool:
    return any(domain.shape is not None for domain in spec.inputs.values())


def _with_upstream(spec: Spec, case: Case, shape: tuple[int, ...], stated: Any, rng: Random) -> Case:
    """The case with an upstream gradient of the output's shape, where it does not state its own."""
    return {**case, spec.upstream: UPSTREAM.draw_array(rng, shape) if stated is None else np.array(stated, np.float64)}


def _by_forward(spec: Spec, forward: Forward, asked: CheckContext, context: CheckContext) -> Finding:
    """Judged against numerical derivatives of a forward, which is `asked` for its values; wrong only when a second,
    incommensurate ladder says so too. Raises ForwardFailed."""
    decided = _decidable(spec, forward, asked)
    if not decided:
        return NOT_DECIDABLE
    trials = trials_of(spec, [case for case, _ in decided], context.rng)
    # Forward is not run again at these: one that answers differently the second time would make any backward pass.
    known = {id(case): by_input for case, by_input in decided}
    others = [trial for trial in trials if id(trial.case) not in known]
    against = {id(trial.case): trial for trial in _against_slopes(spec, forward, others, 0, asked)}
    first = find_misses(
        [_with_slopes(spec, trial, known[id(trial.case)]) if id(trial.case) in known else against[id(trial.case)]
         for trial in trials], context,
    )  # fmt: skip
    if not first:
        return CORRECT
    doubted = [miss.trial for miss in first]
    second = find_misses(_against_slopes(spec, forward, doubted, 1, asked), context)
    return credited(spec.credit, second, trials) if second else NOT_DECIDABLE


def _decidable(spec: Spec, forward: Forward, context: CheckContext) -> list[tuple[Case, dict[str, Slopes]]]:
    """Cases with forward's derivative, its error bound small enough for a verdict; others are drawn again."""
    kept: dict[int, tuple[Case, dict[str, Slopes]]] = {}
    for _ in range(ROUNDS):
        drawn = draw_cases(*_drawn_from(spec), context.rng, spec.sizes, spec.draws)[:MAX_NUMERICAL_CASES]
        if _has_arrays(spec):
            stated = [case.get(spec.upstream) for case in spec.cases] + [None] * len(drawn)
            shapes = output_shapes(forward, drawn, context)
            drawn = [
                _with_upstream(spec, case, shape, value, context.rng)
                for case, shape, value in zip(drawn, shapes, stated, strict=False)
            ]
        open_cases = {number: case for number, case in enumerate(drawn) if number not in kept}
        if not open_cases:
            break
        found = slopes(forward, list(open_cases.values()), spec.upstream, spec.wrt, 0, context)
        for (number, case), by_input in zip(open_cases.items(), found, strict=True):
            largest = max(float(np.max(np.abs(part.values), initial=0.0)) for part in by_input.values())
            if all(part.is_decisive(largest) for part in by_input.values()):
                kept[number] = case, by_input
    return [kept[number] for number in sorted(kept)]


def _formula(spec: Spec) -> Formula:
    """The true function, which plans of this kind have."""
    assert spec.formula is not None
    return spec.formula


def _gradients(spec: Spec, case: Mapping[str, Any]) -> list[ExpectedValue]:
    return gradients_of(_formula(spec), case, np.asarray(case[spec.upstream], np.float64), spec.wrt)


def _against_slopes(
    spec: Spec, forward: Forward, trials: list[Trial], ladder: int, context: CheckContext
) -> list[Trial]:
    found = slopes(forward, [trial.case for trial in trials], spec.upstream, spec.wrt, ladder, context)
    return [_with_slopes(spec, trial, by_input) for trial, by_input in zip(trials, found, strict=True)]


def _with_slopes(spec: Spec, trial: Trial, by_input: dict[str, Slopes]) -> Trial:
    return replace(
        trial, expected=tuple(by_input[name].values for name in spec.wrt),
        slack=tuple(by_input[name].errors for name in spec.wrt), rtol=max(RTOL_FLOAT64, spec.rtol),
    )  # fmt: skip


def _with_numerical(spec: Spec, finding: Finding, trial: Trial, context: CheckContext) -> Finding:
    """Adds what the numerical derivative of the student's own forward says, beside theirs and the truth."""
    try:
        by_input = slopes(spec.own_forward, [trial.case], spec.upstream, spec.wrt, 0, context)[0]
    except ForwardFailed:
        return finding
    if not all(np.isfinite(part.errors).all() for part in by_input.values()):
        return finding
    parts = [part.name for part in finding.evidence.exhibit.parts] if finding.evidence.exhibit else []
    shown = [(names[0], display.array(by_input[names[-1]].values)) for names in spec.members if names[0] in parts]
    numerical = ", ".join(f"{name} = {text}" if len(spec.wrt) > 1 else text for name, text in shown)
    message = finding.message
    own = find_misses([_with_slopes(spec, trial, by_input)], context)
    if not own and spec.formula is not None and _forward_differs(spec, spec.formula, dict(trial.case), context):
        message += f"; your backward is the derivative of your forward, but your forward is not {spec.formula.text}"
    return replace(finding, message=message, evidence=replace(finding.evidence, numerical=numerical))


def _forward_differs(spec: Spec, of: Formula, case: Case, context: CheckContext) -> bool:
    """Whether forward is another function than `of`, at the case or beside it."""
    near = [{**case, name: case[name] * (1 + NEARBY)} for name in spec.wrt]
    return differs(spec.own_forward, of, [case, *near], context)
