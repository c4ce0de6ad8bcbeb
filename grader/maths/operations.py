"""What each operation of formulas gives, on float64, float32 and complex128: the latter follow their real parts."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.maths.steps import Step, written

Env = Mapping[str, Any]
MAX_MADE = (
    4096  # entries of arange, onehot, zeros and ones: far above the arrays of any case, and its square is no harm
)
MOST_WHOLE = 2**53  # above it a float says nothing about the last digit


def _relu(x: Any) -> Any:
    return np.where(np.real(x) > 0, x, 0.0 * x)


def _abs(x: Any) -> Any:
    return np.where(np.real(x) < 0, -x, x)


def _sign(x: Any) -> Any:
    return np.sign(np.real(x))


def _maximum(x: Any, y: Any) -> Any:
    return np.where(np.real(x) >= np.real(y), x, y)


def _minimum(x: Any, y: Any) -> Any:
    return np.where(np.real(x) <= np.real(y), x, y)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, _abs),
    "cos": (1, np.cos),
    "exp": (1, np.exp),
    "floor": (1, lambda x: np.floor(np.real(x))),
    "log": (1, np.log),
    "maximum": (2, _maximum),
    "minimum": (2, _minimum),
    "relu": (1, _relu),
    "sigmoid": (1, lambda x: 1.0 / (1.0 + np.exp(-x))),
    "sign": (1, _sign),
    "sin": (1, np.sin),
    "sqrt": (1, np.sqrt),
    "sum": (1, lambda x: np.add.reduce(x, axis=None)),
    "tan": (1, np.tan),
    "tanh": (1, np.tanh),
}

_erf_of_one: Any = np.vectorize(math.erf, otypes=[np.float64])


def _erf(x: Any) -> Any:
    found = _erf_of_one(np.real(x))[()]
    if np.iscomplexobj(x):  # to first order, which is all that a complex step asks for
        found = found + 1j * np.imag(x) * 2 / math.sqrt(math.pi) * np.exp(-(np.real(x) ** 2))
    return found


def _softplus(x: Any) -> Any:
    above = np.real(x) > 0
    return np.where(above, x, 0.0 * x) + np.log1p(np.exp(np.where(above, -x, x)))


def _truth(condition: Any) -> Any:
    return np.asarray(condition, np.float64)


def _compared(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: _truth(compare(np.real(x), np.real(y)))


VALUES: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "neg": operator.neg,
    "T": np.transpose,
    **{name: function for name, (_, function) in FUNCTIONS.items() if name != "sum"},
    "erf": _erf,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "softplus": _softplus,
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
    "==": _compared(operator.eq),
    "!=": _compared(operator.ne),
    "and": lambda x, y: _truth(np.logical_and(x, y)),
    "or": lambda x, y: _truth(np.logical_or(x, y)),
    "not": lambda x: _truth(np.logical_not(x)),
    "where": lambda c, x, y: np.where(np.real(c) != 0, x, y),
    "swap": lambda x: np.swapaxes(x, -1, -2),
    "rows": lambda x: x[np.newaxis, :] if np.ndim(x) == 1 else x,
    "columns": lambda x: x[:, np.newaxis] if np.ndim(x) == 1 else x,
    "zeros_like": lambda x: np.zeros(np.shape(x)),
    "ones_like": lambda x: np.ones(np.shape(x)),
    "seed": lambda x: np.ones(np.shape(x)),
    "sum_to": lambda x, like: unbroadcast(np.asarray(x), np.shape(like))[()],
    "broadcast_to": lambda x, like: np.broadcast_to(x, np.shape(like))[()],
    "reshape_to": lambda x, like: np.reshape(x, np.shape(like))[()],
}  # fmt: skip
REDUCTIONS: dict[str, Callable[..., Any]] = {"sum": np.add.reduce, "mean": np.mean}


def unbroadcast(gradient: Any, shape: tuple[int, ...]) -> Any:
    """The sum of `gradient` over the axes along which an array of `shape` was broadcast."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=axes, keepdims=True) if axes else gradient


def whole(value: Any) -> Any:
    """The value with its entries as integers. Raises ValueError where one is not whole."""
    number = np.real(value)
    rounded = np.rint(number)
    off = (rounded != number) | ~(np.abs(number) < MOST_WHOLE)
    if np.any(off):
        wrong = number if np.ndim(number) == 0 else np.asarray(number)[off][0]
        raise ValueError(f"needs whole numbers, not {float(wrong):g}")
    return int(rounded) if np.ndim(rounded) == 0 else np.asarray(rounded, np.int64)


def _extreme(step: Step, x: Any) -> Any:
    if np.iscomplexobj(x):
        return SHAPED["sum"](step, x * _firsts(step, x))
    return (np.max if step.op == "max" else np.min)(x, axis=step.axis, keepdims=step.keepdims)


def _firsts(step: Step, x: Any) -> Any:
    """1 where the largest (or smallest) entry along the axes stands, else 0. Of equal ones the first has it, unless the
    pattern says "last" or "all"."""
    x = np.real(x)
    ndim = np.ndim(x)
    axes = tuple(range(ndim)) if step.axis is None else step.axis if isinstance(step.axis, tuple) else (step.axis,)
    axes = tuple(axis % ndim for axis in axes) if ndim else ()
    last = np.moveaxis(x, axes, range(ndim - len(axes), ndim))
    outer = last.shape[: ndim - len(axes)]
    flat = last.reshape(*outer, math.prod(last.shape[ndim - len(axes) :]))
    flat = -flat if "min" in (step.op, *step.pattern) else flat
    marks = np.zeros(flat.shape)
    if "all" in step.pattern:
        marks[flat == np.max(flat, axis=-1, keepdims=True)] = 1.0
    elif "last" in step.pattern:
        np.put_along_axis(marks, flat.shape[-1] - 1 - np.argmax(flat[..., ::-1], axis=-1, keepdims=True), 1.0, axis=-1)
    else:
        np.put_along_axis(marks, np.argmax(flat, axis=-1, keepdims=True), 1.0, axis=-1)
    return np.moveaxis(marks.reshape(last.shape), range(ndim - len(axes), ndim), axes)[()]


def _arg_extreme(step: Step, x: Any) -> Any:
    find: Any = np.argmax if step.op == "argmax" else np.argmin
    return np.asarray(find(np.real(x), axis=step.axis), np.float64)[()]


def _shifted(step: Step, x: Any) -> tuple[Any, Any]:
    top = np.max(np.real(x), axis=step.axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0).astype(top.dtype)
    return top, np.exp(x - top)


def _softmax(step: Step, x: Any) -> Any:
    _, powers = _shifted(step, x)
    return powers / powers.sum(axis=step.axis, keepdims=True)


def _logsumexp(step: Step, x: Any) -> Any:
    top, powers = _shifted(step, x)
    found = np.log(powers.sum(axis=step.axis, keepdims=True)) + top
    return found if step.keepdims else np.squeeze(found, axis=step.axis)[()]


def _cumsum(step: Step, x: Any) -> Any:
    if "reversed" in step.pattern:
        return np.flip(np.cumsum(np.flip(x, step.axis), step.axis), step.axis)  # type: ignore[arg-type]
    return np.cumsum(x, step.axis)  # type: ignore[arg-type]


def _spread(step: Step, gradient: Any, like: Any) -> Any:
    """Each entry of a reduction's result to all the entries it was made of."""
    if step.axis is not None and not step.keepdims:
        gradient = np.expand_dims(gradient, step.axis)
    return np.broadcast_to(gradient, np.shape(like))[()]


def _share(step: Step, x: Any) -> Any:
    """One over the number of entries of which a mean is taken."""
    axes = range(np.ndim(x)) if step.axis is None else step.axis if isinstance(step.axis, tuple) else (step.axis,)
    return np.float64(1 / max(1, math.prod(np.shape(x)[axis] for axis in axes)))


def _place(step: Step, values: Sequence[Any]) -> tuple[Any, ...]:
    """The numpy index of a pattern, with these values in its places."""
    found: list[Any] = []
    for kind, *slots in step.pattern:
        parts = [None if slot is None else whole(values[slot]) for slot in slots]
        found.append(
            {"new": None, "rest": Ellipsis}[kind] if not slots else parts[0] if kind == "at" else slice(*parts)
        )
    return tuple(found)


def _index(step: Step, x: Any, *values: Any) -> Any:
    return np.asarray(x)[_place(step, values)]


def _scatter(step: Step, gradient: Any, like: Any, *values: Any) -> Any:
    """The gradient of an index: entries that were taken several times get the sum."""
    found = np.zeros(np.shape(like), np.result_type(gradient))
    np.add.at(found, _place(step, values), gradient)
    return found


def _sizes(values: Sequence[Any]) -> list[int]:
    sizes = [whole(value) for value in values]
    if any(np.ndim(size) for size in sizes):
        raise ValueError("needs sizes that are numbers, not arrays")
    if math.prod(abs(size) for size in sizes) > MAX_MADE:
        raise ValueError(f"would have more than {MAX_MADE} entries")
    return sizes


def _onehot(step: Step, labels: Any, count: Any) -> Any:
    (count,), labels = _sizes([count]), whole(labels)
    if np.size(labels) and not 0 <= np.min(labels) <= np.max(labels) < count:
        raise ValueError(f"needs labels from 0 to {count - 1}, not {np.min(labels)} to {np.max(labels)}")
    _sizes([np.size(labels), count])
    return np.eye(count)[labels]


def _part(step: Step, whole_array: Any, *parts: Any) -> Any:
    """Of what was made by `concat`, the entries of one part."""
    axis = step.axis if isinstance(step.axis, int) else 0
    start = sum(np.shape(part)[axis] for part in parts[: step.pattern[0]])
    place = [slice(None)] * np.ndim(whole_array)
    place[axis] = slice(start, start + np.shape(parts[step.pattern[0]])[axis])
    return whole_array[tuple(place)]


def _fitted(step: Step, direction: Any, like: Any) -> Any:
    """What a derivative is multiplied by: of the shape of what it is for, or one number for all its entries."""
    if np.ndim(direction) and np.shape(direction) != np.shape(like):
        shape = " ".join(step.pattern)
        raise ValueError(f"{shape} has the shape {np.shape(direction)}, not {np.shape(like)}")
    return np.broadcast_to(direction, np.shape(like))[()]


def _product_like(step: Step, gradient: Any, a: Any, b: Any) -> Any:
    """The gradient of `a @ b` as that of a product of matrices, where one was a vector."""
    gradient = np.expand_dims(gradient, -1) if np.ndim(b) == 1 else np.asarray(gradient)
    return np.expand_dims(gradient, -2) if np.ndim(a) == 1 else gradient


SHAPED: dict[str, Callable[..., Any]] = {
    "sum": lambda step, x: np.add.reduce(x, axis=step.axis, keepdims=step.keepdims),
    "mean": lambda step, x: np.mean(x, axis=step.axis, keepdims=step.keepdims),
    "max": _extreme,
    "min": _extreme,
    "firsts": _firsts,
    "argmax": _arg_extreme,
    "argmin": _arg_extreme,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "cumsum": _cumsum,
    "spread": _spread,
    "share": _share,
    "index": _index,
    "scatter": _scatter,
    "reshape": lambda step, x, *sizes: np.reshape(x, [whole(size) for size in sizes]),
    "transpose": lambda step, x: np.transpose(x, step.pattern),
    "expand": lambda step, x: np.expand_dims(x, step.axis),
    "concat": lambda step, *parts: np.concatenate(parts, axis=step.axis),
    "part": _part,
    "arange": lambda step, *ends: np.arange(*_sizes(ends), dtype=np.float64),
    "onehot": _onehot,
    "zeros": lambda step, *sizes: np.zeros(_sizes(sizes))[()],
    "ones": lambda step, *sizes: np.ones(_sizes(sizes))[()],
    "fitted": _fitted,
    "product_like": _product_like,
}


def result_of(step: Step, results: Sequence[Any], env: Env) -> Any:
    """What a step gives, from the results of the steps before it."""
    if step.op == "name":
        return env[step.name]
    if step.op == "number":
        return step.number
    function = VALUES.get(step.op)
    if function is None:
        return SHAPED[step.op](step, *[results[arg] for arg in step.args])
    return function(*[results[arg] for arg in step.args])


def applied(step: Step, values: Sequence[Any]) -> Any:
    """What a step gives, from its arguments' values."""
    if step.op in VALUES:
        return VALUES[step.op](*values)
    return SHAPED[step.op](step, *values)


def explained(steps: Sequence[Step], number: int, results: Sequence[Any], error: Exception) -> ValueError:
    """Why a step could not be done: its text, and the shapes of its arguments where these do not fit."""
    step = steps[number]
    text = written(steps, number)
    shapes = [str(np.shape(results[arg])) for arg in step.args]
    if len(shapes) >= 2 and step.op in VALUES:
        return ValueError(f"{text}: shapes {', '.join(shapes[:-1])} and {shapes[-1]} do not fit")
    if step.op == "concat":
        return ValueError(f"{text}: shapes {', '.join(shapes[:-1])} and {shapes[-1]} do not fit along axis {step.axis}")
    if step.op in ("onehot", "fitted", "arange", "zeros", "ones") or "whole numbers" in str(error):
        return ValueError(f"{text}: {error}")
    return ValueError(f"{text}: {error}; the shape is {shapes[0]}" if shapes else f"{text}: {error}")


def run(steps: Sequence[Step], env: Env) -> Any:
    """What the last step gives. Raises ValueError where shapes do not fit."""
    results: list[Any] = []
    try:
        for step in steps:
            results.append(result_of(step, results, env))
    except (ValueError, TypeError, IndexError) as error:
        raise explained(steps, len(results), results, error) from None
    return results[-1]
