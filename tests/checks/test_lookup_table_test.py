"""What tells a table from a network, on many formulas of few parameters: no worker, the judge's questions alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, sin, tanh
from random import Random
from typing import Any, ClassVar, cast

import numpy as np
import pytest

from grader.checks.base import CheckContext, Finding
from grader.checks.training import lookup_table_test
from grader.checks.training.trained_model import MODEL, Model, Names
from grader.sandbox.answers import Number
from grader.sandbox.program import Program
from grader.sandbox.requests import ProgramResult, StudentException

ROWS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
Formula = Callable[[Sequence[float], float, float], float]


@dataclass
class Formulas:
    """Stands for a worker: carries out the steps that the judge sends, on one formula of parameters and inputs."""

    formula: Formula
    at: list[float]
    rng: Random
    sources: ClassVar[dict[str, str]] = {"xor.py": "pass"}

    def ask(self, programs: Sequence[Program]) -> list[ProgramResult]:
        return [self._run(program) for program in programs]

    def _run(self, program: Program) -> ProgramResult:
        slots: list[Any] = []
        told = []
        for step in program.steps:
            done: Any = None
            if "recall" in step:
                done = MODEL if step["recall"] == MODEL else "parameters"
            elif "op" in step:
                done = step["args"][1]
            elif "put" in step:
                for place, number in zip(step["put"], step["to"].tolist(), strict=True):
                    self.at[slots[place]] = number
            elif "each" in step:
                try:
                    for row in step["rows"].tolist():
                        told.append(Number(self.formula(self.at, *row), "float64"))
                except (ValueError, OverflowError) as error:
                    kind = type(error).__name__
                    return ProgramResult(
                        tuple(told), StudentException(kind, str(error), (("xor.py", 1, "call"),), len(slots))
                    )
            slots.append(done)
        return ProgramResult(tuple(told), None)


def found(formula: Formula, count: int, seed: int) -> Finding | None:
    rng = Random(seed)
    start = [rng.uniform(-1, 1) for _ in range(count)]
    now = np.array([formula(start, *row) for row in ROWS])
    effects = np.array([
        [formula([*start[:k], start[k] + 20, *start[k + 1 :]], *row) for row in ROWS] for k in range(count)
    ]) - now  # fmt: skip
    context = cast(CheckContext, Formulas(formula, list(start), rng))
    model = Model(context, Names("data", "grad", "backward", "parameters"), ROWS, np.array([0.0, 1, 1, 0]), count, now)
    return lookup_table_test.faults(model, range(count), np.array(start), effects)


def relu(z: float) -> float:
    return max(z, 0.0)


def sigmoid(z: float) -> float:
    return 1 / (1 + exp(-max(min(z, 500), -500)))


def same(z: float) -> float:
    return z


def bump(x: float, y: float) -> float:
    return exp(-(x**2) - y**2)


def layers(units: int, act: Callable[[float], float], last: Callable[[float], float] = same, bias: bool = True) -> Any:
    """A net with one hidden layer, and the number of its parameters."""

    def call(w: Sequence[float], x: float, y: float) -> float:
        total = w[-1] if bias else 0.0
        for k in range(units):
            a, b, c, d = w[4 * k : 4 * k + 4]
            total += d * act(a * x + b * y + (c if bias else 0.0))
        return last(total)

    return call, 4 * units + bias


NETWORKS: dict[str, tuple[Formula, int]] = {
    **{
        f"2-{units}-1 {act.__name__} {last.__name__} {bias}": layers(units, act, last, bias)
        for units in (2, 3, 8)
        for act in (tanh, relu, sigmoid)
        for last in (same, sigmoid, tanh)
        for bias in (True, False)
    },
    "two-relus": (lambda w, x, y: w[0] * relu(w[1] * x + w[2] * y) + w[3] * relu(w[4] * x + w[5] * y), 6),
    "product": (lambda w, x, y: (w[0] * x + w[1] * y + w[2]) * (w[3] * x + w[4] * y + w[5]), 6),
    "one-square": (lambda w, x, y: w[3] * (w[0] * x + w[1] * y + w[2]) ** 2 + w[4], 5),
    "one-square-sigmoid": (lambda w, x, y: sigmoid(w[3] * (w[0] * x + w[1] * y + w[2]) ** 2 + w[4]), 5),
    "one-wave": (lambda w, x, y: w[3] * sin(w[0] * x + w[1] * y + w[2]) + w[4], 5),
    "bumps": (lambda w, x, y: w[4] * bump(x - w[0], y - w[1]) + w[5] * bump(x - w[2], y - w[3]), 6),
}  # fmt: skip


@pytest.mark.parametrize("style", NETWORKS)
def test_a_network_is_never_taken_for_a_table(style: str) -> None:
    formula, count = NETWORKS[style]
    for seed in range(40):
        assert found(formula, count, seed) is None, seed


def smooth(x: float, y: float) -> list[float]:
    u, v = x * x * (3 - 2 * x), y * y * (3 - 2 * y)
    return [(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v]


def bumps(x: float, y: float) -> list[float]:
    found = [exp(-((x - a) ** 2 + (y - b) ** 2) / 0.5) for a, b in ROWS]
    return [value / sum(found) for value in found]


def waves(x: float, y: float) -> list[float]:
    return [sin((1 + k) * x + (k % 3) * y + k) for k in range(9)]


def mixed(answers: Sequence[float], shapes: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(answers, shapes, strict=True))


def products(w: Sequence[float]) -> list[float]:
    a, b, c, d = (p * q for p, q in zip(w[:4], w[4:8], strict=True))
    return [a + b, b - c, c + d, a - d]


TABLES: dict[str, tuple[Formula, int, str]] = {
    "plain": (lambda w, x, y: mixed(w, smooth(x, y)), 4, "alone"),
    "cubes": (lambda w, x, y: mixed([v**3 for v in w], smooth(x, y)), 4, "alone"),
    "relus": (lambda w, x, y: mixed([relu(v) for v in w], smooth(x, y)), 4, ""),
    "nets-and-waves": (
        lambda w, x, y: mixed([tanh(w[k]) * w[k + 4] for k in range(4)], smooth(x, y)) + mixed(w[8:], waves(x, y)), 17,
        "alone"),
    "bumps": (lambda w, x, y: mixed([v**3 for v in w[:4]], bumps(x, y)) + w[4], 5, "together"),
    "bumps-tanh": (lambda w, x, y: tanh(mixed([v**3 for v in w[:4]], bumps(x, y)) + w[4]), 5, "together"),
    "polynomial": (lambda w, x, y: mixed([v**3 for v in w], [1, x, y, x * y, x * x]), 5, "together"),
    "waves": (lambda w, x, y: mixed([v**3 for v in w], waves(x, y)), 9, "together"),
    "waves-sigmoid": (lambda w, x, y: sigmoid(mixed([tanh(v) for v in w], waves(x, y))), 9, "together"),
    "waves-squared": (lambda w, x, y: mixed(w, waves(x, y)) ** 2, 9, "together"),
    "products": (lambda w, x, y: mixed(products(w), smooth(x, y)), 8, "shapes"),
    "products-bumps": (lambda w, x, y: mixed(products(w), bumps(x, y)), 8, "shapes"),
    "products-sigmoid": (lambda w, x, y: sigmoid(mixed(products(w), smooth(x, y))), 8, "shapes"),
    "products-tanh": (lambda w, x, y: tanh(0.3 * mixed(products(w), smooth(x, y))), 8, "shapes"),
}  # fmt: skip


@pytest.mark.parametrize("dress", TABLES)
def test_a_table_is_told_in_every_dress(dress: str) -> None:
    formula, count, reason = TABLES[dress]
    for seed in range(10):
        finding = found(formula, count, seed)
        assert finding is not None and reason in finding.message, (seed, finding)


def test_answers_that_depend_on_who_asks_are_told() -> None:
    net, count = layers(4, tanh)
    asked = []

    def tired(w: Sequence[float], x: float, y: float) -> float:
        asked.append(1)
        return cast(float, net(w, x, y) + (0.3 if len(asked) > 4 else 0.0))

    finding = found(tired, count, 0)
    assert finding is not None and "called again" in finding.message


def test_a_row_that_leaps_and_knowledge_beside_the_parameters_are_told() -> None:
    net, count = layers(4, tanh)

    def leaping(w: Sequence[float], x: float, y: float) -> float:
        return cast(float, net(w, x, y) + (3 * w[0] if (x, y) in ROWS[1:3] else 0.0))

    def knowing(w: Sequence[float], x: float, y: float) -> float:
        return cast(float, 0.02 * net(w, x, y) + smooth(x, y)[1] + smooth(x, y)[2])

    for formula, reason in ((leaping, "next to it"), (knowing, "set to 0")):
        finding = found(formula, count, 1)
        assert finding is not None and reason in finding.message


def test_a_model_that_fails_when_it_is_looked_at_is_no_network() -> None:
    def shy(failure: type[Exception]) -> Formula:
        def call(w: Sequence[float], x: float, y: float) -> float:
            if (x, y) not in ROWS:
                raise failure("not here")
            return mixed(products(w), smooth(x, y))

        return call

    for failure, status in ((ValueError, "crashed"), (OverflowError, "needs_review")):
        finding = found(shy(failure), 8, 0)
        assert finding is not None and finding.status.value == status
