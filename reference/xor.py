"""Training a small network on a table such as XOR, by gradient descent on the mean squared error."""

import random

from value import Value

UNITS = 8
SPREAD = 1.0
RATE = 0.1
EPOCHS = 500
GOAL = 0.005


class Network:
    """Two inputs, a hidden layer of tanh units, and their weighted sum as output."""

    def __init__(self, rng):
        # Random weights: units with equal weights would stay equal.
        self.units = [[Value(rng.uniform(-SPREAD, SPREAD)) for _ in "abcd"] for _ in range(UNITS)]
        self.bias = Value(rng.uniform(-SPREAD, SPREAD))

    def __call__(self, row):
        x1, x2 = row
        return sum(((a * x1 + b * x2 + c).tanh() * d for a, b, c, d in self.units), self.bias)

    def parameters(self):
        return [weight for unit in self.units for weight in unit] + [self.bias]


def train_xor(X, y, seed=0):
    """Train a network; return it, and its loss before each update."""
    model = Network(random.Random(seed))
    losses = []
    for _ in range(EPOCHS):
        loss = sum((model(row) - target) ** 2 for row, target in zip(X, y, strict=True)) / len(X)
        losses.append(loss.data)
        if loss.data < GOAL:
            break
        # Only the parameters outlive this step; all other values are new, with gradients of 0.
        for parameter in model.parameters():
            parameter.grad = 0.0
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= RATE * parameter.grad
    return model, losses
