"""The functions of the formula language: what each takes, and the steps that it stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from grader.base.text import did_you_mean, plural
from grader.maths.operations import FUNCTIONS
from grader.maths.steps import FormulaError, Step, StepList, is_condition
from grader.model.dataclass import dataclass

Axis = int | tuple[int, ...] | None
Build = Callable[[StepList, Sequence[int], dict[str, Any]], int]

_MANY = 32  # arguments of a function that takes any number


@dataclass(frozen=True)
class FunctionForm:
    """How a function is called: its number of arguments, from the least to the most, its named arguments with their
    defaults, and what makes its steps. Without a default, a named argument must be given."""

    least: int
    most: int
    build: Build
    named: tuple[tuple[str, Any], ...] = ()
    sizes: bool = False  # whether a tuple stands for several arguments, as in reshape(x, (N, -1))


def _plain(name: str) -> Build:
    return lambda p, args, named: p.add(Step(name, tuple(args)))


def _along(name: str) -> Build:
    return lambda p, args, named: p.add(Step(name, tuple(args), **named))


def truth(p: StepList, number: int) -> int:
    """A condition: what is none, such as a mask of 0 and 1, is one as a comparison with 0."""
    return number if is_condition(p.steps, number) else p.op("!=", number, p.number(0))


def _where(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    return p.add(Step("where", (truth(p, args[0]), *args[1:])))


def _var(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    away = p.op("-", args[0], p.op("mean", args[0], axis=named["axis"], keepdims=True))
    return p.op("mean", p.op("*", away, away), **named)


def _log_softmax(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    return p.op("-", args[0], p.op("logsumexp", args[0], keepdims=True, **named))


def _transpose(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    if len(args) == 1:
        return p.op("T", args[0])
    axes = [p.constant(arg) for arg in args[1:]]
    count = len(axes)
    if (
        any(axis is None or axis != int(axis) or not -count <= axis < count for axis in axes)
        or len({int(axis or 0) % count for axis in axes}) < count
    ):
        raise FormulaError("transpose takes every axis once, as numbers: transpose(x, 0, 2, 1)")
    return p.op("transpose", args[0], pattern=tuple(int(axis or 0) for axis in axes))


def _stack(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    return p.op("concat", *(p.op("expand", arg, axis=named["axis"]) for arg in args), axis=named["axis"])


def _outer(p: StepList, args: Sequence[int], named: dict[str, Any]) -> int:
    return p.op("*", p.op("expand", args[0], axis=-1), p.op("expand", args[1], axis=-2))


REQUIRED = object()
_REDUCES = (("axis", None), ("keepdims", False))
FORMS: dict[str, FunctionForm] = {
    **{name: FunctionForm(count, count, _plain(name)) for name, (count, _) in FUNCTIONS.items()},
    **{name: FunctionForm(1, 1, _plain(name)) for name in ("erf", "expm1", "log1p", "softplus")},
    **{name: FunctionForm(1, 1, _along(name), _REDUCES) for name in ("sum", "mean", "max", "min", "logsumexp")},
    "var": FunctionForm(1, 1, _var, _REDUCES),
    "std": FunctionForm(1, 1, lambda p, args, named: p.op("sqrt", _var(p, args, named)), _REDUCES),
    "softmax": FunctionForm(1, 1, _along("softmax"), (("axis", -1),)),
    "log_softmax": FunctionForm(1, 1, _log_softmax, (("axis", -1),)),
    "argmax": FunctionForm(1, 1, _along("argmax"), (("axis", None),)),
    "argmin": FunctionForm(1, 1, _along("argmin"), (("axis", None),)),
    "cumsum": FunctionForm(1, 1, _along("cumsum"), (("axis", REQUIRED),)),
    "where": FunctionForm(3, 3, _where),
    "reshape": FunctionForm(2, _MANY, _plain("reshape"), sizes=True),
    "transpose": FunctionForm(1, _MANY, _transpose, sizes=True),
    "concat": FunctionForm(1, _MANY, _along("concat"), (("axis", 0),)),
    "stack": FunctionForm(1, _MANY, _stack, (("axis", 0),)),
    "outer": FunctionForm(2, 2, _outer),
    "dot": FunctionForm(2, 2, lambda p, args, named: p.add(Step("@", tuple(args)))),
    "arange": FunctionForm(1, 2, _plain("arange")),
    "onehot": FunctionForm(2, 2, _plain("onehot")),
    "zeros": FunctionForm(1, _MANY, _plain("zeros"), sizes=True),
    "ones": FunctionForm(1, _MANY, _plain("ones"), sizes=True),
}
DERIVATIVES = {"grad": 2, "jvp": 3, "vjp": 3}
NAMES = sorted([*FORMS, *DERIVATIVES])
# Axes of one number alone: over several, or all, there is no order.
_ONE_AXIS = ("softmax", "log_softmax", "argmax", "argmin", "cumsum", "concat", "stack")


def check_call(name: str, node: ast.Call) -> None:
    """Raises FormulaError where there is no such function, or it is called with other arguments than it takes."""
    if name not in NAMES:
        hint = did_you_mean(name, NAMES) or f"; functions are {', '.join(NAMES)}"
        raise FormulaError(f"unknown function {name!r}{hint}", node.col_offset)
    form = FORMS.get(name)
    least, most = (form.least, form.most) if form else (DERIVATIVES[name],) * 2
    known = [option for option, _ in form.named] if form else []
    for keyword in node.keywords:
        if keyword.arg not in known:
            takes = f"; it takes {' and '.join(known)}" if known else ", which takes none by name"
            written = str(keyword.arg or "**")
            hint = did_you_mean(written, known) or takes
            raise FormulaError(f"unknown argument {written!r} of {name}{hint}", keyword.col_offset)
    given = len(node.args)
    if form and form.sizes and node.args and isinstance(node.args[-1], ast.Tuple):
        given += len(node.args[-1].elts) - 1
    if not least <= given <= most:
        count = f"at least {plural(least, 'argument')}" if most == _MANY else plural(most, "argument")
        count = f"{least} or {plural(most, 'argument')}" if least < most < _MANY else count
        hint = ": write axis=… for an axis" if given > most and "axis" in known else ""
        raise FormulaError(f"{name} takes {count}, not {given}{hint}", node.col_offset)


def arguments(name: str, node: ast.Call) -> list[ast.expr]:
    """The arguments of a call, those in a tuple of sizes one by one."""
    if FORMS[name].sizes and isinstance(node.args[-1], ast.Tuple):
        return [*node.args[:-1], *node.args[-1].elts]
    return node.args


def named_arguments(name: str, node: ast.Call) -> dict[str, Any]:
    """The named arguments of a call, with their defaults. Raises FormulaError."""
    found = dict(FORMS[name].named)
    for keyword in node.keywords:
        read = _axis if keyword.arg == "axis" else _flag
        found[str(keyword.arg)] = read(name, keyword.value)
    if missing := [option for option, value in found.items() if value is REQUIRED]:
        raise FormulaError(f"{name} needs {missing[0]}=", node.col_offset)
    return found


def _flag(name: str, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    raise FormulaError(f"keepdims of {name} is True or False", node.col_offset)


def _axis(name: str, node: ast.expr) -> Axis:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = "no literal"
    if type(value) is int or (value is None and dict(FORMS[name].named)["axis"] is None):
        return value
    if isinstance(value, tuple) and value and all(type(axis) is int for axis in value) and name not in _ONE_AXIS:
        return value
    what = "a whole number" if name in _ONE_AXIS else "a whole number or a tuple of them, as in axis=(0, 1)"
    raise FormulaError(f"axis of {name} is {what}", node.col_offset)
