"""Runs a graph of arrays on a simulated engine: forward, then back in some order, with or without a mistake."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.graphs.expression_graph import Graph
from grader.model.dataclass import dataclass
from grader.simulation import engine
from grader.simulation.array_recording import ALL, Shapes, recorded
from grader.simulation.engine import Mistake, Outcome, Rule, remembered, visited, ways_back
from grader.simulation.orders import MOST_VISITS, Parents
from grader.simulation.styles import EngineStep, Recorded, Style, Unrecordable

BROADCASTING = ("add", "mul", "sub", "div")
FROM_NONE = ("from none", TABLE := "in a table")
NO_AXES = np.float64(0.0)
Entries = Any  # an array of float64, or a number of shape ()
ArrayForward = Callable[["Operands"], Entries]


@dataclass(frozen=True, slots=True)
class Operands:
    """What an operation knows when it passes a gradient on: operands x and y, its exponent or factor n, its axis, its
    output, the gradient g of that, and whether both operands are the same object."""

    x: Entries
    y: Entries
    n: float
    axis: int | None
    out: Entries
    g: Entries
    same: bool = False
    spreads: str = "broadcast_to"


def spread(at: Operands) -> Entries:
    """The gradient of a reduction, with its axis put back, in the shape of what was reduced; in a style that matters
    only where the gradient has a wrong shape."""
    g = np.asarray(at.g)
    if at.axis is not None and (g.ndim < np.ndim(at.x) or at.spreads != "as it comes"):
        g = np.expand_dims(g, at.axis)
        if at.spreads == "stacked":
            return np.repeat(g, np.shape(at.x)[at.axis], at.axis)
    return g * np.ones_like(at.x) if at.spreads == "times ones" else np.broadcast_to(g, np.shape(at.x))


def count(at: Operands) -> float:
    """How many entries are added up for each entry of the output."""
    return np.size(at.x) / (np.size(at.out) or 1)


FORWARDS: dict[str, ArrayForward] = {
    "add": lambda at: at.x + at.y,
    "mul": lambda at: at.x * at.y,
    "sub": lambda at: at.x - at.y,
    "div": lambda at: at.x / at.y,
    "neg": lambda at: -at.x,
    "pow": lambda at: at.x**at.n,
    "times": lambda at: at.x * at.n,
    "matmul": lambda at: at.x @ at.y,
    "sum": lambda at: np.sum(at.x, axis=at.axis, keepdims=np.ndim(at.out) == np.ndim(at.x)),
    "mean": lambda at: np.mean(at.x, axis=at.axis, keepdims=np.ndim(at.out) == np.ndim(at.x)),
    "relu": lambda at: np.maximum(at.x, 0.0),
}
# What is added to each operand's gradient, before it is summed over what was broadcast.
RULES: dict[str, Rule] = {
    **{op: engine.RULES[op] for op in (*BROADCASTING, "neg")},
    "pow": lambda at: (at.n * at.x ** (at.n - 1) * at.g,),
    "times": lambda at: (at.n * at.g,),
    "matmul": lambda at: (at.g @ np.transpose(at.y), np.transpose(at.x) @ at.g),
    "sum": lambda at: (spread(at),),
    "mean": lambda at: (spread(at) / count(at),),
    "relu": lambda at: (np.where(at.x > 0, at.g, 0.0),),
}


def operations(graph: Graph, leaves: Mapping[str, Entries], style: Style) -> frozenset[str]:
    """What a right engine of this style does for this graph. Raises Unrecordable."""
    return _operations(graph, _shapes(leaves), style)


@functools.lru_cache(4096)
def _operations(graph: Graph, shapes: Shapes, style: Style) -> frozenset[str]:
    return frozenset(step.op for step in recorded(graph, shapes, style)[0].steps)


def _shapes(leaves: Mapping[str, Entries]) -> Shapes:
    return tuple((name, np.shape(value)) for name, value in leaves.items())


def outcomes(
    graph: Graph, leaves: Mapping[str, Entries], style: Style, mistake: Mistake, sets: bool
) -> Iterable[Outcome]:
    """What an engine of this style with this mistake may answer: one outcome for each order that it may go back in,
    where that matters; with `sets`, operands come in any order."""
    with np.errstate(all="ignore"):
        try:
            made, asked = recorded(graph, _shapes(leaves), style, mistake.keeps, mistake.ignores)
            data = _forward(made, leaves, mistake)
        except Unrecordable as raised:
            return [Outcome(raised=str(raised))]
        except (ArithmeticError, ValueError, TypeError) as error:
            return [Outcome(raised=type(error).__name__)]
    parents = remembered(made.steps, mistake)
    run = _WayBack(made, data, asked, style, mistake, sets)
    return (run.back(each, way) for each, way in ways_back(mistake, parents, made.roots, sets))


def _forward(made: Recorded, leaves: Mapping[str, Entries], mistake: Mistake) -> list[Entries]:
    data: list[Entries] = []
    for step in made.steps:
        if step.op == "leaf":
            value = np.array(leaves[step.name]) if mistake.changes else leaves[step.name]
        elif step.op == "number":
            value = np.float64(step.number)
        else:
            forward = mistake.forwards.get(step.op) or FORWARDS[step.op]
            keeps = step.op in mistake.keeps and (step.axis is not None or ALL in mistake.keeps)
            if mistake.whole:
                step = replace(step, number=int(step.number))
            # A reduction sees by the axes of its output whether it is to keep its own.
            value = forward(_operands(step, data, data[step.args[0]] if keeps else NO_AXES, None))
            if step.op in mistake.changes:
                changed = data[step.args[0]]
                changed[...] = value
                value = changed if mistake.changes[step.op] == "in place" else changed.copy()
        if mistake.changes:
            value = np.asarray(value)
        data.append(np.asarray(value).astype(int) if mistake.whole else value)
    return data


def _operands(step: EngineStep, data: Sequence[Entries], out: Entries, g: Entries, spreads: str = "") -> Operands:
    x, y = step.args[0], step.args[-1]
    return Operands(data[x], data[y], step.number, step.axis, out, g, len(step.args) > 1 and x == y, spreads)


class _NothingCame(Exception):
    """A gradient that is still nothing is used as if it were there."""


@dataclass(frozen=True)
class _WayBack:
    """A graph that was computed, and how its engine goes back."""

    made: Recorded
    data: Sequence[Entries]
    asked: int
    style: Style
    mistake: Mistake
    sets: bool

    @property
    def begins_with_none(self) -> bool:
        """Whether, in a right engine of this style, the first contribution stands in place of nothing."""
        return self.style.adds in FROM_NONE

    @property
    def keeps_zeros(self) -> bool:
        """Whether gradients are zeros before anything is added to them."""
        return not (self.begins_with_none or self.mistake.shared or self.mistake.starts)

    def back(self, parents: Parents, way: int) -> Outcome:
        """What is answered after going back from each root in turn."""
        grads: list[Entries | None] = [None] * len(self.made.steps)
        if self.keeps_zeros:
            grads = [np.zeros_like(value) for value in self.data]
        before: Sequence[int] = ()
        keys = [(np.shape(value), np.asarray(value).tobytes()) for value in self.data]
        with np.errstate(all="ignore"):
            try:
                for number, root in enumerate(self.made.roots):
                    if number:
                        for _, leaf in self.made.leaves:
                            grads[leaf] = np.zeros(np.shape(self.data[leaf]))
                    if self.mistake.order == "passes the sum":
                        self._receive(root, np.ones_like(self.data[root]), grads, [0])
                        continue
                    seed = {"none": None, "data": self.data[root]}.get(self.mistake.seed, np.ones_like(self.data[root]))
                    if seed is not None:
                        grads[root] = seed
                    before, blocked = visited(self.mistake, parents, keys, root, way, self.sets, before)
                    for index in before if self.mistake.seed == "everywhere" else ():
                        grads[index] = np.ones_like(self.data[index])
                    for index in before:
                        self._apply(index, grads, blocked)
                if self.style.adds == TABLE:
                    for _, leaf in self.made.leaves:
                        got = grads[leaf]
                        grads[leaf] = np.zeros(np.shape(self.data[leaf])) + (0.0 if got is None else got)
            except _NothingCame:
                return Outcome(raised="TypeError|AttributeError|AxisError")
            except (ArithmeticError, ValueError, LookupError, TypeError, RecursionError) as error:
                return Outcome(raised=type(error).__name__)
        answered = [self.data[self.asked], *(grads[leaf] for _, leaf in self.made.leaves)]
        if not self.begins_with_none and not self.mistake.starts:
            of = (self.asked, *(leaf for _, leaf in self.made.leaves))
            answered = [np.zeros(np.shape(self.data[place])) if part is None else part
                        for part, place in zip(answered, of, strict=True)]  # fmt: skip
        if any(part is None for part in answered):
            return Outcome(raised="no number")
        numbers = tuple(float(number) for part in answered for number in np.ravel(part))
        return Outcome(numbers, shapes=tuple(np.shape(part) for part in answered))

    def _apply(self, index: int, grads: list[Entries | None], blocked: frozenset[int]) -> None:
        """Passes the gradient of one object on to its operands."""
        step, g = self.made.steps[index], grads[index]
        if g is None and self.style.adds == TABLE:
            raise KeyError
        if not step.args:
            return
        if g is None:
            if self.begins_with_none and not self.mistake.shared:
                if self.style.asks == "nothing":
                    raise _NothingCame
                return
            g = np.zeros(np.shape(self.data[index]))
        for place, arg, amount in self._passed(index, g):
            if arg not in blocked:
                self._add(grads, arg, amount, step.op, place)

    def _receive(self, index: int, part: Entries, grads: list[Entries | None], visits: list[int]) -> None:
        """Recursion in which an object passes on all that it has collected each time that something comes."""
        visits[0] += 1
        if visits[0] > MOST_VISITS:
            raise RecursionError
        self._add(grads, index, np.asarray(part), "", 0)
        for _, arg, amount in self._passed(index, grads[index]) if self.made.steps[index].args else ():
            self._receive(arg, amount, grads, visits)

    def _passed(self, index: int, g: Entries) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
        """What one object passes on: the place of each operand, its number, and the amount."""
        step = self.made.steps[index]
        rule = self.mistake.rules.get(step.op) or RULES[step.op]
        spreads = "as it comes" if step.op in self.mistake.keeps else self.style.spreads
        operands = _operands(step, self.data, self.data[index], g, spreads)
        passed = list(enumerate(zip(step.args, rule(operands), strict=False)))
        for place, (arg, amount) in passed[::-1] if self.style.first == "right" else passed:
            if self.mistake.shared:
                amount = rule(operands)[place]  # by what the gradient is now
            if amount is None:
                continue
            amount = np.asarray(amount)
            if step.op in BROADCASTING or self.style.fitted == "all":
                way = self.mistake.summed.get((step.op, place), "right")
                amount = summed(amount, np.shape(self.data[arg]), way, self.style.fits)
            yield place, arg, amount

    def _add(self, grads: list[Entries | None], arg: int, amount: NDArray[np.float64], op: str, place: int) -> None:
        before = grads[arg]
        # Some look whether there is anything yet by any().
        empty = before is None or (op in self.mistake.shared and not np.any(before))
        if before is None or empty or (op, place) in self.mistake.assigned:
            grads[arg] = amount if op in self.mistake.shared else np.array(amount)
        elif self.mistake.shared or self.style.adds == "in place":
            before += amount
        else:
            grads[arg] = before + amount


def summed(g: NDArray[np.float64], shape: tuple[int, ...], way: str, fits: str) -> NDArray[np.float64]:
    """A gradient summed over the axes along which an array of this shape was broadcast, in the right or another way;
    `fits` says what becomes of one that has too few axes. Raises ValueError where shapes do not fit."""
    if way == "right" and fits != "axes that are there":
        return _fitted(g, shape, fits)
    if way == "not":
        return g
    if way in OVER_ONE:
        return OVER_ONE[way](g) if g.shape != shape else g
    if way == "not scalars" and not shape:
        return g
    add = np.mean if way == "mean" else np.sum
    extra = tuple(range(g.ndim - len(shape)))
    if way == "end":
        extra = tuple(-1 - axis for axis in extra)
    if way == "first":
        while g.ndim > len(shape):
            g = g[0]
    elif extra and way != "columns":
        g = add(g, axis=extra, keepdims=way == "leading kept")
    offset = g.ndim - len(shape) if way in ("columns", "leading kept") else 0
    if way == "rows":
        return g
    always = way == "axis always lost"
    stretched = tuple(axis + offset for axis, size in enumerate(shape)
                      if size == 1 and axis + offset < g.ndim and (always or g.shape[axis + offset] != 1))  # fmt: skip
    return add(g, axis=stretched, keepdims=way != "axis lost" and not always) if stretched else g


def _fitted(g: NDArray[np.float64], shape: tuple[int, ...], fits: str) -> NDArray[np.float64]:
    """As right engines sum, also what never had the shape of a result. Raises ValueError, IndexError,
    RecursionError."""
    if fits == "to the shape":
        padded = (1,) * (g.ndim - len(shape)) + shape
        axes = tuple(axis for axis, (have, want) in enumerate(zip(g.shape, padded, strict=False)) if have != want)
        return np.reshape(g.sum(axis=axes, keepdims=True), shape)
    short = [axis for axis, size in enumerate(shape) if size == 1]
    if fits == "axes from the end":
        for axis in short:
            g = np.asarray(g.sum(axis=axis - len(shape), keepdims=True))
        return np.asarray(g.sum(axis=tuple(range(g.ndim - len(shape)))))
    while g.ndim > len(shape):
        g = np.asarray(g.sum(axis=0))
    if fits == "axes from the front":
        for axis in short:  # one at a time: of a number of shape (), numpy takes axis 0
            g = np.asarray(g.sum(axis=axis, keepdims=True))
        return g
    while g.shape != shape:
        axis = [have == want for have, want in zip(g.shape, shape, strict=False)].index(False)
        if g.shape[axis] == 1:
            raise RecursionError  # summed over again and again
        g = g.sum(axis=axis, keepdims=True)
    return g


OVER_ONE: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "axis 0": lambda g: np.asarray(g.sum(axis=0)),
    "axis 0 kept": lambda g: np.asarray(g.sum(axis=0, keepdims=True)),
    "all": lambda g: np.asarray(g.sum()),
}
"""Ways in which one sum stands for all, where a shape differs at all."""
