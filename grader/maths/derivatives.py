"""Derivatives of steps as more steps: reverse mode by a rule for each operation, forward mode by reverse mode twice.

The steps of a derivative are steps like any others: their values, the sizes of their terms and their own derivatives
come from the same code. Where a function is not smooth, the rules follow one side: relu and abs as if 0 were below
and above 0, maximum, minimum, max and min the first of equal ones.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.maths.steps import Step, StepList, depending

# A rule adds the gradients of a step's arguments to the program: from the step, its number, and its gradient. None is
# for an argument on which the result does not depend smoothly; what is left out at the end, too.
Rule = Callable[[StepList, Step, int, int], Sequence[int | None]]


def pulled(
    program: StepList, top: int, on: Sequence[Sequence[int]], upstream: int, relu_at_zero: float = 0.0
) -> list[int | None]:
    """The upstream gradient of the step `top` times its derivative by each group of steps, which are one input.

    None for a group on which it does not depend.
    """
    targets = {number for group in on for number in group}
    moved = depending(program.steps[: top + 1], targets)
    gradients: dict[int, int] = {top: upstream}
    for number in range(top, -1, -1):
        if number not in gradients or number not in moved or number in targets:
            continue
        step = program.steps[number]
        for arg, part in zip(step.args, _rule(program, step, number, gradients[number], moved, relu_at_zero)):  # noqa: B905
            if part is not None and arg in moved:
                gradients[arg] = program.op("+", gradients[arg], part) if arg in gradients else part
    found: list[int | None] = []
    for group in on:
        parts = [gradients[number] for number in group if number in gradients]
        found.append(functools.reduce(lambda one, other: program.op("+", one, other), parts) if parts else None)
    return found


def pushed(program: StepList, top: int, on: Sequence[int], direction: int) -> int:
    """The derivative of the step `top` along a direction of one input, which is the group of steps `on`.

    u · J is linear in u, so that its own derivative by u, times the direction, is J · direction.
    """
    seed = program.add(Step("seed", (top,)))
    (back,) = pulled(program, top, [on], seed)
    if back is None:
        return program.op("zeros_like", top)
    (found,) = pulled(program, back, [[seed]], direction)
    return program.op("zeros_like", top) if found is None else found


def _rule(
    program: StepList, step: Step, number: int, gradient: int, moved: set[int], relu_at_zero: float
) -> Sequence[int | None]:
    if step.op == "relu" and relu_at_zero:
        x, zero = step.args[0], program.number(0)
        at_zero = program.op("*", program.number(relu_at_zero), program.op("==", x, zero))
        return [program.op("*", gradient, program.op("+", program.op(">", x, zero), at_zero))]
    if step.op == "**" and step.args[1] not in moved:
        return [_by_base(program, step, gradient)]
    if step.op in _RULES:
        return _RULES[step.op](program, step, number, gradient)
    if step.op in _ENTRYWISE:
        parts = _ENTRYWISE[step.op](program, step, number, gradient)
        return [None if part is None else program.op("sum_to", part, arg)
                for arg, part in zip(step.args, parts, strict=True)] if len(step.args) > 1 else parts  # fmt: skip
    return []


def _by_base(p: StepList, step: Step, g: int) -> int | None:
    """The gradient of a power's base; a constant exponent is counted down as a constant."""
    base, exponent = step.args
    if (n := p.constant(exponent)) is not None:
        if n == 0:
            return None
        power = base if n == 2 else p.op("**", base, p.number(n - 1))
        slope = p.op("*", p.number(n), power) if n != 1 else p.number(1)
        return p.op("sum_to", p.op("*", g, slope), base)
    zero, one = p.number(0), p.number(1)
    slope = p.op("*", exponent, p.op("**", base, p.op("-", exponent, one)))
    slope = p.op("where", p.op("==", exponent, zero), zero, slope)
    return p.op("sum_to", p.op("*", g, slope), base)


def _power(p: StepList, step: Step, out: int, g: int) -> Sequence[int | None]:
    base, exponent = step.args
    return [_by_base(p, step, g), p.op("sum_to", p.op("*", g, p.op("*", out, p.op("log", base))), exponent)]


def _slope(rule: Callable[[StepList, int, int], int]) -> Rule:
    """The rule of a function of one argument, from its slope at x with the result out."""
    return lambda p, step, out, g: [p.op("*", g, rule(p, step.args[0], out))]


def _less(p: StepList, number: int) -> int:
    """1 - x."""
    return p.op("-", p.number(1), number)


def _chosen(first: str, second: str) -> Rule:
    def rule(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
        return [p.op("*", g, p.op(first, *step.args)), p.op("*", g, p.op(second, *step.args))]

    return rule


def _where(p: StepList, step: Step, out: int, g: int) -> Sequence[int | None]:
    condition, zero = step.args[0], p.number(0)
    return [None, p.op("where", condition, g, zero), p.op("where", condition, zero, g)]


_ENTRYWISE: dict[str, Rule] = {
    "+": lambda p, step, out, g: [g, g],
    "-": lambda p, step, out, g: [g, p.op("neg", g)],
    "*": lambda p, step, out, g: [p.op("*", g, step.args[1]), p.op("*", g, step.args[0])],
    "/": lambda p, step, out, g: [
        p.op("/", g, step.args[1]),
        p.op("neg", p.op("*", g, p.op("/", out, step.args[1]))),
    ],
    "maximum": _chosen(">=", "<"),
    "minimum": _chosen("<=", ">"),
    "where": _where,
    "neg": lambda p, step, out, g: [p.op("neg", g)],
    "abs": _slope(lambda p, x, out: p.op("where", p.op("<", x, p.number(0)), p.number(-1), p.number(1))),
    "cos": _slope(lambda p, x, out: p.op("neg", p.op("sin", x))),
    "erf": _slope(
        lambda p, x, out: p.op("*", p.number(2 / math.sqrt(math.pi)), p.op("exp", p.op("neg", p.op("*", x, x))))
    ),
    "exp": _slope(lambda p, x, out: out),
    "expm1": _slope(lambda p, x, out: p.op("exp", x)),
    "log": lambda p, step, out, g: [p.op("/", g, step.args[0])],
    "log1p": lambda p, step, out, g: [p.op("/", g, p.op("+", p.number(1), step.args[0]))],
    "relu": _slope(lambda p, x, out: p.op(">", x, p.number(0))),
    "sigmoid": _slope(lambda p, x, out: p.op("*", out, _less(p, out))),
    "sin": _slope(lambda p, x, out: p.op("cos", x)),
    "softplus": _slope(lambda p, x, out: p.op("sigmoid", x)),
    "sqrt": lambda p, step, out, g: [p.op("/", g, p.op("*", p.number(2), out))],
    "tan": _slope(lambda p, x, out: p.op("+", p.number(1), p.op("*", out, out))),
    "tanh": _slope(lambda p, x, out: _less(p, p.op("*", out, out))),
}


def _back_in_shape(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    return [p.op("reshape_to", g, step.args[0])]


def _matmul(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    a, b = step.args
    left, right, g = p.op("rows", a), p.op("columns", b), p.op("product_like", g, a, b)
    by_left = p.op("sum_to", p.op("@", g, p.op("swap", right)), left)
    by_right = p.op("sum_to", p.op("@", p.op("swap", left), g), right)
    return [p.op("reshape_to", by_left, a), p.op("reshape_to", by_right, b)]


def _spread(p: StepList, step: Step, g: int) -> int:
    return p.op("spread", g, step.args[0], axis=step.axis, keepdims=step.keepdims)


def _mean(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    return [p.op("*", _spread(p, step, g), p.op("share", step.args[0], axis=step.axis))]


def _extreme(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    marks = p.op("firsts", step.args[0], axis=step.axis, pattern=(step.op,))
    return [p.op("*", _spread(p, step, g), marks)]


def _softmax(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    total = p.op("sum", p.op("*", g, out), axis=step.axis, keepdims=True)
    return [p.op("*", out, p.op("-", g, total))]


def _logsumexp(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    return [p.op("*", _spread(p, step, g), p.op("softmax", step.args[0], axis=step.axis))]


def _concat(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    return [p.op("part", g, *step.args, axis=step.axis, pattern=(place,)) for place in range(len(step.args))]


def _part(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    parts = [p.op("zeros_like", part) for part in step.args[1:]]
    parts[step.pattern[0]] = g
    return [p.op("concat", *parts, axis=step.axis)]


def _cumsum(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    back = () if step.pattern else ("reversed",)
    return [p.share(replace(step, args=(g,), pattern=back))]


def _transpose(p: StepList, step: Step, out: int, g: int) -> Sequence[int]:
    count = len(step.pattern)
    axes = [axis % count for axis in step.pattern]
    return [p.op("transpose", g, pattern=tuple(axes.index(axis) for axis in range(count)))]


_RULES: dict[str, Rule] = {
    "**": _power,
    "@": _matmul,
    "T": lambda p, step, out, g: [p.op("T", g)],
    "swap": lambda p, step, out, g: [p.op("swap", g)],
    "transpose": _transpose,
    **dict.fromkeys(["rows", "columns", "expand", "reshape", "reshape_to", "product_like"], _back_in_shape),
    "sum": lambda p, step, out, g: [_spread(p, step, g)],
    "mean": _mean,
    "max": _extreme,
    "min": _extreme,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "cumsum": _cumsum,
    "concat": _concat,
    "part": _part,
    "index": lambda p, step, out, g: [p.op("scatter", g, *step.args, pattern=step.pattern)],
    "scatter": lambda p, step, out, g: [p.op("index", g, *step.args[2:], pattern=step.pattern)],
    "spread": lambda p, step, out, g: [p.op("sum", g, axis=step.axis, keepdims=step.keepdims)],
    "sum_to": lambda p, step, out, g: [p.op("broadcast_to", g, step.args[0])],
    "broadcast_to": lambda p, step, out, g: [p.op("sum_to", g, step.args[0])],
    "fitted": lambda p, step, out, g: [p.op("sum_to", g, step.args[0])],
}
