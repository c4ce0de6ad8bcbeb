"""Generations: a heap gives the latest value first; all operations, also the reflected ones, are native."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text="""
import heapq
import math
from itertools import count


#init
class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.rule = None
        self.inputs = []
        self.generation = 0

#attach
    def _from(self, rule, *inputs):
        self.rule = rule
        self.inputs = inputs
        self.generation = 1 + max(v.generation for v in inputs)
        return self

#add
    def __add__(self, other):
        y = other if isinstance(other, Value) else Value(other)

        def rule(g):
            return [(self, g), (y, g)]
        return Value(self.data + y.data)._from(rule, self, y)

#radd
    def __radd__(self, other):
        def rule(g):
            return [(self, g)]
        return Value(other + self.data)._from(rule, self)

#sub
    def __sub__(self, other):
        y = other if isinstance(other, Value) else Value(other)

        def rule(g):
            return [(self, g), (y, -g)]
        return Value(self.data - y.data)._from(rule, self, y)

#rsub
    def __rsub__(self, other):
        def rule(g):
            return [(self, -g)]
        return Value(other - self.data)._from(rule, self)

#mul
    def __mul__(self, other):
        y = other if isinstance(other, Value) else Value(other)

        def rule(g):
            return [(self, g * y.data), (y, g * self.data)]
        return Value(self.data * y.data)._from(rule, self, y)

#rmul
    def __rmul__(self, other):
        def rule(g):
            return [(self, g * other)]
        return Value(other * self.data)._from(rule, self)

#div
    def __truediv__(self, other):
        y = other if isinstance(other, Value) else Value(other)

        def rule(g):
            return [(self, g / y.data), (y, -g * self.data / y.data ** 2)]
        return Value(self.data / y.data)._from(rule, self, y)

#rdiv
    def __rtruediv__(self, other):
        def rule(g):
            return [(self, -g * other / self.data ** 2)]
        return Value(other / self.data)._from(rule, self)

#neg
    def __neg__(self):
        def rule(g):
            return [(self, -g)]
        return Value(-self.data)._from(rule, self)

#pow
    def __pow__(self, n):
        def rule(g):
            return [(self, g * n * self.data ** (n - 1))]
        return Value(self.data ** n)._from(rule, self)

#tanh
    def tanh(self):
        t = math.tanh(self.data)

        def rule(g):
            return [(self, g * (1 - t ** 2))]
        return Value(t)._from(rule, self)

#relu
    def relu(self):
        r = max(0, self.data)

        def rule(g):
            return [(self, g * (self.data > 0))]
        return Value(r)._from(rule, self)

#sigmoid
    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))

        def rule(g):
            return [(self, g * s * (1 - s))]
        return Value(s)._from(rule, self)

#backward
    def backward(self):
        self.grad = 1.0
        tie = count()
        heap = [(-self.generation, next(tie), self)]
        seen = {self}
        while heap:
            _, _, node = heapq.heappop(heap)
            if node.rule is None:
                continue
            for v, g in node.rule(node.grad):
                v.grad += g
            for v in node.inputs:
                if v not in seen:
                    seen.add(v)
                    heapq.heappush(heap, (-v.generation, next(tie), v))

#end
""",
    order="{g} * {d}",
    nothing="0.0",
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * y.data", "g * self.data"),
        "div": ("g / y.data", "-g * self.data / y.data ** 2"),
        "pow": ("g * n * self.data ** (n - 1)",),
        "tanh": ("g * (1 - t ** 2)",),
        "relu": ("g * (self.data > 0)",),
        "sigmoid": ("g * s * (1 - s)",),
    },
    words={
        "a": "(self, {})",
        "b": "(y, {})",
        "x": "self.data",
        "y": "y.data",
        "p": "self.grad",
        "q": "y.grad",
        "o": "self.data * y.data",
        "relu.o": "r",
        "g": "g",
        "n": "n",
        "t": "t",
        "s": "s",
    },
    where={"attach": ("_from",)},
    edits={
        "add-aliased": ("add: return [(self, g), (y, g)] => return {self: g, y: g}.items()",),
        "mul-self-square": (
            "mul: return [(self, g * y.data), (y, g * self.data)] => "
            "return {self: g * y.data, y: g * self.data}.items()",
        ),
        "all-assign": ("backward: v.grad += g => v.grad = g",),
        "relu-leaky": (
            "relu: max(0, => max(0.01 * self.data,",
            "relu: (self.data > 0) => (1 if self.data > 0 else 0.01)",
        ),
        "relu-inverted": ("relu: max( => min(", "relu: self.data > 0 => self.data < 0"),
        "relu-gradmask": ("relu: g * (self.data > 0) => g * (g > 0)",),
        "relu-no-outgrad": ("relu: g * (self.data > 0) => float(self.data > 0)",),
        "neg-noop": ("neg:=\n    def __neg__(self):\n        return self\n\n",),
        "neg-no-backward": ("neg:=\n    def __neg__(self):\n        return Value(-self.data)\n\n",),
        "div-detached": (
            "div: \n        def rule(g):\n"
            "            return [(self, g / y.data), (y, -g * self.data / y.data ** 2)]\n => ",
            "div: ._from(rule, self, y) => ",
        ),
        "div-floor": ("div: Value(self.data / y.data) => Value(self.data // y.data)",),
        "rsub-swapped": ("rsub: (self, -g) => (self, g)", "rsub: other - self.data => self.data - other"),
        "rtruediv-swapped": (
            "rdiv: other / self.data) => self.data / other)",
            "rdiv: -g * other / self.data ** 2 => g / other",
        ),
        "no-wrap": (
            "add,sub,mul,div: \n        y = other if isinstance(other, Value) else Value(other)\n => ",
            "add,sub,mul,div: y.data => other.data",
            "add,sub,mul,div: (y, => (other,",
            "add,sub,mul,div: self, y) => self, other)",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self, seed=True):
        if seed:
            self.grad = 1.0
        if self.rule:
            for v, g in self.rule(self.grad):
                v.grad += g
                v.backward(seed=False)

""",
        ),
        "grad-passed-again": (
            """backward:=
    def backward(self, grad=1.0):
        self.grad += grad
        if self.rule:
            for v, g in self.rule(self.grad):
                v.backward(g)

""",
        ),
        "preorder": (
            "head: import heapq\nimport math\nfrom itertools import count => import math",
            """backward:=
    def backward(self):
        self.grad = 1.0
        self._visit(set())

    def _visit(self, seen):
        seen.add(self)
        if self.rule is None:
            return
        for v, g in self.rule(self.grad):
            v.grad += g
        for v in self.inputs:
            if v not in seen:
                v._visit(seen)

""",
        ),
        "bfs": (
            "head: import heapq\nimport math\nfrom itertools import count => import math",
            "backward: \n        tie = count() => ",
            "backward: heap = [(-self.generation, next(tie), self)] => nodes = [self]",
            "backward: while heap:\n            _, _, node = heapq.heappop(heap) => "
            "while nodes:\n            node = nodes.pop(0)",
            "backward: heapq.heappush(heap, (-v.generation, next(tie), v)) => nodes.append(v)",
        ),
        "no-visited": (
            "backward: \n        seen = {self} => ",
            "backward: if v not in seen:\n                    seen.add(v)\n                    heapq => heapq",
        ),
        "node-twice": (
            "backward: if v not in seen:\n                    seen.add(v)\n                    heapq => "
            "seen.add(v)\n                heapq",
        ),
        "visited-by-data": (
            "backward: seen = {self} => seen = {self.data}",
            "backward: v not in seen => v.data not in seen",
            "backward: seen.add(v) => seen.add(v.data)",
        ),
        "not-reversed": (
            "backward: (-self.generation => (self.generation",
            "backward: (-v.generation => (v.generation",
        ),
        "skip-root": (
            "backward: heap = [(-self.generation, next(tie), self)] => "
            "heap = [(-v.generation, next(tie), v) for v in self.inputs]\nheapq.heapify(heap)",
        ),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: \n        self.inputs = [] => ",
            "init: class Value:\n => class Value:\n    inputs = []\n\n",
            "attach: self.inputs = inputs => self.inputs.extend(inputs)",
        ),
        "prev-first-only": ("attach: self.inputs = inputs => self.inputs = inputs[:1]",),
        "one-parent-pointer": (
            "init: self.inputs = [] => self.parent = None",
            "attach: self.inputs = inputs => self.parent = inputs[0]",
            "init: \n        self.generation = 0 => ",
            "attach: \n        self.generation = 1 + max(v.generation for v in inputs) => ",
            "head: import heapq\nimport math\nfrom itertools import count => import math",
            """backward:=
    def backward(self):
        self.grad = 1.0
        node = self
        while node.rule:
            for v, g in node.rule(node.grad):
                v.grad += g
            node = node.parent

""",
        ),
        "prev-by-value": ("attach: self.inputs = inputs => self.inputs = list({v.data: v for v in inputs}.values())",),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "local-by-parent": ("backward: in node.rule(node.grad): => in dict(node.rule(node.grad)).items():",),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": None,
        "state-tape": None,
        "state-flags": (
            "init: self.grad = 0.0 => self.grad = 0.0\nself.done = False",
            "backward: if node.rule is None: => node.done = True\nif node.rule is None:",
            "backward: v.grad += g => if not v.done:\n    v.grad += g",
        ),
    },
)
