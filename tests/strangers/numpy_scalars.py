"""Numpy numbers inside; operands in a list, a sort by the length of the longest way back; every operation native."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text='''
import numpy as np


def ensure_value(function):
    """Let the second argument of an operator be a plain number."""
    def operator(self, other):
#wrap
        if not isinstance(other, Value):
            other = Value(other)
#wrapped
        return function(self, other)
    return operator


#init
class Value:
    def __init__(self, data, inputs=None):
        self.data = np.float64(data)
        self.grad = np.float64(0)
        self.inputs = inputs or []
        self.depth = 1 + max([v.depth for v in self.inputs], default=0)
        self.chain = lambda: None

#add
    @ensure_value
    def __add__(self, other):
        out = Value(np.add(self.data, other.data), [self, other])

        def chain():
            self.grad += out.grad
            other.grad += out.grad
        out.chain = chain
        return out

#sub
    @ensure_value
    def __sub__(self, other):
        out = Value(np.subtract(self.data, other.data), [self, other])

        def chain():
            self.grad += out.grad
            other.grad += -out.grad
        out.chain = chain
        return out

#mul
    @ensure_value
    def __mul__(self, other):
        out = Value(np.multiply(self.data, other.data), [self, other])

        def chain():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.chain = chain
        return out

#div
    @ensure_value
    def __truediv__(self, other):
        out = Value(np.divide(self.data, other.data), [self, other])

        def chain():
            self.grad += 1 / other.data * out.grad
            other.grad += -self.data / np.square(other.data) * out.grad
        out.chain = chain
        return out

#radd
    @ensure_value
    def __radd__(self, other):
        return other + self

#rsub
    @ensure_value
    def __rsub__(self, other):
        return other - self

#rmul
    @ensure_value
    def __rmul__(self, other):
        return other * self

#rdiv
    @ensure_value
    def __rtruediv__(self, other):
        return other / self

#neg
    def __neg__(self):
        out = Value(np.negative(self.data), [self])

        def chain():
            self.grad += -out.grad
        out.chain = chain
        return out

#pow
    def __pow__(self, n):
        n = float(n)
        out = Value(np.power(self.data, n), [self])

        def chain():
            self.grad += n * np.power(self.data, n - 1) * out.grad
        out.chain = chain
        return out

#tanh
    def tanh(self):
        out = Value(np.tanh(self.data), [self])

        def chain():
            self.grad += (1 - np.square(out.data)) * out.grad
        out.chain = chain
        return out

#relu
    def relu(self):
        out = Value(np.maximum(self.data, 0), [self])

        def chain():
            self.grad += np.where(self.data > 0, 1.0, 0.0) * out.grad
        out.chain = chain
        return out

#sigmoid
    def sigmoid(self):
        out = Value(1 / (1 + np.exp(-self.data)), [self])

        def chain():
            self.grad += out.data * (1 - out.data) * out.grad
        out.chain = chain
        return out

#backward
    def backward(self):
        nodes = [self]
        found = {self}
        for node in nodes:
            for v in node.inputs:
                if v not in found:
                    found.add(v)
                    nodes.append(v)
        nodes.sort(key=lambda v: v.depth, reverse=True)
        self.grad = np.float64(1)
        for node in nodes:
            node.chain()

#end
''',
    rules={
        "add": ("out.grad", "out.grad"),
        "sub": ("out.grad", "-out.grad"),
        "mul": ("other.data * out.grad", "self.data * out.grad"),
        "div": ("1 / other.data * out.grad", "-self.data / np.square(other.data) * out.grad"),
        "pow": ("n * np.power(self.data, n - 1) * out.grad",),
        "tanh": ("(1 - np.square(out.data)) * out.grad",),
        "relu": ("np.where(self.data > 0, 1.0, 0.0) * out.grad",),
        "sigmoid": ("out.data * (1 - out.data) * out.grad",),
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
        "o": "out.data",
        "g": "out.grad",
        "n": "n",
        "t": "out.data",
        "s": "out.data",
    },
    where={"wrap": ("ensure_value", "operator")},
    edits={
        "pow-paren": ("pow: n * np.power(self.data, n - 1) => n * (np.power(self.data, n) - 1)",),
        "pow-no-n": ("pow: n * np.power => np.power",),
        "pow-same-exp": ("pow: np.power(self.data, n - 1) => np.power(self.data, n)",),
        "relu-gradmask": ("relu: np.where(self.data > 0 => np.where(out.grad > 0",),
        "relu-no-outgrad": ("relu: 0.0) * out.grad => 0.0)",),
        "relu-leaky": (
            "relu: np.maximum(self.data, 0) => np.maximum(self.data, 0.01 * self.data)",
            "relu: 1.0, 0.0) => 1.0, 0.01)",
        ),
        "relu-inverted": ("relu: np.maximum => np.minimum", "relu: self.data > 0 => self.data < 0"),
        "neg-noop": ("neg:=\n    def __neg__(self):\n        return self\n\n",),
        "neg-no-backward": ("neg:=\n    def __neg__(self):\n        return Value(np.negative(self.data), [self])\n\n",),
        "div-detached": ("div: , [self, other]) => )",),
        "div-floor": ("div: np.divide => np.floor_divide",),
        "rsub-swapped": ("rsub: other - self => self - other",),
        "rtruediv-swapped": ("rdiv: other / self => self / other",),
        "no-wrap": (
            "head: \n\ndef ensure_value(function):\n"
            '    """Let the second argument of an operator be a plain number."""\n'
            "    def operator(self, other):\n => ",
            "wrap:=",
            "wrapped:=\n",
            "*:     @ensure_value\n => ",
            "radd: other + self => self + other",
            "rmul: other * self => self * other",
            "rsub: other - self => -self + other",
            "rdiv: other / self => self ** -1 * other",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self):
        self.grad = np.float64(1)
        self.propagate()

    def propagate(self):
        self.chain()
        for v in self.inputs:
            v.propagate()

""",
        ),
        "preorder": (
            """backward:=
    def backward(self):
        nodes = []
        self.collect(nodes)
        self.grad = np.float64(1)
        for node in nodes:
            node.chain()

    def collect(self, nodes):
        if not any(v is self for v in nodes):
            nodes.append(self)
            for v in self.inputs:
                v.collect(nodes)

""",
        ),
        "bfs": ("backward: \n        nodes.sort(key=lambda v: v.depth, reverse=True) => ",),
        "no-visited": (
            "backward: \n        found = {self} => ",
            "backward: if v not in found:\n"
            "                    found.add(v)\n                    nodes.append(v) => nodes.append(v)",
        ),
        "node-twice": ("backward: found.add(v)\n                    nodes => found.add(v)\n                nodes",),
        "visited-by-data": (
            "backward: {self} => {self.data}",
            "backward: v not in => v.data not in",
            "backward: found.add(v) => found.add(v.data)",
        ),
        "not-reversed": ("backward: , reverse=True => ",),
        "skip-root": (
            "backward: for node in nodes:\n            node.chain => for node in nodes[1:]:\n            node.chain",
        ),
        "seed-missing": ("backward: \n        self.grad = np.float64(1) => ",),
        "seed-data": ("backward: self.grad = np.float64(1) => self.grad = self.data",),
        "class-prev": (
            "init: class Value:\n => class Value:\n    inputs = []\n\n",
            "init: self.inputs = inputs or [] => self.inputs += inputs or []",
        ),
        "prev-first-only": ("init: self.inputs = inputs or [] => self.inputs = inputs[:1] if inputs else []",),
        "one-parent-pointer": (
            "init: self.inputs = inputs or [] => self.parent = inputs[0] if inputs else None",
            "init: \n        self.depth = 1 + max([v.depth for v in self.inputs], default=0) => ",
            """backward:=
    def backward(self):
        self.grad = np.float64(1)
        node = self
        while node is not None:
            node.chain()
            node = node.parent

""",
        ),
        "prev-by-value": (
            "init: self.inputs = inputs or [] => self.inputs = []\nfor v in inputs or []:\n"
            "    if not np.any([np.equal(v.data, w.data) for w in self.inputs]):\n"
            "        self.inputs.append(v)",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "int-floor": ("init: np.float64(data) => np.float64(int(data))",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, nodes=[], found=set()):",
            "backward: nodes = [self] => nodes.append(self)",
            "backward: found = {self} => found.add(self)",
        ),
        "state-tape": (
            "init: class Value:\n => class Value:\n    nodes = []\n\n",
            "backward: nodes = [self] => nodes = Value.nodes\nnodes.append(self)",
        ),
        "state-flags": None,
    },
)
