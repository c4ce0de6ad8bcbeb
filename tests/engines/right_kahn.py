# ruff: noqa
"""Kahn's algorithm: a value passes its gradient on once all its uses below the root have reported."""

import math
from collections import Counter, deque


class Value:
    def __init__(self, data, edges=()):
        self.data = data
        self.grad = 0.0
        self.edges = edges

    def _uses(self):
        uses = Counter()
        seen = {self}
        todo = [self]
        while todo:
            value = todo.pop()
            for parent, _ in value.edges:
                uses[parent] += 1
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return uses

    def backward(self):
        missing = self._uses()
        for value in missing:
            value.grad = 0.0
        self.grad = 1.0
        ready = deque([self])
        while ready:
            value = ready.popleft()
            for parent, slope in value.edges:
                parent.grad += slope * value.grad
                missing[parent] -= 1
                if missing[parent] == 0:
                    ready.append(parent)

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, n):
        slope = 0.0 if n == 0 else n * self.data ** (n - 1)
        return Value(self.data**n, ((self, slope),))

    def __neg__(self):
        return Value(-self.data, ((self, -1.0),))

    def __sub__(self, other):
        return self + -as_value(other)

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __radd__(self, other):
        return as_value(other) + self

    def __rsub__(self, other):
        return as_value(other) - self

    def __rmul__(self, other):
        return as_value(other) * self

    def __rtruediv__(self, other):
        return as_value(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, ((self, 1 - t**2),))

    def relu(self):
        return Value(self.data, ((self, 1.0),)) if self.data > 0 else Value(0.0, ((self, 0.0),))

    def sigmoid(self):
        small = math.exp(-abs(self.data))
        s = 1 / (1 + small) if self.data >= 0 else small / (1 + small)
        return Value(s, ((self, s * (1 - s)),))


def as_value(x):
    return x if isinstance(x, Value) else Value(x)
