# ruff: noqa
"""A table of lambdas, one line an operation; the methods are made from it with setattr."""

import math

TABLE = {
    # name: (value, [local derivative by each operand, of the operands and the result])
    "add": (lambda x, y: x + y, [lambda x, y, r: 1.0, lambda x, y, r: 1.0]),
    "sub": (lambda x, y: x - y, [lambda x, y, r: 1.0, lambda x, y, r: -1.0]),
    "mul": (lambda x, y: x * y, [lambda x, y, r: y, lambda x, y, r: x]),
    "truediv": (lambda x, y: x / y, [lambda x, y, r: 1 / y, lambda x, y, r: -r / y]),
    "pow": (lambda x, n: x**n, [lambda x, n, r: n * x ** (n - 1) if n else 0.0, lambda x, n, r: 0.0]),
    "neg": (lambda x: -x, [lambda x, r: -1.0]),
    "tanh": (math.tanh, [lambda x, r: 1 - r * r]),
    "relu": (lambda x: max(x, 0.0), [lambda x, r: float(x > 0)]),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), [lambda x, r: r * (1 - r)]),
}


class Value:
    def __init__(self, data, name=None, operands=()):
        self.data = data
        self.grad = 0.0
        self.name = name
        self.operands = operands

    def backward(self):
        order = []

        def visit(value):
            if all(value is not other for other in order):
                for operand in value.operands:
                    visit(operand)
                if all(value is not other for other in order):
                    order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            if value.name:
                numbers = [operand.data for operand in value.operands]
                for operand, slope in zip(value.operands, TABLE[value.name][1]):
                    operand.grad += value.grad * slope(*numbers, value.data)


def _method(name, swapped=False):
    def method(*operands):
        values = [x if isinstance(x, Value) else Value(x) for x in operands]
        if swapped:
            values.reverse()
        return Value(TABLE[name][0](*[value.data for value in values]), name, values)

    return method


for _name in TABLE:
    if _name in ("tanh", "relu", "sigmoid"):
        setattr(Value, _name, _method(_name))
    else:
        setattr(Value, f"__{_name}__", _method(_name))
for _name in ("add", "sub", "mul", "truediv"):
    setattr(Value, f"__r{_name}__", _method(_name, swapped=True))
