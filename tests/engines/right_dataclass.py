# ruff: noqa
"""A dataclass that compares by identity; slopes are computed when the operation is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(eq=False)
class Value:
    data: float
    parents: tuple[Value, ...] = ()
    slopes: tuple[float, ...] = field(default=(), repr=False)
    grad: float = 0.0

    @classmethod
    def of(cls, x: Value | float) -> Value:
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = Value.of(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = Value.of(other)
        quotient = self.data / other.data
        return Value(quotient, (self, other), (1 / other.data, -quotient / other.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (0.0 if n == 0 else n * self.data ** (n - 1),))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __radd__(self, other):
        return Value.of(other) + self

    def __rsub__(self, other):
        return Value.of(other) - self

    def __rmul__(self, other):
        return Value.of(other) * self

    def __rtruediv__(self, other):
        return Value.of(other) / self

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t**2,))

    def relu(self):
        return Value(max(self.data, 0), (self,), (float(self.data > 0),))

    def sigmoid(self):
        s = 1.0 / (1.0 + math.exp(-self.data))
        return Value(s, (self,), (s - s * s,))

    def _below(self, seen: dict[int, Value]) -> dict[int, Value]:
        """Every value after its parents, as a dict keeps the order of insertion."""
        for parent in self.parents:
            if id(parent) not in seen:
                parent._below(seen)
        seen[id(self)] = self
        return seen

    def backward(self) -> None:
        values = list(self._below({}).values())
        for value in values:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(values):
            for parent, slope in zip(value.parents, value.slopes):
                parent.grad += slope * value.grad
