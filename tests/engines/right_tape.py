# ruff: noqa
"""One tape for the whole program: every operation is appended to it, and backward replays it from the end."""

from math import exp, tanh

TAPE = []


class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0

    def _record(self, data, *steps):
        out = Value(data)
        TAPE.append((out, steps))
        return out

    def __add__(self, other):
        if not isinstance(other, Value):
            return self._record(self.data + other, (self, 1.0))
        return self._record(self.data + other.data, (self, 1.0), (other, 1.0))

    __radd__ = __add__

    def __mul__(self, other):
        if not isinstance(other, Value):
            return self._record(self.data * other, (self, other))
        return self._record(self.data * other.data, (self, other.data), (other, self.data))

    __rmul__ = __mul__

    def __neg__(self):
        return self._record(-self.data, (self, -1.0))

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __pow__(self, n):
        return self._record(self.data**n, (self, n * self.data ** (n - 1) if n != 0 else 0.0))

    def __truediv__(self, other):
        return self * (other**-1 if isinstance(other, Value) else 1.0 / other)

    def __rtruediv__(self, other):
        return self**-1 * other

    def tanh(self):
        t = tanh(self.data)
        return self._record(t, (self, 1 - t * t))

    def relu(self):
        return self._record(max(0.0, self.data), (self, 1.0 if self.data > 0 else 0.0))

    def sigmoid(self):
        s = 1 / (1 + exp(-self.data))
        return self._record(s, (self, s * (1 - s)))

    def backward(self):
        for out, steps in TAPE:
            out.grad = 0.0
            for source, _ in steps:
                source.grad = 0.0
        self.grad = 1.0
        for out, steps in reversed(TAPE):
            for source, slope in steps:
                source.grad += out.grad * slope
