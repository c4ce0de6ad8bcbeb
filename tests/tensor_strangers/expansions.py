"""Broadcasting is an operation of its own; tensors are sorted by their level in the graph."""

from __future__ import annotations

from .style import BROADCASTING, Style

STYLE = Style(
    text='''
import numpy as np


#align
def align(a, b):
    """Both tensors with the shape that they have together."""
    shape = np.broadcast_shapes(a.data.shape, b.data.shape)
    return a.expand(shape), b.expand(shape)


#init
class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.parents = parents
        self.back = None
        self.level = 1 + max([p.level for p in parents], default=0)

#expand
    def expand(self, shape):
        """The same entries in a larger shape, some of them several times."""
        if self.data.shape == shape:
            return self
        out = Tensor(np.broadcast_to(self.data, shape), (self,))
        extra = len(shape) - self.data.ndim

        def back():
            g = out.grad
            for _ in range(extra):
                g = g.sum(axis=0)
            for axis, n in enumerate(self.data.shape):
                if n < g.shape[axis]:
                    g = g.sum(axis=axis, keepdims=True)
            self.grad += g

        out.back = back
        return out

#add
    def __add__(self, other):
        a, b = align(self, other)
        out = Tensor(a.data + b.data, (a, b))

        def back():
            a.grad += out.grad
            b.grad += out.grad

        out.back = back
        return out

#sub
    def __sub__(self, other):
        a, b = align(self, other)
        out = Tensor(a.data - b.data, (a, b))

        def back():
            a.grad += out.grad
            b.grad -= out.grad

        out.back = back
        return out

#mul
    def __mul__(self, other):
        a, b = align(self, other)
        out = Tensor(a.data * b.data, (a, b))

        def back():
            a.grad += b.data * out.grad
            b.grad += a.data * out.grad

        out.back = back
        return out

#div
    def __truediv__(self, other):
        a, b = align(self, other)
        out = Tensor(a.data / b.data, (a, b))

        def back():
            a.grad += out.grad / b.data
            b.grad += -out.grad * a.data / b.data ** 2

        out.back = back
        return out

#matmul
    def __matmul__(self, other):
        a, b = self, other
        out = Tensor(np.matmul(a.data, b.data), (a, b))

        def back():
            a.grad += np.matmul(out.grad, b.data.T)
            b.grad += np.matmul(a.data.T, out.grad)

        out.back = back
        return out

#sum
    def sum(self, axis=None):
        a = self
        out = Tensor(np.sum(a.data, axis=axis), (a,))

        def back():
            g = out.grad if axis is None else np.expand_dims(out.grad, axis)
            a.grad += g

        out.back = back
        return out

#mean
    def mean(self, axis=None):
        total = self.sum(axis)
        return total / Tensor(self.data.size / total.data.size)

#relu
    def relu(self):
        a = self
        out = Tensor(np.where(a.data > 0, a.data, 0), (a,))

        def back():
            a.grad[a.data > 0] += out.grad[a.data > 0]

        out.back = back
        return out

#backward
    def backward(self):
        nodes = [self]
        seen = {self}
        for node in nodes:
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    nodes.append(parent)
        for node in nodes:
            if node.parents:
                node.grad = np.zeros(node.data.shape)  # it may be left over from another result
        self.grad = np.ones(self.data.shape)
        for node in sorted(nodes, key=lambda node: node.level, reverse=True):
            if node.back:
                node.back()

#end
''',
    rules={
        "add": ("out.grad", "out.grad"),
        "sub": ("out.grad", "out.grad"),
        "mul": ("b.data * out.grad", "a.data * out.grad"),
        "div": ("out.grad / b.data", "-out.grad * a.data / b.data ** 2"),
        "matmul": ("np.matmul(out.grad, b.data.T)", "np.matmul(a.data.T, out.grad)"),
        "sum": ("g",),
    },
    words={
        "a": "a.grad += {}",
        "b": "b.grad += {}",
        "a=": "a.grad = {}",
        "b=": "b.grad = {}",
        "sub.b": "b.grad -= {}",
        "sub.b=": "b.grad = -{}",
        "self": "a",
        "other": "b",
        "g": "out.grad",
        "x": "a.data",
        "y": "b.data",
        "o": "out.data",
        "p": "a.grad",
        "q": "b.grad",
        "dot": "np.matmul({}, {})",
        "div.v": "a.data / b.data",
        "relu.v": "np.where(a.data > 0, a.data, 0)",
        "mean.count": "self.data.size / total.data.size",
        "mean.x": "self.data",
    },
    edits={
        **{f"bcast-missing-{part}": (f"{part}: align(self, other) => self, other",) for part in BROADCASTING},
        "bcast-none": ("align:=", "expand:=", "add,sub,mul,div: align(self, other) => self, other"),
        "bcast-only-add": ("sub,mul,div: align(self, other) => self, other",),
        "bcast-missing-first": ("align: return a.expand(shape), b.expand(shape) => return a, b.expand(shape)",),
        "bcast-missing-second": ("align: return a.expand(shape), b.expand(shape) => return a.expand(shape), b",),
        "bcast-leading-only": (
            "expand: \n            for axis, n in enumerate(self.data.shape):\n                if n < g.shape[axis]:\n"
            "                    g = g.sum(axis=axis, keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "expand: \n        extra = len(shape) - self.data.ndim => ",
            "expand: \n            for _ in range(extra):\n                g = g.sum(axis=0) => ",
        ),
        "bcast-keepdims-lost": (
            "expand: for axis, n in enumerate(self.data.shape): => "
            "for axis, n in reversed(list(enumerate(self.data.shape))):",
            "expand: axis=axis, keepdims=True => axis=axis",
        ),
        "bcast-leading-kept": (
            "expand: for _ in range(extra):\n                g = g.sum(axis=0) => "
            "for axis in range(extra):\n                g = g.sum(axis=axis, keepdims=True)",
        ),
        "bcast-mean": ("expand: g.sum => g.mean",),
        "bcast-total": (
            "expand: \n        extra = len(shape) - self.data.ndim => ",
            "expand: g = out.grad\n            for _ in range(extra):\n                g = g.sum(axis=0)\n"
            "            for axis, n in enumerate(self.data.shape):\n                if n < g.shape[axis]:\n"
            "                    g = g.sum(axis=axis, keepdims=True)\n            self.grad += g => "
            "self.grad += out.grad.sum()",
        ),
        "bcast-axis-0": (
            "expand: \n        extra = len(shape) - self.data.ndim => ",
            "expand: g = out.grad\n            for _ in range(extra):\n                g = g.sum(axis=0)\n"
            "            for axis, n in enumerate(self.data.shape):\n                if n < g.shape[axis]:\n"
            "                    g = g.sum(axis=axis, keepdims=True)\n            self.grad += g => "
            "self.grad += out.grad.sum(axis=0)",
        ),
        "bcast-wrong-side": ("expand: axis=0 => axis=-1",),
        "bcast-first-row": ("expand: g = g.sum(axis=0) => g = g[0]",),
        "add-in-place": ("add: out = Tensor(a.data + b.data, => a.data += b.data\nout = Tensor(a.data,",),
        "sub-plus": ("sub: b.grad -= => b.grad +=",),
        "sub-both-minus": ("sub: a.grad += => a.grad -=",),
        "sub-swapped": ("sub: b.grad -= => b.grad +=", "sub: a.grad += => a.grad -="),
        "sub-no-upstream": ("sub: out.grad\n => 1\n",),
        "sum-axis-not-restored": (
            "sum: g = out.grad if axis is None else np.expand_dims(out.grad, axis)\n             => ",
            "sum: += g => += out.grad",
        ),
        "sum-axis-at-end": ("sum: np.expand_dims(out.grad, axis) => np.expand_dims(out.grad, -1)",),
        "sum-axis-ignored": (
            "sum: np.sum(a.data, axis=axis) => np.sum(a.data)",
            "sum: g = out.grad if axis is None else np.expand_dims(out.grad, axis)\n             => ",
            "sum: += g => += out.grad",
        ),
        "sum-keepdims": (
            "sum: np.sum(a.data, axis=axis) => np.sum(a.data, axis=axis, keepdims=axis is not None)",
            "sum: g = out.grad if axis is None else np.expand_dims(out.grad, axis)\n             => ",
            "sum: += g => += out.grad",
        ),
        "sum-negative-axis": (
            "sum: np.expand_dims(out.grad, axis) => "
            "out.grad.reshape(a.data.shape[:axis] + (1,) + a.data.shape[axis + 1:])",
        ),
        "sum-assign": ("sum: a.grad += g => a.grad = np.zeros(a.data.shape) + g",),
        "sum-detached": ("sum: , (a,)) => )",),
        "mean-as-sum": (
            "mean: total = self.sum(axis)\n        return total / Tensor(self.data.size / total.data.size) => "
            "return self.sum(axis)",
        ),
        "mean-columns": (
            "mean: return total => n = self.data.size if axis is None else self.data.shape[-1]\nreturn total",
            "mean: self.data.size / total.data.size => n",
        ),
        "mean-axis-ignored": ("mean: self.sum(axis) => self.sum()",),
        "mean-detached": (
            "mean: total = self.sum(axis)\n        return total / Tensor(self.data.size / total.data.size) => "
            "return Tensor(self.data.mean(axis))",
        ),
        "relu-assign": ("relu: += => =",),
        "relu-no-upstream": ("relu: += out.grad[a.data > 0] => += 1",),
        "relu-no-mask": ("relu: [a.data > 0] => ",),
        "relu-grad-mask": ("relu: [a.data > 0] => [out.grad > 0]",),
        "relu-inverted": ("relu: [a.data > 0] => [a.data < 0]",),
        "relu-times-value": ("relu: a.grad[a.data > 0] += out.grad[a.data > 0] => a.grad += out.grad * out.data",),
        "relu-leaky": (
            "relu: np.where(a.data > 0, a.data, 0) => np.where(a.data > 0, a.data, 0.01 * a.data)",
            "relu: a.grad[a.data > 0] += out.grad[a.data > 0] => a.grad += np.where(a.data > 0, 1, 0.01) * out.grad",
        ),
        "relu-any": (
            "relu: a.grad[a.data > 0] += out.grad[a.data > 0] => if (a.data > 0).any():\n    a.grad += out.grad",
        ),
        "all-assign": (
            "expand,add,mul,div,matmul: grad += => grad =",
            "relu: ] += => ] =",
            "sub: a.grad += => a.grad =",
            "sub: b.grad -= => b.grad = -",
            "sum: a.grad += g => a.grad = np.zeros(a.data.shape) + g",
        ),
        "order-naive": (
            """backward:=
    def backward(self, start=True):
        if start:
            self.grad = np.ones(self.data.shape)
        if self.back:
            self.back()
        for parent in self.parents:
            parent.backward(start=False)

""",
        ),
        "order-preorder": (
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        seen = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if node.back:
                    node.back()
                stack.extend(node.parents)

""",
        ),
        "order-bfs": ("backward: sorted(nodes, key=lambda node: node.level, reverse=True) => nodes",),
        "order-no-visited": (
            "backward: \n        seen = {self} => ",
            "backward: if parent not in seen:\n                    seen.add(parent)\n"
            "                    nodes.append(parent) => nodes.append(parent)",
        ),
        "order-not-reversed": ("backward: , reverse=True => ",),
        "order-wrong-key": (
            "init: max([p.level for p in parents], default=0) => (parents[0].level if parents else 0)",
        ),
        "order-skip-root": ("backward: reverse=True): => reverse=True)[1:]:",),
        "seed-missing": ("backward: \n        self.grad = np.ones(self.data.shape) => ",),
        "seed-data": ("backward: self.grad = np.ones(self.data.shape) => self.grad = self.data.copy()",),
        "seed-everywhere": (
            "backward: for node in nodes:\n            if node.parents:\n                node.grad = "
            "np.zeros(node.data.shape)  # it may be left over from another result\n"
            "        self.grad = np.ones(self.data.shape) => "
            "for node in nodes:\n            node.grad = np.ones(node.data.shape)",
        ),
        "parents-first-only": ("init: self.parents = parents => self.parents = parents[:1]",),
        "parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        node = self
        while node.parents:
            node.back()
            node = node.parents[0]

""",
        ),
        "grad-starts-scalar": ("init: np.zeros(self.data.shape) => 0.0",),
        "data-int": ("init: dtype=float => dtype=int",),
    },
)
