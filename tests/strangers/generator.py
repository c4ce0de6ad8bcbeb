"""A generator that walks through the graph with a stack; - and / composed; rules take the right operand first."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text='''
from math import exp, tanh


class Value:
#init
    def __init__(self, data, *operands):
        self.data, self.grad = data, 0
        self.operands = operands
        self.spread = None

#wrap
    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(x)

#add
    def __add__(self, other):
        other = Value.of(other)
        new = Value(self.data + other.data, self, other)

        def spread(grad):
            other.grad += grad
            self.grad += grad

        new.spread = spread
        return new

#radd
    __radd__ = __add__

#mul
    def __mul__(self, other):
        other = Value.of(other)
        new = Value(self.data * other.data, self, other)

        def spread(grad):
            other.grad += grad * self.data
            self.grad += grad * other.data

        new.spread = spread
        return new

#rmul
    __rmul__ = __mul__

#neg
    def __neg__(self):
        return -1 * self

#sub
    def __sub__(self, other):
        return self + -1 * Value.of(other)

#rsub
    def __rsub__(self, other):
        return -self + other

#pow
    def __pow__(self, p):
        new = Value(self.data ** p, self)

        def spread(grad):
            self.grad += grad * p * self.data ** (p - 1)

        new.spread = spread
        return new

#div
    def __truediv__(self, other):
        return self * Value.of(other) ** -1

#rdiv
    def __rtruediv__(self, other):
        return other * self ** -1

#tanh
    def tanh(self):
        new = Value(tanh(self.data), self)

        def spread(grad):
            self.grad += grad * (1 - new.data ** 2)

        new.spread = spread
        return new

#relu
    def relu(self):
        positive = self.data > 0
        new = Value(self.data if positive else 0.0, self)

        def spread(grad):
            self.grad += grad * positive

        new.spread = spread
        return new

#sigmoid
    def sigmoid(self):
        e = exp(-abs(self.data))
        new = Value(1 / (1 + e) if self.data > 0 else e / (1 + e), self)

        def spread(grad):
            self.grad += grad * new.data * (1 - new.data)

        new.spread = spread
        return new

#walk
    def walk(self):
        """All values behind this one, each after its operands."""
        seen = {self}
        path = [(self, iter(self.operands))]
        while path:
            node, rest = path[-1]
            for v in rest:
                if v not in seen:
                    seen.add(v)
                    path.append((v, iter(v.operands)))
                    break
            else:
                path.pop()
                yield node

#backward
    def backward(self):
        self.grad = 1
        for node in reversed(list(self.walk())):
            if node.spread is not None:
                node.spread(node.grad)

#end
''',
    order="{g} * {d}",
    rules={
        "add": ("grad", "grad"),
        "mul": ("grad * other.data", "grad * self.data"),
        "pow": ("grad * p * self.data ** (p - 1)",),
        "tanh": ("grad * (1 - new.data ** 2)",),
        "relu": ("grad * positive",),
        "sigmoid": ("grad * new.data * (1 - new.data)",),
    },
    words={
        "a": "self.grad += {}",
        "a=": "self.grad = {}",
        "b": "other.grad += {}",
        "b=": "other.grad = {}",
        "self": "self",
        "other": "other",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "new.data",
        "g": "grad",
        "n": "p",
        "t": "new.data",
        "s": "new.data",
    },
    where={"wrap": ("of",), "walk": ("walk",), "add": ("__radd__",), "mul": ("__rmul__",)},
    edits={
        "relu-leaky": (
            "relu: else 0.0 => else 0.01 * self.data",
            "relu: grad * positive => grad * (1 if positive else 0.01)",
        ),
        "relu-inverted": ("relu: self.data > 0 => self.data < 0",),
        "relu-no-outgrad": ("relu: += grad * positive => += positive",),
        "relu-gradmask": ("relu: grad * positive => grad * (grad > 0)",),
        "neg-noop": ("neg: -1 * self => self",),
        "neg-no-backward": ("neg: -1 * self => Value(-self.data)",),
        "div-detached": ("div: self * Value.of(other) ** -1 => Value(self.data / Value.of(other).data)",),
        "rsub-swapped": ("rsub:=\n    __rsub__ = __sub__\n\n",),
        "rtruediv-swapped": ("rdiv:=\n    __rtruediv__ = __truediv__\n\n",),
        "no-wrap": ("add,mul: \n        other = Value.of(other) => ", "sub,div: Value.of(other) => other", "wrap:="),
        "recursive-naive": (
            "walk:=",
            """backward:=
    def backward(self, grad=1):
        if grad:
            self.grad = grad
        if self.spread is not None:
            self.spread(self.grad)
        for v in self.operands:
            v.backward(grad=None)

""",
        ),
        "preorder": (
            """walk:=
    def walk(self):
        seen = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                yield node
                stack.extend(node.operands)

""",
            "backward: reversed(list(self.walk())) => self.walk()",
        ),
        "bfs": (
            """walk:=
    def walk(self):
        seen = {self}
        queue = [self]
        for node in queue:
            yield node
            for v in node.operands:
                if v not in seen:
                    seen.add(v)
                    queue.append(v)

""",
            "backward: reversed(list(self.walk())) => self.walk()",
        ),
        "no-visited": (
            """walk:=
    def walk(self):
        for v in self.operands:
            yield from v.walk()
        yield self

""",
        ),
        "node-twice": (
            """walk:=
    def walk(self, seen):
        if self not in seen:
            seen.add(self)
            for v in self.operands:
                yield from v.walk(seen)
        yield self

""",
            "backward: self.walk() => self.walk(set())",
        ),
        "visited-by-data": (
            "walk: seen = {self} => seen = {self.data}",
            "walk: if v not in => if v.data not in",
            "walk: seen.add(v) => seen.add(v.data)",
        ),
        "not-reversed": ("backward: reversed(list(self.walk())) => self.walk()",),
        "skip-root": ("backward: if node.spread is not None => if node.spread is not None and node is not self",),
        "seed-missing": ("backward: \n        self.grad = 1 => ",),
        "seed-data": ("backward: self.grad = 1 => self.grad = self.data",),
        "class-prev": (
            "head: class Value:\n => class Value:\n    operands = []\n\n",
            "init: self.operands = operands => self.operands += operands",
        ),
        "prev-first-only": ("init: operands = operands => operands = operands[:1]",),
        "one-parent-pointer": (
            "init: self.operands = operands => self.parent = None\nfor v in operands:\n    self.parent = v",
            "walk:=",
            """backward:=
    def backward(self):
        self.grad = 1
        node = self
        while node.parent is not None:
            node.spread(node.grad)
            node = node.parent

""",
        ),
        "prev-by-value": (
            "init: self.operands = operands => self.operands = []\nfor v in operands:\n"
            "    if v.data not in [w.data for w in self.operands]:\n        self.operands.append(v)",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "int-floor": ("init: self.data, self.grad = data, 0 => self.data, self.grad = int(data), 0",),
        "state-default-arg": (
            """walk:=
    def order(self, seen=set(), order=[]):
        if self not in seen:
            seen.add(self)
            for v in self.operands:
                v.order()
            order.append(self)
        return order

""",
            "backward: reversed(list(self.walk())) => reversed(self.order())",
        ),
        "state-tape": (
            "head: class Value:\n => class Value:\n    path = []\n\n",
            "backward: reversed(list(self.walk())) => reversed(Value.path)",
            "backward: self.grad = 1 => self.grad = 1\nValue.path.extend(self.walk())",
        ),
        "state-flags": None,
    },
)
