# ruff: noqa
"""A Wengert list: the graph is rows of numbers, and a Value is only the index of its row."""

import math


class Rows:
    def __init__(self):
        self.data = []
        self.grad = []
        self.links = []

    def append(self, number, links):
        self.data.append(number)
        self.grad.append(0.0)
        self.links.append(links)
        return len(self.data) - 1


rows = Rows()


class Value:
    def __init__(self, data, links=()):
        self.row = rows.append(data, links)

    def __getattr__(self, name):
        if name in ("data", "grad"):
            return getattr(rows, name)[self.row]
        raise AttributeError(name)

    def backward(self):
        rows.grad = [0.0] * len(rows.data)
        rows.grad[self.row] = 1.0
        for row in range(self.row, -1, -1):
            for source, slope in rows.links[row]:
                rows.grad[source] += rows.grad[row] * slope

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, [(self.row, 1.0), (other.row, 1.0)])
        return Value(self.data + other, [(self.row, 1.0)])

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, [(self.row, other.data), (other.row, self.data)])
        return Value(self.data * other, [(self.row, other)])

    def __pow__(self, n):
        return Value(self.data**n, [(self.row, n * self.data ** (n - 1) if n else 0.0)])

    def __neg__(self):
        return Value(-self.data, [(self.row, -1.0)])

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, [(self.row, 1 - t * t)])

    def relu(self):
        return Value(max(self.data, 0.0), [(self.row, 1.0 if self.data > 0 else 0.0)])

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, [(self.row, s * (1 - s))])
