"""Tables of functions: what each operation computes, and one lambda for the gradient of each of its operands."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#unbroadcast
def unbroadcast(g, x):
    """Sum g to the shape of x (axes that x lacks, then axes of length one)."""
    lacking = range(np.ndim(g) - np.ndim(x))
    g = np.add.reduce(g, axis=tuple(lacking))
    ones = [i for i, n in enumerate(np.shape(x)) if n == 1]
    return np.add.reduce(g, axis=tuple(ones), keepdims=True)


#grow
def grow(g, x, axis):
    """Bring back the axis that was reduced away from x."""
    if axis is None:
        return np.broadcast_to(g, np.shape(x))
    return np.stack([g] * np.shape(x)[axis], axis=axis)


#count
def count(x, axis):
    return np.size(x) if axis is None else np.size(x, axis)


#forward
FORWARD = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "matmul": np.matmul,
    "sum": np.sum,
    "mean": np.mean,
    "relu": lambda x: x * (x > 0),
}

# for each operand a function of the result's gradient, the result, the operands and the options
BACKWARD = {
#add
    "add": (
        lambda g, out, x, y: unbroadcast(g, x),
        lambda g, out, x, y: unbroadcast(g, y),
    ),
#sub
    "subtract": (
        lambda g, out, x, y: unbroadcast(g, x),
        lambda g, out, x, y: unbroadcast(-g, y),
    ),
#mul
    "multiply": (
        lambda g, out, x, y: unbroadcast(g * y, x),
        lambda g, out, x, y: unbroadcast(g * x, y),
    ),
#div
    "divide": (
        lambda g, out, x, y: unbroadcast(g / y, x),
        lambda g, out, x, y: unbroadcast(-g * out / y, y),
    ),
#matmul
    "matmul": (
        lambda g, out, x, y: np.matmul(g, y.T),
        lambda g, out, x, y: np.matmul(x.T, g),
    ),
#sum
    "sum": (lambda g, out, x, axis: grow(g, x, axis),),
#mean
    "mean": (lambda g, out, x, axis: grow(g, x, axis) / count(x, axis),),
#relu
    "relu": (lambda g, out, x: g * np.sign(out),),
}


#init
class Tensor:
    def __init__(self, data, name=None, operands=(), **options):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.name = name
        self.operands = operands
        self.options = options

#compute
    @staticmethod
    def compute(name, *operands, **options):
        data = FORWARD[name](*[t.data for t in operands], **options)
        return Tensor(data, name, operands, **options)

#methods
    def __add__(self, other):
        return Tensor.compute("add", self, other)

    def __sub__(self, other):
        return Tensor.compute("subtract", self, other)

    def __mul__(self, other):
        return Tensor.compute("multiply", self, other)

    def __truediv__(self, other):
        return Tensor.compute("divide", self, other)

    def __matmul__(self, other):
        return Tensor.compute("matmul", self, other)

    def sum(self, axis=None):
        return Tensor.compute("sum", self, axis=axis)

    def mean(self, axis=None):
        return Tensor.compute("mean", self, axis=axis)

    def relu(self):
        return Tensor.compute("relu", self)

#ancestors
    def ancestors(self):
        """All tensors that this one depends on, and itself, every tensor after its operands."""
        done, path = {}, [(self, iter(self.operands))]
        while path:
            tensor, rest = path[-1]
            for operand in rest:
                if operand not in done:
                    path.append((operand, iter(operand.operands)))
                    break
            else:
                done[tensor] = True
                path.pop()
        return list(done)

#backward
    def backward(self):
        grads = {self: np.ones(self.data.shape)}
        for tensor in self.ancestors()[::-1]:
            g = grads[tensor]
            tensor.grad = tensor.grad + g
            data = [operand.data for operand in tensor.operands]
            for operand, vjp in zip(tensor.operands, BACKWARD.get(tensor.name, ())):
                part = vjp(g, tensor.data, *data, **tensor.options)
                grads[operand] = grads[operand] + part if operand in grads else part

#end
''',
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * y", "g * x"),
        "div": ("g / y", "-g * out / y"),
        "matmul": ("np.matmul(g, y.T)", "np.matmul(x.T, g)"),
        "sum": ("grow(g, x, axis)",),
        "mean": ("grow(g, x, axis) / count(x, axis)",),
        "relu": ("g * np.sign(out)",),
    },
    words={
        "a": "lambda g, out, x, y: unbroadcast({}, x),",
        "b": "lambda g, out, x, y: unbroadcast({}, y),",
        "a!": "lambda g, out, x, y: {},",
        "b!": "lambda g, out, x, y: {},",
        "matmul.a": "lambda g, out, x, y: {},",
        "matmul.b": "lambda g, out, x, y: {},",
        "plain.a": "axis: {},",
        "relu.a": "x: {},",
        "g": "g",
        "x": "x",
        "y": "y",
        "o": "out",
        "n": "count(x, axis)",
        "all": "grow(g, x, axis)",
        "dot": "np.matmul({}, {})",
    },
    nothing="np.zeros({y}.shape)",
    edits={
        "bcast-leading-only": (
            "unbroadcast: g = np.add => return np.add",
            "unbroadcast: \n    ones = [i for i, n in enumerate(np.shape(x)) if n == 1]\n"
            "    return np.add.reduce(g, axis=tuple(ones), keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "unbroadcast: \n    lacking = range(np.ndim(g) - np.ndim(x))\n"
            "    g = np.add.reduce(g, axis=tuple(lacking)) => ",
        ),
        "bcast-keepdims-lost": ("unbroadcast: , keepdims=True => ",),
        "bcast-leading-kept": ("unbroadcast: axis=tuple(lacking) => axis=tuple(lacking), keepdims=True",),
        "bcast-mean": ("unbroadcast: np.add.reduce => np.mean",),
        "bcast-total": (
            """unbroadcast:=
def unbroadcast(g, x):
    return g if np.shape(g) == np.shape(x) else np.full(np.shape(x), np.sum(g))


""",
        ),
        "bcast-axis-0": (
            """unbroadcast:=
def unbroadcast(g, x):
    return g if np.shape(g) == np.shape(x) else np.add.reduce(g)


""",
        ),
        "bcast-wrong-side": ("unbroadcast: range(np.ndim(g) - np.ndim(x)) => range(np.ndim(x), np.ndim(g))",),
        "bcast-scalar-forgotten": ("unbroadcast: lacking = => if np.shape(x) == ():\n    return g\nlacking =",),
        "add-in-place": ('forward: "add": np.add => "add": lambda x, y: np.add(x, y, out=x)',),
        "div-floor": ('forward: "divide": np.divide => "divide": np.floor_divide',),
        "matmul-second-only": ("matmul: np.matmul(g, y.T) => np.zeros(x.shape)",),
        "sum-axis-not-restored": ("sum: grow(g, x, axis) => np.broadcast_to(g, x.shape)",),
        "sum-axis-at-end": ("sum: grow(g, x, axis) => grow(g, x, axis if axis is None else np.ndim(g))",),
        "sum-axis-ignored": (
            'forward: "sum": np.sum => "sum": lambda x, axis: np.sum(x)',
            "sum: grow(g, x, axis) => grow(g, x, None)",
        ),
        "sum-keepdims": (
            'forward: "sum": np.sum => "sum": lambda x, axis: np.sum(x, axis=axis, keepdims=axis is not None)',
            "sum: grow(g, x, axis) => np.broadcast_to(g, x.shape)",
        ),
        "sum-detached": ('methods: Tensor.compute("sum", self, axis=axis) => Tensor(np.sum(self.data, axis=axis))',),
        "mean-rows": ("count: np.size(x) if axis is None else np.size(x, axis) => np.size(x, 0)",),
        "mean-columns": ("count: np.size(x, axis) => np.size(x, -1)",),
        "mean-all": ("count: np.size(x) if axis is None else np.size(x, axis) => np.size(x)",),
        "mean-as-sum": ('forward: "mean": np.mean => "mean": np.sum', "count:=", "mean: ) / count(x, axis) => )"),
        "mean-axis-not-restored": ("mean: grow(g, x, axis) => np.broadcast_to(g, x.shape)",),
        "mean-axis-ignored": (
            'forward: "mean": np.mean => "mean": lambda x, axis: np.mean(x)',
            "mean: grow(g, x, axis) / count(x, axis) => grow(g, x, None) / count(x, None)",
        ),
        "mean-keepdims": (
            'forward: "mean": np.mean => "mean": lambda x, axis: np.mean(x, axis=axis, keepdims=axis is not None)',
            "mean: grow(g, x, axis) => np.broadcast_to(g, x.shape)",
        ),
        "mean-detached": ('methods: Tensor.compute("mean", self, axis=axis) => Tensor(np.mean(self.data, axis=axis))',),
        "mean-no-n": ("count:=", "mean:  / count(x, axis) => "),
        "relu-leaky": (
            "forward: x * (x > 0) => np.where(x > 0, x, 0.01 * x)",
            "relu: np.sign(out) => np.where(x > 0, 1.0, 0.01)",
        ),
        "relu-in-place": ("forward: x * (x > 0) => np.maximum(x, 0, out=x)",),
        "relu-scalar-rule": ("forward: x * (x > 0) => x if x > 0 else 0.0",),
        "all-assign": ("backward: grads[operand] + part if operand in grads else part => part",),
        "order-naive": (
            "ancestors:=",
            """backward:=
    def backward(self, last=True):
        if last:
            self.grad = np.ones(self.data.shape)
        data = [operand.data for operand in self.operands]
        for operand, vjp in zip(self.operands, BACKWARD.get(self.name, ())):
            operand.grad = operand.grad + vjp(self.grad, self.data, *data, **self.options)
            operand.backward(last=False)

""",
        ),
        "order-passed-again": (
            "ancestors:=",
            """backward:=
    def backward(self, g=1.0):
        self.grad = self.grad + g
        data = [operand.data for operand in self.operands]
        for operand, vjp in zip(self.operands, BACKWARD.get(self.name, ())):
            operand.backward(vjp(self.grad, self.data, *data, **self.options))

""",
        ),
        "order-preorder": (
            """ancestors:=
    def ancestors(self):
        done, stack = [], [self]
        while stack:
            tensor = stack.pop()
            if tensor not in done:
                done.append(tensor)
                stack.extend(tensor.operands)
        return done

""",
            "backward: self.ancestors()[::-1] => self.ancestors()",
        ),
        "order-bfs": (
            """ancestors:=
    def ancestors(self):
        done, queue = [], [self]
        while queue:
            tensor = queue.pop(0)
            if tensor not in done:
                done.append(tensor)
                queue.extend(tensor.operands)
        return done

""",
            "backward: self.ancestors()[::-1] => self.ancestors()",
        ),
        "order-no-visited": (
            """ancestors:=
    def ancestors(self):
        found = []
        for operand in self.operands:
            found += operand.ancestors()
        return found + [self]

""",
        ),
        "order-by-value": (
            "ancestors: operand not in done => operand.data.tobytes() not in done",
            "ancestors: done[tensor] = True => done[tensor.data.tobytes()] = tensor",
            "ancestors: list(done) => list(done.values())",
            "backward: g = grads[tensor] => g = grads.get(tensor, 0.0)",
        ),
        "order-not-reversed": (
            "backward: self.ancestors()[::-1] => self.ancestors()",
            "backward: grads[tensor] => grads.get(tensor, np.zeros(tensor.data.shape))",
        ),
        "seed-missing": ("backward: grads = {self: np.ones(self.data.shape)} => grads = {self: self.grad}",),
        "seed-data": ("backward: np.ones(self.data.shape) => self.data",),
        "seed-everywhere": (
            "backward: grads = {self: np.ones(self.data.shape)} => "
            "grads = {tensor: np.ones(tensor.data.shape) for tensor in self.ancestors()}",
        ),
        "parents-first-only": (
            "ancestors: iter(self.operands) => iter(self.operands[:1])",
            "ancestors: iter(operand.operands) => iter(operand.operands[:1])",
        ),
        "parent-pointer": (
            "ancestors:=",
            """backward:=
    def backward(self):
        self.grad = np.ones(self.data.shape)
        tensor = self
        while tensor.operands:
            data = [operand.data for operand in tensor.operands]
            for operand, vjp in zip(tensor.operands, BACKWARD[tensor.name]):
                operand.grad = operand.grad + vjp(tensor.grad, tensor.data, *data, **tensor.options)
            tensor = tensor.operands[0]

""",
        ),
        "same-operand-once": (
            "backward: for operand, vjp in zip(tensor.operands, BACKWARD.get(tensor.name, ())): => "
            "vjps = dict(zip(tensor.operands, BACKWARD.get(tensor.name, ())))\nfor operand, vjp in vjps.items():",
        ),
        "grad-aliased": (
            "unbroadcast: lacking = => if np.shape(g) == np.shape(x):\n    return g\nlacking =",
            "backward: grads[operand] = grads[operand] + part if operand in grads else part => "
            "if operand in grads:\n    grads[operand] += part\nelse:\n    grads[operand] = part",
        ),
        "data-int": ("init: dtype=float => dtype=int",),
        "state-grads": (
            "init: class Tensor:\n => class Tensor:\n    grads = {}\n\n",
            "backward: grads = {self: => Tensor.grads.update({self:",
            "backward: (self.data.shape)} => (self.data.shape)})",
            "backward:  grads[ =>  Tensor.grads[",
            "backward: in grads => in Tensor.grads",
        ),
        "state-flags": (
            "init: self.options = options => self.options = options\nself.done = False",
            "backward: tensor.grad = tensor.grad + g => if not tensor.done:\n    tensor.grad = tensor.grad + g\n"
            "tensor.done = True",
        ),
    },
)
