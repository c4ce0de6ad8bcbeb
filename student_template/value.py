"""A scalar autograd engine (mini-project).

    a, b = Value(2.0), Value(-3.0)
    f = a * b + a
    f.backward()
    a.grad, b.grad      # -2.0, 2.0
"""


class Value:
    """A number that remembers how it was computed.

    `data` is the number. After `f.backward()`, `grad` of every value that f was computed from is the
    derivative of f with respect to it. A value may be used several times: contributions add up.
    """

    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        # TODO: what else must a value remember?

    # TODO: + - * / with a Value or a number on either side, unary minus,
    # ** with a number as exponent

    def tanh(self):
        # TODO
        pass

    def relu(self):
        # TODO
        pass

    def sigmoid(self):
        # TODO
        pass

    def backward(self):
        # TODO: go through the values from this one back to the leaves,
        # each after all values that use it
        pass
