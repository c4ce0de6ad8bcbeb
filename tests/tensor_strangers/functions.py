"""PyTorch's way: a Function for each operation with a context, backward returns a tuple, the engine sums up."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
"""A small copy of torch.autograd: every operation is a Function."""
import numpy as np


#unbroadcast
def sum_to_size(grad, shape):
    """The inverse of broadcasting: sums grad down to shape."""
    extra = grad.ndim - len(shape)
    axes = tuple(range(extra))
    axes += tuple(extra + i for i, n in enumerate(shape) if n == 1)
    return grad.sum(axis=axes).reshape(shape)


#context
class Context:
    def save_for_backward(self, *values):
        self.saved = values


class Function:
    @classmethod
    def apply(cls, *inputs, **options):
        ctx = Context()
        result = Tensor(cls.forward(ctx, *[t.data for t in inputs], **options))
        result.grad_fn = cls
        result.ctx = ctx
        result.inputs = inputs
        return result


#add
class Add(Function):
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a + b

    def backward(ctx, g):
        a, b = ctx.saved
        return sum_to_size(g, a.shape), sum_to_size(g, b.shape)


#sub
class Sub(Function):
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a - b

    def backward(ctx, g):
        a, b = ctx.saved
        return sum_to_size(g, a.shape), sum_to_size(-g, b.shape)


#mul
class Mul(Function):
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    def backward(ctx, g):
        a, b = ctx.saved
        return sum_to_size(g * b, a.shape), sum_to_size(g * a, b.shape)


#div
class Div(Function):
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a / b

    def backward(ctx, g):
        a, b = ctx.saved
        return sum_to_size(g / b, a.shape), sum_to_size(-g * a / b ** 2, b.shape)


#matmul
class MatMul(Function):
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b

    def backward(ctx, g):
        a, b = ctx.saved
        return g @ np.swapaxes(b, 0, 1), np.swapaxes(a, 0, 1) @ g


#sum
class Sum(Function):
    def forward(ctx, a, axis=None):
        ctx.save_for_backward(a, axis)
        return a.sum(axis=axis)

    def backward(ctx, g):
        a, axis = ctx.saved
        if axis is not None:
            g = np.expand_dims(g, axis)
        return (np.broadcast_to(g, a.shape),)


#mean
class Mean(Function):
    def forward(ctx, a, axis=None):
        ctx.save_for_backward(a, axis)
        return a.mean(axis=axis)

    def backward(ctx, g):
        a, axis = ctx.saved
        n = a.size if axis is None else a.shape[axis]
        if axis is not None:
            g = np.expand_dims(g, axis)
        return (np.broadcast_to(g, a.shape) / n,)


#relu
class ReLU(Function):
    def forward(ctx, a):
        out = np.maximum(a, 0.0)
        ctx.save_for_backward(a, out)
        return out

    def backward(ctx, g):
        a, out = ctx.saved
        return (np.where(a > 0, g, 0.0),)


#init
class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.grad_fn = None
        self.ctx = None
        self.inputs = ()

#methods
    def __add__(self, other):
        return Add.apply(self, other)

    def __sub__(self, other):
        return Sub.apply(self, other)

    def __mul__(self, other):
        return Mul.apply(self, other)

    def __truediv__(self, other):
        return Div.apply(self, other)

    def __matmul__(self, other):
        return MatMul.apply(self, other)

#reductions
    def sum(self, axis=None):
        return Sum.apply(self, axis=axis)

    def mean(self, axis=None):
        return Mean.apply(self, axis=axis)

    def relu(self):
        return ReLU.apply(self)

#backward
    def backward(self):
        order = []
        seen = set()

        def visit(t):
            if t in seen:
                return
            seen.add(t)
            for parent in t.inputs:
                visit(parent)
            order.append(t)

        visit(self)
        self.grad = np.ones(self.data.shape)
        for t in order[::-1]:
            if t.grad_fn is not None:
                grads = t.grad_fn.backward(t.ctx, t.grad)
                for parent, grad in zip(t.inputs, grads):
                    parent.grad = parent.grad + grad

#end
''',
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * b", "g * a"),
        "div": ("g / b", "-g * a / b ** 2"),
        "matmul": ("g @ np.swapaxes(b, 0, 1)", "np.swapaxes(a, 0, 1) @ g"),
        "sum": ("np.broadcast_to(g, a.shape)",),
        "mean": ("np.broadcast_to(g, a.shape) / n",),
        "relu": ("np.where(a > 0, g, 0.0)",),
    },
    words={
        "a": "return sum_to_size({}, a.shape), ",
        "b": ", sum_to_size({}, b.shape)\n",
        "a!": "return {}, ",
        "b!": ", {}\n",
        "plain.a": "return ({},)",
        "matmul.a": "return {}, ",
        "matmul.b": ", {}\n",
        "g": "g",
        "x": "a",
        "y": "b",
        "o": "(a * b)",
        "n": "n",
        "all": "np.broadcast_to(g, a.shape)",
        "relu.o": "out",
        "div.v": "a / b",
        "relu.v": "np.maximum(a, 0.0)",
        "mean.count": "a.size if axis is None else a.shape[axis]",
    },
    nothing="np.zeros(b.shape)",
    edits={
        "bcast-leading-only": (
            "unbroadcast: \n    axes += tuple(extra + i for i, n in enumerate(shape) if n == 1) => ",
            "unbroadcast: grad.sum(axis=axes).reshape(shape) => grad.sum(axis=axes)",
        ),
        "bcast-ones-only": (
            "unbroadcast: extra = grad.ndim - len(shape)\n    axes = tuple(range(extra))\n"
            "    axes += tuple(extra + i => "
            "axes = tuple(i",
            "unbroadcast: grad.sum(axis=axes).reshape(shape) => grad.sum(axis=axes, keepdims=True)",
        ),
        "bcast-keepdims-lost": ("unbroadcast: .reshape(shape) => ",),
        "bcast-leading-kept": (
            "unbroadcast: grad.sum(axis=axes).reshape(shape) => grad.sum(axis=axes, keepdims=True)",
        ),
        "bcast-mean": ("unbroadcast: grad.sum => grad.mean",),
        "bcast-total": (
            """unbroadcast:=
def sum_to_size(grad, shape):
    if grad.shape == shape:
        return grad
    return np.full(shape, grad.sum())


""",
        ),
        "bcast-axis-0": (
            """unbroadcast:=
def sum_to_size(grad, shape):
    return grad if grad.shape == shape else grad.sum(axis=0)


""",
        ),
        "bcast-wrong-side": (
            "unbroadcast: tuple(range(extra)) => tuple(range(len(shape), grad.ndim))",
            "unbroadcast: tuple(extra + i => tuple(i",
        ),
        "add-in-place": ("add: return a + b => a += b\nreturn a",),
        "matmul-second-only": ("matmul: return g @ np.swapaxes(b, 0, 1) => return np.zeros(a.shape)",),
        "sum-axis-not-restored": (
            "sum: if axis is not None:\n            g = np.expand_dims(g, axis)\n        return => return",
        ),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => np.expand_dims(g, -1)",),
        "sum-axis-ignored": (
            "sum: a.sum(axis=axis) => a.sum()",
            "sum: if axis is not None:\n            g = np.expand_dims(g, axis)\n        return => return",
        ),
        "sum-keepdims": (
            "sum: a.sum(axis=axis) => a.sum(axis=axis, keepdims=axis is not None)",
            "sum: if axis is not None:\n            g = np.expand_dims(g, axis)\n        return => return",
        ),
        "sum-negative-axis": ("sum: np.expand_dims(g, axis) => g.reshape(a.shape[:axis] + (1,) + a.shape[axis + 1:])",),
        "sum-detached": ("reductions: Sum.apply(self, axis=axis) => Tensor(self.data.sum(axis=axis))",),
        "mean-as-sum": (
            "mean: return a.mean(axis=axis) => return a.sum(axis=axis)",
            "mean: np.broadcast_to(g, a.shape) / n => np.broadcast_to(g, a.shape)",
        ),
        "mean-axis-not-restored": (
            "mean: if axis is not None:\n            g = np.expand_dims(g, axis)\n        return => return",
        ),
        "mean-axis-ignored": (
            "mean: a.mean(axis=axis) => a.mean()",
            "mean: a.size if axis is None else a.shape[axis]\n        if axis is not None:\n"
            "            g = np.expand_dims(g, axis) => a.size",
        ),
        "mean-keepdims": (
            "mean: a.mean(axis=axis) => a.mean(axis=axis, keepdims=axis is not None)",
            "mean: if axis is not None:\n            g = np.expand_dims(g, axis)\n        return => return",
        ),
        "mean-detached": ("reductions: Mean.apply(self, axis=axis) => Tensor(self.data.mean(axis=axis))",),
        "relu-in-place": ("relu: out = np.maximum(a, 0.0) => out = a\nout[out < 0] = 0.0",),
        "all-assign": ("backward: parent.grad = parent.grad + grad => parent.grad = grad",),
        "order-naive": (
            """backward:=
    def backward(self, start=True):
        if start:
            self.grad = np.ones(self.data.shape)
        if self.grad_fn is None:
            return
        grads = self.grad_fn.backward(self.ctx, self.grad)
        for parent, grad in zip(self.inputs, grads):
            parent.grad = parent.grad + grad
            parent.backward(start=False)

""",
        ),
        "order-passed-again": (
            """backward:=
    def backward(self, grad=None):
        if grad is None:
            grad = np.ones(self.data.shape)
        self.grad = self.grad + grad
        if self.grad_fn is not None:
            for parent, part in zip(self.inputs, self.grad_fn.backward(self.ctx, self.grad)):
                parent.backward(part)

""",
        ),
        "order-preorder": (
            "backward: \n            order.append(t) => ",
            "backward: seen.add(t) => seen.add(t)\norder.append(t)",
            "backward: order[::-1] => order",
        ),
        "order-bfs": (
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        queue, seen = [self], {self}
        for t in queue:
            if t.grad_fn is not None:
                for parent, grad in zip(t.inputs, t.grad_fn.backward(t.ctx, t.grad)):
                    parent.grad = parent.grad + grad
                    if parent not in seen:
                        seen.add(parent)
                        queue.append(parent)

""",
        ),
        "order-no-visited": (
            "backward: \n        seen = set() => ",
            "backward: \n            if t in seen:\n                return\n            seen.add(t) => ",
        ),
        "order-node-twice": (
            "backward: if t in seen:\n                return => "
            "if t in seen:\n                order.append(t)\n                return",
        ),
        "order-by-value": (
            "backward: t in seen => t.data.tobytes() in seen",
            "backward: seen.add(t) => seen.add(t.data.tobytes())",
        ),
        "order-not-reversed": ("backward: order[::-1] => order",),
        "order-skip-root": ("backward: order[::-1] => order[-2::-1]",),
        "seed-missing": ("backward: \n        self.grad = np.ones(self.data.shape) => ",),
        "seed-data": ("backward: self.grad = np.ones(self.data.shape) => self.grad = self.data",),
        "seed-everywhere": (
            "backward: self.grad = np.ones(self.data.shape) => for t in order:\n    t.grad = np.ones(t.data.shape)",
        ),
        "parents-first-only": ("backward: for parent in t.inputs => for parent in t.inputs[:1]",),
        "parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        t = self
        while t.grad_fn is not None:
            for parent, grad in zip(t.inputs, t.grad_fn.backward(t.ctx, t.grad)):
                parent.grad = parent.grad + grad
            t = t.inputs[0]

""",
        ),
        "same-operand-once": (
            "backward: for parent, grad in zip(t.inputs, grads): => "
            "for parent, grad in dict(zip(t.inputs, grads)).items():",
        ),
        "grad-aliased": (
            "unbroadcast: extra = grad.ndim => if grad.shape == shape:\n    return grad\nextra = grad.ndim",
            "backward: parent.grad = parent.grad + grad => "
            "if parent.grad.any():\n    parent.grad += grad\nelse:\n    parent.grad = grad",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, order=[], seen=set()):",
            "backward: \n        order = [] => ",
            "backward: \n        seen = set()\n => ",
        ),
        "state-tape": (
            "init: class Tensor: => class Tensor:\n    order = []\n",
            "backward: \n        order = [] => ",
            "backward: order.append => self.order.append",
            "backward: in order => in self.order",
        ),
        "state-flags": (
            "init: self.inputs = () => self.inputs = ()\nself.done = False",
            "backward: for t in order[::-1]: => for t in order[::-1]:\n    t.done = True",
            "backward: parent.grad = parent.grad + grad => if not parent.done:\n    parent.grad = parent.grad + grad",
        ),
    },
)
