"""A class for each operation, whose backward returns the gradients of its inputs."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text='''
"""Every operation is a Function with forward and backward; Value only remembers which one created it."""
import math


class Function:
    def __call__(self, *args):
#wrap
        self.inputs = [a if isinstance(a, Value) else Value(a) for a in args]
#call
        result = Value(self.forward(*[v.data for v in self.inputs]))
        result.creator = self
        return result


#add
class Add(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, grad):
        da = grad
        db = grad
        return da, db


#sub
class Sub(Function):
    def forward(self, a, b):
        return a - b

    def backward(self, grad):
        da = grad
        db = -grad
        return da, db


#mul
class Mul(Function):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, grad):
        da = grad * self.b
        db = grad * self.a
        return da, db


#div
class Div(Function):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a / b

    def backward(self, grad):
        da = grad / self.b
        db = -grad * self.a / (self.b * self.b)
        return da, db


#neg
class Neg(Function):
    def forward(self, a):
        return -a

    def backward(self, grad):
        return (-grad,)


#pow
class Pow(Function):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        self.a = a
        return a ** self.n

    def backward(self, grad):
        da = grad * self.n * self.a ** (self.n - 1)
        return (da,)


#tanh
class Tanh(Function):
    def forward(self, a):
        self.a = a
        self.t = math.tanh(a)
        return self.t

    def backward(self, grad):
        da = grad * (1 - self.t ** 2)
        return (da,)


#relu
class ReLU(Function):
    def forward(self, a):
        self.a = a
        self.out = a if a > 0 else 0.0
        return self.out

    def backward(self, grad):
        da = grad if self.a > 0 else 0.0
        return (da,)


#sigmoid
class Sigmoid(Function):
    def forward(self, a):
        self.a = a
        self.s = 1.0 / (1.0 + math.exp(-a))
        return self.s

    def backward(self, grad):
        da = grad * self.s * (1 - self.s)
        return (da,)


#init
class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.creator = None

#methods
    def __add__(self, other):
        return Add()(self, other)

    def __sub__(self, other):
        return Sub()(self, other)

    def __mul__(self, other):
        return Mul()(self, other)

    def __truediv__(self, other):
        return Div()(self, other)

    def __pow__(self, n):
        return Pow(n)(self)

#radd
    def __radd__(self, other):
        return Add()(other, self)

#rsub
    def __rsub__(self, other):
        return Sub()(other, self)

#rmul
    def __rmul__(self, other):
        return Mul()(other, self)

#rdiv
    def __rtruediv__(self, other):
        return Div()(other, self)

#negate
    def __neg__(self):
        return Neg()(self)

#activations
    def tanh(self):
        return Tanh()(self)

    def relu(self):
        return ReLU()(self)

    def sigmoid(self):
        return Sigmoid()(self)

#backward
    def backward(self):
        order = []
        seen = set()

        def visit(v):
            if v in seen:
                return
            seen.add(v)
            if v.creator is not None:
                for w in v.creator.inputs:
                    visit(w)
            order.append(v)

        visit(self)
        self.grad = 1.0
        for v in order[::-1]:
            if v.creator is not None:
                grads = v.creator.backward(v.grad)
                for w, g in zip(v.creator.inputs, grads):
                    w.grad += g

#end
''',
    order="{g} * {d}",
    nothing="0.0",
    rules={
        "add": ("grad", "grad"),
        "sub": ("grad", "-grad"),
        "mul": ("grad * self.b", "grad * self.a"),
        "div": ("grad / self.b", "-grad * self.a / (self.b * self.b)"),
        "pow": ("grad * self.n * self.a ** (self.n - 1)",),
        "tanh": ("grad * (1 - self.t ** 2)",),
        "relu": ("grad if self.a > 0 else 0.0",),
        "sigmoid": ("grad * self.s * (1 - self.s)",),
    },
    words={
        "a": "da = {}\n",
        "b": "db = {}\n",
        "x": "self.a",
        "y": "self.b",
        "p": "self.inputs[0].grad",
        "q": "self.inputs[1].grad",
        "o": "self.a * self.b",
        "relu.o": "self.out",
        "g": "grad",
        "n": "self.n",
        "t": "self.t",
        "s": "self.s",
        "mul.o": "(self.a * self.b)",
    },
    where={
        "wrap": ("Function", "Function.__call__", "__call__"),
        "add": ("Add", "Add.backward", "Add.forward"),
        "sub": ("Sub", "Sub.backward", "Sub.forward"),
        "mul": ("Mul", "Mul.backward", "Mul.forward"),
        "div": ("Div", "Div.backward", "Div.forward"),
        "pow": ("Pow", "Pow.backward", "Pow.forward"),
        "tanh": ("Tanh", "Tanh.backward", "Tanh.forward"),
        "relu": ("ReLU", "ReLU.backward", "ReLU.forward"),
        "sigmoid": ("Sigmoid", "Sigmoid.backward", "Sigmoid.forward"),
        "neg": ("Neg", "Neg.backward", "Neg.forward"),
    },
    edits={
        "add-aliased": ("add: db = grad\n => db = 0.0 if self.inputs[0] is self.inputs[1] else grad\n",),
        "mul-self-square": (
            "mul: return da, db => if self.inputs[0] is self.inputs[1]:\n    return da, 0.0\nreturn da, db",
        ),
        "all-assign": ("backward: w.grad += g => w.grad = g",),
        "relu-leaky": (
            "relu: else 0.0 => else 0.01 * a",
            "relu: grad if self.a > 0 else 0.01 * a => grad if self.a > 0 else 0.01 * grad",
        ),
        "relu-inverted": ("relu: a > 0 => a < 0",),
        "neg-noop": ("neg: return -a => return a", "neg: -grad => grad"),
        "neg-no-backward": ("neg:=", "negate: Neg()(self) => Value(-self.data)"),
        "div-detached": (
            "methods: return Div()(self, other) => "
            "return Value(self.data / (other.data if isinstance(other, Value) else other))",
        ),
        "div-floor": ("div: return a / b => return a // b",),
        "rsub-swapped": ("rsub: (other, self) => (self, other)",),
        "rtruediv-swapped": ("rdiv: (other, self) => (self, other)",),
        "no-wrap": ("wrap:=\n        self.inputs = args\n",),
        "recursive-naive": (
            """backward:=
    def backward(self, start=True):
        if start:
            self.grad = 1.0
        if self.creator is None:
            return
        grads = self.creator.backward(self.grad)
        for w, g in zip(self.creator.inputs, grads):
            w.grad += g
            w.backward(start=False)

""",
        ),
        "grad-passed-again": (
            """backward:=
    def backward(self, grad=1.0):
        self.grad += grad
        if self.creator is not None:
            for w, g in zip(self.creator.inputs, self.creator.backward(self.grad)):
                w.backward(g)

""",
        ),
        "preorder": (
            "backward: \n            order.append(v) => ",
            "backward: seen.add(v) => seen.add(v)\norder.append(v)",
            "backward: order[::-1] => order",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        functions = [self.creator]
        seen = {self}
        outputs = [self]
        while functions:
            f = functions.pop(0)
            out = outputs.pop(0)
            if f is None:
                continue
            for w, g in zip(f.inputs, f.backward(out.grad)):
                w.grad += g
                if w not in seen:
                    seen.add(w)
                    functions.append(w.creator)
                    outputs.append(w)

""",
        ),
        "no-visited": (
            "backward: \n        seen = set() => ",
            "backward: \n            if v in seen:\n                return\n            seen.add(v) => ",
        ),
        "node-twice": (
            "backward: if v in seen:\n                return => if v in seen:\n"
            "                order.append(v)\n                return",
        ),
        "visited-by-data": ("backward: v in seen => v.data in seen", "backward: seen.add(v) => seen.add(v.data)"),
        "not-reversed": ("backward: order[::-1] => order",),
        "skip-root": ("backward: order[::-1] => order[-2::-1]",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "head: class Function: => class Function:\n    inputs = []\n",
            "wrap: self.inputs = [ => self.inputs += [",
            "call: self.inputs]) => self.inputs[-len(args):]])",
        ),
        "prev-first-only": ("backward: for w in v.creator.inputs => for w in v.creator.inputs[:1]",),
        "one-parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        v = self
        while v.creator is not None:
            for w, g in zip(v.creator.inputs, v.creator.backward(v.grad)):
                w.grad += g
            v = v.creator.inputs[0]

""",
        ),
        "prev-by-value": (
            "backward: for w in v.creator.inputs => for w in {w.data: w for w in v.creator.inputs}.values()",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "local-by-parent": (
            "backward: for w, g in zip(v.creator.inputs, grads): => "
            "for w, g in dict(zip(v.creator.inputs, grads)).items():",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, order=[], seen=set()):",
            "backward: \n        order = [] => ",
            "backward: \n        seen = set()\n => ",
        ),
        "state-tape": (
            "init: class Value: => class Value:\n    order = []\n",
            "backward: \n        order = [] => ",
            "backward: order.append => self.order.append",
            "backward: in order => in self.order",
        ),
        "state-flags": (
            "init: self.creator = None => self.creator = None\nself.done = False",
            "backward: for v in order[::-1]: => for v in order[::-1]:\n    v.done = True",
            "backward: w.grad += g => if not w.done:\n    w.grad += g",
        ),
    },
)
