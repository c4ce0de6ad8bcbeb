"""Convolution and max pooling (exercises 8 and 9)."""

import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    """x of shape (N, C, H, W), w (F, C, HH, WW), b (F,); conv_param is a dict with stride and pad.

    Returns (out, cache), out of shape (N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride).
    """
    # TODO
    pass


def conv_backward_naive(dout, cache):
    """Returns (dx, dw, db)."""
    # TODO
    pass


def max_pool_forward_naive(x, pool_param):
    """x of shape (N, C, H, W); pool_param is a dict with pool_height, pool_width and stride.

    Returns (out, cache), out of shape (N, C, 1 + (H - pool_height) // stride, 1 + (W - pool_width) // stride).
    """
    # TODO
    pass


def max_pool_backward_naive(dout, cache):
    """Returns dx."""
    # TODO
    pass
