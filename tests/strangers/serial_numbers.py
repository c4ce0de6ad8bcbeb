"""Every value has a number, counted up as they are made; backward goes from high numbers to low ones."""

from __future__ import annotations

from .style import EQUAL_BY_VALUE, Style

STYLE = Style(
    text="""
import itertools
import math

_counter = itertools.count()


#init
class Value:
    def __init__(self, data, parents=(), backward_fn=None):
        self.data = data
        self.grad = 0.0
        self.number = next(_counter)
        self.parents = parents
        self.backward_fn = backward_fn

#helper
    def _receive(self, amount):
        self.grad += amount

#fadd
    def __add__(self, other):
#wrapadd
        if not isinstance(other, Value):
            return self + Value(other)
#add
        def backward_fn(grad):
            self._receive(grad)
            other._receive(grad)
        return Value(self.data + other.data, (self, other), backward_fn)

#fsub
    def __sub__(self, other):
#wrapsub
        if not isinstance(other, Value):
            return self - Value(other)
#sub
        def backward_fn(grad):
            self._receive(grad)
            other._receive(-grad)
        return Value(self.data - other.data, (self, other), backward_fn)

#fmul
    def __mul__(self, other):
#wrapmul
        if not isinstance(other, Value):
            return self * Value(other)
#mul
        def backward_fn(grad):
            self._receive(other.data * grad)
            other._receive(self.data * grad)
        return Value(self.data * other.data, (self, other), backward_fn)

#fdiv
    def __truediv__(self, other):
#wrapdiv
        if not isinstance(other, Value):
            return self / Value(other)
#div
        def backward_fn(grad):
            self._receive(1 / other.data * grad)
            other._receive(-self.data / (other.data * other.data) * grad)
        return Value(self.data / other.data, (self, other), backward_fn)

#radd
    def __radd__(self, other):
        return Value(other) + self

#rsub
    def __rsub__(self, other):
        return Value(other) - self

#rmul
    def __rmul__(self, other):
        return Value(other) * self

#rdiv
    def __rtruediv__(self, other):
        return Value(other) / self

#neg
    def __neg__(self):
        return 0 - self

#pow
    def __pow__(self, exponent):
        def backward_fn(grad):
            self._receive(exponent * self.data ** (exponent - 1) * grad)
        return Value(self.data ** exponent, (self,), backward_fn)

#tanh
    def tanh(self):
        th = math.tanh(self.data)
        def backward_fn(grad):
            self._receive((1 - th * th) * grad)
        return Value(th, (self,), backward_fn)

#relu
    def relu(self):
        result = self.data if self.data > 0 else 0
        def backward_fn(grad):
            self._receive((1 if result > 0 else 0) * grad)
        return Value(result, (self,), backward_fn)

#sigmoid
    def sigmoid(self):
        sig = 1 / (1 + math.exp(-self.data))
        def backward_fn(grad):
            self._receive(sig * (1 - sig) * grad)
        return Value(sig, (self,), backward_fn)

#backward
    def backward(self):
        reached = {self}
        stack = [self]
        while stack:
            for p in stack.pop().parents:
                if p not in reached:
                    reached.add(p)
                    stack.append(p)

        self.grad = 1.0
        for v in sorted(reached, key=lambda v: -v.number):
            if v.backward_fn:
                v.backward_fn(v.grad)

#end
""",
    rules={
        "add": ("grad", "grad"),
        "sub": ("grad", "-grad"),
        "mul": ("other.data * grad", "self.data * grad"),
        "div": ("1 / other.data * grad", "-self.data / (other.data * other.data) * grad"),
        "pow": ("exponent * self.data ** (exponent - 1) * grad",),
        "tanh": ("(1 - th * th) * grad",),
        "relu": ("(1 if result > 0 else 0) * grad",),
        "sigmoid": ("sig * (1 - sig) * grad",),
    },
    words={
        "a": "self._receive({})",
        "a=": "self.grad = {}",
        "b": "other._receive({})",
        "b=": "other.grad = {}",
        "self": "self",
        "other": "other",
        "x": "self.data",
        "y": "other.data",
        "p": "self.grad",
        "q": "other.grad",
        "o": "self.data * other.data",
        "relu.o": "result",
        "g": "grad",
        "n": "exponent",
        "t": "th",
        "s": "sig",
    },
    where={"helper": ("_receive",)},
    edits={
        "all-assign": ("helper: self.grad += => self.grad =",),
        "relu-leaky": ("relu: else 0\n => else 0.01 * self.data\n", "relu: else 0) => else 0.01)"),
        "relu-inverted": ("relu: self.data > 0 => self.data < 0", "relu: result > 0 => result < 0"),
        "neg-noop": ("neg: 0 - self => self",),
        "neg-no-backward": ("neg: 0 - self => Value(-self.data, (self,))",),
        "div-detached": (
            "div: , (self, other), backward_fn => ",
            "div: "
            "        def backward_fn(grad):\n            self._receive(1 / other.data * grad)\n"
            "            other._receive(-self.data / (other.data * other.data) * grad)\n => ",
        ),
        "div-floor": ("div: Value(self.data / other => Value(self.data // other",),
        "rsub-swapped": ("rsub: Value(other) - self => self - other",),
        "rtruediv-swapped": ("rdiv: Value(other) / self => self / other",),
        "no-wrap": (
            "wrapadd:=",
            "wrapsub:=",
            "wrapmul:=",
            "wrapdiv:=",
            "radd: Value(other) + self => self + other",
            "rmul: Value(other) * self => self * other",
            "rsub: Value(other) - self => -self + other",
            "rdiv: Value(other) / self => self ** -1 * other",
            "neg: 0 - self => self * -1",
        ),
        "recursive-naive": (
            """backward:=
    def backward(self, root=True):
        if root:
            self.grad = 1.0
        if self.backward_fn:
            self.backward_fn(self.grad)
        for p in self.parents:
            p.backward(root=False)

""",
        ),
        "grad-passed-again": (
            "helper: self.grad += amount => self.grad += amount\nif self.backward_fn:\n    self.backward_fn(self.grad)",
            """backward:=
    def backward(self):
        self._receive(1.0)

""",
        ),
        "preorder": (
            """backward:=
    def backward(self):
        reached = []
        stack = [self]
        while stack:
            v = stack.pop()
            if v not in reached:
                reached.append(v)
                stack.extend(v.parents)

        self.grad = 1.0
        for v in reached:
            if v.backward_fn:
                v.backward_fn(v.grad)

""",
        ),
        "bfs": (
            "backward: reached = {self} => reached = [self]",
            "backward: stack.pop() => stack.pop(0)",
            "backward: reached.add(p) => reached.append(p)",
            "backward: sorted(reached, key=lambda v: -v.number) => reached",
        ),
        "no-visited": (
            "backward: reached = {self} => reached = [self]",
            "backward: if p not in reached:\n"
            "                    reached.add(p)\n                    stack.append(p) => "
            "reached.append(p)\n                stack.append(p)",
        ),
        "node-twice": (
            "backward: reached = {self} => reached = [self]",
            "backward: if p not in reached:\n"
            "                    reached.add(p)\n                    stack.append(p) => "
            "if p not in reached:\n                    stack.append(p)\n                reached.append(p)",
        ),
        "visited-by-data": (
            "backward: reached = {self} => reached, seen = [self], {self.data}",
            "backward: p not in reached => p.data not in seen",
            "backward: reached.add(p) => reached.append(p)\nseen.add(p.data)",
        ),
        "not-reversed": ("backward: -v.number => v.number",),
        "skip-root": ("backward: key=lambda v: -v.number) => key=lambda v: -v.number)[1:]",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": None,
        "prev-first-only": ("add,sub,mul,div: (self, other), => (self,),",),
        "one-parent-pointer": (
            "init: self.parents = parents => self.parent = parents[0] if parents else None",
            """backward:=
    def backward(self):
        self.grad = 1.0
        v = self
        while v:
            if v.backward_fn:
                v.backward_fn(v.grad)
            v = v.parent

""",
        ),
        "prev-by-value": ("init: self.parents = parents => self.parents = {p.data: p for p in parents}.values()",),
        "eq-by-value": (EQUAL_BY_VALUE,),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, reached=set()):",
            "backward: reached = {self} => reached.add(self)",
        ),
        "state-tape": (
            "init: class Value:\n => class Value:\n    reached = set()\n\n",
            "backward: reached = {self} => reached = Value.reached\nreached.add(self)",
        ),
        "state-flags": None,
    },
)
