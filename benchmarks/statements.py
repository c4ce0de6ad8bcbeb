"""The calls that checks make as Python that somebody could have written: a function for each program, no interpreter.

The module that comes out has `load(folder)`, which imports the submission there, and `CHECKS`: of each check the name,
the points and its programs, each a function that returns what the judge would compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from recorder import Asked, CheckCalls

LARGE = 1000  # entries of an array; a larger one is data, which nobody writes into a script
HEAD = '''
import itertools, sys
import numpy as np

nan, inf = float("nan"), float("inf")

def planted(answers):
    """A function that gives these answers in turn, and from the start again to who asks for more."""
    rest = itertools.cycle(answers)

    def f(x):
        return next(rest)

    return f
'''
INFIX = ("+", "-", "*", "/", "**", "@")


def module(checks: Sequence[CheckCalls]) -> str:
    """The text of the module."""
    asked = [one for check in checks for one in check.asked]
    files = sorted({file for one in asked for file in _files(one)})
    names = {file: f"m{number}" for number, file in enumerate(files)}
    lines = [HEAD, "def load(folder):", f"    global {', '.join(names.values())}", "    sys.path.insert(0, folder)"]
    lines += [f"    import {PurePosixPath(file).stem} as {name}" for file, name in names.items()]
    lines += [f"k{worker} = {{}}" for worker in sorted({one.kept for one in asked})]
    table = []
    number = 0
    for check in checks:
        made = []
        for one in check.asked:
            functions = {k: f"f{number}_{k}" for k in one.answers}
            lines += [f"{name} = planted({_answers(one.answers[k])})" for k, name in functions.items()]
            for steps in one.programs:
                made.append(f"p{number}")
                lines += _Writer(one, names, functions).function(made[-1], steps)
                number += 1
        table.append(f"    ({check.name!r}, {check.points!r}, [{', '.join(made)}]),")
    return "\n".join([*lines, "CHECKS = [", *table, "]", ""])


@dataclass
class _Writer:
    """Writes the programs of one request: what their files and the functions of the judge are called."""

    asked: Asked
    modules: Mapping[str, str]
    functions: Mapping[int, str]
    defined: int = 0

    def function(self, name: str, steps: Sequence[dict[str, Any]]) -> Iterator[str]:
        """A function that does the steps and returns what they tell."""
        yield f"def {name}():"
        for slot, step in enumerate(steps):
            for line in self._statement(slot, step):
                yield f"    {line}"
        told = [f"*s{slot}" if "each" in step else f"s{slot}" for slot, step in enumerate(steps)
                if step.get("tell") or "each" in step]  # fmt: skip
        yield f"    return [{', '.join(told)}]"

    def _statement(self, slot: int, step: Mapping[str, Any]) -> Iterator[str]:
        """The lines of one step; its own functions are defined before it."""
        for item in step.get("args", []):
            if isinstance(item, dict) and "function" in item:
                yield from self._definition(item["function"])
        if "set" in step:
            place, name = step["set"]
            yield f"s{place}.{name} = {self._expression(step['to'])}"
            return
        if "put" in step:
            for place, number in zip(step["put"], self._array(step["to"]), strict=True):
                yield f"s{place}.{step['name']} = {number!r}"
            return
        yield f"s{slot} = {self._value(step)}"
        if step.get("times", 1) > 1:
            again = self._value({**step, "args": [{"slot": slot}, *step["args"][1:]]})
            yield from [f"for _ in range({step['times'] - 1}):", f"    s{slot} = {again}"]
        if step.get("keep"):
            yield f"k{self.asked.kept}[{step['keep']!r}] = s{slot}"

    def _value(self, step: Mapping[str, Any]) -> str:
        """What a step gives, as an expression."""
        given = [self._expression(item) for item in step.get("args", [])]
        match step:
            case {"make": value}:
                return self._expression(value)
            case {"call": [base, path]}:
                owner = self.modules[step.get("from") or self.asked.file] if base is None else f"s{base}"
                named = [f"{key}={self._expression(item)}" for key, item in step.get("kwargs", {}).items()]
                return f"{owner}.{path}({', '.join([*given, *named])})".replace(".__call__(", "(")
            case {"op": name}:
                return _operation(name, given)
            case {"get": [place, name]}:
                return f"s{place}.{name}"
            case {"each": place, "rows": rows, "take": name}:
                return f"[s{place}(row).{name} for row in {self._array(rows)!r}]"
            case {"ask": number}:
                return f"{self.functions[number]}([{', '.join(given)}])[1].tolist()"
            case {"recall": name}:
                return f"k{self.asked.kept}[{name!r}]"
            case {"read": place}:
                return f"s{place}"
        raise ValueError(f"no step that can be written: {step}")

    def _expression(self, item: Any) -> str:
        """An argument."""
        match item:
            case {"slot": number}:
                return f"s{number}"
            case {"planted": number}:
                # A function that is planted but never called has no answers.
                return self.functions.get(number, "planted([])")
            case {"text": text}:
                return repr(text)
            case {"function": _}:
                return f"g{self.defined}"
            case {"array": found}:
                return _literal(found)
            case list():
                return f"[{', '.join(map(self._expression, item))}]"
        return repr(item)

    def _array(self, item: Any) -> Any:
        """An array as nested lists."""
        return item["array"].tolist()

    def _definition(self, steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """A function of a program's own: its arguments are the first slots."""
        self.defined += 1
        # Some step uses the result of the one before it, whose slot tells how many arguments come first.
        count = max(slot - place + 1 for place, step in enumerate(steps) for slot in _used(step))
        yield f"def g{self.defined}({', '.join(f's{slot}' for slot in range(count))}):"
        for place, step in enumerate(steps, count):
            for line in self._statement(place, step):
                yield f"    {line}"
        yield f"    return s{count + len(steps) - 1}"


def _used(step: Mapping[str, Any]) -> list[int]:
    """The slots that a step names."""
    named = [step[verb][0] for verb in ("call", "get", "set") if verb in step and step[verb][0] is not None]
    given = [item["slot"] for item in step.get("args", []) if isinstance(item, dict) and "slot" in item]
    return [*named, *given]


def _operation(name: str, given: Sequence[str]) -> str:
    """An operator applied, as Python writes it."""
    given = [f"({one})" if one.startswith("-") else one for one in given]
    if name in INFIX:
        return f"{given[0]} {name} {given[1]}"
    match name:
        case "neg":
            return f"-{given[0]}"
        case "item":
            return f"{given[0]}[{given[1]}]"
        case "total":
            return f"sum([{', '.join(given)}])"
        case "list" | "len":
            return f"{name}({given[0]})"
    raise ValueError(f"no operator that can be written: {name}")


def _files(asked: Asked) -> set[str]:
    """The files of the submission that programs use."""
    return {asked.file, *asked.also, *(step["from"] for one in asked.programs for step in one if "from" in step)}


def _answers(answers: Sequence[tuple[Any, Any]]) -> str:
    """What a function of the judge gave, as a list of pairs."""
    pairs = [f"({_literal(value)}, {_literal(gradient)})" for value, gradient in answers]
    return f"[{', '.join(pairs)}]"


def _literal(value: Any) -> str:
    """A number, or an array that is built where it stands."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.size > LARGE:
        return f"np.frombuffer({value.tobytes()!r}, {value.dtype.str!r}).reshape({value.shape}).copy()"
    kind = "" if value.dtype == np.float64 else f", {value.dtype.name!r}"
    return f"np.array({value.tolist()!r}{kind})"
