# ruff: noqa
"""Everything annotated with Union and Callable; NotImplemented for operands that are no numbers."""

from __future__ import annotations

import math
from numbers import Real
from typing import Callable, List, Optional, Set, Tuple, Union  # noqa: UP035

Number = Union[int, float]
Operand = Union["Value", Number]


class Value:
    data: float
    grad: float

    def __init__(self, data: Number, children: Tuple[Value, ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self._children: Tuple[Value, ...] = children
        self._backward: Optional[Callable[[], None]] = None

    def __add__(self, other: Operand) -> Value:
        other = _promote(other)
        if other is None:
            return NotImplemented
        out = Value(self.data + other.data, (self, other))

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other: Operand) -> Value:
        other = _promote(other)
        if other is None:
            return NotImplemented
        out = Value(self.data * other.data, (self, other))

        def _backward() -> None:
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out._backward = _backward
        return out

    def __pow__(self, exponent: Number) -> Value:
        if not isinstance(exponent, Real):
            return NotImplemented
        out = Value(self.data**exponent, (self,))

        def _backward() -> None:
            self.grad += out.grad * exponent * self.data ** (exponent - 1)

        out._backward = _backward
        return out

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Operand) -> Value:
        return self + (-other)

    def __truediv__(self, other: Operand) -> Value:
        promoted = _promote(other)
        return NotImplemented if promoted is None else self * promoted**-1

    def __radd__(self, other: Number) -> Value:
        return self + other

    def __rsub__(self, other: Number) -> Value:
        return (-self) + other

    def __rmul__(self, other: Number) -> Value:
        return self * other

    def __rtruediv__(self, other: Number) -> Value:
        return self**-1 * other

    def tanh(self) -> Value:
        out = Value(math.tanh(self.data), (self,))

        def _backward() -> None:
            self.grad += out.grad * (1.0 - out.data**2)

        out._backward = _backward
        return out

    def relu(self) -> Value:
        out = Value(max(0.0, self.data), (self,))

        def _backward() -> None:
            self.grad += out.grad * (1.0 if self.data > 0 else 0.0)

        out._backward = _backward
        return out

    def sigmoid(self) -> Value:
        out = Value(1.0 / (1.0 + math.exp(-self.data)), (self,))

        def _backward() -> None:
            self.grad += out.grad * out.data * (1.0 - out.data)

        out._backward = _backward
        return out

    def backward(self) -> None:
        order: List[Value] = []
        seen: Set[int] = set()

        def visit(value: Value) -> None:
            if id(value) not in seen:
                seen.add(id(value))
                for child in value._children:
                    visit(child)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            if value._backward is not None:
                value._backward()


def _promote(x: Operand) -> Optional[Value]:
    if isinstance(x, Value):
        return x
    return Value(x) if isinstance(x, Real) else None
