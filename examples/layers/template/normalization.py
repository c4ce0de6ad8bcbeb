"""Batch normalization, layer normalization and dropout (exercises 5 to 7)."""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    """x of shape (N, D), gamma and beta (D,); bn_param is a dict with

    - mode: "train" or "test";
    - eps: what is added to the variance, 1e-5 if it is not there;
    - momentum: how much of the running averages is kept, 0.9 if it is not there;
    - running_mean, running_var: of shape (D,); arrays of zeros if they are not there.

    Returns (out, cache).
    """
    # TODO
    pass


def batchnorm_backward(dout, cache):
    """Returns (dx, dgamma, dbeta)."""
    # TODO
    pass


def layernorm_forward(x, gamma, beta, ln_param):
    """x of shape (N, D), gamma and beta (D,); ln_param["eps"] is added to the variance, 1e-5 if it is not there.

    Returns (out, cache).
    """
    # TODO
    pass


def layernorm_backward(dout, cache):
    """Returns (dx, dgamma, dbeta)."""
    # TODO
    pass


def dropout_forward(x, dropout_param):
    """x of any shape; dropout_param is a dict with mode, "train" or "test", p and seed.

    Returns (out, cache).
    """
    # TODO
    pass


def dropout_backward(dout, cache):
    """Returns dx."""
    # TODO
    pass
