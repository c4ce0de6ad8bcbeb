"""Graphs of + and * drawn at random, with numbers for their leaves: what a drawing must show cannot be typed in."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.maths.domains import Domain
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import Graph, Node

LEAVES = "abcdefgh"
SHARING_LEAVES = 3  # few, so that values must be used more than once
APART = 0.02  # so far apart are the values of a graph: rounded to two digits in a label, they are still two
TRIES = 1000  # graphs drawn before the range of `numbers` is called too narrow


class DrawnGraphs(BaseModel):
    """How many graphs of how many operations: trees, or `shared` ones in which some value is used more than once.

    The numbers of a graph's values are all different, or those of its leaves are all `equal`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    count: int = Field(2, ge=1, le=8, description="how many graphs")
    operations: int = Field(6, ge=2, le=7, description="how many operations each graph has")
    shared: bool = Field(False, description="true: some value is used twice")
    equal: bool = Field(False, description="true: all leaves hold the same number")
    numbers: Domain = Field(Domain(between=(0.5, 2.5), sign="any"), description="where leaves' numbers are drawn from")

    @model_validator(mode="after")
    def _plain(self) -> DrawnGraphs:
        if self.numbers.shape is not None:
            raise ValueError("`numbers` are plain numbers: leave `shape` out")
        return self

    def draw(self, rng: Random) -> list[tuple[Graph, dict[str, float]]]:
        """The graphs with their leaves' numbers. Raises ValueError where values cannot be told apart."""
        return [self._one(rng) for _ in range(self.count)]

    def _one(self, rng: Random) -> tuple[Graph, dict[str, float]]:
        for _ in range(TRIES):
            graph = _shared(rng, self.operations) if self.shared else _tree(rng, self.operations)
            if graph is None:
                continue
            number = float(self.numbers.draw_array(rng, ()))
            leaves = {leaf: number if self.equal else float(self.numbers.draw_array(rng, ())) for leaf in graph.leaves}
            found = sorted(values(graph, leaves))
            if self.equal or all(more - less > APART for less, more in itertools.pairwise(found)):
                return graph, leaves
        raise ValueError("no graph was found whose values are all different: draw `numbers` from a wider range")


def values(graph: Graph, leaves: Mapping[str, float]) -> list[float]:
    """The number of every node of a graph. Raises ValueError where one is not finite."""
    return [float(value) for value in graph_gradients.values(graph, leaves)]


def _tree(rng: Random, operations: int) -> Graph:
    nodes = [Node("leaf", name=name) for name in LEAVES[: operations + 1]]
    loose = list(range(len(nodes)))
    while len(loose) > 1:
        args = tuple(rng.sample(loose, 2))
        loose = [node for node in loose if node not in args] + [len(nodes)]
        nodes.append(Node(rng.choice("+*"), args))
    return Graph("", tuple(nodes))


def _shared(rng: Random, operations: int) -> Graph | None:
    """None where an operation has one value as both operands, or no value is used twice."""
    graph = graphs.random_graph(rng, LEAVES[:SHARING_LEAVES], ["+", "*"], operations)
    uses: Counter[Any] = Counter(arg for node in graph.nodes for arg in node.args)
    if any(len(set(node.args)) < len(node.args) for node in graph.nodes) or max(uses.values()) < 2:
        return None
    return graph
