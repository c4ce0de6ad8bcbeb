"""Optimisers change parameters by their gradients."""


class Parameter:
    """A number or an array that is learned, and its gradient."""

    def __init__(self, data):
        self.data = data
        self.grad = None


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr = lr
        self.momentum = momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        for place, parameter in enumerate(self.parameters):
            if parameter.grad is None:
                continue
            self.velocities[place] = self.momentum * self.velocities[place] + parameter.grad
            parameter.data = parameter.data - self.lr * self.velocities[place]

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = 0.0
