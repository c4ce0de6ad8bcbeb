"""One tape for all; each entry is an output and the pairs (input, rule). Broadcasting is undone with np.add.at."""

import numpy as np

TAPE = []


def collect(gradient, shape):
    result = np.zeros(shape)
    at = [np.broadcast_to(index, gradient.shape) for index in np.indices(shape)]
    np.add.at(result, tuple(at), gradient) if shape else result.__iadd__(gradient.sum())
    return result


class Tensor:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)

    def _record(self, data, *rules):
        out = Tensor(np.asarray(data))
        TAPE.append((out, rules))
        return out

    def __add__(a, b):
        return a._record(a.data + b.data, (a, lambda g: g), (b, lambda g: g))

    def __sub__(a, b):
        return a._record(a.data - b.data, (a, lambda g: g), (b, lambda g: -g))

    def __mul__(a, b):
        return a._record(a.data * b.data, (a, lambda g: g * b.data), (b, lambda g: g * a.data))

    def __truediv__(a, b):
        return a._record(a.data / b.data, (a, lambda g: g / b.data), (b, lambda g: -g * a.data / b.data**2))

    def __matmul__(a, b):
        return a._record(
            np.einsum("ij,jk->ik", a.data, b.data),
            (a, lambda g: np.einsum("ik,jk->ij", g, b.data)),
            (b, lambda g: np.einsum("ij,ik->jk", a.data, g)),
        )

    def sum(self, axis=None):
        keep = self.data.sum(axis=axis, keepdims=True)
        return self._record(keep.reshape(self.data.sum(axis=axis).shape), (self, lambda g: g.reshape(keep.shape) + 0 * self.data))

    def mean(self, axis=None):
        keep = self.data.mean(axis=axis, keepdims=True)
        n = self.data.size // keep.size
        return self._record(keep.reshape(self.data.mean(axis=axis).shape), (self, lambda g: g.reshape(keep.shape) / n + 0 * self.data))

    def relu(self):
        return self._record(np.clip(self.data, 0, None), (self, lambda g: g * (np.sign(self.data) + 1) / 2))

    def backward(self):
        self.grad = np.array(1.0)
        for out, rules in reversed(TAPE):
            for tensor, rule in rules:
                gradient = np.asarray(rule(out.grad))
                if gradient.shape != tensor.data.shape:
                    gradient = collect(np.broadcast_to(gradient, out.data.shape), tensor.data.shape)
                tensor.grad += gradient
        TAPE.clear()
