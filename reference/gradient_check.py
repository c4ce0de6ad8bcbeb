"""A numerical gradient checker: central differences, one entry of x at a time."""

import numpy as np

TOLERANCE = 1e-4


def check_gradient(f, x, epsilon=1e-5):
    """Whether the gradient that f claims at x matches central differences.

    f(x) returns (value, gradient), x is a float or an array of any shape.
    """
    x = np.asarray(x, dtype=float)
    claimed = np.asarray(f(x.copy())[1], dtype=float)
    numerical = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += epsilon
        below[index] -= epsilon
        numerical[index] = (f(above)[0] - f(below)[0]) / (2 * epsilon)
    scale = np.max(np.abs(numerical), initial=1e-8)
    # Comparing with <= makes NaN a mismatch: every comparison with NaN is False.
    return bool(np.all(np.abs(claimed - numerical) <= TOLERANCE * scale))
