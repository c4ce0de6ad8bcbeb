"""A list of (operand, local derivative) for each result, and an order found with a stack."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text="""
import math


#wrap
def _v(x):
    return x if isinstance(x, Value) else Value(x)


#init
class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = list(parents)  # (parent, d self / d parent)

#add
    def __add__(self, other):
        other = _v(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

#radd
    def __radd__(self, other):
        return self + other

#sub
    def __sub__(self, other):
        other = _v(other)
        return Value(self.data - other.data, [(self, 1.0), (other, -1.0)])

#rsub
    def __rsub__(self, other):
        return _v(other) - self

#mul
    def __mul__(self, other):
        other = _v(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

#rmul
    def __rmul__(self, other):
        return self * other

#div
    def __truediv__(self, other):
        other = _v(other)
        return Value(self.data / other.data, [(self, 1 / other.data), (other, -self.data / other.data ** 2)])

#rdiv
    def __rtruediv__(self, other):
        return _v(other) / self

#pow
    def __pow__(self, n):
        return Value(self.data ** n, [(self, n * self.data ** (n - 1))])

#neg
    def __neg__(self):
        return Value(-self.data, [(self, -1.0)])

#tanh
    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, [(self, 1 - t * t)])

#relu
    def relu(self):
        out = self.data if self.data > 0 else 0.0
        return Value(out, [(self, 1.0 if self.data > 0 else 0.0)])

#sigmoid
    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, [(self, s * (1 - s))])

#order
    def _order(self):
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
        order = self._order()
        self.grad = 1.0
        for node in reversed(order):
            for parent, local in node.parents:
                parent.grad += local * node.grad

#end
""",
    order="{d}",
    nothing="0.0",
    rules={
        "add": ("1.0", "1.0"),
        "sub": ("1.0", "-1.0"),
        "mul": ("other.data", "self.data"),
        "div": ("1 / other.data", "-self.data / other.data ** 2"),
        "pow": ("n * self.data ** (n - 1)",),
        "tanh": ("1 - t * t",),
        "relu": ("1.0 if self.data > 0 else 0.0",),
        "sigmoid": ("s * (1 - s)",),
    },
    words={
        "a": "(self, {})",
        "b": "(other, {})",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "self.data * other.data",
        "relu.o": "out",
        "n": "n",
        "t": "t",
        "s": "s",
    },
    where={"order": ("_order",), "wrap": ("_v",)},
    edits={
        "add-no-outgrad": None,
        "mul-no-outgrad": None,
        "tanh-no-outgrad": None,
        "relu-no-outgrad": None,
        "tanh-prec": None,
        "relu-gradmask": None,
        "sub-both-minus": ("sub: (self, 1.0) => (self, -1.0)",),
        "sub-plus-grad": ("sub: (other, -1.0) => (other, 1.0)",),
        "relu-nomask": ("relu: 1.0 if self.data > 0 else 0.0 => 1.0",),
        "add-aliased": ("add: [(self, 1.0), (other, 1.0)] => {(self, 1.0), (other, 1.0)}",),
        "mul-self-square": (
            "mul: return => if other is self:\n    return Value(self.data ** 2, [(self, self.data)])\nreturn",
        ),
        "all-assign": ("backward: parent.grad += => parent.grad =",),
        "relu-leaky": ("relu: else 0.0\n => else 0.01 * self.data\n", "relu: else 0.0) => else 0.01)"),
        "relu-inverted": ("relu: self.data > 0 => self.data < 0",),
        "neg-noop": ("neg: Value(-self.data, [(self, -1.0)]) => self",),
        "neg-no-backward": ("neg: , [(self, -1.0)] => ",),
        "div-detached": ("div: , [(self, 1 / other.data), (other, -self.data / other.data ** 2)] => ",),
        "div-floor": ("div: Value(self.data / other.data => Value(self.data // other.data",),
        "rsub-swapped": ("rsub: _v(other) - self => self - other",),
        "rtruediv-swapped": ("rdiv: _v(other) / self => self / other",),
        "no-wrap": ("add,sub,mul,div: \n        other = _v(other) => ",),
        "recursive-naive": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        self._spread()

    def _spread(self):
        for parent, local in self.parents:
            parent.grad += local * self.grad
            parent._spread()

""",
        ),
        "grad-passed-again": (
            "order:=",
            """backward:=
    def backward(self, grad=1.0):
        self.grad += grad
        for parent, local in self.parents:
            parent.backward(local * self.grad)

""",
        ),
        "preorder": (
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        seen = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for parent, local in node.parents:
                parent.grad += local * node.grad
                stack.append(parent)

""",
        ),
        "bfs": (
            "head: import math => import math\nfrom collections import deque",
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        seen = {id(self)}
        queue = deque([self])
        while queue:
            node = queue.popleft()
            for parent, local in node.parents:
                parent.grad += local * node.grad
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)

""",
        ),
        "no-visited": (
            "order: order, seen = [], set() => order = []",
            "order: elif id(node) not in seen:\n                seen.add(id(node))\n => else:\n",
        ),
        "node-twice": (
            "order: elif id(node) not in seen:\n                seen.add(id(node))\n"
            "                stack.append((node, True))\n                for => "
            "else:\n                stack.append((node, True))\n                if id(node) in seen:\n"
            "                    continue\n                seen.add(id(node))\n                for",
        ),
        "visited-by-data": ("order: id(node) => node.data",),
        "not-reversed": ("backward: reversed(order) => order",),
        "skip-root": ("backward: reversed(order) => reversed(order[:-1])",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: class Value:\n => class Value:\n    parents = []\n\n",
            "init: self.parents = list(parents) => self.parents += parents",
        ),
        "prev-first-only": ("init: list(parents) => list(parents)[:1]",),
        "one-parent-pointer": (
            "init: self.parents = list(parents)  # (parent, d self / d parent) => "
            "self.parent, self.local = parents[0] if parents else (None, 0.0)",
            "order:=",
            """backward:=
    def backward(self):
        self.grad = 1.0
        node = self
        while node.parent is not None:
            node.parent.grad += node.local * node.grad
            node = node.parent

""",
        ),
        "prev-by-value": ("init: list(parents)  # => list({p.data: (p, d) for p, d in parents}.values())  #",),
        "eq-by-value": (EQUAL_BY_VALUE, "order: id(node) => node"),
        "local-by-parent": (
            "init: self.parents = list(parents)  # (parent, => self.parents = dict(parents)  # {parent:",
            "init: d parent) => d parent}",
            "order: for parent, _ in node.parents => for parent in node.parents",
            "backward: node.parents => node.parents.items()",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "order: _order(self) => _order(self, order=[], seen=set())",
            "order: \n        order, seen = [], set() => ",
        ),
        "state-tape": (
            "init: class Value:\n => class Value:\n    order = []\n\n",
            "order: order, seen = [], set() => seen = set()",
            "order: order.append => Value.order.append",
            "order: return order => return Value.order",
        ),
        "state-flags": (
            "init: self.grad = 0.0 => self.grad = 0.0\nself.finished = False",
            "backward: for node in reversed(order): => for node in reversed(order):\n    node.finished = True",
            "backward: parent.grad += => if not parent.finished:\n    parent.grad +=",
        ),
    },
)
