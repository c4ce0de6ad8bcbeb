"""A graph of arrays as an engine of some style records it, with the scalar that it goes back from."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.maths.graphs.expression_graph import REDUCTIONS, Constant, Graph, Node
from grader.simulation.styles import NAMES, EngineStep, Recorded, Style, Unrecordable

WEIGHTS = "C"  # the leaf by which an expression is weighed before it is added up
ALL = "all axes"
NONE = frozenset[str]()
APART = {
    "neg": ("native", "a * -1"), "sub": ("native", "a + -b"), "div": ("native", "a * b ** -1"),
    "mean": ("native", "sum / n", "n * sum", "sum / sizes"),
}  # fmt: skip
"""Ways that differ in what arrays show; others differ in the order of operands alone."""
Shape = tuple[int, ...]
Shapes = tuple[tuple[str, Shape], ...]


@functools.lru_cache(4096)
def choices_in(graph: Graph) -> frozenset[str]:
    """The choices that change what is recorded for this graph, or what becomes of it."""
    found = {"adds", "asks", "first", "fitted"}
    for node in graph.nodes:
        match node.op:
            case "+" | "*":
                found |= {"fits"}
            case "-":
                found |= {"sub", "neg", "fits"}
            case "/":
                found |= {"div", "fits"}
            case "mean":
                found |= {"mean", "div", "spreads", "fits"}
            case "sum":
                found |= {"spreads"}
    return frozenset(found)


@functools.lru_cache(4096)
def recorded(
    graph: Graph, shapes: Shapes, style: Style, keeps: frozenset[str] = NONE, ignores: frozenset[str] = NONE
) -> tuple[Recorded, int]:
    """The graph as an engine of this style records it, each root weighed and added up; and the last of what is weighed.

    Of reductions over an axis, a wrong engine `keeps` that axis (and all axes, where ALL is among these), or `ignores`
    it. Raises Unrecordable.
    """
    recorder = _ArrayRecorder(style, dict(shapes), keeps, ignores)
    with np.errstate(all="ignore"):
        for number, node in enumerate(graph.nodes):
            recorder.places.append(recorder.add(node))
            if number in graph.earlier or number == len(graph.nodes) - 1:
                recorder.roots.append(recorder.weighed(recorder.places[-1]))
    leaves = [(step.name, number) for number, step in enumerate(recorder.steps) if step.op == "leaf"]
    asked = tuple((name, number) for name, number in leaves if name != WEIGHTS)
    return Recorded(tuple(recorder.steps), tuple(recorder.roots), asked), recorder.places[-1]


class _ArrayRecorder:
    """Objects in the order in which an engine makes them, with their shapes."""

    def __init__(
        self, style: Style, shapes: Mapping[str, Shape], keeps: frozenset[str], ignores: frozenset[str]
    ) -> None:
        self.style, self.given, self.keeps, self.ignores = style, shapes, keeps, ignores
        self.steps: list[EngineStep] = []
        self.shapes: list[Shape] = []
        self.places: list[int] = []
        self.roots: list[int] = []
        self.weights: int | None = None

    def add(self, node: Node) -> int:
        """The number of the object that stands for a node."""
        if node.op == "leaf":
            return self._new("leaf", self.given[node.name], name=node.name)
        if node.op in REDUCTIONS:
            axis = node.args[1] if len(node.args) > 1 else None
            along = int(axis.value) if isinstance(axis, Constant) else None
            return self._reduce(node.op, self.places[node.args[0]], along)  # type: ignore[index]
        args = [self._number(arg.value) if isinstance(arg, Constant) else self.places[arg] for arg in node.args]
        match node.op:
            case "-":
                return self._minus(*args)
            case "/":
                return self._over(*args)
            case "neg":
                return self._neg(*args)
        return self._make(NAMES.get(node.op, node.op), *args)

    def weighed(self, root: int) -> int:
        """The scalar (root * C).sum(), and root * C where that has no axes."""
        if self.weights is None:
            self.weights = self._new("leaf", self.given[WEIGHTS], name=WEIGHTS)
        product = self._make("mul", root, self.weights)
        return self._reduce("sum", product, None) if self.given[WEIGHTS] else product

    def _new(self, op: str, shape: Shape, *args: int, name: str = "", number: float = 0.0, axis: Any = None) -> int:
        self.steps.append(EngineStep(op, args, name, number, axis))
        self.shapes.append(shape)
        return len(self.steps) - 1

    def _number(self, value: float) -> int:
        return self._new("number", (), number=value)

    def _make(self, op: str, *args: int, number: float = 0.0) -> int:
        left, right = self.shapes[args[0]], self.shapes[args[-1]]
        try:
            shape = (left[0], right[1]) if op == "matmul" else np.broadcast_shapes(left, right)
        except (ValueError, IndexError):
            raise Unrecordable("ValueError") from None
        return self._new(op, shape, *args, number=number)

    def _neg(self, operand: int) -> int:
        match self.style.neg:
            case "native":
                return self._make("neg", operand)
            case "-1 * a":
                return self._make("mul", self._number(-1.0), operand)
            case "0 - a":
                return self._make("sub", self._number(0.0), operand)
        return self._make("mul", operand, self._number(-1.0))

    def _minus(self, left: int, right: int) -> int:
        match self.style.sub:
            case "native":
                return self._make("sub", left, right)
            case "a + -b":
                return self._make("add", left, self._neg(right))
        return self._make("add", left, self._make("mul", right, self._number(-1.0)))

    def _over(self, left: int, right: int) -> int:
        match self.style.div:
            case "native":
                return self._make("div", left, right)
            case "a * b ** -1":
                return self._make("mul", left, self._make("pow", right, number=-1.0))
        return self._make("mul", self._make("pow", right, number=-1.0), left)

    def _reduce(self, op: str, operand: int, axis: int | None) -> int:
        shape = self.shapes[operand]
        if op == "mean" and self.style.mean != "native":
            total = self._reduce("sum", operand, axis)
            count = math.prod(shape) if axis is None else shape[axis]
            match self.style.mean:
                case "sum / sizes":
                    return self._over(total, self._number(math.prod(shape) / (math.prod(self.shapes[total]) or 1)))
                case "sum / n":
                    return self._over(total, self._number(count))
                case "sum * (1 / n)":
                    return self._make("mul", total, self._number(1 / count))
            return self._new("times", self.shapes[total], total, number=1 / count)
        if op in self.ignores:
            axis = None
        keeps = op in self.keeps and (axis is not None or ALL in self.keeps)
        try:
            result = np.empty(shape).sum(axis=axis, keepdims=keeps).shape
        except ValueError as error:
            raise Unrecordable(type(error).__name__) from None
        return self._new(op, result, operand, axis=axis)
