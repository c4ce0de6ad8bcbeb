"""Products of derivatives with vectors."""

from dual import Dual
from value import Value


def jvp(f, xs, vs):
    return f(*[Dual(x, v) for x, v in zip(xs, vs, strict=True)]).dx


def vjp(f, xs, g):
    values = [Value(x) for x in xs]
    f(*values).backward()
    return [value.grad * g for value in values]


def hvp(f, xs, vs):
    # Forward over reverse: the numbers of the engine are duals.
    values = [Value(Dual(x, v)) for x, v in zip(xs, vs, strict=True)]
    f(*values).backward()
    return [value.grad.dx for value in values]
