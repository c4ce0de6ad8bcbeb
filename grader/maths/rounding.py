"""A course formula's value and gradients by reverse mode, with what rounding may do to them.

Beside each number stand the size of the terms that were added up to make it, which is what a relative error is measured
against, and how far it moves when inputs and intermediate results are rounded to float32.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.compare import NEAR, ExpectedValue, largest
from grader.maths.formula import REDUCTIONS, Formula, Step, env_of, result_of

Array = NDArray[np.float64]

# The derivative of each function of one argument, from the argument and the result.
_SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda x, out: np.where(x < 0, -1, 1).astype(x.dtype),
    "cos": lambda x, out: -np.sin(x),
    "exp": lambda x, out: out,
    "floor": lambda x, out: 0 * x,
    "log": lambda x, out: 1 / x,
    "neg": lambda x, out: -np.ones_like(x),
    "sigmoid": lambda x, out: out * (1 - out),
    "sign": lambda x, out: 0 * x,
    "sin": lambda x, out: np.cos(x),
    "sqrt": lambda x, out: 1 / (2 * out),
    "tan": lambda x, out: 1 + out * out,
    "tanh": lambda x, out: 1 - out * out,
}
# Where the usual way to compute a slope adds up terms that nearly cancel: their size, from the function's result.
SLOPE_SIZES: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda out: out * (1 + out),
    "tanh": lambda out: 1 + out * out,
}


def value_of(formula: Formula, inputs: Mapping[str, Any]) -> ExpectedValue:
    """The formula's value at `inputs`."""
    return _Worked(formula, inputs, None, ()).value()


def derived(
    formula: Formula,
    inputs: Mapping[str, Any],
    upstream: Any,
    wrt: Sequence[str],
    relu_at_zero: float = 0.0,
    results: Sequence[Any] | None = None,
) -> list[ExpectedValue]:
    """The value, and the gradients as by `gradients_of`, with this slope of relu at 0. `results` is what the formula's
    steps give, where that is known."""
    worked = _Worked(formula, inputs, upstream, wrt, relu_at_zero, results)
    return [worked.value(), *worked.gradients(wrt)]


def gradients_of(formula: Formula, inputs: Mapping[str, Any], upstream: Any, wrt: Sequence[str]) -> list[ExpectedValue]:
    """The upstream gradient (of the value's shape) times the Jacobian, for each name in `wrt`, in that input's shape.

    Follows the real part where a formula is not smooth: relu's slope at 0 is 0.
    """
    return _Worked(formula, inputs, upstream, wrt).gradients(wrt)


@dataclass(frozen=True)
class _Pass:
    """One run through the steps: results, and with an upstream gradient those of every step that `wrt` moves."""

    results: Sequence[Any]
    gradients: dict[int, Any]


class _Worked:
    """A formula at one point, in float64 and in float32."""

    def __init__(
        self,
        formula: Formula,
        inputs: Mapping[str, Any],
        upstream: Any,
        wrt: Sequence[str],
        relu_at_zero: float = 0.0,
        results: Sequence[Any] | None = None,
    ) -> None:
        self.steps, self.relu_at_zero = formula.steps, relu_at_zero
        self.moved = _moved_by(self.steps, wrt)
        env = env_of({name: inputs[name] for name in formula.names})
        with np.errstate(all="ignore"):
            self.exact = self._pass(results or self._results(env, np.float64), upstream, np.float64)
            self.coarse = self._pass(self._results(env, np.float32), upstream, np.float32)
            self.sizes = _sizes(self.steps, self.exact.results)
            self.terms = {} if upstream is None else self._terms(np.abs(np.asarray(upstream, np.float64)))
        self.at_a_kink = _at_a_kink(self.steps, self.exact.results, self.sizes)

    def value(self) -> ExpectedValue:
        return self._result(self.exact.results[-1], self.coarse.results[-1], self.sizes[-1])

    def gradients(self, wrt: Sequence[str]) -> list[ExpectedValue]:
        found = []
        for name in wrt:
            places = [number for number, step in enumerate(self.steps) if step.op == "name" and step.name == name]
            shape = np.shape(self.exact.results[places[0]])
            sums = [_sum([part[place] for place in places if place in part], shape)
                    for part in (self.exact.gradients, self.coarse.gradients, self.terms)]  # fmt: skip
            found.append(self._result(*sums))
        return found

    def _results(self, env: Mapping[str, Any], dtype: type[np.floating[Any]]) -> list[Any]:
        given = {name: _of_type(value, dtype) for name, value in env.items()}
        results: list[Any] = []
        for step in self.steps:
            results.append(_of_type(step.number if step.op == "number" else result_of(step, results, given), dtype))
        return results

    def _pass(self, results: Sequence[Any], upstream: Any, dtype: type[np.floating[Any]]) -> _Pass:
        if upstream is None:
            return _Pass(results, {})
        gradients = {len(results) - 1: np.asarray(upstream, dtype)}
        for number in range(len(results) - 1, -1, -1):
            step, gradient = self.steps[number], gradients.get(number)
            if gradient is not None and step.args:
                slopes = _slopes(step, results, number, self.moved, self.relu_at_zero)
                self._pull(step, results, results, gradient, slopes, gradients)
        return _Pass(results, gradients)

    def _terms(self, upstream: Array) -> dict[int, Any]:
        """As the gradients, with every term that is added up taken as positive and at its size."""
        terms = {len(self.steps) - 1: upstream}
        for number in range(len(self.steps) - 1, -1, -1):
            step, term = self.steps[number], terms.get(number)
            if term is not None and step.args:
                slopes = _slope_sizes(step, self.exact.results, self.sizes, number, self.moved, self.relu_at_zero)
                self._pull(step, self.exact.results, self.sizes, term, slopes, terms)
        return terms

    def _pull(
        self, step: Step, results: Sequence[Any], factors: Sequence[Any], gradient: Any, slopes: list[Any],
        into: dict[int, Any],
    ) -> None:  # fmt: skip
        """Adds the gradient of a step's result to those of its arguments."""
        shapes = [results[arg].shape for arg in step.args]
        if step.op == "@":
            parts = pull_matmul(factors[step.args[0]], factors[step.args[1]], gradient)
        elif step.op == "T":
            parts = [np.transpose(gradient)]
        elif step.op in REDUCTIONS:
            gradient = gradient if step.axis is None else np.expand_dims(gradient, step.axis)
            share = gradient.dtype.type(gradient.size / max(1, math.prod(shapes[0])) if step.op == "mean" else 1)
            parts = [np.broadcast_to(gradient * share, shapes[0])]
        else:
            parts = [unbroadcast(gradient * slope, shape) for slope, shape in zip(slopes, shapes, strict=True)]
        for arg, part in zip(step.args, parts, strict=True):
            if arg in self.moved:
                into[arg] = into[arg] + part if arg in into else part

    def _result(self, exact: Any, coarse: Any, size: Any) -> ExpectedValue:
        values = np.asarray(exact, np.float64)
        size, move = max(largest(values), largest(size)), largest(values - coarse)
        return ExpectedValue(values, size, float("inf") if self.at_a_kink or move != move else move)


def _of_type(value: Any, dtype: type[np.floating[Any]]) -> Any:
    """The array, or the number as a numpy scalar: these are several times as fast as arrays of shape ()."""
    return value.astype(dtype) if isinstance(value, np.ndarray) and value.ndim else dtype(value)


def _larger(one: Any, other: Any) -> Any:
    return np.maximum(one, other) if one.ndim or other.ndim else max(one, other)


def _sum(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    return functools.reduce(operator.add, parts) if parts else np.zeros(shape)


def _moved_by(steps: Sequence[Step], wrt: Sequence[str]) -> set[int]:
    """The steps that depend on one of the names."""
    moved: set[int] = set()
    for number, step in enumerate(steps):
        if (step.op == "name" and step.name in wrt) or any(arg in moved for arg in step.args):
            moved.add(number)
    return moved


def _slopes(step: Step, results: Sequence[Any], number: int, moved: set[int], relu_at_zero: float = 0.0) -> list[Any]:
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


def _slope_sizes(
    step: Step, results: Sequence[Any], sizes: Sequence[Any], number: int, moved: set[int], relu_at_zero: float
) -> list[Any]:
    """The sizes of the terms that make each slope."""
    inner = [sizes[arg] for arg in step.args]
    match step.op:
        case "*":
            return [inner[1], inner[0]]
        case "/":
            below = np.abs(results[step.args[1]])
            return [inner[1] / below**2, sizes[number] / below]
    if step.op in SLOPE_SIZES:
        return [SLOPE_SIZES[step.op](results[number])]
    return [abs(slope) for slope in _slopes(step, results, number, moved, relu_at_zero)]


def _sizes(steps: Sequence[Step], results: Sequence[Any]) -> list[Any]:
    """For every step, how large the terms were that it, and what it is made of, added up.

    What has cancelled in an argument is carried on by the step's slope: to first order, so does its rounding.
    """
    sizes: list[Any] = []
    for number, step in enumerate(steps):
        out = abs(results[number])
        inner = [sizes[arg] for arg in step.args]
        match step.op:
            case "name" | "number":
                size = out
            case "+" | "-":
                size = inner[0] + inner[1]
            case "@":
                size = inner[0] @ inner[1]
            case "T":
                size = np.transpose(inner[0])
            case "sum" | "mean":
                size = REDUCTIONS[step.op](inner[0], axis=step.axis)
            case _:
                size = out
                cancelled = [sizes[arg] - abs(results[arg]) for arg in step.args]
                open_ = [bool(part.any() if part.ndim else part) for part in cancelled]
                slopes = _slopes(step, results, number, set()) if any(open_) else []
                for slope, part in itertools.compress(zip(slopes, cancelled, strict=False), open_):
                    size = _larger(size, out + abs(slope) * part)
        sizes.append(_larger(size, out))
    return sizes


def _at_a_kink(steps: Sequence[Step], results: Sequence[Any], sizes: Sequence[Any]) -> bool:
    """Whether an argument lies so close to a kink that float32 may fall on the other side of it."""
    for step in steps:
        if step.op in ("abs", "relu", "sign", "maximum", "minimum"):
            gap, size = results[step.args[0]], sizes[step.args[0]]
            if len(step.args) == 2:
                gap, size = gap - results[step.args[1]], size + sizes[step.args[1]]
            if np.any((abs(gap) < NEAR * size) & (gap != 0)):
                return True
    return False


def pull_matmul(a: Any, b: Any, gradient: Any) -> list[Any]:
    """The gradient of `a @ b`, pulled back to both, in their shapes."""
    left = a.reshape(1, -1) if a.ndim == 1 else a
    right = b.reshape(-1, 1) if b.ndim == 1 else b
    gradient = gradient.reshape(left.shape[0], right.shape[1])
    return [(gradient @ right.T).reshape(a.shape), (left.T @ gradient).reshape(b.shape)]


def unbroadcast(gradient: Any, shape: tuple[int, ...]) -> Any:
    """The sum of `gradient` over the axes along which an array of `shape` was broadcast."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=axes, keepdims=True) if axes else gradient
