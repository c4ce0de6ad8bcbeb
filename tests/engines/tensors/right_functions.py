"""Function classes with a context; gradients are None until they are there."""

import numpy as np


class Function:
    def __init__(self, *inputs):
        self.inputs = inputs

    @classmethod
    def apply(cls, *inputs, **options):
        function = cls(*inputs)
        out = Tensor(function.forward(*(t.data for t in inputs), **options))
        out.creator = function
        return out


def total(gradient, like):
    extra = gradient.ndim - like.ndim
    axes = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(like.shape) if n == 1)
    return gradient.sum(axis=axes).reshape(like.shape)


class Add(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a + b

    def backward(self, g):
        a, b = self.saved
        return total(g, a), total(g, b)


class Sub(Add):
    def forward(self, a, b):
        self.saved = a, b
        return a - b

    def backward(self, g):
        a, b = self.saved
        return total(g, a), total(-g, b)


class Mul(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a * b

    def backward(self, g):
        a, b = self.saved
        return total(g * b, a), total(g * a, b)


class Div(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a / b

    def backward(self, g):
        a, b = self.saved
        return total(g / b, a), total(-g * a / (b * b), b)


class MatMul(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a @ b

    def backward(self, g):
        a, b = self.saved
        return g @ b.transpose(), a.transpose() @ g


class Sum(Function):
    def forward(self, a, axis):
        self.shape, self.axis = a.shape, axis
        return np.asarray(a.sum(axis=axis))

    def backward(self, g):
        if self.axis is not None:
            shape = list(self.shape)
            shape[self.axis] = 1
            g = g.reshape(shape)
        return (g * np.ones(self.shape),)


class Mean(Sum):
    def forward(self, a, axis):
        super().forward(a, axis)
        self.n = a.size if axis is None else a.shape[axis]
        return np.asarray(a.mean(axis=axis))

    def backward(self, g):
        return (super().backward(g)[0] / self.n,)


class ReLU(Function):
    def forward(self, a):
        self.mask = a > 0
        return np.where(self.mask, a, 0)

    def backward(self, g):
        return (g * self.mask,)


class Tensor:
    __slots__ = ("data", "grad", "creator")

    def __init__(self, data):
        self.data, self.grad, self.creator = np.asarray(data, float), None, None

    def __add__(self, other):
        return Add.apply(self, other)

    def __sub__(self, other):
        return Sub.apply(self, other)

    def __mul__(self, other):
        return Mul.apply(self, other)

    def __truediv__(self, other):
        return Div.apply(self, other)

    def __matmul__(self, other):
        return MatMul.apply(self, other)

    def sum(self, axis=None):
        return Sum.apply(self, axis=axis)

    def mean(self, axis=None):
        return Mean.apply(self, axis=axis)

    def relu(self):
        return ReLU.apply(self)

    def backward(self):
        order = []

        def visit(t):
            if any(t is seen for seen in order):
                return
            for parent in t.creator.inputs if t.creator else ():
                visit(parent)
            order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in order[::-1]:
            if t.creator:
                for parent, g in zip(t.creator.inputs, t.creator.backward(t.grad)):
                    parent.grad = g if parent.grad is None else parent.grad + g
