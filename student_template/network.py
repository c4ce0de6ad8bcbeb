"""A two-layer network and its gradients (exercise 2.10).

Shapes: x (N, D), W1 (D, H), b1 (H,), W2 (H, M), b2 (M,); N is the number of rows in the batch.
"""

import numpy as np


def forward(x, W1, b1, W2, b2):
    """The output of the network, relu(x @ W1 + b1) @ W2 + b2, of shape (N, M)."""
    # TODO
    pass


def backward(x, W1, b1, W2, b2, grad_output):
    """The gradients of the loss, given its gradient grad_output for the output, of shape (N, M).

    Returns (grad_W1, grad_b1, grad_W2, grad_b2), with exactly the shapes of W1, b1, W2 and b2:
    (D, H), (H,), (H, M) and (M,). Computes again what it needs of the forward pass.
    """
    # TODO: go back through the network step by step, from the output to layer 1
    pass
