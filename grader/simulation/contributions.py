"""What each use of a number in a graph contributes to its gradient, by the chain rule."""

from __future__ import annotations

from collections.abc import Mapping

from grader.maths.graphs.expression_graph import Constant, Graph
from grader.maths.graphs.graph_gradients import contributions, values
from grader.model.dataclass import dataclass
from grader.simulation.engine import RULES, Local
from grader.simulation.styles import NAMES


@dataclass(frozen=True)
class Use:
    """One use of a node in another one, both by their numbers, and what it contributes to the node's gradient."""

    node: int
    user: int
    amount: float


def uses(graph: Graph, leaves: Mapping[str, float]) -> tuple[Use, ...]:
    """Every use of a node, the last users first; the root's gradient is 1. Raises ValueError where a value is not
    finite."""
    data = [float(value) for value in values(graph, leaves)]
    grads = [0.0] * len(data)
    grads[-1] = 1.0
    found = []
    for user in range(len(data) - 1, -1, -1):
        node = graph.nodes[user]
        given = [arg.value if isinstance(arg, Constant) else data[arg] for arg in node.args]
        if node.op == "leaf":
            continue
        amounts = [grads[user]] * len(given)
        if node.use is not None:
            amounts = contributions(node.use, given, grads[user])
        elif node.op != "total":
            x, y = (*given, 0.0)[:2]
            amounts = list(RULES[NAMES.get(node.op, node.op)](Local(x, y, y, data[user], grads[user])))
        for arg, amount in zip(node.args, amounts, strict=False):
            if not isinstance(arg, Constant):
                grads[arg] += amount
                found.append(Use(arg, user, amount))
    return tuple(found)
