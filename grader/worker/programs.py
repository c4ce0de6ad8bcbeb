"""Runs programs: lists of steps as data, each a call of student code or a look at a value, results in numbered slots.

A step is a dict with one of these verbs:
  make  a plain value or array, kept in its slot so that it can be read again after a call
  call  [slot or null, "dotted.name"], args, kwargs: calls a member of a slot's object or of the module
  op    an operator ("+", "neg", "sum", …), args: applies it, as Python does; `times` over, on its own result
  get   [slot, "name"]: an attribute of a slot's object
  read  slot: reports what the slot holds now
`tell` says that the step's result goes into the answer. An argument may be a number, an array, {"slot": k} for an
earlier result, or {"planted": k} for a function that lives in the judge.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from .encode import encode
from .trouble import describe

AskJudge = Callable[[int, Any], Any]


@dataclass(frozen=True)
class Scene:
    """What a program runs on: the student's module, their files, the request's raw bytes, and a line to the judge."""

    module: ModuleType
    files: Mapping[str, str]
    raw: memoryview
    ask_judge: AskJudge


class NoSuchName(Exception):
    """A class or function the program asks for does not exist; carries where and what exists instead."""

    def __init__(self, owner: str, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.owner, self.name, self.known = owner, name, known


def run(program: list[dict[str, Any]], scene: Scene, blobs: list[bytes]) -> dict[str, Any]:
    """The told results in order, and the first error with the step where it happened."""
    slots: list[Any] = []
    told: list[Any] = []
    for number, step in enumerate(program):
        try:
            slots.append(_perform(step, slots, scene))
            if step.get("tell"):
                told.append(encode(slots[-1], blobs))
        except NoSuchName as error:
            return {"told": told, "step": number, "lost": [error.owner, error.name, error.known]}
        except BaseException as error:
            return {"told": told, "step": number, "error": describe(error, scene.files)}
    return {"told": told}


def _perform(step: dict[str, Any], slots: list[Any], scene: Scene) -> Any:
    if "call" in step:
        return _call(step, slots, scene)
    if "make" in step:
        return value(step["make"], scene.raw)
    if "op" in step:
        first, *others = [_argument(item, slots, scene) for item in step["args"]]
        for _ in range(step.get("times", 1)):
            first = _OPERATORS[step["op"]](first, *others)
        return first
    if "get" in step:
        return _member(slots[step["get"][0]], step["get"][1], scene.module)
    return slots[step["read"]]


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "sum": lambda *items: sum(items),
}


def _call(step: dict[str, Any], slots: list[Any], scene: Scene) -> Any:
    base, path = step["call"]
    target: Any = scene.module if base is None else slots[base]
    for name in path.split("."):
        target = _member(target, name, scene.module)
    args = [_argument(item, slots, scene) for item in step.get("args", [])]
    kwargs = {key: _argument(item, slots, scene) for key, item in step.get("kwargs", {}).items()}
    return target(*args, **kwargs)


def _member(owner: Any, name: str, module: ModuleType) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        label = "" if owner is module else type(owner).__name__
        known = [word for word in dir(owner) if not word.startswith("_")]
        raise NoSuchName(label, name, known[:200]) from None


def _argument(item: Any, slots: list[Any], scene: Scene) -> Any:
    if isinstance(item, dict):
        if "slot" in item:
            return slots[item["slot"]]
        if "planted" in item:
            return _planted(item["planted"], scene.ask_judge)
    return value(item, scene.raw)


def _planted(number: int, ask_judge: AskJudge) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        return ask_judge(number, x)

    return f


def value(item: Any, raw: memoryview) -> Any:
    """A plain number, or the array whose bytes stand in `raw`."""
    if not isinstance(item, dict):
        return item
    dtype, shape, offset = item["array"]
    count = int(np.prod(shape, dtype=np.int64))
    flat = np.frombuffer(raw, "<f8", count, offset)
    return flat.astype(dtype).reshape(shape)
