"""A two-layer network and its gradients: backward undoes forward, one step at a time."""

import numpy as np


def forward(x, W1, b1, W2, b2):
    """The output of the network, of shape (N, M)."""
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    return a1 @ W2 + b2


def backward(x, W1, b1, W2, b2, grad_output):
    """The gradients of the loss with respect to W1, b1, W2 and b2, given its gradient grad_output for the output."""
    a1 = np.maximum(x @ W1 + b1, 0)
    # Layer 2: the output is a1 @ W2 + b2. Every row uses the same bias, so its gradient is a sum over the batch.
    grad_W2 = a1.T @ grad_output
    grad_b2 = grad_output.sum(axis=0)
    # relu: no gradient flows back through a unit whose output is 0.
    grad_z1 = (grad_output @ W2.T) * (a1 > 0)
    # Layer 1: z1 is x @ W1 + b1, so the rules are those of layer 2, with x in place of a1.
    grad_W1 = x.T @ grad_z1
    grad_b1 = grad_z1.sum(axis=0)
    return grad_W1, grad_b1, grad_W2, grad_b2
