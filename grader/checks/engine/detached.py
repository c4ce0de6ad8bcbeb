"""The check kind `detached`: a checker of gradients must accept right ones and reject wrong ones that are planted.

The planted functions are expressions of the student's own values, all made in one way: with constants that the judge
fills in at each call, as `x * Value(x.data)` has one that follows x. The expected answer follows
from what the student's class really claims for the expression, so that its faults are never held against the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from random import Random
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.base.text import escape_controls
from grader.checks import absent, failures
from grader.checks.base import CORRECT, CheckContext, Finding, Record
from grader.checks.code import planted_answers
from grader.checks.code.difference_hints import NEVER_MOVED, Point, never_moved
from grader.checks.code.planted_gradients import RESTORED, RIGHT, Gradient, Plant
from grader.checks.code.planted_plan import Asked, PlantedPlan, SharedParts, drawn, misjudged, shuffled
from grader.checks.engine.detached_function import Detached, DetachedFamily
from grader.checks.engine.value_class import (
    CLOSE,
    Behaviour,
    Expression,
    OnValues,
    add_graph,
    behaviour,
    complaint,
    measurement,
    measuring,
)
from grader.checks.program import CallProgram
from grader.checks.spec_fields import CallField, FixedCases, Inputs, PlantDraws, needs_known, refuse
from grader.maths import function_family
from grader.maths.domains import Domain
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.model import Evidence, Exhibit, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Bool, UnexpectedType, any_array
from grader.sandbox.program import Program, Slot
from grader.sandbox.requests import MissingName, ProgramResult, Reply, Request, StudentException
from grader.sandbox.shared_programs import AnswerTable

TRIES = 200  # functions drawn for one plant before the terms and slopes of the course are refused
# What the class claims for a function is the same for every plant but the one that claims zeros.
MEASURED = ("exact", "zero")
ENOUGH = 0.75  # of the plants: the few that a class leaves which is right only at times could be guessed
NUMBERS = ("float", "int", "float64")  # types with which a planted function is called in place of a value

answer_form, planned = absent.answer_form, absent.planned
files, form, pairs, derives, run = absent.files, absent.form, absent.pairs, absent.derives, absent.run


class Spec(OnValues):
    """`call` is given a function as `function` and a list of numbers as `at`; it must return True for right plants.

    With an `epsilon`, the right gradient is the central difference quotient with this step.
    """

    kind: Literal["detached"]
    call: CallField
    function: str = Field("f", description="the argument of `call` that is the planted function")
    at: str = Field("inputs", description="the argument of `call` that is the list of numbers")
    of: tuple[str, ...] = Field(
        min_length=1, max_length=12, strict=False, description="products of the inputs, such as a * a * b: terms of f"
    )
    pick: int | None = Field(None, ge=1, description="how many of the terms a function has; all of them unless given")
    constants: Domain = Field(description="where the factors of the terms are drawn from, and how fast they change")
    slopes: Domain = Field(
        function_family.SLOPES, description="where the entries of the claimed gradient are drawn from"
    )
    inputs: Inputs = Field(description="the numbers in the list, in order: where they are drawn from")
    plants: tuple[Plant, ...] = Field(min_length=1, strict=False, description="the gradients that it claims")
    epsilon: float | None = Field(None, gt=0, description="the step that `call` passes")
    unchanged: bool = Field(False, description="judge only whether the list stays as it is")
    cases: FixedCases = Field((), description="fixed values of inputs; every plant is tried at each")
    draws: PlantDraws = 0

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if {self.function, self.at} != self.call.inputs:
            refuse("call", f"must be given {self.function!r} and {self.at!r}")
        if len(self.inputs) > 6 or any(name.startswith("k") and name[1:].isdigit() for name in self.inputs):
            refuse("inputs", "at most six are allowed, and none may be named like a constant: k0, k1, …")
        for key, domain in (("constants", self.constants), ("slopes", self.slopes), *self.inputs.items()):
            if domain.shape is not None:
                refuse(key if key in ("constants", "slopes") else "inputs", "are plain numbers: leave `shape` out")
        for text in self.of:
            try:
                graph = graphs.parse(text)
            except FormulaError as error:
                refuse("of", f"{text!r}: {error}")
            if ";" in text or {node.op for node in graph.nodes} - {"leaf", "*"} or len(graph.nodes) < 2:
                refuse("of", f"{text!r} is not a product of inputs")
            if any(not isinstance(arg, int) for node in graph.nodes for arg in node.args):
                refuse("of", f"{text!r}: numbers are drawn, see `constants`")
            needs_known("of", graph.leaves, self.inputs)
        if self.pick is not None and self.pick > len(self.of):
            refuse("pick", f"there are {len(self.of)} terms to pick from")
        for case in self.cases:
            needs_known("cases", case, self.inputs)
            if any(isinstance(value, list) for value in case.values()):
                refuse("cases", "are plain numbers: the list of all is made of them")
        if not (set(self.plants) & set(RIGHT) and set(self.plants) - set(RIGHT)) or "nan" in self.plants:
            refuse("plants", "needs a right gradient (such as exact) and a wrong one, and nan cannot be made")
        if bool({"quotient", "derivative"} & set(self.plants)) != (self.epsilon is not None):
            refuse("plants", "`quotient` and `derivative` go with an `epsilon`")
        try:
            for case in self.cases or ({},):
                _drawn(self, self.plants[0], Random(0), case)
        except ValueError as error:
            refuse("of", str(error))
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def plan(spec: Spec, rng: Random) -> PlantedPlan[DetachedTrial]:
    """What the class claims for every plant, and what the checker says of it."""
    return PlantedPlan(
        draw_trials(spec, rng),
        DetachedAttempt.begin,
        lambda trials: measuring(spec, [trial.anew(plant).expression for plant in MEASURED for trial in trials]),
    )


@dataclass(frozen=True)
class DetachedAttempt:
    """What one class claims, in the order `shuffled`, and what one checker says of it, in another order."""

    asked: Asked[DetachedTrial]
    order: Sequence[int]
    measured: Request

    @classmethod
    def begin(cls, trials: Sequence[DetachedTrial], file: str, shared: SharedParts | None) -> DetachedAttempt:
        """The attempt of a submission's file."""
        order, spec = shuffled(len(trials)), trials[0].spec
        if shared is None:
            measured = measurement(spec, [trials[index].expression for index in order])
        else:
            programs = shared.measured
            places = [index + len(trials) * (trials[index].plant == MEASURED[1]) for index in order]
            measured = Request(spec.engine, programs.programs, first=True, shared=programs, order=places)
        return cls(Asked.of(trials, file, shared), order, measured)

    @property
    def requests(self) -> tuple[Request, Request]:
        """What the class claims, and what the checker says."""
        return self.measured, self.asked.request

    def prove(self, replies: Sequence[Reply], record: Record) -> Finding | None:
        """Correct where every verdict is right."""
        finding = self._found(replies[0].outcomes, lambda: replies[1].outcomes, {})
        return finding if finding.status is Verdict.CORRECT else None

    def explain(self, context: CheckContext) -> Finding:
        """The first gradient of which the checker said what is not true; skipped where the class is to blame."""
        claimed, said = self.requests
        return self._found(context.answers(claimed), lambda: context.answers(said), context.sources)

    def _found(
        self, claims: Sequence[ProgramResult], said: Callable[[], Sequence[ProgramResult]], sources: Mapping[str, str]
    ) -> Finding:
        trials, spec = self.asked.trials, self.asked.trials[0].spec
        by_trial = dict(zip(self.order, claims, strict=True))
        measured = [behaviour(by_trial[index], len(trial.numbers)) for index, trial in enumerate(trials)]
        broken = next((one.failure for one in measured if one.failure is not None and one.failure.step < 0), None)
        if broken is not None:
            return Finding.of_failure(broken, trials[0].shown(), sources)
        expected = [trial.expected(claim) for trial, claim in zip(trials, measured, strict=True)]
        verdicts = [verdict for verdict in expected if verdict is not None]
        if len(set(verdicts)) < 2 or len(verdicts) < ENOUGH * len(expected):
            return Finding(Verdict.SKIPPED, 0.0, complaint(spec, measured))
        answers = self.asked.outcomes(said())
        judged = [(trial, answer, verdict) for trial, answer, verdict in
                  zip(trials, answers, expected, strict=True) if verdict is not None]  # fmt: skip
        # Simple ones first, as the course has them.
        judged.sort(key=lambda entry: spec.plants.index(entry[0].planted.plant))
        if spec.unchanged:
            return next(filter(None, (trial.changed(outcome) for trial, outcome, _ in judged)), CORRECT)
        findings = [(misjudged(trial, outcome, verdict, sources), verdict) for trial, outcome, verdict in judged]
        facts = {}
        for truth, name in ((True, "right gradients accepted"), (False, "wrong gradients rejected")):
            decided = [found is None for found, verdict in findings if verdict is truth]
            facts[name] = f"{sum(decided)} of {len(decided)}"
        first = next((found for found, _ in findings if found is not None), CORRECT)
        return replace(first, evidence=replace(first.evidence, facts=facts))


def draw_trials(spec: Spec, rng: Random) -> list[DetachedTrial]:
    """Every plant of the check, in the order of the course, each in a function of its own."""
    drawn_points: list[Mapping[str, Any]] = [{}] * (spec.draws or (0 if spec.cases else 1))
    return [_drawn(spec, plant, rng, case) for plant in spec.plants for case in (*spec.cases, *drawn_points)]


@dataclass(frozen=True)
class DetachedTrial:
    """One plant at one point, and the calls that the checker made."""

    spec: Spec
    planted: Detached
    calls: list[Point]

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers in the list."""
        return self.planted.point

    @property
    def point(self) -> Point:
        """The numbers as an array."""
        return np.asarray(self.numbers)

    @property
    def plant(self) -> str:
        """Which gradient is planted."""
        return self.planted.plant

    def anew(self, plant: str) -> DetachedTrial:
        """The same function with another gradient planted, not called yet."""
        return DetachedTrial(self.spec, self.planted if plant == self.plant else self.planted.with_plant(plant), [])

    @cached_property
    def expression(self) -> Expression:
        """The function at the point, constants filled in."""
        return Expression(self.numbers, partial(self._root, constants=list(map(float, self.planted.numbers))))

    def expected(self, behaviour: Behaviour) -> bool | None:
        """What the checker must return; None where the class does not claim what it should, which may be either.

        A wrong claim is not taken as a wrong plant: a class that is wrong on purpose would know the answer.
        """
        value = self.planted.value(self.point)
        size = float(np.max(np.abs(self.planted.true)))
        if not behaviour.right_value(value) or not behaviour.error(self.planted.claimed, size) <= CLOSE:
            return None
        return self.planted.plant in RIGHT

    def program(self, number: int) -> Program:
        """Makes the list, calls the checker, reads the list again where that is judged.

        The function asks the judge for its constants at every call.
        """
        function = Program(len(self.numbers))
        numbers = [function.get(leaf, self.spec.value) for leaf in function.parameters]
        row = function.ask(number, *numbers)
        constants = [function.operate("item", row, index) for index in range(len(self.planted.numbers))]
        self._root(function, function.parameters, constants)
        program = CallProgram()
        point = program.operate("list", list(self.numbers))
        program.perform(self.spec.call, {self.spec.function: function, self.spec.at: point}, {}, "verdict")
        if self.spec.unchanged:
            program.read(point, "the list")
        return program

    def serve(self, answer: Answer) -> tuple[float, Gradient]:
        """What the function's constants are at the inputs that it was called with. Raises UnexpectedType."""
        try:
            x = any_array(answer).values
        except UnexpectedType:
            x = np.empty(0)
        if x.size != len(self.numbers):
            raise UnexpectedType(planted_answers.not_numbers(answer))
        x = x.reshape(-1)
        self.calls.append(x)
        self.planted.near.add(x, None)
        return 0.0, self.planted.constants(x)

    def _root(self, program: Program, leaves: Sequence[Slot], constants: Sequence[Any]) -> Slot:
        """Adds values of the constants, and the function of these and of the inputs."""
        slots = dict(zip(self.planted.leaves, leaves, strict=True))
        for row, constant in enumerate(constants):
            slots[f"k{row}"] = program.call(leaves[0], "__class__", [constant])
        return add_graph(program, self.planted.graph, slots, leaves[0])

    def table(self) -> AnswerTable:
        """What the constants are at the points that others asked for."""
        points, _ = self.planted.near.all()
        return AnswerTable(points, np.zeros(len(points)), self.planted.constants_of(points), self.calls.append)

    def failed(self, failure: StudentException | MissingName, sources: Mapping[str, str]) -> Finding:
        """The finding on a checker that gave no answer."""
        if isinstance(failure, MissingName) and failure.owner in NUMBERS and failure.name == self.spec.value:
            return Finding.wrong(
                f"f was called with a plain {escape_controls(failure.owner)}: f takes values, so give it "
                f"{self.spec.class_}(…) for every input",
                self.evidence("", self.plant in RIGHT),
            )
        return Finding.of_failure(failure, self.shown(), sources)

    def hint(self, accepted: bool) -> str:
        """What the calls show of a checker that was wrong."""
        return NEVER_MOVED if never_moved(self.point, self.calls) else ""

    def never_away(self) -> str:
        """The end of a sentence on a checker that called the function at no other point."""
        return planted_answers.never_called_away(self.spec.function, self.spec.at)

    def changed(self, outcome: ProgramResult) -> Finding | None:
        """None where the list holds the same numbers after the call."""
        if outcome.failure is not None or not isinstance(outcome.answers[0], Bool):
            return Finding(Verdict.SKIPPED, 0.0, "not checked: the call does not return True or False yet")
        try:
            now = any_array(outcome.answers[1]).values
        except UnexpectedType:
            now = np.empty(0)
        if now.shape == (len(self.numbers),) and np.allclose(now, self.numbers, rtol=0, atol=RESTORED):
            return None
        message = failures.changed_argument(self.spec.at)
        return Finding(Verdict.WRONG, 0.0, message, evidence=replace(self.evidence("", True), expected="", worst=""))

    def shown(self) -> str:
        """The call, ready to paste."""
        return self.spec.call.shown({self.spec.at: list(self.numbers)})

    def evidence(self, yours: str, expected: bool) -> Evidence:
        """The call, the function and both gradients."""
        return Evidence(
            call=self.shown(),
            case={self.spec.function: self.planted.written(self.spec.class_, self.spec.value)},
            yours=yours,
            expected=str(expected),
            worst=planted_answers.claims(self.planted.claimed, self.planted.true),
            exhibit=Exhibit(
                asked=planted_answers.asked_points(
                    self.spec.at, self.point, self.calls, self.spec.epsilon or planted_answers.USUAL_STEP
                )
            ),
        )


def _drawn(spec: Spec, plant: Plant, rng: Random, case: Mapping[str, Any] = MappingProxyType({})) -> DetachedTrial:
    """A plant in a function that is drawn for it, the rest of a case drawn. Raises ValueError where none fits."""
    family = DetachedFamily(
        tuple(spec.inputs), spec.of, spec.pick or len(spec.of), spec.constants, spec.slopes, spec.plants, spec.epsilon
    )

    def draw() -> Detached | None:
        numbers = [float(case[name]) if name in case else domain.draw_array(rng, ())
                   for name, domain in spec.inputs.items()]  # fmt: skip
        return family.draw(plant, numbers, rng)

    return DetachedTrial(spec, drawn(TRIES, draw), [])
