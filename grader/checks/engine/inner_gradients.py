"""Where gradients of a graph of numbers go wrong: the first node, from the root, whose own gradient is wrong while all
that it is used in has the right one; and what each of its uses contributes.

The gradients of inner nodes are read for this alone: some right engines keep none, and then nothing is said of them.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from grader.base.text import enumerate_names
from grader.checks.base import CheckContext
from grader.checks.engine.expression_points import ExpressionPoint
from grader.checks.engine.expression_spec import Spec
from grader.checks.engine.gradient_picture import gradient_picture
from grader.maths import display
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs.expression_graph import Graph
from grader.model import GradientGraph
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Array, Number
from grader.sandbox.requests import ProgramResult, Request
from grader.simulation.contributions import Use, uses

RTOL = 1e-5  # float32 passes; a wrong rule is off by far more
DIGITS = 4  # of numbers in a sentence, beside which others stand in full
MOST_USES = 6  # of one node that a sentence can list
MOST_TEXT = 60  # characters of an expression that can be read in a sentence


@dataclass(frozen=True)
class WrongNode:
    """A node whose gradient is `yours`, where its uses contribute these amounts, each in an expression; the operation
    of all these uses, "" where they are not of one."""

    name: str
    yours: float
    contributions: Sequence[tuple[str, float]]
    op: str

    @property
    def text(self) -> str:
        """What is wrong there, in numbers."""
        amounts = Counter(self.contributions)
        each = [f"`{text}` contributes {display.number(amount, DIGITS)}" + (" twice" if count > 1 else "")
                for (text, amount), count in amounts.items()]  # fmt: skip
        told = f"to the gradient of {self.name}, {enumerate_names(each)}; yours is {display.number(self.yours, DIGITS)}"
        return f"{told}{self._compared()}"

    def _compared(self) -> str:
        """What the number is, if not what it should be, where that is plain to see."""
        amounts = [amount for _, amount in self.contributions]
        texts = [f"`{text}`" for text, _ in self.contributions]
        total = math.fsum(amounts)
        if len(amounts) < 2:
            return ": the opposite sign" if _close(self.yours, -total, total) else ""
        size = max(map(abs, amounts))
        for count in range(1, len(amounts)):
            for left in itertools.combinations(range(len(amounts)), count):
                if _close(self.yours, math.fsum(amounts[place] for place in left), size):
                    missing = [texts[place] for place in range(len(amounts)) if place not in left]
                    if len(set(texts)) == 1:
                        return ": the rest is lost"
                    return f": what comes from {enumerate_names(missing)} is lost"
        twice = [text for text, amount in zip(texts, amounts, strict=True) if _close(self.yours, total + amount, size)]
        return f": what comes from {twice[0]} is there twice" if twice else ""


@dataclass(frozen=True)
class OwnGradients:
    """The gradients of all values in one graph, as the student's engine has them: of leaves by name, of inner nodes by
    number, each with the `suffix`."""

    graph: Graph
    leaves: Mapping[str, float]
    yours: Mapping[str, float]
    suffix: str

    def wrong_node(self) -> WrongNode | None:
        """The first node that is off; None where that does not show."""
        with suppress(ArithmeticError, ValueError):  # a derivative that is not finite there
            return first_off(self.graph, self.leaves, self.yours, self.suffix)
        return None

    def picture(self) -> GradientGraph | None:
        """The graph with both gradients of each node; None where it is too large."""
        texts = {number: _text(self.graph, number) for number in range(len(self.graph.nodes))}
        with suppress(ArithmeticError, ValueError):
            return gradient_picture(self.graph, self.leaves, self.yours, self.suffix, texts)
        return None


def own_gradients(spec: Spec, point: ExpressionPoint, context: CheckContext) -> OwnGradients | None:
    """Those in a graph that was answered wrongly; None where they cannot be read."""
    graph = point.graph
    if graph.earlier or point.times > 1 or spec.arrays:
        return None
    trial = point.asked(spec.engine, spec.roots[0], inner=True)
    [outcome] = context.answers(Request(context.file, [trial.program], first=True))
    numbers = _numbers(outcome, len(trial.members))
    if numbers is None:
        return None
    yours = dict(zip((name for (name,) in trial.members), numbers, strict=True))
    return OwnGradients(graph, point.case, yours, f".{spec.gradient}")


def first_off(graph: Graph, leaves: Mapping[str, float], yours: Mapping[str, float], suffix: str) -> WrongNode | None:
    """The first node from the root whose gradient is not the sum of what its uses contribute; `yours` holds the
    gradients of leaves by name and those of inner nodes by number, each with the suffix."""
    by_node: dict[int, list[Use]] = {}
    for use in uses(graph, leaves):
        by_node.setdefault(use.node, []).append(use)
    shown = {number: _text(graph, number) for number in range(len(graph.nodes))}
    inner = [number for number, node in enumerate(graph.nodes[:-1]) if node.op != "leaf"]
    kept = any(yours[f"{number}{suffix}"] for number in inner)  # else the engine may keep none of them
    right: set[int] = {len(graph.nodes) - 1}
    for number in range(len(graph.nodes) - 2, -1, -1):
        own = by_node[number]
        node = graph.nodes[number]
        mine = yours[f"{node.name or number}{suffix}"]
        amounts = [use.amount for use in own]
        if (number in inner and not kept) or _close(mine, math.fsum(amounts), max(map(abs, amounts))):
            right.add(number)
        elif all(use.user in right for use in own):
            texts = [shown[use.user] for use in own]
            ops = {graph.nodes[use.user].op for use in own}
            if len(own) > MOST_USES or max(map(len, (*texts, shown[number]))) > MOST_TEXT:
                return None
            op = ops.pop() if len(ops) == 1 else ""
            return WrongNode(node.name or f"`{shown[number]}`", mine, list(zip(texts, amounts, strict=True)), op)
    return None


def _text(graph: Graph, number: int) -> str:
    return graph.nodes[number].name or graphs.pruned(graph.nodes[: number + 1]).text


def _close(one: float, other: float, size: float) -> bool:
    return abs(one - other) <= RTOL * max(abs(size), abs(other))


def _numbers(outcome: ProgramResult, count: int) -> list[float] | None:
    if outcome.failure is not None:
        return None
    numbers = [_number(answer) for answer in outcome.answers[:count]]
    return [number for number in numbers if number is not None] if None not in numbers else None


def _number(answer: Answer) -> float | None:
    if isinstance(answer, Number):
        return answer.value
    return float(answer.values.reshape(-1)[0]) if isinstance(answer, Array) and answer.values.size == 1 else None
