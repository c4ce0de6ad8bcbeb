"""Operations by name in one table; uses are counted, a tensor passes on its gradient when all of them have come."""

from collections import deque

import numpy as np


def sum_to(g, shape):
    ones_left = g.ndim - len(shape)
    for _ in range(ones_left):
        g = np.sum(g, 0)
    return np.asarray([[g]]).sum(axis=tuple(2 + i for i, n in enumerate(shape) if n == 1), keepdims=True)[0, 0]


def widen(g, x, axis):
    return np.repeat(np.expand_dims(g, axis), x.shape[axis], axis) if axis is not None else np.tile(g, x.shape)


FORWARD = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mat": lambda a, b: a @ b,
    "relu": lambda a: np.maximum(0, a),
    "sum": lambda a, axis: a.sum(axis),
    "mean": lambda a, axis: a.mean(axis),
}
BACKWARD = {
    "add": lambda g, a, b: (g, g),
    "sub": lambda g, a, b: (g, -g),
    "mul": lambda g, a, b: (g * b, g * a),
    "div": lambda g, a, b: (g / b, -g * a / b**2),
    "mat": lambda g, a, b: (g @ b.T, a.T @ g),
    "relu": lambda g, a: (np.heaviside(a, 1.0) * g,),
    "sum": lambda g, a, axis: (widen(g, a, axis),),
    "mean": lambda g, a, axis: (widen(g, a, axis) * g.size / a.size,),
}


class Tensor:
    def __init__(self, data, op=None, inputs=(), options=()):
        self.data, self.op, self.inputs, self.options = np.asarray(data, float), op, inputs, options
        self.grad = np.zeros_like(self.data)

    def _new(self, op, *inputs, options=()):
        return Tensor(FORWARD[op](*(t.data for t in inputs), *options), op, inputs, options)

    def __add__(self, other):
        return self._new("add", self, other)

    def __sub__(self, other):
        return self._new("sub", self, other)

    def __mul__(self, other):
        return self._new("mul", self, other)

    def __truediv__(self, other):
        return self._new("div", self, other)

    def __matmul__(self, other):
        return self._new("mat", self, other)

    def sum(self, axis=None):
        return self._new("sum", self, options=(axis,))

    def mean(self, axis=None):
        return self._new("mean", self, options=(axis,))

    def relu(self):
        return self._new("relu", self)

    def backward(self):
        uses, todo = {self: 0}, [self]
        while todo:
            for parent in todo.pop().inputs:
                if parent not in uses:
                    uses[parent] = 0
                    todo.append(parent)
                uses[parent] += 1
        self.grad = np.ones_like(self.data)
        ready = deque([self])
        while ready:
            t = ready.popleft()
            if t.op is None:
                continue
            gradients = BACKWARD[t.op](t.grad, *(p.data for p in t.inputs), *t.options)
            for parent, g in zip(t.inputs, gradients, strict=True):
                parent.grad += sum_to(np.asarray(g), parent.data.shape)
                uses[parent] -= 1
                if uses[parent] == 0:
                    ready.append(parent)
