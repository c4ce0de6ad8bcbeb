"""A closure for each result, operands in a set, a sorting method; every operation has a rule of its own."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text="""
from math import exp, tanh


class Value:
    def __init__(self, data, children=()):
#init
        self.data = float(data)
        self.grad = 0.0
        self.children = set(children)
        self.backprop = None

#add
    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data + other.data, {self, other})

        def backprop():
            self.grad += result.grad
            other.grad += result.grad

        result.backprop = backprop
        return result

#radd
    __radd__ = __add__

#sub
    def __sub__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data - other.data, {self, other})

        def backprop():
            self.grad += result.grad
            other.grad -= result.grad

        result.backprop = backprop
        return result

#rsub
    def __rsub__(self, other):
        return Value(other) - self

#neg
    def __neg__(self):
        result = Value(-self.data, {self})

        def backprop():
            self.grad -= result.grad

        result.backprop = backprop
        return result

#mul
    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data * other.data, {self, other})

        def backprop():
            self.grad += result.grad * other.data
            other.grad += result.grad * self.data

        result.backprop = backprop
        return result

#rmul
    __rmul__ = __mul__

#div
    def __truediv__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data / other.data, {self, other})

        def backprop():
            self.grad += result.grad / other.data
            other.grad += result.grad * -self.data / other.data ** 2

        result.backprop = backprop
        return result

#rdiv
    def __rtruediv__(self, other):
        return Value(other) / self

#pow
    def __pow__(self, n):
        result = Value(self.data ** n, {self})

        def backprop():
            self.grad += result.grad * n * self.data ** (n - 1)

        result.backprop = backprop
        return result

#tanh
    def tanh(self):
        result = Value(tanh(self.data), {self})

        def backprop():
            self.grad += result.grad * (1 - result.data ** 2)

        result.backprop = backprop
        return result

#relu
    def relu(self):
        result = Value(max(0.0, self.data), {self})

        def backprop():
            if self.data > 0:
                self.grad += result.grad

        result.backprop = backprop
        return result

#sigmoid
    def sigmoid(self):
        result = Value(1 / (1 + exp(-self.data)), {self})

        def backprop():
            self.grad += result.grad * result.data * (1 - result.data)

        result.backprop = backprop
        return result

#order
    def _sort(self, done, order):
        if self in done:
            return
        done.add(self)
        for child in self.children:
            child._sort(done, order)
        order.append(self)

#backward
    def backward(self):
        order = []
        self._sort(set(), order)
        self.grad = 1.0
        order.reverse()
        for value in order:
            if value.backprop:
                value.backprop()

#end
""",
    order="{g} * {d}",
    rules={
        "add": ("result.grad", "result.grad"),
        "sub": ("result.grad", "-result.grad"),
        "mul": ("result.grad * other.data", "result.grad * self.data"),
        "div": ("result.grad / other.data", "result.grad * -self.data / other.data ** 2"),
        "pow": ("result.grad * n * self.data ** (n - 1)",),
        "tanh": ("result.grad * (1 - result.data ** 2)",),
        "relu": ("result.grad",),
        "sigmoid": ("result.grad * result.data * (1 - result.data)",),
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
        "o": "result.data",
        "g": "result.grad",
        "n": "n",
        "t": "result.data",
        "s": "result.data",
    },
    where={"add": ("__radd__",), "mul": ("__rmul__",)},
    edits={
        "sub-assign": ("sub: self.grad += => self.grad =", "sub: other.grad -= => other.grad = -"),
        "sub-plus-grad": ("sub: other.grad -= => other.grad +=",),
        "sub-both-minus": ("sub: self.grad += => self.grad -=",),
        "all-assign": ("*:  += result =>  = result", "*:  -= result =>  = -result"),
        "relu-nomask": ("relu: if self.data > 0:\n                self => self",),
        "relu-gradmask": ("relu: if self.data > 0 => if result.grad > 0",),
        "relu-no-outgrad": ("relu: += result.grad => += 1",),
        "relu-leaky": (
            "relu: max(0.0, => max(0.01 * self.data,",
            "relu: self.grad += result.grad => self.grad += result.grad\nelse:\n    self.grad += 0.01 * result.grad",
            "relu:     else: => else:",
            "relu:                 self.grad += 0.01 =>             self.grad += 0.01",
        ),
        "relu-inverted": ("relu: max( => min(", "relu: self.data > 0 => self.data < 0"),
        "relu-tanh-rule": (
            "relu: if self.data > 0:\n                self.grad += result.grad => "
            "self.grad += result.grad * (1 - result.data ** 2)",
        ),
        "neg-noop": ("neg:=\n    def __neg__(self):\n        return self\n\n",),
        "neg-no-backward": ("neg:=\n    def __neg__(self):\n        return Value(-self.data, {self})\n\n",),
        "div-detached": ("div: self.data / other.data, {self, other} => self.data / other.data",),
        "div-floor": ("div#1:  /  =>  // ",),
        "rsub-swapped": ("rsub:=\n    __rsub__ = __sub__\n\n",),
        "rtruediv-swapped": ("rdiv:=\n    __rtruediv__ = __truediv__\n\n",),
        "no-wrap": (
            "add,mul,sub,div: \n        if not isinstance(other, Value):\n            other = Value(other) => ",
        ),
        "recursive-naive": (
            "order:=",
            """backward:=
    def backward(self, grad=1.0):
        self.grad = grad
        self._step()

    def _step(self):
        if self.backprop:
            self.backprop()
        for child in self.children:
            child._step()

""",
        ),
        "preorder": (
            "order: \n        order.append(self) => ",
            "order: done.add(self) => done.add(self)\norder.append(self)",
            "backward: \n        order.reverse() => ",
        ),
        "bfs": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        order = [self]
        for value in order:
            for child in value.children:
                if child not in order:
                    order.append(child)
        for value in order:
            if value.backprop:
                value.backprop()

""",
        ),
        "no-visited": (
            "order: \n        if self in done:\n            return\n        done.add(self) => ",
            "order: done,  => ",
            "backward: set(),  => ",
        ),
        "node-twice": (
            "order: if self in done => if self in order and self not in done",
            "order: if self in order and self not in done:\n            return\n        done.add(self)"
            "\n        for child in self.children:\n            child._sort(done, order) => "
            "if self not in done:\n            done.add(self)\n            for child in self.children:\n"
            "                child._sort(done, order)",
        ),
        "visited-by-data": ("order: self in done => self.data in done", "order: done.add(self) => done.add(self.data)"),
        "not-reversed": ("backward: \n        order.reverse() => ",),
        "skip-root": ("backward: in order: => in order[1:]:",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: \n        self.children = set(children) => \n        self.children |= set(children)",
            "head: class Value: => class Value:\n    children = set()\n",
        ),
        "prev-first-only": ("add,mul,sub,div: {self, other} => {self}",),
        "one-parent-pointer": (
            "init: self.children = set(children) => self.parent = children",
            "head: children=() => children=None",
            "*: {self, other} => self",
            "*: {self} => self",
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        value = self
        while value is not None:
            if value.backprop:
                value.backprop()
            value = value.parent

""",
        ),
        "prev-by-value": (
            "add,mul,sub,div: result = Value( => both = {self} if self.data == other.data else "
            "{self, other}\nresult = Value(",
            "add,mul,sub,div: , {self, other}) => , both)",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "int-floor": ("init: float(data) => int(data)",),
        "state-default-arg": (
            "order: done, order => done=set(), order=[]",
            "order: child._sort(done=set(), order=[]) => child._sort()",
            "order: \n        order.append(self) => \n        order.append(self)\n        return order",
            "backward: \n        order = [] => ",
            "backward: self._sort(set(), order) => order = self._sort()",
            "backward: \n        order.reverse() => ",
            "backward: in order: => in order[::-1]:",
            "order#1: return => return order",
        ),
        "state-tape": (
            "head: class Value: => ORDER = []\n\n\nclass Value:",
            "order: , order => ",
            "order: order.append => ORDER.append",
            "backward: \n        order = [] => ",
            "backward: set(), order => set()",
            "backward: \n        order.reverse() => ",
            "backward: in order: => in reversed(ORDER):",
        ),
        "state-flags": None,
    },
)
