"""An autograd engine on arrays, right as far as its exercise asks: what uses an engine is judged on it where a student's
own has a known mistake."""

import numpy as np


class Tensor:
    """An array, `data`, and the derivative of the last output with respect to it, `grad`, of the same shape."""

    def __init__(self, data, operands=(), pulls=()):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self._operands = operands
        self._pulls = pulls

    def __add__(self, other):
        return _pointwise(self, other, np.add, lambda g, a, b: g, lambda g, a, b: g)

    def __sub__(self, other):
        return _pointwise(self, other, np.subtract, lambda g, a, b: g, lambda g, a, b: -g)

    def __mul__(self, other):
        return _pointwise(self, other, np.multiply, lambda g, a, b: g * b, lambda g, a, b: g * a)

    def __truediv__(self, other):
        return _pointwise(self, other, np.divide, lambda g, a, b: g / b, lambda g, a, b: -g * a / b**2)

    def __neg__(self):
        return self * -1.0

    def __radd__(self, other):
        return _wrapped(other) + self

    def __rsub__(self, other):
        return _wrapped(other) - self

    def __rmul__(self, other):
        return _wrapped(other) * self

    def __rtruediv__(self, other):
        return _wrapped(other) / self

    def __matmul__(self, other):
        other = _wrapped(other)
        a, b = self.data, other.data
        return Tensor(a @ b, (self, other), (lambda g: g @ b.T, lambda g: a.T @ g))

    def sum(self, axis=None):
        shape = self.data.shape

        def pull(g):
            return np.broadcast_to(g if axis is None else np.expand_dims(g, axis), shape)

        return Tensor(self.data.sum(axis=axis), (self,), (pull,))

    def mean(self, axis=None):
        total = self.sum(axis)
        return total / (self.data.size / total.data.size)

    def relu(self):
        positive = self.data > 0
        return Tensor(np.where(positive, self.data, 0.0), (self,), (lambda g: np.where(positive, g, 0.0),))

    def backward(self):
        order, seen, stack = [], {self}, [(self, iter(self._operands))]
        while stack:
            tensor, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(tensor)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(following._operands)))
        self.grad = np.ones_like(self.data)
        for tensor in reversed(order):
            for operand, pull in zip(tensor._operands, tensor._pulls):
                operand.grad = operand.grad + pull(tensor.grad)

    def __repr__(self):
        return f"Tensor(data={self.data}, grad={self.grad})"


def _wrapped(other):
    return other if isinstance(other, Tensor) else Tensor(other)


def _pointwise(one, other, forward, to_one, to_other):
    """An operation on two arrays that may be broadcast; both functions say what of the result's gradient goes back."""
    other = _wrapped(other)
    a, b = one.data, other.data
    pulls = (lambda g: _fitted(to_one(g, a, b), a.shape), lambda g: _fitted(to_other(g, a, b), b.shape))
    return Tensor(forward(a, b), (one, other), pulls)


def _fitted(g, shape):
    """The sum over the axes along which an array of this shape was broadcast."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)
