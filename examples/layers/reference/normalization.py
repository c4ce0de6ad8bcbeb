"""Batch normalization, layer normalization and dropout."""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    """Normalizes each column of x (N, D): in training with its own mean and variance, later with running ones."""
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    if bn_param["mode"] == "test":
        z = (x - bn_param["running_mean"]) / np.sqrt(bn_param["running_var"] + eps)
        return gamma * z + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    z = (x - mean) / std
    old_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    old_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    bn_param["running_mean"] = momentum * old_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * old_var + (1 - momentum) * var
    return gamma * z + beta, (z, std, gamma)


def batchnorm_backward(dout, cache):
    """The gradients of x, gamma and beta, after a forward in training."""
    z, std, gamma = cache
    dgamma = (dout * z).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dz = dout * gamma
    # Every entry of a column moves its mean and its variance: both take back a part of dz.
    dx = (dz - dz.mean(axis=0) - z * (dz * z).mean(axis=0)) / std
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Normalizes each row of x (N, D), in training and later alike."""
    centred = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + ln_param.get("eps", 1e-5))
    normal = centred / spread
    return normal * gamma + beta, (normal, spread, gamma)


def layernorm_backward(dout, cache):
    """The gradients of x, gamma and beta."""
    normal, spread, gamma = cache
    dnormal = gamma * dout
    of_mean = dnormal.mean(axis=1, keepdims=True)
    of_spread = normal * (dnormal * normal).mean(axis=1, keepdims=True)
    return (dnormal - of_mean - of_spread) / spread, (normal * dout).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    """In training, keeps each entry with the probability p and scales it by 1 / p."""
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    p = dropout_param["p"]
    rng = np.random.default_rng(dropout_param["seed"])
    mask = (rng.random(x.shape) < p) / p
    return x * mask, (dropout_param, mask)


def dropout_backward(dout, cache):
    """The gradient of x."""
    dropout_param, mask = cache
    if dropout_param["mode"] == "test":
        return dout
    return dout * mask
