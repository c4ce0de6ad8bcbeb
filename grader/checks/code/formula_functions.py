"""Functions that a course passes to student code as arguments: `f(x, y)` with its formula, computed in the judge."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.base.text import enumerate_names, plural
from grader.checks.spec_fields import check_names, formula_of, refuse
from grader.maths.formula import OPERATORS, Formula, env_of
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Items, UnexpectedType, any_array, describe
from grader.sandbox.program import FormulaFunction, Program
from grader.sandbox.requests import Planted

_SIGNATURE = re.compile(r"\s*([^\W\d]\w*)\s*\(\s*([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*\)\s*")
# What Python itself does with these operators: a function of them alone takes whatever it is called with.
_OPERATORS = frozenset((*OPERATORS.values(), "neg"))
# Entries of what arguments make together: above it, a column and a row of some thousands would fill the judge's memory.
MAX_TOGETHER = 1 << 18


@dataclass(frozen=True)
class CourseFunction:
    """A function with the names of its arguments."""

    name: str
    parameters: tuple[str, ...]
    formula: Formula

    @property
    def text(self) -> str:
        """It as Python, for who reads a report."""
        return f"{self.name} = lambda {', '.join(self.parameters)}: {self.formula.text}"

    def argument(self, number: int) -> Any:
        """It as an argument of a program: in the worker where it needs operators alone, else in the judge."""
        steps = self.formula.steps
        if not steps or not all(step.op in _OPERATORS or step.op in ("name", "number") for step in steps):
            return FormulaFunction(number)
        body = Program(len(self.parameters))
        slots: list[Any] = []
        for step in steps:
            if step.op == "name":
                slots.append(body.parameters[self.parameters.index(step.name)])
            elif step.op == "number":
                whole = float(step.number).is_integer()
                slots.append(int(step.number) if whole else float(step.number))
            else:
                slots.append(body.operate(step.op, *(slots[arg] for arg in step.args)))
        if not body.steps:  # an argument as it is, or a number
            body.operate("item", [slots[-1]], 0)
        return body

    def answer(self, given: Answer) -> tuple[Any, float]:
        """The value for what it was called with. Raises UnexpectedType."""
        arguments = given.items if isinstance(given, Items) else (given,)
        count = len(self.parameters)
        if len(arguments) != count:
            raise UnexpectedType(f"{self.name} takes {plural(count, 'argument')}, not {len(arguments)}")
        env = {}
        for name, argument in zip(self.parameters, arguments, strict=True):
            try:
                env[name] = any_array(argument).values
            except UnexpectedType:
                raise UnexpectedType(f"{self.name} takes numbers and arrays, not {describe(argument)}") from None
        try:
            together = np.broadcast_shapes(*(np.shape(argument) for argument in env.values()))
        except ValueError:  # they need not fit, as in W @ x
            together = ()
        if math.prod(together) > MAX_TOGETHER:
            raise UnexpectedType(f"{self.name} takes smaller arrays: together they are of shape {together}")
        try:
            value = self.formula(env_of(env))
        except (ValueError, TypeError) as error:
            raise UnexpectedType(f"{self.name}: {error}") from None
        return (np.asarray(value, np.float64) if np.ndim(value) else float(value)), 0.0


Functions = Mapping[str, CourseFunction]


def _functions(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise PydanticCustomError("formula", "functions are stated as in {f(x, y): x ** 2 * y}")
    found = {}
    for text, formula in value.items():
        signature = _SIGNATURE.fullmatch(str(text))
        if signature is None:
            wrong = f'{text!r} is not a function with its arguments: write it in quotes, as in {{"f(x, y)": x * y}}'
            raise PydanticCustomError("formula", "{text}", {"text": wrong})
        name, parameters = signature[1], tuple(part.strip() for part in signature[2].split(","))
        found[name] = CourseFunction(name, parameters, formula_of(formula))
    return found


FunctionsField = Annotated[
    dict[str, CourseFunction],
    BeforeValidator(_functions),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"], "format": "formula"}}),
    Field(description="functions that are passed to calls by name, as in {f(x, y): x ** 2 * y}"),
]


def check_functions(functions: Functions, known: Iterable[str]) -> None:
    """Raises a validation error for a function whose formula uses anything but its arguments."""
    check_names("functions", functions)
    known = set(known)
    for name, function in functions.items():
        if name in known:
            refuse("functions", f"{name!r} is an input already: give the function another name")
        check_names("functions", function.parameters)
        unknown = sorted(function.formula.names - set(function.parameters))
        if unknown:
            own = enumerate_names(list(function.parameters))
            refuse("functions", f"{name} uses {unknown[0]!r}, which is not one of its arguments: {own}")


def arguments_of(functions: Functions) -> dict[str, Any]:
    """The functions as arguments of programs, by their names."""
    return {name: function.argument(number) for number, (name, function) in enumerate(functions.items())}


def planted_of(functions: Functions) -> list[Planted]:
    """What the judge answers when student code calls them."""
    return [function.answer for function in functions.values()]
