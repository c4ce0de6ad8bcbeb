"""Runs a graph on a simulated engine: forward, then back in some order, with or without a mistake."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from grader.maths.graphs.expression_graph import Graph
from grader.model.dataclass import dataclass
from grader.simulation.orders import MOST_VISITS, Parents, right_orders, turned, wrong_order
from grader.simulation.styles import EngineStep, Recorded, Style, Unrecordable, recorded

Forward = Callable[[float, float, float], float]
"""The value of an operation from x, y (0 where there is one operand) and the number n."""
Rule = Callable[[Any], tuple[Any, ...]]
"""What an operation adds to the gradient of each operand, by what it knows then: a Local, or Operands where these are
arrays; None where it does nothing."""
MOST_ORDERS = 40  # orders of going back that are told apart for one graph; the graphs of a course have a few


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
    was made of; `order` is a way to go back that is wrong; `seed` what the root's gradient is set to. Reflected
    operators are `copied` from the plain ones or `missing`; plain numbers are wrapped "everywhere", on the "left" or
    "nowhere". What an earlier call has `kept` is gone through "again", "left out", or "blocked", so that it gets no
    gradient. Only `whole` numbers are held. Where operands of equal numbers are `merged`, the "first" or the "last"
    stands for both. `live` rules look at gradients as they are by then.

    Of arrays: how what is broadcast is `summed`, by operation and place, where that is wrong; reductions that `keeps`
    their axis or `ignores` it; operations of which the first gradient is the very array that was passed on, `shared`;
    what a gradient `starts` as, if not as zeros; operations that `change` the array of their first operand, "in place"
    of a new one or so that the result is a copy of it.
    """

    forwards: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # of numbers, or of arrays
    rules: Mapping[str, Rule] = field(default_factory=dict)
    assigned: frozenset[tuple[str, int]] = frozenset()
    parents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    order: str = ""
    seed: str = "one"
    copied: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    wraps: str = "everywhere"
    kept: str = ""
    whole: bool = False
    merged: str = ""
    live: bool = False
    summed: Mapping[tuple[str, int], str] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    starts: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)

    @functools.cached_property
    def operations(self) -> frozenset[str] | None:
        """The operations that differ from right ones; None where more than single operations does."""
        whole = (self.order, self.copied, self.missing, self.kept, self.whole, self.merged, self.live, self.starts)
        if any(whole) or self.seed != "one" or self.wraps != "everywhere":
            return None
        places = (*self.assigned, *self.summed)
        return frozenset([*self.forwards, *self.rules, *self.parents, *(op for op, _ in places), *self.keeps,
                          *self.ignores, *self.shared, *self.changes])  # fmt: skip

    @property
    def depends_on_order(self) -> bool:
        """Whether engines answer differently that go back in different right orders."""
        return bool(self.assigned or self.live or self.parents or self.merged or self.shared)

    def with_other(self, other: Mistake) -> Mistake:
        """Both mistakes at once."""
        return Mistake(
            {**self.forwards, **other.forwards}, {**self.rules, **other.rules}, self.assigned | other.assigned,
            {**self.parents, **other.parents}, self.order or other.order,
            other.seed if self.seed == "one" else self.seed, self.copied | other.copied, self.missing | other.missing,
            other.wraps if self.wraps == "everywhere" else self.wraps, self.kept or other.kept,
            self.whole or other.whole, self.merged or other.merged, self.live or other.live,
            {**self.summed, **other.summed}, self.keeps | other.keeps, self.ignores | other.ignores,
            self.shared | other.shared, self.starts or other.starts, {**self.changes, **other.changes},
        )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What an engine answers: the root's value and the gradients of the leaves, in the order of the graph's leaves; or
    the name of the exception that it raises. Of arrays, it is the entries of all with the `shapes` of each."""

    numbers: tuple[float, ...] = ()
    raised: str = ""
    shapes: tuple[tuple[int, ...], ...] = ()


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
    "exp": lambda x, y, n: math.exp(x),
    "radd": lambda x, y, n: n + x,
    "rmul": lambda x, y, n: n * x,
    "rsub": lambda x, y, n: n - x,
    "rdiv": lambda x, y, n: n / x,
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
    "exp": lambda at: (at.out * at.g,),
    "radd": lambda at: (at.g,),
    "rmul": lambda at: (at.n * at.g,),
    "rsub": lambda at: (-at.g,),
    "rdiv": lambda at: (-at.n * at.g / at.x**2,),
}


def sigmoid(x: float) -> float:
    """The logistic function, without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@functools.lru_cache(4096)
def operations(graph: Graph, style: Style) -> frozenset[str]:
    """What a right engine of this style does for this graph. Raises Unrecordable."""
    return frozenset(step.op for step in recorded(graph, style).steps)


def outcomes(
    graph: Graph, leaves: Mapping[str, float], style: Style, mistake: Mistake, sets: bool
) -> Iterable[Outcome]:
    """What an engine of this style with this mistake may answer: one outcome for each order that it may go back in,
    where that matters; with `sets`, operands come in any order."""
    try:
        made = recorded(graph, style, mistake.copied, mistake.missing, mistake.wraps)
        data = _forward(made, leaves, mistake)
    except Unrecordable as raised:
        return [Outcome(raised=str(raised))]
    except (ArithmeticError, ValueError, TypeError) as error:
        return [Outcome(raised=type(error).__name__)]
    parents = _parents(made, data, mistake)
    right_first = style.first == "right"
    return (_run(made, data, each, mistake, way, right_first, sets)
            for each, way in ways_back(mistake, parents, made.roots, sets))  # fmt: skip


def ways_back(mistake: Mistake, parents: Parents, roots: Sequence[int], sets: bool) -> Iterable[tuple[Parents, int]]:
    """Orders to go back in, where they matter: parents as they are gone through, and the number of a right order."""
    if mistake.order:
        return ((each, 0) for each in turned(parents, roots, sets))
    ways = MOST_ORDERS if mistake.depends_on_order else 1
    count = min(ways, max(len(right_orders(parents, root, sets)) for root in roots))
    return ((parents, way) for way in range(count))


def _forward(made: Recorded, leaves: Mapping[str, float], mistake: Mistake) -> list[float]:
    data: list[float] = []
    for step in made.steps:
        if step.op in ("leaf", "number"):
            value = float(leaves[step.name]) if step.op == "leaf" else step.number
        else:
            forward = mistake.forwards.get(step.op) or FORWARDS[step.op]
            x, y = (*(data[arg] for arg in step.args), 0.0)[:2]
            value = forward(x, y, step.number)
        if isinstance(value, complex):
            raise ValueError("complex")
        data.append(float(int(value)) if mistake.whole else value)
    return data


def _parents(made: Recorded, data: Sequence[float], mistake: Mistake) -> Parents:
    """What each object remembers as what it was made of."""
    if mistake.merged:
        one = slice(1) if mistake.merged == "first" else slice(-1, None)
        return tuple(step.args[one] if len({data[arg] for arg in step.args}) == 1 else step.args for step in made.steps)
    return remembered(made.steps, mistake)


def remembered(steps: Sequence[EngineStep], mistake: Mistake) -> Parents:
    """The operands that each object remembers: all, or those that the mistake leaves."""
    return tuple(
        step.args if (kept := mistake.parents.get(step.op)) is None
        else tuple(step.args[place] for place in kept if place < len(step.args))
        for step in steps
    )  # fmt: skip


def _run(
    made: Recorded, data: Sequence[float], parents: Parents, mistake: Mistake, way: int, right_first: bool,
    sets: bool,
) -> Outcome:  # fmt: skip
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
            before, blocked = visited(mistake, parents, data, root, way, sets, before)
            for index in before:
                _apply(made.steps[index], index, data, grads, mistake, right_first, blocked)
        numbers = (data[made.roots[-1]], *(grads[leaf] for _, leaf in made.leaves))
    except (ArithmeticError, ValueError, RecursionError) as error:
        return Outcome(raised=type(error).__name__)
    if any(isinstance(number, complex) for number in numbers):
        return Outcome(raised="complex")
    return Outcome(numbers)


def visited(
    mistake: Mistake, parents: Parents, data: Sequence[Hashable], root: int, way: int, sets: bool, before: Sequence[int]
) -> tuple[Sequence[int], frozenset[int]]:
    """The objects in the order in which they pass their gradients on, `before` which those of an earlier root did; and
    those that get none any more. Raises RecursionError, ValueError."""
    if mistake.order:
        order = wrong_order(mistake.order, parents, data, root)
    else:
        orders = right_orders(parents, root, sets)
        order = orders[way % len(orders)]
    if mistake.kept == "again":
        order = [*order, *before]
    elif mistake.kept == "left out":
        order = [index for index in order if index not in before]
    return order, frozenset(before if mistake.kept == "blocked" else ())


def _apply(
    step: EngineStep, index: int, data: Sequence[float], grads: list[float], mistake: Mistake, right_first: bool,
    blocked: frozenset[int],
) -> None:  # fmt: skip
    """Passes the gradient of one object on to its operands."""
    contributions = list(enumerate(_passed(step, index, data, grads, mistake)))
    for place, (arg, amount) in contributions[::-1] if right_first else contributions:
        if amount is None or arg in blocked:
            continue
        if (step.op, place) in mistake.assigned:
            grads[arg] = amount
        else:
            grads[arg] += amount


def _passed(
    step: EngineStep, index: int, data: Sequence[float], grads: Sequence[float], mistake: Mistake
) -> list[tuple[int, float | None]]:
    """The operands of one object, and what each is passed."""
    args = step.args
    if not args:
        return []
    x, y, binary = args[0], args[-1], len(args) > 1
    at = Local(
        data[x], data[y] if binary else 0.0, step.number, data[index], grads[index], grads[x], grads[y],
        binary and x == y,
    )  # fmt: skip
    return list(zip(args, (mistake.rules.get(step.op) or RULES[step.op])(at), strict=False))


def _pass_sum(
    steps: Sequence[EngineStep], data: Sequence[float], grads: list[float], root: int, mistake: Mistake
) -> None:
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
        passed = _passed(steps[index], index, data, grads, mistake)
        todo += [(arg, part) for arg, part in passed if part is not None][::-1]
