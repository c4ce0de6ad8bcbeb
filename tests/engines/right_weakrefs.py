# ruff: noqa
"""Functions hold their outputs by weak references, so that no cycle keeps a graph alive."""

import math
import weakref


class Function:
    def __call__(self, *inputs):
        self.inputs = [x if isinstance(x, Value) else Value(x) for x in inputs]
        out = Value(self.forward(*[x.data for x in self.inputs]))
        out.creator = self
        self.output = weakref.ref(out)
        return out

    def send(self):
        out = self.output()
        grads = self.backward(out.grad, *[x.data for x in self.inputs])
        for x, grad in zip(self.inputs, grads):
            x.grad += grad


class Add(Function):
    def forward(self, x, y):
        return x + y

    def backward(self, g, x, y):
        return g, g


class Mul(Function):
    def forward(self, x, y):
        return x * y

    def backward(self, g, x, y):
        return g * y, g * x


class Reciprocal(Function):
    def forward(self, x):
        return 1 / x

    def backward(self, g, x):
        return [-g / x**2]


class Pow(Function):
    def __init__(self, n):
        self.n = n

    def forward(self, x):
        return x**self.n

    def backward(self, g, x):
        return [g * self.n * x ** (self.n - 1)]


class Tanh(Function):
    def forward(self, x):
        return math.tanh(x)

    def backward(self, g, x):
        return [g * (1 - math.tanh(x) ** 2)]


class Relu(Function):
    def forward(self, x):
        return (x + abs(x)) / 2

    def backward(self, g, x):
        return [g if x > 0 else 0.0]


class Sigmoid(Function):
    def forward(self, x):
        return 1 / (1 + math.exp(-x))

    def backward(self, g, x):
        s = self.forward(x)
        return [g * s * (1 - s)]


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.creator = None

    def __add__(self, other):
        return Add()(self, other)

    __radd__ = __add__

    def __mul__(self, other):
        return Mul()(self, other)

    __rmul__ = __mul__

    def __neg__(self):
        return Mul()(self, -1)

    def __sub__(self, other):
        return Add()(self, -other)

    def __rsub__(self, other):
        return Add()(-self, other)

    def __truediv__(self, other):
        return Mul()(self, Reciprocal()(other))

    def __rtruediv__(self, other):
        return Mul()(other, Reciprocal()(self))

    def __pow__(self, n):
        return Pow(n)(self)

    def tanh(self):
        return Tanh()(self)

    def relu(self):
        return Relu()(self)

    def sigmoid(self):
        return Sigmoid()(self)

    def backward(self):
        visited = {}
        functions = []

        def visit(value):
            if id(value) in visited:
                return
            visited[id(value)] = value
            if value.creator is not None:
                for x in value.creator.inputs:
                    visit(x)
                functions.append(value.creator)

        visit(self)
        for value in visited.values():
            value.grad = 0.0
        self.grad = 1.0
        for function in reversed(functions):
            function.send()
