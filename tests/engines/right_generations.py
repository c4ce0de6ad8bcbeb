# ruff: noqa
"""Generation numbers and a heap, as in Chainer: the youngest function goes first."""

import heapq
import math


class Function:
    def __init__(self, inputs, slopes):
        self.inputs = inputs
        self.slopes = slopes
        self.generation = max(value.generation for value in inputs)
        self.output = None


class Value:
    def __init__(self, data, creator=None):
        self.data = data
        self.grad = None
        self.creator = creator
        self.generation = 0
        if creator is not None:
            creator.output = self
            self.generation = creator.generation + 1

    def backward(self):
        self.grad = 1.0
        heap = []
        seen = set()

        def schedule(function):
            if function is not None and function not in seen:
                seen.add(function)
                heapq.heappush(heap, (-function.generation, len(seen), function))

        schedule(self.creator)
        while heap:
            function = heapq.heappop(heap)[2]
            grad = function.output.grad
            for value, slope in zip(function.inputs, function.slopes):
                value.grad = slope * grad if value.grad is None else value.grad + slope * grad
                schedule(value.creator)

    def __add__(self, other):
        other = to_value(other)
        return Value(self.data + other.data, Function((self, other), (1.0, 1.0)))

    def __sub__(self, other):
        other = to_value(other)
        return Value(self.data - other.data, Function((self, other), (1.0, -1.0)))

    def __mul__(self, other):
        other = to_value(other)
        return Value(self.data * other.data, Function((self, other), (other.data, self.data)))

    def __truediv__(self, other):
        other = to_value(other)
        slopes = (1 / other.data, -self.data / other.data**2)
        return Value(self.data / other.data, Function((self, other), slopes))

    def __pow__(self, n):
        return Value(self.data**n, Function((self,), (n * self.data ** (n - 1),)))

    def __neg__(self):
        return Value(-self.data, Function((self,), (-1.0,)))

    def __radd__(self, other):
        return to_value(other) + self

    def __rsub__(self, other):
        return to_value(other) - self

    def __rmul__(self, other):
        return to_value(other) * self

    def __rtruediv__(self, other):
        return to_value(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, Function((self,), (1 - t * t,)))

    def relu(self):
        return Value(max(self.data, 0.0), Function((self,), (1.0 if self.data > 0 else 0.0,)))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, Function((self,), (s * (1 - s),)))


def to_value(x):
    return x if isinstance(x, Value) else Value(x)
