"""Forward mode: numbers that carry their derivative along."""

import math


class Dual:
    """The number x, and its derivative dx."""

    def __init__(self, x, dx=0.0):
        self.x = x
        self.dx = dx

    @staticmethod
    def of(x):
        return x if isinstance(x, Dual) else Dual(x)

    def __add__(self, other):
        other = Dual.of(other)
        return Dual(self.x + other.x, self.dx + other.dx)

    def __sub__(self, other):
        other = Dual.of(other)
        return Dual(self.x - other.x, self.dx - other.dx)

    def __mul__(self, other):
        other = Dual.of(other)
        return Dual(self.x * other.x, self.dx * other.x + self.x * other.dx)

    def __truediv__(self, other):
        other = Dual.of(other)
        quotient = self.x / other.x
        return Dual(quotient, (self.dx - quotient * other.dx) / other.x)

    def __pow__(self, n):
        return Dual(self.x**n, n * self.x ** (n - 1) * self.dx)

    def __neg__(self):
        return Dual(-self.x, -self.dx)

    def __radd__(self, other):
        return Dual.of(other) + self

    def __rsub__(self, other):
        return Dual.of(other) - self

    def __rmul__(self, other):
        return Dual.of(other) * self

    def __rtruediv__(self, other):
        return Dual.of(other) / self


def exp(a):
    e = math.exp(a.x)
    return Dual(e, e * a.dx)


def sin(a):
    return Dual(math.sin(a.x), math.cos(a.x) * a.dx)


def derivative(f):
    return lambda x: Dual.of(f(Dual(x, 1.0))).dx
