"""Fully connected layers, relu and loss functions: each forward returns its output and a cache for its backward."""

import numpy as np


def affine_forward(x, w, b):
    """x of shape (N, ...), w (D, M), b (M,); the output has shape (N, M)."""
    rows = x.reshape(len(x), -1)
    return rows @ w + b, (x, w)


def affine_backward(dout, cache):
    """The gradients of x, w and b, of their shapes."""
    x, w = cache
    rows = x.reshape(len(x), -1)
    dx = (dout @ w.T).reshape(x.shape)
    dw = rows.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    """Negative entries become 0."""
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """The gradient of x: it flows back where x is positive."""
    return dout * (cache > 0)


def softmax_loss(x, y):
    """The mean cross-entropy of scores x (N, C) for labels y (N,), and its gradient."""
    rows = np.arange(len(y))
    # Softmax does not change when a number is subtracted from all scores of a row; exp cannot overflow then.
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[rows, y].mean()
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return loss, dx / len(y)


def svm_loss(x, y):
    """The mean multiclass hinge loss of scores x (N, C) for labels y (N,), with a margin of 1, and its gradient."""
    rows = np.arange(len(y))
    margins = np.maximum(0, x - x[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / len(y)
    dx = (margins > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return loss, dx / len(y)
