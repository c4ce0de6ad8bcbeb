"""A numerical gradient checker: central differences, one element of x at a time."""

import numpy as np


def check_gradient(f, x, epsilon=1e-5):
    """Whether the gradient that f returns at x matches central differences.

    f(x) returns (value, gradient), x is a float or an array of any shape.
    """
    x = np.array(x, dtype=float)
    claimed = f(x)[1]
    numerical = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += epsilon
        below[index] -= epsilon
        numerical[index] = (f(above)[0] - f(below)[0]) / (2 * epsilon)
    # A NaN in the claimed gradient is close to no number, so it counts as a mismatch.
    return np.allclose(claimed, numerical, rtol=1e-4, atol=1e-6)
