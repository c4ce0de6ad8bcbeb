"""Training a network on XOR (mini-project).

    model, losses = train_xor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0])
    model([0.0, 1.0]).data      # close to 1
    losses[0], losses[-1]       # large, small
"""

import random

from value import Value


def train_xor(X, y, seed=0):
    """Train a network on the rows of X with targets y; return (model, losses).

    `model(row)` returns a Value, `model.parameters()` the list of all its Values that are trained.
    `losses` holds the mean squared error of every epoch, as floats.
    """
    # TODO: create a network with at least one hidden layer; draw its weights with random.Random(seed)

    # TODO: in every epoch: compute the loss, set all gradients to 0, call backward, update
    pass
