# ruff: noqa
"""Every operation is a class with forward and backward, as in PyTorch's autograd.Function."""

import math


class Operation:
    def __init__(self, *inputs):
        self.inputs = inputs
        self.saved = ()

    def save(self, *things):
        self.saved = things

    @classmethod
    def apply(cls, *inputs, **settings):
        operation = cls(*inputs)
        result = operation.forward(*[value.data for value in inputs], **settings)
        return Value(result, operation)


class Add(Operation):
    def forward(self, x, y):
        return x + y

    def backward(self, grad):
        return grad, grad


class Sub(Operation):
    def forward(self, x, y):
        return x - y

    def backward(self, grad):
        return grad, -grad


class Mul(Operation):
    def forward(self, x, y):
        self.save(x, y)
        return x * y

    def backward(self, grad):
        x, y = self.saved
        return grad * y, grad * x


class Div(Operation):
    def forward(self, x, y):
        self.save(x, y)
        return x / y

    def backward(self, grad):
        x, y = self.saved
        return grad / y, -grad * x / (y * y)


class Pow(Operation):
    def forward(self, x, n):
        self.save(x, n)
        return x**n

    def backward(self, grad):
        x, n = self.saved
        return (grad * n * x ** (n - 1) if n else 0.0,)


class Tanh(Operation):
    def forward(self, x):
        self.save(math.tanh(x))
        return self.saved[0]

    def backward(self, grad):
        return (grad * (1 - self.saved[0] ** 2),)


class Relu(Operation):
    def forward(self, x):
        self.save(x > 0)
        return x if x > 0 else 0.0

    def backward(self, grad):
        return (grad if self.saved[0] else 0.0,)


class Sigmoid(Operation):
    def forward(self, x):
        self.save(0.5 * (1 + math.tanh(0.5 * x)))
        return self.saved[0]

    def backward(self, grad):
        s = self.saved[0]
        return (grad * s * (1 - s),)


def lift(x):
    return x if isinstance(x, Value) else Value(x)


class Value:
    def __init__(self, data, made_by=None):
        self.data = data
        self.grad = 0.0
        self.made_by = made_by

    def __add__(self, other):
        return Add.apply(self, lift(other))

    def __radd__(self, other):
        return Add.apply(lift(other), self)

    def __sub__(self, other):
        return Sub.apply(self, lift(other))

    def __rsub__(self, other):
        return Sub.apply(lift(other), self)

    def __mul__(self, other):
        return Mul.apply(self, lift(other))

    def __rmul__(self, other):
        return Mul.apply(lift(other), self)

    def __truediv__(self, other):
        return Div.apply(self, lift(other))

    def __rtruediv__(self, other):
        return Div.apply(lift(other), self)

    def __neg__(self):
        return Mul.apply(self, Value(-1.0))

    def __pow__(self, n):
        return Pow.apply(self, n=n)

    def tanh(self):
        return Tanh.apply(self)

    def relu(self):
        return Relu.apply(self)

    def sigmoid(self):
        return Sigmoid.apply(self)

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                if value.made_by is not None:
                    for source in value.made_by.inputs:
                        visit(source)
                order.append(value)

        visit(self)
        self.grad = 1.0
        while order:
            value = order.pop()
            if value.made_by is not None:
                for source, grad in zip(value.made_by.inputs, value.made_by.backward(value.grad)):
                    source.grad += grad
