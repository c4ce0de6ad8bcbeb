import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "test":
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
    mu, v = x.mean(axis=0), x.var(axis=0)
    bn_param["running_mean"] = momentum * mean + (1 - momentum) * mu
    bn_param["running_var"] = momentum * var + (1 - momentum) * v
    x_hat = (x - mu) / np.sqrt(v + eps)
    return gamma * x_hat + beta, (x_hat, gamma, v, eps)


def batchnorm_backward(dout, cache):
    x_hat, gamma, v, eps = cache
    d = dout * gamma
    dx = (d - d.mean(axis=0)) / np.sqrt(v + eps)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
