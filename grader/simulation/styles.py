"""Ways to build an engine that are all right, and a graph as an engine of such a style records it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.maths.graphs.expression_graph import METHODS, Constant, Graph, Node


@dataclass(frozen=True)
class Style:
    """How operations are made of others. The first value of each in STYLES is the default."""

    neg: str = "native"
    sub: str = "native"
    div: str = "native"
    rsub: str = "wrapped"
    rdiv: str = "wrapped"
    radd: str = "turned"
    rmul: str = "turned"
    numbers: str = "wrapped"


STYLES = {
    "neg": ("native", "a * -1", "-1 * a"),
    "sub": ("native", "a + -b", "a + b * -1"),
    "div": ("native", "a * b ** -1", "b ** -1 * a"),
    "rsub": ("wrapped", "-a + n"),
    "rdiv": ("wrapped", "a ** -1 * n"),
    "radd": ("turned", "wrapped"),
    "rmul": ("turned", "wrapped"),
    "numbers": ("wrapped", "plain"),
}
"""The choices that an engine has. `turned` is n + a made as a + n; a `plain` number is negated and inverted as one."""


REFLECTED = {"+": "__radd__", "-": "__rsub__", "*": "__rmul__", "/": "__rtruediv__"}


@dataclass(frozen=True)
class Step:
    """One object of the engine: a leaf, a wrapped number, or the result of an operation on earlier ones."""

    op: str
    args: tuple[int, ...] = ()
    name: str = ""
    number: float = 0.0


@dataclass(frozen=True)
class Recorded:
    """What an engine records, in order; the roots of all graphs on the same leaves, the last one last; the leaves."""

    steps: tuple[Step, ...]
    roots: tuple[int, ...]
    leaves: tuple[tuple[str, int], ...]


def styles(choices: Sequence[str], ways: Mapping[str, Sequence[str]]) -> Iterator[Style]:
    """All styles that differ in these choices, made in one of these `ways` each."""
    for values in itertools.product(*(ways[name] for name in choices)):
        yield Style(**dict(zip(choices, values, strict=True)))


@functools.lru_cache(4096)
def choices_in(graph: Graph) -> frozenset[str]:
    """The choices that change what is recorded for this graph."""
    found = set[str]()
    for node in graph.nodes:
        left, right = (isinstance(arg, Constant) for arg in (*node.args, 0, 0)[:2])
        match node.op:
            case "neg":
                found |= {"neg"}
            case "-":
                found |= {"sub", "neg"} | ({"rsub"} if left else set()) | ({"numbers"} if right else set())
            case "/":
                found |= {"div"} | ({"rdiv"} if left else set()) | ({"numbers"} if right else set())
            case "+" if left:
                found |= {"radd"}
            case "*" if left:
                found |= {"rmul"}
            case "total":
                found |= {"radd"}
    return frozenset(found)


class Unrecordable(Exception):
    """The engine raises this exception, by its name, where it should record an operation."""


@functools.lru_cache(4096)
def recorded(
    graph: Graph, style: Style, copied: frozenset[str] = frozenset(), missing: frozenset[str] = frozenset(),
    wraps: bool = True,
) -> Recorded:  # fmt: skip
    """The graph as an engine of this style records it, of whose reflected operators some do what the plain ones do, and
    some are missing, and which `wraps` plain numbers. Raises Unrecordable."""
    recorder = _Recorder(style, copied, missing, wraps)
    for node in graph.nodes:
        recorder.places.append(recorder.add(node))
    roots = (*(recorder.places[root] for root in graph.earlier), recorder.places[-1])
    leaves = [(step.name, number) for number, step in enumerate(recorder.steps) if step.op == "leaf"]
    return Recorded(tuple(recorder.steps), roots, tuple(leaves))


class _Recorder:
    """Objects in the order in which an engine makes them."""

    def __init__(self, style: Style, copied: frozenset[str], missing: frozenset[str], wraps: bool) -> None:
        self.style, self.copied, self.missing, self.wraps = style, copied, missing, wraps
        self.steps: list[Step] = []
        self.places: list[int] = []

    def add(self, node: Node) -> int:
        """The number of the object that stands for a node."""
        args = [arg.value if isinstance(arg, Constant) else self.places[arg] for arg in node.args]
        plain = [isinstance(arg, Constant) for arg in node.args]
        reflected = "__radd__" if node.op == "total" else REFLECTED.get(node.op, "") if any(plain[:1]) else ""
        if reflected in self.missing:
            raise Unrecordable("TypeError")
        if not self.wraps and (reflected or (any(plain) and node.op != "**")):
            raise Unrecordable("AttributeError")
        if reflected in self.copied:
            args, plain = args[::-1], plain[::-1]
        match node.op:
            case "leaf":
                return self._new("leaf", name=node.name)
            case "neg":
                return self._neg(int(args[0]))
            case "**":
                return self._new("pow", int(args[0]), number=args[1])
            case "total":
                return functools.reduce(self._plus, map(int, args[1:]), self._number_plus(0.0, int(args[0])))
            case op if op in METHODS:
                return self._new(op, int(args[0]))
            case "+":
                return self._number_plus(args[0], int(args[1])) if plain[0] else self._plus(*self._both(args, plain))
            case "*":
                return self._number_times(args[0], int(args[1])) if plain[0] else self._times(*self._both(args, plain))
            case "-":
                return self._minus(args, plain)
            case "/":
                return self._over(args, plain)
        raise ValueError(node.op)

    def _new(self, op: str, *args: int, name: str = "", number: float = 0.0) -> int:
        self.steps.append(Step(op, args, name, number))
        return len(self.steps) - 1

    def _number(self, value: float) -> int:
        return self._new("number", number=value)

    def _both(self, args: Sequence[float], plain: Sequence[bool]) -> list[int]:
        return [self._number(arg) if number else int(arg) for arg, number in zip(args, plain, strict=True)]

    def _plus(self, left: int, right: int) -> int:
        return self._new("add", left, right)

    def _times(self, left: int, right: int) -> int:
        return self._new("mul", left, right)

    def _number_plus(self, number: float, right: int) -> int:
        wrapped = self._number(number)
        return self._plus(right, wrapped) if self.style.radd == "turned" else self._plus(wrapped, right)

    def _number_times(self, number: float, right: int) -> int:
        wrapped = self._number(number)
        return self._times(right, wrapped) if self.style.rmul == "turned" else self._times(wrapped, right)

    def _neg(self, operand: int) -> int:
        match self.style.neg:
            case "native":
                return self._new("neg", operand)
            case "a * -1":
                return self._times(operand, self._number(-1.0))
        return self._times(self._number(-1.0), operand)

    def _subtract(self, left: int, right: int) -> int:
        match self.style.sub:
            case "native":
                return self._new("sub", left, right)
            case "a + -b":
                return self._plus(left, self._neg(right))
        return self._plus(left, self._times(right, self._number(-1.0)))

    def _minus(self, args: Sequence[float], plain: Sequence[bool]) -> int:
        if plain[0]:
            if self.style.rsub == "wrapped":
                return self._subtract(self._number(args[0]), int(args[1]))
            return self._plus(self._neg(int(args[1])), self._number(args[0]))
        if plain[1] and self.style.numbers == "plain" and self.style.sub != "native":
            return self._plus(int(args[0]), self._number(-args[1]))
        return self._subtract(*self._both(args, plain))

    def _divide(self, left: int, right: int) -> int:
        match self.style.div:
            case "native":
                return self._new("div", left, right)
            case "a * b ** -1":
                return self._times(left, self._new("pow", right, number=-1.0))
        return self._times(self._new("pow", right, number=-1.0), left)

    def _over(self, args: Sequence[float], plain: Sequence[bool]) -> int:
        if plain[0]:
            if self.style.rdiv == "wrapped":
                return self._divide(self._number(args[0]), int(args[1]))
            return self._times(self._new("pow", int(args[1]), number=-1.0), self._number(args[0]))
        if plain[1] and self.style.numbers == "plain" and self.style.div != "native":
            return self._times(int(args[0]), self._number(1 / args[1]))
        return self._divide(*self._both(args, plain))
