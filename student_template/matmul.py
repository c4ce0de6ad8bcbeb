"""The gradient of a matrix product (exercise 2.9)."""


def matmul_backward(X, W, grad_Y):
    """The gradients of the loss with respect to X and W, given its gradient grad_Y for Y = X @ W.

    Shapes: X (N, D), W (D, M), grad_Y (N, M).
    Returns (grad_X, grad_W), with shapes (N, D) and (D, M).
    """
    # TODO: return (grad_X, grad_W)
    pass
