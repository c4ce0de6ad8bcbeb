"""A network of two layers, and its gradients: the way back is the way forward, one step at a time."""

import numpy as np


def forward(x, W1, b1, W2, b2):
    """relu(x @ W1 + b1) @ W2 + b2"""
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    return a1 @ W2 + b2


def backward(x, W1, b1, W2, b2, grad_output):
    """The gradients by W1, b1, W2 and b2 of a loss whose gradient by the output is grad_output."""
    a1 = np.maximum(x @ W1 + b1, 0)
    # Layer 2: the output is a1 @ W2 + b2. One bias serves every row, so its gradient adds up over the batch.
    grad_W2 = a1.T @ grad_output
    grad_b2 = grad_output.sum(axis=0)
    # relu: where a unit lets nothing through, nothing comes back.
    grad_z1 = (grad_output @ W2.T) * (a1 > 0)
    # Layer 1: z1 is x @ W1 + b1, as layer 2 with x for a1.
    grad_W1 = x.T @ grad_z1
    grad_b1 = grad_z1.sum(axis=0)
    return grad_W1, grad_b1, grad_W2, grad_b2
