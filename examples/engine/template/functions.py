"""Functions of numbers that know their derivatives: backward uses what forward has left in the context.

    ctx = Context()
    Mul.forward(ctx, 3.0, 4.0)      # 12.0
    Mul.backward(ctx, 1.0)          # (4.0, 3.0)
"""


class Context:
    """What a forward leaves for its backward."""

    def __init__(self):
        self.saved_values = ()

    def save_for_backward(self, *values):
        # TODO: keep the values, in place of earlier ones
        pass


class Mul:
    """a * b"""

    @staticmethod
    def forward(ctx, a, b):
        # TODO
        pass

    @staticmethod
    def backward(ctx, d):
        # TODO: the derivatives with respect to a and to b, each times d
        pass


class Div:
    """a / b"""

    @staticmethod
    def forward(ctx, a, b):
        # TODO
        pass

    @staticmethod
    def backward(ctx, d):
        # TODO
        pass


class Exp:
    """The exponential function of a"""

    @staticmethod
    def forward(ctx, a):
        # TODO
        pass

    @staticmethod
    def backward(ctx, d):
        # TODO: the derivative times d
        pass


class Sigmoid:
    """1 / (1 + exp(-a))"""

    @staticmethod
    def forward(ctx, a):
        # TODO
        pass

    @staticmethod
    def backward(ctx, d):
        # TODO
        pass
