"""A course formula's value and gradients by reverse mode, with what rounding may do to them.

Beside each number stand the size of the terms that were added up to make it, which is what a relative error is measured
against, and how far it moves when inputs and intermediate results are rounded to float32.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.compare import ExpectedValue, largest
from grader.maths.derivatives import pulled
from grader.maths.formula import Formula, env_of
from grader.maths.operations import FUNCTIONS, REDUCTIONS, explained, result_of, unbroadcast
from grader.maths.steps import Step, StepList, depending, named, needed
from grader.maths.term_sizes import at_a_kink, sizes_of, slopes_of
from grader.model.dataclass import dataclass

Array = NDArray[np.float64]

# Where the usual way to compute a slope adds up terms that nearly cancel: their size, from the function's result.
SLOPE_SIZES: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda out: out * (1 + out),
    "tanh": lambda out: 1 + out * out,
}
# What `_Worked` takes back through its steps; the gradients of other formulas are written out as steps. The sizes of
# terms are nearly the same in both: this one multiplies what has cancelled in two factors, the other adds it up.
_TAKEN_BACK = frozenset([
    *FUNCTIONS, *REDUCTIONS, "name", "number", "+", "-", "*", "/", "**", "@", "neg", "T", "erf", "expm1", "log1p",
    "softplus",
])  # fmt: skip
_UPSTREAM = "the upstream gradient"  # no input can be called so


def value_of(formula: Formula, inputs: Mapping[str, Any]) -> ExpectedValue:
    """The formula's value at `inputs`."""
    if any(step.op == "firsts" for step in formula.steps):
        env = env_of({name: inputs[name] for name in formula.names})
        return _in_every_order(formula.steps, (len(formula.steps) - 1,), env)[0]
    return _Worked(formula, inputs, None, ()).value()


def derived(
    formula: Formula, inputs: Mapping[str, Any], upstream: Any, wrt: Sequence[str], relu_at_zero: float = 0.0
) -> list[ExpectedValue]:
    """The value, and the gradients as by `gradients_of`, with this slope of relu at 0."""
    if not _is_taken_back(formula):
        return _by_written_out(formula, inputs, upstream, tuple(wrt), relu_at_zero)
    worked = _Worked(formula, inputs, upstream, wrt, relu_at_zero)
    return [worked.value(), *worked.gradients(wrt)]


def gradients_of(formula: Formula, inputs: Mapping[str, Any], upstream: Any, wrt: Sequence[str]) -> list[ExpectedValue]:
    """The upstream gradient (of the value's shape) times the Jacobian, for each name in `wrt`, in that input's shape.

    Where a formula is not smooth, the slope is that of one side: relu's slope at 0 is 0.
    """
    if not _is_taken_back(formula):
        return _by_written_out(formula, inputs, upstream, tuple(wrt), 0.0)[1:]
    return _Worked(formula, inputs, upstream, wrt).gradients(wrt)


def _is_taken_back(formula: Formula) -> bool:
    return _TAKEN_BACK.issuperset([step.op for step in formula.steps])


def _by_written_out(
    formula: Formula, inputs: Mapping[str, Any], upstream: Any, wrt: tuple[str, ...], relu_at_zero: float
) -> list[ExpectedValue]:
    """The value and the gradients of any formula, by the steps of its derivative."""
    steps, places = _written_out(formula, wrt, relu_at_zero)
    env = env_of({name: inputs[name] for name in formula.names} | {_UPSTREAM: upstream})
    return _in_every_order(steps, places, env)


def _in_every_order(steps: Sequence[Step], places: Sequence[int], env: Mapping[str, Any]) -> list[ExpectedValue]:
    """What these steps give. Where equal entries are the largest, every usual rule for who gets the slope is right."""
    found, kink = _at_once(steps, places, env)
    if not kink or not any(step.op == "firsts" for step in steps):
        return found
    for rule in ("last", "all"):
        ruled = [replace(step, pattern=(*step.pattern, rule)) if step.op == "firsts" else step for step in steps]
        found = list(map(_spanning, found, _at_once(ruled, places, env)[0]))
    return found


def _at_once(steps: Sequence[Step], places: Sequence[int], env: Mapping[str, Any]) -> tuple[list[ExpectedValue], bool]:
    with np.errstate(all="ignore"):
        exact, coarse = _results(steps, env, np.float64), _results(steps, env, np.float32)
        sizes = sizes_of(steps, exact)
        kink = at_a_kink(steps, exact, sizes)
    return [_expected(exact[place], coarse[place], sizes[place], kink) for place in places], kink


def _spanning(one: ExpectedValue, other: ExpectedValue) -> ExpectedValue:
    """What lies between the two."""
    low = np.minimum(one.values - one.open, other.values - other.open)
    high = np.maximum(one.values + one.open, other.values + other.open)
    same = np.array_equal(one.values, other.values)
    values, apart = (one.values, one.open) if same and not np.any(one.open) else ((low + high) / 2, (high - low) / 2)
    return ExpectedValue(values, max(one.size, other.size), max(one.move, other.move), apart)


@functools.lru_cache(1000)
def _written_out(
    formula: Formula, wrt: tuple[str, ...], relu_at_zero: float
) -> tuple[tuple[Step, ...], tuple[int, ...]]:
    """The steps of the value and the gradients, and which of them these are."""
    program = StepList()
    for step in formula.steps:
        top = program.add(step)
    upstream = program.op("fitted", program.share(Step("name", name=_UPSTREAM)), top, pattern=(_UPSTREAM,))
    on = [named(formula.steps, name) for name in wrt]
    found = pulled(program, top, on, upstream, relu_at_zero)
    gradients = [program.op("zeros_like", group[0]) if part is None else part
                 for group, part in zip(on, found, strict=True)]  # fmt: skip
    return needed(program.steps, [top, *gradients])


@dataclass(frozen=True)
class _Pass:
    """One run through the steps: results, and with an upstream gradient those of every step that `wrt` moves."""

    results: list[Any]
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
    ) -> None:
        self.steps, self.relu_at_zero = formula.steps, relu_at_zero
        self.moved = depending(self.steps, {number for name in wrt for number in named(self.steps, name)})
        env = env_of({name: inputs[name] for name in formula.names})
        with np.errstate(all="ignore"):
            self.exact = self._pass(env, upstream, np.float64)
            self.coarse = self._pass(env, upstream, np.float32)
            self.sizes = sizes_of(self.steps, self.exact.results)
            self.terms = {} if upstream is None else self._terms(np.abs(np.asarray(upstream, np.float64)))
        self.kink = at_a_kink(self.steps, self.exact.results, self.sizes)

    def value(self) -> ExpectedValue:
        return _expected(self.exact.results[-1], self.coarse.results[-1], self.sizes[-1], self.kink)

    def gradients(self, wrt: Sequence[str]) -> list[ExpectedValue]:
        found = []
        for name in wrt:
            places = named(self.steps, name)
            shape = np.shape(self.exact.results[places[0]])
            sums = [_sum([part[place] for place in places if place in part], shape)
                    for part in (self.exact.gradients, self.coarse.gradients, self.terms)]  # fmt: skip
            found.append(_expected(sums[0], sums[1], sums[2], self.kink))
        return found

    def _pass(self, env: Mapping[str, Any], upstream: Any, dtype: type[np.floating[Any]]) -> _Pass:
        results = _results(self.steps, env, dtype)
        if upstream is None:
            return _Pass(results, {})
        gradients = {len(results) - 1: np.asarray(upstream, dtype)}
        for number in range(len(results) - 1, -1, -1):
            step, gradient = self.steps[number], gradients.get(number)
            if gradient is not None and step.args:
                slopes = slopes_of(step, results, number, self.moved, self.relu_at_zero)
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
        self, step: Step, results: list[Any], factors: list[Any], gradient: Any, slopes: list[Any],
        into: dict[int, Any],
    ) -> None:  # fmt: skip
        """Adds the gradient of a step's result to those of its arguments."""
        shapes = [results[arg].shape for arg in step.args]
        if step.op == "@":
            parts = pull_matmul(factors[step.args[0]], factors[step.args[1]], gradient)
        elif step.op == "T":
            parts = [np.transpose(gradient)]
        elif step.op in REDUCTIONS:
            gradient = gradient if step.axis is None or step.keepdims else np.expand_dims(gradient, step.axis)
            share = gradient.dtype.type(gradient.size / max(1, math.prod(shapes[0])) if step.op == "mean" else 1)
            parts = [np.broadcast_to(gradient * share, shapes[0])]
        else:
            parts = [unbroadcast(gradient * slope, shape) for slope, shape in zip(slopes, shapes, strict=True)]
        for arg, part in zip(step.args, parts, strict=True):
            if arg in self.moved:
                into[arg] = into[arg] + part if arg in into else part


def _results(steps: Sequence[Step], env: Mapping[str, Any], dtype: type[np.floating[Any]]) -> list[Any]:
    """What every step gives in a precision. Raises ValueError where shapes do not fit."""
    given = {name: _of_type(value, dtype) for name, value in env.items()}
    results: list[Any] = []
    try:
        for step in steps:
            results.append(_of_type(step.number if step.op == "number" else result_of(step, results, given), dtype))
    except (ValueError, TypeError, IndexError) as error:
        raise explained(steps, len(results), results, error) from None
    return results


def _expected(exact: Any, coarse: Any, size: Any, kink: bool) -> ExpectedValue:
    values = np.asarray(exact, np.float64)
    size, move = max(largest(values), largest(size)), largest(values - coarse)
    return ExpectedValue(values, size, float("inf") if kink or move != move else move)


def _of_type(value: Any, dtype: type[np.floating[Any]]) -> Any:
    """The array, or the number as a numpy scalar: these are several times as fast as arrays of shape ()."""
    return value.astype(dtype) if isinstance(value, np.ndarray) and value.ndim else dtype(value)


def _sum(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    return functools.reduce(operator.add, parts) if parts else np.zeros(shape)


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
    return [abs(slope) for slope in slopes_of(step, results, number, moved, relu_at_zero)]


def pull_matmul(a: Any, b: Any, gradient: Any) -> list[Any]:
    """The gradient of `a @ b`, pulled back to both, in their shapes."""
    left = a.reshape(1, -1) if a.ndim == 1 else a
    right = b.reshape(-1, 1) if b.ndim == 1 else b
    if left.ndim == right.ndim == 2:
        gradient = gradient.reshape(left.shape[0], right.shape[1])
        return [(gradient @ right.T).reshape(a.shape), (left.T @ gradient).reshape(b.shape)]
    gradient = np.expand_dims(gradient, -1) if b.ndim == 1 else gradient
    gradient = np.expand_dims(gradient, -2) if a.ndim == 1 else gradient
    by_left = unbroadcast(gradient @ np.swapaxes(right, -1, -2), left.shape)
    by_right = unbroadcast(np.swapaxes(left, -1, -2) @ gradient, right.shape)
    return [by_left.reshape(a.shape), by_right.reshape(b.shape)]
