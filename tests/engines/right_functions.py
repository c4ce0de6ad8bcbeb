# ruff: noqa
"""Plain functions at module level, assigned onto an almost empty class afterwards."""

import math


class Value:
    def __init__(self, data):
        self.data, self.grad, self.history = data, 0.0, None


def number(x):
    return x.data if isinstance(x, Value) else x


def made(data, back, *parents):
    out = Value(data)
    out.history = (back, [parent for parent in parents if isinstance(parent, Value)])
    return out


def give(x, amount):
    if isinstance(x, Value):
        x.grad += amount


def add(x, y):
    def back(g):
        give(x, g)
        give(y, g)

    return made(number(x) + number(y), back, x, y)


def sub(x, y):
    def back(g):
        give(x, g)
        give(y, -g)

    return made(number(x) - number(y), back, x, y)


def mul(x, y):
    def back(g):
        give(x, g * number(y))
        give(y, g * number(x))

    return made(number(x) * number(y), back, x, y)


def div(x, y):
    def back(g):
        give(x, g / number(y))
        give(y, -g * number(x) / number(y) ** 2)

    return made(number(x) / number(y), back, x, y)


def power(x, n):
    return made(x.data**n, lambda g: give(x, g * n * x.data ** (n - 1)), x)


def tanh(x):
    t = math.tanh(x.data)
    return made(t, lambda g: give(x, g * (1 - t * t)), x)


def relu(x):
    return made(max(x.data, 0.0), lambda g: give(x, g if x.data > 0 else 0.0), x)


def sigmoid(x):
    s = 1 / (1 + math.exp(-x.data))
    return made(s, lambda g: give(x, g * s * (1 - s)), x)


def ordered(root):
    seen, order = set(), []

    def visit(value):
        if value not in seen:
            seen.add(value)
            if value.history:
                for parent in value.history[1]:
                    visit(parent)
            order.append(value)

    visit(root)
    return reversed(order)


def backward(root):
    root.grad = 1.0
    for value in ordered(root):
        if value.history:
            value.history[0](value.grad)


Value.__add__, Value.__radd__ = add, lambda x, y: add(y, x)
Value.__sub__, Value.__rsub__ = sub, lambda x, y: sub(y, x)
Value.__mul__, Value.__rmul__ = mul, lambda x, y: mul(y, x)
Value.__truediv__, Value.__rtruediv__ = div, lambda x, y: div(y, x)
Value.__neg__ = lambda x: sub(0.0, x)
Value.__pow__ = power
Value.tanh, Value.relu, Value.sigmoid = tanh, relu, sigmoid
Value.backward = backward
