"""Points at which expressions are tried: values of the leaves, drawn or fixed, and what is expected there."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from grader.checks.engine.expression_trial import Engine, Root, trial_of
from grader.checks.program import Trial
from grader.checks.trials import CourseFault, expecting
from grader.maths.compare import ExpectedValue, largest
from grader.maths.domains import UNSTEADY, UPSTREAM, Case, Domain
from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import Graph
from grader.model.dataclass import dataclass

TRIES = 400  # draws of leaves or graphs; far more than are needed, unless the course states what is never defined
LARGEST = 60.0  # of values and gradients of drawn numbers: numbers that a student can still follow in a report

Numbers = int | float | list[Any]


@dataclass(frozen=True)
class Leaves:
    """Where the values of leaves come from, and how an expression of them becomes a scalar at first."""

    inputs: Mapping[str, Domain]
    root: Root

    @property
    def arrays(self) -> bool:
        """Whether they are arrays: what is weighed has C."""
        return bool(self.root.weigh)


@dataclass(frozen=True)
class ExpressionPoint:
    """An expression at values of its leaves (and of C), with what is expected there."""

    graph: Graph
    case: Case
    expected: Sequence[ExpectedValue]
    root: Root
    times: int = 1
    plain: bool = False

    def trial(self, engine: Engine, root: Root, reset: bool = True) -> Trial:
        """The program from this root, and what it must report."""
        return self.expecting(self.asked(engine, root, reset), root)

    def asked(self, engine: Engine, root: Root, reset: bool = True, inner: bool = False) -> Trial:
        """The program from this root, without what is expected; with the gradients of `inner` nodes as well."""
        return trial_of(engine, self.graph, self.case, root, self.times, self.plain, reset, inner)

    def expecting(self, trial: Trial, root: Root) -> Trial:
        """The trial from this root with what it must report."""
        expected = self.expected
        if root is not self.root:
            expected = graph_gradients.expected(self.graph, self.case, root.cotangent(self.case["C"]))
        return expecting(trial, expected)


@functools.cache
def of_repeated(graph: Graph, times: int, case: tuple[tuple[str, float], ...]) -> list[ExpectedValue]:
    """What a graph of one operation, repeated on its own result in place of the first argument, must give."""
    nodes = list(graph.nodes)
    for _ in range(times - 1):
        nodes.append(replace(nodes[-1], args=(len(nodes) - 1, *nodes[-1].args[1:])))
    return graph_gradients.expected(Graph(graph.text, tuple(nodes)), dict(case))


def draw_points(
    leaves: Leaves,
    graph: Graph,
    at: Mapping[str, Numbers],
    rng: Random,
    count: int,
    attempts: int = TRIES,
    hopeless: int = TRIES,
    distinct: bool = False,
) -> list[ExpressionPoint]:
    """Values of the leaves (and of C) at which the graph is defined and no number is too large; fixed ones are kept.

    They are steady where any such values are found. A graph that was made by chance is `hopeless` where it is undefined
    at the first few points, as a / (b - b) is; so is one with two equal values, as a / a + b / b, where all are to be
    `distinct`. Raises CourseFault where C cannot fit.
    """
    steady: list[ExpressionPoint] = []
    unsteady: list[ExpressionPoint] = []
    fixed = at.keys() >= set(graph.leaves) and not distinct
    undefined = 0
    for attempt in range(attempts):
        if undefined == hopeless:
            break
        numbers = {name: _leaf(leaves, name, at, rng) for name in graph.leaves}
        try:
            data = graph_gradients.values(graph, numbers)
            if not leaves.arrays and any(part.ndim for part in data):
                raise CourseFault("an operation gives an array, where the class holds numbers")
            if distinct and _repeats(graph, data):
                raise ValueError("two equal values")
            case, upstream = _with_upstream(leaves, graph, numbers, data, at, rng)
            expected = graph_gradients.expected(graph, numbers, upstream, data)
        except ValueError:
            undefined += undefined == attempt
            continue
        if (at and not distinct) or leaves.arrays or all(largest(part.values) <= LARGEST for part in expected):
            found = fixed or all(part.steady for part in expected)
            (steady if found else unsteady).append(ExpressionPoint(graph, case, expected, leaves.root))
        if len(steady) == count or len(unsteady) >= UNSTEADY:
            break
    return (steady + unsteady)[:count]


def _repeats(graph: Graph, data: Sequence[Any]) -> bool:
    """Whether two values are equal. What a course adds may give back what it was given, as a clamp does."""
    numbers = [float(part) for part in data]
    apart = [number for node, number in zip(graph.nodes, numbers, strict=True)
             if not node.use or number not in [numbers[arg] for arg in node.args if isinstance(arg, int)]]  # fmt: skip
    return len({*apart}) < len(apart)


def _leaf(leaves: Leaves, name: str, at: Mapping[str, Numbers], rng: Random) -> Any:
    shape = [int(size) for size in leaves.inputs[name].shape or ()]
    value = at[name] if name in at else leaves.inputs[name].draw_array(rng, shape)
    return np.asarray(value, np.float64) if leaves.arrays else value


def _with_upstream(
    leaves: Leaves, graph: Graph, numbers: Case, data: Sequence[Any], at: Mapping[str, Numbers], rng: Random
) -> tuple[Case, Any]:
    """The case, with C where the root is weighed by one, and the gradient that comes from above."""
    if not leaves.arrays:
        return numbers, 1.0
    shape = data[-1].shape
    if any(data[root].shape != shape for root in graph.earlier):
        raise CourseFault("the expressions do not have the same shape, which they need to share C")
    weights = np.asarray(at["C"] if "C" in at else UPSTREAM.draw_array(rng, shape), np.float64)
    if weights.shape != shape:
        raise CourseFault(f"C has the shape {weights.shape}, the expression {shape}")
    return {**numbers, "C": weights}, leaves.root.cotangent(weights)
