"""The steps of a formula: operations on the results of earlier ones, in an order in which they can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

import numpy as np

from grader.model.dataclass import dataclass

MAX_STEPS = 5000  # derivatives of derivatives grow fast; a third one of a network's loss has some 1000
_SHOWN = 60  # characters of a step in a message
_INFIX = frozenset(["+", "-", "*", "/", "**", "@", "<", "<=", ">", ">=", "==", "!=", "and", "or"])
# How tightly the operators bind, the loosest first; everything else is written as a call.
_BINDING = [("or",), ("and",), ("not",), ("<", "<=", ">", ">=", "==", "!="), ("+", "-"), ("*", "/", "@"), ("neg",),
            ("**",)]  # fmt: skip
_LEVEL = {op: level for level, ops in enumerate(_BINDING) for op in ops}
_CONDITIONS = frozenset(["<", "<=", ">", ">=", "==", "!=", "and", "or", "not"])
_REARRANGED = frozenset(["index", "reshape", "transpose", "T", "expand", "concat"])


class FormulaError(Exception):
    """The text is not a formula of this language. `column` is where, counted from 0."""

    def __init__(self, text: str, column: int = 0) -> None:
        super().__init__(text)
        self.column = column


@dataclass(frozen=True)
class Step:
    """One operation of a formula on the results of earlier steps: an operator, a function, "neg" or "T"; or a "name"
    or a "number". A "sum" or "mean" is over the whole array, or along an `axis`.

    `pattern` is what else an operation needs to know: of an index which of its arguments stand where.
    """

    op: str
    args: tuple[int, ...] = ()
    name: str = ""
    number: np.float64 = field(default=np.float64(0))
    axis: int | tuple[int, ...] | None = None
    keepdims: bool = False
    pattern: tuple[Any, ...] = ()


class StepList:
    """A growing list of steps."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._numbers: dict[Step, int] = {}

    def add(self, step: Step) -> int:
        """The number of this step, put at the end. Raises FormulaError where the program gets too long."""
        if len(self.steps) >= MAX_STEPS:
            raise FormulaError(f"the formula has too many steps with its derivatives written out: over {MAX_STEPS}")
        self.steps.append(step)
        return len(self.steps) - 1

    def share(self, step: Step) -> int:
        """The number of this step, put at the end unless it was shared before."""
        if step not in self._numbers:
            self._numbers[step] = self.add(step)
        return self._numbers[step]

    def op(self, op: str, *args: int, **options: Any) -> int:
        """A shared step on these arguments."""
        return self.share(Step(op, args, **options))

    def number(self, value: float) -> int:
        """A shared constant."""
        return self.share(Step("number", number=np.float64(value)))

    def constant(self, number: int) -> float | None:
        """The number that a step is, with a sign or without; None where it is no number."""
        step = self.steps[number]
        if step.op == "neg" and self.steps[step.args[0]].op == "number":
            return -float(self.steps[step.args[0]].number)
        return float(step.number) if step.op == "number" else None

    def finished(self, result: int) -> tuple[Step, ...]:
        """The steps of which this result is made; it is the last."""
        return needed(self.steps, [result])[0] if self._numbers else tuple(self.steps)

    def include(self, steps: Sequence[Step]) -> int:
        """The number of the last of these steps, put at the end; those that were shared before are used again."""
        places: list[int] = []
        for step in steps:
            places.append(self.share(replace(step, args=tuple(places[arg] for arg in step.args))))
        return places[-1]


def needed(steps: Sequence[Step], results: Sequence[int]) -> tuple[tuple[Step, ...], tuple[int, ...]]:
    """The steps that these results need, and the new numbers of the results. The last step is the last needed."""
    wanted, waiting = set(results), list(results)
    while waiting:
        for arg in steps[waiting.pop()].args:
            if arg not in wanted:
                wanted.add(arg)
                waiting.append(arg)
    new = {number: place for place, number in enumerate(sorted(wanted))}
    kept = tuple(
        replace(steps[number], args=tuple(new[arg] for arg in steps[number].args)) for number in sorted(wanted)
    )
    return kept, tuple(new[number] for number in results)


def depending(steps: Sequence[Step], on: set[int]) -> set[int]:
    """The numbers of these steps and of all that use them, directly or not."""
    found = set(on)
    for number, step in enumerate(steps):
        if any(arg in found for arg in step.args):
            found.add(number)
    return found


def named(steps: Sequence[Step], name: str) -> list[int]:
    """The steps that are this input."""
    return [number for number, step in enumerate(steps) if step.op == "name" and step.name == name]


def is_condition(steps: Sequence[Step], number: int) -> bool:
    """Whether a step gives True or False (as 1 and 0): a comparison, `and`, `or`, `not`, or entries of these."""
    step = steps[number]
    if step.op == "where":
        return all(is_condition(steps, arg) for arg in step.args[1:])
    if step.op in _REARRANGED:
        return all(is_condition(steps, arg) for arg in step.args[: None if step.op == "concat" else 1])
    return step.op in _CONDITIONS


def written(steps: Sequence[Step], number: int) -> str:
    """A step as a formula, for messages; a long one is cut."""
    text = _written(steps, number, 0)[0]
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _written(steps: Sequence[Step], number: int, depth: int) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    step, tight = steps[number], len(_BINDING)
    if step.op == "name":
        return step.name, tight
    if step.op == "number":
        return f"{float(step.number):g}", tight
    if depth > _SHOWN:
        return "…", tight

    def inner(arg: int, least: int = 0) -> str:
        text, binds = _written(steps, arg, depth + 1)
        return text if binds >= least else f"({text})"

    level = _LEVEL.get(step.op, tight)
    if step.op in _INFIX:
        return f"{inner(step.args[0], level)} {step.op} {inner(step.args[1], level + 1)}", level
    match step.op:
        case "neg":
            return f"-{inner(step.args[0], level)}", level
        case "not":
            return f"not {inner(step.args[0], level)}", level
        case "T":
            return f"{inner(step.args[0], tight)}.T", tight
        case "index":
            return f"{inner(step.args[0], tight)}[{', '.join(_places(step, inner))}]", tight
    named_args = [inner(arg) for arg in step.args] + list(map(str, step.pattern if step.op == "transpose" else ()))
    named_args += [f"axis={step.axis}"] * (step.axis is not None) + ["keepdims=True"] * step.keepdims
    return f"{step.op}({', '.join(named_args)})", tight


def _places(step: Step, inner: Any) -> list[str]:
    texts = {"new": "None", "rest": "..."}
    found = []
    for kind, *slots in step.pattern:
        parts = ["" if slot is None else inner(step.args[1 + slot]) for slot in slots]
        found.append(
            texts.get(kind) or (parts[0] if kind == "at" else ":".join(parts[:2] + [p for p in parts[2:] if p]))
        )
    return found
