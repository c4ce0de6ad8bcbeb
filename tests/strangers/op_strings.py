"""Slots and the name of an operation for each value; backward decides by the name."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import math


class Value:
#init
    __slots__ = ("data", "grad", "op", "args", "power")

    def __init__(self, data, op="", args=(), power=None):
        self.data = data
        self.grad = 0.0
        self.op = op
        self.args = args
        self.power = power

#wrap
    def _to_value(self, other):
        return other if isinstance(other, Value) else Value(other)

#fadd
    def __add__(self, other):
        other = self._to_value(other)
        return Value(self.data + other.data, "+", (self, other))

#fsub
    def __sub__(self, other):
        other = self._to_value(other)
        return Value(self.data - other.data, "-", (self, other))

#fmul
    def __mul__(self, other):
        other = self._to_value(other)
        return Value(self.data * other.data, "*", (self, other))

#fdiv
    def __truediv__(self, other):
        other = self._to_value(other)
        return Value(self.data / other.data, "/", (self, other))

#fpow
    def __pow__(self, n):
        return Value(self.data ** n, "**", (self,), n)

#fneg
    def __neg__(self):
        return Value(-self.data, "neg", (self,))

#radd
    def __radd__(self, other):
        return self.__add__(other)

#rmul
    def __rmul__(self, other):
        return self.__mul__(other)

#rsub
    def __rsub__(self, other):
        return self._to_value(other).__sub__(self)

#rdiv
    def __rtruediv__(self, other):
        return self._to_value(other).__truediv__(self)

#ftanh
    def tanh(self):
        return Value(math.tanh(self.data), "tanh", (self,))

#frelu
    def relu(self):
        if self.data > 0:
            return Value(self.data, "relu", (self,))
        return Value(0.0, "relu", (self,))

#fsigmoid
    def sigmoid(self):
        return Value(1 / (1 + math.exp(-self.data)), "sigmoid", (self,))

#rules
    def _chain(self):
        """Chain rule for one node."""
#add
        if self.op == "+":
            a, b = self.args
            a.grad += self.grad
            b.grad += self.grad
#sub
        elif self.op == "-":
            a, b = self.args
            a.grad += self.grad
            b.grad += -self.grad
#mul
        elif self.op == "*":
            a, b = self.args
            a.grad += b.data * self.grad
            b.grad += a.data * self.grad
#div
        elif self.op == "/":
            a, b = self.args
            a.grad += self.grad / b.data
            b.grad += -a.data / b.data ** 2 * self.grad
#pow
        elif self.op == "**":
            a, = self.args
            a.grad += self.power * a.data ** (self.power - 1) * self.grad
#neg
        elif self.op == "neg":
            a, = self.args
            a.grad -= self.grad
#tanh
        elif self.op == "tanh":
            a, = self.args
            a.grad += (1 - self.data ** 2) * self.grad
#relu
        elif self.op == "relu":
            a, = self.args
            a.grad += (self.data > 0) * self.grad
#sigmoid
        elif self.op == "sigmoid":
            a, = self.args
            a.grad += self.data * (1 - self.data) * self.grad

#backward
    def backward(self):
        order = []
        visited = set()

        def dfs(node):
            visited.add(id(node))
            for arg in node.args:
                if id(arg) not in visited:
                    dfs(arg)
            order.append(node)

        dfs(self)
        self.grad = 1.0
        while order:
            order.pop()._chain()
''',
    rules={
        "add": ("self.grad", "self.grad"),
        "sub": ("self.grad", "-self.grad"),
        "mul": ("b.data * self.grad", "a.data * self.grad"),
        "div": ("self.grad / b.data", "-a.data / b.data ** 2 * self.grad"),
        "pow": ("self.power * a.data ** (self.power - 1) * self.grad",),
        "tanh": ("(1 - self.data ** 2) * self.grad",),
        "relu": ("(self.data > 0) * self.grad",),
        "sigmoid": ("self.data * (1 - self.data) * self.grad",),
    },
    words={
        "a": "a.grad += {}",
        "a=": "a.grad = {}",
        "b": "b.grad += {}",
        "b=": "b.grad = {}",
        "self": "a",
        "other": "b",
        "x": "a.data",
        "y": "b.data",
        "p": "a.grad",
        "q": "b.grad",
        "o": "self.data",
        "g": "self.grad",
        "n": "self.power",
        "t": "self.data",
        "s": "self.data",
    },
    where=dict.fromkeys(("add", "sub", "mul", "div", "pow", "neg", "tanh", "relu", "sigmoid"), ("_chain",))
    | {"wrap": ("_to_value",), "rules": ("_chain",)},
    edits={
        "relu-leaky": (
            "frelu: Value(0.0, => Value(0.01 * self.data,",
            "relu: (self.data > 0) * self.grad => (1 if self.data > 0 else 0.01) * self.grad",
        ),
        "relu-inverted": ("frelu: self.data > 0 => self.data < 0", "relu: (self.data > 0) => (self.data < 0)"),
        "neg-noop": ('fneg: Value(-self.data, "neg", (self,)) => self', "neg:="),
        "neg-no-backward": ("neg:=",),
        "div-detached": ('fdiv: , "/", (self, other)) => )', "div:="),
        "div-floor": ("fdiv: self.data / other.data => self.data // other.data",),
        "rsub-swapped": ("rsub: self._to_value(other).__sub__(self) => self.__sub__(other)",),
        "rtruediv-swapped": ("rdiv: self._to_value(other).__truediv__(self) => self.__truediv__(other)",),
        "no-wrap": (
            "fadd,fsub,fmul,fdiv: \n        other = self._to_value(other) => ",
            "wrap:=",
            "rsub: self._to_value(other).__sub__(self) => -self + other",
            "rdiv: self._to_value(other).__truediv__(self) => self ** -1 * other",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self, is_output=True):
        if is_output:
            self.grad = 1.0
        self._chain()
        for arg in self.args:
            arg.backward(is_output=False)
""",
        ),
        "preorder": (
            "backward: \n            order.append(node) => ",
            "backward: visited.add(id(node)) => visited.add(id(node))\norder.append(node)",
            "backward: order.pop() => order.pop(0)",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        level = [self]
        visited = set()
        while level:
            below = []
            for node in level:
                node._chain()
                for arg in node.args:
                    if id(arg) not in visited:
                        visited.add(id(arg))
                        below.append(arg)
            level = below
""",
        ),
        "no-visited": (
            "backward: \n        visited = set() => ",
            "backward: \n            visited.add(id(node)) => ",
            "backward: if id(arg) not in visited:\n                    dfs(arg) => dfs(arg)",
        ),
        "node-twice": (
            "backward: if id(arg) not in visited:\n                    dfs(arg) => "
            "if id(arg) not in visited:\n                    dfs(arg)\n                else:\n"
            "                    order.append(arg)",
        ),
        "visited-by-data": ("backward: id(node) => node.data", "backward: id(arg) => arg.data"),
        "not-reversed": (
            "backward: while order:\n            order.pop()._chain() => for node in order:\n            node._chain()",
        ),
        "skip-root": ("backward: self.grad = 1.0 => self.grad = 1.0\norder.pop()",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": None,
        "prev-first-only": ("backward: for arg in node.args => for arg in node.args[:1]",),
        "one-parent-pointer": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        node = self
        while node.args:
            node._chain()
            node = node.args[0]
""",
        ),
        "prev-by-value": ("backward: for arg in node.args: => for arg in {a.data: a for a in node.args}.values():",),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, order=[], visited=set()):",
            "backward: \n        order = [] => ",
            "backward: \n        visited = set()\n => ",
            "backward: while order:\n            order.pop()._chain() => "
            "for node in reversed(order):\n            node._chain()",
        ),
        "state-tape": (
            "head: class Value: => ORDER = []\n\n\nclass Value:",
            "backward: \n        order = [] => ",
            "backward: order.append => ORDER.append",
            "backward: while order:\n            order.pop()._chain() => "
            "for node in reversed(ORDER):\n            node._chain()",
        ),
        "grad-passed-again": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        todo = [self]
        while todo:
            node = todo.pop()
            node._chain()
            todo.extend(node.args)
""",
        ),
    },
)
