"""Runs programs: lists of steps as data, each a call of student code or a look at a value, results in numbered slots.

A step is a dict with one of these verbs:
  make  a plain value or array, kept in its slot so that it can be read again after a call
  call  [slot or null, "dotted.name"], args, kwargs: calls a member of a slot's object or of the module
  read  slot: reports what the slot holds now
`tell` says that the step's result goes into the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from .encode import encode
from .trouble import describe


class NoSuchName(Exception):
    """A class or function the program asks for does not exist; carries where and what exists instead."""

    def __init__(self, owner: str, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.owner, self.name, self.known = owner, name, known


def run(
    program: list[dict[str, Any]], module: ModuleType, files: Mapping[str, str], raw: memoryview, blobs: list[bytes]
) -> dict[str, Any]:
    """The told results in order, and the first error with the step where it happened."""
    slots: list[Any] = []
    told: list[Any] = []
    for number, step in enumerate(program):
        try:
            slots.append(_VERBS[_verb(step)](step, slots, module, raw))
            if step.get("tell"):
                told.append(encode(slots[-1], blobs))
        except NoSuchName as error:
            return {"told": told, "step": number, "lost": [error.owner, error.name, error.known]}
        except BaseException as error:
            return {"told": told, "step": number, "error": describe(error, files)}
    return {"told": told}


def _verb(step: dict[str, Any]) -> str:
    return next(verb for verb in _VERBS if verb in step)


def _make(step: dict[str, Any], slots: list[Any], module: ModuleType, raw: memoryview) -> Any:
    return _value(step["make"], slots, raw)


def _call(step: dict[str, Any], slots: list[Any], module: ModuleType, raw: memoryview) -> Any:
    base, path = step["call"]
    target: Any = module if base is None else slots[base]
    for name in path.split("."):
        target = _member(target, name, module)
    args = [_value(item, slots, raw) for item in step.get("args", [])]
    kwargs = {key: _value(item, slots, raw) for key, item in step.get("kwargs", {}).items()}
    return target(*args, **kwargs)


def _read(step: dict[str, Any], slots: list[Any], module: ModuleType, raw: memoryview) -> Any:
    return slots[step["read"]]


_VERBS: dict[str, Callable[[dict[str, Any], list[Any], ModuleType, memoryview], Any]] = {
    "make": _make,
    "call": _call,
    "read": _read,
}


def _member(owner: Any, name: str, module: ModuleType) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        label = "" if owner is module else type(owner).__name__
        known = [word for word in dir(owner) if not word.startswith("_")]
        raise NoSuchName(label, name, known[:200]) from None


def _value(item: Any, slots: list[Any], raw: memoryview) -> Any:
    if not isinstance(item, dict):
        return item
    if "slot" in item:
        return slots[item["slot"]]
    dtype, shape, offset = item["array"]
    count = int(np.prod(shape, dtype=np.int64))
    flat = np.frombuffer(raw, "<f8", count, offset)
    return flat.astype(dtype).reshape(shape)
