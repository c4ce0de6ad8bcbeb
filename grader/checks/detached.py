"""The check kind `detached`: a checker of gradients must accept right ones and reject wrong ones that are planted.

The planted functions are expressions of the student's own values. Terms e (x - D(x)), where D(x) is a new value with
the number of x, add nothing to the value and e to the gradient that backward claims. What is due is decided by what
the student's class really claims for the expression, so that a fault of it is never held against the checker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import SystemRandom
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from grader import words
from grader.checks.call import Program
from grader.checks.fields import CallField, as_tuple, refuse
from grader.checks.kind import CORRECT, Bench, Finding
from grader.checks.own_value import CLOSE, Behaviour, Expression, OnValues, behaviours, complaint, operations
from grader.checks.planted import RESTORED, RIGHT, SMALLEST_WRONG, WRONG
from grader.judge import blame, show
from grader.judge.answers import Refused, Truth, any_array, describe
from grader.judge.asking import Lost, Outcome, Step
from grader.maths import graph as graphs
from grader.maths import graph_truth
from grader.maths.formula import FormulaError
from grader.maths.graph import Graph
from grader.model import Evidence, Verdict

Gradient = NDArray[np.float64]
LEAST, LARGEST = 0.3, 5.0
NUMBERS = ("float", "int", "float64")
Point = Annotated[tuple[float, ...], BeforeValidator(as_tuple)]
Plant = Literal[
    "exact", "tiny", "quotient", "derivative", "double", "half", "five-percent", "negated", "zero", "first-off",
    "last-off", "reversed", "cancelling",
]  # fmt: skip


class Spec(OnValues):
    """`call` is given a function as `function` and a list of numbers as `at`; it must return True for right plants.

    With an `epsilon`, the right gradient is the central difference quotient with this step.
    """

    kind: Literal["detached"]
    call: CallField
    function: str = Field("f", description="the argument of `call` that is the planted function")
    at: str = Field("inputs", description="the argument of `call` that is the list of numbers")
    of: str = Field(description="the planted function, of `leaves`, by + and *")
    leaves: tuple[str, ...] = Field(min_length=1, max_length=6, strict=False, description="its arguments, in order")
    inputs: tuple[Point, ...] = Field(min_length=1, strict=False, description="points; every plant is tried at each")
    plants: tuple[Plant, ...] = Field(min_length=1, strict=False, description="the gradients that it claims, in turn")
    epsilon: float | None = Field(None, gt=0, description="the step that `call` passes")
    unchanged: bool = Field(False, description="judge only whether the list stays as it is")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if {self.function, self.at} != self.call.inputs:
            refuse("call", f"must be given {self.function!r} and {self.at!r}")
        try:
            graph = graphs.parse(self.of)
        except FormulaError as error:
            refuse("of", f"{self.of!r}: {error}")
        if ";" in self.of or {node.op for node in graph.nodes} - {"leaf", "+", "*"}:
            refuse("of", "is one expression of + and *")
        if sorted(graph.leaves) != sorted(self.leaves):
            refuse("leaves", f"must be those of `of`: {', '.join(graph.leaves)}")
        if any(len(point) != len(self.leaves) for point in self.inputs):
            refuse("inputs", "each point has one number a leaf")
        if not (set(self.plants) & set(RIGHT) and set(self.plants) - set(RIGHT)):
            refuse("plants", "needs a right gradient (such as exact) and a wrong one: else one answer passes always")
        if bool({"quotient", "derivative"} & set(self.plants)) != (self.epsilon is not None):
            refuse("plants", "`quotient` and `derivative` go with an `epsilon`")
        for plot in _plots(self, graph):
            size = float(np.max(np.abs(plot.true)))
            if float(np.min(np.abs(plot.true))) < LEAST or size > LARGEST:
                refuse("inputs", f"the gradient at {list(plot.point)} has entries beyond {LEAST} to {LARGEST}")
            if plot.plant not in RIGHT and np.max(np.abs(plot.claimed - plot.true)) <= SMALLEST_WRONG * size:
                refuse("plants", f"{plot.plant!r} is too close to the truth at {list(plot.point)}")
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def run(spec: Spec, bench: Bench) -> Finding:
    """Measures what the class claims for every plant, then compares the checker's verdicts with what is due."""
    plots = _plots(spec, graphs.parse(spec.of))
    measured = behaviours(spec, [plot.expression for plot in plots], bench)
    broken = next((one.failure for one in measured if one.failure is not None and one.failure.step < 0), None)
    if broken is not None:
        verdict, message, evidence = blame.for_failure(broken, plots[0].shown(), bench.sources)
        return Finding(verdict, 0.0, message, evidence=evidence, importable=False)
    due = [plot.due(behaviour) for plot, behaviour in zip(plots, measured, strict=True)]
    if True not in due or False not in due:
        return Finding(Verdict.SKIPPED, 0.0, complaint(spec, measured))
    plots = [plot for plot, verdict in zip(plots, due, strict=True) if verdict is not None]
    verdicts = [verdict for verdict in due if verdict is not None]
    # In an order that nobody can foresee: whoever knows the course and counts the calls would know every answer.
    order = SystemRandom().sample(range(len(plots)), len(plots))
    answers = dict(zip(order, bench.ask([plots[index].steps() for index in order]), strict=True))
    outcomes = [answers[index] for index in range(len(plots))]
    if spec.unchanged:
        return next(filter(None, map(_Plot.changed, plots, outcomes)), CORRECT)
    findings = [plot.judge(outcome, verdict, bench) for plot, outcome, verdict in
                zip(plots, outcomes, verdicts, strict=True)]  # fmt: skip
    wrong = [finding for finding in findings if finding is not None]
    facts = {}
    for truth, name in ((True, words.RIGHT_ACCEPTED), (False, words.WRONG_REJECTED)):
        decided = [found is None for found, verdict in zip(findings, verdicts, strict=True) if verdict is truth]
        facts[name] = words.OF.format(count=sum(decided), all=len(decided))
    first = wrong[0] if wrong else CORRECT
    return replace(first, evidence=replace(first.evidence, facts=facts))


@dataclass(frozen=True)
class _Plot:
    """One plant at one point: the true gradient of what is planted, and the one that backward should claim."""

    spec: Spec
    plant: Plant
    point: tuple[float, ...]
    value: float
    true: Gradient
    claimed: Gradient
    expression: Expression

    def due(self, behaviour: Behaviour) -> bool | None:
        """What the checker must say of what the class really claims; None where that is neither right nor wrong."""
        off = behaviour.error([float(entry) for entry in self.true])
        if not behaviour.right_value(self.value) or not (off <= CLOSE or SMALLEST_WRONG < off < np.inf):
            return None
        return off <= CLOSE

    def steps(self) -> list[Step]:
        """The program: make the list, call the checker, read the list again where that is judged."""
        program = Program([{"op": "list", "args": [list(self.point)]}])
        brought = {self.spec.function: {"function": list(self.expression.steps)}, self.spec.at: {"slot": 0}}
        program.call(self.spec.call, brought, {}, tell=True)
        if self.spec.unchanged:
            program.steps.append({"read": 0, "tell": True})
        return program.steps

    def judge(self, outcome: Outcome, due: bool, bench: Bench) -> Finding | None:
        """None where the checker said what is due."""
        failure = outcome.failure
        if isinstance(failure, Lost) and failure.owner in NUMBERS and failure.name == self.spec.value:
            message = words.GIVEN_NUMBERS.format(type=show.clean(failure.owner), name=self.spec.class_)
            return Finding(Verdict.WRONG, 0.0, message, evidence=self._evidence("", due))
        if failure is not None:
            verdict, message, evidence = blame.for_failure(failure, self.shown(), bench.sources)
            return Finding(verdict, 0.0, message, evidence=evidence, importable=failure.step >= 0)
        said = outcome.told[0]
        if not isinstance(said, Truth):
            message = words.NOT_A_BOOL.format(got=describe(said))
            return Finding(Verdict.WRONG, 0.0, message, evidence=self._evidence("", due))
        if said.value is due:
            return None
        text = words.REJECTS_RIGHT if due else words.ACCEPTS_WRONG
        message = text.format(plant=words.PLANTS[self.plant])
        return Finding(Verdict.WRONG, 0.0, message, evidence=self._evidence(str(said.value), due))

    def changed(self, outcome: Outcome) -> Finding | None:
        """None where the list holds the same numbers after the call."""
        if outcome.failure is not None or not isinstance(outcome.told[0], Truth):
            return Finding(Verdict.SKIPPED, 0.0, words.NO_CALL_TO_WATCH)
        try:
            now = any_array(outcome.told[1]).values
        except Refused:
            now = np.empty(0)
        if now.shape == (len(self.point),) and np.allclose(now, self.point, rtol=0, atol=RESTORED):
            return None
        message = words.CHANGED_INPUT.format(name=self.spec.at)
        return Finding(Verdict.WRONG, 0.0, message, evidence=replace(self._evidence("", True), expected="", worst=""))

    def shown(self) -> str:
        """The call, ready to paste."""
        return self.spec.call.shown({self.spec.at: list(self.point)})

    def _evidence(self, yours: str, due: bool) -> Evidence:
        claimed, true = show.array(self.claimed), show.array(self.true)
        return Evidence(
            call=self.shown(),
            case={self.spec.function: self._function()},
            yours=yours,
            expected=str(due),
            worst=words.CLAIMED.format(claimed=claimed, true=true),
        )

    def _function(self) -> str:
        name, data = self.spec.class_, self.spec.value
        terms = [
            f"{float(error)!r} * ({leaf} - {name}({leaf}.{data}))"
            for leaf, error in zip(self.spec.leaves, self.claimed - self.true, strict=True) if error
        ]  # fmt: skip
        return f"lambda {', '.join(self.spec.leaves)}: {' + '.join([self.spec.of, *terms])}"


def _plots(spec: Spec, graph: Graph) -> list[_Plot]:
    return [_plot(spec, graph, plant, point) for plant in spec.plants for point in spec.inputs]


def _plot(spec: Spec, graph: Graph, plant: Plant, point: tuple[float, ...]) -> _Plot:
    truth = graph_truth.truth(graph, dict(zip(spec.leaves, point, strict=True)))
    exact = np.array([truth.low[leaf] for leaf in spec.leaves])
    true = exact if spec.epsilon is None else _quotients(spec, graph, point, spec.epsilon)
    claimed = exact if plant == "derivative" else np.asarray((RIGHT | WRONG)[plant](true), np.float64)
    steps = operations(graph, spec.leaves)
    for leaf, extra in enumerate(claimed - exact):
        steps = _with_detached(spec, steps, leaf, float(extra))
    return _Plot(spec, plant, point, truth.value, true, claimed, Expression(point, tuple(steps)))


def _quotients(spec: Spec, graph: Graph, point: tuple[float, ...], step: float) -> Gradient:
    """(f(x + h) - f(x - h)) / 2 h for each leaf on its own."""
    found = []
    for index, leaf in enumerate(spec.leaves):
        at = dict(zip(spec.leaves, point, strict=True))
        above, below = (graph_truth.truth(graph, {**at, leaf: point[index] + move}).value for move in (step, -step))
        found.append((above - below) / (2 * step))
    return np.array(found)


def _with_detached(spec: Spec, steps: Sequence[Step], leaf: int, extra: float) -> list[Step]:
    """The steps, then root + extra (x + -1 D(x)): it adds `extra` to the gradient by this leaf, 0 to the value."""
    at = len(spec.leaves) + len(steps)
    more: list[Step] = [
        {"get": [leaf, spec.value]},
        {"call": [leaf, "__class__"], "args": [{"slot": at}]},
        {"call": [leaf, "__class__"], "args": [-1.0]},
        {"op": "*", "args": [{"slot": at + 1}, {"slot": at + 2}]},
        {"op": "+", "args": [{"slot": leaf}, {"slot": at + 3}]},
        {"call": [leaf, "__class__"], "args": [extra]},
        {"op": "*", "args": [{"slot": at + 4}, {"slot": at + 5}]},
        {"op": "+", "args": [{"slot": at - 1}, {"slot": at + 6}]},
    ]
    return [*steps, *more]
