"""A reverse-mode autograd engine on numpy arrays: the scalar engine again, with broadcasting and matrices."""

import numpy as np


def unbroadcast(gradient, shape):
    """Sum a gradient over the axes along which an array of `shape` was broadcast.

    Broadcasting copies elements; an element that was copied collects the gradients of all its copies.
    """
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=stretched, keepdims=True)


class Tensor:
    """An array that remembers how it was computed.

    `data` is the array, `grad` (of the same shape) the derivative of the last output with respect to it.
    """

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._parents = parents
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data - other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad -= unbroadcast(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(other.data * out.grad, self.data.shape)
            other.grad += unbroadcast(self.data * out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data / other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad / other.data, self.data.shape)
            other.grad -= unbroadcast(out.data * out.grad / other.data, other.data.shape)

        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad

        out._backward = _backward
        return out

    def sum(self, axis=None):
        out = Tensor(self.data.sum(axis=axis), (self,))

        def _backward():
            # Put the missing axis back: each element along it gets the same gradient.
            self.grad += out.grad if axis is None else np.expand_dims(out.grad, axis)

        out._backward = _backward
        return out

    def mean(self, axis=None):
        total = self.sum(axis)
        return total / Tensor(self.data.size / total.data.size)

    def relu(self):
        out = Tensor(np.maximum(self.data, 0.0), (self,))

        def _backward():
            self.grad += np.where(self.data > 0, out.grad, 0.0)

        out._backward = _backward
        return out

    def backward(self):
        """Set grad of every tensor behind this one, which holds a single number, in reverse topological order."""
        order = []
        seen = set()

        def visit(tensor):
            if tensor not in seen:
                seen.add(tensor)
                for parent in tensor._parents:
                    visit(parent)
                order.append(tensor)

        visit(self)
        self.grad = np.ones_like(self.data)
        for tensor in reversed(order):
            tensor._backward()
