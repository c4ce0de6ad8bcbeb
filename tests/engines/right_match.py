# ruff: noqa
"""Values only note what was done; one function with match gives the slopes when backward needs them."""

import math


def slopes(value):
    match (value.op, *(source.data for source in value.sources)):
        case ("+", _, _):
            return 1.0, 1.0
        case ("*", x, y):
            return y, x
        case ("/", x, y):
            return 1 / y, -x / y**2
        case (("**", n), x):
            return (n * x ** (n - 1),)
        case ("neg", _):
            return (-1.0,)
        case ("tanh", _):
            return (1 - value.data**2,)
        case ("relu", x):
            return (1.0 if x > 0 else 0.0,)
        case ("sigmoid", _):
            return (value.data * (1 - value.data),)
    return ()


class Value:
    def __init__(self, data, op=None, *sources):
        self.data = data
        self.grad = 0.0
        self.op = op
        self.sources = sources

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, "*", self, other)

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data / other.data, "/", self, other)

    def __pow__(self, n):
        return Value(self.data**n, ("**", n), self)

    def __neg__(self):
        return Value(-self.data, "neg", self)

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):
        return Value(other) + self

    def __rsub__(self, other):
        return Value(other) + (-self)

    def __rmul__(self, other):
        return Value(other) * self

    def __rtruediv__(self, other):
        return Value(other) / self

    def tanh(self):
        return Value(math.tanh(self.data), "tanh", self)

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, "relu", self)

    def sigmoid(self):
        return Value(1 / (1 + math.exp(-self.data)), "sigmoid", self)

    def backward(self):
        order = []
        seen = set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for source in value.sources:
                    visit(source)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for source, slope in zip(value.sources, slopes(value)):
                source.grad += slope * value.grad
