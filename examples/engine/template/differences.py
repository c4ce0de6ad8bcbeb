"""Numerical derivatives."""


def central_difference(f, *vals, arg=0, epsilon=1e-6):
    """The central difference of f at vals with respect to its argument number `arg` (from 0)."""
    # TODO
    pass


def gradient(f, *vals):
    """The derivatives of f at vals with respect to each of its arguments."""
    # TODO
    pass
