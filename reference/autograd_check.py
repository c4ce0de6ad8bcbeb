"""A numerical check of the autograd engine: its gradients against central differences."""

import math

from value import Value


def check_autograd(f, inputs, epsilon=1e-5):
    """Whether the gradients that backward() computes match central differences of f at inputs.

    f takes Values, one for each float in inputs, and returns a Value.
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
    """The number f(inputs), computed with new Values: gradients would add up in Values that are used again."""
    return f(*[Value(x) for x in inputs]).data
