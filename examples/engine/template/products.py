"""Products of derivatives with vectors, for functions f of several numbers such as f(x, y) = x * y + 2 * x.

f needs + - * / and ** of its arguments alone, so that it takes duals and values.
"""

from dual import Dual
from value import Value


def jvp(f, xs, vs):
    """The derivative of f at xs in the direction vs: a number."""
    # TODO
    pass


def vjp(f, xs, g):
    """g times the derivatives of f at xs with respect to each of its arguments: a list."""
    # TODO
    pass


def hvp(f, xs, vs):
    """The matrix of second derivatives of f at xs, times the vector vs: a list."""
    # TODO
    pass
