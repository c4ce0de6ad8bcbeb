# ruff: noqa
"""__slots__, parents as a list, and relu'(0) = 1."""

import math


class Value:
    __slots__ = ["data", "grad", "parents", "pull"]

    def __init__(self, data, parents=None):
        self.data = data
        self.grad = 0.0
        self.parents = parents or []
        self.pull = None

    def __add__(self, other):
        other = wrap(other)
        out = Value(self.data + other.data, [self, other])
        out.pull = lambda g: [g, g]
        return out

    def __mul__(self, other):
        other = wrap(other)
        out = Value(self.data * other.data, [self, other])
        out.pull = lambda g: [g * other.data, g * self.data]
        return out

    def __pow__(self, n):
        out = Value(self.data**n, [self])
        out.pull = lambda g: [g * n * self.data ** (n - 1)]
        return out

    def tanh(self):
        e = math.exp(-2 * abs(self.data))
        t = math.copysign((1 - e) / (1 + e), self.data)
        out = Value(t, [self])
        out.pull = lambda g: [g * (1 + t) * (1 - t)]
        return out

    def relu(self):
        out = Value(self.data * (self.data >= 0), [self])
        out.pull = lambda g: [g if self.data >= 0 else 0.0]
        return out

    def sigmoid(self):
        e = math.exp(-self.data)
        out = Value(1 / (1 + e), [self])
        out.pull = lambda g: [g * e / (1 + e) ** 2]
        return out

    def backward(self):
        topo = []
        visited = set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v.parents:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in topo[::-1]:
            if v.pull:
                for p, g in zip(v.parents, v.pull(v.grad)):
                    p.grad += g

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-1) * wrap(other)

    def __truediv__(self, other):
        return self * wrap(other) ** -1

    def __radd__(self, other):
        return wrap(other) + self

    def __rsub__(self, other):
        return wrap(other) - self

    def __rmul__(self, other):
        return wrap(other) * self

    def __rtruediv__(self, other):
        return wrap(other) / self


def wrap(x):
    return x if isinstance(x, Value) else Value(x)
