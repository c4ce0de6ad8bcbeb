"""Runs programs: lists of steps as data, each a call of student code or a look at a value, results in numbered slots.

A step is a dict with one of these verbs:
  make  a plain value or array, kept in its slot so that it can be read again after a call
  call  [slot or null, "dotted.name"], args, kwargs: calls a member of a slot's object or of the module (of the module
        `from` another file of the submission)
  op    an operator ("+", "neg", "total", "item", …), args: applies it, as Python does; `times` over, on its own result
  get   [slot, "name"]: an attribute of a slot's object
  set   [slot, "name"], to: sets an attribute
  read  slot: reports what the slot holds now
  ask   k, args: the list of numbers that the judge's function k gives for these arguments
  recall "name": what a step of an earlier program of this worker has put there by `keep`
`tell` says that the step's result goes into the answer, as "text" whole. An argument may be a number, an array, a list
of arguments, {"text": "…"}, {"slot": k} for an earlier result, {"planted": k} for a function that lives in the judge,
or {"function": [steps]} for one of its own: its arguments are the first slots, its last step's result is returned.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from .encode import encode, plain
from .exceptions import describe

AskJudge = Callable[[int, Any], Any]
MAX_KNOWN = 200  # names beside a missing one, for a guess


@dataclass(frozen=True)
class ExecContext:
    """What a program runs on: the file judged, the modules imported by file, the submission's texts, the request's raw
    bytes, a way to call the judge, and what earlier programs kept."""

    file: str
    modules: Mapping[str, ModuleType]
    files: Mapping[str, str]
    raw: memoryview
    ask_judge: AskJudge
    kept: dict[str, Any]


class NoSuchName(Exception):
    """A class or function that the program names does not exist; carries where, and what exists instead."""

    def __init__(self, owner: str, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.owner, self.name, self.known = owner, name, known


def run(
    program: list[dict[str, Any]], context: ExecContext, blobs: list[bytes], row: list[float]
) -> str | dict[str, Any]:
    """The results in order, and the first error with the step where it happened.

    Of a result that is plain numbers the numbers go to the row, and only its form is left; of a program without others
    the forms in one text.
    """
    slots: list[Any] = []
    told: list[Any] = []
    for number, step in enumerate(program):
        try:
            slots.append(_perform(step, slots, context))
            if "keep" in step:
                context.kept[step["keep"]] = slots[-1]
            if step.get("tell"):
                form = plain(slots[-1], row)
                told.append(form or encode(slots[-1], blobs, whole=step["tell"] == "text"))
        except NoSuchName as error:
            return {"told": told, "step": number, "lost": [error.owner, error.name, error.known]}
        except BaseException as error:
            return {"told": told, "step": number, "error": describe(error, context.files)}
    return " ".join(told) if all(type(one) is str for one in told) else {"told": told}


def _perform(step: dict[str, Any], slots: list[Any], context: ExecContext) -> Any:
    if "call" in step:
        return _call(step, slots, context)
    if "make" in step:
        return value(step["make"], context.raw)
    if "op" in step:
        first, *others = [_argument(item, slots, context) for item in step["args"]]
        for _ in range(step.get("times", 1)):
            first = _OPERATORS[step["op"]](first, *others)
        return first
    if "get" in step:
        return _member(slots[step["get"][0]], step["get"][1], False)
    if "set" in step:
        return setattr(slots[step["set"][0]], step["set"][1], _argument(step["to"], slots, context))
    if "ask" in step:
        given = [_argument(item, slots, context) for item in step["args"]]
        return context.ask_judge(step["ask"], given)[1].tolist()
    if "recall" in step:
        return context.kept[step["recall"]]
    return slots[step["read"]]


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "@": operator.matmul,
    "total": lambda *items: sum(items),
    "list": list,
    "len": len,
    "item": operator.getitem,
}


def _call(step: dict[str, Any], slots: list[Any], context: ExecContext) -> Any:
    base, path = step["call"]
    target: Any = context.modules[step.get("from", context.file)] if base is None else slots[base]
    for depth, name in enumerate(path.split(".")):
        target = _member(target, name, base is None and depth == 0)
    args = [_argument(item, slots, context) for item in step.get("args", [])]
    kwargs = {key: _argument(item, slots, context) for key, item in step.get("kwargs", {}).items()}
    return target(*args, **kwargs)


def _member(owner: Any, name: str, is_module: bool) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        label = "" if is_module else type(owner).__name__
        known = [word for word in dir(owner) if not word.startswith("_")]
        raise NoSuchName(label, name, known[:MAX_KNOWN]) from None


def _argument(item: Any, slots: list[Any], context: ExecContext) -> Any:
    if isinstance(item, dict):
        if "slot" in item:
            return slots[item["slot"]]
        if "planted" in item:
            return _planted(item["planted"], context.ask_judge)
        if "text" in item:
            return item["text"]
        if "function" in item:
            return _function(item["function"], context)
    if isinstance(item, list):
        return [_argument(part, slots, context) for part in item]
    return value(item, context.raw)


def _function(steps: list[dict[str, Any]], context: ExecContext) -> Callable[..., Any]:
    def f(*given: Any) -> Any:
        # A checker may pass its values one by one, or all in one list.
        slots = list(given[0]) if len(given) == 1 and isinstance(given[0], (list, tuple)) else list(given)
        for step in steps:
            slots.append(_perform(step, slots, context))
        return slots[-1]

    return f


def _planted(number: int, ask_judge: AskJudge) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        return ask_judge(number, x)

    return f


def value(item: Any, raw: memoryview) -> Any:
    """A plain number, or the array whose bytes stand in `raw`."""
    if not isinstance(item, dict):
        return item
    dtype, shape, offset = item["array"]
    count = math.prod(shape)
    flat = np.frombuffer(raw, "<f8", count, offset)
    return flat.astype(dtype).reshape(shape)
