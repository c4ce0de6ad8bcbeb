"""A program for a worker, built step by step: each verb of the worker's language (worker/programs.py) is a method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model.dataclass import dataclass

Step = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """What a step gave, by its number."""

    number: int


@dataclass(frozen=True)
class JudgeFunction:
    """A function that lives in the judge, by its place among those that go with the request."""

    number: int


@dataclass(frozen=True)
class FormulaFunction(JudgeFunction):
    """One of these that gives a value alone, and takes any number of arguments."""


@dataclass(frozen=True)
class TextArgument:
    """A text as an argument."""

    value: str


@dataclass(frozen=True)
class TupleArgument:
    """A tuple of arguments."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class SliceArgument:
    """A slice as an argument."""

    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True)
class DictArgument:
    """A dict of arguments by text keys."""

    items: tuple[tuple[str, Any], ...]


class Program:
    """Steps in order, and labels of what they report.

    Arguments of calls are numbers, None, True, False, texts, arrays, earlier slots, lists, tuples and dicts of these,
    functions of the judge, or another program: a function whose first slots are what it is given. `part` is set by who
    builds the program, to name what the steps that follow belong to: a failure names its step.
    """

    def __init__(self, parameters: int = 0) -> None:
        self.parameters = tuple(map(Slot, range(parameters)))
        self.steps: list[Step] = []
        self.reports: list[str] = []
        self.part = ""
        self._parts: list[str] = []

    def part_of(self, step: int) -> str:
        """The part that a step belongs to."""
        return self._parts[step] if 0 <= step < len(self._parts) else ""

    def make(self, value: Any) -> Slot:
        """A plain value or array, to be read again after a call."""
        return self._add({"make": value})

    def call(
        self,
        target: Slot | None,
        name: str,
        arguments: Iterable[Any] = (),
        named: Mapping[str, Any] | None = None,
        *,
        file: str = "",
        keep: str = "",
        report: str = "",
        whole: bool = False,
        inside: bool = False,
    ) -> Slot:
        """Calls a member of an object; without one, of the judged module, or of another `file` of the submission. What
        it gives is the result, or with `inside` a dict of the numbers and arrays among its local variables."""
        step: Step = {"call": [target.number if target else None, name]}
        if inside:
            step["locals"] = True
        if file:
            step["from"] = file
        if given := [_argument(item) for item in arguments]:
            step["args"] = given
        if named:
            step["kwargs"] = {key: _argument(item) for key, item in named.items()}
        return self._add(step, keep, report, whole)

    def operate(self, operator: str, *arguments: Any, times: int = 1, keep: str = "", report: str = "") -> Slot:
        """Applies an operator as Python does, `times` over: on its own result in place of the first argument."""
        step: Step = {"op": operator, "args": [_argument(item) for item in arguments]}
        if times > 1:
            step["times"] = times
        return self._add(step, keep, report)

    def get(self, target: Slot, name: str, report: str = "") -> Slot:
        """An attribute of an object."""
        return self._add({"get": [target.number, name]}, report=report)

    def set(self, target: Slot, name: str, value: Any) -> None:
        """Sets an attribute of an object."""
        self._add({"set": [target.number, name], "to": _argument(value)})

    def put(self, targets: Iterable[Slot], name: str, values: NDArray[np.float64]) -> None:
        """Sets an attribute of several objects, each to one of these numbers, shape (targets,)."""
        self._add({"put": [target.number for target in targets], "name": name, "to": values})

    def each(self, target: Slot, rows: NDArray[np.float64], name: str, report: str) -> None:
        """Calls an object with each row as a list, rows of shape (calls, arguments), and reports an attribute of each
        result."""
        self._add({"each": target.number, "rows": rows, "take": name})
        self.reports += [report] * len(rows)

    def ask(self, function: int, *arguments: Any) -> Slot:
        """The list of numbers that a function of the judge gives for these arguments."""
        return self._add({"ask": function, "args": [_argument(item) for item in arguments]})

    def recall(self, name: str) -> Slot:
        """What a step of an earlier program has kept under this name."""
        return self._add({"recall": name})

    def peek(self, slot: Slot, parts: Sequence[tuple[str, str | int]], report: str) -> None:
        """Reports what a slot holds in the end of a chain of attributes and items, each ("attribute", name) or ("item",
        key); where there is no such part, that, instead of a failure."""
        self._add({"peek": slot.number, "parts": [list(part) for part in parts]}, report=report)

    def read(self, slot: Slot, report: str) -> None:
        """Reports what a slot holds now."""
        self._add({"read": slot.number}, report=report)

    def _add(self, step: Step, keep: str = "", report: str = "", whole: bool = False) -> Slot:
        if keep:
            step["keep"] = keep
        if report:
            step["tell"] = "text" if whole else True
            self.reports.append(report)
        self.steps.append(step)
        self._parts.append(self.part)
        return Slot(len(self.parameters) + len(self.steps) - 1)


def _argument(item: Any) -> Any:
    match item:
        case Slot(number=number):
            return {"slot": number}
        case FormulaFunction(number=number):
            return {"formula": number}
        case JudgeFunction(number=number):
            return {"planted": number}
        case TextArgument(value=text):
            return {"text": text}
        case TupleArgument(items=items):
            return {"tuple": [_argument(part) for part in items]}
        case SliceArgument(start=start, stop=stop, step=step):
            return {"slice": [start, stop, step]}
        case DictArgument(items=pairs):
            return {"dict": [[key, _argument(part)] for key, part in pairs]}
        case Program(steps=steps, parameters=parameters):
            return {"function": steps, "takes": len(parameters)}
        case list() | tuple():
            return [_argument(part) for part in item]
    return item
