"""Fully connected layers, relu and loss functions (exercises 1 to 4)."""

import numpy as np


def affine_forward(x, w, b):
    """A fully connected layer: x of shape (N, d1, ..., dk), w (D, M) with D = d1 * ... * dk, b (M,).

    Returns (out, cache): out of shape (N, M), and whatever affine_backward needs.
    """
    # TODO
    pass


def affine_backward(dout, cache):
    """dout of shape (N, M). Returns (dx, dw, db), with the shapes of x, w and b."""
    # TODO
    pass


def relu_forward(x):
    """Returns (out, cache), for x of any shape."""
    # TODO
    pass


def relu_backward(dout, cache):
    """Returns dx."""
    # TODO
    pass


def softmax_loss(x, y):
    """x of shape (N, C): scores; y of shape (N,): the right class of each row.

    Returns (loss, dx).
    """
    # TODO
    pass


def svm_loss(x, y):
    """x of shape (N, C): scores; y of shape (N,): the right class of each row.

    Returns (loss, dx).
    """
    # TODO
    pass
