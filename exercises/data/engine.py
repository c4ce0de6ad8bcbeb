"""A scalar autograd engine, right as far as its exercise asks: what uses an engine is judged on it where a student's own
has a known mistake."""

import math


class Value:
    """A number, `data`, and the derivative of the last output with respect to it, `grad`."""

    def __init__(self, data, operands=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self._operands = operands
        self._slopes = slopes

    def __add__(self, other):
        other = _wrapped(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = _wrapped(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        slope = n * self.data ** (n - 1) if n else 0.0
        return Value(self.data**n, (self,), (slope,))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        return self + -_wrapped(other)

    def __truediv__(self, other):
        other = _wrapped(other)
        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2))

    def __radd__(self, other):
        return _wrapped(other) + self

    def __rmul__(self, other):
        return _wrapped(other) * self

    def __rsub__(self, other):
        return _wrapped(other) - self

    def __rtruediv__(self, other):
        return _wrapped(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, (self,), (1.0 if self.data > 0 else 0.0,))

    def sigmoid(self):
        e = math.exp(-abs(self.data))
        s = 1 / (1 + e) if self.data >= 0 else e / (1 + e)
        return Value(s, (self,), (s * (1 - s),))

    def backward(self):
        order, seen, stack = [], {self}, [(self, iter(self._operands))]
        while stack:
            value, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(value)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(following._operands)))
        self.grad = 1.0
        for value in reversed(order):
            for operand, slope in zip(value._operands, value._slopes):
                operand.grad += slope * value.grad

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"


def _wrapped(other):
    return other if isinstance(other, Value) else Value(other)
