"""Only + * ** exp and relu have rules; everything else is made of them."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import math


class Value:
    """Scalar with gradient. Primitive operations: + * ** exp relu."""

#init
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self._parents = parents
        self._grad_fn = None

#wrap
    @staticmethod
    def _coerce(x):
        return Value(x) if isinstance(x, (int, float)) else x

#add
    def __add__(self, other):
        other = self._coerce(other)
        out = Value(self.data + other.data, (self, other))
        def grad_fn():
            other.grad = other.grad + out.grad
            self.grad = self.grad + out.grad
        out._grad_fn = grad_fn
        return out

#mul
    def __mul__(self, other):
        other = self._coerce(other)
        out = Value(self.data * other.data, (self, other))
        def grad_fn():
            other.grad = other.grad + out.grad * self.data
            self.grad = self.grad + out.grad * other.data
        out._grad_fn = grad_fn
        return out

#pow
    def __pow__(self, n):
        out = Value(self.data ** n, (self,))
        def grad_fn():
            self.grad = self.grad + out.grad * (n * self.data ** (n - 1))
        out._grad_fn = grad_fn
        return out

#exp
    def exp(self):
        out = Value(math.exp(self.data), (self,))
        def grad_fn():
            self.grad = self.grad + out.grad * out.data
        out._grad_fn = grad_fn
        return out

#relu
    def relu(self):
        out = Value(self.data * (self.data > 0), (self,))
        def grad_fn():
            self.grad = self.grad + out.grad * (self.data > 0)
        out._grad_fn = grad_fn
        return out

    # everything else is made of these

#neg
    def __neg__(self):
        return self * -1.0

#sub
    def __sub__(self, other):
        return self + (-self._coerce(other))

#div
    def __truediv__(self, other):
        return self * self._coerce(other) ** -1

#radd
    def __radd__(self, other):
        return self._coerce(other) + self

#rsub
    def __rsub__(self, other):
        return self._coerce(other) - self

#rmul
    def __rmul__(self, other):
        return self._coerce(other) * self

#rdiv
    def __rtruediv__(self, other):
        return self._coerce(other) / self

#tanh
    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

#sigmoid
    def sigmoid(self):
        if self.data < 0:
            e = self.exp()
            return e / (1 + e)
        return 1 / (1 + (-self).exp())

#backward
    def backward(self):
        visited = []
        order = []

        def go(v):
            if any(v is w for w in visited):
                return
            visited.append(v)
            for parent in v._parents:
                go(parent)
            order.append(v)

        go(self)
        self.grad = 1.0
        for i in range(len(order) - 1, -1, -1):
            if order[i]._grad_fn:
                order[i]._grad_fn()
''',
    order="{g} * {d}",
    rules={
        "add": ("out.grad", "out.grad"),
        "mul": ("out.grad * other.data", "out.grad * self.data"),
        "pow": ("out.grad * (n * self.data ** (n - 1))",),
        "relu": ("out.grad * (self.data > 0)",),
    },
    words={
        "a": "self.grad = self.grad + {}",
        "a=": "self.grad = {}",
        "b": "other.grad = other.grad + {}",
        "b=": "other.grad = {}",
        "self": "self",
        "other": "other",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "out.data",
        "g": "out.grad",
        "n": "n",
        "t": "out.data",
        "s": "out.data",
    },
    where={"wrap": ("_coerce",), "exp": ("exp",)},
    edits={
        "all-assign": (
            "add,mul,pow,exp,relu: self.grad = self.grad +  => self.grad = ",
            "add,mul: other.grad = other.grad +  => other.grad = ",
        ),
        "relu-leaky": (
            "relu: self.data * (self.data > 0), => self.data if self.data > 0 else 0.01 * self.data,",
            "relu: out.grad * (self.data > 0) => out.grad * (1 if self.data > 0 else 0.01)",
        ),
        "relu-inverted": ("relu: self.data > 0 => self.data < 0",),
        "relu-gradmask": ("relu: out.grad * (self.data > 0) => out.grad * (out.grad > 0)",),
        "relu-no-outgrad": ("relu: out.grad * (self.data > 0) => (self.data > 0)",),
        "neg-noop": ("neg: self * -1.0 => self",),
        "neg-no-backward": ("neg: self * -1.0 => Value(-self.data, (self,))",),
        "div-detached": (
            "div: return self * self._coerce(other) ** -1 => return Value(self.data / self._coerce(other).data)",
        ),
        "rsub-swapped": ("rsub: self._coerce(other) - self => self - self._coerce(other)",),
        "rtruediv-swapped": ("rdiv: self._coerce(other) / self => self / self._coerce(other)",),
        "no-wrap": (
            "wrap:=",
            "add,mul: \n        other = self._coerce(other) => ",
            "sub,div: self._coerce(other) => other",
            "radd: self._coerce(other) + self => self + other",
            "rmul: self._coerce(other) * self => self * other",
            "rsub: self._coerce(other) - self => -self + other",
            "rdiv: self._coerce(other) / self => self ** -1 * other",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        self._run()

    def _run(self):
        if self._grad_fn:
            self._grad_fn()
            for parent in self._parents:
                parent._run()
""",
        ),
        "preorder": (
            "backward: \n            order.append(v) => ",
            "backward: visited.append(v) => visited.append(v)\norder.append(v)",
            "backward: range(len(order) - 1, -1, -1) => range(len(order))",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        order = [self]
        i = 0
        while i < len(order):
            for parent in order[i]._parents:
                if not any(parent is v for v in order):
                    order.append(parent)
            i += 1
        self.grad = 1.0
        for v in order:
            if v._grad_fn:
                v._grad_fn()
""",
        ),
        "no-visited": (
            "backward: \n        visited = [] => ",
            "backward: \n            if any(v is w for w in visited):\n"
            "                return\n            visited.append(v) => ",
        ),
        "node-twice": (
            "backward: if any(v is w for w in visited):\n                return => "
            "if any(v is w for w in visited):\n                order.append(v)\n                return",
        ),
        "visited-by-data": ("backward: any(v is w for w in visited) => any(v.data == w.data for w in visited)",),
        "not-reversed": ("backward: range(len(order) - 1, -1, -1) => range(len(order))",),
        "skip-root": ("backward: range(len(order) - 1, -1, -1) => range(len(order) - 2, -1, -1)",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: self._parents = parents => self._parents.extend(parents)",
            'head: exp relu."""\n => exp relu."""\n\n    _parents = []\n',
        ),
        "prev-first-only": ("add,mul: , (self, other)) => , (self,))",),
        "one-parent-pointer": (
            "init: parents=() => parent=None",
            "init: self._parents = parents => self._parent = parent",
            "add,mul: (self, other)) => self)",
            "pow,exp,relu: (self,)) => self)",
            """backward:=
    def backward(self):
        self.grad = 1.0
        v = self
        while v._grad_fn:
            v._grad_fn()
            v = v._parent
""",
        ),
        "prev-by-value": (
            "add,mul: out = Value( => parents = (self,) if self.data == other.data else (self, other)\nout = Value(",
            "add,mul: , (self, other)) => , parents)",
        ),
        "eq-by-value": (
            "rdiv+=    def __eq__(self, other):\n        return self.data == other.data\n\n"
            "    def __hash__(self):\n        return hash(self.data)\n\n",
            "backward: any(v is w for w in visited) => v in visited",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, visited=[], order=[]):",
            "backward: \n        visited = []\n        order = []\n => ",
        ),
        "state-tape": ("head: class Value: => order = []\n\n\nclass Value:", "backward: \n        order = [] => "),
        "state-flags": None,
    },
)
