"""Optimisers change parameters by their gradients.

    p = Parameter(3.0)
    optimiser = SGD([p], lr=0.1)
    p.grad = 2.0
    optimiser.step()
    p.data                  # 2.8
"""


class Parameter:
    """A number or an array that is learned, and its gradient; None, as long as there is none."""

    def __init__(self, data):
        self.data = data
        self.grad = None


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        # TODO
        pass

    def step(self):
        """Change data of every parameter that has a gradient."""
        # TODO
        pass

    def zero_grad(self):
        """Set every gradient to 0."""
        # TODO
        pass
