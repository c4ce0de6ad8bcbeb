# ruff: noqa
"""data and grad are properties; the class wraps a node of another class that does the work."""

import math


class _Node:
    def __init__(self, number, sources=(), weights=()):
        self.number = number
        self.adjoint = 0.0
        self.sources = sources
        self.weights = weights

    def order(self, seen=None):
        seen = set() if seen is None else seen
        if self not in seen:
            seen.add(self)
            for source in self.sources:
                yield from source.order(seen)
            yield self


class Value:
    def __init__(self, data):
        self._node = data if isinstance(data, _Node) else _Node(data)

    @property
    def data(self):
        return self._node.number

    @data.setter
    def data(self, number):
        self._node.number = number

    @property
    def grad(self):
        return self._node.adjoint

    @grad.setter
    def grad(self, adjoint):
        self._node.adjoint = adjoint

    def _binary(self, other, rule):
        left = self._node
        right = other._node if isinstance(other, Value) else _Node(other)
        number, *weights = rule(left.number, right.number)
        return Value(_Node(number, [left, right], weights))

    def _unary(self, number, weight):
        return Value(_Node(number, [self._node], [weight]))

    def __add__(self, other):
        return self._binary(other, lambda x, y: (x + y, 1.0, 1.0))

    def __sub__(self, other):
        return self._binary(other, lambda x, y: (x - y, 1.0, -1.0))

    def __rsub__(self, other):
        return self._binary(other, lambda x, y: (y - x, -1.0, 1.0))

    def __mul__(self, other):
        return self._binary(other, lambda x, y: (x * y, y, x))

    def __truediv__(self, other):
        return self._binary(other, lambda x, y: (x / y, 1 / y, -x / y**2))

    def __rtruediv__(self, other):
        return self._binary(other, lambda x, y: (y / x, -y / x**2, 1 / x))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self._unary(-self.data, -1.0)

    def __pow__(self, n):
        return self._unary(self.data**n, n * self.data ** (n - 1))

    def tanh(self):
        return self._unary(math.tanh(self.data), 1 - math.tanh(self.data) ** 2)

    def relu(self):
        return self._unary(self.data, 1.0) if self.data > 0 else self._unary(0.0, 0.0)

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return self._unary(s, s * (1 - s))

    def backward(self):
        order = list(self._node.order())
        self._node.adjoint = 1.0
        for node in reversed(order):
            for source, weight in zip(node.sources, node.weights):
                source.adjoint += weight * node.adjoint
