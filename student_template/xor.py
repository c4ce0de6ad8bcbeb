"""Training a network on XOR (mini-project).

    model, losses = train_xor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0])
    model([0.0, 1.0]).data      # close to 1
    losses[0], losses[-1]       # large, small
"""

import random

from value import Value


def train_xor(X, y, seed=0):
    """Trains a network on the rows in X, each with a target in y: the trained model, and the mean
    squared error of every epoch as floats.

    `model(row)` is a Value, `model.parameters()` the list of all its Values that are trained.
    """
    # TODO: a network with at least one hidden layer, its weights drawn with random.Random(seed)

    # TODO: for every epoch: the loss, all gradients to 0, backward, a small step downhill
    pass
