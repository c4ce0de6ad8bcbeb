"""A numerical check of your autograd engine (mini-project).

    def f(a, b):
        return a * b + a

    check_autograd(f, [2.0, -3.0])      # True if your Value is right
"""

from value import Value


def check_autograd(f, inputs, epsilon=1e-5):
    """Whether the gradients that backward() computes match central differences of f at inputs.

    f takes Values, one for each float in inputs, and returns a Value. The central
    difference for one input is (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon), with only this
    input changed. Returns True or False.
    """
    # TODO: create Values from the inputs, run f and backward(), then compare each grad with its
    # central difference
    pass
