# ruff: noqa
"""Every operation is a generator: it yields its value, sleeps, and is woken with the gradient of the result."""

import math


def _add(x, y):
    g = yield x.data + y.data
    x.grad += g
    y.grad += g
    yield


def _mul(x, y):
    g = yield x.data * y.data
    x.grad += g * y.data
    y.grad += g * x.data
    yield


def _power(x, n):
    g = yield x.data**n
    x.grad += g * n * x.data ** (n - 1)
    yield


def _tanh(x):
    t = math.tanh(x.data)
    g = yield t
    x.grad += g * (1 - t**2)
    yield


def _relu(x):
    positive = x.data > 0
    g = yield x.data if positive else 0.0
    x.grad += g if positive else 0.0
    yield


def _sigmoid(x):
    s = 1 / (1 + math.exp(-x.data))
    g = yield s
    x.grad += g * s * (1 - s)
    yield


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.parents = []
        self.sleeping = None

    @classmethod
    def run(cls, operation, *args):
        out = cls(0.0)
        out.sleeping = operation(*args)
        out.data = next(out.sleeping)
        out.parents = [arg for arg in args if isinstance(arg, cls)]
        return out

    def backward(self):
        order = []
        stack = [self]
        state = {}
        while stack:
            value = stack[-1]
            if value not in state:
                state[value] = "open"
                stack.extend(parent for parent in value.parents if parent not in state)
            else:
                stack.pop()
                if state[value] == "open":
                    state[value] = "closed"
                    order.append(value)
        self.grad = 1.0
        for value in reversed(order):
            if value.sleeping:
                value.sleeping.send(value.grad)

    def __add__(self, other):
        return Value.run(_add, self, other if isinstance(other, Value) else Value(other))

    def __mul__(self, other):
        return Value.run(_mul, self, other if isinstance(other, Value) else Value(other))

    def __pow__(self, n):
        return Value.run(_power, self, n)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self * -1 + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def tanh(self):
        return Value.run(_tanh, self)

    def relu(self):
        return Value.run(_relu, self)

    def sigmoid(self):
        return Value.run(_sigmoid, self)
