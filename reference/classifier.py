"""A network with one hidden layer that learns to read digits, trained with the gradients of tensor.py."""

import numpy as np
from tensor import Tensor


def train_classifier(X, y, seed=0, hidden=64, epochs=60, batch=20, rate=1.0):
    """Train on the rows of X with labels y; return a function that labels other rows.

    The loss is the mean squared distance between the network's outputs and one-hot targets.
    """
    rng = np.random.default_rng(seed)
    inputs, classes = X.shape[1], int(y.max()) + 1
    targets = np.eye(classes)[y]
    w1 = Tensor(rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden)))
    b1 = Tensor(np.zeros(hidden))
    w2 = Tensor(rng.normal(0, np.sqrt(2 / hidden), (hidden, classes)))
    b2 = Tensor(np.zeros(classes))
    parameters = [w1, b1, w2, b2]

    def outputs(rows):
        return (Tensor(rows) @ w1 + b1).relu() @ w2 + b2

    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            error = outputs(X[rows]) - Tensor(targets[rows])
            loss = (error * error).mean()
            for parameter in parameters:
                parameter.grad = np.zeros_like(parameter.data)
            loss.backward()
            for parameter in parameters:
                parameter.data -= rate * parameter.grad

    def predict(rows):
        return outputs(rows).data.argmax(axis=1)

    return predict
