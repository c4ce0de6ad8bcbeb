"""Expressions over arrays: a text becomes a list of operations, and these a value and gradients by reverse mode."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.compare import ExpectedValue, largest
from grader.maths.formula import VALUES, FormulaError
from grader.maths.graphs.expression_graph import Builder, Constant, Graph, Node
from grader.maths.rounding import pull_matmul, unbroadcast

BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@"}
REDUCTIONS = ("sum", "mean")
METHODS = (*REDUCTIONS, "relu")
AXES = ("0", "1", "2", "-1", "-2")
KINK = 1e-3  # closer to 0 than this, but not 0, float32 may see relu's argument on the other side

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ArrayGradients:
    """The value of an expression, and by leaf the gradient of sum(expression * cotangent) in the leaf's shape.

    `slack` is how far a gradient may be off where relu meets 0. Sizes are the largest sums of the terms' magnitudes.
    """

    value: Array
    value_size: float
    gradients: Mapping[str, Array]
    slack: Mapping[str, Array]
    sizes: Mapping[str, float]


def expected(graph: Graph, leaves: Mapping[str, Array], cotangent: Array) -> list[ExpectedValue]:
    """The expected value and gradients, in the order of the leaves. Raises ValueError as `truth`."""
    exact = truth(graph, leaves, cotangent)
    moves = {name: float("inf") for name in ("", *graph.leaves)}
    with suppress(ValueError):
        coarse = truth(graph, leaves, cotangent, np.float32)
        moves = {name: largest(exact.gradients[name] - coarse.gradients[name]) for name in graph.leaves}
        moves[""] = largest(exact.value - coarse.value)
    found = [ExpectedValue(exact.value, exact.value_size, moves[""])]
    for name in graph.leaves:
        found.append(ExpectedValue(exact.gradients[name], exact.sizes[name], moves[name], exact.slack[name]))
    return found


@functools.cache
def parse(text: str) -> Graph:
    """Reads `h = x @ w + b; h.relu().sum(axis=0)`: statements, the last one the expression; a shared name is one node.

    Operators + - * / @, methods sum and mean (with `axis=` a number, or none) and relu. A reduction's axis is its
    second argument. `a + b then a * b` is two expressions on the same leaves, one after the other. Raises FormulaError.
    """
    builder = _ArrayBuilder()
    last = builder.read(text)
    if not isinstance(last, int) or last != len(builder.nodes) - 1 or builder.nodes[last].op == "leaf":
        raise FormulaError("the last statement must make a new tensor")
    return builder.graph(text)


class _ArrayBuilder(Builder):
    def add(self, node: ast.expr) -> int | Constant:
        """The number of the node that stands for `node`, made if need be; or a plain number."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return Constant(value)
            case ast.Name(id=name):
                return self.leaf(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return self.new(Node(BINARY[type(op)], (self.add(left), self.add(right))))
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=keywords) if name in METHODS:
                return self.new(Node(name, (self.add(inner), *self._axis(name, keywords))))
        raise FormulaError(f"{ast.unparse(node)!r} is not allowed in an expression", node.col_offset)

    def _axis(self, method: str, keywords: list[ast.keyword]) -> list[Constant]:
        match keywords:
            case []:
                return []
            case [ast.keyword(arg="axis", value=axis)] if method in REDUCTIONS and ast.unparse(axis) in AXES:
                return [Constant(int(ast.unparse(axis)))]
        raise FormulaError(f"`{method}` takes no arguments, or (a reduction) `axis=` one of {', '.join(AXES)}")


def truth(
    graph: Graph, leaves: Mapping[str, Array], cotangent: Array, dtype: type[np.floating[Any]] = np.float64
) -> ArrayGradients:
    """Value, and gradients for the given cotangent, at the leaves' values; all of it computed in `dtype`.

    Where relu meets 0, its slope may be anything from 0 to 1: that is in `slack`. Raises ValueError where shapes do not
    fit, where a value is not finite, and next to relu's kink.
    """
    data, sizes = forward(graph, leaves, dtype)
    count = len(data)
    gradients = [np.zeros(part.shape, dtype) for part in data]
    slack = [np.zeros(part.shape) for part in data]
    terms = [np.zeros(part.shape) for part in data]
    gradients[-1], terms[-1] = cotangent.astype(dtype), np.abs(cotangent)
    for number in range(count - 1, -1, -1):
        node = graph.nodes[number]
        values = [_operand(arg, data, dtype) for arg in node.args]
        relu = node.op == "relu"
        positive = values if relu else [np.abs(value) for value in values]
        magnitudes = values if relu else [_operand(arg, sizes, dtype) for arg in node.args]
        if relu:
            zero, near = values[0] == 0, np.abs(values[0]) < KINK
            if (near & ~zero).any():
                raise ValueError("next to the kink of relu")
            slack[number] = np.where(zero, np.abs(gradients[number]) + 2 * slack[number], slack[number])
        pulled, of_slack, of_terms = (
            _pull(node, values, gradients[number]),
            _pull(node, positive, slack[number]),
            _pull(node, magnitudes, terms[number]),
        )
        for arg, by, off, size in zip(node.args, pulled, of_slack, of_terms, strict=False):
            if isinstance(arg, int):
                gradients[arg] = gradients[arg] + by
                slack[arg] = slack[arg] + np.abs(off)
                terms[arg] = terms[arg] + np.abs(size)
    if not all(np.isfinite(part).all() for part in (data[-1], *gradients)):
        raise ValueError("not finite")
    at = {node.name: number for number, node in enumerate(graph.nodes) if node.op == "leaf"}
    return ArrayGradients(
        data[-1],
        largest(sizes[-1]),
        {name: gradients[number] for name, number in at.items()},
        {name: slack[number] for name, number in at.items()},
        {name: largest(terms[number]) for name, number in at.items()},
    )


def _operand(arg: int | Constant, data: Sequence[Array], dtype: type[np.floating[Any]]) -> Array:
    return np.asarray(arg.value, dtype) if isinstance(arg, Constant) else data[arg]


def forward(
    graph: Graph, leaves: Mapping[str, Array], dtype: type[np.floating[Any]] = np.float64
) -> tuple[list[Array], list[Array]]:
    """Every node's value, and the same with every term taken as positive. Raises ValueError where shapes do not fit."""
    data: list[Array] = []
    sizes: list[Array] = []
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if node.op == "leaf":
                value = size = np.asarray(leaves[node.name], dtype)
            else:
                value = _value(node, [_operand(arg, data, dtype) for arg in node.args])
                added = Node("+", node.args) if node.op == "-" else node
                size = _value(added, [np.abs(_operand(arg, sizes, dtype)) for arg in node.args])
            data.append(value)
            sizes.append(np.maximum(np.abs(size), np.abs(value)))
    return data, sizes


def _value(node: Node, values: Sequence[Array]) -> Array:
    if node.op in REDUCTIONS:
        return np.asarray(getattr(values[0], node.op)(axis=_axis(node)))
    return np.asarray(np.maximum(values[0], 0.0) if node.op == "relu" else VALUES[node.op](*values))


def _axis(node: Node) -> int | None:
    """The axis of a reduction, None for all of them."""
    return int(node.args[1].value) if len(node.args) > 1 and isinstance(node.args[1], Constant) else None


def _pull(node: Node, values: Sequence[Array], g: Array) -> list[Array]:
    """The gradient `g` of a node's result, pulled back to each of its tensor arguments, in their shapes."""
    match node.op:
        case "+":
            pulled = [g, g]
        case "-":
            pulled = [g, -g]
        case "*":
            pulled = [g * values[1], g * values[0]]
        case "/":
            pulled = [g / values[1], -g * values[0] / values[1] ** 2]
        case "@":
            return pull_matmul(values[0], values[1], g)
        case "sum" | "mean":
            shape, axis = values[0].shape, _axis(node)
            g = g if axis is None else np.expand_dims(g, axis)
            return [np.broadcast_to(g, shape) * g.dtype.type(g.size / values[0].size if node.op == "mean" else 1.0)]
        case "relu":
            return [g * np.where(values[0] == 0, 0.5, values[0] > 0).astype(g.dtype)]
        case _:
            return []
    return [np.asarray(unbroadcast(part, value.shape)) for part, value in zip(pulled, values, strict=True)]
