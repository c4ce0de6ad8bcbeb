"""A tape that all tensors share: backward replays the steps that the result needs, from the last to the first."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
"""Reverse mode with a tape (Wengert list), for arrays."""
import numpy as np

TAPE = []


#record
def record(result, inputs, step):
    TAPE.append((result, inputs, step))
    return result


#match
def match(g, t):
    """Sums g until it has the shape of the tensor t."""
    for _ in range(g.ndim - t.data.ndim):
        g = np.add.reduce(g, axis=0)
    for axis in range(t.data.ndim):
        if t.data.shape[axis] < g.shape[axis]:
            g = np.add.reduce(g, axis=axis, keepdims=True)
    return g


#init
class Tensor:
    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)

#add
    def __add__(self, other):
        x, y = self, other
        z = Tensor(x.data + y.data)

        def step():
            x.grad = x.grad + match(z.grad, x)
            y.grad = y.grad + match(z.grad, y)

        return record(z, (x, y), step)

#sub
    def __sub__(self, other):
        x, y = self, other
        z = Tensor(x.data - y.data)

        def step():
            x.grad = x.grad + match(z.grad, x)
            y.grad = y.grad + match(-z.grad, y)

        return record(z, (x, y), step)

#mul
    def __mul__(self, other):
        x, y = self, other
        z = Tensor(x.data * y.data)

        def step():
            x.grad = x.grad + match(z.grad * y.data, x)
            y.grad = y.grad + match(z.grad * x.data, y)

        return record(z, (x, y), step)

#div
    def __truediv__(self, other):
        x, y = self, other
        z = Tensor(x.data / y.data)

        def step():
            x.grad = x.grad + match(z.grad / y.data, x)
            y.grad = y.grad + match(-z.grad * z.data / y.data, y)

        return record(z, (x, y), step)

#matmul
    def __matmul__(self, other):
        x, y = self, other
        z = Tensor(np.dot(x.data, y.data))

        def step():
            x.grad = x.grad + np.dot(z.grad, y.data.T)
            y.grad = y.grad + np.dot(x.data.T, z.grad)

        return record(z, (x, y), step)

#sum
    def sum(self, axis=None):
        x = self
        z = Tensor(np.sum(x.data, axis=axis))
        # the shape of z, if the axis that is summed over had been kept
        kept = np.sum(x.data, axis=axis, keepdims=True).shape

        def step():
            x.grad = x.grad + np.ones_like(x.data) * z.grad.reshape(kept)

        return record(z, (x,), step)

#mean
    def mean(self, axis=None):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) / Tensor(n)

#relu
    def relu(self):
        x = self
        mask = x.data > 0
        z = Tensor(x.data * mask)

        def step():
            x.grad = x.grad + z.grad * mask

        return record(z, (x,), step)

#backward
    def backward(self):
        self.grad = np.ones_like(self.data)
        needed = {self}
        for result, inputs, step in reversed(TAPE):
            if result in needed:
                step()
                needed.update(inputs)

#end
''',
    rules={
        "add": ("z.grad", "z.grad"),
        "sub": ("z.grad", "-z.grad"),
        "mul": ("z.grad * y.data", "z.grad * x.data"),
        "div": ("z.grad / y.data", "-z.grad * z.data / y.data"),
        "matmul": ("np.dot(z.grad, y.data.T)", "np.dot(x.data.T, z.grad)"),
        "sum": ("np.ones_like(x.data) * z.grad.reshape(kept)",),
        "relu": ("z.grad * mask",),
    },
    words={
        "a": "x.grad = x.grad + match({}, x)",
        "b": "y.grad = y.grad + match({}, y)",
        "a=": "x.grad = match({}, x)",
        "b=": "y.grad = match({}, y)",
        "a!": "x.grad = x.grad + {}",
        "b!": "y.grad = y.grad + {}",
        "plain.a": "x.grad = x.grad + {}",
        "plain.b": "y.grad = y.grad + {}",
        "plain.a=": "x.grad = {}",
        "plain.b=": "y.grad = {}",
        "self": "x",
        "other": "y",
        "g": "z.grad",
        "x": "x.data",
        "y": "y.data",
        "o": "z.data",
        "p": "x.grad",
        "q": "y.grad",
        "dot": "np.dot({}, {})",
        "div.v": "x.data / y.data",
        "relu.v": "x.data * mask",
        "mean.vx": "self.data",
        "mean.count": "self.data.size if axis is None else self.data.shape[axis]",
    },
    edits={
        "bcast-leading-only": (
            "match: \n    for axis in range(t.data.ndim):\n        if t.data.shape[axis] < g.shape[axis]:\n"
            "            g = np.add.reduce(g, axis=axis, keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "match: \n    for _ in range(g.ndim - t.data.ndim):\n        g = np.add.reduce(g, axis=0) => ",
        ),
        "bcast-keepdims-lost": (
            "match: for axis in range(t.data.ndim): => for axis in reversed(range(t.data.ndim)):",
            "match: axis=axis, keepdims=True => axis=axis",
        ),
        "bcast-leading-kept": (
            "match: for _ in range(g.ndim - t.data.ndim):\n        g = np.add.reduce(g, axis=0) => "
            "for axis in range(g.ndim - t.data.ndim):\n        g = np.add.reduce(g, axis=axis, keepdims=True)",
        ),
        "bcast-mean": ("match: np.add.reduce => np.mean",),
        "bcast-total": (
            """match:=
def match(g, t):
    return g if g.shape == t.data.shape else g.sum()


""",
        ),
        "bcast-axis-0": (
            """match:=
def match(g, t):
    return g if g.shape == t.data.shape else np.add.reduce(g, axis=0)


""",
        ),
        "bcast-wrong-side": ("match: axis=0 => axis=-1",),
        "bcast-first-row": ("match: g = np.add.reduce(g, axis=0) => g = g[0]",),
        "bcast-scalar-forgotten": ("match: for _ in range => if t.data.ndim == 0:\n    return g\nfor _ in range",),
        "add-in-place": ("add: z = Tensor(x.data + y.data) => x.data += y.data\nz = Tensor(x.data)",),
        "sum-axis-not-restored": (
            "sum: \n        # the shape of z, if the axis that is summed over had been kept\n"
            "        kept = np.sum(x.data, axis=axis, keepdims=True).shape => ",
            "sum: .reshape(kept) => ",
        ),
        "sum-axis-at-end": (
            "sum: \n        # the shape of z, if the axis that is summed over had been kept\n"
            "        kept = np.sum(x.data, axis=axis, keepdims=True).shape => ",
            "sum: .reshape(kept) => .reshape(z.data.shape + (1,))",
        ),
        "sum-axis-ignored": (
            "sum: np.sum(x.data, axis=axis) => np.sum(x.data)",
            "sum: \n        # the shape of z, if the axis that is summed over had been kept\n"
            "        kept = np.sum(x.data, axis=axis, keepdims=True).shape => ",
            "sum: .reshape(kept) => ",
        ),
        "sum-keepdims": (
            "sum: np.sum(x.data, axis=axis)) => np.sum(x.data, axis=axis, keepdims=axis is not None))",
            "sum: \n        # the shape of z, if the axis that is summed over had been kept\n"
            "        kept = np.sum(x.data, axis=axis, keepdims=True).shape => ",
            "sum: .reshape(kept) => ",
        ),
        "sum-negative-axis": (
            "sum: # the shape of z, if the axis that is summed over had been kept\n"
            "        kept = np.sum(x.data, axis=axis, keepdims=True).shape => "
            "kept = tuple(1 if axis is None or i == axis else n for i, n in enumerate(x.data.shape))",
        ),
        "sum-detached": ("sum: return record(z, (x,), step) => return z",),
        "mean-as-sum": (
            "mean: n = self.data.size if axis is None else self.data.shape[axis]\n        return => return",
            "mean: self.sum(axis) / Tensor(n) => self.sum(axis)",
        ),
        "mean-axis-ignored": (
            "mean: self.data.size if axis is None else self.data.shape[axis] => self.data.size",
            "mean: self.sum(axis) => self.sum()",
        ),
        "mean-detached": ("mean: self.sum(axis) / Tensor(n) => Tensor(self.data.sum(axis) / n)",),
        "relu-scalar-rule": ("relu: x.data > 0 => 1 if x.data > 0 else 0",),
        "relu-leaky": ("relu: x.data > 0 => np.where(x.data > 0, 1.0, 0.01)",),
        "relu-inverted": ("relu: z.grad * mask => z.grad * (1 - mask)",),
        "relu-in-place": ("relu: z = Tensor(x.data * mask) => x.data *= mask\nz = Tensor(x.data)",),
        "relu-any": ("relu: z.grad * mask => z.grad * mask.any()",),
        "relu-no-upstream": ("relu: z.grad * mask => mask",),
        "relu-times-value": ("relu: z.grad * mask => z.grad * z.data",),
        "order-not-reversed": ("backward: reversed(TAPE) => TAPE",),
        "order-skip-root": ("backward: if result in needed: => if result is not self and result in needed:",),
        "order-by-value": (
            "backward: {self} => [self.data]",
            "backward: if result in needed: => if any(np.array_equal(result.data, data) for data in needed):",
            "backward: needed.update(inputs) => needed.extend(t.data for t in inputs)",
        ),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: np.ones_like(self.data) => self.data.copy()",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => "
            "for result, inputs, step in TAPE:\n    result.grad = np.ones_like(result.data)",
        ),
        "parents-first-only": ("backward: needed.update(inputs) => needed.add(inputs[0])",),
        "parent-pointer": (
            "backward: needed = {self} => wanted = self",
            "backward: if result in needed: => if result is wanted:",
            "backward: needed.update(inputs) => wanted = inputs[0]",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, needed=set()):",
            "backward: needed = {self} => needed.add(self)",
        ),
        "state-tape": (
            "backward: \n        needed = {self} => ",
            "backward: if result in needed:\n                step()\n                needed.update(inputs) => step()",
        ),
    },
)
