"""An autograd engine on numpy arrays (bonus).

    x, w = Tensor(np.ones((3, 2))), Tensor(np.ones((2, 4)))
    f = (x @ w).relu().mean()
    f.backward()
    w.grad              # an array of shape (2, 4)
"""

import numpy as np


class Tensor:
    """An array that remembers how it was computed.

    `data` is a numpy array. After `f.backward()`, where f holds a single number, `grad` of every
    tensor that f was computed from is the derivative of f with respect to it, of the shape of
    `data`.
    """

    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        # TODO: what else must a tensor remember?

    # TODO: + - * / between tensors, with broadcasting, and @ between matrices

    def sum(self, axis=None):
        # TODO
        pass

    def mean(self, axis=None):
        # TODO
        pass

    def relu(self):
        # TODO
        pass

    def backward(self):
        # TODO: as in value.py
        pass
