"""An engine of numbers.

    a, b = Value(2.0), Value(-3.0)
    f = a * b + a
    f.backward()
    a.grad, b.grad      # -2.0, 2.0
"""


class Value:
    """A number with a gradient."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        # TODO: what does backward() need?

    # TODO: + - * / with a Value or a number on either side, unary minus,
    # ** with a number as exponent

    def tanh(self):
        # TODO
        pass

    def relu(self):
        # TODO
        pass

    def backward(self):
        # TODO
        pass
