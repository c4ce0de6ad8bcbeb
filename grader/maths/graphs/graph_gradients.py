"""The value of an expression graph and its exact gradients by reverse mode, with what rounding may do to them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.maths.compare import ExpectedValue
from grader.maths.formula import Formula, env_of, of_steps
from grader.maths.graphs.expression_graph import REDUCTIONS, Constant, Graph
from grader.maths.operations import result_of
from grader.maths.rounding import derived
from grader.maths.steps import Step


def expected(
    graph: Graph, leaves: Mapping[str, Any], upstream: Any = 1.0, data: Sequence[Any] | None = None
) -> list[ExpectedValue]:
    """The root's value, and for each leaf the upstream gradient (of the root's shape) times the Jacobian, in its shape.

    Where relu meets 0 its slope may be anything from 0 to 1: the gradient is in the middle, and its `open` is half the
    way. `data` is what `values` gives, where that is known. Raises ValueError where a value is not finite, or shapes do
    not fit.
    """
    formula, _ = _steps(graph)
    data = values(graph, leaves) if data is None else data
    at_kink = any((data[node.args[0]] == 0).any() for node in graph.nodes if node.op == "relu")  # type: ignore[index]
    found = derived(formula, leaves, upstream, graph.leaves)
    if at_kink:
        found = list(map(_between, found, derived(formula, leaves, upstream, graph.leaves, 1.0)))
    if not all(np.isfinite(part.values).all() for part in found):
        raise ValueError("not finite")
    return found


def values(graph: Graph, leaves: Mapping[str, Any]) -> list[Any]:
    """Every node's value, float64. Raises ValueError where one is not finite, or shapes do not fit."""
    (formula, places), env = _steps(graph), env_of(leaves)
    results: list[Any] = []
    with np.errstate(all="ignore"):
        for step in formula.steps:
            results.append(result_of(step, results, env))
            if not (np.isfinite(results[-1]).all() if results[-1].ndim else math.isfinite(results[-1])):
                raise ValueError("not finite")
    return [np.asarray(results[place]) for place in places]


def _between(one: ExpectedValue, other: ExpectedValue) -> ExpectedValue:
    apart = np.abs(one.values - other.values) / 2
    return ExpectedValue((one.values + other.values) / 2, max(one.size, other.size), max(one.move, other.move), apart)


@functools.lru_cache(1000)
def _steps(graph: Graph) -> tuple[Formula, tuple[int, ...]]:
    """The graph as a formula's steps, and for each node the step that is its value. Numbers are steps of their own, and
    `sum([a, b, c])` is a + b + c."""
    steps: list[Step] = []
    places: list[int] = []

    def add(step: Step) -> int:
        steps.append(step)
        return len(steps) - 1

    for node in graph.nodes:
        if node.op == "leaf":
            places.append(add(Step("name", name=node.name)))
        elif node.op in REDUCTIONS:
            axis = node.args[1] if len(node.args) == 2 else None
            along = int(axis.value) if isinstance(axis, Constant) else None
            places.append(add(Step(node.op, (places[node.args[0]],), axis=along)))  # type: ignore[index]
        else:
            args = [add(Step("number", number=np.float64(arg.value))) if isinstance(arg, Constant) else places[arg]
                    for arg in node.args]  # fmt: skip
            if node.op == "total":
                places.append(functools.reduce(lambda one, other: add(Step("+", (one, other))), args))
            else:
                places.append(add(Step(node.op, tuple(args))))
    return of_steps(graph.written, tuple(steps)), tuple(places)
