"""A closure for each result, operands in a set, a sort by recursion, gradients added in place; - and / composed."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import numpy as np


#unbroadcast
def unbroadcast(grad, shape):
    # axes that numpy added in front
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    # axes that numpy stretched
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(axis=i, keepdims=True)
    return grad


#class
class Tensor:
    """ stores an array and its gradient """

#init
    def __init__(self, data, _children=(), _op=''):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        # internal variables used for autograd graph construction
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

#add
    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out._backward = _backward

        return out

#mul
    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += unbroadcast(other.data * out.grad, self.data.shape)
            other.grad += unbroadcast(self.data * out.grad, other.data.shape)
        out._backward = _backward

        return out

#inv
    def __pow__(self, n):
        assert isinstance(n, (int, float)), "only supporting int/float powers for now"
        out = Tensor(self.data**n, (self,), f'**{n}')

        def _backward():
            self.grad += n * self.data**(n - 1) * out.grad
        out._backward = _backward

        return out

#matmul
    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other), '@')

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward

        return out

#sum
    def sum(self, axis=None):
        out = Tensor(self.data.sum(axis=axis), (self,), 'sum')

        def _backward():
            g = out.grad
            if axis is not None:
                g = np.expand_dims(g, axis)
            self.grad += g
        out._backward = _backward

        return out

#mean
    def mean(self, axis=None):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis) * (1.0 / n)

#relu
    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,), 'ReLU')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward

        return out

#backward
    def backward(self):

        # topological order all of the children in the graph
        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)

        # go one variable at a time and apply the chain rule to get its gradient
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()

#neg
    def __neg__(self): # -self
        return self * -1

#minus
    def __sub__(self, other): # self - other
        return self + (-other)

#over
    def __truediv__(self, other): # self / other
        other = other if isinstance(other, Tensor) else Tensor(other)
        return self * other**-1

#end
    def __repr__(self):
        return f"Tensor(data={self.data}, grad={self.grad})"
''',
    rules={
        "add": ("out.grad", "out.grad"),
        "mul": ("other.data * out.grad", "self.data * out.grad"),
        "inv": ("n * self.data**(n - 1) * out.grad",),
        "matmul": ("out.grad @ other.data.T", "self.data.T @ out.grad"),
        "sum": ("g",),
        "relu": ("(out.data > 0) * out.grad",),
    },
    words={
        "a": "self.grad += unbroadcast({}, self.data.shape)",
        "b": "other.grad += unbroadcast({}, other.data.shape)",
        "a=": "self.grad = unbroadcast({}, self.data.shape)",
        "b=": "other.grad = unbroadcast({}, other.data.shape)",
        "a!": "self.grad += {}",
        "b!": "other.grad += {}",
        "plain.a": "self.grad += {}",
        "plain.b": "other.grad += {}",
        "plain.a=": "self.grad = {}",
        "plain.b=": "other.grad = {}",
        "self": "self",
        "other": "other",
        "g": "out.grad",
        "x": "self.data",
        "y": "other.data",
        "o": "out.data",
        "p": "self.grad",
        "q": "other.grad",
        "relu.v": "np.maximum(self.data, 0)",
        "mean.count": "self.data.size if axis is None else self.data.shape[axis]",
    },
    edits={
        "bcast-leading-only": (
            "unbroadcast: \n    # axes that numpy stretched\n    for i, n in enumerate(shape):\n        if n == 1:\n"
            "            grad = grad.sum(axis=i, keepdims=True) => ",
        ),
        "bcast-ones-only": (
            "unbroadcast: \n    # axes that numpy added in front\n    while grad.ndim > len(shape):\n"
            "        grad = grad.sum(axis=0) => ",
        ),
        "bcast-keepdims-lost": ("unbroadcast: axis=i, keepdims=True => axis=i",),
        "bcast-leading-kept": (
            "unbroadcast: while grad.ndim > len(shape):\n        grad = grad.sum(axis=0) => "
            "for i in range(grad.ndim - len(shape)):\n        grad = grad.sum(axis=i, keepdims=True)",
        ),
        "bcast-mean": ("unbroadcast: grad.sum => grad.mean",),
        "bcast-total": (
            """unbroadcast:=
def unbroadcast(grad, shape):
    if grad.shape != shape:
        grad = grad.sum()
    return grad


""",
        ),
        "bcast-axis-0": (
            """unbroadcast:=
def unbroadcast(grad, shape):
    if grad.shape != shape:
        grad = grad.sum(axis=0)
    return grad


""",
        ),
        "bcast-wrong-side": ("unbroadcast: axis=0 => axis=-1",),
        "add-in-place": (
            "add: out = Tensor(self.data + other.data, (self, other), '+') => "
            "self.data += other.data\nout = Tensor(self.data, (self, other), '+')",
        ),
        "sub-plus": ("minus: self + (-other) => self + other",),
        "div-sign": ("inv: n * self.data**(n - 1) * out.grad => self.data**(n - 1) * out.grad",),
        "div-no-square": ("inv: self.data**(n - 1) * out.grad => self.data**n * out.grad",),
        "div-no-upstream": ("inv: self.data**(n - 1) * out.grad => self.data**(n - 1)",),
        "div-floor": ("over: self * other**-1 => Tensor(self.data // other.data, (self, other), '/')",),
        "sum-assign": ("sum: self.grad += g => self.grad = np.ones_like(self.data) * g",),
        "sum-axis-not-restored": (
            "sum: \n            g = out.grad\n            if axis is not None:\n"
            "                g = np.expand_dims(g, axis) => ",
            "sum: self.grad += g => self.grad += out.grad",
        ),
        "sum-axis-at-end": ("sum: np.expand_dims(g, axis) => g[..., None]",),
        "sum-axis-ignored": (
            "sum: self.data.sum(axis=axis) => self.data.sum()",
            "sum: \n            g = out.grad\n            if axis is not None:\n"
            "                g = np.expand_dims(g, axis) => ",
            "sum: self.grad += g => self.grad += out.grad",
        ),
        "sum-keepdims": (
            "sum: axis=axis => axis=axis, keepdims=axis is not None",
            "sum: \n            g = out.grad\n            if axis is not None:\n"
            "                g = np.expand_dims(g, axis) => ",
            "sum: self.grad += g => self.grad += out.grad",
        ),
        "sum-negative-axis": (
            "sum: np.expand_dims(g, axis) => g.reshape(self.data.shape[:axis] + (1,) + self.data.shape[axis + 1:])",
        ),
        "sum-detached": ("sum: (self,), 'sum' => (), 'sum'",),
        "mean-as-sum": (
            "mean: n = self.data.size if axis is None else self.data.shape[axis]\n        return => return",
            "mean: return self.sum(axis) * (1.0 / n) => return self.sum(axis)",
        ),
        "mean-axis-ignored": (
            "mean: self.data.size if axis is None else self.data.shape[axis] => self.data.size",
            "mean: self.sum(axis) => self.sum()",
        ),
        "mean-detached": ("mean: self.sum(axis) * (1.0 / n) => Tensor(self.data.sum(axis) / n)",),
        "relu-in-place": (
            "relu: out = Tensor(np.maximum(self.data, 0), (self,), 'ReLU') => "
            "self.data[self.data < 0] = 0\nout = Tensor(self.data, (self,), 'ReLU')",
        ),
        "all-assign": (
            "add,mul: self.grad += => self.grad =",
            "add,mul: other.grad += => other.grad =",
            "inv,relu,matmul: += => =",
            "sum: self.grad += g => self.grad = np.ones_like(self.data) * g",
        ),
        "order-naive": (
            """backward:=
    def backward(self, first=True):
        if first:
            self.grad = np.ones_like(self.data)
        self._backward()
        for child in self._prev:
            child.backward(False)

""",
        ),
        "order-preorder": (
            "backward: \n                topo.append(v) => ",
            "backward: visited.add(v) => visited.add(v)\ntopo.append(v)",
            "backward: reversed(topo) => topo",
        ),
        "order-bfs": (
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        queue = [self]
        visited = {self}
        while queue:
            v = queue.pop(0)
            v._backward()
            for child in v._prev:
                if child not in visited:
                    visited.add(child)
                    queue.append(child)

""",
        ),
        "order-no-visited": (
            """backward:=
    def backward(self):
        topo = []
        def build_topo(v):
            for child in v._prev:
                build_topo(child)
            topo.append(v)
        build_topo(self)

        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()

""",
        ),
        "order-node-twice": ("backward:     topo.append(v) => topo.append(v)",),
        "order-by-value": (
            "backward: if v not in visited: => if not any(np.array_equal(v.data, w.data) for w in visited):",
        ),
        "order-not-reversed": ("backward: reversed(topo) => topo",),
        "order-skip-root": ("backward: reversed(topo) => reversed(topo[:-1])",),
        "seed-missing": ("backward: \n        self.grad = np.ones_like(self.data) => ",),
        "seed-data": ("backward: np.ones_like(self.data) => self.data.copy()",),
        "seed-everywhere": (
            "backward: self.grad = np.ones_like(self.data) => for v in topo:\n    v.grad = np.ones_like(v.data)",
        ),
        "parents-first-only": ("init: set(_children) => set(_children[:1])",),
        "parent-pointer": (
            "init: self._prev = set(_children) => self._parent = _children[0] if _children else None",
            """backward:=
    def backward(self):
        self.grad = np.ones_like(self.data)
        node = self
        while node is not None:
            node._backward()
            node = node._parent

""",
        ),
        "grad-aliased": (
            "add: self.grad += unbroadcast(out.grad, self.data.shape) => "
            "if not self.grad.any():\n    self.grad = unbroadcast(out.grad, self.data.shape)\n"
            "else:\n    self.grad += unbroadcast(out.grad, self.data.shape)",
            "add: other.grad += unbroadcast(out.grad, other.data.shape) => "
            "if not other.grad.any():\n    other.grad = unbroadcast(out.grad, other.data.shape)\n"
            "else:\n    other.grad += unbroadcast(out.grad, other.data.shape)",
        ),
        "grad-starts-scalar": ("init: np.zeros_like(self.data) => 0.0",),
        "data-int": ("init: np.array(data, dtype=np.float64) => np.array(data, dtype=int)",),
        "state-default-arg": (
            "backward: def backward(self): => def backward(self, topo=[], visited=set()):",
            "backward: \n        topo = [] => ",
            "backward: \n        visited = set() => ",
        ),
        "state-tape": (
            'class: gradient """ => gradient """\n\ntopo = []',
            "backward: \n        topo = [] => ",
            "backward: topo.append => Tensor.topo.append",
            "backward: reversed(topo) => reversed(Tensor.topo)",
        ),
    },
)
