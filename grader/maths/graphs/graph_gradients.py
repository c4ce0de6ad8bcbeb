"""The value of an expression graph and its exact gradients by reverse mode, with what rounding may do to them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.maths.compare import ExpectedValue
from grader.maths.formula import Formula, env_of, of_steps
from grader.maths.graphs.expression_graph import REDUCTIONS, Constant, Graph
from grader.maths.graphs.method_form import MethodUse
from grader.maths.operations import result_of
from grader.maths.rounding import derived
from grader.maths.steps import Step, depending
from grader.maths.term_sizes import at_a_tie
from grader.model.dataclass import dataclass


def expected(
    graph: Graph, leaves: Mapping[str, Any], upstream: Any = 1.0, data: Sequence[Any] | None = None
) -> list[ExpectedValue]:
    """The root's value, and for each leaf the upstream gradient (of the root's shape) times the Jacobian, in its shape.

    Where relu meets 0 its slope may be anything from 0 to 1: the gradient is in the middle, and its `open` is half the
    way. `data` is what `values` gives, where that is known. Raises ValueError where a value is not finite, or shapes do
    not fit.
    """
    written = _steps(graph)
    formula = written.formula
    data = values(graph, leaves) if data is None else data
    at_kink = any((data[node.args[0]] == 0).any() for node in graph.nodes if node.op == "relu")  # type: ignore[index]
    found = derived(formula, leaves, upstream, graph.leaves)
    if at_kink:
        found = list(map(_between, found, derived(formula, leaves, upstream, graph.leaves, 1.0)))
    if not all(np.isfinite(part.values).all() and (np.isfinite(part.size) or not written.inner) for part in found):
        raise ValueError("not finite")
    return found


def values(graph: Graph, leaves: Mapping[str, Any]) -> list[Any]:
    """Every node's value, float64. Raises ValueError where one is not finite, shapes do not fit, or an operation that a
    course states has no slope: at a kink of its formula, several are right."""
    written, env = _steps(graph), env_of(leaves)
    steps = written.formula.steps
    results: list[Any] = []
    with np.errstate(all="ignore"):
        for number, step in enumerate(steps):
            try:
                results.append(result_of(step, results, env))
            except (TypeError, IndexError) as error:  # an index or an axis that is not there
                raise ValueError(str(error)) from None
            if number in written.inner:
                continue  # where(x > 0, log(x), 0) may be fine all the same
            if not (np.isfinite(results[-1]).all() if results[-1].ndim else math.isfinite(results[-1])):
                raise ValueError("not finite")
        if not all(np.isfinite(results[place]).all() for place in written.places if place in written.inner):
            raise ValueError("not finite")
        if at_a_tie(steps, results, written.moved):
            raise ValueError("at a kink")
    return [np.asarray(results[place]) for place in written.places]


def contributions(use: MethodUse, operands: Sequence[float], gradient: float) -> list[float]:
    """What an operation on numbers that has a formula adds to the gradient of each operand, given its own."""
    inputs = dict(zip(use.operands, operands, strict=True))
    moved = [name for name in use.operands if name in use.formula.names]
    found = derived(use.formula, inputs, gradient, moved)[1:]
    by_name = {name: float(part.values) for name, part in zip(moved, found, strict=True)}
    return [by_name.get(name, 0.0) for name in use.operands]


def _between(one: ExpectedValue, other: ExpectedValue) -> ExpectedValue:
    apart = np.abs(one.values - other.values) / 2
    return ExpectedValue((one.values + other.values) / 2, max(one.size, other.size), max(one.move, other.move), apart)


@dataclass(frozen=True)
class _WrittenGraph:
    """A graph as a formula's steps, and for each node the step that is its value. `inner` are the steps of operations
    that have a formula, `moved` those of them that depend on leaves."""

    formula: Formula
    places: tuple[int, ...]
    inner: frozenset[int]
    moved: tuple[int, ...]


@functools.lru_cache(1000)
def _steps(graph: Graph) -> _WrittenGraph:
    """The graph as steps. Numbers are steps of their own, and `sum([a, b, c])` is a + b + c."""
    steps: list[Step] = []
    places: list[int] = []
    inner: list[int] = []

    def add(step: Step) -> int:
        steps.append(step)
        return len(steps) - 1

    for node in graph.nodes:
        if node.op == "leaf":
            places.append(add(Step("name", name=node.name)))
        elif node.op in REDUCTIONS and node.use is None:
            axis = node.args[1] if len(node.args) == 2 else None
            along = int(axis.value) if isinstance(axis, Constant) else None
            places.append(add(Step(node.op, (places[node.args[0]],), axis=along)))  # type: ignore[index]
        else:
            args = [add(Step("number", number=np.float64(arg.value))) if isinstance(arg, Constant) else places[arg]
                    for arg in node.args]  # fmt: skip
            if node.use is not None:
                before = len(steps)
                places.append(_inlined(steps, node.use, args))
                inner += range(before, len(steps))
            elif node.op == "total":
                places.append(functools.reduce(lambda one, other: add(Step("+", (one, other))), args))
            else:
                places.append(add(Step(node.op, tuple(args))))
    if places[-1] < len(steps) - 1:  # the root's formula gives back what it was given, which the last step must be
        places[-1] = add(Step("+", (places[-1], add(Step("number", number=np.float64(0))))))
    leaves = {number for number, step in enumerate(steps) if step.op == "name"}
    moved = tuple(sorted(depending(steps, leaves).intersection(inner))) if inner else ()
    return _WrittenGraph(of_steps(graph.written, tuple(steps)), tuple(places), frozenset(inner), moved)


def _inlined(steps: list[Step], use: MethodUse, args: Sequence[int]) -> int:
    """Adds the steps of an operation's formula on these operands; the number of the last one."""
    known = dict(zip(use.operands, args, strict=True))
    places: list[int] = []
    for step in use.formula.steps:
        if step.op == "name":
            places.append(known[step.name])
        else:
            steps.append(replace(step, args=tuple(places[arg] for arg in step.args)))
            places.append(len(steps) - 1)
    return places[-1]
