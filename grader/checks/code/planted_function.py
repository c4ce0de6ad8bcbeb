"""A function that is planted: its value and slope at the point are drawn, and so is how it bends around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from grader.checks.code import planted_gradients
from grader.checks.code.known_points import KnownPoints
from grader.checks.code.planted_gradients import Gradient
from grader.maths import display, function_family
from grader.maths.domains import Domain
from grader.maths.function_calls import NAMES
from grader.maths.function_family import Curve
from grader.model.dataclass import dataclass
from grader.sandbox.shared_programs import AnswerTable

SLOPES_TRIED = 20  # for one curve, before another one is drawn: a curve that is too bent fits no slopes at all
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class PlantRequest:
    """What a check asks of its functions: which plants must differ from the truth, and where slopes come from."""

    plants: tuple[str, ...]
    domain: Domain
    epsilon: float | None

    def slopes(self, curve: Curve, x: Gradient, rng: Random) -> Gradient | None:
        """The claimed gradient of a function that bends like the curve; None where correct checkers might disagree."""
        return self._stepped(curve, x, self.epsilon, rng) if self.epsilon else self._tame(curve, x, rng)

    def _tame(self, curve: Curve, x: Gradient, rng: Random) -> Gradient | None:
        """The claimed gradient; None where the function is so bent that tolerances of correct checkers would matter."""
        bends = curve.bends(x)
        for _ in range(SLOPES_TRIED):
            slopes = function_family.draw_slopes(self.domain, x.shape, rng)
            if bends <= function_family.MOST_BENT * np.min(np.abs(slopes)) and planted_gradients.all_far(
                self.plants, slopes, x
            ):
                return slopes
        return None

    def _stepped(self, curve: Curve, x: Gradient, step: float, rng: Random) -> Gradient | None:
        """The claimed quotient; None where another step, one side, or entries that stay moved give much the same.

        In each entry the derivative and each side differ from it by a factor of 2 at least, far above any tolerance.
        """
        here = curve.value(x)
        above, below = curve.ends(x, step)
        quotient, side = (above - below) / (2 * step), (above + below - 2 * here) / (2 * step)
        bent = curve.gradient(x) - quotient
        kept = bent
        if x.size > 1:
            kept = (
                curve.quotient(function_family.moved(x, next(np.ndindex(x.shape)), -step), step).reshape(-1)[-1:]
                - (quotient.reshape(-1)[-1:])
            )
        for _ in range(SLOPES_TRIED):
            slopes = function_family.draw_slopes(self.domain, x.shape, rng)
            ratio = np.abs(slopes + bent) / np.abs(slopes)
            if not np.all((ratio >= 2) | (ratio <= 0.5)) or not np.all(np.abs(side) >= np.abs(slopes)):
                continue
            if np.all(np.abs(kept) >= 0.1) and planted_gradients.all_far(self.plants, slopes, x):
                return slopes
        return None


@dataclass(frozen=True)
class DrawnFunction:
    """A function around the point `x` before anything is planted in it: it is to be `height` there and to claim the
    gradient `slopes`."""

    curve: Curve
    x: Gradient
    height: float
    slopes: Gradient
    epsilon: float | None

    @cached_property
    def near(self) -> KnownPoints:
        """The points that were asked for, and how the curve moves there."""
        return KnownPoints(self.x.shape)

    def moves(self, x: Gradient) -> tuple[float, Gradient]:
        """How far the curve's value and its gradient at `x` are from those at the point."""
        found: tuple[float, Gradient] | None = self.near.get(x)
        if found is None:
            at_point = np.array_equal(x, self.x)
            found = (
                0.0 if at_point else self.curve.value(x) - self.start,
                (np.zeros(x.shape) if at_point else self.curve.gradient(x) - self.bent),
            )
            self.near.add(x, found)
        return found

    @cached_property
    def start(self) -> float:
        """The curve at the point."""
        return self.curve.value(self.x)

    @cached_property
    def bent(self) -> Gradient:
        """The curve's gradient at the point."""
        return self.curve.gradient(self.x)

    @cached_property
    def rises(self) -> Gradient:
        """The curve's true gradient: with an epsilon, the central difference quotient with this step."""
        return self.curve.quotient(self.x, self.epsilon) if self.epsilon else self.bent


@dataclass(frozen=True)
class PlantedFunction:
    """A plant in a function. What is true follows from what is claimed; the linear part makes it so."""

    plant: str
    around: DrawnFunction

    @cached_property
    def true(self) -> Gradient:
        """The true gradient at the point: with an epsilon, the central difference quotient with this step."""
        around = self.around
        if self.plant == "derivative":
            true: Gradient = around.slopes + around.rises - around.bent
            return true
        return planted_gradients.true_of(self.plant, around.slopes, around.x)

    def value(self, x: Gradient) -> float:
        """The value of the function at `x`."""
        around = self.around
        return float(around.height + around.moves(x)[0] + np.sum(self._linear * (x - around.x)))

    def claimed(self, x: Gradient) -> Gradient:
        """The gradient that the function claims at `x`."""
        return planted_gradients.shown(self.plant, self.around.slopes + self.around.moves(x)[1])

    def table(self, called: Callable[[Gradient], None]) -> AnswerTable:
        """What it gives at the points that were asked for before."""
        around = self.around
        points, moves = around.near.all()
        rises = np.array([rise for rise, _ in moves], np.float64)
        bends = np.array([bend for _, bend in moves], np.float64).reshape(points.shape)
        away = (points - around.x).reshape(len(points), around.x.size)
        gradients = around.slopes + bends
        if self.plant in planted_gradients.SEEN_AT_ONCE:
            for number, claimed in enumerate(gradients):
                gradients[number] = planted_gradients.shown(self.plant, claimed)
        # As `value` adds up, to the last bit: a checker may compare two answers of which one came from here.
        linear = np.sum(self._linear.reshape(-1) * away, axis=-1)
        return AnswerTable(points, around.height + rises + linear, gradients, called)

    @cached_property
    def written(self) -> str:
        """The value as Python, so that a finding can be repeated by hand."""
        around = self.around
        terms = [_written(formula.text, given) for formula, given in around.curve.terms]
        linear = f"np.sum({number_text(self._linear)} * ({around.curve.at} - {number_text(around.x)}))"
        return " + ".join([number_text(around.height - around.start), *terms, linear])

    @cached_property
    def _linear(self) -> Gradient:
        linear: Gradient = self.true - self.around.rises
        return linear


def _written(text: str, given: Mapping[str, Any]) -> str:
    """A formula with numbers for its coefficients."""

    def python(found: re.Match[str]) -> str:
        if found[0] in given:
            return number_text(given[found[0]])
        is_called = text[found.end() :].lstrip().startswith("(")
        return f"np.{found[0]}" if is_called and found[0] in NAMES and hasattr(np, found[0]) else found[0]

    return NAME.sub(python, text)


def number_text(value: Any) -> str:
    """Ten digits of a number, or of each of an array, as Python."""
    rounded = np.vectorize(lambda entry: float(f"{entry:.10g}"), otypes=[float])(value)
    return display.plain_input(rounded) if rounded.shape else repr(float(rounded))
