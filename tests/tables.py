"""Submissions that compute nothing: they answer by a table of what was asked in every plan that a class shares."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.checks.program import Trial

# What an answer is looked up by: all calls that an object got, with their arguments, or the text of an expression.
CALLS = """
import numpy as np
T = {table!r}

def key(given):
    return repr([item.tolist() if hasattr(item, "tolist") else item for item in given])

def answer(text):
    found = T.get(text, 0.123)
    if isinstance(found, tuple):
        return tuple(np.array(part) if isinstance(part, list) else part for part in found)
    return np.array(found) if isinstance(found, list) else found

class Table:
    def __init__(self, *given):
        self.log = type(self).__name__ + key(given)
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        def call(*given):
            self.log += "." + name + key(given)
            return answer(self.log)
        return call

"""
ENGINE = """
import numpy as np
T = {table!r}
LAST = [""]

def text_of(item):
    if isinstance(item, {name}):
        return item.text
    return repr(item.tolist() if hasattr(item, "tolist") else item)

def answer(text):
    found = T.get(text, 0.123)
    return np.array(found) if isinstance(found, list) else found

class {name}:
    __array_ufunc__ = None
    def __init__(self, data, text=None):
        self.text = text or "leaf " + text_of(data)
    def apply(name):
        def operation(self, *others, **named):
            given = [text_of(item) for item in (self, *others)] + sorted(map(repr, named.items()))
            return {name}(0, name + "(" + ", ".join(given) + ")")
        return operation
    __add__, __mul__, __sub__, __truediv__, __pow__, __matmul__ = map(apply, ["+", "*", "-", "/", "**", "@"])
    __radd__, __rmul__, __rsub__, __rtruediv__ = map(apply, ["r+", "r*", "r-", "r/"])
    __neg__, tanh, relu, sigmoid, sum, mean = map(apply, ["neg", "tanh", "relu", "sigmoid", "sum", "mean"])
    def backward(self):
        LAST[0] = self.text
    data = property(lambda self: answer("data " + self.text), lambda self, value: None)
    grad = property(lambda self: answer("grad " + self.text + " of " + LAST[0]), lambda self, value: None)
"""


def plain(value: Any) -> Any:
    """Numbers and nested lists."""
    return value.tolist() if hasattr(value, "tolist") else value


def key(given: Iterable[Any]) -> str:
    return repr([plain(item) for item in given])


@dataclass
class Caller:
    """Follows programs of calls, and puts what must be reported under what asks for it."""

    table: dict[str, Any] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        slots: list[Any] = []
        for step in trial.program.steps:
            slots.append(self._step(step, slots))
            if step.get("tell") and "read" not in step:
                parts = tuple(plain(part) for part in trial.expected)
                self.table[slots[-1]["log"]] = parts if len(trial.members) > 1 else parts[0]

    def _step(self, step: Mapping[str, Any], slots: Sequence[Any]) -> Any:
        if "make" in step:
            return step["make"]
        if "call" not in step:
            return None
        base, path = step["call"]
        given = [slots[item["slot"]] if isinstance(item, dict) else item for item in step.get("args", [])]
        if base is None:
            return {"log": path + key(given)}
        slots[base]["log"] += f".{path}{key(given)}"
        return dict(slots[base])


@dataclass
class Writer:
    """Follows programs of expressions."""

    table: dict[str, Any] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        slots: list[Any] = []
        told, last = iter(trial.expected), ""
        for step in trial.program.steps:
            made: Any = None
            if "make" in step:
                made = step["make"]
            elif "op" in step:
                made = self._operation(step, slots)
            elif "call" in step:
                base, path = step["call"]
                if base is None:
                    made = "leaf " + repr(plain(self._argument(step["args"][0], slots)))
                elif path in ("backward",):
                    last = slots[base]
                else:
                    given = [slots[base], *(self._text(item, slots) for item in step.get("args", []))]
                    named = sorted(map(repr, step.get("kwargs", {}).items()))
                    made = f"{path}({', '.join([*given, *named])})"
            elif "get" in step:
                place, name = step["get"]
                made = f"data {slots[place]}" if name == "data" else f"grad {slots[place]} of {last}"
                if step.get("tell"):
                    expected = next(told, None)
                    if expected is not None:
                        self.table[made] = plain(expected)
                    else:
                        self.table[made] = numbers_of(slots[place])
            slots.append(made)

    def _operation(self, step: Mapping[str, Any], slots: Sequence[Any]) -> str:
        items, op = step["args"], step["op"]
        texts = [self._text(item, slots) for item in items]
        if op == "total":
            found = "r+(" + texts[0] + ", 0)"
            for text in texts[1:]:
                found = f"+({found}, {text})"
            return found
        for _ in range(step.get("times", 1)):
            if isinstance(items[0], dict):
                texts[0] = f"{op}({', '.join(texts)})"
            else:
                texts[0] = f"r{op}({texts[1]}, {texts[0]})"
        return texts[0]

    def _argument(self, item: Any, slots: Sequence[Any]) -> Any:
        return slots[item["slot"]] if isinstance(item, dict) else item

    def _text(self, item: Any, slots: Sequence[Any]) -> str:
        found = self._argument(item, slots)
        return found if isinstance(item, dict) and isinstance(found, str) else repr(plain(found))


def numbers_of(text: str) -> Any:
    """The numbers that a leaf was made of."""
    return ast.literal_eval(text.removeprefix("leaf ")) if text.startswith("leaf ") else 0.0


def calls(trials: Iterable[Trial], targets: Iterable[str]) -> str:
    """A file of these functions and classes."""
    caller = Caller()
    for trial in trials:
        caller.add(trial)
    names = {target.partition(".")[0]: "." in target for target in targets}
    lines = [f"class {name}(Table): pass" if is_class else f"def {name}(*given): return answer({name!r} + key(given))"
             for name, is_class in names.items()]  # fmt: skip
    return CALLS.format(table=caller.table) + "\n".join(lines) + "\n"


def engine(trials: Iterable[Trial], name: str) -> str:
    """A file with a class of this name."""
    writer = Writer()
    for trial in trials:
        writer.add(trial)
    return ENGINE.format(table=writer.table, name=name)


def checker(verdicts: Mapping[str, bool], name: str, arguments: str) -> str:
    """A file with a checker of gradients that knows points."""
    return f"T = {dict(verdicts)!r}\ndef {name}({arguments}, *more, **named):\n    return T.get(repr(x), True)\n"


def point_text(point: Any) -> str:
    """A point as a checker sees it."""
    return repr(np.asarray(point)) if np.ndim(point) else repr(point)
