"""Gradients flow in a dict, in the order of a heap of numbers; those of all tensors are set at the end."""

import heapq
import itertools

import numpy as np

numbers = itertools.count()


def reduce_to(gradient, shape):
    if np.shape(gradient) == shape:
        return gradient
    padded = (1,) * (np.ndim(gradient) - len(shape)) + shape
    for axis in range(len(padded)):
        if padded[axis] == 1:
            gradient = np.add.reduce(gradient, axis=axis, keepdims=True)
    return np.reshape(gradient, shape)


class Tensor:
    def __init__(self, data, *links):
        self.data = np.asarray(data)
        self.grad = None
        self.links = links
        self.number = next(numbers)

    def __add__(self, other):
        return Tensor(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        return Tensor(self.data - other.data, (self, lambda g: g), (other, np.negative))

    def __mul__(self, other):
        return Tensor(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __truediv__(self, other):
        out = Tensor(self.data / other.data, (self, lambda g: g / other.data))
        out.links += ((other, lambda g: -g * out.data / other.data),)
        return out

    def __matmul__(self, other):
        return Tensor(
            np.matmul(self.data, other.data), (self, lambda g: g @ other.data.T), (other, lambda g: (g.T @ self.data).T)
        )

    def sum(self, axis=None):
        if axis is None:
            return Tensor(self.data.sum(), (self, lambda g: np.full(self.data.shape, g)))
        times = self.data.shape[axis]
        return Tensor(self.data.sum(axis), (self, lambda g: np.stack([g] * times, axis)))

    def mean(self, axis=None):
        count = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) / Tensor(count)

    def relu(self):
        positive = self.data > 0
        out = np.zeros_like(self.data)
        out[positive] = self.data[positive]
        return Tensor(out, (self, lambda g: np.where(positive, g, 0)))

    def backward(self):
        flowing, found = {self: np.ones(())}, {}
        heap = [(-self.number, self)]
        while heap:
            _, tensor = heapq.heappop(heap)
            tensor.grad = flowing.pop(tensor)
            found[tensor] = tensor.grad
            for parent, rule in tensor.links:
                if parent not in flowing:
                    heapq.heappush(heap, (-parent.number, parent))
                    flowing[parent] = 0.0
                flowing[parent] = flowing[parent] + reduce_to(rule(tensor.grad), parent.data.shape)
