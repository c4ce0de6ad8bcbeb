# ruff: noqa
"""Operands are sorted out with functools.singledispatch; one rule a kind of operation."""

import math
from dataclasses import dataclass
from functools import singledispatch


class Value:
    def __init__(self, data, origin=None):
        self.data = data
        self.grad = 0.0
        self.origin = origin

    def __add__(self, other):
        other = value_of(other)
        return Value(self.data + other.data, Plus(self, other))

    def __mul__(self, other):
        other = value_of(other)
        return Value(self.data * other.data, Times(self, other))

    def __pow__(self, n):
        return Value(self.data**n, Curve(self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + value_of(other) * -1

    def __truediv__(self, other):
        return self * value_of(other) ** -1

    def __radd__(self, other):
        return value_of(other) + self

    def __rsub__(self, other):
        return value_of(other) - self

    def __rmul__(self, other):
        return value_of(other) * self

    def __rtruediv__(self, other):
        return value_of(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, Curve(self, 1 - t * t))

    def relu(self):
        return Value(abs(self.data) / 2 + self.data / 2, Curve(self, float(self.data > 0)))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, Curve(self, s * (1 - s)))

    def backward(self):
        order = []
        seen = set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for source, _ in flow(value.origin, 0.0):
                    visit(source)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for source, amount in flow(value.origin, value.grad):
                source.grad += amount


@dataclass(frozen=True)
class Plus:
    left: Value
    right: Value


@dataclass(frozen=True)
class Times:
    left: Value
    right: Value


@dataclass(frozen=True)
class Curve:
    source: Value
    slope: float


@singledispatch
def value_of(x):
    raise TypeError(f"no number: {x!r}")


@value_of.register(int)
@value_of.register(float)
def _(x):
    return Value(x)


@value_of.register(Value)
def _(x):
    return x


@singledispatch
def flow(origin, grad):
    """What flows back to each source; a leaf has no origin, and nothing flows."""
    return []


@flow.register
def _(origin: Plus, grad):
    return [(origin.left, grad), (origin.right, grad)]


@flow.register
def _(origin: Times, grad):
    return [(origin.left, grad * origin.right.data), (origin.right, grad * origin.left.data)]


@flow.register
def _(origin: Curve, grad):
    return [(origin.source, grad * origin.slope)]
