"""How large the terms are that a formula's steps add up, and whether an argument lies next to a kink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.maths.compare import NEAR
from grader.maths.operations import applied
from grader.maths.steps import Step

# The derivative of each function of one argument, from the argument and the result.
_SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda x, out: np.where(x < 0, -1, 1).astype(x.dtype),
    "cos": lambda x, out: -np.sin(x),
    "erf": lambda x, out: (2 / np.sqrt(np.pi) * np.exp(-x * x)).astype(x.dtype),
    "exp": lambda x, out: out,
    "expm1": lambda x, out: np.exp(x),
    "floor": lambda x, out: 0 * x,
    "log": lambda x, out: 1 / x,
    "log1p": lambda x, out: 1 / (1 + x),
    "neg": lambda x, out: -np.ones_like(x),
    "sigmoid": lambda x, out: out * (1 - out),
    "sign": lambda x, out: 0 * x,
    "sin": lambda x, out: np.cos(x),
    "softplus": lambda x, out: 1 / (1 + np.exp(-x)),
    "sqrt": lambda x, out: 1 / (2 * out),
    "tan": lambda x, out: 1 + out * out,
    "tanh": lambda x, out: 1 - out * out,
}
# How many of a step's first arguments its result is a linear function of, with factors that are not negative: it adds
# up their sizes as it adds up their values. The others are shapes and places. Of a concat, all are.
_LINEAR = {"@": 2, "concat": 1000} | dict.fromkeys(
    ["T", "sum", "mean", "swap", "rows", "columns", "expand", "transpose", "reshape", "reshape_to", "product_like",
     "index", "scatter", "spread", "sum_to", "broadcast_to", "fitted", "part", "cumsum"], 1,
)  # fmt: skip
# What is exact, or jumps from one exact value to the next.
_EXACT = frozenset([
    "name", "number", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "argmax", "argmin", "firsts", "arange",
    "onehot", "zeros", "ones", "zeros_like", "ones_like", "seed", "share",
])  # fmt: skip
_KINKS = frozenset(["abs", "relu", "sign", "maximum", "minimum", "<", "<=", ">", ">=", "==", "!="])
_EXTREMES = frozenset(["max", "min", "argmax", "argmin", "firsts"])


def slopes_of(step: Step, results: Sequence[Any], number: int, moved: set[int], relu_at_zero: float = 0.0) -> list[Any]:
    """The derivative of an entry-by-entry step by each argument; of other steps nothing."""
    out = results[number]
    values = [results[arg] for arg in step.args]
    match step.op:
        case "@" | "T" | "sum" | "mean":
            return []
        case "relu":
            return [np.where(values[0] == 0, relu_at_zero, values[0] > 0).astype(out.dtype)]
        case "+":
            return [out.dtype.type(1), out.dtype.type(1)]
        case "-":
            return [out.dtype.type(1), out.dtype.type(-1)]
        case "*":
            return [values[1], values[0]]
        case "/":
            return [1 / values[1], -out / values[1]]
        case "**":
            base, exponent = values
            by_base = np.where(exponent == 0, 0 * base, exponent * base ** (exponent - 1))
            return [by_base, out * np.log(base) if step.args[1] in moved else 0 * out]
        case "maximum" | "minimum":
            first = values[0] >= values[1] if step.op == "maximum" else values[0] <= values[1]
            return [first.astype(out.dtype), (~first).astype(out.dtype)]
    return [_SLOPES[step.op](values[0], out)]


def sizes_of(steps: Sequence[Step], results: Sequence[Any]) -> list[Any]:
    """For every step, how large the terms were that it, and what it is made of, added up.

    What has cancelled in an argument is carried on by the step's slope: to first order, so does its rounding.
    """
    sizes: list[Any] = []
    for number, step in enumerate(steps):
        out = abs(results[number])
        inner = [sizes[arg] for arg in step.args]
        if step.op in _EXACT:
            size = out
        elif step.op in ("+", "-"):
            size = inner[0] + inner[1]
        elif step.op in _LINEAR:
            linear = _LINEAR[step.op]
            size = applied(step, inner[:linear] + [results[arg] for arg in step.args[linear:]])
        elif step.op in _OF_ARRAYS:
            size = _OF_ARRAYS[step.op](step, out, results, inner)
        else:
            size = out
            for slope, arg in zip(slopes_of(step, results, number, set()), step.args, strict=True):
                cancelled = sizes[arg] - abs(results[arg])
                if cancelled.any() if cancelled.ndim else cancelled:
                    size = larger(size, out + abs(slope) * cancelled)
        sizes.append(larger(size, out))
    return sizes


def _chosen(step: Step, out: Any, results: Sequence[Any], inner: Sequence[Any]) -> Any:
    return applied(step, [results[step.args[0]], *inner[1:]])


def _of_extreme(step: Step, out: Any, results: Sequence[Any], inner: Sequence[Any]) -> Any:
    marks = applied(_firsts(step), [results[step.args[0]]])
    return applied(replace(step, op="sum"), [marks * inner[0]])


def _of_softmax(step: Step, out: Any, results: Sequence[Any], inner: Sequence[Any]) -> Any:
    cancelled = inner[0] - abs(results[step.args[0]])
    return out * (1 + cancelled + np.add.reduce(out * cancelled, axis=step.axis, keepdims=True))


def _of_logsumexp(step: Step, out: Any, results: Sequence[Any], inner: Sequence[Any]) -> Any:
    """The largest exponent, and what is added to it: they may cancel."""
    x = results[step.args[0]]
    result = applied(step, [x])
    top = applied(replace(step, op="max"), [x])
    shares = applied(Step("softmax", axis=step.axis), [x]) * (inner[0] - abs(x))
    return abs(top) + abs(result - top) + applied(replace(step, op="sum"), [shares])


_OF_ARRAYS: dict[str, Callable[[Step, Any, Sequence[Any], Sequence[Any]], Any]] = {
    "where": _chosen,
    "max": _of_extreme,
    "min": _of_extreme,
    "softmax": _of_softmax,
    "logsumexp": _of_logsumexp,
}


def at_a_kink(steps: Sequence[Step], results: Sequence[Any], sizes: Sequence[Any]) -> bool:
    """Whether an argument lies so close to a kink or a jump that float32 may fall on the other side of it.

    Equal arguments have a rule. But where the gradient of a largest entry is taken and there are several, other rules
    than ours are as good.
    """
    for step in steps:
        if step.op in _KINKS:
            gap, size = results[step.args[0]], sizes[step.args[0]]
            if len(step.args) == 2:
                gap, size = gap - results[step.args[1]], size + sizes[step.args[1]]
            if np.any((abs(gap) < NEAR * size) & (gap != 0)):
                return True
        elif step.op in _EXTREMES and _has_rivals(step, results[step.args[0]], sizes[step.args[0]]):
            return True
    return False


def at_a_tie(steps: Sequence[Step], results: Sequence[Any], of: Sequence[int]) -> bool:
    """Whether one of these steps has an argument exactly at a kink or a jump, where several slopes are right."""
    for step in (steps[number] for number in of):
        x = results[step.args[0]] if step.args else np.float64(0)
        if step.op == "floor" and np.any(x == np.floor(x)):
            return True
        if step.op in _KINKS and np.any(x == (results[step.args[1]] if len(step.args) == 2 else 0)):
            return True
        if step.op in _EXTREMES and np.size(x):
            marks = applied(_firsts(step), [x])
            best = applied(Step("sum", axis=step.axis, keepdims=True), [marks * x])
            if np.any((x == best) & (marks == 0)):
                return True
    return False


def _has_rivals(step: Step, x: Any, sizes: Any) -> bool:
    """Whether another entry than the first largest (or smallest) is as good as that, within rounding."""
    if not np.size(x):
        return False
    marks = applied(_firsts(step), [x])
    total = Step("sum", axis=step.axis, keepdims=True)
    gap, size = abs(x - applied(total, [marks * x])), sizes + applied(total, [marks * sizes])
    near = (gap <= NEAR * size) & (marks == 0)
    return bool(np.any(near if step.op == "firsts" else near & (gap != 0)))


def _firsts(step: Step) -> Step:
    smallest = "min" in (step.op[-3:], *step.pattern)
    return Step("firsts", axis=step.axis, pattern=("min" if smallest else "max",))


def larger(one: Any, other: Any) -> Any:
    """The larger of two numbers, or of each two entries."""
    return np.maximum(one, other) if one.ndim or other.ndim else max(one, other)
