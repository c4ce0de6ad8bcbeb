"""Ways to build an engine that are all right, and a graph as an engine of such a style records it."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from grader.maths.graphs.expression_graph import METHODS, Constant, Graph, Node
from grader.model.dataclass import dataclass


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
    tanh: str = "native"
    sigmoid: str = "native"
    first: str = "left"
    mean: str = "native"
    adds: str = "in place"
    asks: str = "whether it is there"
    spreads: str = "broadcast_to"
    fits: str = "axes that are there"
    fitted: str = "broadcast"


STYLES = {
    "neg": ("native", "a * -1", "-1 * a", "0 - a"),
    "sub": ("native", "a + -b", "a + b * -1"),
    "div": ("native", "a * b ** -1", "b ** -1 * a"),
    "rsub": ("wrapped", "-a + n", "n + -a", "own"),
    "rdiv": ("wrapped", "a ** -1 * n", "n * a ** -1", "own"),
    "radd": ("turned", "wrapped", "own"),
    "rmul": ("turned", "wrapped", "own"),
    "numbers": ("wrapped", "plain"),
    "tanh": ("native", "2 * sigmoid(2 * a) - 1", "(exp(2 * a) - 1) / (exp(2 * a) + 1)"),
    "sigmoid": ("native", "1 / (1 + exp(-a))", "(1 + exp(-a)) ** -1"),
    "first": ("left", "right"),
    "mean": ("native", "sum / n", "sum * (1 / n)", "n * sum", "sum / sizes"),
    "adds": ("in place", "to new", "from none", "in a table"),
    "asks": ("whether it is there", "nothing"),
    "spreads": ("broadcast_to", "times ones", "as it comes", "stacked"),
    "fits": ("axes that are there", "axes from the front", "axes from the end", "to the shape", "one by one"),
    "fitted": ("broadcast", "all"),
}
"""The choices that an engine has. `turned` is n + a made as a + n; `own` is an operation of one operand and a number;
a `plain` number is negated and inverted as one. `first` is the operand whose gradient is set first. Engines of arrays:
a mean that is a sum by a number, which is wrapped but in `n * sum`, and by the axis but in `sum / sizes`, where it is a
quotient of sizes; how contributions are added up, "in place" of zeros, "to new" arrays, or so that the first stands in
place of nothing, or in a table whose sums are added to zeros; whether it `asks` if a gradient is there before it uses
it; how the gradient of a reduction gets its axis back; which axes of a gradient are summed over, where it has too few;
and whether the gradients of what is broadcast alone are summed, or all."""
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow", "@": "matmul"}
"""What operators are called here."""
REFLECTED = {"+": "__radd__", "-": "__rsub__", "*": "__rmul__", "/": "__rtruediv__"}


@dataclass(frozen=True)
class EngineStep:
    """One object of the engine: a leaf, a wrapped number, or the result of an operation on earlier ones, of which a
    reduction is over one `axis` or over all."""

    op: str
    args: tuple[int, ...] = ()
    name: str = ""
    number: float = 0.0
    axis: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What an engine records, in order; the roots of all graphs on the same leaves, the last one last; the leaves."""

    steps: tuple[EngineStep, ...]
    roots: tuple[int, ...]
    leaves: tuple[tuple[str, int], ...]


@functools.lru_cache(4096)
def choices_in(graph: Graph, composed: bool) -> frozenset[str]:
    """The choices that change what is recorded for this graph, where activations may be `composed` of other
    operations or not."""
    found = {"first"}
    for node in graph.nodes:
        left, right = (isinstance(arg, Constant) for arg in (*node.args, 0, 0)[:2])
        match node.op:
            case "neg":
                found |= {"neg", "rsub", "rmul"}
            case "-":
                found |= (
                    {"sub", "neg", "rsub", "rmul"} | ({"radd"} if left else set()) | ({"numbers"} if right else set())
                )
            case "/":
                found |= {"div"} | ({"rdiv", "rmul"} if left else set()) | ({"numbers"} if right else set())
            case "+" if left:
                found |= {"radd"}
            case "*" if left:
                found |= {"rmul"}
            case "total":
                found |= {"radd"}
            case "tanh" if composed:
                found |= {"tanh", "sigmoid", "neg", "sub", "div", "rsub", "rdiv", "radd", "rmul", "numbers"}
            case "sigmoid" if composed:
                found |= {"sigmoid", "neg", "sub", "div", "rdiv", "radd", "numbers"}
    return frozenset(found)


class Unrecordable(Exception):
    """The engine raises this exception, by its name, where it should record an operation."""


@functools.lru_cache(4096)
def recorded(
    graph: Graph, style: Style, copied: frozenset[str] = frozenset(), missing: frozenset[str] = frozenset(),
    wraps: str = "everywhere",
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

    def __init__(self, style: Style, copied: frozenset[str], missing: frozenset[str], wraps: str) -> None:
        self.style, self.copied, self.missing, self.wraps = style, copied, missing, wraps
        self.steps: list[EngineStep] = []
        self.places: list[int] = []

    def add(self, node: Node) -> int:
        """The number of the object that stands for a node."""
        args = [arg.value if isinstance(arg, Constant) else self.places[arg] for arg in node.args]
        plain = [isinstance(arg, Constant) for arg in node.args]
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
                return self._activation(op, int(args[0]))
        return self._operate(node.op, args, plain)

    def _operate(self, sign: str, args: Sequence[float], plain: Sequence[bool]) -> int:
        if plain[0] and REFLECTED[sign] in self.copied:
            args, plain = args[::-1], plain[::-1]
        match sign:
            case "+":
                return self._number_plus(args[0], int(args[1])) if plain[0] else self._plus(*self._both(args, plain))
            case "*":
                return self._number_times(args[0], int(args[1])) if plain[0] else self._times(*self._both(args, plain))
            case "-":
                return self._minus(args, plain)
            case "/":
                return self._over(args, plain)
        raise ValueError(sign)

    def _new(self, op: str, *args: int, name: str = "", number: float = 0.0) -> int:
        self.steps.append(EngineStep(op, args, name, number))
        return len(self.steps) - 1

    def _number(self, value: float, left: bool = False) -> int:
        if self.wraps == "nowhere" or (self.wraps == "left" and not left):
            raise Unrecordable("AttributeError")
        return self._new("number", number=value)

    def _needs(self, method: str) -> None:
        if method in self.missing:
            raise Unrecordable("TypeError")

    def _both(self, args: Sequence[float], plain: Sequence[bool]) -> list[int]:
        return [self._number(arg) if number else int(arg) for arg, number in zip(args, plain, strict=True)]

    def _plus(self, left: int, right: int) -> int:
        return self._new("add", left, right)

    def _times(self, left: int, right: int) -> int:
        return self._new("mul", left, right)

    def _number_plus(self, number: float, right: int) -> int:
        self._needs("__radd__")
        if self.style.radd == "own":
            return self._new("radd", right, number=number)
        wrapped = self._number(number, True)
        return self._plus(right, wrapped) if self.style.radd == "turned" else self._plus(wrapped, right)

    def _number_times(self, number: float, right: int) -> int:
        self._needs("__rmul__")
        if self.style.rmul == "own":
            return self._new("rmul", right, number=number)
        wrapped = self._number(number, True)
        return self._times(right, wrapped) if self.style.rmul == "turned" else self._times(wrapped, right)

    def _neg(self, operand: int) -> int:
        match self.style.neg:
            case "native":
                return self._new("neg", operand)
            case "a * -1":
                return self._times(operand, self._number(-1.0))
            case "0 - a":
                if self.style.rsub in ("-a + n", "n + -a") or self.style.sub == "a + -b":
                    raise Unrecordable("RecursionError")
                return self._operate("-", [0.0, operand], [True, False])
        return self._number_times(-1.0, operand)

    def _subtract(self, left: int, right: int) -> int:
        match self.style.sub:
            case "native":
                return self._new("sub", left, right)
            case "a + -b":
                return self._plus(left, self._neg(right))
        return self._plus(left, self._times(right, self._number(-1.0)))

    def _minus(self, args: Sequence[float], plain: Sequence[bool]) -> int:
        if plain[0]:
            self._needs("__rsub__")
            operand = int(args[1])
            match self.style.rsub:
                case "own":
                    return self._new("rsub", operand, number=args[0])
                case "wrapped":
                    return self._subtract(self._number(args[0], True), operand)
                case "n + -a":
                    return self._number_plus(args[0], self._neg(operand))
            return self._plus(self._neg(operand), self._number(args[0]))
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
            self._needs("__rtruediv__")
            operand = int(args[1])
            match self.style.rdiv:
                case "own":
                    return self._new("rdiv", operand, number=args[0])
                case "wrapped":
                    return self._divide(self._number(args[0], True), operand)
                case "n * a ** -1":
                    return self._number_times(args[0], self._new("pow", operand, number=-1.0))
            return self._times(self._new("pow", operand, number=-1.0), self._number(args[0]))
        if plain[1] and self.style.numbers == "plain" and self.style.div != "native":
            return self._times(int(args[0]), self._number(1 / args[1]))
        return self._divide(*self._both(args, plain))

    def _activation(self, op: str, operand: int) -> int:
        """tanh and sigmoid, which may be made of other operations, one of them exp."""
        way = {"tanh": self.style.tanh, "sigmoid": self.style.sigmoid}.get(op, "native")
        if way == "native":
            return self._new(op, operand)
        if op == "tanh" and way.startswith("2"):
            inner = self._activation("sigmoid", self._number_times(2.0, operand))
            return self._minus([self._number_times(2.0, inner), 1.0], [False, True])
        if op == "tanh":
            power = self._new("exp", self._number_times(2.0, operand))
            above = self._minus([power, 1.0], [False, True])
            return self._divide(above, self._plus(power, self._number(1.0)))
        below = self._number_plus(1.0, self._new("exp", self._neg(operand)))
        return self._new("pow", below, number=-1.0) if way.endswith("-1") else self._over([1.0, below], [True, False])
