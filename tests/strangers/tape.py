"""A tape that all values share: a list of the steps, of which backward replays those that the result needs."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
"""Reverse mode with a tape (Wengert list)."""
import math

tape = []


def record(result, inputs, step):
    tape.append((result, inputs, step))
    return result


#wrap
def value_of(x):
    return x if isinstance(x, Value) else Value(x)


#init
class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0

#add
    def __add__(self, other):
        x, y = self, value_of(other)
        z = Value(x.data + y.data)

        def step():
            x.grad += z.grad
            y.grad += z.grad

        return record(z, (x, y), step)

#sub
    def __sub__(self, other):
        x, y = self, value_of(other)
        z = Value(x.data - y.data)

        def step():
            x.grad += z.grad
            y.grad += -z.grad

        return record(z, (x, y), step)

#mul
    def __mul__(self, other):
        x, y = self, value_of(other)
        z = Value(x.data * y.data)

        def step():
            x.grad += z.grad * y.data
            y.grad += z.grad * x.data

        return record(z, (x, y), step)

#div
    def __truediv__(self, other):
        x, y = self, value_of(other)
        z = Value(x.data / y.data)

        def step():
            x.grad += z.grad / y.data
            y.grad += -z.grad * z.data / y.data

        return record(z, (x, y), step)

#pow
    def __pow__(self, n):
        x = self
        z = Value(x.data ** n)

        def step():
            x.grad += z.grad * n * math.pow(x.data, n - 1)

        return record(z, (x,), step)

#neg
    def __neg__(self):
        x = self
        z = Value(-x.data)

        def step():
            x.grad -= z.grad

        return record(z, (x,), step)

#radd
    def __radd__(self, other):
        return value_of(other) + self

#rsub
    def __rsub__(self, other):
        return value_of(other) - self

#rmul
    def __rmul__(self, other):
        return value_of(other) * self

#rdiv
    def __rtruediv__(self, other):
        return value_of(other) / self

#tanh
    def tanh(self):
        x = self
        z = Value(math.tanh(x.data))

        def step():
            x.grad += z.grad * (1 - z.data ** 2)

        return record(z, (x,), step)

#relu
    def relu(self):
        x = self
        z = Value(max(x.data, 0.0))

        def step():
            x.grad += z.grad * (1.0 if x.data > 0 else 0.0)

        return record(z, (x,), step)

#sigmoid
    def sigmoid(self):
        x = self
        z = Value(1 / (1 + math.exp(-x.data)))

        def step():
            x.grad += z.grad * z.data * (1 - z.data)

        return record(z, (x,), step)

#backward
    def backward(self):
        self.grad = 1.0
        needed = {self}
        rest = []
        while tape:
            result, inputs, step = tape.pop()
            if result in needed:
                step()
                needed.update(inputs)
            else:
                rest.append((result, inputs, step))
        # what other results were computed with stays on the tape
        tape.extend(reversed(rest))

#end
''',
    order="{g} * {d}",
    rules={
        "add": ("z.grad", "z.grad"),
        "sub": ("z.grad", "-z.grad"),
        "mul": ("z.grad * y.data", "z.grad * x.data"),
        "div": ("z.grad / y.data", "-z.grad * z.data / y.data"),
        "pow": ("z.grad * n * math.pow(x.data, n - 1)",),
        "tanh": ("z.grad * (1 - z.data ** 2)",),
        "relu": ("z.grad * (1.0 if x.data > 0 else 0.0)",),
        "sigmoid": ("z.grad * z.data * (1 - z.data)",),
    },
    words={
        "a": "x.grad += {}",
        "a=": "x.grad = {}",
        "b": "y.grad += {}",
        "b=": "y.grad = {}",
        "self": "x",
        "other": "y",
        "x": "x.data",
        "y": "y.data",
        "p": "x.grad",
        "q": "y.grad",
        "o": "z.data",
        "g": "z.grad",
        "n": "n",
        "t": "z.data",
        "s": "z.data",
    },
    where={"wrap": ("value_of",), "head": ("record",)},
    edits={
        "pow-paren": ("pow: n * math.pow(x.data, n - 1) => n * (math.pow(x.data, n) - 1)",),
        "pow-no-n": ("pow: n * math.pow( => math.pow(",),
        "pow-same-exp": ("pow: math.pow(x.data, n - 1) => math.pow(x.data, n)",),
        "div-sign": ("div: += -z.grad => += z.grad",),
        "relu-leaky": ("relu: max(x.data, 0.0) => max(x.data, 0.01 * x.data)", "relu: else 0.0 => else 0.01"),
        "relu-inverted": ("relu: max( => min(", "relu: x.data > 0 => x.data < 0"),
        "neg-noop": ("neg:=\n    def __neg__(self):\n        return self\n\n",),
        "neg-no-backward": ("neg:=\n    def __neg__(self):\n        return Value(-self.data)\n\n",),
        "div-detached": (
            "div: \n        def step():\n            x.grad += z.grad / y.data\n"
            "            y.grad += -z.grad * z.data / y.data\n => ",
            "div: record(z, (x, y), step) => z",
        ),
        "div-floor": ("div: x.data / y.data => x.data // y.data",),
        "rsub-swapped": ("rsub: value_of(other) - self => self - other",),
        "rtruediv-swapped": ("rdiv: value_of(other) / self => self / other",),
        "no-wrap": (
            "add,mul,sub,div: value_of(other) => other",
            "radd:=\n    __radd__ = __add__\n\n",
            "rmul:=\n    __rmul__ = __mul__\n\n",
            "rsub:=\n    def __rsub__(self, other):\n        return -self + other\n\n",
            "rdiv:=\n    def __rtruediv__(self, other):\n        return self ** -1 * other\n\n",
            "wrap:=",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        self.spread()

    def spread(self):
        for result, inputs, step in tape:
            if result is self:
                step()
                for v in inputs:
                    v.spread()

""",
        ),
        "not-reversed": (
            "backward: tape.pop() => tape.pop(0)",
            "backward: reversed(rest) => rest",
            "backward: needed = {self}\n => needed = {v for entry in tape for v in entry[1]} | {self}\n",
        ),
        "skip-root": (
            "backward: if result in needed:\n                step() => if result in needed:\n"
            "                if result is not self:\n                    step()",
        ),
        "visited-by-data": None,
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "prev-first-only": (
            "head: tape.append((result, inputs, step)) => tape.append((result, inputs[0], step))",
            "backward: needed.update(inputs) => needed.add(inputs)",
        ),
        "one-parent-pointer": (
            "head: tape.append((result, inputs, step)) => result.step = step\nresult.parent = inputs[0]",
            "head: \ntape = []\n => ",
            "init: self.grad = 0.0 => self.grad = 0.0\nself.parent = None\nself.step = None",
            """backward:=
    def backward(self):
        self.grad = 1.0
        v = self
        while v.step:
            v.step()
            v = v.parent

""",
        ),
        "eq-by-value": None,
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-tape": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        for result, inputs, step in reversed(tape):
            step()

""",
        ),
        "state-default-arg": (
            "backward: backward(self): => backward(self, needed=set()):",
            "backward: needed = {self} => needed.add(self)",
            "backward: tape.extend(reversed(rest)) => tape.extend(reversed(rest + used))",
            "backward: rest = [] => rest, used = [], []",
            "backward: step()\n => step()\n                used.append((result, inputs, step))\n",
        ),
        "state-flags": None,
    },
)
