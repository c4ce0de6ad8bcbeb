"""The formula language of course files: a closed grammar over `ast`, computed in floats by our own walker."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from grader.base.text import did_you_mean, plural

# Far above any formula of a course or an answer, and far below what Python's parser and our recursion can take.
MAX_LENGTH = 500
MAX_NESTING = 40
MAX_NODES = 400

Env = Mapping[str, Any]
Compute = Callable[[Env], Any]


class FormulaError(Exception):
    """The text is not a formula of this language. `column` is where, counted from 0."""

    def __init__(self, text: str, column: int = 0) -> None:
        super().__init__(text)
        self.column = column


@dataclass(frozen=True)
class Step:
    """One operation of a formula on the results of earlier steps: an operator, a function, "neg" or "T"; or a "name"
    or a "number". A "sum" or "mean" is over the whole array, or along an `axis`."""

    op: str
    args: tuple[int, ...] = ()
    name: str = ""
    number: np.float64 = field(default=np.float64(0))
    axis: int | None = None


@dataclass(frozen=True)
class Formula:
    """A parsed formula: its text, the names it uses, and the function that computes it.

    `steps` are its operations in an order in which they can be done; empty where it was not read by `parse`.
    """

    text: str
    names: frozenset[str]
    compute: Compute
    steps: tuple[Step, ...] = ()
    boolean: bool = False

    def __call__(self, env: Env) -> Any:
        """The value at `env`: a numpy scalar or array, float64 or, for complex inputs, complex128.

        Overflow and division by zero give inf or nan, never an exception.
        """
        with np.errstate(all="ignore"):
            return self.compute(env)


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
REDUCTIONS: dict[str, Callable[..., Any]] = {"sum": np.add.reduce, "mean": np.mean}
CONSTANTS = {"pi": np.float64(np.pi), "e": np.float64(np.e)}

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
VALUES: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "neg": operator.neg,
    "T": np.transpose,
    **{name: function for name, (_, function) in FUNCTIONS.items()},
}


def parse(text: str, defined: Mapping[str, Formula] | None = None) -> Formula:
    """Reads a formula: numbers, names, `+ - * / ** @ .T` and the functions listed in FUNCTIONS.

    Raises FormulaError with the column for everything else.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, this one {len(text)}")
    _check_nesting(text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise FormulaError(f"not a formula: {error.msg}", max(0, (error.offset or 1) - 1)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(f"not a formula: {type(error).__name__}") from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise FormulaError("the formula has too many terms")
    steps: list[Step] = []
    _add(tree.body, steps)
    return of_steps(text.strip(), tuple(steps))


def of_steps(text: str, steps: tuple[Step, ...]) -> Formula:
    """The formula that carries these steps out."""
    names = frozenset(step.name for step in steps if step.op == "name")
    return Formula(text, names, partial(_compute, steps), steps)


def _compute(steps: Sequence[Step], env: Env) -> Any:
    results: list[Any] = []
    for step in steps:
        results.append(result_of(step, results, env))
    return results[-1]


def result_of(step: Step, results: Sequence[Any], env: Env) -> Any:
    """What a step gives, from the results of the steps before it."""
    if step.op == "name":
        return env[step.name]
    if step.op == "number":
        return step.number
    if step.op in REDUCTIONS:
        return REDUCTIONS[step.op](results[step.args[0]], axis=step.axis)
    return VALUES[step.op](*[results[arg] for arg in step.args])


def _check_nesting(text: str) -> None:
    depth = 0
    for column, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth > MAX_NESTING:
            raise FormulaError("too many nested parentheses", column)


def _add(node: ast.expr, steps: list[Step]) -> int:
    """Adds the steps that compute `node`; the number of the last one. Raises FormulaError."""
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            step = Step("number", number=_constant(value, node))
        case ast.Name(id=name) if name in CONSTANTS:
            step = Step("number", number=CONSTANTS[name])
        case ast.Name(id=name):
            step = Step("name", name=name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            step = Step(_OPERATORS[type(op)], (_add(left, steps), _add(right, steps)))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            step = Step("neg", (_add(inner, steps),))
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _add(inner, steps)
        case ast.Attribute(value=inner, attr="T"):
            step = Step("T", (_add(inner, steps),))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            _check_function(name, len(args), node.col_offset)
            step = Step(name, tuple(_add(arg, steps) for arg in args))
        case _:
            text = f"{ast.unparse(node)!r} is not part of the formula language{_instead(node)}"
            raise FormulaError(text, node.col_offset)
    steps.append(step)
    return len(steps) - 1


def _instead(node: ast.expr) -> str:
    """The way round, where there is one; else what the language has."""
    match node:
        case ast.Compare():
            return ": write a comparison by relu, sign, maximum or minimum"
        case ast.Subscript():
            return ": it has no indices; make each entry an input of its own"
    return f": it has numbers, names, + - * / ** @ .T and {', '.join(FUNCTIONS)}"


def _constant(value: Any, node: ast.expr) -> np.float64:
    try:
        number: np.float64 = np.float64(float(value))  # an int too large for a float raises here
    except OverflowError:
        raise FormulaError("the number is too large", node.col_offset) from None
    return number


def _check_function(name: str, given: int, column: int) -> None:
    if name not in FUNCTIONS:
        hint = did_you_mean(name, FUNCTIONS) or f"; functions are {', '.join(FUNCTIONS)}"
        raise FormulaError(f"unknown function {name!r}{hint}", column)
    count = FUNCTIONS[name][0]
    if given != count:
        raise FormulaError(f"{name} takes {plural(count, 'argument')}, not {given}", column)


def env_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the walker wants them: numbers as numpy float64 scalars, arrays as float64."""
    return {
        name: np.float64(value) if isinstance(value, float) or np.ndim(value) == 0 else np.asarray(value, np.float64)
        for name, value in values.items()
    }
