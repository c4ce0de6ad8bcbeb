"""The check kind `planted`: a gradient checker must accept right gradients and reject wrong ones that the judge plants.

The planted functions live in the judge. Student code gets a proxy; the judge sees every point at which it is called,
which never changes a verdict and serves the hint after a failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from random import Random
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from grader.checks import absent, failures
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding, Record
from grader.checks.calls import Call
from grader.checks.code import planted_answers
from grader.checks.code.difference_hints import TRUNCATED, Point, cut_off, hint, manner
from grader.checks.code.planted_function import DrawnFunction, PlantedFunction, PlantRequest, number_text
from grader.checks.code.planted_gradients import RESTORED, RIGHT, WRONG, Plant
from grader.checks.code.planted_plan import Asked, PlantedPlan, SharedParts, drawn, misjudged
from grader.checks.program import CallProgram
from grader.checks.spec_fields import (
    CallField,
    FixedCases,
    FormulaField,
    Inputs,
    PlantDraws,
    Sizes,
    check_calls,
    check_cases,
    check_formulas,
    needs_known,
    refuse,
)
from grader.maths import display, function_family
from grader.maths.domains import Case, Domain, draw_cases
from grader.model import Evidence, Exhibit, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Array, Number, UnexpectedType, any_array, describe
from grader.sandbox.program import JudgeFunction, Program
from grader.sandbox.requests import MissingName, ProgramResult, Reply, Request, StudentException
from grader.sandbox.shared_programs import AnswerTable

TRIES = 200  # functions drawn for one plant before the terms and slopes of the course are refused


def _as_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


Terms = Annotated[
    tuple[FormulaField, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]

answer_form, planned = absent.answer_form, absent.planned
files, form, pairs, derives, run = absent.files, absent.form, absent.pairs, absent.derives, absent.run


class Spec(CheckSpec):
    """`call` is given a function as `function` and a point as `at`; it must return True for right plants only.

    With an `epsilon`, the right gradient is the central difference quotient with this step.
    """

    kind: Literal["planted"]
    call: CallField
    function: str = Field("f", description="the argument of `call` that is the planted function")
    at: str = Field("x", description="the argument of `call` that is the point")
    of: Terms = Field(
        min_length=1, max_length=12, description="terms of the planted functions, of the inputs; each is a scalar"
    )
    pick: int | None = Field(None, ge=1, description="how many of the terms a function has; all of them unless given")
    slopes: Domain = Field(
        function_family.SLOPES, description="where the entries of the claimed gradient are drawn from"
    )
    plants: tuple[Plant, ...] = Field(min_length=1, strict=False, description="the gradients that it claims")
    epsilon: float | None = Field(None, gt=0, description="the step that `call` passes")
    unchanged: bool = Field(False, description="also charge a point that is not restored")
    inputs: Inputs = Field(description="where the point and the coefficients of each term are drawn from")
    sizes: Sizes = ()
    cases: FixedCases = Field((), description="points; every plant is tried at each")
    draws: PlantDraws = 0

    @model_validator(mode="after")
    def _names(self) -> Spec:
        check_calls({}, [("call", self.call)], self.inputs, [self.function])
        needs_known("at", [self.at], self.inputs)
        if not {self.function, self.at} <= self.call.inputs:
            refuse("call", f"must be given the function {self.function!r} and the point {self.at!r}")
        for term in self.of:
            needs_known("of", term.names, self.inputs)
            if self.at not in term.names:
                refuse("of", f"{term.text!r} does not depend on the point {self.at!r}")
        if self.pick is not None and self.pick > len(self.of):
            refuse("pick", f"there are {len(self.of)} terms to pick from")
        if not (set(self.plants) & set(RIGHT) and set(self.plants) & set(WRONG)):
            refuse(
                "plants",
                "needs a right gradient (such as exact) and a wrong one: else one constant answer passes",
            )
        if self.slopes.shape is not None:
            refuse("slopes", "leave `shape` out: there is one for each entry of the point")
        check_cases(self.inputs, self.cases, self.sizes)
        if bool({"quotient", "derivative"} & set(self.plants)) != (self.epsilon is not None):
            refuse("plants", "`quotient` and `derivative` go with an `epsilon`")
        check_formulas("of", self.of, self.inputs, self.cases, self.sizes, scalar=True)
        try:
            for case in _cases(self, Random(0))[: min(2, len(self.cases) or 2)]:
                _drawn(self, self.plants[0], case, Random(0))
        except ValueError as error:
            refuse("of", str(error))
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def plan(spec: Spec, rng: Random) -> PlantedPlan[FunctionTrial]:
    """Every gradient, planted in a function of its own; the student's verdicts are compared with the truth."""
    return PlantedPlan(draw_trials(spec, rng), PlantedAttempt.begin, points=len(spec.cases) + _drawn_points(spec))


@dataclass(frozen=True)
class PlantedAttempt:
    """What one checker says of the planted gradients."""

    asked: Asked[FunctionTrial]

    @classmethod
    def begin(cls, trials: Sequence[FunctionTrial], file: str, shared: SharedParts | None) -> PlantedAttempt:
        """The attempt of a submission's file."""
        return cls(Asked.of(trials, file, shared))

    @property
    def requests(self) -> tuple[Request, ...]:
        """The one request."""
        return (self.asked.request,)

    def prove(self, replies: Sequence[Reply], record: Record) -> Finding | None:
        """Correct where every verdict is right."""
        return None if next(self._wrong(replies[0].outcomes, {}), None) else CORRECT

    def explain(self, context: CheckContext) -> Finding:
        """The first gradient, in the order of the course, of which the checker said what is not true."""
        finding = next(self._wrong(context.answers(self.asked.request), context.sources), CORRECT)
        self.asked.watch(context, FunctionTrial.manner)
        return finding

    def _wrong(self, outcomes: Sequence[ProgramResult], sources: Mapping[str, str]) -> Iterator[Finding]:
        plants = self.asked.trials[0].spec.plants
        pairs = sorted(
            zip(self.asked.trials, self.asked.outcomes(outcomes), strict=True),
            key=lambda pair: plants.index(pair[0].planted.plant),
        )
        findings = (misjudged(trial, outcome, trial.plant in RIGHT, sources) or trial.moved(outcome)
                    for trial, outcome in pairs)  # fmt: skip
        return filter(None, findings)


def draw_trials(spec: Spec, rng: Random) -> list[FunctionTrial]:
    """Every plant of the check, in the order of the course, each in a function of its own."""
    cases, count = _cases(spec, rng), len(spec.cases)
    fixed, free = cases[:count], cases[count:]

    def points() -> Iterator[Case]:
        yield from fixed
        yield from free if spec.draws else (rng.choice(free) for _ in range(_drawn_points(spec)))

    return [_drawn(spec, plant, case, rng) for plant in spec.plants for case in points()]


def _cases(spec: Spec, rng: Random) -> list[Case]:
    """The fixed cases, what they leave open drawn, then drawn ones."""
    return draw_cases(spec.inputs, spec.cases, rng, spec.sizes, spec.draws)


def _drawn_points(spec: Spec) -> int:
    """At how many points each plant is tried that are drawn."""
    return spec.draws or (0 if spec.cases else 1)


def _drawn(spec: Spec, plant: Plant, case: Case, rng: Random) -> FunctionTrial:
    """A plant in a function that is drawn for it. Raises ValueError where none is found."""
    x = np.asarray(case[spec.at], np.float64)
    wanted = PlantRequest(spec.plants, spec.slopes, spec.epsilon)

    def draw() -> FunctionTrial | None:
        curve = function_family.draw_curve(spec.of, spec.pick or len(spec.of), spec.at, case, spec.inputs, rng)
        claimed = wanted.slopes(curve, x, rng)
        if claimed is None:
            return None
        around = DrawnFunction(curve, x, function_family.draw_value(rng), claimed, spec.epsilon)
        return FunctionTrial(spec, case, PlantedFunction(plant, around))

    return drawn(TRIES, draw)


@dataclass(eq=False)
class FunctionTrial:
    """One plant at one point, and the calls that the student's checker made."""

    spec: Spec
    case: Case
    planted: PlantedFunction
    calls: list[Point] = field(default_factory=list)

    @property
    def x(self) -> Any:
        """The point, as the checker gets it."""
        return self.case[self.spec.at]

    @property
    def point(self) -> Point:
        """The point as an array."""
        return np.asarray(self.x)

    @property
    def plant(self) -> str:
        """Which gradient is planted."""
        return self.planted.plant

    def anew(self, plant: str) -> FunctionTrial:
        """The same function with another gradient planted, not called yet."""
        planted = self.planted if plant == self.plant else PlantedFunction(plant, self.planted.around)
        return FunctionTrial(self.spec, self.case, planted)

    def program(self, number: int) -> Program:
        """Calls the checker, then reads the point again."""
        program = CallProgram()
        brought = program.bring({self.spec.at: self.x})
        program.perform(self.spec.call, {**brought, self.spec.function: JudgeFunction(number)}, {}, "verdict")
        program.read_back()
        return program

    def serve(self, answer: Answer) -> tuple[float, Any]:
        """What the student's proxy returns: (value, gradient). Raises UnexpectedType for a wrong shape."""
        shape = np.shape(self.x)
        try:
            x = any_array(answer).values
        except UnexpectedType:
            raise UnexpectedType(planted_answers.not_numbers(answer)) from None
        if x.shape != shape and not (shape == () and x.shape == (1,)):
            expected = f"an array of shape {shape}" if shape else "a number"
            raise UnexpectedType(f"f was called with {describe(answer)}, but x is {expected}")
        inner = x.reshape(shape)
        self.calls.append(inner)
        gradient = self.planted.claimed(inner)
        as_given = float(gradient) if isinstance(answer, Number) else gradient.reshape(x.shape)
        return self.planted.value(inner), as_given

    def table(self) -> AnswerTable:
        """What the function gives at the points that others asked for."""
        return self.planted.table(self.calls.append)

    def failed(self, failure: StudentException | MissingName, sources: Mapping[str, str]) -> Finding:
        """The finding on a checker that gave no answer."""
        why = failures.plain_number(failure, {self.spec.at: self.x})
        return Finding.of_failure(failure, self._shown(), sources, why)

    def moved(self, outcome: ProgramResult) -> Finding | None:
        """None where the point is as it was after the call, or where that is not judged."""
        if not self.spec.unchanged or not outcome.answers[1:]:
            return None
        now = outcome.answers[1]
        if isinstance(now, Array) and np.allclose(now.values, self.x, rtol=0, atol=RESTORED):
            return None
        why = TRUNCATED if cut_off(self.point, self.calls, self._epsilon()) else ""
        message = "x is not the same after the call: restore every coordinate, or work on a copy"
        return Finding(Verdict.WRONG, 0.0, message, why, evidence=self.evidence("", self.plant in RIGHT))

    def evidence(self, yours: str, expected: bool) -> Evidence:
        """The call, the function and both gradients."""
        planted = self.planted
        value = f"{self.spec.function}({self.spec.at})[0]"
        return Evidence(
            call=self._shown(),
            case={self.spec.at: display.plain_input(self.x), value: planted.written},
            yours=yours,
            expected=str(expected),
            worst=planted_answers.claims(planted.claimed(planted.around.x), planted.true),
            exhibit=Exhibit(
                asked=planted_answers.asked_points(self.spec.at, self.point, self.calls, self._epsilon()),
                paste=self._paste(yours, expected),
            ),
        )

    def _paste(self, yours: str, expected: bool) -> str:
        """Python that asks the checker the same once more, but for what it imports."""
        function, at = self.spec.function, self.spec.at
        call = self.spec.call.text
        said = f"yours: {yours}, " if yours else ""
        return "\n".join([
            f"{at} = {display.plain_input(self.x)}",
            f"{function} = lambda {at}: ({self.planted.written}, {number_text(self.planted.claimed(self.point))})",
            f"print({call})  # {said}expected: {expected}",
        ])  # fmt: skip

    def manner(self) -> str:
        """How the differences were taken."""
        return manner(self.point, self.calls, self._epsilon())

    def hint(self, accepted: bool) -> str:
        """The mistake that the calls show."""
        return hint(self.point, self.calls, self._epsilon(), accepted)

    def never_away(self) -> str:
        """The end of a sentence on a checker that called the function at no other point."""
        return planted_answers.never_called_away(self.spec.function, self.spec.at)

    def _epsilon(self) -> float:
        return self.spec.epsilon or _default_epsilon(self.spec.call)

    def _shown(self) -> str:
        return self.spec.call.shown(self.case)


def _default_epsilon(call: Call) -> float:
    numbers = [arg for arg in call.links[-1].args if isinstance(arg, (int, float))]
    return float(numbers[0]) if numbers else planted_answers.USUAL_STEP
