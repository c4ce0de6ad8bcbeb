"""A two-layer network, and the training of a linear classifier (exercises 13 and 14)."""

import numpy as np


class TwoLayerNet:
    """affine - relu - affine - softmax.

    W1 of shape (D, H), b1 (H,), W2 (H, C), b2 (C,); reg is the strength of the weight decay.
    """

    def __init__(self, W1, b1, W2, b2, reg=0.0):
        # TODO
        pass

    def loss(self, X, y=None):
        """X of shape (N, D), y (N,). Returns the scores, of shape (N, C); with labels y, (loss, grads)."""
        # TODO
        pass


def train_softmax(X, y, W, learning_rate, steps):
    """X of shape (N, D), y (N,), W (D, C). Returns (W, losses): the new weights, and one loss for each step."""
    # TODO
    pass
