"""Forward mode: numbers that carry their derivative along.

    a = Dual(3.0, 1.0)      # the variable itself: its derivative is 1
    b = a * a + 2
    b.x, b.dx               # 11.0, 6.0
"""


class Dual:
    """The number x, and its derivative dx; a plain number has the derivative 0."""

    def __init__(self, x, dx=0.0):
        self.x = x
        self.dx = dx

    # TODO: + - * / with a Dual or a number on either side, unary minus,
    # ** with a number as exponent


def exp(a):
    # TODO
    pass


def sin(a):
    # TODO
    pass


def derivative(f):
    """The derivative of f, as a function of x."""
    # TODO
    pass
