# ruff: noqa
"""Values are numbered as they are made: going back by falling number is a topological order."""

import itertools
import math

counter = itertools.count()


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.number = next(counter)
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.slopes = slopes

    def below(self):
        found = {self.number: self}
        todo = [self]
        while todo:
            for parent in todo.pop().parents:
                if parent.number not in found:
                    found[parent.number] = parent
                    todo.append(parent)
        return found

    def backward(self):
        found = self.below()
        self.grad = 1.0
        for number in sorted(found, reverse=True):
            value = found[number]
            for parent, slope in zip(value.parents, value.slopes):
                parent.grad += value.grad * slope

    @staticmethod
    def lift(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = self.lift(other)
        return Value(self.data + other.data, [self, other], [1, 1])

    def __sub__(self, other):
        other = self.lift(other)
        return Value(self.data - other.data, [self, other], [1, -1])

    def __mul__(self, other):
        other = self.lift(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __truediv__(self, other):
        other = self.lift(other)
        return Value(self.data / other.data, [self, other], [1 / other.data, -self.data / (other.data * other.data)])

    def __pow__(self, n):
        return Value(math.pow(self.data, n), [self], [n * math.pow(self.data, n - 1) if n else 0.0])

    def __neg__(self):
        return 0 - self

    def __radd__(self, other):
        return self.lift(other) + self

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rmul__(self, other):
        return self.lift(other) * self

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, [self], [1 - t * t])

    def relu(self):
        on = self.data >= 0
        return Value(self.data if on else 0.0, [self], [1.0 if on else 0.0])

    def sigmoid(self):
        s = (1 + math.tanh(self.data / 2)) / 2
        return Value(s, [self], [s * (1 - s)])
