"""Generators: one walks through the graph, one for each result yields the gradients of its operands."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#shrink
def shrink(g, shape):
    """Sums g over one broadcast axis after the other."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        return shrink(g.sum(0), shape)
    axis = [n == want for n, want in zip(g.shape, shape)].index(False)
    return shrink(g.sum(axis, keepdims=True), shape)


#walk
def walk(tensor, seen):
    """Yields everything that the tensor was computed from, then the tensor."""
    if tensor not in seen:
        seen.add(tensor)
        for parent in tensor.parents:
            yield from walk(parent, seen)
        yield tensor


#init
class Tensor:
    def __init__(self, data, parents=(), gradients=None):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.parents = parents
        self.gradients = gradients

#add
    def __add__(self, other):
        def gradients(g):
            yield shrink(g, self.data.shape)
            yield shrink(g, other.data.shape)

        return Tensor(self.data + other.data, (self, other), gradients)

#neg
    def __neg__(self):
        def gradients(g):
            yield -g

        return Tensor(-self.data, (self,), gradients)

#minus
    def __sub__(self, other):
        return self + -other

#mul
    def __mul__(self, other):
        def gradients(g):
            yield shrink(g * other.data, self.data.shape)
            yield shrink(g * self.data, other.data.shape)

        return Tensor(self.data * other.data, (self, other), gradients)

#inv
    def reciprocal(self):
        def gradients(g):
            yield -g / self.data ** 2

        return Tensor(1.0 / self.data, (self,), gradients)

#over
    def __truediv__(self, other):
        return self * other.reciprocal()

#matmul
    def __matmul__(self, other):
        def gradients(g):
            yield g @ other.data.transpose()
            yield self.data.transpose() @ g

        return Tensor(self.data @ other.data, (self, other), gradients)

#sum
    def sum(self, axis=None):
        # numpy knows best what the shape would be with the axis kept
        shape = self.data.sum(axis, keepdims=True).shape

        def gradients(g):
            yield np.zeros(self.data.shape) + g.reshape(shape)

        return Tensor(self.data.sum(axis), (self,), gradients)

#mean
    def mean(self, axis=None):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) * Tensor(1.0 / n)

#relu
    def relu(self):
        positive = (self.data > 0).astype(float)

        def gradients(g):
            yield g * positive

        return Tensor(self.data * positive, (self,), gradients)

#backward
    def backward(self):
        self.grad = np.ones(self.data.shape)
        for tensor in reversed(list(walk(self, set()))):
            if tensor.gradients is not None:
                for parent, g in zip(tensor.parents, tensor.gradients(tensor.grad)):
                    parent.grad = parent.grad + g

#end
''',
    rules={
        "add": ("g", "g"),
        "neg": ("-g",),
        "mul": ("g * other.data", "g * self.data"),
        "inv": ("-g / self.data ** 2",),
        "matmul": ("g @ other.data.transpose()", "self.data.transpose() @ g"),
        "sum": ("np.zeros(self.data.shape) + g.reshape(shape)",),
        "relu": ("g * positive",),
    },
    words={
        "a": "yield shrink({}, self.data.shape)",
        "b": "yield shrink({}, other.data.shape)",
        "a!": "yield {}",
        "b!": "yield {}",
        "plain.a": "yield {}",
        "plain.b": "yield {}",
        "g": "g",
        "x": "self.data",
        "y": "other.data",
        "o": "(self.data * other.data)",
        "relu.o": "self.data * positive",
        "ones": "np.ones(self.data.shape)",
        "mean.count": "self.data.size if axis is None else self.data.shape[axis]",
    },
    nothing="np.zeros(other.data.shape)",
    edits={
        "bcast-leading-only": (
            "shrink: \n    axis = [n == want for n, want in zip(g.shape, shape)].index(False)\n"
            "    return shrink(g.sum(axis, keepdims=True), shape) => \n    return g",
        ),
        "bcast-ones-only": (
            """shrink:=
def shrink(g, shape):
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis, keepdims=True)
    return g


""",
        ),
        "bcast-keepdims-lost": ("shrink: return shrink(g.sum(axis, keepdims=True), shape) => return g.sum(axis)",),
        "bcast-leading-kept": (
            "shrink: return shrink(g.sum(0), shape) => return g.sum(tuple(range(g.ndim - len(shape))), keepdims=True)",
        ),
        "bcast-mean": ("shrink: g.sum => g.mean",),
        "bcast-total": (
            """shrink:=
def shrink(g, shape):
    return g if g.shape == shape else g.sum()


""",
        ),
        "bcast-axis-0": (
            """shrink:=
def shrink(g, shape):
    return g if g.shape == shape else g.sum(0)


""",
        ),
        "bcast-wrong-side": ("shrink: g.sum(0) => g.sum(-1)",),
        "bcast-first-row": ("shrink: g.sum(0) => g[0]",),
        "bcast-scalar-forgotten": ("shrink: if g.shape == shape: => if g.shape == shape or shape == ():",),
        "sub-plus": ("neg: yield -g => yield g",),
        "div-floor": (
            "over: return self * other.reciprocal() => quotient = self * other.reciprocal()\n"
            "quotient.data = self.data // other.data\nreturn quotient",
        ),
        "matmul-first-only": ("matmul: self.data.transpose() @ g => np.zeros(other.data.shape)",),
        "matmul-second-only": ("matmul: g @ other.data.transpose() => np.zeros(self.data.shape)",),
        "sum-axis-not-restored": (
            "sum: \n        # numpy knows best what the shape would be with the axis kept\n"
            "        shape = self.data.sum(axis, keepdims=True).shape\n => ",
            "sum: g.reshape(shape) => g",
        ),
        "sum-axis-at-end": (
            "sum: \n        # numpy knows best what the shape would be with the axis kept\n"
            "        shape = self.data.sum(axis, keepdims=True).shape\n => ",
            "sum: g.reshape(shape) => g.reshape(g.shape + (1,))",
        ),
        "sum-axis-ignored": (
            "sum: self.data.sum(axis), => self.data.sum(),",
            "sum: \n        # numpy knows best what the shape would be with the axis kept\n"
            "        shape = self.data.sum(axis, keepdims=True).shape\n => ",
            "sum: g.reshape(shape) => g",
        ),
        "sum-keepdims": (
            "sum: self.data.sum(axis), => self.data.sum(axis, keepdims=axis is not None),",
            "sum: \n        # numpy knows best what the shape would be with the axis kept\n"
            "        shape = self.data.sum(axis, keepdims=True).shape\n => ",
            "sum: g.reshape(shape) => g",
        ),
        "sum-negative-axis": (
            "sum: # numpy knows best what the shape would be with the axis kept\n"
            "        shape = self.data.sum(axis, keepdims=True).shape => "
            "shape = [1 if axis in (None, i) else n for i, n in enumerate(self.data.shape)]",
        ),
        "sum-detached": ("sum: Tensor(self.data.sum(axis), (self,), gradients) => Tensor(self.data.sum(axis))",),
        "mean-as-sum": (
            "mean: n = self.data.size if axis is None else self.data.shape[axis]\n        return => return",
            "mean: self.sum(axis) * Tensor(1.0 / n) => self.sum(axis)",
        ),
        "mean-axis-ignored": (
            "mean: self.data.size if axis is None else self.data.shape[axis] => self.data.size",
            "mean: self.sum(axis) => self.sum()",
        ),
        "mean-detached": ("mean: self.sum(axis) * Tensor(1.0 / n) => Tensor(self.data.sum(axis) / n)",),
        "relu-leaky": ("relu: (self.data > 0).astype(float) => np.where(self.data > 0, 1.0, 0.01)",),
        "relu-scalar-rule": ("relu: (self.data > 0).astype(float) => 1.0 if self.data > 0 else 0.0",),
        "relu-inverted": ("relu: g * positive => g * (1 - positive)",),
        "relu-in-place": (
            "relu: return Tensor(self.data * positive => self.data *= positive\nreturn Tensor(self.data",
        ),
        "all-assign": ("backward: parent.grad = parent.grad + g => parent.grad = g",),
        "order-naive": (
            "walk:=",
            """backward:=
    def backward(self, start=True):
        if start:
            self.grad = np.ones(self.data.shape)
        if self.gradients is not None:
            for parent, g in zip(self.parents, self.gradients(self.grad)):
                parent.grad = parent.grad + g
                parent.backward(start=False)

""",
        ),
        "order-passed-again": (
            "walk:=",
            """backward:=
    def backward(self, g=1.0):
        self.grad = self.grad + g
        if self.gradients is not None:
            for parent, part in zip(self.parents, self.gradients(self.grad)):
                parent.backward(part)

""",
        ),
        "order-preorder": (
            "walk:         yield tensor => ",
            "walk: seen.add(tensor) => seen.add(tensor)\nyield tensor",
            "backward: reversed(list(walk(self, set()))) => walk(self, set())",
        ),
        "order-bfs": (
            """walk:=
def walk(tensor, seen):
    waiting = [tensor]
    for tensor in waiting:
        if tensor not in seen:
            seen.add(tensor)
            yield tensor
            waiting.extend(tensor.parents)


""",
            "backward: reversed(list(walk(self, set()))) => walk(self, set())",
        ),
        "order-no-visited": (
            """walk:=
def walk(tensor):
    for parent in tensor.parents:
        yield from walk(parent)
    yield tensor


""",
            "backward: walk(self, set()) => walk(self)",
        ),
        "order-node-twice": ("walk:     yield tensor => yield tensor",),
        "order-by-value": (
            "walk: tensor not in seen => tensor.data.tobytes() not in seen",
            "walk: seen.add(tensor) => seen.add(tensor.data.tobytes())",
        ),
        "order-not-reversed": ("backward: reversed(list(walk(self, set()))) => walk(self, set())",),
        "order-skip-root": ("backward: reversed(list(walk(self, set()))) => list(walk(self, set()))[-2::-1]",),
        "seed-missing": ("backward: \n        self.grad = np.ones(self.data.shape) => ",),
        "seed-data": ("backward: np.ones(self.data.shape) => self.data",),
        "seed-everywhere": (
            "backward: self.grad = np.ones(self.data.shape) => for tensor in walk(self, set()):\n"
            "    tensor.grad = np.ones(tensor.data.shape)",
        ),
        "parents-first-only": ("init: self.parents = parents => self.parents = parents[:1]",),
        "parent-pointer": (
            "walk:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        tensor = self
        while tensor.parents:
            for parent, g in zip(tensor.parents, tensor.gradients(tensor.grad)):
                parent.grad = parent.grad + g
            tensor = tensor.parents[0]

""",
        ),
        "same-operand-once": (
            "backward: for parent, g in zip(tensor.parents, tensor.gradients(tensor.grad)): => "
            "parts = dict(zip(tensor.parents, tensor.gradients(tensor.grad)))\nfor parent, g in parts.items():",
        ),
        "grad-aliased": (
            "init: np.zeros(self.data.shape) => None",
            "backward: parent.grad = parent.grad + g => if parent.grad is None:\n    parent.grad = g\n"
            "else:\n    parent.grad += g",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, order=[]):\n    order.extend(walk(self, set()))",
            "backward: list(walk(self, set())) => order",
        ),
        "state-flags": (
            "init: self.gradients = gradients => self.gradients = gradients\nself.finished = False",
            "backward: for tensor in reversed => order = reversed",
            "backward: (list(walk(self, set()))): => (list(walk(self, set())))\nfor tensor in order:\n"
            "    tensor.finished = True",
            "backward: parent.grad = parent.grad + g => if not parent.finished:\n    parent.grad = parent.grad + g",
        ),
    },
)
