import numpy as np


def fit(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and gradient.shape[axis] > 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


class Tensor:
    def __init__(self, data, _children=()):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros(self.data.shape, dtype=np.float32)
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad = (self.grad + fit(out.grad, self.data.shape)).astype("float32")
            other.grad = (other.grad + fit(out.grad, other.data.shape)).astype(np.float32)

        out._backward = _backward
        return out

    def __neg__(self):
        return self * Tensor(-1.0)

    def __sub__(self, other):
        return self + (-other)

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad = (self.grad + fit(out.grad * other.data, self.data.shape)).astype("float32")
            other.grad = (other.grad + fit(out.grad * self.data, other.data.shape)).astype(np.float32)

        out._backward = _backward
        return out

    def reciprocal(self):
        out = Tensor(1 / self.data, (self,))

        def _backward():
            self.grad = (self.grad - out.grad / self.data**2).astype("float32")

        out._backward = _backward
        return out

    def __truediv__(self, other):
        return self * other.reciprocal()

    def __matmul__(self, other):
        out = Tensor(np.dot(self.data, other.data), (self, other))

        def _backward():
            self.grad = (self.grad + np.dot(out.grad, other.data.T)).astype("float32")
            other.grad = (other.grad + np.dot(self.data.T, out.grad)).astype(np.float32)

        out._backward = _backward
        return out

    def sum(self, axis=None):
        out = Tensor(np.sum(self.data, axis=axis), (self,))

        def _backward():
            gradient = out.grad
            if axis is not None:
                gradient = np.expand_dims(gradient, axis)
            self.grad = (self.grad + np.broadcast_to(gradient, self.data.shape)).astype("float32")

        out._backward = _backward
        return out

    def mean(self, axis=None):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) * Tensor(1 / n)

    def relu(self):
        out = Tensor(self.data * (self.data > 0), (self,))

        def _backward():
            self.grad = (self.grad + (self.data >= 0) * out.grad).astype("float32")

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = np.ones(self.data.shape)
        for v in reversed(topo):
            v._backward()
