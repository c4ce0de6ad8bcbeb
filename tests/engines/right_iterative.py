# ruff: noqa
"""Topological order with a stack of its own instead of recursion, and formulas that never overflow."""

import math


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self._parents = parents
        self._backward = None

    @staticmethod
    def _of(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value._of(other)
        out = Value(self.data + other.data, (self, other))

        def back(g):
            self.grad += g
            other.grad += g

        out._backward = back
        return out

    def __mul__(self, other):
        other = Value._of(other)
        out = Value(self.data * other.data, (self, other))

        def back(g):
            self.grad += g * other.data
            other.grad += g * self.data

        out._backward = back
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self,))

        def back(g):
            if n != 0:
                self.grad += g * n * self.data ** (n - 1)

        out._backward = back
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))

        def back(g):
            self.grad += g * (1 - out.data**2)

        out._backward = back
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))

        def back(g):
            if out.data > 0:
                self.grad += g

        out._backward = back
        return out

    def sigmoid(self):
        x = self.data
        if x >= 0:
            s = 1 / (1 + math.exp(-x))
        else:
            s = math.exp(x) / (1 + math.exp(x))
        out = Value(s, (self,))

        def back(g):
            self.grad += g * s * (1 - s)

        out._backward = back
        return out

    def backward(self):
        order = []
        seen = {self}
        stack = [(self, iter(self._parents))]
        while stack:
            node, parents = stack[-1]
            for parent in parents:
                if parent not in seen:
                    seen.add(parent)
                    stack.append((parent, iter(parent._parents)))
                    break
            else:
                order.append(node)
                stack.pop()
        self.grad = 1.0
        for node in reversed(order):
            if node._backward is not None:
                node._backward(node.grad)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * Value._of(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value._of(other) + -self

    def __rtruediv__(self, other):
        return Value._of(other) * self**-1

    def __repr__(self):
        return f"Value({self.data})"
