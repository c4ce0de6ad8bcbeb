# ruff: noqa
"""Parents as a set, labels and a gradient that starts as the whole number 0."""

import math


class Value:
    def __init__(self, data, children=(), label=""):
        self.data = data
        self.grad = 0
        self.label = label
        self._prev = set(children)
        self._back = self._nothing

    def _nothing(self):
        pass

    def __repr__(self):
        return f"Value(data={self.data})"

    def __add__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        result = Value(self.data + other.data, {self, other}, "+")

        def back():
            for term in (self, other):
                term.grad = term.grad + result.grad

        result._back = back
        return result

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            other = Value(other)
        result = Value(self.data * other.data, {self, other}, "*")

        def back():
            self.grad = self.grad + result.grad * other.data
            other.grad = other.grad + result.grad * self.data

        result._back = back
        return result

    def __pow__(self, power):
        assert isinstance(power, (int, float)), "the exponent must be a plain number"
        result = Value(self.data**power, {self}, "**")

        def back():
            self.grad = self.grad + result.grad * power * self.data ** (power - 1)

        result._back = back
        return result

    def exp(self):
        result = Value(math.exp(self.data), {self}, "exp")

        def back():
            self.grad = self.grad + result.grad * result.data

        result._back = back
        return result

    def relu(self):
        result = Value(0 if self.data < 0 else self.data, {self}, "relu")

        def back():
            self.grad = self.grad + result.grad * (result.data > 0)

        result._back = back
        return result

    def sigmoid(self):
        return 1 / (1 + (-self).exp())

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def backward(self):
        order = []
        seen = set()

        def walk(value):
            if value not in seen:
                seen.add(value)
                for child in value._prev:
                    walk(child)
                order.append(value)

        walk(self)
        self.grad = 1
        for value in reversed(order):
            value._back()

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return other + (-self)

    def __rtruediv__(self, other):
        return other * self**-1
