"""Layers on sequences: word embedding and scaled dot-product attention."""

import numpy as np


def embedding_forward(x, W):
    """The row of W (V, D) for each word of x (N, T); the output has shape (N, T, D)."""
    return W[x], (x, W.shape)


def embedding_backward(dout, cache):
    """The gradient of W: a word that occurs several times collects several contributions."""
    words, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, words, dout)
    return dW


def attention_forward(Q, K, V):
    """Queries Q (N, D), keys K (M, D), values V (M, E); the output has shape (N, E)."""
    scale = np.sqrt(Q.shape[1])
    scores = Q @ K.T / scale
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights @ V, (Q, K, V, weights, scale)


def attention_backward(dout, cache):
    """The gradients of Q, K and V."""
    Q, K, V, weights, scale = cache
    dV = weights.T @ dout
    dweights = dout @ V.T
    # Backward of softmax: within a row, every score moves every weight.
    dscores = weights * (dweights - (dweights * weights).sum(axis=1, keepdims=True)) / scale
    return dscores @ K, dscores.T @ Q, dV
