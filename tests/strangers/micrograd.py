"""A closure for each result, operands in a tuple, a sort by recursion; - and / composed."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text='''
import math


class Value:
    """ stores a single scalar value and its gradient """

#init
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        # internal variables used for autograd graph construction
        self._backward = lambda: None
        self._prev = _children
        self._op = _op

#add
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward

        return out

#mul
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward

        return out

#pow
    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only supporting int/float powers for now"
        out = Value(self.data**other, (self,), f'**{other}')

        def _backward():
            self.grad += (other * self.data**(other-1)) * out.grad
        out._backward = _backward

        return out

#relu
    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), 'ReLU')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward

        return out

#tanh
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward

        return out

#sigmoid
    def sigmoid(self):
        x = self.data
        s = 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
        out = Value(s, (self,), 'sigmoid')

        def _backward():
            self.grad += s * (1 - s) * out.grad
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
        self.grad = 1
        for v in reversed(topo):
            v._backward()

#neg
    def __neg__(self): # -self
        return self * -1

#radd
    def __radd__(self, other): # other + self
        return self + other

#sub
    def __sub__(self, other): # self - other
        return self + (-other)

#rsub
    def __rsub__(self, other): # other - self
        return other + (-self)

#rmul
    def __rmul__(self, other): # other * self
        return self * other

#div
    def __truediv__(self, other): # self / other
        return self * other**-1

#rdiv
    def __rtruediv__(self, other): # other / self
        return other * self**-1

#end
    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"
''',
    rules={
        "add": ("out.grad", "out.grad"),
        "mul": ("other.data * out.grad", "self.data * out.grad"),
        "pow": ("(other * self.data**(other-1)) * out.grad",),
        "relu": ("(out.data > 0) * out.grad",),
        "tanh": ("(1 - t**2) * out.grad",),
        "sigmoid": ("s * (1 - s) * out.grad",),
    },
    words={
        "a": "self.grad += {}",
        "a=": "self.grad = {}",
        "b": "other.grad += {}",
        "b=": "other.grad = {}",
        "self": "self",
        "other": "other",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "out.data",
        "g": "out.grad",
        "n": "other",
        "t": "t",
        "s": "s",
    },
    edits={
        "relu-leaky": (
            "relu: 0 if self.data < 0 => 0.01 * self.data if self.data < 0",
            "relu: (out.data > 0) * out.grad => (1 if out.data > 0 else 0.01) * out.grad",
        ),
        "relu-inverted": ("relu: 0 if self.data < 0 => 0 if self.data > 0", "relu: (out.data > 0) => (out.data < 0)"),
        "relu-no-outgrad": ("relu: (out.data > 0) * out.grad => (out.data > 0)",),
        "neg-noop": ("neg: self * -1 => self",),
        "neg-no-backward": ("neg: self * -1 => Value(-self.data, (self,), 'neg')",),
        "div-detached": (
            "div: return self * other**-1 => "
            "other = other if isinstance(other, Value) else Value(other)\n"
            "return Value(self.data / other.data)",
        ),
        "rsub-swapped": ("rsub: other + (-self) => self + (-other)",),
        "rtruediv-swapped": ("rdiv: other * self**-1 => self * other**-1",),
        "no-wrap": ("add,mul: \n        other = other if isinstance(other, Value) else Value(other) => ",),
        "recursive-naive": (
            """backward:=
    def backward(self, first=True):
        if first:
            self.grad = 1
        self._backward()
        for child in self._prev:
            child.backward(False)

""",
        ),
        "preorder": (
            "backward: \n                topo.append(v) => ",
            "backward: visited.add(v) => visited.add(v)\ntopo.append(v)",
            "backward: reversed(topo) => topo",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        self.grad = 1
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
        "no-visited": (
            """backward:=
    def backward(self):
        topo = []
        def build_topo(v):
            for child in v._prev:
                build_topo(child)
            topo.append(v)
        build_topo(self)

        self.grad = 1
        for v in reversed(topo):
            v._backward()

""",
        ),
        "node-twice": ("backward:     topo.append(v) => topo.append(v)",),
        "visited-by-data": (
            "backward: if v not in => if v.data not in",
            "backward: visited.add(v) => visited.add(v.data)",
        ),
        "not-reversed": ("backward: reversed(topo) => topo",),
        "skip-root": ("backward: reversed(topo) => reversed(topo[:-1])",),
        "seed-missing": ("backward: \n        self.grad = 1 => ",),
        "seed-data": ("backward: self.grad = 1 => self.grad = self.data",),
        "class-prev": (
            "init: self._prev = _children => self._prev.update(_children)",
            "init: def __init__ => _prev = set()\n\ndef __init__",
        ),
        "prev-first-only": ("init: self._prev = _children => self._prev = _children[:1]",),
        "one-parent-pointer": (
            "init: self._prev = _children => self._parent = _children[0] if _children else None",
            """backward:=
    def backward(self):
        self.grad = 1
        node = self
        while node is not None:
            node._backward()
            node = node._parent

""",
        ),
        "prev-by-value": (
            "init: self._prev = _children => self._prev = tuple({child.data: child for child in _children}.values())",
        ),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: def backward(self): => def backward(self, topo=[], visited=set()):",
            "backward: \n        topo = [] => ",
            "backward: \n        visited = set() => ",
        ),
        "state-tape": (
            "init: def __init__ => topo = []\n\ndef __init__",
            "backward: \n        topo = [] => ",
            "backward: topo.append => Value.topo.append",
            "backward: reversed(topo) => reversed(Value.topo)",
        ),
        "state-flags": None,
    },
)
