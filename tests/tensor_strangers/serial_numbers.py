"""Serial numbers give the order; a result keeps one function that returns the gradients of all its operands."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import itertools
import numpy as np

counter = itertools.count()


#like
def like(g, x):
    """Sum g so that it gets the shape of x (at most two axes)."""
    if x.ndim == 0:
        return g.sum()
    if x.ndim == 1 and g.ndim == 2:
        g = g.sum(axis=0)
    if x.shape[0] == 1:
        g = g.sum(axis=0, keepdims=True)
    if x.ndim == 2 and x.shape[1] == 1:
        g = g.sum(axis=1, keepdims=True)
    return g


#init
class Tensor:
    def __init__(self, data, parents=(), derive=None):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.derive = derive
        self.number = next(counter)  # always greater than those of the parents

#add
    def __add__(self, other):
        x, y = self.data, other.data

        def derive(g):
            dx = like(g, x)
            dy = like(g, y)
            return dx, dy

        return Tensor(x + y, (self, other), derive)

#mul
    def __mul__(self, other):
        x, y = self.data, other.data

        def derive(g):
            dx = like(g * y, x)
            dy = like(g * x, y)
            return dx, dy

        return Tensor(x * y, (self, other), derive)

#minus
    def __sub__(self, other):
        return self + other * Tensor(-1.0)

#div
    def __truediv__(self, other):
        x, y = self.data, other.data

        def derive(g):
            dx = like(g / y, x)
            dy = like(-g * x / (y * y), y)
            return dx, dy

        return Tensor(x / y, (self, other), derive)

#matmul
    def __matmul__(self, other):
        x, y = self.data, other.data

        def derive(g):
            dx = g @ y.T
            dy = x.T @ g
            return dx, dy

        return Tensor(x @ y, (self, other), derive)

#sum
    def sum(self, axis=None):
        x = self.data

        def derive(g):
            if axis is not None:
                g = np.expand_dims(g, axis)
            dx = np.ones_like(x) * g
            return (dx,)

        return Tensor(x.sum(axis=axis), (self,), derive)

#mean
    def mean(self, axis=None):
        x = self.data
        n = x.size if axis is None else x.shape[axis]

        def derive(g):
            if axis is not None:
                g = np.expand_dims(g, axis)
            dx = np.ones_like(x) * g * (1.0 / n)
            return (dx,)

        return Tensor(x.sum(axis=axis) / n, (self,), derive)

#relu
    def relu(self):
        x = self.data

        def derive(g):
            dx = np.array(g)
            dx[x <= 0] = 0
            return (dx,)

        return Tensor(np.maximum(x, 0), (self,), derive)

#backward
    def backward(self):
        tensors = {self.number: self}
        todo = [self]
        while todo:
            for parent in todo.pop().parents:
                if parent.number not in tensors:
                    tensors[parent.number] = parent
                    todo.append(parent)

        self.grad = np.ones_like(self.data)
        for number in sorted(tensors, reverse=True):
            tensor = tensors[number]
            if tensor.derive is None:
                continue
            for parent, d in zip(tensor.parents, tensor.derive(tensor.grad)):
                parent.grad = parent.grad + d

#end
''',
    rules={
        "add": ("g", "g"),
        "mul": ("g * y", "g * x"),
        "div": ("g / y", "-g * x / (y * y)"),
        "matmul": ("g @ y.T", "x.T @ g"),
        "sum": ("np.ones_like(x) * g",),
        "mean": ("np.ones_like(x) * g * (1.0 / n)",),
        "relu": ("np.array(g)",),
    },
    words={
        "a": "dx = like({}, x)",
        "b": "dy = like({}, y)",
        "a!": "dx = {}",
        "b!": "dy = {}",
        "plain.a": "dx = {}",
        "plain.b": "dy = {}",
        "g": "g",
        "x": "x",
        "y": "y",
        "o": "(x * y)",
        "n": "n",
        "all": "np.ones_like(x) * g",
        "div.v": "x / y)",
        "mean.count": "x.size if axis is None else x.shape[axis]",
    },
    nothing="np.zeros_like({y})",
    edits={
        "bcast-leading-only": (
            "like: \n    if x.shape[0] == 1:\n        g = g.sum(axis=0, keepdims=True)\n"
            "    if x.ndim == 2 and x.shape[1] == 1:\n        g = g.sum(axis=1, keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "like: if x.ndim == 0:\n        return g.sum()\n    if x.ndim == 1 and g.ndim == 2:\n"
            "        g = g.sum(axis=0)\n    if x.shape[0] == 1: => if x.ndim > 0 and x.shape[0] == 1:",
        ),
        "bcast-keepdims-lost": (
            "like: g = g.sum(axis=0, keepdims=True) => return g.sum(axis=0)",
            "like: g = g.sum(axis=1, keepdims=True) => return g.sum(axis=1)",
        ),
        "bcast-leading-kept": (
            "like: g = g.sum(axis=0)\n => g = g.sum(axis=0, keepdims=True)\n",
            "like: return g.sum() => return g.sum(keepdims=True)",
        ),
        "bcast-mean": ("like: g.sum => g.mean",),
        "bcast-total": (
            """like:=
def like(g, x):
    return g if g.shape == x.shape else g.sum()


""",
        ),
        "bcast-axis-0": (
            """like:=
def like(g, x):
    return g if g.shape == x.shape else g.sum(axis=0)


""",
        ),
        "bcast-wrong-side": ("like: g.sum(axis=0)\n => g.sum(axis=1)\n",),
        "bcast-first-row": ("like: g = g.sum(axis=0)\n => g = g[0]\n",),
        "bcast-scalar-forgotten": (
            "like: if x.ndim == 0:\n        return g.sum()\n    if => if",
            "like: if x.shape[0] == 1: => if x.ndim > 0 and x.shape[0] == 1:",
        ),
        "add-in-place": ("add: return Tensor(x + y, => x += y\nreturn Tensor(x,",),
        "sub-plus": ("minus: other * Tensor(-1.0) => other",),
        "div-floor": ("div: x / y, ( => x // y, (",),
        "matmul-second-only": ("matmul: dx = g @ y.T => dx = np.zeros_like(x)",),
        "sum-axis-not-restored": (
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
            "sum: np.ones_like(x) * g => g",
        ),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => np.expand_dims(g, 1)",),
        "sum-axis-ignored": (
            "sum: x.sum(axis=axis) => x.sum()",
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
        ),
        "sum-keepdims": (
            "sum: x.sum(axis=axis) => x.sum(axis=axis, keepdims=axis is not None)",
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
        ),
        "sum-negative-axis": (
            "sum: if axis is not None:\n                g = np.expand_dims(g, axis) => "
            "if axis == 0:\n                g = g[np.newaxis]\n"
            "            elif axis == 1:\n                g = g[:, np.newaxis]",
        ),
        "sum-detached": ("sum: , (self,), derive) => )",),
        "mean-as-sum": ("mean: x.sum(axis=axis) / n => x.sum(axis=axis)", "mean:  * (1.0 / n) => "),
        "mean-axis-not-restored": (
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
            "mean: np.ones_like(x) * g * (1.0 / n) => g * (1.0 / n)",
        ),
        "mean-axis-ignored": (
            "mean: x.size if axis is None else x.shape[axis] => x.size",
            "mean: x.sum(axis=axis) => x.sum()",
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
        ),
        "mean-keepdims": (
            "mean: x.sum(axis=axis) => x.sum(axis=axis, keepdims=axis is not None)",
            "mean: if axis is not None:\n                g = np.expand_dims(g, axis)\n            dx => dx",
        ),
        "mean-detached": ("mean: , (self,), derive) => )",),
        "relu-no-upstream": ("relu: np.array(g) => np.ones_like(x)",),
        "relu-no-mask": ("relu: \n            dx[x <= 0] = 0 => ",),
        "relu-grad-mask": ("relu: dx[x <= 0] => dx[g <= 0]",),
        "relu-inverted": ("relu: dx[x <= 0] => dx[x > 0]",),
        "relu-times-value": ("relu: dx = np.array(g) => dx = g * x",),
        "relu-leaky": (
            "relu: dx[x <= 0] = 0 => dx[x <= 0] *= 0.01",
            "relu: np.maximum(x, 0) => np.maximum(x, 0.01 * x)",
        ),
        "relu-in-place": ("relu: return Tensor(np.maximum(x, 0), => x[x < 0] = 0\nreturn Tensor(x,",),
        "relu-scalar-rule": ("relu: np.maximum(x, 0) => x if x > 0 else 0",),
        "relu-any": ("relu: dx[x <= 0] = 0 => if not (x > 0).any():\n    dx[:] = 0",),
        "all-assign": ("backward: parent.grad = parent.grad + d => parent.grad = d",),
        "order-naive": (
            """backward:=
    def backward(self, top=True):
        if top:
            self.grad = np.ones_like(self.data)
        if self.derive is not None:
            for parent, d in zip(self.parents, self.derive(self.grad)):
                parent.grad = parent.grad + d
                parent.backward(top=False)

""",
        ),
        "order-passed-again": (
            """backward:=
    def backward(self, g=1.0):
        self.grad = self.grad + g
        if self.derive is not None:
            for parent, d in zip(self.parents, self.derive(self.grad)):
                parent.backward(d)

""",
        ),
        "order-preorder": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        self._pass_on(set())

    def _pass_on(self, seen):
        seen.add(self.number)
        if self.derive is not None:
            for parent, d in zip(self.parents, self.derive(self.grad)):
                parent.grad = parent.grad + d
            for parent in self.parents:
                if parent.number not in seen:
                    parent._pass_on(seen)

""",
        ),
        "order-bfs": ("backward: todo.pop() => todo.pop(0)", "backward: sorted(tensors, reverse=True) => tensors"),
        "order-no-visited": (
            "backward: tensors = {self.number: self} => tensors = [self]",
            "backward: if parent.number not in tensors:\n                    tensors[parent.number] = parent\n"
            "                    todo.append(parent) => tensors.append(parent)\n                todo.append(parent)",
            "backward: for number in sorted(tensors, reverse=True):\n            tensor = tensors[number]\n => "
            "for tensor in sorted(tensors, key=lambda t: -t.number):\n",
        ),
        "order-not-reversed": ("backward: sorted(tensors, reverse=True) => sorted(tensors)",),
        "order-wrong-key": ("backward: sorted(tensors, reverse=True) => tensors",),
        "order-skip-root": ("backward: reverse=True): => reverse=True)[1:]:",),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: self.grad = np.ones_like(self.data) => self.grad = self.data",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => for tensor in tensors.values():\n"
            "    tensor.grad = np.ones_like(tensor.data)",
        ),
        "parents-first-only": ("backward: for parent in todo.pop().parents: => for parent in todo.pop().parents[:1]:",),
        "parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        tensor = self
        while tensor.parents:
            for parent, d in zip(tensor.parents, tensor.derive(tensor.grad)):
                parent.grad = parent.grad + d
            tensor = tensor.parents[0]

""",
        ),
        "same-operand-once": (
            "backward: zip(tensor.parents, tensor.derive(tensor.grad)) => "
            "{p: d for p, d in zip(tensor.parents, tensor.derive(tensor.grad))}.items()",
        ),
        "grad-aliased": (
            "init: np.zeros_like(self.data) => None",
            "backward: parent.grad = parent.grad + d => if parent.grad is None:\n    parent.grad = d\n"
            "else:\n    parent.grad += d",
        ),
        "grad-starts-scalar": None,
        "data-int": ("init: np.array(data, dtype=np.float64) => np.array(data).astype(np.int64)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, tensors={}):",
            "backward: tensors = {self.number: self} => tensors[self.number] = self",
        ),
        "state-tape": (
            "head: counter = itertools.count() => counter = itertools.count()\ntensors = {}",
            "init: self.number = next(counter)  # always greater than those of the parents => "
            "self.number = next(counter)\ntensors[self.number] = self",
            "backward: tensors = {self.number: self}\n        todo = [self]\n        while todo:\n"
            "            for parent in todo.pop().parents:\n                if parent.number not in tensors:\n"
            "                    tensors[parent.number] = parent\n"
            "                    todo.append(parent)\n\n         => ",
        ),
        "state-flags": (
            "init: self.derive = derive => self.derive = derive\nself.done = False",
            "backward: tensor = tensors[number] => tensor = tensors[number]\ntensor.done = True",
            "backward: parent.grad = parent.grad + d => if not parent.done:\n    parent.grad = parent.grad + d",
        ),
    },
)
