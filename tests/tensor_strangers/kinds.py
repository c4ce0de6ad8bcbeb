"""A subclass of Tensor for each operation; a function adds to gradients in place, as far as the shapes allow it."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#collapse
def collapse(g, target):
    """Sum g over all the axes in which target has been broadcast."""
    ones = [axis - target.ndim for axis in range(target.ndim) if target.shape[axis] == 1]
    g = g.sum(axis=tuple(ones), keepdims=True)
    return g.sum(axis=tuple(range(g.ndim - target.ndim)))


#init
class Tensor:
    def __init__(self, data, *sources):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.sources = sources

    def pull(self):
        """Pass the gradient on to the sources: nothing to do for a leaf."""

#methods
    def __add__(self, other):
        return Addition(self, other)

    def __sub__(self, other):
        return Difference(self, other)

    def __mul__(self, other):
        return Product(self, other)

    def __truediv__(self, other):
        return Quotient(self, other)

    def __matmul__(self, other):
        return MatrixProduct(self, other)

    def sum(self, axis=None):
        return Total(self, axis)

#average
    def mean(self, axis=None):
        count = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) / Tensor(count)

#methods2
    def relu(self):
        return Rectified(self)

#backward
    def sorted_sources(self, found):
        for source in self.sources:
            if source not in found:
                source.sorted_sources(found)
        found.append(self)
        return found

    def backward(self):
        order = self.sorted_sources([])
        self.grad = np.ones_like(self.data)
        while order:
            order.pop().pull()


#add
class Addition(Tensor):
    def __init__(self, a, b):
        super().__init__(a.data + b.data, a, b)

    def pull(self):
        a, b = self.sources
        a.grad += collapse(self.grad, a.data)
        b.grad += collapse(self.grad, b.data)


#sub
class Difference(Tensor):
    def __init__(self, a, b):
        super().__init__(a.data - b.data, a, b)

    def pull(self):
        a, b = self.sources
        a.grad += collapse(self.grad, a.data)
        b.grad += collapse(-self.grad, b.data)


#mul
class Product(Tensor):
    def __init__(self, a, b):
        super().__init__(a.data * b.data, a, b)

    def pull(self):
        a, b = self.sources
        a.grad += collapse(b.data * self.grad, a.data)
        b.grad += collapse(a.data * self.grad, b.data)


#div
class Quotient(Tensor):
    def __init__(self, a, b):
        super().__init__(a.data / b.data, a, b)

    def pull(self):
        a, b = self.sources
        a.grad += collapse(1 / b.data * self.grad, a.data)
        b.grad += collapse(-a.data / np.square(b.data) * self.grad, b.data)


#matmul
class MatrixProduct(Tensor):
    def __init__(self, a, b):
        super().__init__(a.data @ b.data, a, b)

    def pull(self):
        a, b = self.sources
        a.grad += self.grad @ b.data.T
        b.grad += a.data.T @ self.grad


#sum
class Total(Tensor):
    def __init__(self, a, axis):
        super().__init__(np.sum(a.data, axis=axis), a)
        self.axis = axis

    def pull(self):
        (a,) = self.sources
        g = self.grad
        if self.axis is not None:
            shape = list(a.data.shape)
            shape[self.axis] = 1
            g = g.reshape(shape)
        a.grad += g


#relu
class Rectified(Tensor):
    def __init__(self, a):
        super().__init__(np.clip(a.data, 0, None), a)

    def pull(self):
        (a,) = self.sources
        a.grad += np.where(self.data > 0, self.grad, 0)

#end
''',
    rules={
        "add": ("self.grad", "self.grad"),
        "sub": ("self.grad", "-self.grad"),
        "mul": ("b.data * self.grad", "a.data * self.grad"),
        "div": ("1 / b.data * self.grad", "-a.data / np.square(b.data) * self.grad"),
        "matmul": ("self.grad @ b.data.T", "a.data.T @ self.grad"),
        "sum": ("g",),
        "relu": ("np.where(self.data > 0, self.grad, 0)",),
    },
    words={
        "a": "a.grad += collapse({}, a.data)",
        "b": "b.grad += collapse({}, b.data)",
        "a=": "a.grad = collapse({}, a.data)",
        "b=": "b.grad = collapse({}, b.data)",
        "a!": "a.grad += {}",
        "b!": "b.grad += {}",
        "plain.a": "a.grad += {}",
        "plain.b": "b.grad += {}",
        "plain.a=": "a.grad = {}",
        "plain.b=": "b.grad = {}",
        "self": "a",
        "other": "b",
        "g": "self.grad",
        "x": "a.data",
        "y": "b.data",
        "o": "self.data",
        "p": "a.grad",
        "q": "b.grad",
        "div.v": "a.data / b.data",
        "relu.v": "np.clip(a.data, 0, None)",
    },
    edits={
        "bcast-leading-only": (
            "collapse: ones = [axis - target.ndim for axis in range(target.ndim) if target.shape[axis] == 1]\n"
            "    g = g.sum(axis=tuple(ones), keepdims=True)\n    return => return",
        ),
        "bcast-ones-only": ("collapse: return g.sum(axis=tuple(range(g.ndim - target.ndim))) => return g",),
        "bcast-keepdims-lost": (
            "collapse: g = g.sum(axis=tuple(ones), keepdims=True)\n"
            "    return g.sum(axis=tuple(range(g.ndim - target.ndim))) => "
            "return g.sum(axis=tuple(ones) + tuple(range(g.ndim - target.ndim)))",
        ),
        "bcast-leading-kept": ("collapse: - target.ndim))) => - target.ndim)), keepdims=True)",),
        "bcast-mean": ("collapse: g.sum => g.mean",),
        "bcast-total": (
            """collapse:=
def collapse(g, target):
    if g.size > target.size:
        g = g.sum()
    return g


""",
        ),
        "bcast-axis-0": (
            """collapse:=
def collapse(g, target):
    if g.size > target.size:
        g = g.sum(axis=0)
    return g


""",
        ),
        "bcast-wrong-side": ("collapse: tuple(range(g.ndim - target.ndim)) => tuple(range(target.ndim, g.ndim))",),
        "bcast-scalar-forgotten": ("collapse: ones = => if target.ndim == 0:\n    return g\nones =",),
        "add-in-place": (
            "add: super().__init__(a.data + b.data, a, b) => a.data += b.data\nsuper().__init__(a.data, a, b)",
        ),
        "sum-assign": ("sum: a.grad += g => a.grad = np.ones_like(a.data) * g",),
        "sum-axis-not-restored": (
            "sum: \n        g = self.grad\n        if self.axis is not None:\n            shape = list(a.data.shape)\n"
            "            shape[self.axis] = 1\n            g = g.reshape(shape) => ",
            "sum: += g => += self.grad",
        ),
        "sum-axis-at-end": (
            "sum: shape = list(a.data.shape)\n            shape[self.axis] = 1\n            g = g.reshape(shape) => "
            "g = g.reshape(-1, 1)",
        ),
        "sum-axis-ignored": (
            "sum: np.sum(a.data, axis=axis), a)\n        self.axis = axis => np.sum(a.data), a)",
            "sum: \n        g = self.grad\n        if self.axis is not None:\n            shape = list(a.data.shape)\n"
            "            shape[self.axis] = 1\n            g = g.reshape(shape) => ",
            "sum: += g => += self.grad",
        ),
        "sum-keepdims": (
            "sum: axis=axis), a) => axis=axis, keepdims=axis is not None), a)",
            "sum: \n        g = self.grad\n        if self.axis is not None:\n            shape = list(a.data.shape)\n"
            "            shape[self.axis] = 1\n            g = g.reshape(shape) => ",
            "sum: += g => += self.grad",
        ),
        "sum-negative-axis": (
            "sum: shape = list(a.data.shape)\n            shape[self.axis] = 1 => "
            "shape = [1 if axis == self.axis else n for axis, n in enumerate(a.data.shape)]",
        ),
        "sum-detached": (
            "sum: axis=axis), a) => axis=axis))\nself.a = a",
            "sum: (a,) = self.sources => a = self.a",
        ),
        "mean-rows": (
            "average: count = self.data.size if axis is None else self.data.shape[axis]\n         => ",
            "average: Tensor(count) => Tensor(len(self.data))",
        ),
        "mean-columns": ("average: self.data.shape[axis] => self.data.shape[-1]",),
        "mean-all": (
            "average: count = self.data.size if axis is None else self.data.shape[axis]\n         => ",
            "average: Tensor(count) => Tensor(self.data.size)",
        ),
        "mean-as-sum": (
            "average: count = self.data.size if axis is None else self.data.shape[axis]\n         => ",
            "average:  / Tensor(count) => ",
        ),
        "mean-axis-ignored": (
            "average: self.data.size if axis is None else self.data.shape[axis] => self.data.size",
            "average: self.sum(axis) => self.sum()",
        ),
        "mean-detached": ("average: self.sum(axis) / Tensor(count) => Tensor(self.sum(axis).data / count)",),
        "relu-in-place": (
            "relu: super().__init__(np.clip(a.data, 0, None), a) => "
            "np.clip(a.data, 0, None, out=a.data)\nsuper().__init__(a.data, a)",
        ),
        "relu-scalar-rule": ("relu: np.where(self.data > 0, self.grad, 0) => self.grad if self.data > 0 else 0",),
        "all-assign": (
            "add,sub,mul,div,matmul,relu: grad += => grad =",
            "sum: a.grad += g => a.grad = np.ones_like(a.data) * g",
        ),
        "order-naive": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        self.spread()

    def spread(self):
        self.pull()
        for source in self.sources:
            source.spread()


""",
        ),
        "order-preorder": (
            """backward:=
    def sorted_sources(self, found):
        found.append(self)
        for source in self.sources:
            if source not in found:
                source.sorted_sources(found)
        return found

    def backward(self):
        self.grad = np.ones_like(self.data)
        for tensor in self.sorted_sources([]):
            tensor.pull()


""",
        ),
        "order-bfs": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        found = [self]
        for tensor in found:
            tensor.pull()
            found += [source for source in dict.fromkeys(tensor.sources) if source not in found]


""",
        ),
        "order-no-visited": (
            "backward: if source not in found:\n                source.sorted_sources(found) => "
            "source.sorted_sources(found)",
        ),
        "order-node-twice": (
            "backward: if source not in found:\n                source.sorted_sources(found) => "
            "if source in found:\n                found.append(source)\n"
            "            else:\n                source.sorted_sources(found)",
        ),
        "order-by-value": (
            "backward: if source not in found: => if not any(np.array_equal(source.data, t.data) for t in found):",
        ),
        "order-not-reversed": ("backward: order.pop() => order.pop(0)",),
        "order-skip-root": ("backward: while order: => order.remove(self)\nwhile order:",),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: np.ones_like(self.data) => np.copy(self.data)",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => "
            "for tensor in order:\n    tensor.grad = np.ones_like(tensor.data)",
        ),
        "parents-first-only": ("backward: in self.sources: => in self.sources[:1]:",),
        "parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        tensor = self
        while tensor.sources:
            tensor.pull()
            tensor = tensor.sources[0]


""",
        ),
        "grad-starts-scalar": ("init: np.zeros_like(self.data) => 0.0",),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-default-arg": (
            "backward: sorted_sources(self, found) => sorted_sources(self, found=[])",
            "backward: self.sorted_sources([]) => self.sorted_sources()",
            "backward: while order:\n            order.pop().pull() => "
            "for tensor in reversed(order):\n            tensor.pull()",
        ),
        "state-tape": (
            "init: class Tensor:\n => class Tensor:\n    everything = []\n\n",
            "init: self.sources = sources\n => self.sources = sources\n        Tensor.everything.append(self)\n",
            "backward: while order:\n            order.pop().pull() => "
            "for tensor in reversed(Tensor.everything):\n            tensor.pull()",
            "backward: \n        order = self.sorted_sources([]) => ",
        ),
    },
)
