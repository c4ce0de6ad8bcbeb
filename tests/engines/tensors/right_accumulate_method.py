"""A subclass for every operation; a method `accumulate` copies before it adds in place."""

import numpy as np


class Tensor:
    def __init__(self, data):
        self.data = np.array(data, dtype=float, ndmin=0)
        self.grad = None

    parents = ()

    def accumulate(self, gradient):
        shape = self.data.shape
        lead = tuple(range(len(gradient.shape) - len(shape)))
        gradient = np.sum(gradient, axis=lead)
        for axis in range(len(shape)):
            if shape[axis] != gradient.shape[axis]:
                gradient = np.sum(gradient, axis=axis, keepdims=True)
        if self.grad is None:
            self.grad = np.array(gradient, copy=True)
        else:
            self.grad += gradient

    def push(self):
        pass

    def __add__(self, other):
        return Sum([self, other], [1.0, 1.0])

    def __sub__(self, other):
        return Sum([self, other], [1.0, -1.0])

    def __mul__(self, other):
        return Product(self, other)

    def __truediv__(self, other):
        return Product(self, Inverse(other))

    def __matmul__(self, other):
        return Matrix(self, other)

    def sum(self, axis=None):
        return Reduced(self, axis, 1.0)

    def mean(self, axis=None):
        n = np.prod(self.data.shape) if axis is None else self.data.shape[axis]
        return Reduced(self, axis, 1.0 / n)

    def relu(self):
        return Rectified(self)

    def backward(self):
        stack, done, order = [(self, False)], set(), []
        while stack:
            node, leaving = stack.pop()
            if leaving:
                order.append(node)
            elif id(node) not in done:
                done.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        self.grad = np.ones(np.shape(self.data))
        while order:
            order.pop().push()


class Sum(Tensor):
    def __init__(self, parents, signs):
        super().__init__(sum(s * p.data for s, p in zip(signs, parents)))
        self.parents, self.signs = parents, signs

    def push(self):
        for sign, parent in zip(self.signs, self.parents):
            parent.accumulate(sign * self.grad)


class Product(Tensor):
    def __init__(self, left, right):
        super().__init__(left.data * right.data)
        self.parents = left, right

    def push(self):
        left, right = self.parents
        left.accumulate(self.grad * right.data)
        right.accumulate(self.grad * left.data)


class Inverse(Tensor):
    def __init__(self, of):
        super().__init__(of.data**-1.0)
        self.parents = (of,)

    def push(self):
        self.parents[0].accumulate(-self.grad * self.data * self.data)


class Matrix(Product):
    def __init__(self, left, right):
        Tensor.__init__(self, left.data.dot(right.data))
        self.parents = left, right

    def push(self):
        left, right = self.parents
        left.accumulate(self.grad.dot(np.swapaxes(right.data, 0, 1)))
        right.accumulate(np.swapaxes(left.data, 0, 1).dot(self.grad))


class Reduced(Tensor):
    def __init__(self, of, axis, factor):
        super().__init__(factor * np.sum(of.data, axis))
        self.parents, self.axis, self.factor = (of,), axis, factor

    def push(self):
        of = self.parents[0]
        g = self.grad if self.axis is None else np.expand_dims(self.grad, self.axis)
        of.accumulate(np.broadcast_to(self.factor * g, of.data.shape))


class Rectified(Tensor):
    def __init__(self, of):
        super().__init__(np.fmax(of.data, 0.0))
        self.parents = (of,)

    def push(self):
        g = self.grad.copy()
        g[self.data == 0] = 0
        self.parents[0].accumulate(g)
