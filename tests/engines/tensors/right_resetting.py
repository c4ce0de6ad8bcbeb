"""Gradients of everything below are set to zero before each pass; operations come from one decorator."""

import numpy as np


def operation(forward):
    def method(self, *args):
        tensors = [arg for arg in (self, *args) if isinstance(arg, Tensor)]
        rest = [arg for arg in args if not isinstance(arg, Tensor)]
        value, rules = forward(*(t.data for t in tensors), *rest)
        out = Tensor(value)
        out.sources = list(zip(tensors, rules))
        return out

    return method


def undo(g, x):
    g = np.asarray(g)
    return g.reshape((-1, *x.shape)).sum(0) if g.size == x.size else np.array(_sum(g, np.shape(x)))


def _sum(g, shape):
    missing = len(g.shape) - len(shape)
    return g.sum(tuple(i for i in range(g.ndim) if i < missing or shape[i - missing] == 1)).reshape(shape)


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.sources = []

    __add__ = operation(lambda a, b: (a + b, (lambda g: undo(g, a), lambda g: undo(g, b))))
    __sub__ = operation(lambda a, b: (a - b, (lambda g: undo(g, a), lambda g: undo(-g, b))))
    __mul__ = operation(lambda a, b: (a * b, (lambda g: undo(g * b, a), lambda g: undo(g * a, b))))
    __truediv__ = operation(lambda a, b: (a / b, (lambda g: undo(g / b, a), lambda g: undo(-g * a / b / b, b))))
    __matmul__ = operation(lambda a, b: (a @ b, (lambda g: g @ b.T, lambda g: a.T @ g)))
    _relu = operation(lambda a: (a.clip(min=0), (lambda g: g * (a > 0),)))

    def relu(self):
        return self._relu()

    @operation
    def _sum(a, axis):
        return a.sum(axis=axis), (lambda g: (g if axis is None else np.expand_dims(g, axis)) * np.ones_like(a),)

    def sum(self, axis=None):
        return self._sum(axis)

    def mean(self, axis=None):
        summed = self.sum(axis=axis)
        return summed / Tensor(np.full(summed.data.shape, self.data.size / summed.data.size))

    def _below(self, seen):
        if self not in seen:
            for source, _ in self.sources:
                source._below(seen)
            seen[self] = True
        return seen

    def backward(self):
        order = list(self._below({}))
        for t in order:
            t.grad = np.zeros_like(t.data)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            for source, rule in t.sources:
                source.grad = source.grad + rule(t.grad)
