# ruff: noqa
"""backward() first sets the gradients of all values to 0, so that it can be called again."""

import math


class Value:
    def __init__(self, data, parents=(), rule=None):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.rule = rule

    def sorted_values(self):
        ordered = []
        done = set()

        def add(value):
            if value in done:
                return
            done.add(value)
            for parent in value.parents:
                add(parent)
            ordered.insert(0, value)

        add(self)
        return ordered

    def zero_grad(self):
        for value in self.sorted_values():
            value.grad = 0.0

    def backward(self):
        self.zero_grad()
        self.grad += 1.0
        for value in self.sorted_values():
            if value.rule:
                value.rule(value.grad)

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)

        def rule(grad):
            self.grad += grad
            other.grad += grad

        return Value(self.data + other.data, (self, other), rule)

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)

        def rule(grad):
            self.grad += grad * other.data
            other.grad += grad * self.data

        return Value(self.data * other.data, (self, other), rule)

    def reciprocal(self):
        def rule(grad):
            self.grad -= grad / self.data**2

        return Value(1 / self.data, (self,), rule)

    def __pow__(self, n):
        def rule(grad):
            self.grad += grad * n * self.data ** (n - 1)

        return Value(self.data**n, (self,), rule)

    def __neg__(self):
        def rule(grad):
            self.grad -= grad

        return Value(-self.data, (self,), rule)

    def tanh(self):
        def rule(grad):
            self.grad += grad * (1 - math.tanh(self.data) ** 2)

        return Value(math.tanh(self.data), (self,), rule)

    def sigmoid(self):
        def s(x):
            return 1 / (1 + math.exp(-x))

        def rule(grad):
            self.grad += grad * s(self.data) * s(-self.data)

        return Value(s(self.data), (self,), rule)

    def relu(self):
        def rule(grad):
            if self.data > 0:
                self.grad += grad

        return Value(self.data if self.data > 0 else 0, (self,), rule)

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other.reciprocal() if isinstance(other, Value) else self * (1 / other)

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self.reciprocal() * other
