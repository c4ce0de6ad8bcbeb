# ruff: noqa
"""Parents stored together with the local derivative: [(parent, slope)]; relu'(0) = 0.5."""

import math


class Value:
    def __init__(self, data, local=()):
        self.data = data
        self.grad = 0.0
        self.local = list(local)

    def _number(self, x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, y):
        y = self._number(y)
        return Value(self.data + y.data, [(self, 1), (y, 1)])

    def __sub__(self, y):
        y = self._number(y)
        return Value(self.data - y.data, [(self, 1), (y, -1)])

    def __mul__(self, y):
        y = self._number(y)
        return Value(self.data * y.data, [(self, y.data), (y, self.data)])

    def __truediv__(self, y):
        y = self._number(y)
        return Value(self.data / y.data, [(self, 1 / y.data), (y, -self.data / y.data**2)])

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])

    def __neg__(self):
        return Value(-self.data, [(self, -1)])

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, [(self, 1 - t * t)])

    def relu(self):
        slope = 0.5 if self.data == 0 else float(self.data > 0)
        return Value(max(0.0, self.data), [(self, slope)])

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, [(self, s * (1 - s))])

    def __radd__(self, x):
        return Value(x) + self

    def __rsub__(self, x):
        return Value(x) - self

    def __rmul__(self, x):
        return Value(x) * self

    def __rtruediv__(self, x):
        return Value(x) / self

    def backward(self):
        order = []
        seen = set()

        def visit(value):
            seen.add(value)
            for parent, _ in value.local:
                if parent not in seen:
                    visit(parent)
            order.append(value)

        visit(self)
        self.grad = 1.0
        for value in order[::-1]:
            for parent, slope in value.local:
                parent.grad += slope * value.grad
