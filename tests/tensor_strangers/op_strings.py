"""A string for the operation of each result, and one method that knows all the derivatives."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#reduce
def reduce_to(g, shape):
    """Sum over the axes in which numpy has repeated an array of this shape."""
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    return np.sum(g, axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


#spread
def spread(g, shape, axis):
    """The reverse of a sum over axis: repeat g."""
    if axis is None:
        return np.full(shape, g)
    return np.repeat(np.expand_dims(g, axis), shape[axis], axis=axis)


#topological
def topological(tensor, order, seen):
    if id(tensor) not in seen:
        seen.add(id(tensor))
        for arg in tensor.args:
            topological(arg, order, seen)
        order.append(tensor)
    return order


#init
class Tensor:
    def __init__(self, data, op="leaf", args=(), extra=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.op = op
        self.args = args
        self.extra = extra

#values
    def __add__(self, other):
        return Tensor(self.data + other.data, "+", (self, other))

    def __sub__(self, other):
        return Tensor(self.data - other.data, "-", (self, other))

    def __mul__(self, other):
        return Tensor(self.data * other.data, "*", (self, other))

    def __pow__(self, n):
        return Tensor(self.data ** n, "**", (self,), n)

    def __truediv__(self, other):
        return self * other ** -1

    def __matmul__(self, other):
        return Tensor(self.data @ other.data, "@", (self, other))

    def sum(self, axis=None):
        return Tensor(self.data.sum(axis=axis), "sum", (self,), axis)

    def mean(self, axis=None):
        return Tensor(self.data.mean(axis=axis), "mean", (self,), axis)

    def relu(self):
        return Tensor(np.maximum(0, self.data), "relu", (self,))

#push
    def _push(self):
        """Add to the gradients of the arguments."""
        g = self.grad
#add
        if self.op == "+":
            x, y = self.args
            x.grad += reduce_to(g, x.data.shape)
            y.grad += reduce_to(g, y.data.shape)
#sub
        elif self.op == "-":
            x, y = self.args
            x.grad += reduce_to(g, x.data.shape)
            y.grad += reduce_to(-g, y.data.shape)
#mul
        elif self.op == "*":
            x, y = self.args
            x.grad += reduce_to(g * y.data, x.data.shape)
            y.grad += reduce_to(g * x.data, y.data.shape)
#inv
        elif self.op == "**":
            x, n = self.args[0], self.extra
            x.grad += g * n * x.data ** (n - 1)
#matmul
        elif self.op == "@":
            x, y = self.args
            x.grad += g.dot(y.data.T)
            y.grad += x.data.T.dot(g)
#sum
        elif self.op == "sum":
            x = self.args[0]
            x.grad += spread(g, x.data.shape, self.extra)
#mean
        elif self.op == "mean":
            x, axis = self.args[0], self.extra
            n = x.data.size if axis is None else x.data.shape[axis]
            x.grad += spread(g, x.data.shape, axis) / n
#relu
        elif self.op == "relu":
            x = self.args[0]
            x.grad += g * (x.data > 0)

#backward
    def backward(self):
        order = topological(self, [], set())
        self.grad = np.ones_like(self.data)
        for tensor in reversed(order):
            tensor._push()

#end
''',
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * y.data", "g * x.data"),
        "inv": ("g * n * x.data ** (n - 1)",),
        "matmul": ("g.dot(y.data.T)", "x.data.T.dot(g)"),
        "sum": ("spread(g, x.data.shape, self.extra)",),
        "mean": ("spread(g, x.data.shape, axis) / n",),
        "relu": ("g * (x.data > 0)",),
    },
    words={
        "a": "x.grad += reduce_to({}, x.data.shape)",
        "b": "y.grad += reduce_to({}, y.data.shape)",
        "a=": "x.grad = reduce_to({}, x.data.shape)",
        "b=": "y.grad = reduce_to({}, y.data.shape)",
        "a!": "x.grad += {}",
        "b!": "y.grad += {}",
        "plain.a": "x.grad += {}",
        "plain.b": "y.grad += {}",
        "plain.a=": "x.grad = {}",
        "plain.b=": "y.grad = {}",
        "self": "x",
        "other": "y",
        "g": "g",
        "x": "x.data",
        "y": "y.data",
        "o": "self.data",
        "p": "x.grad",
        "q": "y.grad",
        "n": "n",
        "all": "spread(g, x.data.shape, axis)",
        "dot": "{}.dot({})",
        "mean.count": "x.data.size if axis is None else x.data.shape[axis]",
    },
    edits={
        "bcast-leading-only": (
            "reduce: g = np.sum => return np.sum",
            "reduce: \n    return np.sum(g, axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True) => ",
        ),
        "bcast-ones-only": ("reduce: \n    g = np.sum(g, axis=tuple(range(g.ndim - len(shape)))) => ",),
        "bcast-keepdims-lost": ("reduce: , keepdims=True => ",),
        "bcast-leading-kept": ("reduce: len(shape)))) => len(shape))), keepdims=True)",),
        "bcast-mean": ("reduce: np.sum => np.mean",),
        "bcast-total": (
            """reduce:=
def reduce_to(g, shape):
    if g.shape != shape:
        g = np.sum(g)
    return g


""",
        ),
        "bcast-axis-0": (
            """reduce:=
def reduce_to(g, shape):
    if g.shape != shape:
        g = np.sum(g, axis=0)
    return g


""",
        ),
        "bcast-wrong-side": ("reduce: tuple(range(g.ndim - len(shape))) => tuple(range(len(shape), g.ndim))",),
        "bcast-first-row": (
            "reduce: g = np.sum(g, axis=tuple(range(g.ndim - len(shape)))) => "
            "while g.ndim > len(shape):\n        g = g[0]",
        ),
        "bcast-scalar-forgotten": ("reduce: g = np.sum => if shape == ():\n    return g\ng = np.sum",),
        "add-in-place": (
            'values: return Tensor(self.data + other.data, "+" => '
            'self.data += other.data\nreturn Tensor(self.data, "+"',
        ),
        "div-sign": ("inv: g * n * x.data ** (n - 1) => g * x.data ** (n - 1)",),
        "div-no-square": ("inv: x.data ** (n - 1) => x.data ** n",),
        "div-no-upstream": ("inv: g * n => n",),
        "div-floor": ('values: self * other ** -1 => Tensor(self.data // other.data, "/", (self, other))',),
        "sum-axis-not-restored": ("sum: spread(g, x.data.shape, self.extra) => g",),
        "sum-axis-at-end": ("sum: spread(g, x.data.shape, self.extra) => np.expand_dims(g, -1)",),
        "sum-axis-ignored": ("values: self.data.sum(axis=axis) => self.data.sum()", "sum: , self.extra => , None"),
        "sum-keepdims": (
            "values: self.data.sum(axis=axis) => self.data.sum(axis=axis, keepdims=axis is not None)",
            "sum: spread(g, x.data.shape, self.extra) => g",
        ),
        "sum-negative-axis": (
            "sum: spread(g, x.data.shape, self.extra) => "
            "g if self.extra is None else "
            "g.reshape([1 if i == self.extra else n for i, n in enumerate(x.data.shape)])",
        ),
        "sum-detached": ('values: , "sum", (self,), axis => ',),
        "mean-as-sum": ("values: self.data.mean => self.data.sum", "mean: ) / n => )"),
        "mean-axis-not-restored": ("mean: spread(g, x.data.shape, axis) / n => g / n",),
        "mean-axis-ignored": (
            "values: self.data.mean(axis=axis) => self.data.mean()",
            "mean: x.data.size if axis is None else x.data.shape[axis] => x.data.size",
            "mean: , axis) / n => , None) / n",
        ),
        "mean-keepdims": (
            "values: self.data.mean(axis=axis) => self.data.mean(axis=axis, keepdims=axis is not None)",
            "mean: spread(g, x.data.shape, axis) / n => g / n",
        ),
        "mean-detached": ('values: , "mean", (self,), axis => ',),
        "relu-leaky": (
            "values: np.maximum(0, self.data) => np.where(self.data > 0, self.data, 0.01 * self.data)",
            "relu: (x.data > 0) => np.where(x.data > 0, 1, 0.01)",
        ),
        "relu-in-place": (
            'values: return Tensor(np.maximum(0, self.data), "relu" => '
            'self.data[self.data < 0] = 0\nreturn Tensor(self.data, "relu"',
        ),
        "relu-scalar-rule": ("relu: g * (x.data > 0) => g if x.data > 0 else 0",),
        "order-naive": (
            "topological:=",
            """backward:=
    def backward(self, first=True):
        if first:
            self.grad = np.ones_like(self.data)
        self._push()
        for arg in self.args:
            arg.backward(first=False)

""",
        ),
        "order-preorder": (
            "topological: \n        order.append(tensor) => ",
            "topological: seen.add(id(tensor)) => seen.add(id(tensor))\norder.append(tensor)",
            "backward: reversed(order) => order",
        ),
        "order-bfs": (
            """topological:=
def topological(tensor, order, seen):
    queue = [tensor]
    while queue:
        tensor = queue.pop(0)
        if id(tensor) not in seen:
            seen.add(id(tensor))
            order.append(tensor)
            queue += tensor.args
    return order


""",
            "backward: reversed(order) => order",
        ),
        "order-no-visited": (
            """topological:=
def topological(tensor, order):
    for arg in tensor.args:
        topological(arg, order)
    order.append(tensor)
    return order


""",
            "backward: topological(self, [], set()) => topological(self, [])",
        ),
        "order-node-twice": ("topological:     order.append(tensor) => order.append(tensor)",),
        "order-by-value": ("topological: id(tensor) => tensor.data.tobytes()",),
        "order-not-reversed": ("backward: reversed(order) => order",),
        "order-skip-root": ("backward: reversed(order) => reversed(order[:-1])",),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: np.ones_like(self.data) => self.data.copy()",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => "
            "for tensor in order:\n    tensor.grad = np.ones_like(tensor.data)",
        ),
        "parents-first-only": ("topological: in tensor.args => in tensor.args[:1]",),
        "parent-pointer": (
            "topological:=",
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        tensor = self
        while tensor.args:
            tensor._push()
            tensor = tensor.args[0]

""",
        ),
        "grad-starts-scalar": None,
        "data-int": ("init: dtype=float => dtype=int",),
        "state-default-arg": (
            "topological: order, seen): => order=[], seen=set()):",
            "topological: topological(arg, order, seen) => topological(arg)",
            "backward: topological(self, [], set()) => topological(self)",
        ),
        "state-flags": None,
    },
)
