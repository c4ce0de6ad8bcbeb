"""Runs programs: steps, each a call of student code or a look at a value, results in numbered slots.

A program comes as data, and each of its steps is made a function once: many submissions run the same programs.

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
  ask   k, args: the list of numbers that the judge's function k gives for these arguments
  recall "name": what a step of an earlier program of this worker has put there by `keep`
`tell` says that the step's result goes into the answer, as "text" whole. An argument may be a number, an array, a list
of arguments, {"tuple": […]} or {"dict": [["key", argument], …]} of them, {"text": "…"}, {"slot": k} for an earlier
result, {"planted": k} for a function that lives in the judge, {"formula": k} for one that takes any number of arguments
and gives a value alone, or {"function": [steps], "takes": n} for one of its own: its n arguments are the first slots, its
last step's result is returned.
"""

from __future__ import annotations

import itertools
import math
import operator
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from .encode import encode, plain
from .exceptions import describe

AskJudge = Callable[[int, Any], Any]
MAX_LOCALS = 40  # far more than a step-by-step solution of an exercise has
MAX_NAME = 80  # letters of a type's name
MAX_KNOWN = 200  # names beside a missing one, for a guess


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


class WrongCount(Exception):
    """A result has not as many parts as a program gives names to."""


@dataclass(frozen=True)
class Several:
    """What one step reports, each as soon as it is there: the next call may change it."""

    items: Iterator[Any]


Act = Callable[[list[Any], ExecContext], Any]
Step = tuple[Act, str, Any]
"""What it does, the name under which its result is kept, and whether it is told ("text": whole)."""


def compiled(program: Sequence[dict[str, Any]], raw: memoryview) -> list[Step]:
    """The steps of a program as functions; arrays stand in `raw`."""
    return [(_act(step, raw), step.get("keep", ""), step.get("tell")) for step in program]


def run(steps: Sequence[Step], context: ExecContext, blobs: list[bytes], row: list[float]) -> str | dict[str, Any]:
    """The results in order, and the first error with the step where it happened.

    Of a result that is plain numbers the numbers go to the row, and only its form is left; of a program without others
    the forms in one text.
    """
    slots: list[Any] = []
    told: list[Any] = []
    number = 0
    try:
        for number, (act, keep, tell) in enumerate(steps):  # noqa: B007 — of an error
            result = act(slots, context)
            slots.append(result)
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


def _act(step: Mapping[str, Any], raw: memoryview) -> Act:
    """A step as a function of the slots."""
    if "call" in step:
        return _call(step, raw)
    if "make" in step:
        return _value(step["make"], raw)
    if "op" in step:
        return _operation(_OPERATORS[step["op"]], _arguments(step["args"], raw), step.get("times", 1))
    if "get" in step:
        place, name = step["get"]
        return lambda slots, context: _member(slots[place], name, False)
    if "set" in step:
        place, name = step["set"]
        to = _argument(step["to"], raw)
        return lambda slots, context: setattr(slots[place], name, to(slots, context))
    if "put" in step:
        return _put(step["put"], step["name"], value(step["to"], raw).tolist())
    if "each" in step:
        return _each(step["each"], value(step["rows"], raw).tolist(), step["take"])
    if "ask" in step:
        number, given = step["ask"], _arguments(step["args"], raw)
        return lambda slots, context: context.ask_judge(number, given(slots, context))[1].tolist()
    if "recall" in step:
        return lambda slots, context: context.kept[step["recall"]]
    return lambda slots, context: slots[step["read"]]


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
    "unpack": lambda result, function, names: _unpacked(result, function, names),
}


def _unpacked(result: Any, function: str, names: str) -> list[Any]:
    """The parts of a function's result, one for each of these names. Raises WrongCount."""
    count = names.count(",") + 1
    one = isinstance(result, (str, bytes, dict)) or not isinstance(result, Iterable)
    parts = [] if one else list(itertools.islice(result, count + 1))
    if len(parts) != count:
        raise WrongCount(f"{function} returned {_in_words(result)}; return {count} values: {names}")
    return parts


def _in_words(result: Any) -> str:
    if type(result) is np.ndarray:
        return f"one array of shape {result.shape}"
    if type(result) in (tuple, list):
        return f"{len(result)} value{'' if len(result) == 1 else 's'}"
    if result is None or type(result) in (int, float, bool):
        return str(result)
    return f"one {type(result).__name__[:MAX_NAME]}"


def _operation(apply: Callable[..., Any], arguments: Act, times: int) -> Act:
    if times == 1:
        return lambda slots, context: apply(*arguments(slots, context))

    def repeated(slots: list[Any], context: ExecContext) -> Any:
        first, *others = arguments(slots, context)
        for _ in range(times):
            first = apply(first, *others)
        return first

    return repeated


def _put(places: Sequence[int], name: str, numbers: Sequence[float]) -> Act:
    pairs = list(zip(places, numbers, strict=True))

    def put(slots: list[Any], context: ExecContext) -> None:
        for place, number in pairs:
            setattr(slots[place], name, number)

    return put


def _each(place: int, rows: Sequence[Sequence[float]], name: str) -> Act:
    def results(model: Any) -> Iterator[Any]:
        called = _member(model, "__call__", False)
        for row in rows:
            yield _member(called(list(row)), name, False)

    return lambda slots, context: Several(results(slots[place]))


def _call(step: Mapping[str, Any], raw: memoryview) -> Act:
    base, path = step["call"]
    first, *rest = path.split(".")
    arguments, file = _arguments(step.get("args", []), raw), step.get("from")
    named = {key: _argument(item, raw) for key, item in step.get("kwargs", {}).items()}
    inside = "locals" in step

    def call(slots: list[Any], context: ExecContext) -> Any:
        if base is None:
            target = _member(context.modules[file or context.file], first, True)
        else:
            target = _member(slots[base], first, False)
        for name in rest:
            target = _member(target, name, False)
        if named or inside:
            keys = {key: get(slots, context) for key, get in named.items()}
            given = arguments(slots, context)
            return _with_locals(target, given, keys) if inside else target(*given, **keys)
        return target(*arguments(slots, context))

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


def _arguments(items: Sequence[Any], raw: memoryview) -> Act:
    """The arguments as a list: most are earlier slots and plain numbers."""
    slot = [isinstance(item, dict) and "slot" in item for item in items]
    if all(is_slot or not isinstance(item, (dict, list)) for is_slot, item in zip(slot, items, strict=True)):
        pairs = [(is_slot, item["slot"] if is_slot else item) for is_slot, item in zip(slot, items, strict=True)]
        return lambda slots, context: [slots[given] if is_slot else given for is_slot, given in pairs]
    getters = [_argument(item, raw) for item in items]
    return lambda slots, context: [get(slots, context) for get in getters]


def _argument(item: Any, raw: memoryview) -> Act:
    if isinstance(item, dict):
        if "slot" in item:
            place = item["slot"]
            return lambda slots, context: slots[place]
        if "planted" in item:
            number = item["planted"]
            return lambda slots, context: _planted(number, context.ask_judge)
        if "formula" in item:
            number = item["formula"]
            return lambda slots, context: _formula(number, context.ask_judge)
        if "tuple" in item:
            parts = _arguments(item["tuple"], raw)
            return lambda slots, context: tuple(parts(slots, context))
        if "dict" in item:
            named = [(key, _argument(part, raw)) for key, part in item["dict"]]
            return lambda slots, context: {key: get(slots, context) for key, get in named}
        if "text" in item:
            text = item["text"]
            return lambda slots, context: text
        if "function" in item:
            steps = [act for act, _, _ in compiled(item["function"], raw)]
            takes = item["takes"]
            return lambda slots, context: _function(steps, takes, context)
    if isinstance(item, list):
        return _arguments(item, raw)
    return _value(item, raw)


def _function(steps: Sequence[Act], takes: int, context: ExecContext) -> Callable[..., Any]:
    def f(*given: Any) -> Any:
        # A checker may pass its values one by one, or all in one list. A class of its own may be a tuple, too.
        whole = len(given) == 1 and type(given[0]) in (list, tuple) and len(given[0]) == takes
        slots = list(given[0]) if whole else list(given)
        if len(slots) != takes:
            raise TypeError(f"the function takes {takes} argument{'s' * (takes != 1)}, not {len(slots)}")
        for act in steps:
            slots.append(act(slots, context))
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


def _value(item: Any, raw: memoryview) -> Act:
    """A plain number, or an array: another copy for each who gets it."""
    if not isinstance(item, dict):
        return lambda slots, context: item
    array = value(item, raw)
    return lambda slots, context: array.copy()


def value(item: Any, raw: memoryview) -> Any:
    """A plain number, or the array whose bytes stand in `raw`."""
    if not isinstance(item, dict):
        return item
    dtype, shape, offset = item["array"]
    count = math.prod(shape)
    flat = np.frombuffer(raw, "<f8", count, offset)
    return flat.astype(dtype).reshape(shape)
