"""The value of an expression graph and its exact gradients by reverse mode, with what rounding may do to them."""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.maths.compare import NEAR, ExpectedValue
from grader.maths.graphs.expression_graph import Graph, Node
from grader.maths.rounding import SLOPE_SIZES


@dataclass(frozen=True)
class GraphGradients:
    """The root's value, and by leaf the gradient as an interval, with the sizes of the terms that were added up;
    whether all nodes have values of their own."""

    value: float
    value_scale: float
    low: Mapping[str, float]
    high: Mapping[str, float]
    scales: Mapping[str, float]
    distinct: bool

    def results(self, coarse: GraphGradients | None) -> list[ExpectedValue]:
        """What is expected of the value and of each gradient, given the same in float32 (None: undefined there).

        A gradient's interval is its middle, give or take half.
        """
        inf = float("inf")
        found = [
            ExpectedValue(np.asarray(self.value), self.value_scale, abs(self.value - coarse.value) if coarse else inf)
        ]
        for name, scale in self.scales.items():
            low, high = self.low[name], self.high[name]
            move = max(abs(low - coarse.low[name]), abs(high - coarse.high[name])) if coarse else inf
            found.append(ExpectedValue(np.asarray((low + high) / 2), scale, move, (high - low) / 2))
        return found


def truth(graph: Graph, leaves: Mapping[str, float], rounded: Callable[[float], float] = float) -> GraphGradients:
    """Value and gradients at the leaves' values, each intermediate result `rounded`. Where relu meets 0 its slope may
    be anything from 0 to 1.

    Raises ValueError, OverflowError or ZeroDivisionError where the function is not defined.
    """
    data, sizes = _forward(graph, leaves, rounded)
    distinct = len(set(data)) == len(data)
    at_kink = any(node.op == "relu" and data[number] == 0.0 for number, node in enumerate(graph.nodes))
    runs = [_backward(graph, data, sizes, slope, rounded) for slope in ((0.0, 1.0) if at_kink else (0.0,))]
    low = {name: min(gradients[name] for gradients, _ in runs) for name in graph.leaves}
    high = {name: max(gradients[name] for gradients, _ in runs) for name in graph.leaves}
    scales = {name: max(terms[name] for _, terms in runs) for name in graph.leaves}
    return GraphGradients(data[-1], sizes[-1], low, high, scales, distinct)


def in_float32(graph: Graph, leaves: Mapping[str, float]) -> GraphGradients | None:
    """The truth as float32 throughout would have it; None where it is undefined, or so close to relu's kink that
    another order of the same steps might fall on its other side."""
    try:
        return truth(graph, leaves, single) if not _near_kink(graph, leaves) else None
    except (ValueError, OverflowError, ZeroDivisionError):
        return None


def single(x: float) -> float:
    """The float32 next to `x`. Raises OverflowError where there is none."""
    return float(_SINGLE.unpack(_SINGLE.pack(x))[0])


_SINGLE = struct.Struct("f")


def _near_kink(graph: Graph, leaves: Mapping[str, float]) -> bool:
    if not any(node.op == "relu" for node in graph.nodes):
        return False
    data, sizes = _forward(graph, leaves, float)
    places = [node.args[0] for node in graph.nodes if node.op == "relu"]
    return any(0 < abs(data[at]) < NEAR * sizes[at] for at in places if isinstance(at, int))


def _forward(
    graph: Graph, leaves: Mapping[str, float], rounded: Callable[[float], float]
) -> tuple[list[float], list[float]]:
    """Every node's value, and how large the terms were that it, and what it is made of, added up."""
    data: list[float] = []
    sizes: list[float] = []
    for node in graph.nodes:
        if node.op == "leaf":
            data.append(rounded(leaves[node.name]))
            sizes.append(abs(data[-1]))
            continue
        values, inner = _values(node, data), _inner(node, sizes)
        value = rounded(_VALUES[node.op](*values))
        if node.op in _ADDING:
            size = sum(inner)
        elif all(of <= abs(part) for of, part in zip(inner, values, strict=True)):
            size = 0.0  # nothing has cancelled before: the value's own size will do
        else:
            slopes = _slopes(node.op, values, value, 1.0)
            cancelled = [abs(slope) * (of - abs(part)) for slope, of, part in zip(slopes, inner, values, strict=True)]
            size = abs(value) + max(cancelled)
        data.append(value)
        sizes.append(max(size, abs(value)))
    return data, sizes


def _power(base: float, exponent: float) -> float:
    power = base**exponent
    if isinstance(power, complex):
        raise ValueError("a fractional power of a negative number")
    return float(power)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


_ADDING = ("+", "-", "sum")
_VALUES: dict[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": _power,
    "neg": operator.neg,
    "sum": lambda *values: math.fsum(values),
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "sigmoid": _sigmoid,
}


def _slopes(op: str, values: Sequence[float], out: float, relu_at_zero: float) -> Sequence[float]:
    """The local derivatives by each argument."""
    match op:
        case "+":
            return (1.0, 1.0)
        case "-":
            return (1.0, -1.0)
        case "*":
            return (values[1], values[0])
        case "/":
            return (1 / values[1], -values[0] / values[1] ** 2)
        case "**":
            exponent = values[1]
            by_base = exponent * values[0] ** (exponent - 1) if exponent else 0.0
            return (by_base, out * math.log(values[0]) if values[0] > 0 else 0.0)
        case "neg":
            return (-1.0,)
        case "sum":
            return [1.0] * len(values)
        case "tanh":
            return (1 - out * out,)
        case "relu":
            return (relu_at_zero if values[0] == 0 else float(values[0] > 0),)
    return (out * (1 - out),)


def _values(node: Node, data: Sequence[float]) -> list[float]:
    """What a node's arguments are."""
    return [data[arg] if isinstance(arg, int) else arg.value for arg in node.args]


def _inner(node: Node, sizes: Sequence[float]) -> list[float]:
    """How large the terms were that a node's arguments added up."""
    return [sizes[arg] if isinstance(arg, int) else abs(arg.value) for arg in node.args]


def _slope_sizes(
    node: Node, slopes: Sequence[float], sizes: Sequence[float], values: Sequence[float], out: float
) -> Sequence[float]:
    if node.op in SLOPE_SIZES:
        return (float(SLOPE_SIZES[node.op](out)),)
    if node.op == "*":
        return _inner(node, sizes)[::-1]
    if node.op == "/" and values[1]:
        top, below = _inner(node, sizes)
        return (below / values[1] ** 2, max(top, abs(out) * below) / values[1] ** 2)
    return [abs(slope) for slope in slopes]


def _backward(
    graph: Graph,
    data: Sequence[float],
    sizes: Sequence[float],
    relu_at_zero: float,
    rounded: Callable[[float], float],
) -> tuple[dict[str, float], dict[str, float]]:
    """The gradients of the root, and the same sums with every term taken as positive and at its size."""
    gradients, terms = [0.0] * len(data), [0.0] * len(data)
    gradients[-1] = terms[-1] = 1.0
    for number in range(len(data) - 1, -1, -1):
        node = graph.nodes[number]
        if node.op == "leaf":
            continue
        values = _values(node, data)
        gradient, term = gradients[number], terms[number]
        slopes = _slopes(node.op, values, data[number], relu_at_zero)
        at_size = _slope_sizes(node, slopes, sizes, values, data[number])
        for arg, slope, size in zip(node.args, slopes, at_size, strict=True):
            if isinstance(arg, int):
                gradients[arg] = rounded(gradients[arg] + rounded(gradient * rounded(slope)))
                terms[arg] += term * size
    leaves = {node.name: number for number, node in enumerate(graph.nodes) if node.op == "leaf"}
    return {name: gradients[at] for name, at in leaves.items()}, {name: terms[at] for name, at in leaves.items()}
