"""The picture of a graph in which gradients go wrong: at each value the student's gradient and the true one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from grader.maths import display
from grader.maths.graphs.expression_graph import Constant, Graph, Node
from grader.maths.graphs.graph_gradients import values
from grader.model import GradientGraph, GradientNode
from grader.simulation.contributions import uses

MOST_NODES = 16  # more are no picture that explains
MOST_TEXT = 14  # characters of an expression that fit into a box
DIGITS = 4  # of numbers in a box
RTOL = 1e-5  # float32 passes; a wrong rule is off by far more


def gradient_picture(
    graph: Graph, leaves: Mapping[str, float], yours: Mapping[str, float], suffix: str, texts: Mapping[int, str]
) -> GradientGraph | None:
    """Every node with its value and gradients; None where there are too many. `yours` holds the gradients of leaves by
    name and those of inner nodes by number, each with the suffix, `texts` the expressions of nodes. Raises ValueError
    where a value is not finite."""
    if len(graph.nodes) > MOST_NODES:
        return None
    data = [float(value) for value in values(graph, leaves)]
    amounts: list[list[float]] = [[] for _ in data]
    amounts[-1].append(1.0)
    for use in uses(graph, leaves):
        amounts[use.node].append(use.amount)
    inner = [number for number, node in enumerate(graph.nodes[:-1]) if node.op != "leaf"]
    kept = any(yours[f"{number}{suffix}"] for number in inner)  # else the engine may keep none of them
    layers = _layers(graph)
    in_layer: Counter[int] = Counter()
    nodes = []
    for number, node in enumerate(graph.nodes):
        layer = layers[number]
        expected, size = math.fsum(amounts[number]), max(map(abs, amounts[number]), default=0.0)
        known = number < len(graph.nodes) - 1 and (node.op == "leaf" or kept)
        mine = yours[f"{node.name or number}{suffix}"] if known else None
        wrong = mine is not None and not abs(mine - expected) <= RTOL * max(size, abs(expected))
        nodes.append(
            GradientNode(
                float(layer), float(in_layer[layer]), _label(node, texts[number]), display.number(data[number], DIGITS),
                "" if mine is None else display.number(mine, DIGITS), display.number(expected, DIGITS), wrong,
            )
        )  # fmt: skip
        in_layer[layer] += 1
    edges = [(arg, number) for number, node in enumerate(graph.nodes) for arg in dict.fromkeys(node.args)
             if not isinstance(arg, Constant)]  # fmt: skip
    return GradientGraph(tuple(nodes), tuple(edges))


def _layers(graph: Graph) -> list[int]:
    """How many operations lie before each node, on the longest way."""
    found: list[int] = []
    for node in graph.nodes:
        found.append(1 + max((found[arg] for arg in node.args if not isinstance(arg, Constant)), default=-1))
    return found


def _label(node: Node, text: str) -> str:
    if node.name or len(text) <= MOST_TEXT:
        return node.name or text
    return {"neg": "-", "total": "sum"}.get(node.op, node.op)
