"""The check kind `detached`: a checker of gradients must accept right ones and reject wrong ones that are planted.

The planted functions are expressions of the student's own values, all made in one way: with constants that the judge
fills in at each call, as `x * Value(x.data)` has one that follows x. The expected answer follows
from what the student's class really claims for the expression, so that its faults are never held against the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from random import Random, SystemRandom
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.base.text import escape_controls
from grader.checks import absent, failures
from grader.checks.base import CORRECT, CheckContext, Finding, Record
from grader.checks.code import planted_answers
from grader.checks.code.difference_hints import NEVER_MOVED, Point, never_moved
from grader.checks.code.planted_gradients import RESTORED, RIGHT, Gradient, Plant
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
)
from grader.checks.program import CallProgram
from grader.checks.spec_fields import CallField, Inputs, needs_known, refuse
from grader.maths import function_family
from grader.maths.domains import Domain
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.model import Evidence, Verdict
from grader.sandbox.answers import Answer, Bool, UnexpectedType, any_array
from grader.sandbox.program import Program, Slot
from grader.sandbox.requests import MissingName, ProgramResult, Reply, Request

TRIES = 200  # functions drawn for one plant before the terms and slopes of the course are refused
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
        if not (set(self.plants) & set(RIGHT) and set(self.plants) - set(RIGHT)) or "nan" in self.plants:
            refuse("plants", "needs a right gradient (such as exact) and a wrong one, and nan cannot be made")
        if bool({"quotient", "derivative"} & set(self.plants)) != (self.epsilon is not None):
            refuse("plants", "`quotient` and `derivative` go with an `epsilon`")
        try:
            _plot(self, self.plants[0], Random(0))
        except ValueError as error:
            refuse("of", str(error))
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def plan(spec: Spec, rng: Random) -> DetachedPlan:
    """What the class claims for every plant, and what the checker says of it."""
    return DetachedPlan(draw_plots(spec, rng))


@dataclass(frozen=True)
class DetachedPlan:
    """Planted gradients, which a class shares."""

    plots: Sequence[DetachedTrial]

    def attempt(self, file: str) -> DetachedAttempt:
        """In orders that nobody can foresee: whoever knows the course and counts the calls would know every answer."""
        secret, count = SystemRandom(), len(self.plots)
        plots = [replace(plot, calls=[]) for plot in self.plots]
        shuffled, order = secret.sample(range(count), count), secret.sample(range(count), count)
        programs = [plots[index].program(number) for number, index in enumerate(order)]
        measured = measurement(plots[0].spec, [plots[index].expression for index in shuffled])
        asked = Request(file, programs, [plots[index].constants for index in order])
        return DetachedAttempt(plots, shuffled, order, (measured, asked))


@dataclass(frozen=True)
class DetachedAttempt:
    """What one class claims, in the order `shuffled`, and what one checker says of it, in another `order`."""

    plots: Sequence[DetachedTrial]
    shuffled: Sequence[int]
    order: Sequence[int]
    requests: tuple[Request, Request]

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
        plots, spec = self.plots, self.plots[0].spec
        by_plot = dict(zip(self.shuffled, claims, strict=True))
        measured = [behaviour(by_plot[index], len(plot.point)) for index, plot in enumerate(plots)]
        broken = next((one.failure for one in measured if one.failure is not None and one.failure.step < 0), None)
        if broken is not None:
            return Finding.of_failure(broken, plots[0].shown(), sources)
        expected = [plot.expected(claim) for plot, claim in zip(plots, measured, strict=True)]
        verdicts = [verdict for verdict in expected if verdict is not None]
        if len(set(verdicts)) < 2 or len(verdicts) < ENOUGH * len(expected):
            return Finding(Verdict.SKIPPED, 0.0, complaint(spec, measured))
        answers = dict(zip(self.order, said(), strict=True))
        judged = [(plot, answers[index], verdict) for index, (plot, verdict) in
                  enumerate(zip(plots, expected, strict=True)) if verdict is not None]  # fmt: skip
        if spec.unchanged:
            return next(filter(None, (plot.changed(outcome) for plot, outcome, _ in judged)), CORRECT)
        findings = [(plot.judge(outcome, verdict, sources), verdict) for plot, outcome, verdict in judged]
        facts = {}
        for truth, name in ((True, "right gradients accepted"), (False, "wrong gradients rejected")):
            decided = [found is None for found, verdict in findings if verdict is truth]
            facts[name] = f"{sum(decided)} of {len(decided)}"
        first = next((found for found, _ in findings if found is not None), CORRECT)
        return replace(first, evidence=replace(first.evidence, facts=facts))


def draw_plots(spec: Spec, rng: Random) -> list[DetachedTrial]:
    """Every plant of the check, in the order of the course, each in a function of its own."""
    return [_plot(spec, plant, rng) for plant in spec.plants]


@dataclass(frozen=True)
class DetachedTrial:
    """One plant at one point, and the calls that the checker made."""

    spec: Spec
    planted: Detached
    calls: list[Point]

    @property
    def point(self) -> tuple[float, ...]:
        """The numbers in the list."""
        return self.planted.point

    @cached_property
    def expression(self) -> Expression:
        """The function at the point, constants filled in."""
        return Expression(self.point, partial(self._root, constants=list(map(float, self.planted.numbers))))

    def expected(self, behaviour: Behaviour) -> bool | None:
        """What the checker must return; None where the class does not claim what it should, which may be either.

        A wrong claim is not taken as a wrong plant: a class that is wrong on purpose would know the answer.
        """
        value = self.planted.value(np.asarray(self.point))
        size = float(np.max(np.abs(self.planted.true)))
        if not behaviour.right_value(value) or not behaviour.error(self.planted.claimed, size) <= CLOSE:
            return None
        return self.planted.plant in RIGHT

    def program(self, number: int) -> Program:
        """Makes the list, calls the checker, reads the list again where that is judged.

        The function asks the judge for its constants at every call.
        """
        function = Program(len(self.point))
        numbers = [function.get(leaf, self.spec.value) for leaf in function.parameters]
        row = function.ask(number, *numbers)
        constants = [function.operate("item", row, index) for index in range(len(self.planted.numbers))]
        self._root(function, function.parameters, constants)
        program = CallProgram()
        point = program.operate("list", list(self.point))
        program.perform(self.spec.call, {self.spec.function: function, self.spec.at: point}, {}, "verdict")
        if self.spec.unchanged:
            program.read(point, "the list")
        return program

    def constants(self, answer: Answer) -> tuple[float, Gradient]:
        """What the function's constants are at the inputs that it was called with. Raises UnexpectedType."""
        try:
            x = any_array(answer).values
        except UnexpectedType:
            x = np.empty(0)
        if x.size != len(self.point):
            raise UnexpectedType(planted_answers.not_numbers(answer))
        x = x.reshape(-1)
        self.calls.append(x)
        return 0.0, self.planted.constants(x)

    def _root(self, program: Program, leaves: Sequence[Slot], constants: Sequence[Any]) -> Slot:
        """Adds values of the constants, and the function of these and of the inputs."""
        slots = dict(zip(self.planted.leaves, leaves, strict=True))
        for row, constant in enumerate(constants):
            slots[f"k{row}"] = program.call(leaves[0], "__class__", [constant])
        return add_graph(program, self.planted.graph, slots, leaves[0])

    def judge(self, outcome: ProgramResult, expected: bool, sources: Mapping[str, str]) -> Finding | None:
        """None where the checker gave the expected answer."""
        failure = outcome.failure
        if isinstance(failure, MissingName) and failure.owner in NUMBERS and failure.name == self.spec.value:
            message = (
                f"f was called with a plain {escape_controls(failure.owner)}: f takes values, so give it "
                f"{self.spec.class_}(…) for every input"
            )
            return Finding(Verdict.WRONG, 0.0, message, evidence=self._evidence("", expected))
        if failure is not None:
            return Finding.of_failure(failure, self.shown(), sources)
        said = outcome.answers[0]
        if not isinstance(said, Bool):
            return Finding(Verdict.WRONG, 0.0, planted_answers.not_a_bool(said), evidence=self._evidence("", expected))
        if said.value is expected:
            return None
        message = planted_answers.misjudged(self.planted.plant, said.value)
        why = ""
        if never_moved(np.asarray(self.point), self.calls):
            message += planted_answers.never_called_away(self.spec.function, self.spec.at)
            why = NEVER_MOVED
        return Finding(Verdict.WRONG, 0.0, message, why, evidence=self._evidence(str(said.value), expected))

    def changed(self, outcome: ProgramResult) -> Finding | None:
        """None where the list holds the same numbers after the call."""
        if outcome.failure is not None or not isinstance(outcome.answers[0], Bool):
            return Finding(Verdict.SKIPPED, 0.0, "not checked: the call does not return True or False yet")
        try:
            now = any_array(outcome.answers[1]).values
        except UnexpectedType:
            now = np.empty(0)
        if now.shape == (len(self.point),) and np.allclose(now, self.point, rtol=0, atol=RESTORED):
            return None
        message = failures.changed_argument(self.spec.at)
        return Finding(Verdict.WRONG, 0.0, message, evidence=replace(self._evidence("", True), expected="", worst=""))

    def shown(self) -> str:
        """The call, ready to paste."""
        return self.spec.call.shown({self.spec.at: list(self.point)})

    def _evidence(self, yours: str, expected: bool) -> Evidence:
        return Evidence(
            call=self.shown(),
            case={self.spec.function: self.planted.written(self.spec.class_, self.spec.value)},
            yours=yours,
            expected=str(expected),
            worst=planted_answers.claims(self.planted.claimed, self.planted.true),
        )


def _plot(spec: Spec, plant: Plant, rng: Random) -> DetachedTrial:
    """A plant in a function that is drawn for it. Raises ValueError where none is found."""
    drawn = DetachedFamily(
        tuple(spec.inputs), spec.of, spec.pick or len(spec.of), spec.constants, spec.slopes, spec.plants, spec.epsilon
    )
    for _ in range(TRIES):
        found = drawn.draw(plant, [domain.draw_array(rng, ()) for domain in spec.inputs.values()], rng)
        if found is not None:
            return DetachedTrial(spec, found, [])
    raise ValueError(
        "no function was found for which all correct checkers agree: are its terms too steep, or `slopes` 0?"
    )
