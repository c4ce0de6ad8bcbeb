"""HIPS autograd's way: pairs of a parent and a lambda for its gradient, gradients in a dict, an order from a stack."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#unbroadcast
def unbroadcast(g, shape):
    # write shape with as many axes as g has
    padded = (1,) * (g.ndim - len(shape)) + shape
    axes = tuple(i for i, (have, want) in enumerate(zip(g.shape, padded)) if have != want)
    return np.sum(g, axis=axes, keepdims=True).reshape(shape)


#init
class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros(self.data.shape)
        self.parents = list(parents)  # (tensor, function from our gradient to its gradient)

#shape
    @property
    def shape(self):
        return self.data.shape

#add
    def __add__(self, other):
        return Tensor(self.data + other.data, [
            (self, lambda g: unbroadcast(g, self.shape)),
            (other, lambda g: unbroadcast(g, other.shape)),
        ])

#sub
    def __sub__(self, other):
        return Tensor(self.data - other.data, [
            (self, lambda g: unbroadcast(g, self.shape)),
            (other, lambda g: unbroadcast(-g, other.shape)),
        ])

#mul
    def __mul__(self, other):
        return Tensor(self.data * other.data, [
            (self, lambda g: unbroadcast(g * other.data, self.shape)),
            (other, lambda g: unbroadcast(g * self.data, other.shape)),
        ])

#div
    def __truediv__(self, other):
        return Tensor(self.data / other.data, [
            (self, lambda g: unbroadcast(g / other.data, self.shape)),
            (other, lambda g: unbroadcast(-g * self.data / other.data ** 2, other.shape)),
        ])

#matmul
    def __matmul__(self, other):
        return Tensor(self.data @ other.data, [
            (self, lambda g: g @ other.data.T),
            (other, lambda g: self.data.T @ g),
        ])

#sum
    def sum(self, axis=None):
        return Tensor(np.sum(self.data, axis=axis), [
            (self, lambda g: np.ones(self.shape) * (g if axis is None else np.expand_dims(g, axis))),
        ])

#mean
    def mean(self, axis=None):
        n = self.data.size // np.mean(self.data, axis=axis).size
        return Tensor(np.mean(self.data, axis=axis), [
            (self, lambda g: np.ones(self.shape) / n * (g if axis is None else np.expand_dims(g, axis))),
        ])

#relu
    def relu(self):
        return Tensor(np.where(self.data > 0, self.data, 0.0), [
            (self, lambda g: g * (self.data > 0)),
        ])

#order
    def _order(self):
        """This tensor and all that it was computed from, each after its parents."""
        order, seen = [], set()
        stack = [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                for parent, _ in node.parents:
                    stack.append((parent, False))
        return order

#backward
    def backward(self):
        grads = {id(self): np.ones(self.shape)}
        for node in reversed(self._order()):
            node.grad = g = grads.pop(id(node))
            for parent, vjp in node.parents:
                grads[id(parent)] = grads.get(id(parent), 0.0) + vjp(g)

#end
''',
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * other.data", "g * self.data"),
        "div": ("g / other.data", "-g * self.data / other.data ** 2"),
        "matmul": ("g @ other.data.T", "self.data.T @ g"),
        "sum": ("np.ones(self.shape) * (g if axis is None else np.expand_dims(g, axis))",),
        "mean": ("np.ones(self.shape) / n * (g if axis is None else np.expand_dims(g, axis))",),
        "relu": ("g * (self.data > 0)",),
    },
    words={
        "a": "(self, lambda g: unbroadcast({}, self.shape)),",
        "b": "(other, lambda g: unbroadcast({}, other.shape)),",
        "a!": "(self, lambda g: {}),",
        "b!": "(other, lambda g: {}),",
        "plain.a": "(self, lambda g: {}),",
        "plain.b": "(other, lambda g: {}),",
        "g": "g",
        "x": "self.data",
        "y": "other.data",
        "o": "self.data * other.data",
        "n": "n",
        "all": "np.ones(self.shape) * (g if axis is None else np.expand_dims(g, axis))",
        "ones": "np.ones(self.shape)",
        "relu.o": "np.where(self.data > 0, self.data, 0.0)",
        "div.v": "self.data / other.data",
        "relu.v": "np.where(self.data > 0, self.data, 0.0)",
        "mean.count": "self.data.size // np.mean(self.data, axis=axis).size",
    },
    nothing="np.zeros(other.shape)",
    edits={
        "bcast-leading-only": (
            "unbroadcast: # write shape with as many axes as g has\n"
            "    padded = (1,) * (g.ndim - len(shape)) + shape\n"
            "    axes = tuple(i for i, (have, want) in enumerate(zip(g.shape, padded)) if have != want)\n"
            "    return np.sum(g, axis=axes, keepdims=True).reshape(shape) => "
            "return np.sum(g, axis=tuple(range(g.ndim - len(shape))))",
        ),
        "bcast-ones-only": (
            """unbroadcast:=
def unbroadcast(g, shape):
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return np.sum(g, axis=axes, keepdims=True)


""",
        ),
        "bcast-keepdims-lost": ("unbroadcast: , keepdims=True).reshape(shape) => )",),
        "bcast-leading-kept": ("unbroadcast: .reshape(shape) => ",),
        "bcast-mean": ("unbroadcast: np.sum => np.mean",),
        "bcast-total": (
            """unbroadcast:=
def unbroadcast(g, shape):
    return g if g.shape == shape else np.full(shape, np.sum(g))


""",
        ),
        "bcast-axis-0": (
            """unbroadcast:=
def unbroadcast(g, shape):
    return g if g.shape == shape else np.sum(g, axis=0)


""",
        ),
        "bcast-wrong-side": (
            "unbroadcast: (1,) * (g.ndim - len(shape)) + shape => shape + (1,) * (g.ndim - len(shape))",
        ),
        "matmul-second-only": ("matmul: g @ other.data.T => np.zeros(self.shape)",),
        "sum-axis-not-restored": ("sum: (g if axis is None else np.expand_dims(g, axis)) => g",),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => g[..., np.newaxis]",),
        "sum-axis-ignored": (
            "sum: np.sum(self.data, axis=axis) => np.sum(self.data)",
            "sum: (g if axis is None else np.expand_dims(g, axis)) => g",
        ),
        "sum-keepdims": (
            "sum: np.sum(self.data, axis=axis) => np.sum(self.data, axis=axis, keepdims=axis is not None)",
            "sum: (g if axis is None else np.expand_dims(g, axis)) => g",
        ),
        "sum-negative-axis": (
            "sum: np.expand_dims(g, axis) => g.reshape(self.shape[:axis] + (1,) + self.shape[axis + 1:])",
        ),
        "sum-total-upstream": (
            "sum: np.ones(self.shape) * (g if axis is None else np.expand_dims(g, axis)) => "
            "np.full(self.shape, g.sum())",
        ),
        "sum-detached": (
            "sum: , [\n            (self, lambda g: np.ones(self.shape) * "
            "(g if axis is None else np.expand_dims(g, axis))),\n        ] => ",
        ),
        "mean-as-sum": (
            "mean: Tensor(np.mean => Tensor(np.sum",
            "mean: np.ones(self.shape) / n => np.ones(self.shape)",
        ),
        "mean-axis-not-restored": ("mean: (g if axis is None else np.expand_dims(g, axis)) => g",),
        "mean-axis-ignored": (
            "mean: np.mean(self.data, axis=axis) => np.mean(self.data)",
            "mean: (g if axis is None else np.expand_dims(g, axis)) => g",
        ),
        "mean-keepdims": (
            "mean: Tensor(np.mean(self.data, axis=axis) => "
            "Tensor(np.mean(self.data, axis=axis, keepdims=axis is not None)",
            "mean: (g if axis is None else np.expand_dims(g, axis)) => g",
        ),
        "mean-detached": (
            "mean: n = self.data.size // np.mean(self.data, axis=axis).size\n        return => return",
            "mean: , [\n            (self, lambda g: np.ones(self.shape) / n * "
            "(g if axis is None else np.expand_dims(g, axis))),\n        ] => ",
        ),
        "all-assign": ("backward: grads.get(id(parent), 0.0) + vjp(g) => vjp(g)",),
        "order-naive": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.shape)
        self._spread()

    def _spread(self):
        for parent, vjp in self.parents:
            parent.grad = parent.grad + vjp(self.grad)
            parent._spread()

""",
        ),
        "order-passed-again": (
            "order:=",
            """backward:=
    def backward(self, g=None):
        self.grad = self.grad + (np.ones(self.shape) if g is None else g)
        for parent, vjp in self.parents:
            parent.backward(vjp(self.grad))

""",
        ),
        "order-preorder": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.shape)
        seen = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for parent, vjp in node.parents:
                parent.grad = parent.grad + vjp(node.grad)
                stack.append(parent)

""",
        ),
        "order-bfs": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.shape)
        queue, seen = [self], {id(self)}
        for node in queue:
            for parent, vjp in node.parents:
                parent.grad = parent.grad + vjp(node.grad)
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)

""",
        ),
        "order-no-visited": (
            "order: order, seen = [], set() => order = []",
            "order: elif id(node) not in seen:\n                seen.add(id(node))\n => else:\n",
            "backward: grads.pop(id(node)) => grads[id(node)]",
        ),
        "order-node-twice": (
            "order: elif id(node) not in seen:\n                seen.add(id(node))\n"
            "                stack.append((node, True))\n                for => "
            "else:\n                stack.append((node, True))\n                if id(node) in seen:\n"
            "                    continue\n                seen.add(id(node))\n                for",
            "backward: grads.pop(id(node)) => grads[id(node)]",
        ),
        "order-by-value": ("order: id(node) => node.data.tobytes()", "backward: pop(id(node)) => get(id(node), 0.0)"),
        "order-not-reversed": (
            "backward: reversed(self._order()) => self._order()",
            "backward: grads.pop(id(node)) => grads.get(id(node), np.zeros(node.shape))",
        ),
        "order-skip-root": (
            "backward: reversed(self._order()) => reversed(self._order()[:-1])",
            "backward: grads.pop(id(node)) => grads.get(id(node), np.zeros(node.shape))",
        ),
        "seed-missing": (
            "backward: {id(self): np.ones(self.shape)} => {}",
            "backward: grads.pop(id(node)) => grads.get(id(node), np.zeros(node.shape))",
        ),
        "seed-data": ("backward: {id(self): np.ones(self.shape)} => {id(self): self.data}",),
        "seed-everywhere": (
            "backward: grads = {id(self): np.ones(self.shape)} => "
            "grads = {id(node): np.ones(node.shape) for node in self._order()}",
        ),
        "parents-first-only": ("init: list(parents) => list(parents)[:1]",),
        "parent-pointer": (
            "init: self.parents = list(parents)  # (tensor, function from our gradient to its gradient) => "
            "self.parent, self.vjp = parents[0] if parents else (None, None)",
            "order:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.shape)
        node = self
        while node.parent is not None:
            node.parent.grad = node.parent.grad + node.vjp(node.grad)
            node = node.parent

""",
        ),
        "same-operand-once": (
            "init: list(parents)  # (tensor, function => dict(parents)  # tensor: function",
            "init: its gradient) => its gradient",
            "order: for parent, _ in node.parents => for parent in node.parents",
            "backward: node.parents => node.parents.items()",
        ),
        "grad-aliased": None,
        "data-int": ("init: np.asarray(data, dtype=np.float64) => np.asarray(data).astype(int)",),
        "state-default-arg": (
            "order: _order(self) => _order(self, order=[], seen=set())",
            "order: \n        order, seen = [], set() => ",
            "backward: grads.pop(id(node)) => grads.pop(id(node), node.grad)",
        ),
        "state-tape": (
            "init: class Tensor:\n => class Tensor:\n    order = []\n\n",
            "order: order, seen = [], set() => seen = set()",
            "order: order.append => Tensor.order.append",
            "order: return order => return Tensor.order",
            "backward: grads.pop(id(node)) => grads.get(id(node), node.grad)",
        ),
        "state-flags": (
            "init: self.parents = => self.seen = False\nself.parents =",
            "order: order, seen = [], set() => order = []",
            "order: id(node) not in seen => not node.seen",
            "order: seen.add(id(node)) => node.seen = True",
        ),
        "state-grads": (
            "init: class Tensor:\n => class Tensor:\n    grads = {}\n\n",
            "backward: grads = {id(self): np.ones(self.shape)} => "
            "grads = Tensor.grads\ngrads[self] = np.ones(self.shape)",
            "backward: grads.pop(id(node)) => grads[node]",
            "backward: grads[id(parent)] = grads.get(id(parent), 0.0) => grads[parent] = grads.get(parent, 0.0)",
        ),
    },
)
