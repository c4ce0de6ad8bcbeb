"""What a student's own value class does with an expression, measured before other code that uses it is judged.

Code that uses the class may be right while the class is not. So the judge builds each expression on its own first, and
compares value and gradients: no verdict on other code rests on an expression that the class gets wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from grader.base.text import escape_controls
from grader.checks.base import CheckSpec
from grader.maths.graphs.expression_graph import Constant, Graph
from grader.model.dataclass import dataclass
from grader.sandbox.answers import UnexpectedType, as_number
from grader.sandbox.program import Program, Slot
from grader.sandbox.requests import MissingName, ProgramResult, Request, StudentException

CLOSE = 1e-6  # as in grader.maths.compare.RTOL_FLOAT64: float32 in a part of the class still passes


class OnValues(CheckSpec):
    """The fields of a kind whose expressions are made of the student's own class."""

    engine: str = Field(pattern=r"^[A-Za-z_]\w*\.py$", description="the file that holds the class")
    class_: str = Field("Value", alias="class", description="the student's class; made as Class(number)")
    value: str = Field("data", description="the attribute that holds the number")
    gradient: str = Field("grad", description="the attribute that holds the gradient")
    backward: str = Field("backward", description="the method that starts at the root")


@dataclass(frozen=True)
class Expression:
    """Leaves' numbers, and what makes the root of the leaves' slots in a program."""

    leaves: tuple[float, ...]
    root: Callable[[Program, Sequence[Slot]], Slot]

    def add_to(self, program: Program, spec: OnValues) -> tuple[list[Slot], Slot]:
        """Adds all of it; the slots of the leaves, and of the root."""
        leaves = [program.call(None, spec.class_, [number], file=spec.engine) for number in self.leaves]
        return leaves, self.root(program, leaves)


@dataclass(frozen=True)
class Behaviour:
    """What the class made of an expression; `failure` where it got to no end, numbers NaN where there is none."""

    value: float
    gradients: tuple[float, ...]
    failure: StudentException | MissingName | None

    def right(self, value: float, gradients: Sequence[float]) -> bool:
        """Whether value and gradients are these."""
        return self.right_value(value) and self.error(gradients) <= CLOSE

    def right_value(self, value: float) -> bool:
        """Whether the value is this one."""
        return abs(self.value - value) <= CLOSE * max(1.0, abs(value))

    def error(self, gradients: Sequence[float] | NDArray[np.float64], size: float = 0.0) -> float:
        """The largest error of a gradient relative to the largest expected one, or to `size` where that is larger.

        Infinite where a gradient is NaN.
        """
        size = max([size, *map(abs, gradients)])
        errors = [abs(mine - expected) / size for mine, expected in zip(self.gradients, gradients, strict=True)]
        return float(max(errors)) if all(error <= error for error in errors) else float("inf")


def add_graph(program: Program, graph: Graph, leaves: Mapping[str, Slot], of_class: Slot) -> Slot:
    """Adds a graph of operations over these leaves; its root. Numbers become values of their own, of `of_class`'s
    class."""
    made: list[Slot] = []
    for node in graph.nodes:
        if node.op == "leaf":
            made.append(leaves[node.name])
            continue
        given = [
            program.call(of_class, "__class__", [arg.value]) if isinstance(arg, Constant) else made[arg]
            for arg in node.args
        ]
        made.append(program.operate(node.op, *given))
    return made[-1]


def measurement(spec: OnValues, expressions: Sequence[Expression]) -> Request:
    """The request for value and gradients of each expression, made where judged code never ran."""
    return Request(spec.engine, measuring(spec, expressions), first=True)


def measuring(spec: OnValues, expressions: Sequence[Expression]) -> list[Program]:
    """The programs that report value and gradients of each expression."""
    programs = []
    for expression in expressions:
        program = Program()
        leaves, root = expression.add_to(program, spec)
        program.get(root, spec.value, "value")
        program.call(root, spec.backward)
        for leaf in leaves:
            program.get(leaf, spec.gradient, "gradient")
        programs.append(program)
    return programs


def behaviour(outcome: ProgramResult, leaves: int) -> Behaviour:
    """What a measurement shows of one expression with so many leaves."""
    nan = float("nan")
    if outcome.failure is not None:
        return Behaviour(nan, (nan,) * leaves, outcome.failure)
    try:
        value, *gradients = (as_number(answer).value for answer in outcome.answers)
    except UnexpectedType:
        return Behaviour(nan, (nan,) * leaves, None)
    return Behaviour(value, tuple(gradients), None)


def complaint(spec: OnValues, measured: Sequence[Behaviour]) -> str:
    """The sentence for a check that is skipped until the class works."""
    what = "with + and *, its values or gradients are wrong"
    match next((one.failure for one in measured if one.failure is not None), None):
        case MissingName(name=name):
            what = f"`{escape_controls(name)}` is missing"
        case StudentException(type=kind, text=text):
            what = f"+ and * on its values raise {escape_controls(f'{kind}: {text}')[:200]}"
    return f"not checked: {spec.engine} must work first; {what}"
