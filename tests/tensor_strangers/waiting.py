"""Tensors that wait: backward announces every use, and a tensor passes its gradient on when all uses have answered."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#init
class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._edges = []
        self._pending = 0

#edge
    def _from(self, source, function):
        """Remember the function that turns our gradient into the source's."""
        self._edges.append((source, function))
        return self

#fold
    def _fold(self, g):
        """Undo the broadcasting of this tensor in its gradient g."""
        missing = g.ndim - self.data.ndim
        if missing:
            g = np.add.reduce(g, axis=tuple(range(missing)))
        stretched = tuple(np.flatnonzero(np.array(self.data.shape) < np.array(g.shape)))
        if stretched:
            g = np.add.reduce(g, axis=stretched, keepdims=True)
        return g

#add
    def __add__(self, other):
        out = Tensor(self.data + other.data)
        out._from(self, lambda g: self._fold(g))
        out._from(other, lambda g: other._fold(g))
        return out

#neg
    def __neg__(self):
        out = Tensor(-self.data)
        out._from(self, lambda g: -g)
        return out

#minus
    def __sub__(self, other):
        return self + (-other)

#mul
    def __mul__(self, other):
        out = Tensor(self.data * other.data)
        out._from(self, lambda g: self._fold(other.data * g))
        out._from(other, lambda g: other._fold(self.data * g))
        return out

#div
    def __truediv__(self, other):
        out = Tensor(self.data / other.data)
        out._from(self, lambda g: self._fold(g / other.data))
        out._from(other, lambda g: other._fold(-g * out.data / other.data))
        return out

#matmul
    def __matmul__(self, other):
        out = Tensor(self.data.dot(other.data))
        out._from(self, lambda g: g.dot(other.data.T))
        out._from(other, lambda g: self.data.T.dot(g))
        return out

#sum
    def sum(self, axis=None):
        kept = self.data.sum(axis=axis, keepdims=True)
        out = Tensor(kept.reshape(()) if axis is None else kept.squeeze(axis))
        out._from(self, lambda g: np.ones_like(self.data) * g.reshape(kept.shape))
        return out

#mean
    def mean(self, axis=None):
        kept = self.data.mean(axis=axis, keepdims=True)
        n = self.data.size / kept.size
        out = Tensor(kept.reshape(()) if axis is None else kept.squeeze(axis))
        out._from(self, lambda g: np.ones_like(self.data) * g.reshape(kept.shape) / n)
        return out

#relu
    def relu(self):
        out = Tensor(self.data * (self.data > 0))
        out._from(self, lambda g: (self.data > 0) * g)
        return out

#walk
    def _announce(self):
        self._pending += 1
        if self._pending == 1:
            for source, _ in self._edges:
                source._announce()

    def _receive(self, g):
        self.grad = self.grad + g
        self._pending -= 1
        if self._pending == 0:
            for source, function in self._edges:
                source._receive(function(self.grad))

#backward
    def backward(self):
        self._announce()
        self.grad = np.zeros_like(self.data)
        self._receive(np.ones_like(self.data))

#end
''',
    rules={
        "add": ("g", "g"),
        "neg": ("-g",),
        "mul": ("other.data * g", "self.data * g"),
        "div": ("g / other.data", "-g * out.data / other.data"),
        "matmul": ("g.dot(other.data.T)", "self.data.T.dot(g)"),
        "sum": ("np.ones_like(self.data) * g.reshape(kept.shape)",),
        "mean": ("np.ones_like(self.data) * g.reshape(kept.shape) / n",),
        "relu": ("(self.data > 0) * g",),
    },
    words={
        "a": "out._from(self, lambda g: self._fold({}))",
        "b": "out._from(other, lambda g: other._fold({}))",
        "a!": "out._from(self, lambda g: {})",
        "b!": "out._from(other, lambda g: {})",
        "plain.a": "out._from(self, lambda g: {})",
        "plain.b": "out._from(other, lambda g: {})",
        "self": "self",
        "other": "other",
        "g": "g",
        "x": "self.data",
        "y": "other.data",
        "o": "out.data",
        "p": "self.grad",
        "q": "other.grad",
        "n": "n",
        "all": "np.ones_like(self.data) * g.reshape(kept.shape)",
        "dot": "{}.dot({})",
        "div.v": "self.data / other.data",
        "relu.v": "self.data * (self.data > 0)",
        "mean.count": "self.data.size / kept.size",
    },
    edits={
        "bcast-leading-only": (
            "fold: stretched = tuple(np.flatnonzero(np.array(self.data.shape) < np.array(g.shape)))\n"
            "        if stretched:\n            g = np.add.reduce(g, axis=stretched, keepdims=True)\n"
            "        return g => return g",
        ),
        "bcast-ones-only": (
            "fold: missing = g.ndim - self.data.ndim\n        if missing:\n"
            "            g = np.add.reduce(g, axis=tuple(range(missing)))\n"
            "        stretched = tuple(np.flatnonzero(np.array(self.data.shape) < np.array(g.shape))) => "
            "stretched = tuple(i for i, (m, n) in enumerate(zip(self.data.shape, g.shape)) if m < n)",
        ),
        "bcast-keepdims-lost": ("fold: axis=stretched, keepdims=True => axis=stretched",),
        "bcast-leading-kept": (
            "fold: np.add.reduce(g, axis=tuple(range(missing))) => "
            "np.add.reduce(g, axis=tuple(range(missing)), keepdims=True)",
            "fold: stretched = => if missing:\n    return g\nstretched =",
        ),
        "bcast-mean": ("fold: np.add.reduce => np.mean",),
        "bcast-total": (
            """fold:=
    def _fold(self, g):
        return g if g.shape == self.data.shape else np.full(self.data.shape, np.add.reduce(g, axis=None))

""",
        ),
        "bcast-axis-0": (
            """fold:=
    def _fold(self, g):
        return g if g.shape == self.data.shape else np.add.reduce(g)

""",
        ),
        "bcast-wrong-side": ("fold: tuple(range(missing)) => tuple(range(-missing, 0))",),
        "bcast-first-row": (
            "fold: if missing:\n            g = np.add.reduce(g, axis=tuple(range(missing))) => "
            "for _ in range(missing):\n            g = g[0]",
        ),
        "bcast-scalar-forgotten": (
            "fold: if missing: => if missing and self.data.ndim:",
            "fold: stretched = => if self.data.ndim == 0:\n    return g\nstretched =",
        ),
        "add-in-place": (
            "add: out = Tensor(self.data + other.data) => self.data += other.data\nout = Tensor(self.data)",
        ),
        "sub-plus": ("neg: g: -g => g: g",),
        "sum-axis-not-restored": (
            "sum: kept = self.data.sum(axis=axis, keepdims=True)\n         => ",
            "sum: kept.reshape(()) if axis is None else kept.squeeze(axis) => self.data.sum(axis=axis)",
            "sum: g.reshape(kept.shape) => g",
        ),
        "sum-axis-at-end": ("sum: g.reshape(kept.shape) => g.reshape(g.shape + (1,))",),
        "sum-axis-ignored": (
            "sum: kept = self.data.sum(axis=axis, keepdims=True)\n         => ",
            "sum: kept.reshape(()) if axis is None else kept.squeeze(axis) => self.data.sum()",
            "sum: g.reshape(kept.shape) => g",
        ),
        "sum-keepdims": ("sum: kept.squeeze(axis) => kept",),
        "sum-negative-axis": (
            "sum: kept = self.data.sum(axis=axis, keepdims=True) => "
            "shape = [1 if axis in (None, i) else n for i, n in enumerate(self.data.shape)]",
            "sum: kept.reshape(()) if axis is None else kept.squeeze(axis) => self.data.sum(axis=axis)",
            "sum: g.reshape(kept.shape) => g.reshape(shape)",
        ),
        "sum-detached": (
            "sum: \n        out._from(self, lambda g: np.ones_like(self.data) * g.reshape(kept.shape)) => ",
        ),
        "mean-as-sum": (
            "mean: self.data.mean => self.data.sum",
            "mean: \n        n = self.data.size / kept.size => ",
            "mean:  / n) => )",
        ),
        "mean-axis-not-restored": ("mean: g.reshape(kept.shape) => g",),
        "mean-axis-ignored": (
            "mean: axis=axis => axis=None",
            "mean: kept.reshape(()) if axis is None else kept.squeeze(axis) => kept.reshape(())",
        ),
        "mean-keepdims": ("mean: kept.squeeze(axis) => kept",),
        "mean-detached": (
            "mean: \n        n = self.data.size / kept.size => ",
            "mean: \n        out._from(self, lambda g: np.ones_like(self.data) * g.reshape(kept.shape) / n) => ",
        ),
        "relu-in-place": (
            "relu: out = Tensor(self.data * (self.data > 0)) => "
            "self.data[self.data < 0] = 0.0\nout = Tensor(self.data)",
        ),
        "all-assign": ("walk: self.grad = self.grad + g => self.grad = g",),
        "order-naive": (
            "init: \n        self._pending = 0 => ",
            """walk:=
    def _spread(self):
        for source, function in self._edges:
            source.grad = source.grad + function(self.grad)
            source._spread()

""",
            "backward: self._announce()\n         => ",
            "backward: self.grad = np.zeros_like(self.data)\n        self._receive(np.ones_like(self.data)) => "
            "self.grad = np.ones_like(self.data)\n        self._spread()",
        ),
        "order-passed-again": (
            "init: \n        self._pending = 0 => ",
            """walk:=
    def _receive(self, g):
        self.grad = self.grad + g
        for source, function in self._edges:
            source._receive(function(self.grad))

""",
            "backward: self._announce()\n         => ",
        ),
        "order-preorder": (
            "init: \n        self._pending = 0 => ",
            """walk:=
    def _pass_on(self, done):
        done.add(self)
        for source, function in self._edges:
            source.grad = source.grad + function(self.grad)
        for source, _ in self._edges:
            if source not in done:
                source._pass_on(done)

""",
            "backward: self._announce()\n         => ",
            "backward: self.grad = np.zeros_like(self.data)\n        self._receive(np.ones_like(self.data)) => "
            "self.grad = np.ones_like(self.data)\n        self._pass_on(set())",
        ),
        "order-bfs": (
            "init: \n        self._pending = 0 => ",
            "walk:=",
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        generation, done = [self], {self}
        while generation:
            following = []
            for tensor in generation:
                for source, function in tensor._edges:
                    source.grad = source.grad + function(tensor.grad)
                    if source not in done:
                        done.add(source)
                        following.append(source)
            generation = following

""",
        ),
        "order-no-visited": (
            "walk: if self._pending == 1:\n            for source, _ in self._edges:\n"
            "                source._announce() => for source, _ in self._edges:\n            source._announce()",
        ),
        "seed-missing": ("backward: np.ones_like(self.data) => self.grad",),
        "seed-data": ("backward: np.ones_like(self.data) => self.data",),
        "parents-first-only": ("edge: self._edges.append => if not self._edges:\n    self._edges.append",),
        "parent-pointer": (
            "init: self._edges = [] => self._source = self._function = None",
            "init: \n        self._pending = 0 => ",
            "edge: self._edges.append((source, function)) => self._source, self._function = source, function",
            "walk:=",
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        tensor = self
        while tensor._source is not None:
            source = tensor._source
            source.grad = source.grad + tensor._function(tensor.grad)
            tensor = source

""",
        ),
        "same-operand-once": (
            "init: self._edges = [] => self._edges = {}",
            "edge: self._edges.append((source, function)) => self._edges[source] = function",
            "walk: source, _ in self._edges => source in self._edges",
            "walk: source, function in self._edges => source, function in self._edges.items()",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-flags": (
            "init: self._pending = 0 => self._pending = 0\nself._done = False",
            "walk: self.grad = self.grad + g => if not self._done:\n    self.grad = self.grad + g",
            "walk: if self._pending == 0:\n            for => if self._pending == 0:\n            self._done = True\n"
            "            for",
        ),
    },
)
