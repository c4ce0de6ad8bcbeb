"""A numerical gradient checker (exercise 2.8).

An operation becomes a function for it in one line, once `Div` is written:

    def f(x):
        op = Div()
        return op.forward(x, 2.0), op.backward(1.0)[0]

Then `check_gradient(f, 6.0)` says whether `Div.backward` is right about its first input.
"""


def check_gradient(f, x, epsilon=1e-5):
    """Whether the gradient that f claims at x matches central differences.

    f(x) returns (value, gradient): a float, and an array of x's shape (a float for a float x).
    The central difference for one entry is (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon),
    with only this entry moved. Returns True or False, and leaves x as it was.
    """
    # TODO
    pass
