"""Functions of the module compute everything; the class only names them, and - and / are made of others."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import math


#end
class Value:
#init
    def __init__(self, data, origin=()):
        self.data = data
        self.grad = 0.0
        self.origin = origin
        self.back = None

#operators
    def __add__(self, other): return add(self, other)
    def __sub__(self, other): return add(self, negate(other))
    def __mul__(self, other): return multiply(self, other)
    def __pow__(self, n): return power(self, n)
    def __neg__(self): return negate(self)
    def tanh(self): return tanh(self)
    def relu(self): return relu(self)
    def sigmoid(self): return sigmoid(self)
#div
    def __truediv__(self, other): return multiply(self, power(other, -1))
#radd
    def __radd__(self, other): return add(self, other)
#rsub
    def __rsub__(self, other): return add(other, negate(self))
#rmul
    def __rmul__(self, other): return multiply(self, other)
#rdiv
    def __rtruediv__(self, other): return multiply(other, power(self, -1))
#call
    def backward(self): run_backward(self)


#wrap
def constant(x):
    if isinstance(x, Value):
        return x
    return Value(float(x))


#add
def add(a, b):
    a, b = constant(a), constant(b)
    c = Value(a.data + b.data, (a, b))
    def back():
        a.grad += c.grad
        b.grad += c.grad
    c.back = back
    return c


#mul
def multiply(a, b):
    a, b = constant(a), constant(b)
    c = Value(a.data * b.data, (a, b))
    def back():
        a.grad += c.grad * b.data
        b.grad += c.grad * a.data
    c.back = back
    return c


#neg
def negate(a):
    a = constant(a)
    c = Value(-a.data, (a,))
    def back():
        a.grad -= c.grad
    c.back = back
    return c


#pow
def power(a, n):
    a = constant(a)
    c = Value(a.data ** n, (a,))
    def back():
        a.grad += c.grad * n * a.data ** (n - 1)
    c.back = back
    return c


#tanh
def tanh(a):
    c = Value(math.tanh(a.data), (a,))
    def back():
        a.grad += c.grad * (1.0 - c.data * c.data)
    c.back = back
    return c


#relu
def relu(a):
    c = Value(a.data if a.data > 0 else 0.0, (a,))
    def back():
        a.grad += c.grad if a.data > 0 else 0.0
    c.back = back
    return c


#sigmoid
def sigmoid(a):
    def squash(x):
        if x < 0:
            return 1.0 - squash(-x)
        return 1.0 / (1.0 + math.exp(-x))
    c = Value(squash(a.data), (a,))
    def back():
        a.grad += c.grad * c.data * (1.0 - c.data)
    c.back = back
    return c


#order
def sort_values(value, done, out):
    """Depth first; the values end up in `out`, the last one first."""
    if value in done:
        return
    done.append(value)
    for v in value.origin:
        sort_values(v, done, out)
    out.insert(0, value)


#backward
def run_backward(value):
    out = []
    sort_values(value, [], out)
    value.grad = 1.0
    for v in out:
        if v.back is not None:
            v.back()
''',
    order="{g} * {d}",
    rules={
        "add": ("c.grad", "c.grad"),
        "mul": ("c.grad * b.data", "c.grad * a.data"),
        "pow": ("c.grad * n * a.data ** (n - 1)",),
        "tanh": ("c.grad * (1.0 - c.data * c.data)",),
        "relu": ("c.grad if a.data > 0 else 0.0",),
        "sigmoid": ("c.grad * c.data * (1.0 - c.data)",),
    },
    words={
        "a": "a.grad += {}",
        "a=": "a.grad = {}",
        "b": "b.grad += {}",
        "b=": "b.grad = {}",
        "self": "a",
        "other": "b",
        "x": "a.data",
        "y": "b.data",
        "p": "a.grad",
        "q": "b.grad",
        "o": "c.data",
        "g": "c.grad",
        "n": "n",
        "t": "c.data",
        "s": "c.data",
    },
    where={
        "wrap": ("constant",),
        "add": ("add",),
        "mul": ("multiply",),
        "neg": ("negate",),
        "pow": ("power",),
        "tanh": ("tanh",),
        "relu": ("relu",),
        "sigmoid": ("sigmoid",),
        "order": ("sort_values",),
        "backward": ("run_backward",),
    },
    edits={
        "relu-leaky": (
            "relu: a.data if a.data > 0 else 0.0 => a.data if a.data > 0 else 0.01 * a.data",
            "relu: c.grad if a.data > 0 else 0.0 => c.grad if a.data > 0 else 0.01 * c.grad",
        ),
        "relu-inverted": ("relu: a.data > 0 => a.data < 0",),
        "neg-noop": ("operators: return negate(self) => return self",),
        "neg-no-backward": ("neg: \n    def back():\n        a.grad -= c.grad\n    c.back = back => ",),
        "div-detached": (
            "div: return multiply(self, power(other, -1)) => return constant(self.data / constant(other).data)",
        ),
        "rsub-swapped": ("rsub: add(other, negate(self)) => add(self, negate(other))",),
        "rtruediv-swapped": ("rdiv: multiply(other, power(self, -1)) => multiply(self, power(other, -1))",),
        "no-wrap": (
            "add,mul: \n    a, b = constant(a), constant(b) => ",
            "neg,pow: \n    a = constant(a) => ",
            "wrap:=",
        ),
        "recursive-naive": (
            "order:=",
            """backward:=
def run_backward(value, seed=1.0):
    if seed is not None:
        value.grad = seed
    if value.back is not None:
        value.back()
    for v in value.origin:
        run_backward(v, None)
""",
        ),
        "preorder": (
            "order: \n    out.insert(0, value) => ",
            "order: done.append(value) => done.append(value)\nout.append(value)",
        ),
        "bfs": (
            "order:=",
            """backward:=
def run_backward(value):
    value.grad = 1.0
    waiting = [value]
    done = []
    while waiting:
        v = waiting.pop(0)
        if v in done:
            continue
        done.append(v)
        if v.back is not None:
            v.back()
        waiting.extend(v.origin)
""",
        ),
        "no-visited": (
            "order: \n    if value in done:\n        return\n    done.append(value) => ",
            "order: done,  => ",
            "backward: [],  => ",
        ),
        "node-twice": (
            "order: if value in done:\n        return => if value in done:\n        out.insert(0, value)\n"
            "        return",
        ),
        "visited-by-data": (
            "order: value in done => value.data in done",
            "order: done.append(value) => done.append(value.data)",
        ),
        "not-reversed": ("order: out.insert(0, value) => out.append(value)",),
        "skip-root": ("backward: in out: => in out[1:]:",),
        "seed-missing": ("backward: \n    value.grad = 1.0 => ",),
        "seed-data": ("backward: value.grad = 1.0 => value.grad = value.data",),
        "class-prev": (
            "end: class Value:\n => class Value:\n    origin = []\n\n",
            "init: self.origin = origin => self.origin.extend(origin)",
        ),
        "prev-first-only": ("add,mul: , (a, b)) => , (a,))",),
        "one-parent-pointer": (
            "init: origin=() => parent=None",
            "init: self.origin = origin => self.parent = parent",
            "add,mul: (a, b)) => a)",
            "neg,pow,tanh,relu,sigmoid: (a,)) => a)",
            "order:=",
            """backward:=
def run_backward(value):
    value.grad = 1.0
    while value.parent is not None:
        value.back()
        value = value.parent
""",
        ),
        "prev-by-value": ("add,mul: , (a, b)) => , (a, b) if a.data != b.data else (a,))",),
        "eq-by-value": (
            "operators+=    def __eq__(self, other): return self.data == constant(other).data\n"
            "    def __hash__(self): return hash(self.data)\n",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "order: done, out): => done=[], out=[]):",
            "order: sort_values(v, done, out) => sort_values(v)",
            "order: return => return out",
            "order: out.insert(0, value) => out.insert(0, value)\nreturn out",
            "backward: \n    out = []\n => \n",
            "backward: sort_values(value, [], out) => out = sort_values(value)",
        ),
        "state-tape": (
            "end: class Value: => out = []\n\n\nclass Value:",
            "order: , done, out) => , done)",
            "backward: \n    out = []\n => \n",
            "backward: , [], out) => , [])",
        ),
        "state-flags": None,
    },
)
