"""Functions drawn from a family: some of a list of terms, each with coefficients of its own, and a linear part.

f(x) = value + r(x) - r(x0) + slopes · (x - x0), with r the sum of the drawn terms. Value and slopes at x0 are drawn
apart from r, so that nothing which is known of f at x0 alone says more than what was drawn there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.complex_step import STEP, vector_jacobian
from grader.maths.domains import Domain, like
from grader.maths.formula import Formula, env_of
from grader.model.dataclass import dataclass

Gradient = NDArray[np.float64]
Term = tuple[Formula, dict[str, Any]]
SLOPES = Domain(between=(0.6, 2.5), sign="any")  # a wrong slope made of one of these is 0.3 to 5 in size
LARGEST_VALUE = 3.0  # of f at its point: about the size of the slopes
REACH = 0.01  # over so much the bends of a function of the course hardly change
# With a step of 1e-5 a one-sided difference is then right to 5e-5 and a central one to 2e-10, relative to the slope.
MOST_BENT = 10.0


@dataclass(frozen=True)
class Curve:
    """The sum of some terms as a function of the input `at`; each term has coefficients of its own."""

    at: str
    terms: tuple[Term, ...]

    @cached_property
    def formula(self) -> Formula:
        """The sum as a formula of `at`."""
        return Formula(" + ".join(formula.text for formula, _ in self.terms), frozenset([self.at]), self._compute)

    def value(self, x: Any) -> float:
        """The sum at `x`."""
        return float(self.formula(env_of({self.at: x})))

    def gradient(self, x: Gradient) -> Gradient:
        """Its exact gradient at `x`."""
        return vector_jacobian(self.formula, {self.at: x}, 1.0, [self.at])[self.at]

    def ends(self, x: Gradient, step: float) -> tuple[Gradient, Gradient]:
        """The values where each entry of `x` on its own is larger by the step, and where it is smaller."""
        above, below = np.empty(x.shape), np.empty(x.shape)
        for index in np.ndindex(x.shape):
            for found, move in ((above, step), (below, -step)):
                found[index] = self.value(moved(x, index, move))
        return above, below

    def quotient(self, x: Gradient, step: float) -> Gradient:
        """The central difference quotient for each entry."""
        above, below = self.ends(x, step)
        quotient: Gradient = (above - below) / (2 * step)
        return quotient

    def bends(self, x: Gradient) -> float:
        """The largest of the second and third derivatives by one entry of `x`, in size."""
        largest = 0.0
        for index in np.ndindex(x.shape):
            down, here, up = (self._slope(moved(x, index, move), index) for move in (-REACH, 0.0, REACH))
            second, third = (up - down) / (2 * REACH), (up - 2 * here + down) / REACH**2
            largest = max(largest, abs(second), abs(third))
        return largest

    def _slope(self, x: Gradient, index: tuple[int, ...]) -> float:
        """The derivative by one entry, by a complex step."""
        stepped = np.array(x, np.complex128)
        stepped[index] += 1j * STEP
        return float(self._compute({self.at: stepped}).imag / STEP)

    def _compute(self, env: Mapping[str, Any]) -> Any:
        x = {self.at: env[self.at]}
        return sum(formula.compute({**coefficients, **x}) for formula, coefficients in self.terms)


def draw_curve(
    terms: Sequence[Formula], count: int, at: str, case: Mapping[str, Any], inputs: Mapping[str, Domain], rng: Random
) -> Curve:
    """So many of the terms; what they use besides `at` is drawn for each of them, in the sizes that `case` has."""
    drawn = []
    for term in rng.sample(list(terms), count):
        given = {name: value for name, value in case.items() if name != at and name in term.names}
        drawn.append((term, env_of(like(given, inputs, rng))))
    return Curve(at, tuple(drawn))


def draw_slopes(domain: Domain, shape: Sequence[int], rng: Random) -> Gradient:
    """A slope for each entry."""
    return np.asarray(domain.draw_array(rng, shape), np.float64)


def draw_value(rng: Random) -> float:
    """What a function is at its point."""
    return round(rng.uniform(-LARGEST_VALUE, LARGEST_VALUE), 3)


def moved(x: Gradient, index: tuple[int, ...], step: float) -> Gradient:
    """A copy in which one entry is moved."""
    copy = np.array(x, np.float64)
    copy[index] += step
    return copy
