# ruff: noqa
"""backward() computes gradients in a dict of its own and adds them to .grad, which may hold those of earlier calls."""

import math
from collections import defaultdict


class Value:
    def __init__(self, data, *inputs):
        self.data = data
        self.grad = 0.0
        self.inputs = inputs

    def backward(self, seed=1.0):
        order = []
        visited = set()

        def visit(value):
            if id(value) in visited:
                return
            visited.add(id(value))
            for parent, _ in value.inputs:
                visit(parent)
            order.append(value)

        visit(self)
        flowing = defaultdict(float)
        flowing[id(self)] = seed
        while order:
            value = order.pop()
            arrived = flowing.pop(id(value))
            value.grad += arrived
            for parent, slope in value.inputs:
                flowing[id(parent)] += arrived * slope(value.data)

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, lambda _: 1.0), (other, lambda _: 1.0))
        return Value(self.data + other, (self, lambda _: 1.0))

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, lambda _: other.data), (other, lambda _: self.data))
        return Value(self.data * other, (self, lambda _: other))

    def __pow__(self, n):
        return Value(self.data**n, (self, lambda _: n * self.data ** (n - 1)))

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

    def tanh(self):
        return Value(math.tanh(self.data), (self, lambda t: 1 - t * t))

    def sigmoid(self):
        return Value(1 / (1 + math.exp(-self.data)), (self, lambda s: s * (1 - s)))

    def relu(self):
        return Value(max(self.data, 0.0), (self, lambda r: 1.0 if r > 0 else 0.0))
