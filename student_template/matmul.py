"""The gradient of a matrix product (exercise 2.9)."""


def matmul_backward(X, W, grad_Y):
    """The gradients by X and W of a loss whose gradient by Y = X @ W is grad_Y.

    Shapes: X (N, D), W (D, M), grad_Y (N, M).
    Returns (grad_X, grad_W), with shapes (N, D) and (D, M).
    """
    # TODO: return (grad_X, grad_W)
    pass
