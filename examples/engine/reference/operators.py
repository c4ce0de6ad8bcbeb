"""Operators on numbers, their derivatives, and functions that make functions of lists."""

import math


def mul(x, y):
    return x * y


def id(x):
    return x


def add(x, y):
    return x + y


def neg(x):
    return -x


def lt(x, y):
    return x < y


def eq(x, y):
    return x == y


def max(x, y):
    return x if x > y else y


def is_close(x, y):
    return abs(x - y) < 1e-2


def sigmoid(x):
    # exp of a large positive number overflows: each branch takes exp of a negative one.
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def relu(x):
    return x if x > 0 else 0.0


def exp(x):
    return math.exp(x)


def log(x):
    if x <= 0:
        raise ValueError(f"log of {x}: x must be positive")
    return math.log(x)


def inv(x):
    return 1 / x


def exp_back(x, d):
    return d * math.exp(x)


def log_back(x, d):
    return d / x


def inv_back(x, d):
    return -d / x**2


def relu_back(x, d):
    return d if x > 0 else 0.0


def sigmoid_back(x, d):
    s = sigmoid(x)
    return d * s * (1 - s)


def map(f):
    return lambda xs: [f(x) for x in xs]


def zip_with(f):
    return lambda xs, ys: [f(x, y) for x, y in zip(xs, ys, strict=True)]


def reduce(f, start):
    def folded(xs):
        result = start
        for x in xs:
            result = f(result, x)
        return result

    return folded
