"""For each operand a lambda that turns the result's gradient into the operand's; a recursive generator as order."""

from __future__ import annotations

from .style import Style

STYLE = Style(
    text="""
import math


#init
class Value:
    def __init__(self, data, *sources):
        self.data = data
        self.grad = 0.0
        self.sources = sources  # pairs of a value and what it makes of our gradient

#wrap
def wrapped(x):
    return x if type(x) is Value else Value(x)


#add
def add(a, b):
    a, b = wrapped(a), wrapped(b)
    return Value(a.data + b.data, (a, lambda g: g), (b, lambda g: g))


#sub
def sub(a, b):
    a, b = wrapped(a), wrapped(b)
    return Value(a.data - b.data, (a, lambda g: g), (b, lambda g: -g))


#mul
def mul(a, b):
    a, b = wrapped(a), wrapped(b)
    return Value(a.data * b.data, (a, lambda g: g * b.data), (b, lambda g: g * a.data))


#div
def div(a, b):
    a, b = wrapped(a), wrapped(b)
    return Value(a.data / b.data, (a, lambda g: g / b.data), (b, lambda g: -g * a.data / b.data**2))


#pow
def power(a, n):
    return Value(a.data**n, (a, lambda g: g * n * a.data**(n - 1)))


#neg
def neg(a):
    return Value(-a.data, (a, lambda g: -g))


#tanh
def tanh(a):
    t = math.tanh(a.data)
    return Value(t, (a, lambda g: g * (1 - t**2)))


#relu
def relu(a):
    return Value(max(a.data, 0), (a, lambda g: g if a.data > 0 else 0))


#sigmoid
def sigmoid(a):
    s = 1 / (1 + math.exp(-a.data))
    return Value(s, (a, lambda g: g * s * (1 - s)))


#order
def ordered(v, seen):
    if v not in seen:
        seen.add(v)
        for source, _ in v.sources:
            yield from ordered(source, seen)
        yield v


#backward
def backward(self):
    self.grad = 1.0
    for v in list(ordered(self, set()))[::-1]:
        for source, pull in v.sources:
            source.grad += pull(v.grad)


#operators
Value.__add__ = add
Value.__sub__ = sub
Value.__mul__ = mul
Value.__truediv__ = div
Value.__pow__ = power
Value.__neg__ = neg
#radd
Value.__radd__ = lambda self, other: add(other, self)
#rsub
Value.__rsub__ = lambda self, other: sub(other, self)
#rmul
Value.__rmul__ = lambda self, other: mul(other, self)
#rdiv
Value.__rtruediv__ = lambda self, other: div(other, self)
#methods
Value.tanh = tanh
Value.relu = relu
Value.sigmoid = sigmoid
Value.backward = backward
""",
    order="{g} * {d}",
    nothing="0.0",
    rules={
        "add": ("g", "g"),
        "sub": ("g", "-g"),
        "mul": ("g * b.data", "g * a.data"),
        "div": ("g / b.data", "-g * a.data / b.data**2"),
        "pow": ("g * n * a.data**(n - 1)",),
        "tanh": ("g * (1 - t**2)",),
        "relu": ("g if a.data > 0 else 0",),
        "sigmoid": ("g * s * (1 - s)",),
    },
    words={
        "a": "(a, lambda g: {})",
        "b": "(b, lambda g: {})",
        "x": "a.data",
        "y": "b.data",
        "p": "a.grad",
        "q": "b.grad",
        "o": "a.data * b.data",
        "relu.o": "max(a.data, 0)",
        "g": "g",
        "n": "n",
        "t": "t",
        "s": "s",
    },
    where={
        "wrap": ("wrapped",),
        "add": ("add",),
        "sub": ("sub",),
        "mul": ("mul",),
        "div": ("div",),
        "pow": ("power",),
        "neg": ("neg",),
        "order": ("ordered",),
    },
    edits={
        "add-self-only": ("add: , (b, lambda g: g)) => )",),
        "add-aliased": ("add: return => if a is b:\n    return Value(2 * a.data, (a, lambda g: g))\nreturn",),
        "mul-self-square": (
            "mul: return => if a is b:\n    return Value(a.data**2, (a, lambda g: g * a.data))\nreturn",
        ),
        "all-assign": ("backward: source.grad += pull => source.grad = pull",),
        "relu-leaky": ("relu: max(a.data, 0) => max(a.data, 0.01 * a.data)", "relu: else 0 => else 0.01 * g"),
        "relu-inverted": ("relu: max( => min(", "relu: a.data > 0 => a.data < 0"),
        "neg-noop": ("neg: Value(-a.data, (a, lambda g: -g)) => a",),
        "neg-no-backward": ("neg: , (a, lambda g: -g) => ",),
        "div-detached": ("div: , (a, lambda g: g / b.data), (b, lambda g: -g * a.data / b.data**2) => ",),
        "div-floor": ("div: Value(a.data / => Value(a.data //",),
        "rsub-swapped": ("rsub: sub(other, self) => sub(self, other)",),
        "rtruediv-swapped": ("rdiv: div(other, self) => div(self, other)",),
        "no-wrap": ("add,sub,mul,div: \n    a, b = wrapped(a), wrapped(b) => ", "wrap:="),
        "recursive-naive": (
            "order:=",
            """backward:=
def backward(self, first=True):
    if first:
        self.grad = 1.0
    for source, pull in self.sources:
        source.grad += pull(self.grad)
    for source, _ in self.sources:
        backward(source, first=False)


""",
        ),
        "grad-passed-again": (
            "order:=",
            """backward:=
def backward(self, g=1.0):
    self.grad += g
    for source, pull in self.sources:
        source.backward(pull(self.grad))


""",
        ),
        "preorder": (
            "order: \n        yield v\n => \n",
            "order: seen.add(v) => seen.add(v)\nyield v",
            "backward: list(ordered(self, set()))[::-1] => ordered(self, set())",
        ),
        "bfs": (
            """order:=
def ordered(v):
    found = [v]
    for v in found:
        found += [source for source, _ in v.sources if source not in found]
    return found


""",
            "backward: list(ordered(self, set()))[::-1] => ordered(self)",
        ),
        "no-visited": (
            """order:=
def ordered(v):
    for source, _ in v.sources:
        yield from ordered(source)
    yield v


""",
            "backward: ordered(self, set()) => ordered(self)",
        ),
        "node-twice": ("order:         yield v => yield v", "order: \nyield v => \n    yield v"),
        "visited-by-data": ("order: if v not in => if v.data not in", "order: seen.add(v) => seen.add(v.data)"),
        "not-reversed": ("backward: list(ordered(self, set()))[::-1] => ordered(self, set())",),
        "skip-root": ("backward: [::-1] => [-2::-1]",),
        "seed-missing": ("backward: \n    self.grad = 1.0 => ",),
        "seed-data": ("backward: self.grad = 1.0 => self.grad = self.data",),
        "class-prev": (
            "init: class Value:\n => class Value:\n    sources = []\n\n",
            "init: self.sources = sources  # => self.sources.extend(sources)  #",
        ),
        "prev-first-only": ("init: self.sources = sources  # => self.sources = sources[:1]  #",),
        "one-parent-pointer": (
            "init: self.sources = sources  # pairs of a value and what it makes => "
            "self.source = sources[0] if sources else None  # a value and what it makes",
            "order:=",
            """backward:=
def backward(self):
    self.grad = 1.0
    v = self
    while v.source:
        source, pull = v.source
        source.grad += pull(v.grad)
        v = source


""",
        ),
        "prev-by-value": (
            "order: for source, _ in v.sources => for source in {s.data: s for s, _ in v.sources}.values()",
        ),
        "eq-by-value": (
            "init+=    def __eq__(self, other):\n        return self.data == wrapped(other).data\n\n"
            "    def __hash__(self):\n        return hash(self.data)\n\n",
        ),
        "local-by-parent": (
            "init: self.sources = sources  # pairs of => self.sources = dict(sources)  # maps",
            "init: and what => to what",
            "order: for source, _ in => for source in",
            "backward: v.sources: => v.sources.items():",
        ),
        "int-floor": ("init: self.data = data => self.data = int(data)",),
        "state-default-arg": (
            """order:=
def ordered(v, seen=set(), result=[]):
    if v not in seen:
        seen.add(v)
        for source, _ in v.sources:
            ordered(source)
        result.append(v)
    return result


""",
            "backward: list(ordered(self, set()))[::-1] => reversed(ordered(self))",
        ),
        "state-tape": (
            "init: class Value:\n => class Value:\n    order = []\n\n",
            "backward: self.grad = 1.0 => self.grad = 1.0\nself.order.extend(ordered(self, set()))",
            "backward: list(ordered(self, set()))[::-1] => self.order[::-1]",
        ),
        "state-flags": (
            "init: self.grad = 0.0 => self.grad = 0.0\nself.done = False",
            "backward: \n        for source, pull => \n        v.done = True\n        for source, pull",
            "backward: source.grad += => if not source.done:\n    source.grad +=",
        ),
    },
)
