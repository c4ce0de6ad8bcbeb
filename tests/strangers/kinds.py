"""A subclass of Value for each operation."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text='''
import math


#init
class Value:
    """A number. The classes below are numbers that were computed from others."""

    inputs = ()

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def pass_back(self):
        pass  # a plain number was computed from nothing

#methods
    def __add__(self, other):
        return Sum(self, other)

    def __sub__(self, other):
        return Difference(self, other)

    def __mul__(self, other):
        return Product(self, other)

    def __truediv__(self, other):
        return Quotient(self, other)

    def __pow__(self, exponent):
        return Power(self, exponent)

#negate
    def __neg__(self):
        return Negative(self)

#radd
    def __radd__(self, other):
        return Sum(other, self)

#rsub
    def __rsub__(self, other):
        return Difference(other, self)

#rmul
    def __rmul__(self, other):
        return Product(other, self)

#rdiv
    def __rtruediv__(self, other):
        return Quotient(other, self)

#activations
    def tanh(self):
        return Tanh(self)

    def relu(self):
        return Relu(self)

    def sigmoid(self):
        return Sigmoid(self)

#backward
    def backward(self):
        done, order = set(), []

        def visit(value):
            if id(value) not in done:
                done.add(id(value))
                for v in value.inputs:
                    visit(v)
                order.insert(0, value)

        visit(self)
        self.grad = 1.0
        for value in order:
            value.pass_back()

#kinds
class Computed(Value):
    def __init__(self, *operands):
#wrap
        operands = [v if isinstance(v, Value) else Value(v) for v in operands]
#store
        self.left, self.right = operands[0], operands[-1]
        self.inputs = operands
#compute
        super().__init__(self.compute(*[v.data for v in operands]))


#add
class Sum(Computed):
    def compute(self, a, b):
        return a + b

    def pass_back(self):
        self.left.grad += self.grad
        self.right.grad += self.grad


#sub
class Difference(Computed):
    def compute(self, a, b):
        return a - b

    def pass_back(self):
        self.left.grad += self.grad
        self.right.grad += -self.grad


#mul
class Product(Computed):
    def compute(self, a, b):
        return a * b

    def pass_back(self):
        self.left.grad += self.right.data * self.grad
        self.right.grad += self.left.data * self.grad


#div
class Quotient(Computed):
    def compute(self, a, b):
        return a / b

    def pass_back(self):
        self.left.grad += 1 / self.right.data * self.grad
        self.right.grad += -self.data / self.right.data * self.grad


#neg
class Negative(Computed):
    def compute(self, a):
        return -a

    def pass_back(self):
        self.left.grad -= self.grad


#pow
class Power(Computed):
    def __init__(self, base, exponent):
        self.exponent = exponent
        super().__init__(base)

    def compute(self, a):
        return a ** self.exponent

    def pass_back(self):
        self.left.grad += self.exponent * self.left.data ** (self.exponent - 1) * self.grad


#tanh
class Tanh(Computed):
    def compute(self, a):
        return math.tanh(a)

    def pass_back(self):
        self.left.grad += (1 - self.data * self.data) * self.grad


#relu
class Relu(Computed):
    def compute(self, a):
        return a if a > 0 else 0.0

    def pass_back(self):
        self.left.grad += self.grad if self.left.data > 0 else 0.0


#sigmoid
class Sigmoid(Computed):
    def compute(self, a):
        return 0.5 * (1 + math.tanh(a / 2))

    def pass_back(self):
        self.left.grad += self.data * (1 - self.data) * self.grad
''',
    rules={
        "add": ("self.grad", "self.grad"),
        "sub": ("self.grad", "-self.grad"),
        "mul": ("self.right.data * self.grad", "self.left.data * self.grad"),
        "div": ("1 / self.right.data * self.grad", "-self.data / self.right.data * self.grad"),
        "pow": ("self.exponent * self.left.data ** (self.exponent - 1) * self.grad",),
        "tanh": ("(1 - self.data * self.data) * self.grad",),
        "relu": ("self.grad if self.left.data > 0 else 0.0",),
        "sigmoid": ("self.data * (1 - self.data) * self.grad",),
    },
    words={
        "a": "self.left.grad += {}",
        "a=": "self.left.grad = {}",
        "b": "self.right.grad += {}",
        "b=": "self.right.grad = {}",
        "self": "self.left",
        "other": "self.right",
        "x": "self.left.data",
        "y": "self.right.data",
        "p": "self.left.grad",
        "q": "self.right.grad",
        "o": "self.data",
        "g": "self.grad",
        "n": "self.exponent",
        "t": "self.data",
        "s": "self.data",
    },
    where={
        "wrap": ("Computed", "Computed.__init__"),
        "store": ("Computed", "Computed.__init__"),
        "add": ("Sum", "Sum.pass_back", "Sum.compute"),
        "sub": ("Difference", "Difference.pass_back"),
        "mul": ("Product", "Product.pass_back"),
        "div": ("Quotient", "Quotient.pass_back", "Quotient.compute"),
        "pow": ("Power", "Power.pass_back"),
        "tanh": ("Tanh", "Tanh.pass_back"),
        "relu": ("Relu", "Relu.pass_back", "Relu.compute"),
        "sigmoid": ("Sigmoid", "Sigmoid.pass_back"),
        "neg": ("Negative", "Negative.pass_back"),
    },
    edits={
        "div-sign": ("div: += -self.data => += self.data",),
        "relu-leaky": (
            "relu: a if a > 0 else 0.0 => a if a > 0 else 0.01 * a",
            "relu: self.grad if self.left.data > 0 else 0.0 => self.grad if self.left.data > 0 else 0.01 * self.grad",
        ),
        "relu-inverted": ("relu: a > 0 => a < 0",),
        "neg-noop": ("negate: Negative(self) => self",),
        "neg-no-backward": ("neg: \n    def pass_back(self):\n        self.left.grad -= self.grad\n => ",),
        "div-detached": (
            "methods: return Quotient(self, other) => if isinstance(other, Value):\n"
            "    return Value(self.data / other.data)\nreturn Value(self.data / other)",
        ),
        "div-floor": ("div: return a / b => return a // b",),
        "rsub-swapped": ("rsub: (other, self) => (self, other)",),
        "rtruediv-swapped": ("rdiv: (other, self) => (self, other)",),
        "no-wrap": ("wrap:=",),
        "recursive-naive": (
            """backward:=
    def backward(self, seed=True):
        if seed:
            self.grad = 1.0
        self.pass_back()
        for v in self.inputs:
            v.backward(seed=False)

""",
        ),
        "preorder": (
            "backward: \n                order.insert(0, value) => ",
            "backward: done.add(id(value)) => done.add(id(value))\norder.append(value)",
        ),
        "bfs": (
            """backward:=
    def backward(self):
        self.grad = 1.0
        order = [self]
        done = {id(self)}
        for value in order:
            value.pass_back()
            for v in value.inputs:
                if id(v) not in done:
                    done.add(id(v))
                    order.append(v)

""",
        ),
        "no-visited": (
            "backward: done, order = set(), [] => order = []",
            "backward: if id(value) not in done:\n                done.add(id(value))\n"
            "                for v in value.inputs:\n                    visit(v)\n                order => "
            "for v in value.inputs:\n                visit(v)\n            order",
        ),
        "node-twice": ("backward:     order.insert(0, value) => order.insert(0, value)",),
        "visited-by-data": ("backward: id(value) => value.data",),
        "not-reversed": ("backward: order.insert(0, value) => order.append(value)",),
        "skip-root": ("backward: in order: => in order[1:]:",),
        "seed-missing": ("backward: \n        self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: inputs = () => inputs = []",
            "store: self.inputs = operands => self.inputs.extend(operands)",
        ),
        "prev-first-only": ("store: self.inputs = operands => self.inputs = operands[:1]",),
        "one-parent-pointer": (
            "init: inputs = () => parent = None",
            "store: self.inputs = operands => self.parent = operands[0]",
            """backward:=
    def backward(self):
        self.grad = 1.0
        value = self
        while value is not None:
            value.pass_back()
            value = value.parent

""",
        ),
        "prev-by-value": (
            "store: self.inputs = operands => self.inputs = list({v.data: v for v in operands}.values())",
        ),
        "eq-by-value": None,
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            "backward: backward(self): => backward(self, done=set(), order=[]):",
            "backward: \n        done, order = set(), []\n => ",
        ),
        "state-tape": (
            "init: inputs = () => inputs = ()\norder = []",
            "backward: done, order = set(), [] => done = set()",
            "backward: order.insert => Value.order.insert",
            "backward: in order => in Value.order",
        ),
        "state-flags": None,
    },
)
