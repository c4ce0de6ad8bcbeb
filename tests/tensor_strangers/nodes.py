"""The graph is kept apart from the tensors, in nodes that are dataclasses; gradients are written into their arrays."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Tuple

import numpy as np

Array = np.ndarray


#unbroadcast
def unbroadcast(grad: Array, shape: Tuple[int, ...]) -> Array:
    """Align the axes from the last to the first, as numpy does, and sum over those that differ."""
    for k in range(1, grad.ndim + 1):
        if k <= len(shape) and shape[-k] == 1:
            grad = grad.sum(axis=-k, keepdims=True)
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad


#node
@dataclass(eq=False)
class Node:
    """One operation: the tensors that it was given, and how their gradients follow from the result's."""

    inputs: Tuple[Tensor, ...]
    vjp: Callable[[Array], Tuple[Array, ...]]


#init
class Tensor:
    def __init__(self, data, node: Optional[Node] = None) -> None:
        self.data: Array = np.array(data, dtype=np.float64)
        self.grad: Array = np.zeros_like(self.data)
        self.node = node

#add
    def __add__(self, other: Tensor) -> Tensor:
        x, y = self.data, other.data

        def vjp(g: Array):
            return (
                unbroadcast(g, x.shape),
                unbroadcast(g, y.shape),
            )

        return Tensor(x + y, Node((self, other), vjp))

#sub
    def __sub__(self, other: Tensor) -> Tensor:
        x, y = self.data, other.data

        def vjp(g: Array):
            return (
                unbroadcast(g, x.shape),
                unbroadcast(-g, y.shape),
            )

        return Tensor(x - y, Node((self, other), vjp))

#mul
    def __mul__(self, other: Tensor) -> Tensor:
        x, y = self.data, other.data

        def vjp(g: Array):
            return (
                unbroadcast(y * g, x.shape),
                unbroadcast(x * g, y.shape),
            )

        return Tensor(x * y, Node((self, other), vjp))

#div
    def __truediv__(self, other: Tensor) -> Tensor:
        x, y = self.data, other.data
        ratio = x / y

        def vjp(g: Array):
            return (
                unbroadcast(g / y, x.shape),
                unbroadcast(-ratio / y * g, y.shape),
            )

        return Tensor(ratio, Node((self, other), vjp))

#matmul
    def __matmul__(self, other: Tensor) -> Tensor:
        x, y = self.data, other.data

        def vjp(g: Array):
            return (
                np.dot(g, y.transpose()),
                np.dot(x.transpose(), g),
            )

        return Tensor(np.dot(x, y), Node((self, other), vjp))

#sum
    def sum(self, axis: Optional[int] = None) -> Tensor:
        x = self.data

        def vjp(g: Array):
            g = g if axis is None else np.expand_dims(g, axis)
            return (g + np.zeros_like(x),)

        return Tensor(np.sum(x, axis=axis), Node((self,), vjp))

#mean
    def mean(self, axis: Optional[int] = None) -> Tensor:
        x = self.data
        n = np.prod(x.shape) if axis is None else x.shape[axis]

        def vjp(g: Array):
            g = g if axis is None else np.expand_dims(g, axis)
            return ((g + np.zeros_like(x)) / n,)

        return Tensor(np.mean(x, axis=axis), Node((self,), vjp))

#relu
    def relu(self) -> Tensor:
        x = self.data

        def vjp(g: Array):
            return (g * np.heaviside(x, 0.0),)

        return Tensor(x.clip(min=0.0), Node((self,), vjp))

#backward
    def backward(self) -> None:
        order: list[Tensor] = []
        known: set[Tensor] = set()

        def visit(tensor: Tensor) -> None:
            known.add(tensor)
            if tensor.node is not None:
                for source in tensor.node.inputs:
                    if source not in known:
                        visit(source)
                order.insert(0, tensor)

        visit(self)
        self.grad[...] = 1.0
        for tensor in order:
            for source, grad in zip(tensor.node.inputs, tensor.node.vjp(tensor.grad)):
                source.grad[...] += grad

#end
''',
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("y * g", "x * g"),
        "div": ("g / y", "-ratio / y * g"),
        "matmul": ("np.dot(g, y.transpose())", "np.dot(x.transpose(), g)"),
        "sum": ("g + np.zeros_like(x)",),
        "mean": ("(g + np.zeros_like(x)) / n",),
        "relu": ("g * np.heaviside(x, 0.0)",),
    },
    words={
        "a": "unbroadcast({}, x.shape),\n",
        "b": "unbroadcast({}, y.shape),\n",
        "a!": "{},\n",
        "b!": "{},\n",
        "matmul.a": "                {},\n",
        "matmul.b": "                {},\n",
        "plain.a": "return ({},)",
        "g": "g",
        "x": "x",
        "y": "y",
        "o": "(x * y)",
        "n": "n",
        "all": "(g + np.zeros_like(x))",
        "relu.o": "x.clip(min=0.0)",
        "dot": "np.dot({}, {})",
        "div.v": "x / y",
        "relu.v": "x.clip(min=0.0)",
        "mean.count": "np.prod(x.shape) if axis is None else x.shape[axis]",
    },
    nothing="np.zeros_like({y})",
    edits={
        "bcast-leading-only": (
            "unbroadcast: \n    for k in range(1, grad.ndim + 1):\n        if k <= len(shape) and shape[-k] == 1:\n"
            "            grad = grad.sum(axis=-k, keepdims=True) => ",
        ),
        "bcast-ones-only": ("unbroadcast: \n    while grad.ndim > len(shape):\n        grad = grad.sum(axis=0) => ",),
        "bcast-keepdims-lost": (
            "unbroadcast: for k in range(1, grad.ndim + 1): => for k in range(grad.ndim, 0, -1):",
            "unbroadcast: , keepdims=True => ",
        ),
        "bcast-leading-kept": (
            "unbroadcast: while grad.ndim > len(shape):\n        grad = grad.sum(axis=0)\n    return grad => "
            "extra = tuple(range(grad.ndim - len(shape)))\n    return grad.sum(axis=extra, keepdims=True)",
        ),
        "bcast-mean": ("unbroadcast: grad.sum => grad.mean",),
        "bcast-total": (
            """unbroadcast:=
def unbroadcast(grad: Array, shape: Tuple[int, ...]) -> Array:
    return grad if grad.shape == shape else grad.sum()


""",
        ),
        "bcast-axis-0": (
            """unbroadcast:=
def unbroadcast(grad: Array, shape: Tuple[int, ...]) -> Array:
    return grad if grad.shape == shape else grad.sum(axis=0)


""",
        ),
        "bcast-wrong-side": ("unbroadcast: axis=0 => axis=grad.ndim - 1",),
        "bcast-first-row": ("unbroadcast: grad = grad.sum(axis=0) => grad = grad[0]",),
        "bcast-scalar-forgotten": ("unbroadcast: while grad.ndim > len(shape): => while grad.ndim > len(shape) > 0:",),
        "add-in-place": ("add: return Tensor(x + y, => x += y\nreturn Tensor(x,",),
        "matmul-second-only": ("matmul: np.dot(g, y.transpose()) => np.zeros_like(x)",),
        "sum-axis-not-restored": ("sum: g = g if axis is None else np.expand_dims(g, axis)\n             => ",),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => np.expand_dims(g, g.ndim)",),
        "sum-axis-ignored": (
            "sum: np.sum(x, axis=axis) => np.sum(x)",
            "sum: g = g if axis is None else np.expand_dims(g, axis)\n             => ",
        ),
        "sum-keepdims": (
            "sum: np.sum(x, axis=axis) => np.sum(x, axis=axis, keepdims=axis is not None)",
            "sum: g = g if axis is None else np.expand_dims(g, axis)\n             => ",
        ),
        "sum-negative-axis": (
            "sum: np.expand_dims(g, axis) => g.reshape(x.shape[:axis] + (1,) + x.shape[axis + 1 :])",
        ),
        "sum-detached": ("sum: , Node((self,), vjp)) => )",),
        "mean-as-sum": ("mean: np.mean( => np.sum(", "mean: (g + np.zeros_like(x)) / n => g + np.zeros_like(x)"),
        "mean-axis-not-restored": ("mean: g = g if axis is None else np.expand_dims(g, axis)\n             => ",),
        "mean-axis-ignored": (
            "mean: np.mean(x, axis=axis) => np.mean(x)",
            "mean: g = g if axis is None else np.expand_dims(g, axis)\n             => ",
            "mean: np.prod(x.shape) if axis is None else x.shape[axis] => np.prod(x.shape)",
        ),
        "mean-keepdims": (
            "mean: np.mean(x, axis=axis) => np.mean(x, axis=axis, keepdims=axis is not None)",
            "mean: g = g if axis is None else np.expand_dims(g, axis)\n             => ",
        ),
        "mean-detached": ("mean: , Node((self,), vjp)) => )",),
        "relu-in-place": ("relu: return Tensor(x.clip(min=0.0), => x[x < 0] = 0.0\nreturn Tensor(x,",),
        "all-assign": ("backward: source.grad[...] += grad => source.grad[...] = grad",),
        "order-naive": (
            """backward:=
    def backward(self) -> None:
        self.grad[...] = 1.0
        self.propagate()

    def propagate(self) -> None:
        if self.node is None:
            return
        for source, grad in zip(self.node.inputs, self.node.vjp(self.grad)):
            source.grad[...] += grad
            source.propagate()

""",
        ),
        "order-passed-again": (
            """backward:=
    def backward(self) -> None:
        self.receive(np.ones_like(self.data))

    def receive(self, grad: Array) -> None:
        self.grad[...] += grad
        if self.node is not None:
            for source, part in zip(self.node.inputs, self.node.vjp(self.grad)):
                source.receive(part)

""",
        ),
        "order-preorder": (
            "backward: \n                order.insert(0, tensor) => ",
            "backward: for source in tensor.node.inputs:\n                    if => order.append(tensor)\n"
            "                for source in tensor.node.inputs:\n                    if",
        ),
        "order-bfs": (
            """backward:=
    def backward(self) -> None:
        self.grad[...] = 1.0
        queue, known = [self], {self}
        while queue:
            tensor = queue.pop(0)
            if tensor.node is None:
                continue
            for source, grad in zip(tensor.node.inputs, tensor.node.vjp(tensor.grad)):
                source.grad[...] += grad
                if source not in known:
                    known.add(source)
                    queue.append(source)

""",
        ),
        "order-no-visited": (
            "backward: \n        known: set[Tensor] = set() => ",
            "backward: \n            known.add(tensor) => ",
            "backward: if source not in known:\n                        visit(source) => visit(source)",
        ),
        "order-node-twice": (
            "backward: if source not in known:\n                        visit(source) => "
            "if source in known and source.node is not None:\n                        order.insert(0, source)\n"
            "                    else:\n                        visit(source)",
        ),
        "order-by-value": (
            "backward: known: set[Tensor] = set() => known: set[bytes] = set()",
            "backward: known.add(tensor) => known.add(tensor.data.tobytes())",
            "backward: source not in known => source.data.tobytes() not in known",
        ),
        "order-not-reversed": ("backward: order.insert(0, tensor) => order.append(tensor)",),
        "order-skip-root": ("backward: for tensor in order: => for tensor in order[1:]:",),
        "seed-missing": ("backward: \n        self.grad[...] = 1.0 => ",),
        "seed-data": ("backward: self.grad[...] = 1.0 => self.grad[...] = self.data",),
        "seed-everywhere": ("backward: self.grad[...] = 1.0 => for tensor in known:\n    tensor.grad[...] = 1.0",),
        "parents-first-only": ("backward: for source in tensor.node.inputs: => for source in tensor.node.inputs[:1]:",),
        "parent-pointer": (
            """backward:=
    def backward(self) -> None:
        self.grad[...] = 1.0
        tensor = self
        while tensor.node is not None:
            for source, grad in zip(tensor.node.inputs, tensor.node.vjp(tensor.grad)):
                source.grad[...] += grad
            tensor = tensor.node.inputs[0]

""",
        ),
        "same-operand-once": (
            "backward: zip(tensor.node.inputs, tensor.node.vjp(tensor.grad)): => "
            "dict(zip(tensor.node.inputs, tensor.node.vjp(tensor.grad))).items():",
        ),
        "grad-aliased": None,
        "data-int": ("init: np.array(data, dtype=np.float64) => np.array(data, dtype=np.int64)",),
        "state-default-arg": (
            "backward: def backward(self) -> None: => def backward(self, order=[], known=set()) -> None:",
            "backward: \n        order: list[Tensor] = [] => ",
            "backward: \n        known: set[Tensor] = set()\n => ",
        ),
        "state-tape": (
            "init: class Tensor:\n => class Tensor:\n    order: list[Tensor] = []\n\n",
            "backward: \n        order: list[Tensor] = [] => ",
            "backward: order.insert => Tensor.order.insert",
            "backward: in order => in Tensor.order",
        ),
        "state-flags": (
            "init: self.node = node => self.node = node\nself.finished = False",
            "backward:                 source.grad[...] += grad\n => "
            "                if not source.finished:\n                    source.grad[...] += grad\n"
            "        for tensor in known:\n            tensor.finished = True\n",
        ),
    },
)
