import numpy as np


def softmax_loss(Z, y):
    return (np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]).mean()


def softmax_regression_epoch(X, y, theta, lr=0.1, batch=100):
    for start in range(0, len(X), batch):
        x, label = X[start : start + batch], y[start : start + batch]
        z = np.exp(x @ theta)
        z /= z.sum(axis=1, keepdims=True)
        z[np.arange(len(label)), label] -= 1
        theta -= lr / batch * x.T @ z
