"""A check of the autograd engine: its gradients against central differences."""

import math

from value import Value


def check_autograd(f, inputs, epsilon=1e-5):
    """Whether backward() gives the gradients of f at inputs that central differences give.

    f takes Values, one for each of the floats in inputs, and returns a Value.
    """
    values = [Value(x) for x in inputs]
    f(*values).backward()
    for index, value in enumerate(values):
        above, below = list(inputs), list(inputs)
        above[index] += epsilon
        below[index] -= epsilon
        numerical = (evaluate(f, above) - evaluate(f, below)) / (2 * epsilon)
        if not math.isclose(value.grad, numerical, rel_tol=1e-4, abs_tol=1e-6):
            return False
    return True


def evaluate(f, inputs):
    """The number f(inputs), by Values of its own: gradients add up in those that are used again."""
    return f(*[Value(x) for x in inputs]).data
