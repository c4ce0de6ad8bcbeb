"""A check of your autograd engine by numbers (mini-project).

    def f(a, b):
        return a * b + a

    check_autograd(f, [2.0, -3.0])      # True, if your Value is right
"""

from value import Value


def check_autograd(f, inputs, epsilon=1e-5):
    """Whether backward() gives the gradients of f at inputs that central differences give.

    f takes Values, one for each of the floats in inputs, and returns a Value. The central
    difference for one input is (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon), with only this
    input moved. Returns True or False.
    """
    # TODO: make Values of the inputs, run f and backward(); then compare each value's grad with
    # its central difference
    pass
