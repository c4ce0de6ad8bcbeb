"""A two-layer network with a softmax loss and weight decay, and the training of a linear classifier."""

import numpy as np


class TwoLayerNet:
    """affine - relu - affine - softmax."""

    def __init__(self, W1, b1, W2, b2, reg=0.0):
        self.params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        self.reg = reg

    def loss(self, X, y=None):
        """The scores of X; with labels y, the loss and its gradients by the names of the parameters."""
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        hidden = np.maximum(X @ W1 + b1, 0)
        scores = hidden @ W2 + b2
        if y is None:
            return scores
        data_loss, dscores = softmax_loss(scores, y)
        decay = (W1**2).sum() + (W2**2).sum()
        dhidden = dscores @ W2.T * (hidden > 0)
        grads = {
            "W1": X.T @ dhidden + self.reg * W1,
            "b1": dhidden.sum(axis=0),
            "W2": hidden.T @ dscores + self.reg * W2,
            "b2": dscores.sum(axis=0),
        }
        return data_loss + self.reg * decay / 2, grads


def softmax_loss(x, y):
    """The mean cross-entropy and its gradient."""
    log_probs = x - np.logaddexp.reduce(x, axis=1, keepdims=True)
    targets = np.eye(x.shape[1])[y]
    return -(log_probs * targets).sum() / len(y), (np.exp(log_probs) - targets) / len(y)


def train_softmax(X, y, W, learning_rate, steps):
    """Gradient descent on all rows at once; the weights in the end, and the loss before each step."""
    losses = []
    for _ in range(steps):
        loss, dscores = softmax_loss(X @ W, y)
        losses.append(loss)
        W = W - learning_rate * X.T @ dscores
    return W, losses
