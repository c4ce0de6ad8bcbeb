"""The check kind `planted`: a gradient checker must accept right gradients and reject wrong ones that the judge plants.

The planted functions live in the judge. Student code gets a proxy; the judge sees every point it asks for, which never
changes a verdict and feeds the hint after a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from random import SystemRandom
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from grader import words
from grader.checks.asked import Asked, cut_off, hint, manner
from grader.checks.call import Call, Program
from grader.checks.fields import (
    CallField,
    FixedCases,
    FormulaField,
    Inputs,
    Sizes,
    check_calls,
    check_cases,
    check_formula,
    check_sizes,
    needs_known,
    refuse,
)
from grader.checks.kind import CORRECT, Bench, CheckSpec, Finding
from grader.judge import blame, show
from grader.judge.answers import Answer, Array, Refused, Truth, any_array, describe
from grader.judge.asking import Outcome
from grader.maths.derivative import vector_jacobian
from grader.maths.domains import Case, draw_cases
from grader.maths.formula import env_of
from grader.model import Evidence, Verdict

Gradient = NDArray[np.float64]
Change = Callable[[Gradient], Any]
RESTORED = 1e-12
SMALLEST_WRONG = 0.04
TRIES = 200


def _entry(index: int) -> Change:
    def off(gradient: Gradient) -> Gradient:
        planted: Gradient = gradient.copy()
        planted.flat[index] *= 1.6
        return planted

    return off


def _cancelling(gradient: Gradient) -> Gradient:
    planted: Gradient = gradient.copy()
    error = 0.5 * float(np.max(np.abs(gradient)))
    planted.flat[0] += error
    planted.flat[-1] -= error
    return planted


def _with_nan(gradient: Gradient) -> Gradient:
    planted: Gradient = gradient.copy()
    planted.flat[-1] = np.nan
    return planted


RIGHT: dict[str, Change] = {
    "exact": lambda gradient: gradient,
    "tiny": lambda gradient: gradient * (1 + 1e-9),
    "quotient": lambda gradient: gradient,
}
WRONG: dict[str, Change] = {
    "double": lambda gradient: 2 * gradient,
    "half": lambda gradient: 0.5 * gradient,
    "five-percent": lambda gradient: 1.05 * gradient,
    "negated": lambda gradient: -gradient,
    "zero": lambda gradient: 0 * gradient,
    "nan": _with_nan,
    "first-off": _entry(0),
    "last-off": _entry(-1),
    "reversed": lambda gradient: gradient.reshape(-1)[::-1].reshape(gradient.shape),
    "cancelling": _cancelling,
}
CHANGES = RIGHT | WRONG
Plant = Literal[
    "exact", "tiny", "quotient", "double", "half", "five-percent", "negated", "zero", "nan", "first-off", "last-off",
    "reversed", "cancelling",
]  # fmt: skip


class Spec(CheckSpec):
    """`call` is given a function as `function` and a point as `at`; it must return True for right plants only."""

    kind: Literal["planted"]
    call: CallField
    function: str = Field("f", description="the argument of `call` that is the planted function")
    at: str = Field("x", description="the argument of `call` that is the point")
    of: FormulaField = Field(description="the planted function, of the inputs; a scalar")
    plants: tuple[Plant, ...] = Field(min_length=1, strict=False, description="the gradients that it claims, in turn")
    epsilon: float | None = Field(None, gt=0, description="the step of the plant `quotient`")
    unchanged: bool = Field(False, description="also charge a point that is not put back")
    inputs: Inputs
    sizes: Sizes = ()
    cases: FixedCases = ()

    @model_validator(mode="after")
    def _names(self) -> Spec:
        check_calls({}, {"call": self.call}, self.inputs, [self.function])
        needs_known("of", self.of.names, self.inputs)
        needs_known("at", [self.at], self.inputs)
        if not {self.function, self.at} <= self.call.inputs:
            refuse("call", f"must be given the function {self.function!r} and the point {self.at!r}")
        if self.at not in self.of.names:
            refuse("of", f"does not depend on the point {self.at!r}")
        if not (set(self.plants) & set(RIGHT) and set(self.plants) & set(WRONG)):
            refuse("plants", "needs a right gradient (such as exact) and a wrong one: else one answer passes always")
        check_cases(self.cases, self.inputs)
        check_sizes(self.inputs, self.sizes)
        if "quotient" in self.plants and self.epsilon is None:
            refuse("plants", "`quotient` needs an `epsilon`")
        check_formula("of", self.of, self.inputs, self.cases, self.sizes, scalar=True)
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def run(spec: Spec, bench: Bench) -> Finding:
    """Plants every gradient and compares the student's verdicts with the truth.

    In an order that nobody can foresee: whoever knows the course and counts the calls would know every answer.
    """
    plots = [_plot(spec, plant, number, bench) for number, plant in enumerate(spec.plants)]
    asked = SystemRandom().sample(plots, len(plots))
    programs = [plot.steps(number) for number, plot in enumerate(asked)]
    outcomes = dict(zip(asked, bench.ask(programs, [plot.function for plot in asked]), strict=True))
    findings = (plot.judge(outcomes[plot], bench) for plot in plots)
    finding = next(filter(None, findings), CORRECT)
    bench.watch(lambda: tuple(plot.take_manner() for plot in asked))
    return finding


def _plot(spec: Spec, plant: Plant, number: int, bench: Bench) -> _Plot:
    """A plant at a point where it is far enough from the truth, or is the truth; fixed cases are taken in turn."""
    for _ in range(TRIES):
        cases = draw_cases(spec.inputs, spec.cases, bench.rng, spec.sizes)
        case = cases[number % len(spec.cases)] if spec.cases else bench.rng.choice(cases)
        plot = _Plot(spec, plant, case)
        truth, claimed = plot.truth(plot.x), plot.claimed(plot.x)
        if plant in RIGHT or not np.max(np.abs(claimed - truth)) <= SMALLEST_WRONG * np.max(np.abs(truth)):
            return plot
    raise ValueError(f"the plant {plant!r} is too close to the truth everywhere")


class _Plot:
    """One plant at one point, and what the student's checker asked of it."""

    def __init__(self, spec: Spec, plant: Plant, case: Case) -> None:
        self.spec, self.plant, self.case = spec, plant, case
        self.x = case[spec.at]
        self.asked: list[Asked] = []
        self._env = env_of(case)
        self._truths: dict[bytes, Gradient] = {}

    def steps(self, number: int) -> list[dict[str, Any]]:
        """The program: call the checker, then read the point again."""
        program = Program()
        brought = program.bring(self.case)
        program.call(self.spec.call, {**brought, self.spec.function: {"planted": number}}, {}, tell=True)
        program.kept = [kept for kept in program.kept if kept[0] == self.spec.at]
        program.read_inputs()
        return program.steps

    def truth(self, x: Any) -> Gradient:
        """The exact gradient at `x`, or the quotient of this epsilon where that is what is claimed."""
        x = np.asarray(x, np.float64)
        at = x.tobytes()
        if at not in self._truths:
            self._truths[at] = self._quotient(x) if self.plant == "quotient" else self._gradient(x)
        return self._truths[at]

    def claimed(self, x: Any) -> Gradient:
        """The gradient that the planted function claims at `x`."""
        return np.asarray(CHANGES[self.plant](self.truth(x)), np.float64)

    def function(self, answer: Answer) -> tuple[float, Any]:
        """What the student's proxy returns: (value, gradient). Raises Refused for what is not shaped like the point."""
        shape = np.shape(self.x)
        try:
            x = any_array(answer).values
        except Refused:
            raise Refused(words.PLANTED_NOT_NUMBERS.format(got=describe(answer))) from None
        if x.shape != shape and not (shape == () and x.shape == (1,)):
            due = words.AN_ARRAY.format(shape=shape) if shape else words.A_PLAIN_NUMBER
            raise Refused(words.PLANTED_SHAPE.format(got=describe(answer), due=due))
        self.asked.append(Asked(x.reshape(shape)))
        inner = x.reshape(shape)
        gradient = self.claimed(inner)
        value = self._value(inner)
        as_given = isinstance(answer, Array)
        return value, gradient.reshape(x.shape) if as_given else float(gradient)

    def judge(self, outcome: Outcome, bench: Bench) -> Finding | None:
        """None where the checker said what is true of this plant."""
        due = self.plant in RIGHT
        if outcome.failure is not None:
            verdict, message, evidence = blame.for_failure(outcome.failure, self._shown(), bench.sources)
            why = blame.plain_number(outcome.failure, {self.spec.at: self.x})
            return Finding(verdict, 0.0, message, why, evidence=evidence, importable=outcome.failure.step >= 0)
        said = outcome.told[0]
        if not isinstance(said, Truth):
            return Finding(Verdict.WRONG, 0.0, words.NOT_A_BOOL.format(got=describe(said)), evidence=self._evidence(""))
        if said.value is not due:
            text = words.REJECTS_RIGHT if due else words.ACCEPTS_WRONG
            message = text.format(plant=words.PLANTS[self.plant])
            return Finding(
                Verdict.WRONG, 0.0, message, self._hint(said.value), evidence=self._evidence(str(said.value))
            )
        if self.spec.unchanged and outcome.told[1:]:
            now = outcome.told[1]
            if not isinstance(now, Array) or not np.allclose(now.values, self.x, rtol=0, atol=RESTORED):
                cut = cut_off(np.asarray(self.x), self.asked, self._epsilon())
                why = words.HINT_TRUNCATED if cut else ""
                return Finding(Verdict.WRONG, 0.0, words.CHANGES_X, why, evidence=self._evidence(""))
        return None

    def _evidence(self, yours: str) -> Evidence:
        claimed, true = show.array(self.claimed(self.x)), show.array(self.truth(self.x))
        return Evidence(
            call=self._shown(),
            case={self.spec.at: show.plain_input(self.x)},
            yours=yours,
            expected=str(self.plant in RIGHT),
            worst=words.CLAIMED.format(claimed=claimed, true=true),
        )

    def _value(self, x: Gradient) -> float:
        return float(self.spec.of({**self._env, **env_of({self.spec.at: x})}))

    def _gradient(self, x: Gradient) -> Gradient:
        return vector_jacobian(self.spec.of, {**self._env, self.spec.at: x}, 1.0, [self.spec.at])[self.spec.at]

    def _quotient(self, x: Gradient) -> Gradient:
        step = self.spec.epsilon or 0.0
        found = np.empty(x.shape)
        for index in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[index] += step
            down[index] -= step
            found[index] = (self._value(up) - self._value(down)) / (2 * step)
        return found

    def take_manner(self) -> str:
        """How the differences were taken, and forgets it, so that it can be told anew for another checker."""
        found = manner(np.asarray(self.x), self.asked, self._epsilon())
        self.asked.clear()
        return found

    def _hint(self, accepted: bool) -> str:
        return hint(np.asarray(self.x), self.asked, self._epsilon(), accepted)

    def _epsilon(self) -> float:
        return self.spec.epsilon or _default_epsilon(self.spec.call)

    def _shown(self) -> str:
        return self.spec.call.shown(self.case)


def _default_epsilon(call: Call) -> float:
    numbers = [arg for arg in call.links[-1].args if not isinstance(arg, str)]
    return float(numbers[0]) if numbers else 1e-5
