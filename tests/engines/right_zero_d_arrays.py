# ruff: noqa
"""0-d numpy arrays inside; gradients are added in place."""

import numpy as np


class Value:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = list(parents)
        self.vjp = None

    @staticmethod
    def ensure(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value.ensure(other)
        out = Value(np.add(self.data, other.data), [self, other])
        out.vjp = lambda g: (g, g)
        return out

    def __sub__(self, other):
        other = Value.ensure(other)
        out = Value(np.subtract(self.data, other.data), [self, other])
        out.vjp = lambda g: (g, np.negative(g))
        return out

    def __mul__(self, other):
        other = Value.ensure(other)
        out = Value(np.multiply(self.data, other.data), [self, other])
        out.vjp = lambda g: (g * other.data, g * self.data)
        return out

    def __truediv__(self, other):
        other = Value.ensure(other)
        out = Value(np.divide(self.data, other.data), [self, other])
        out.vjp = lambda g: (g / other.data, -g * self.data / np.square(other.data))
        return out

    def __pow__(self, n):
        out = Value(self.data**n, [self])
        out.vjp = lambda g: (g * n * self.data ** (n - 1),)
        return out

    def __neg__(self):
        return 0 - self

    def __radd__(self, other):
        return Value.ensure(other) + self

    def __rsub__(self, other):
        return Value.ensure(other) - self

    def __rmul__(self, other):
        return Value.ensure(other) * self

    def __rtruediv__(self, other):
        return Value.ensure(other) / self

    def tanh(self):
        out = Value(np.tanh(self.data), [self])
        out.vjp = lambda g: (g * (1 - np.square(out.data)),)
        return out

    def relu(self):
        out = Value(np.where(self.data > 0, self.data, 0.0), [self])
        out.vjp = lambda g: (np.where(self.data > 0, g, 0.0),)
        return out

    def sigmoid(self):
        out = Value(np.reciprocal(1 + np.exp(-self.data)), [self])
        out.vjp = lambda g: (g * out.data * (1 - out.data),)
        return out

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack += [(parent, False) for parent in value.parents]
        self.grad = np.ones_like(self.data)
        for value in order[::-1]:
            if value.vjp is not None:
                for parent, grad in zip(value.parents, value.vjp(value.grad)):
                    parent.grad += grad
