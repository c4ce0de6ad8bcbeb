"""Update rules: each gets weights, their gradient and a dict, and returns the next weights and the dict."""

import numpy as np


def sgd(w, dw, config):
    """A step against the gradient."""
    rate = config.setdefault("learning_rate", 1e-2)
    return w - rate * dw, config


def sgd_momentum(w, dw, config):
    """The velocity collects the gradients."""
    rate = config.setdefault("learning_rate", 1e-2)
    momentum = config.setdefault("momentum", 0.9)
    velocity = momentum * config.get("velocity", np.zeros_like(w)) - rate * dw
    config["velocity"] = velocity
    return w + velocity, config


def adam(w, dw, config):
    """Averages of the gradient and of its square, corrected for their start at 0."""
    step = config.setdefault("learning_rate", 1e-3)
    beta1 = config.setdefault("beta1", 0.9)
    beta2 = config.setdefault("beta2", 0.999)
    epsilon = config.setdefault("epsilon", 1e-8)
    config["t"] = t = config.get("t", 0) + 1
    config["m"] = beta1 * config.get("m", np.zeros_like(w)) + (1 - beta1) * dw
    config["v"] = beta2 * config.get("v", np.zeros_like(w)) + (1 - beta2) * dw**2
    first = config["m"] / (1 - beta1**t)
    second = config["v"] / (1 - beta2**t)
    return w - step * first / (np.sqrt(second) + epsilon), config
