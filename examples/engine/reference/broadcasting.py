"""Broadcasting of shapes, and the way back."""

import numpy as np


def broadcast_shape(a, b):
    count = max(len(a), len(b))
    a, b = (1,) * (count - len(a)) + tuple(a), (1,) * (count - len(b)) + tuple(b)
    shape = []
    for m, n in zip(a, b, strict=True):
        if m != n and 1 not in (m, n):
            raise ValueError(f"shapes {a} and {b} do not fit")
        shape.append(n if m == 1 else m)
    return tuple(shape)


def unbroadcast(grad, shape):
    if broadcast_shape(grad.shape, shape) != grad.shape:
        raise ValueError(f"shape {shape} cannot be broadcast to {grad.shape}")
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    ones = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.sum(grad, axis=ones, keepdims=True)
