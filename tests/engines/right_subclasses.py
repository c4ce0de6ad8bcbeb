# ruff: noqa
"""Every kind of node is a subclass of Value that knows its own rule."""

import math


class Value:
    operands = ()

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def push(self):
        """A leaf passes nothing on."""

    def backward(self):
        order = []
        self._collect(order, set())
        self.grad = 1.0
        for node in reversed(order):
            node.push()

    def _collect(self, order, seen):
        if self in seen:
            return
        seen.add(self)
        for operand in self.operands:
            operand._collect(order, seen)
        order.append(self)

    def __add__(self, other):
        return Sum(self, other)

    def __radd__(self, other):
        return Sum(other, self)

    def __sub__(self, other):
        return Difference(self, other)

    def __rsub__(self, other):
        return Difference(other, self)

    def __mul__(self, other):
        return Product(self, other)

    def __rmul__(self, other):
        return Product(other, self)

    def __truediv__(self, other):
        return Quotient(self, other)

    def __rtruediv__(self, other):
        return Quotient(other, self)

    def __pow__(self, n):
        return Power(self, n)

    def __neg__(self):
        return Difference(0.0, self)

    def tanh(self):
        return Tanh(self)

    def relu(self):
        return Relu(self)

    def sigmoid(self):
        return Sigmoid(self)


class Binary(Value):
    def __init__(self, left, right):
        self.left = left if isinstance(left, Value) else Value(left)
        self.right = right if isinstance(right, Value) else Value(right)
        self.operands = [self.left, self.right]
        super().__init__(self.compute(self.left.data, self.right.data))


class Sum(Binary):
    def compute(self, x, y):
        return x + y

    def push(self):
        self.left.grad += self.grad
        self.right.grad += self.grad


class Difference(Binary):
    def compute(self, x, y):
        return x - y

    def push(self):
        self.left.grad += self.grad
        self.right.grad -= self.grad


class Product(Binary):
    def compute(self, x, y):
        return x * y

    def push(self):
        self.left.grad += self.grad * self.right.data
        self.right.grad += self.grad * self.left.data


class Quotient(Binary):
    def compute(self, x, y):
        return x / y

    def push(self):
        self.left.grad += self.grad / self.right.data
        self.right.grad -= self.grad * self.data / self.right.data


class Unary(Value):
    def __init__(self, operand, data):
        self.operand = operand
        self.operands = [operand]
        super().__init__(data)

    def push(self):
        self.operand.grad += self.grad * self.slope()


class Power(Unary):
    def __init__(self, operand, n):
        self.n = n
        super().__init__(operand, operand.data**n)

    def slope(self):
        return self.n * self.operand.data ** (self.n - 1)


class Tanh(Unary):
    def __init__(self, operand):
        super().__init__(operand, math.tanh(operand.data))

    def slope(self):
        return 1 - self.data**2


class Relu(Unary):
    def __init__(self, operand):
        super().__init__(operand, max(operand.data, 0.0))

    def slope(self):
        return 1.0 if self.operand.data > 0 else 0.0


class Sigmoid(Unary):
    def __init__(self, operand):
        super().__init__(operand, 1 / (1 + math.exp(-operand.data)))

    def slope(self):
        return self.data * (1 - self.data)
