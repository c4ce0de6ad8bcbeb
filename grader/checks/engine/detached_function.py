"""A function of the student's own values that is planted: its constants follow the inputs, and so lose gradient.

f is one program of + and *, a sum of products of the inputs, each times a constant that the judge fills in at every
call. All of them move with the inputs, in right plants as in wrong ones: at the point nothing differs, and away from it
only what they do to the slope of f, which backward cannot see.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import field, replace
from random import Random

import numpy as np

from grader.checks.code import planted_gradients
from grader.checks.code.known_points import KnownPoints
from grader.checks.code.planted_gradients import Gradient
from grader.maths import function_family
from grader.maths.domains import Domain
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs.expression_graph import Graph
from grader.model.dataclass import dataclass

SLOPES_TRIED = 20  # for one function, before another one is drawn: one that is too bent fits no slopes at all
FOLLOWS = 0.5  # how fast the constants of terms move, relative to what they are drawn from: less is less bent


@dataclass(frozen=True)
class DetachedFamily:
    """What functions are drawn from: `leaves` are the inputs' names, `terms` products of them, of which `pick` are
    taken; linear and square terms and a number come with them."""

    leaves: tuple[str, ...]
    terms: tuple[str, ...]
    pick: int
    constants: Domain
    slopes: Domain
    plants: tuple[str, ...]
    epsilon: float | None

    def draw(self, plant: str, point: Sequence[float], rng: Random) -> Detached | None:
        """A function around the point; None where correct checkers might disagree on it."""
        squares = [f"{leaf} * {leaf}" for leaf in self.leaves]
        picked = rng.sample(self.terms, self.pick)
        products = tuple(graphs.parse(text) for text in (*self.leaves, *squares, *picked))
        width = len(self.leaves)
        numbers = np.zeros(1 + len(products))
        follows = np.zeros((1 + len(products), width))
        for row in range(1 + width, 1 + len(products)):
            numbers[row] = self.constants.draw_array(rng, ())
        for row in range(1 + 2 * width, 1 + len(products)):
            follows[row] = FOLLOWS * np.asarray(self.constants.draw_array(rng, (width,)))
        x = np.asarray(point, np.float64)
        near = KnownPoints((width,))
        bent = Detached(self, plant, tuple(point), products, numbers, follows, np.zeros(width), near)
        if self.epsilon is not None:
            bent = bent.with_squares(1 + width, -bent.seconds(self.epsilon) / 2)
        for _ in range(SLOPES_TRIED):
            slopes = function_family.draw_slopes(self.slopes, (width,), rng)
            if planted_gradients.all_far(self.plants, slopes, x) and bent.fits(slopes):
                return replace(bent, slopes=slopes, height=function_family.draw_value(rng)).with_plant(plant)
        return None


@dataclass(frozen=True)
class Detached:
    """One function: the number added to `products` and their factors are `numbers` at the point, and change by
    `follows` times the move of the inputs away from it.

    It is `height` at the point, where backward finds `slopes`; `near` are the points that were asked for. `claimed` is
    what it claims, once a gradient is planted.
    """

    family: DetachedFamily
    plant: str
    point: tuple[float, ...]
    products: tuple[Graph, ...]
    numbers: Gradient
    follows: Gradient
    slopes: Gradient
    near: KnownPoints
    height: float = 0.0
    claimed: Gradient = field(default_factory=lambda: np.zeros(0))

    @property
    def leaves(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return self.family.leaves

    def constants(self, x: Gradient) -> Gradient:
        """What the judge fills in at the inputs `x`."""
        filled: Gradient = self.constants_of(x[None])[0]
        return filled

    def constants_of(self, points: Gradient) -> Gradient:
        """What is filled in at several points, shape (points, inputs): shape (points, constants)."""
        away = points.reshape(-1, len(self.point)) - np.asarray(self.point)
        # Not as a product of matrices, whose last bits depend on how many points there are.
        filled: Gradient = self.numbers + np.sum(away[:, None, :] * self.follows, axis=-1)
        return filled

    def value(self, x: Gradient) -> float:
        """The value of f at `x`."""
        return float(self.constants(x) @ self._products(x))

    @functools.cached_property
    def graph(self) -> Graph:
        """The program, with k0, k1, … for the constants."""
        terms = [f"k{number} * ({product.text})" for number, product in enumerate(self.products, 1)]
        return graphs.parse(" + ".join(["k0", *terms]))

    @functools.cached_property
    def true(self) -> Gradient:
        """The true gradient; with an epsilon, the central difference quotient with this step."""
        epsilon = self.family.epsilon
        return self._slopes() if epsilon is None else self._quotients(epsilon)

    def written(self, made: str, number: str) -> str:
        """The function as Python: constants are values `made` of what the leaves' attribute `number` holds."""
        factors = []
        for start, row in zip(self.numbers, self.follows, strict=True):
            moves = [f"{'-' if slope < 0 else '+'} {abs(slope):.10g} * ({leaf}.{number} - {at!r})"
                     for slope, leaf, at in zip(row, self.leaves, self.point, strict=True) if slope]  # fmt: skip
            factors.append(f"{made}({' '.join([f'{start:.10g}', *moves])})")
        terms = [f"{factor} * ({product.text})" for factor, product in zip(factors[1:], self.products, strict=True)]
        return f"lambda {', '.join(self.leaves)}: {' + '.join([factors[0], *terms])}"

    def with_squares(self, first: int, numbers: Gradient) -> Detached:
        """The same with these factors added to those of the squares, whose first row this is."""
        changed = self.numbers.copy()
        changed[first : first + len(numbers)] += numbers
        return replace(self, numbers=changed)

    def seconds(self, step: float) -> Gradient:
        """(f(x + h) + f(x - h) - 2 f(x)) / h² for each input; where it is 0, one side alone gives the same as both."""
        x = np.asarray(self.point)
        return np.array([(up + down - 2 * self.value(x)) / step**2 for up, down in self._ends(step)])

    def fits(self, claimed: Gradient) -> bool:
        """Whether correct checkers agree on a function that bends so and claims this, whatever is true of it.

        With an epsilon: whether the derivative and the quotient differ by a factor of 2 at least, above any tolerance.
        """
        if self.family.epsilon is None:
            return self._bends <= function_family.MOST_BENT * float(np.min(np.abs(claimed)))
        ratio = np.abs(claimed + self._off_by_step) / np.abs(claimed)
        return bool(np.all((ratio >= 2) | (ratio <= 0.5)))

    def with_plant(self, plant: str) -> Detached:
        """The same function with another plant: backward finds the slopes (0 for the plant `zero`), and what is true
        makes the plant of it."""
        claimed = planted_gradients.shown(plant, self.slopes)
        x, width = np.asarray(self.point), len(self.point)
        numbers, follows = self.numbers.copy(), self.follows.copy()
        numbers[: 1 + width], follows[0] = 0.0, 0.0
        numbers[1 : 1 + width] = claimed - replace(self, numbers=numbers)._seen()
        numbers[0] = self.height - replace(self, numbers=numbers, follows=follows).value(x)
        found = replace(self, plant=plant, numbers=numbers, follows=follows.copy(), claimed=claimed)
        if plant == "derivative":
            true, is_now = claimed, found._slopes()
        else:
            true, is_now = planted_gradients.true_of(plant, self.slopes, x), found.true
        follows[0] = true - is_now
        return replace(found, follows=follows)

    @functools.cached_property
    def _bends(self) -> float:
        """The largest of the second and third derivatives by one input, in size."""
        step, found = 10 * function_family.REACH, 0.0
        for (up, down), (high, low), second in zip(
            self._ends(step), self._ends(2 * step), self.seconds(step), strict=True
        ):
            third = (high - low - 2 * (up - down)) / (2 * step**3)
            found = max(found, abs(second), abs(third))
        return float(found)

    @functools.cached_property
    def _off_by_step(self) -> Gradient:
        return self._slopes() - self._quotients(self.family.epsilon or 0.0)

    def _ends(self, step: float) -> list[tuple[float, float]]:
        """f where each input on its own is larger by the step, and where it is smaller."""
        moves = step * np.eye(len(self.point))
        return [(self.value(self.point + move), self.value(self.point - move)) for move in moves]

    def _quotients(self, step: float) -> Gradient:
        return np.array([(up - down) / (2 * step) for up, down in self._ends(step)])

    def _seen(self) -> Gradient:
        """What backward finds: the constants stay what they are."""
        x, found = np.asarray(self.point), np.empty(len(self.point))
        for index in range(len(x)):
            lower = self._powers.copy()
            lower[:, index] = np.maximum(lower[:, index] - 1, 0)
            found[index] = self.numbers[1:] @ (self._powers[:, index] * np.prod(x**lower, axis=1))
        return found

    def _slopes(self) -> Gradient:
        """The derivative of f, with what the constants do."""
        slopes: Gradient = self._seen() + self.follows.T @ self._products(np.asarray(self.point))
        return slopes

    def _products(self, x: Gradient) -> Gradient:
        return np.array([1.0, *np.prod(x**self._powers, axis=1)])

    @functools.cached_property
    def _powers(self) -> Gradient:
        return np.array([_powers(product, self.leaves) for product in self.products])


@functools.cache
def _powers(product: Graph, leaves: tuple[str, ...]) -> tuple[float, ...]:
    """How often each leaf is a factor of the product."""
    uses = [tuple(float(node.name == leaf) for leaf in leaves) for node in product.nodes]
    for number, node in enumerate(product.nodes):
        for arg in node.args:
            if isinstance(arg, int):
                uses[number] = tuple(map(sum, zip(uses[number], uses[arg], strict=True)))
    return uses[-1]
