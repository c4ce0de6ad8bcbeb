"""Values that wait: backward announces every use, and a value passes its gradient on when all uses have answered."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text='''
from __future__ import annotations

import math
from typing import Union

Number = Union[int, float]


class Value:
#init
    def __init__(self, data: Number):
        self.data = data
        self.grad: float = 0.0
        self.edges: list = []
        self._pending: int = 0

#wrap
    @staticmethod
    def make(x) -> Value:
        return x if isinstance(x, Value) else Value(x)

#edge
    def edge(self, source: Value, slope: float) -> Value:
        """Remember that d self / d source = slope."""
        self.edges.append((source, slope))
        return self

#add
    def __add__(self, other) -> Value:
        other = Value.make(other)
        return Value(self.data + other.data).edge(self, 1.0).edge(other, 1.0)

#sub
    def __sub__(self, other) -> Value:
        other = Value.make(other)
        return Value(self.data - other.data).edge(self, 1.0).edge(other, -1.0)

#mul
    def __mul__(self, other) -> Value:
        other = Value.make(other)
        return Value(self.data * other.data).edge(self, other.data).edge(other, self.data)

#div
    def __truediv__(self, other) -> Value:
        other = Value.make(other)
        ratio = self.data / other.data
        return Value(ratio).edge(self, 1 / other.data).edge(other, -ratio / other.data)

#pow
    def __pow__(self, n: Number) -> Value:
        return Value(self.data ** n).edge(self, n * self.data ** (n - 1))

#neg
    def __neg__(self) -> Value:
        return Value(-self.data).edge(self, -1.0)

#radd
    def __radd__(self, other) -> Value:
        return Value.make(other) + self

#rsub
    def __rsub__(self, other) -> Value:
        return Value.make(other) - self

#rmul
    def __rmul__(self, other) -> Value:
        return Value.make(other) * self

#rdiv
    def __rtruediv__(self, other) -> Value:
        return Value.make(other) / self

#tanh
    def tanh(self) -> Value:
        t = math.tanh(self.data)
        return Value(t).edge(self, 1.0 - t * t)

#relu
    def relu(self) -> Value:
        out = max(0.0, self.data)
        return Value(out).edge(self, 1.0 if self.data > 0 else 0.0)

#sigmoid
    def sigmoid(self) -> Value:
        if self.data >= 0:
            s = 1 / (1 + math.exp(-self.data))
        else:
            s = 1 - 1 / (1 + math.exp(self.data))
        return Value(s).edge(self, s * (1 - s))

#walk
    def _announce(self) -> None:
        self._pending += 1
        if self._pending == 1:
            for source, _ in self.edges:
                source._announce()

    def _receive(self, amount: float) -> None:
        self.grad += amount
        self._pending -= 1
        if self._pending == 0:
            for source, slope in self.edges:
                source._receive(slope * self.grad)

#backward
    def backward(self) -> None:
        self.grad = 0.0
        self._announce()
        self._receive(1.0)

#end
''',
    order="{d}",
    nothing="0.0",
    rules={
        "add": ("1.0", "1.0"),
        "sub": ("1.0", "-1.0"),
        "mul": ("other.data", "self.data"),
        "div": ("1 / other.data", "-ratio / other.data"),
        "pow": ("n * self.data ** (n - 1)",),
        "tanh": ("1.0 - t * t",),
        "relu": ("1.0 if self.data > 0 else 0.0",),
        "sigmoid": ("s * (1 - s)",),
    },
    words={
        "a": ".edge(self, {})",
        "b": ".edge(other, {})",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "self.data * other.data",
        "relu.o": "out",
        "n": "n",
        "t": "t",
        "s": "s",
    },
    where={"wrap": ("make",), "edge": ("edge",), "walk": ("_announce", "_receive")},
    edits={
        "sub-plus-grad": ("sub: other, -1.0 => other, 1.0",),
        "sub-both-minus": ("sub: self, 1.0 => self, -1.0",),
        "relu-nomask": ("relu: 1.0 if self.data > 0 else 0.0 => 1.0",),
        "add-self-only": ("add: .edge(other, 1.0) => ",),
        "add-aliased": ("add: return => if self is other:\n    return Value(2 * self.data).edge(self, 1.0)\nreturn",),
        "mul-self-square": (
            "mul: return => if self is other:\n    return Value(self.data ** 2).edge(self, self.data)\nreturn",
        ),
        "all-assign": ("walk: self.grad += amount => self.grad = amount",),
        "relu-leaky": ("relu: max(0.0, => max(0.01 * self.data,", "relu: else 0.0 => else 0.01"),
        "relu-inverted": ("relu: max( => min(", "relu: self.data > 0 => self.data < 0"),
        "neg-noop": ("neg: Value(-self.data).edge(self, -1.0) => self",),
        "neg-no-backward": ("neg: .edge(self, -1.0) => ",),
        "div-detached": ("div: .edge(self, 1 / other.data).edge(other, -ratio / other.data) => ",),
        "div-floor": ("div: ratio = self.data / => ratio = self.data //",),
        "rsub-swapped": ("rsub: Value.make(other) - self => self - Value.make(other)",),
        "rtruediv-swapped": ("rdiv: Value.make(other) / self => self / Value.make(other)",),
        "no-wrap": (
            "wrap:=",
            "add,sub,mul,div: \n        other = Value.make(other) => ",
            "radd: Value.make(other) + self => self + other",
            "rmul: Value.make(other) * self => self * other",
            "rsub: Value.make(other) - self => -self + other",
            "rdiv: Value.make(other) / self => self ** -1 * other",
        ),
        "recursive-naive": (
            "init: \n        self._pending: int = 0 => ",
            "walk:=",
            """backward:=
    def backward(self) -> None:
        self.grad = 1.0
        self._pass_on()

    def _pass_on(self) -> None:
        for source, slope in self.edges:
            source.grad += slope * self.grad
            source._pass_on()

""",
        ),
        "grad-passed-again": (
            "init: \n        self._pending: int = 0 => ",
            """walk:=
    def _receive(self, amount: float) -> None:
        self.grad += amount
        for source, slope in self.edges:
            source._receive(slope * self.grad)

""",
            "backward: \n        self._announce() => ",
        ),
        "preorder": (
            "init: \n        self._pending: int = 0 => ",
            """walk:=
    def _pass_on(self, done: set) -> None:
        done.add(self)
        for source, slope in self.edges:
            source.grad += slope * self.grad
        for source, _ in self.edges:
            if source not in done:
                source._pass_on(done)

""",
            "backward: self.grad = 0.0\n        self._announce()\n        self._receive(1.0) => "
            "self.grad = 1.0\n        self._pass_on(set())",
        ),
        "bfs": (
            "init: \n        self._pending: int = 0 => ",
            "walk:=",
            """backward:=
    def backward(self) -> None:
        self.grad = 1.0
        generation = {self}
        done: set = set()
        while generation:
            following = set()
            for value in generation:
                for source, slope in value.edges:
                    source.grad += slope * value.grad
                    following.add(source)
            done |= generation
            generation = following - done

""",
        ),
        "no-visited": (
            "walk: if self._pending == 1:\n            for source, _ in self.edges:\n"
            "                source._announce() => for source, _ in self.edges:\n"
            "            source._announce()",
            "walk: if self._pending == 0:\n"
            "            for source, slope in self.edges:\n"
            "                source._receive(slope * self.grad) => "
            "for source, slope in self.edges:\n            source._receive(slope * self.grad)",
        ),
        "seed-missing": ("backward: self._receive(1.0) => self._receive(self.grad)",),
        "seed-data": ("backward: self._receive(1.0) => self._receive(self.data)",),
        "class-prev": (
            "init: \n        self.edges: list = [] => ",
            "head: class Value:\n => class Value:\n    edges: list = []\n\n",
        ),
        "prev-first-only": ("edge: self.edges.append => if not self.edges:\n    self.edges.append",),
        "one-parent-pointer": (
            "init: self.edges: list = [] => self.source = None\nself.slope: float = 0.0",
            "init: \n        self._pending: int = 0 => ",
            "edge: self.edges.append((source, slope)) => self.source, self.slope = source, slope",
            "walk:=",
            """backward:=
    def backward(self) -> None:
        self.grad = 1.0
        value = self
        while value.source is not None:
            value.source.grad += value.slope * value.grad
            value = value.source

""",
        ),
        "prev-by-value": (
            "edge: self.edges.append => if source.data not in [v.data for v, _ in self.edges]:\n    self.edges.append",
        ),
        "eq-by-value": (
            EQUAL_BY_VALUE,
            "init: self.edges: list = [] => self.edges: dict = {}",
            "edge: self.edges.append((source, slope)) => self.edges[source] = self.edges.get(source, 0.0) + slope",
            "walk: in self.edges => in self.edges.items()",
        ),
        "local-by-parent": (
            "init: self.edges: list = [] => self.edges: dict = {}",
            "edge: self.edges.append((source, slope)) => self.edges[source] = slope",
            "walk: in self.edges => in self.edges.items()",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-flags": (
            "walk: self.grad += amount => if not self.done:\n    self.grad += amount",
            "init: self.grad: float = 0.0 => self.grad: float = 0.0\nself.done = False",
            "walk: if self._pending == 0:\n            for => "
            "if self._pending == 0:\n            self.done = True\n            for",
        ),
        "visited-by-data": None,
        "not-reversed": None,
        "skip-root": None,
        "node-twice": None,
        "state-default-arg": None,
        "state-tape": None,
    },
)
