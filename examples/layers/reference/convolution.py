"""Convolution and max pooling, with a loop over the positions of the window."""

import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    """x (N, C, H, W), filters w (F, C, HH, WW), b (F,); the output has shape (N, F, H', W')."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height, width = w.shape[2:]
    rows = (padded.shape[2] - height) // stride + 1
    columns = (padded.shape[3] - width) // stride + 1
    out = np.zeros((len(x), len(w), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + height, j * stride : j * stride + width]
            out[:, :, i, j] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3))) + b
    return out, (padded, w, stride, pad)


def conv_backward_naive(dout, cache):
    """The gradients of x, w and b."""
    padded, w, stride, pad = cache
    height, width = w.shape[2:]
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        place = np.s_[:, :, i * stride : i * stride + height, j * stride : j * stride + width]
        dpadded[place] += np.tensordot(dout[:, :, i, j], w, axes=1)
        dw += np.tensordot(dout[:, :, i, j].T, padded[place], axes=1)
    dx = dpadded[:, :, pad : padded.shape[2] - pad, pad : padded.shape[3] - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    """The largest entry of each window of x (N, C, H, W)."""
    high, wide, step = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    out = np.zeros((*x.shape[:2], (x.shape[2] - high) // step + 1, (x.shape[3] - wide) // step + 1))
    for i, j in np.ndindex(out.shape[2:]):
        out[:, :, i, j] = x[:, :, i * step : i * step + high, j * step : j * step + wide].max(axis=(2, 3))
    return out, (x, out, pool_param)


def max_pool_backward_naive(dout, cache):
    """The gradient of x: each entry of dout flows to the largest entry of its window."""
    x, out, pool_param = cache
    high, wide, step = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(out.shape[2:]):
        place = np.s_[:, :, i * step : i * step + high, j * step : j * step + wide]
        dx[place] += (x[place] == out[:, :, i, j, None, None]) * dout[:, :, i, j, None, None]
    return dx
