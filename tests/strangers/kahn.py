"""Kahn's algorithm: backward first counts the uses of every value, and passes on a gradient when the last has come."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text="""
import math
from collections import deque


#init
class Value:
    def __init__(self, data, inputs=(), local=()):
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.local = local  # the derivative by each of the inputs

#wrap
    @staticmethod
    def lift(x):
        if isinstance(x, (int, float)):
            return Value(x)
        return x

#helpers
    def unary(self, data, d):
        return Value(data, (self,), (d,))

    def binary(self, other, data, left, right):
        return Value(data, (self, other), (left, right))

#add
    def __add__(self, other):
        o = Value.lift(other)
        return self.binary(o, self.data + o.data, left=1, right=1)

#radd
    def __radd__(self, other):
        return Value.lift(other) + self

#sub
    def __sub__(self, other):
        o = Value.lift(other)
        return self.binary(o, self.data - o.data, left=1, right=-1)

#rsub
    def __rsub__(self, other):
        return Value.lift(other) - self

#mul
    def __mul__(self, other):
        o = Value.lift(other)
        return self.binary(o, self.data * o.data, left=o.data, right=self.data)

#rmul
    def __rmul__(self, other):
        return Value.lift(other) * self

#div
    def __truediv__(self, other):
        o = Value.lift(other)
        q = self.data / o.data
        return self.binary(o, q, left=1 / o.data, right=-q / o.data)

#rdiv
    def __rtruediv__(self, other):
        return Value.lift(other) / self

#neg
    def __neg__(self):
        return self.unary(-self.data, d=-1)

#pow
    def __pow__(self, k):
        return self.unary(self.data ** k, d=k * self.data ** (k - 1))

#tanh
    def tanh(self):
        y = math.tanh(self.data)
        return self.unary(y, d=1 - y ** 2)

#relu
    def relu(self):
        y = max(0.0, self.data)
        return self.unary(y, d=float(self.data > 0))

#sigmoid
    def sigmoid(self):
        y = 1 / (1 + math.exp(-self.data))
        return self.unary(y, d=y * (1 - y))

#backward
    def backward(self):
        # how many results use each value?
        uses = {self: 0}
        todo = [self]
        while todo:
            node = todo.pop()
            for v in node.inputs:
                if v not in uses:
                    uses[v] = 0
                    todo.append(v)
                uses[v] += 1

        self.grad = 1.0
        ready = deque([self])
        while ready:
            node = ready.popleft()
            for v, d in zip(node.inputs, node.local):
                v.grad += d * node.grad
                uses[v] -= 1
                if uses[v] == 0:
                    ready.append(v)

#end
""",
    order="{d}",
    nothing="0",
    rules={
        "add": ("1", "1"),
        "sub": ("1", "-1"),
        "mul": ("o.data", "self.data"),
        "div": ("1 / o.data", "-q / o.data"),
        "pow": ("k * self.data ** (k - 1)",),
        "tanh": ("1 - y ** 2",),
        "relu": ("float(self.data > 0)",),
        "sigmoid": ("y * (1 - y)",),
    },
    words={
        "a": "left={},",
        "b": "right={})",
        "x": "self.data",
        "y": "o.data",
        "p": "self.grad",
        "q": "o.grad",
        "o": "self.data * o.data",
        "relu.o": "y",
        "n": "k",
        "t": "y",
        "s": "y",
    },
    where={"wrap": ("lift",), "helpers": ("binary",)},
    edits={
        "add-no-outgrad": None,
        "mul-no-outgrad": None,
        "tanh-no-outgrad": None,
        "relu-no-outgrad": None,
        "tanh-prec": None,
        "relu-gradmask": None,
        "sub-plus-grad": ("sub: right=-1 => right=1",),
        "sub-both-minus": ("sub: left=1 => left=-1",),
        "div-sign": ("div: right=-q => right=q",),
        "div-no-square": ("div: right=-q / o.data => right=-q",),
        "pow-paren": ("pow: d=k * self.data ** (k - 1) => d=k * (self.data ** k - 1)",),
        "pow-no-n": ("pow: d=k *  => d=",),
        "pow-same-exp": ("pow: ** (k - 1) => ** k",),
        "tanh-x": ("tanh: d=1 - y ** 2 => d=1 - self.data ** 2",),
        "tanh-nosq": ("tanh: 1 - y ** 2 => 1 - y",),
        "sig-x": ("sigmoid: d=y * (1 - y) => d=self.data * (1 - self.data)",),
        "sig-nos": ("sigmoid: d=y * (1 - y) => d=1 - y",),
        "relu-nomask": ("relu: d=float(self.data > 0) => d=1.0",),
        "relu-tanh-rule": ("relu: d=float(self.data > 0) => d=1 - y ** 2",),
        "add-aliased": ("add: right=1 => right=1 if o is not self else 0",),
        "mul-self-square": (
            "mul: return => if o is self:\n    return self.unary(self.data ** 2, d=self.data)\nreturn",
        ),
        "all-assign": ("backward: v.grad += => v.grad =",),
        "relu-leaky": (
            "relu: max(0.0, => max(0.01 * self.data,",
            "relu: float(self.data > 0) => 1 if self.data > 0 else 0.01",
        ),
        "relu-inverted": ("relu: max( => min(", "relu: self.data > 0 => self.data < 0"),
        "neg-noop": ("neg: self.unary(-self.data, d=-1) => self",),
        "neg-no-backward": ("neg: self.unary(-self.data, d=-1) => Value(-self.data)",),
        "div-detached": (
            "div: \n        q = self.data / o.data => ",
            "div: self.binary(o, q, left=1 / o.data, right=-q / o.data) => Value(self.data / o.data)",
        ),
        "div-floor": ("div: q = self.data / => q = self.data //",),
        "rsub-swapped": ("rsub: Value.lift(other) - self => self - Value.lift(other)",),
        "rtruediv-swapped": ("rdiv: Value.lift(other) / self => self / Value.lift(other)",),
        "no-wrap": (
            "wrap:=",
            "*: Value.lift(other) => other",
            "radd: other + self => self + other",
            "rmul: other * self => self * other",
            "rsub: other - self => -self + other",
            "rdiv: other / self => self ** -1 * other",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self, top=True):
        if top:
            self.grad = 1.0
        for v, d in zip(self.inputs, self.local):
            v.grad += d * self.grad
            v.backward(top=False)

""",
        ),
        "grad-passed-again": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        ready = deque([self])
        while ready:
            node = ready.popleft()
            for v, d in zip(node.inputs, node.local):
                v.grad += d * node.grad
                ready.append(v)

""",
        ),
        "preorder": (
            """backward:=
    def backward(self):
        order = []
        self.collect(order)
        self.grad = 1.0
        for node in order:
            for v, d in zip(node.inputs, node.local):
                v.grad += d * node.grad

    def collect(self, order):
        if self in order:
            return
        order.append(self)
        for v in self.inputs:
            v.collect(order)

""",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        seen = {self}
        ready = deque([self])
        while ready:
            node = ready.popleft()
            for v, d in zip(node.inputs, node.local):
                v.grad += d * node.grad
                if v not in seen:
                    seen.add(v)
                    ready.append(v)

""",
        ),
        "no-visited": (
            "backward: if v not in uses:\n                    uses[v] = 0\n"
            "                    todo.append(v)\n                uses[v] += 1 => "
            "uses[v] = uses.get(v, 0) + 1\n                todo.append(v)",
        ),
        "visited-by-data": (
            "backward: {self: 0} => {self.data: 0}",
            "backward: if v not in => if v.data not in",
            "backward: uses[v] => uses[v.data]",
        ),
        "skip-root": ("backward: ready = deque([self]) => ready = deque(self.inputs)",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "prev-first-only": ("helpers: (self, other), (left, right) => (self,), (left,)",),
        "one-parent-pointer": (
            "init: self.inputs = inputs => self.parent = inputs[0] if inputs else None",
            """backward:=
    def backward(self):
        self.grad = 1.0
        node = self
        while node.parent is not None:
            node.parent.grad += node.local[0] * node.grad
            node = node.parent

""",
        ),
        "prev-by-value": (
            "helpers: return Value(data, (self, other), => if self.data == other.data:\n"
            "    return Value(data, (self,), (left + right,))\nreturn Value(data, (self, other),",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "local-by-parent": (
            "init: self.local = local  # => self.local = dict(zip(inputs, local))  #",
            "backward: for v, d in zip(node.inputs, node.local): => for v in node.inputs:",
            "backward: v.grad += d * => v.grad += node.local[v] *",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": None,
        "state-flags": (
            "init: self.grad = 0.0 => self.grad = 0.0\nself.done = False",
            "backward: node = ready.popleft() => node = ready.popleft()\nnode.done = True",
            "backward: v.grad += => if not v.done:\n    v.grad +=",
        ),
        "not-reversed": None,
    },
)
