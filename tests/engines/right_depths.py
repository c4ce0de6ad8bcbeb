# ruff: noqa
"""Every value knows how deep it lies; the deepest go first. Operators stand in a mixin."""

import math
from functools import partial


class Operators:
    def __add__(self, other):
        return self._two(other, lambda x, y: x + y, self._d_add)

    def __mul__(self, other):
        return self._two(other, lambda x, y: x * y, self._d_mul)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other


class Value(Operators):
    def __init__(self, data, *parents):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.depth = 1 + max((parent.depth for parent in parents), default=0)
        self.rule = None

    def _two(self, other, compute, rule):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(compute(self.data, other.data), self, other)
        out.rule = partial(rule, self, other, out)
        return out

    def _one(self, data, slope):
        out = Value(data, self)
        out.rule = partial(self._d_one, self, slope, out)
        return out

    @staticmethod
    def _d_add(x, y, out):
        x.grad += out.grad
        y.grad += out.grad

    @staticmethod
    def _d_mul(x, y, out):
        x.grad += y.data * out.grad
        y.grad += x.data * out.grad

    @staticmethod
    def _d_one(x, slope, out):
        x.grad += slope * out.grad

    def __pow__(self, n):
        return self._one(self.data**n, n * self.data ** (n - 1))

    def tanh(self):
        t = math.tanh(self.data)
        return self._one(t, 1 - t * t)

    def relu(self):
        return self._one(max(self.data, 0.0), float(self.data > 0))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return self._one(s, s * (1 - s))

    def backward(self):
        layers = {}
        found = {self}
        todo = [self]
        while todo:
            value = todo.pop()
            layers.setdefault(value.depth, []).append(value)
            for parent in value.parents:
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        self.grad = 1.0
        for depth in sorted(layers, reverse=True):
            for value in layers[depth]:
                if value.rule is not None:
                    value.rule()
