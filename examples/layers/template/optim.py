"""Update rules (exercise 12). Each returns (next_w, config)."""

import numpy as np


def sgd(w, dw, config):
    """w and dw of one shape; config is a dict with learning_rate, 1e-2 if it is not there."""
    # TODO
    pass


def sgd_momentum(w, dw, config):
    """config has learning_rate (1e-2) and momentum (0.9); keep the velocity in it, as "velocity"."""
    # TODO
    pass


def adam(w, dw, config):
    """config has learning_rate (1e-3), beta1 (0.9), beta2 (0.999) and epsilon (1e-8).

    Keep the averages of dw and of dw**2 in it, as "m" and "v", and the number of steps, as "t".
    """
    # TODO
    pass
