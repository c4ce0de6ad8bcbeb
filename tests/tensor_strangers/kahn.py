"""Kahn's order by counting uses; gradients start as None and a helper function takes each contribution."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text="""
import numpy as np


#fit
def fit(g, shape):
    for axis in range(-len(shape), 0):
        if shape[axis] == 1:
            g = g.sum(axis=axis, keepdims=True)
    leading = tuple(range(g.ndim - len(shape)))
    return g.sum(axis=leading) if leading else g


#accumulate
def accumulate(tensor, g):
    g = fit(g, tensor.data.shape)
    tensor.grad = g if tensor.grad is None else tensor.grad + g


#init
class Tensor:
    def __init__(self, data, *parents):
        self.data = np.asarray(data, dtype=float)
        self.grad = None
        self._parents = parents
        self._backward = None

#add
    def __add__(self, other):
        out = Tensor(self.data + other.data, self, other)

        def backward(g):
            accumulate(self, g)
            accumulate(other, g)

        out._backward = backward
        return out

#sub
    def __sub__(self, other):
        out = Tensor(self.data - other.data, self, other)

        def backward(g):
            accumulate(self, g)
            accumulate(other, -g)

        out._backward = backward
        return out

#mul
    def __mul__(self, other):
        out = Tensor(self.data * other.data, self, other)

        def backward(g):
            accumulate(self, g * other.data)
            accumulate(other, g * self.data)

        out._backward = backward
        return out

#div
    def __truediv__(self, other):
        out = Tensor(self.data / other.data, self, other)

        def backward(g):
            accumulate(self, g / other.data)
            accumulate(other, -g * self.data / (other.data * other.data))

        out._backward = backward
        return out

#matmul
    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, self, other)

        def backward(g):
            accumulate(self, g @ other.data.T)
            accumulate(other, self.data.T @ g)

        out._backward = backward
        return out

#sum
    def sum(self, axis=None):
        out = Tensor(self.data.sum(axis=axis), self)

        def backward(g):
            if axis is not None:
                g = np.expand_dims(g, axis)
            accumulate(self, np.broadcast_to(g, self.data.shape).copy())

        out._backward = backward
        return out

#mean
    def mean(self, axis=None):
        out = Tensor(self.data.mean(axis=axis), self)
        count = self.data.size / out.data.size

        def backward(g):
            if axis is not None:
                g = np.expand_dims(g, axis)
            accumulate(self, np.broadcast_to(g, self.data.shape) / count)

        out._backward = backward
        return out

#relu
    def relu(self):
        out = Tensor(np.where(self.data < 0, 0, self.data), self)

        def backward(g):
            accumulate(self, np.where(self.data > 0, g, 0))

        out._backward = backward
        return out

#backward
    def backward(self):
        # how often is each tensor used?
        uses = {}
        stack = [self]
        while stack:
            for parent in stack.pop()._parents:
                uses[parent] = uses.get(parent, 0) + 1
                if uses[parent] == 1:
                    stack.append(parent)

        # a tensor is ready when all that use it have passed their gradients on
        self.grad = np.ones_like(self.data)
        ready = [self]
        while ready:
            tensor = ready.pop()
            if tensor._backward is not None:
                tensor._backward(tensor.grad)
            for parent in tensor._parents:
                uses[parent] -= 1
                if uses[parent] == 0:
                    ready.append(parent)

#end
""",
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * other.data", "g * self.data"),
        "div": ("g / other.data", "-g * self.data / (other.data * other.data)"),
        "matmul": ("g @ other.data.T", "self.data.T @ g"),
        "sum": ("np.broadcast_to(g, self.data.shape).copy()",),
        "mean": ("np.broadcast_to(g, self.data.shape) / count",),
        "relu": ("np.where(self.data > 0, g, 0)",),
    },
    words={
        "a": "accumulate(self, {})",
        "b": "accumulate(other, {})",
        "self": "self",
        "other": "other",
        "g": "g",
        "x": "self.data",
        "y": "other.data",
        "o": "out.data",
        "n": "count",
        "all": "np.broadcast_to(g, self.data.shape)",
        "div.v": "self.data / other.data",
        "relu.v": "np.where(self.data < 0, 0, self.data)",
        "mean.count": "self.data.size / out.data.size",
    },
    edits={
        "bcast-none": ("fit:=", "accumulate: \n    g = fit(g, tensor.data.shape) => "),
        "bcast-missing-first": None,
        "bcast-missing-second": None,
        "bcast-leading-only": (
            "fit: \n    for axis in range(-len(shape), 0):\n        if shape[axis] == 1:\n"
            "            g = g.sum(axis=axis, keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "fit: \n    leading = tuple(range(g.ndim - len(shape))) => ",
            "fit: return g.sum(axis=leading) if leading else g => return g",
        ),
        "bcast-keepdims-lost": (
            "fit: for axis in range(-len(shape), 0):\n        if shape[axis] == 1:\n"
            "            g = g.sum(axis=axis, keepdims=True)\n    leading = tuple(range(g.ndim - len(shape)))\n => "
            "leading = tuple(range(g.ndim - len(shape)))\n"
            "    leading += tuple(i for i in range(-len(shape), 0) if shape[i] == 1)\n",
        ),
        "bcast-leading-kept": ("fit: g.sum(axis=leading) => g.sum(axis=leading, keepdims=True)",),
        "bcast-mean": ("fit: g.sum => g.mean",),
        "bcast-total": (
            """fit:=
def fit(g, shape):
    if g.shape == shape:
        return g
    return np.zeros(shape) + g.sum()


""",
        ),
        "bcast-axis-0": (
            """fit:=
def fit(g, shape):
    if g.shape == shape:
        return g
    return g.sum(axis=0)


""",
        ),
        "bcast-wrong-side": ("fit: tuple(range(g.ndim - len(shape))) => tuple(range(len(shape), g.ndim))",),
        "bcast-first-row": ("fit: g.sum(axis=leading) if leading else g => g[0] if leading else g",),
        "bcast-scalar-forgotten": ("fit: for axis in => if not shape:\n    return g\nfor axis in",),
        "add-in-place": (
            "add: out = Tensor(self.data + other.data, self, other) => "
            "self.data += other.data\nout = Tensor(self.data, self, other)",
        ),
        "sum-axis-not-restored": (
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => np.expand_dims(g, -1)",),
        "sum-axis-ignored": (
            "sum: self.data.sum(axis=axis) => self.data.sum()",
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "sum-keepdims": (
            "sum: self.data.sum(axis=axis) => self.data.sum(axis=axis, keepdims=axis is not None)",
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "sum-negative-axis": (
            "sum: g = np.expand_dims(g, axis) => shape = self.data.shape\n"
            "g = g.reshape(shape[:axis] + (1,) + shape[axis + 1:])",
        ),
        "sum-detached": ("sum: self.data.sum(axis=axis), self) => self.data.sum(axis=axis))",),
        "mean-as-sum": ("mean: self.data.mean => self.data.sum", "mean: self.data.size / out.data.size => 1"),
        "mean-axis-not-restored": (
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "mean-axis-ignored": (
            "mean: self.data.mean(axis=axis) => self.data.mean()",
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "mean-keepdims": (
            "mean: self.data.mean(axis=axis) => self.data.mean(axis=axis, keepdims=axis is not None)",
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            acc => acc",
        ),
        "mean-detached": ("mean: self.data.mean(axis=axis), self) => self.data.mean(axis=axis))",),
        "relu-in-place": (
            "relu: out = Tensor(np.where(self.data < 0, 0, self.data), self) => "
            "self.data[self.data < 0] = 0\nout = Tensor(self.data, self)",
        ),
        "relu-any": (
            "relu: accumulate(self, np.where(self.data > 0, g, 0)) => if (self.data > 0).any():\n"
            "    accumulate(self, g)\nelse:\n    accumulate(self, np.zeros_like(g))",
        ),
        "all-assign": ("accumulate: g if tensor.grad is None else tensor.grad + g => g",),
        "order-naive": (
            """backward:=
    def backward(self, start=True):
        if start:
            self.grad = np.ones_like(self.data)
        if self._backward is not None:
            self._backward(self.grad)
        for parent in self._parents:
            parent.backward(start=False)

""",
        ),
        "order-preorder": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        seen = {self}
        stack = [self]
        while stack:
            tensor = stack.pop()
            if tensor._backward is not None:
                tensor._backward(tensor.grad)
            for parent in tensor._parents:
                if parent not in seen:
                    seen.add(parent)
                    stack.append(parent)

""",
        ),
        "order-bfs": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        seen = {self}
        level = [self]
        while level:
            below = []
            for tensor in level:
                if tensor._backward is not None:
                    tensor._backward(tensor.grad)
                for parent in tensor._parents:
                    if parent not in seen:
                        seen.add(parent)
                        below.append(parent)
            level = below

""",
        ),
        "order-no-visited": (
            "backward: if uses[parent] == 1:\n                    stack.append(parent) => stack.append(parent)",
        ),
        "order-by-value": (
            "backward: uses[parent] => uses[parent.data.tobytes()]",
            "backward: uses.get(parent => uses.get(parent.data.tobytes()",
        ),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: self.grad = np.ones_like(self.data) => self.grad = self.data",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => for tensor in [self, *uses]:\n"
            "    tensor.grad = np.ones_like(tensor.data)",
        ),
        "parents-first-only": ("init: self._parents = parents => self._parents = parents[:1]",),
        "parent-pointer": (
            "init: self._parents = parents => self._parent = parents[0] if parents else None",
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        tensor = self
        while tensor._parent is not None:
            tensor._backward(tensor.grad)
            tensor = tensor._parent

""",
        ),
        "grad-aliased": (
            "accumulate: tensor.grad = g if tensor.grad is None else tensor.grad + g => "
            "if tensor.grad is None:\n    tensor.grad = g\nelse:\n    tensor.grad += g",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
    },
)
