"""A numerical gradient checker (exercise 2.8).

Once `Div` is written, a small function makes it ready for this check:

    def f(x):
        op = Div()
        return op.forward(x, 2.0), op.backward(1.0)[0]

Then `check_gradient(f, 6.0)` says whether the gradient for the first input is right.
"""


def check_gradient(f, x, epsilon=1e-5):
    """Whether the gradient that f returns at x matches central differences.

    f(x) returns (value, gradient): a float, and an array in the shape of x (a float for a float x).
    The central difference for one element is (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon),
    with only this element changed. Returns True or False, and does not change x.
    """
    # TODO
    pass
