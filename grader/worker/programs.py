"""Runs programs: steps, each a call of student code or a look at a value, results in numbered slots.

A program comes as data: its numbers, and its shape (sandbox/program_shapes.py), which is prepared once for all that
have the same one.

A step is a dict with one of these verbs:
  make  a plain value or array, kept in its slot so that it can be read again after a call
  call  [slot or null, "dotted.name"], args, kwargs: calls a member of a slot's object or of the module (of the module
        `from` another file of the submission); with `locals`, the result is a dict of the called function's own numbers
        and arrays, by their names, as they were when it returned
  op    an operator ("+", "neg", "total", "item", …), args: applies it, as Python does; `times` over, on its own result
  get   [slot, "name"]: an attribute of a slot's object
  set   [slot, "name"], to: sets an attribute
  put   [slots], name, to: sets this attribute of each of the slots' objects to a number of an array
  each  slot, rows, take: calls a slot's object with each row of an array, as a list, and takes this attribute of each
        result; all of them are reported
  read  slot: reports what the slot holds now
  peek  slot, parts: reports what it holds in the end of a chain of attributes and items; where there is none, that
  ask   k, args: the list of numbers that the judge's function k gives for these arguments
  recall "name": what a step of an earlier program of this worker has put there by `keep`
`tell` says that the step's result goes into the answer, as "text" whole. An argument may be a number, an array, a list
of arguments, {"tuple": […]} or {"dict": [["key", argument], …]} of them, {"slice": [start, stop, step]}, {"text": "…"},
{"slot": k} for an earlier result, {"planted": k} for a function that lives in the judge, {"formula": k} for one that
takes any number of arguments and gives a value alone, or {"function": [steps], "takes": n} for one of its own: its n
arguments are the first slots, its last step's result is returned.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from .encode import MissingPart, encode, plain
from .exceptions import describe
from .operators import OPERATORS

AskJudge = Callable[[int, Any], Any]
MAX_LOCALS = 40  # far more than a step-by-step solution of an exercise has
MAX_KNOWN = 200  # names beside a missing one, for a guess
FLOAT = np.dtype("d")
MOST_SHAPES = 10_000  # that are kept: all programs of this course have a thousand, and each takes some kilobytes


@dataclass(frozen=True)
class ExecContext:
    """What a program runs on: the file judged, the modules imported by file, the submission's texts, a way to call the
    judge's functions, and what earlier programs kept."""

    file: str
    modules: Mapping[str, ModuleType]
    files: Mapping[str, str]
    ask_judge: AskJudge
    kept: dict[str, Any]


class NoSuchName(Exception):
    """A class or function that the program names does not exist; carries where, and what exists instead."""

    def __init__(self, owner: str, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.owner, self.name, self.known = owner, name, known


@dataclass(frozen=True)
class Several:
    """What one step reports, each as soon as it is there: the next call may change it."""

    items: Iterator[Any]


Get = Callable[[list[Any], memoryview, ExecContext], Any]
"""What something gives, from the slots and the program's numbers."""
Step = tuple[int, int, Any, Any, str, Any]
"""A verb, a slot, a name, arguments, as `_step` puts them; the name under which the result is kept, and whether it is
told ("text": whole)."""
Compiled = tuple[Sequence[Step], memoryview, int]
"""The steps of a program, the numbers of this and others, and where its own begin."""

# The verbs that nearly all steps have need few objects: each that is used makes a forked process copy its memory.
_METHOD, _FUNCTION, _APPLY, _GET, _READ, _OTHER = range(6)
_shapes: dict[str, list[Step]] = {}


def compiled(message: Mapping[str, Any], raw: memoryview) -> list[Compiled]:
    """The programs of a message, ready to run; their numbers stand in `raw`."""
    numbers = value(message["numbers"], raw).data
    shapes = [_steps_of(shape) for shape in message["shapes"]]
    return [(shapes[number], numbers, start) for number, start in message["programs"]]


def _steps_of(shape: str) -> list[Step]:
    if shape not in _shapes:
        if len(_shapes) == MOST_SHAPES:
            _shapes.clear()
        _shapes[shape] = [_step(step) for step in json.loads(shape)]
    return _shapes[shape]


def run(program: Compiled, context: ExecContext, blobs: list[bytes], row: list[float]) -> str | dict[str, Any]:
    """The results in order, and the first error with the step where it happened.

    Of a result that is plain numbers the numbers go to the row, and only its form is left; of a program without others
    the forms in one text.
    """
    steps, numbers, start = program
    numbers = numbers[start:]
    slots: list[Any] = []
    told: list[Any] = []
    number = 0
    try:
        for number, step in enumerate(steps):  # noqa: B007 — of an error
            result = _result(step, slots, numbers, context)
            slots.append(result)
            _, _, _, _, keep, tell = step
            if keep:
                context.kept[keep] = result
            if type(result) is Several:
                for item in result.items:
                    told.append(plain(item, row) or encode(item, blobs))
            elif tell:
                told.append(plain(result, row) or encode(result, blobs, whole=tell == "text"))
    except NoSuchName as error:
        return {"told": told, "step": number, "lost": [error.owner, error.name, error.known]}
    except BaseException as error:
        return {"told": told, "step": number, "error": describe(error, context.files)}
    return " ".join(told) if all(type(one) is str for one in told) else {"told": told}


def _result(step: Step, slots: list[Any], numbers: memoryview, context: ExecContext) -> Any:
    """What a step gives."""
    verb, place, name, arguments, _, _ = step
    if verb == _GET:
        return _member(slots[place], name, False)
    if verb == _METHOD:
        return _member(slots[place], name, False)(*_given(arguments, slots, numbers, context))
    if verb == _APPLY:
        return name(*_given(arguments, slots, numbers, context))
    if verb == _FUNCTION:
        target = _member(context.modules[context.file], name, True)
        return target(*_given(arguments, slots, numbers, context))
    if verb == _READ:
        return slots[place]
    return name(slots, numbers, context)


def _given(arguments: Sequence[Any], slots: list[Any], numbers: memoryview, context: ExecContext) -> list[Any]:
    """Arguments as `_arguments` puts them."""
    if type(arguments) is tuple:
        return [slots[place] if place >= 0 else numbers[~place] for place in arguments]
    return [get(slots, numbers, context) for get in arguments]


def _step(step: Mapping[str, Any]) -> Step:
    rest = step.get("keep", ""), step.get("tell")
    if "get" in step:
        return (_GET, *step["get"], (), *rest)
    if "read" in step:
        return (_READ, step["read"], "", (), *rest)
    if "op" in step and "times" not in step:
        return (_APPLY, 0, OPERATORS[step["op"]], _arguments(step["args"]), *rest)
    if "call" in step and "." not in step["call"][1] and not step.keys() & {"from", "kwargs", "locals"}:
        base, name = step["call"]
        verb = _FUNCTION if base is None else _METHOD
        return (verb, base or 0, name, _arguments(step.get("args", [])), *rest)
    return (_OTHER, 0, _other(step), (), *rest)


def _other(step: Mapping[str, Any]) -> Get:
    """A step as a function of the slots."""
    if "call" in step:
        return _call(step)
    if "make" in step:
        return _argument(step["make"])
    if "op" in step:
        return _repeated(OPERATORS[step["op"]], _arguments(step["args"]), step["times"])
    if "set" in step:
        place, name = step["set"]
        to = _argument(step["to"])
        return lambda slots, numbers, context: setattr(slots[place], name, to(slots, numbers, context))
    if "put" in step:
        return _put(step["put"], step["name"], _array(step["to"]))
    if "each" in step:
        return _each(step["each"], _array(step["rows"]), step["take"])
    if "peek" in step:
        return _peek(step["peek"], step["parts"])
    if "ask" in step:
        judged, asked = step["ask"], _arguments(step["args"])
        return lambda slots, numbers, context: context.ask_judge(judged, _given(asked, slots, numbers, context))[
            1
        ].tolist()
    return lambda slots, numbers, context: context.kept[step["recall"]]


def _repeated(apply: Callable[..., Any], arguments: Sequence[Any], times: int) -> Get:
    def repeated(slots: list[Any], numbers: memoryview, context: ExecContext) -> Any:
        first, *others = _given(arguments, slots, numbers, context)
        for _ in range(times):
            first = apply(first, *others)
        return first

    return repeated


def _peek(place: int, parts: Sequence[tuple[str, Any]]) -> Get:
    def peek(slots: list[Any], numbers: memoryview, context: ExecContext) -> Any:
        found = slots[place]
        for kind, part in parts:
            try:
                found = getattr(found, part) if kind == "attribute" else found[part]
            except (AttributeError, LookupError, TypeError):
                return MissingPart(kind, part)
        return found

    return peek


def _put(places: Sequence[int], name: str, array: Get) -> Get:
    def put(slots: list[Any], numbers: memoryview, context: ExecContext) -> None:
        for place, number in zip(places, array(slots, numbers, context).tolist(), strict=True):
            setattr(slots[place], name, number)

    return put


def _each(place: int, array: Get, name: str) -> Get:
    def results(model: Any, rows: Sequence[list[float]]) -> Iterator[Any]:
        called = _member(model, "__call__", False)
        for row in rows:
            yield _member(called(row), name, False)

    return lambda slots, numbers, context: Several(results(slots[place], array(slots, numbers, context).tolist()))


def _call(step: Mapping[str, Any]) -> Get:
    base, path = step["call"]
    first, *rest = path.split(".")
    arguments, file = _arguments(step.get("args", [])), step.get("from")
    named = {key: _argument(item) for key, item in step.get("kwargs", {}).items()}
    inside = "locals" in step

    def call(slots: list[Any], numbers: memoryview, context: ExecContext) -> Any:
        if base is None:
            target = _member(context.modules[file or context.file], first, True)
        else:
            target = _member(slots[base], first, False)
        for name in rest:
            target = _member(target, name, False)
        if named or inside:
            keys = {key: get(slots, numbers, context) for key, get in named.items()}
            given = _given(arguments, slots, numbers, context)
            return _with_locals(target, given, keys) if inside else target(*given, **keys)
        return target(*_given(arguments, slots, numbers, context))

    return call


def _with_locals(target: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers and arrays among the local variables of the function, after a call; of one that is not plain Python
    there are none."""
    code = getattr(getattr(target, "__func__", target), "__code__", None)
    found: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, arg: Any) -> None:
        if event == "return" and frame.f_code is code:
            plainly = (int, float, np.ndarray, np.number)
            known = {name: item for name, item in frame.f_locals.items() if isinstance(item, plainly)}
            found.update(list(known.items())[:MAX_LOCALS])

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        target(*given, **named)
    finally:
        sys.setprofile(before)
    return found


def _member(owner: Any, name: str, is_module: bool) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        label = "" if is_module else type(owner).__name__
        known = [word for word in dir(owner) if not word.startswith("_")]
        raise NoSuchName(label, name, known[:MAX_KNOWN]) from None


def _arguments(items: Sequence[Any]) -> Sequence[Any]:
    """Arguments for `_given`: most are earlier slots and numbers, as places in a tuple; else each as a function."""
    places = [
        item["slot"] if "slot" in item else ~item["number"]
        for item in items
        if isinstance(item, dict) and ("slot" in item or "number" in item)
    ]
    return tuple(places) if len(places) == len(items) else [_argument(item) for item in items]


def _argument(item: Any) -> Get:
    if isinstance(item, dict):
        if "slot" in item:
            place = item["slot"]
            return lambda slots, numbers, context: slots[place]
        if "number" in item:
            at = item["number"]
            return lambda slots, numbers, context: numbers[at]
        if "planted" in item:
            judged = item["planted"]
            return lambda slots, numbers, context: _planted(judged, context.ask_judge)
        if "formula" in item:
            formula = item["formula"]
            return lambda slots, numbers, context: _formula(formula, context.ask_judge)
        if "tuple" in item:
            members = _arguments(item["tuple"])
            return lambda slots, numbers, context: tuple(_given(members, slots, numbers, context))
        if "slice" in item:
            part = slice(*item["slice"])
            return lambda slots, numbers, context: part
        if "dict" in item:
            named = [(key, _argument(part)) for key, part in item["dict"]]
            return lambda slots, numbers, context: {key: get(slots, numbers, context) for key, get in named}
        if "text" in item:
            text = item["text"]
            return lambda slots, numbers, context: text
        if "function" in item:
            steps, takes = [_step(step) for step in item["function"]], item["takes"]
            return lambda slots, numbers, context: _function(steps, takes, numbers, context)
        return _array(item)
    if isinstance(item, list):
        parts = _arguments(item)
        return lambda slots, numbers, context: _given(parts, slots, numbers, context)
    return lambda slots, numbers, context: item


def _array(item: Mapping[str, Any]) -> Get:
    """An array: another copy for each who gets it."""
    name, shape, at = item["array"]
    dtype, offset = np.dtype(name), at * FLOAT.itemsize

    def array(slots: list[Any], numbers: memoryview, context: ExecContext) -> Any:
        return np.ndarray(shape, FLOAT, numbers, offset).astype(dtype)

    return array


def _function(steps: Sequence[Step], takes: int, numbers: memoryview, context: ExecContext) -> Callable[..., Any]:
    def f(*given: Any) -> Any:
        # A checker may pass its values one by one, or all in one list. A class of its own may be a tuple, too.
        whole = len(given) == 1 and type(given[0]) in (list, tuple) and len(given[0]) == takes
        slots = list(given[0]) if whole else list(given)
        if len(slots) != takes:
            raise TypeError(f"the function takes {takes} argument{'s' * (takes != 1)}, not {len(slots)}")
        for step in steps:
            slots.append(_result(step, slots, numbers, context))
        return slots[-1]

    return f


def _planted(number: int, ask_judge: AskJudge) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        return ask_judge(number, x)

    return f


def _formula(number: int, ask_judge: AskJudge) -> Callable[..., Any]:
    def f(*given: Any) -> Any:
        return ask_judge(number, list(given))[0]

    return f


def value(item: Any, raw: memoryview) -> Any:
    """A plain number, or the array whose bytes stand in `raw`."""
    if not isinstance(item, dict):
        return item
    dtype, shape, offset = item["array"]
    count = math.prod(shape)
    flat = np.frombuffer(raw, "<f8", count, offset)
    return flat.astype(dtype).reshape(shape)
