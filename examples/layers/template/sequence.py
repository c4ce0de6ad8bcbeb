"""Layers on sequences: word embedding and attention (exercises 10 and 11)."""

import numpy as np


def embedding_forward(x, W):
    """x of shape (N, T): numbers of words; W of shape (V, D): a row for each word.

    Returns (out, cache), out of shape (N, T, D).
    """
    # TODO
    pass


def embedding_backward(dout, cache):
    """Returns dW."""
    # TODO
    pass


def attention_forward(Q, K, V):
    """Q of shape (N, D), K (M, D), V (M, E). Returns (out, cache), out of shape (N, E)."""
    # TODO
    pass


def attention_backward(dout, cache):
    """Returns (dQ, dK, dV)."""
    # TODO
    pass
