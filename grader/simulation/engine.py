"""Runs a graph on a simulated engine: forward, then back in some order, with or without a mistake."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.maths.graphs.expression_graph import Graph
from grader.simulation.styles import Recorded, Step, Style, Unrecordable, recorded

Forward = Callable[[float, float, float], float]
"""The value of an operation from x, y (0 where there is one operand) and the number n."""
Rule = Callable[["Local"], tuple[float | None, ...]]
"""What an operation adds to the gradient of each operand; None where it does nothing."""
_Parents = tuple[tuple[int, ...], ...]
MOST_ORDERS = 40  # orders of going back that are told apart for one graph; the graphs of a course have a few
MOST_FORKS = 5  # objects whose two parents come in either order; graphs of more are larger than one can follow
MOST_VISITS = 4000  # applications of rules in one run: traversals that never mark what they saw grow exponentially


@dataclass(slots=True)
class Local:
    """What an operation knows when it passes a gradient on: operands x and y with their own gradients as they are by
    then, its number n, its output, the gradient g of that, and whether both operands are the same object."""

    x: float
    y: float
    n: float
    out: float
    g: float
    x_grad: float = 0.0
    y_grad: float = 0.0
    same: bool = False


@dataclass(frozen=True)
class Mistake:
    """How an engine differs from a right one. Everything left out is right.

    `forwards` and `rules` stand for those of the operations named; `assigned` are operands, as (operation, place),
    whose gradient is set where it should be added to; `parents` says which operands an operation remembers as what it
    was made of; `order` is a way to go back that is wrong; `seed` what the root's gradient is set to.
    """

    forwards: Mapping[str, Forward] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    assigned: frozenset[tuple[str, int]] = frozenset()
    parents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    order: str = ""
    seed: str = "one"
    copied: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    wraps: bool = True
    kept: str = ""

    def with_other(self, other: Mistake) -> Mistake:
        """Both mistakes at once."""
        return Mistake(
            {**self.forwards, **other.forwards}, {**self.rules, **other.rules}, self.assigned | other.assigned,
            {**self.parents, **other.parents}, self.order or other.order,
            other.seed if self.seed == "one" else self.seed, self.copied | other.copied, self.missing | other.missing,
            self.wraps and other.wraps, self.kept or other.kept,
        )  # fmt: skip


RIGHT = Mistake()


@dataclass(frozen=True)
class Outcome:
    """What an engine answers: the root's value and the gradients of the leaves, in the order of the graph's leaves; or
    the name of the exception that it raises."""

    numbers: tuple[float, ...] = ()
    raised: str = ""


FORWARDS: dict[str, Forward] = {
    "add": lambda x, y, n: x + y,
    "mul": lambda x, y, n: x * y,
    "sub": lambda x, y, n: x - y,
    "div": lambda x, y, n: x / y,
    "neg": lambda x, y, n: -x,
    "pow": lambda x, y, n: x**n,
    "tanh": lambda x, y, n: math.tanh(x),
    "relu": lambda x, y, n: x if x > 0 else 0.0,
    "sigmoid": lambda x, y, n: sigmoid(x),
}
RULES: dict[str, Rule] = {
    "add": lambda at: (at.g, at.g),
    "mul": lambda at: (at.y * at.g, at.x * at.g),
    "sub": lambda at: (at.g, -at.g),
    "div": lambda at: (at.g / at.y, -at.g * at.x / at.y**2),
    "neg": lambda at: (-at.g,),
    "pow": lambda at: (at.n * at.x ** (at.n - 1) * at.g if at.n else 0.0,),
    "tanh": lambda at: ((1 - at.out**2) * at.g,),
    "relu": lambda at: (at.g if at.x > 0 else 0.0,),
    "sigmoid": lambda at: (at.out * (1 - at.out) * at.g,),
}


def sigmoid(x: float) -> float:
    """The logistic function, without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def outcomes(graph: Graph, leaves: Mapping[str, float], style: Style, mistake: Mistake) -> Iterable[Outcome]:
    """What an engine of this style with this mistake may answer: one outcome for each order that a right engine may go
    back in, where that matters."""
    try:
        made = recorded(graph, style, mistake.copied, mistake.missing, mistake.wraps)
        data = _forward(made, leaves, mistake)
    except Unrecordable as raised:
        return [Outcome(raised=str(raised))]
    except (ArithmeticError, ValueError, TypeError) as error:
        return [Outcome(raised=type(error).__name__)]
    parents = _parents(made, mistake)
    if mistake.order:
        return (_run(made, data, turned, mistake, 0) for turned in _turned(parents, made.roots))
    ways = MOST_ORDERS if mistake.assigned else 1
    return (_run(made, data, parents, mistake, way) for way in range(min(ways, _ways(made, parents))))


def _turned(parents: _Parents, roots: Sequence[int]) -> Iterator[_Parents]:
    """Parents as they may be gone through: from the left, from the right, and in a set, where each comes once, and
    those of each object in an order of its own."""
    yield parents
    yield tuple(own[::-1] for own in parents)
    once = tuple(tuple(dict.fromkeys(own)) for own in parents)
    forks = [index for index in range(max(roots), -1, -1) if len(once[index]) > 1][:MOST_FORKS]
    for mask in range(2 ** len(forks)):
        turned = {index for bit, index in enumerate(forks) if mask >> bit & 1}
        yield tuple(own[::-1] if index in turned else own for index, own in enumerate(once))


def _forward(made: Recorded, leaves: Mapping[str, float], mistake: Mistake) -> list[float]:
    data: list[float] = []
    for step in made.steps:
        if step.op == "leaf":
            value = float(leaves[step.name])
        elif step.op == "number":
            value = step.number
        else:
            forward = mistake.forwards.get(step.op) or FORWARDS[step.op]
            x, y = (*(data[arg] for arg in step.args), 0.0)[:2]
            value = forward(x, y, step.number)
        if isinstance(value, complex):
            raise ValueError("complex")
        data.append(value)
    return data


def _parents(made: Recorded, mistake: Mistake) -> _Parents:
    """What each object remembers as what it was made of."""
    return tuple(
        step.args if (kept := mistake.parents.get(step.op)) is None
        else tuple(step.args[place] for place in kept if place < len(step.args))
        for step in made.steps
    )  # fmt: skip


def _run(made: Recorded, data: Sequence[float], parents: _Parents, mistake: Mistake, way: int) -> Outcome:
    grads = [0.0] * len(made.steps)
    before: Sequence[int] = ()
    try:
        for number, root in enumerate(made.roots):
            if number:
                for _, leaf in made.leaves:
                    grads[leaf] = 0.0
            seed = {"one": 1.0, "data": data[root]}.get(mistake.seed)
            if seed is not None:
                grads[root] = seed
            if mistake.order == "passes the sum":
                _pass_sum(made.steps, data, grads, root, mistake)
                continue
            order = _order(parents, data, root, mistake, way)
            kept = order if not mistake.kept else _with_kept(before, order, mistake.kept)
            for index in kept:
                _apply(made.steps[index], index, data, grads, mistake)
            before = kept
        numbers = (data[made.roots[-1]], *(grads[leaf] for _, leaf in made.leaves))
    except (ArithmeticError, ValueError, RecursionError) as error:
        return Outcome(raised=type(error).__name__)
    if any(isinstance(number, complex) for number in numbers):
        return Outcome(raised="complex")
    return Outcome(numbers)


def _with_kept(before: Sequence[int], order: Sequence[int], kept: str) -> list[int]:
    """The order where what an earlier call went through is gone through again, or is left out."""
    if kept == "again":
        return [*order, *before]
    return [index for index in order if index not in set(before)]


def _apply(step: Step, index: int, data: Sequence[float], grads: list[float], mistake: Mistake) -> None:
    """Passes the gradient of one object on to its operands."""
    args = step.args
    if not args:
        return
    x = args[0]
    y = args[1] if len(args) > 1 else x
    at = Local(
        data[x], data[y] if len(args) > 1 else 0.0, step.number, data[index], grads[index], grads[x], grads[y],
        len(args) > 1 and x == y,
    )  # fmt: skip
    passed = (mistake.rules.get(step.op) or RULES[step.op])(at)
    for place, (arg, amount) in enumerate(zip(args, passed, strict=False)):
        if amount is None:
            continue
        if (step.op, place) in mistake.assigned:
            grads[arg] = amount
        else:
            grads[arg] += amount


def _pass_sum(steps: Sequence[Step], data: Sequence[float], grads: list[float], root: int, mistake: Mistake) -> None:
    """Recursion in which an object that is reached again passes on all that it has collected, not only what came."""
    grads[root] = 0.0
    todo: list[tuple[int, float]] = [(root, 1.0)]
    visits = 0
    while todo:
        index, amount = todo.pop()
        visits += 1
        if visits > MOST_VISITS:
            raise RecursionError
        grads[index] += amount
        step = steps[index]
        if step.args:
            x, y = step.args[0], step.args[-1]
            at = Local(data[x], data[y] if len(step.args) > 1 else 0.0, step.number, data[index], grads[index])
            passed = (mistake.rules.get(step.op) or RULES[step.op])(at)
            todo += [(arg, part) for arg, part in zip(step.args, passed, strict=False) if part is not None][::-1]


@functools.lru_cache(8192)
def _right_orders(parents: _Parents, root: int) -> _Parents:
    """Orders in which right engines go back from a root: depth first from either side, as made, and by counting."""
    found = dict.fromkeys([
        tuple(reversed(_depth_first(parents, root, 1))),
        tuple(reversed(_depth_first(parents, root, -1))),
    ])  # fmt: skip
    reached = sorted(next(iter(found)), reverse=True)
    found[tuple(reached)] = None
    found[tuple(_counted(parents, root, 1))] = None
    found[tuple(_counted(parents, root, -1))] = None
    # In a set, the parents of each object come in an order of its own.
    forks = [index for index in reached if len(set(parents[index])) > 1]
    for mask in range(1, 2 ** min(len(forks), MOST_FORKS) - 1):
        turned = frozenset(index for bit, index in enumerate(forks[:MOST_FORKS]) if mask >> bit & 1)
        found[tuple(reversed(_depth_first(parents, root, 1, turned)))] = None
    return tuple(found)


def _ways(made: Recorded, parents: _Parents) -> int:
    return max(len(_right_orders(parents, root)) for root in made.roots)


def _order(parents: _Parents, data: Sequence[float], root: int, mistake: Mistake, way: int) -> Sequence[int]:
    """The order in which an engine goes back from a root."""
    match mistake.order:
        case "":
            ways = _right_orders(parents, root)
            return ways[way % len(ways)]
        case "preorder":
            return _preorder(parents, root)
        case "breadth first":
            return _breadth_first(parents, root)
        case "recursive":
            return _recursive(parents, root)
        case "never marked":
            return _repeated(parents, root)[::-1]
        case "added twice":
            return _added_twice(parents, root)[::-1]
        case "equal numbers are one":
            return _by_number(parents, data, root)[::-1]
        case "not reversed":
            return _depth_first(parents, root, 1)
        case "without the root":
            return _depth_first(parents, root, 1)[-2::-1]
    raise ValueError(mistake.order)


def _depth_first(
    parents: Sequence[Sequence[int]], root: int, side: int, turned: frozenset[int] = frozenset()
) -> list[int]:
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(parents[root][:: side if root not in turned else -side]))]
    while stack:
        index, rest = stack[-1]
        following = next((arg for arg in rest if arg not in seen), None)
        if following is None:
            order.append(index)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(parents[following][:: side if following not in turned else -side])))
    return order


def _counted(parents: Sequence[Sequence[int]], root: int, side: int) -> list[int]:
    """Kahn's algorithm: an object comes when all that was made of it has come."""
    left = dict.fromkeys(_depth_first(parents, root, 1), 0)
    for index in left:
        for arg in parents[index]:
            left[arg] += 1
    order, ready = [], [root]
    while ready:
        index = ready.pop(0)
        order.append(index)
        for arg in parents[index][::side]:
            left[arg] -= 1
            if not left[arg]:
                ready.append(arg)
    return order


def _preorder(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    order: list[int] = []
    stack = [root]
    while stack:
        index = stack.pop()
        if index not in order:
            order.append(index)
            stack += reversed(parents[index])
    return order


def _breadth_first(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    order = [root]
    for index in order:
        order += [arg for arg in dict.fromkeys(parents[index]) if arg not in order]
    return order


def _recursive(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Each object passes on, then its operands do, as often as they are reached."""
    order: list[int] = []
    stack = [root]
    while stack:
        index = stack.pop()
        order.append(index)
        if len(order) > MOST_VISITS:
            raise RecursionError
        stack += reversed(parents[index])
    return order


def _repeated(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Post-order in which nothing is marked as seen."""
    order: list[int] = []
    stack = [(root, iter(parents[root]))]
    while stack:
        index, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            order.append(index)
            stack.pop()
        else:
            stack.append((following, iter(parents[following])))
        if len(order) > MOST_VISITS:
            raise RecursionError
    return order


def _added_twice(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Post-order in which an object is marked, and added to the list each time that it is reached."""
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(parents[root]))]
    while stack:
        index, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            order.append(index)
            stack.pop()
        elif following in seen:
            order.append(following)
        else:
            seen.add(following)
            stack.append((following, iter(parents[following])))
    return order


def _by_number(parents: Sequence[Sequence[int]], data: Sequence[float], root: int) -> list[int]:
    """Post-order in which objects of equal numbers are taken for one."""
    order: list[int] = []
    seen = {data[root]}
    stack = [(root, iter(parents[root]))]
    while stack:
        index, rest = stack[-1]
        following = next((arg for arg in rest if data[arg] not in seen), None)
        if following is None:
            order.append(index)
            stack.pop()
        else:
            seen.add(data[following])
            stack.append((following, iter(parents[following])))
    return order
