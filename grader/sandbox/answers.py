"""What a worker answered, rebuilt as plain float64 numbers, or refused with a sentence for the student."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.base.text import abbreviate, escape_controls, plural
from grader.model.dataclass import dataclass

# What a worker keeps to (worker/encode.py): anything beyond was not sent by it.
MAX_DIMENSIONS = 8
MAX_DEPTH = 8
# Numbers, texts and containers of one reply that are told one by one: each costs the judge some 10 microseconds. A list
# of more than 64 numbers comes as an array.
MAX_PARTS = 1 << 17
MAX_DESCRIPTION = 120  # letters
MAX_SHOWN = 80  # letters of a text in a message
MAX_KEYS = 8  # of a dict in a message


class UnexpectedType(Exception):
    """The answer is not what was expected: the text says what the function returned, and what it must return."""

    def __init__(self, text: str, of_part: str = "") -> None:
        super().__init__(text)
        self._of_part = of_part or text

    def of(self, part: str) -> str:
        """The sentence on one part of an answer, by the part's name."""
        return f"{part} {self._of_part}"


class ProtocolError(Exception):
    """The answer does not follow the protocol: student code disturbed the worker."""


@dataclass(frozen=True)
class Number:
    """A finite or infinite scalar, with the dtype it was computed in."""

    value: float
    dtype: str


@dataclass(frozen=True)
class Array:
    """An array as float64, with the dtype it was computed in."""

    values: NDArray[np.float64]
    dtype: str


@dataclass(frozen=True)
class Items:
    """A tuple, list or generator."""

    kind: str
    items: tuple[Answer, ...]


@dataclass(frozen=True)
class Named:
    """A dict with its text keys."""

    items: tuple[tuple[str, Answer], ...]


@dataclass(frozen=True)
class Bool:
    """A bool."""

    value: bool


@dataclass(frozen=True)
class Bools:
    """An array of bools, as 0.0 and 1.0."""

    values: NDArray[np.float64]


@dataclass(frozen=True)
class Text:
    """A string, uncleaned."""

    value: str


@dataclass(frozen=True)
class Other:
    """Anything else, by its description."""

    description: str


Answer = Number | Array | Items | Named | Bool | Bools | Text | Other


def rebuild(data: Any, raw: memoryview, left: list[int], depth: int = 0) -> Answer:
    """The answer that a worker's tagged list stands for. `left` holds how many bytes of `raw` no array has taken yet,
    and how many parts there may still be.

    Raises ProtocolError for anything malformed.
    """
    left[1] -= 1
    if left[1] < 0:
        raise ProtocolError
    try:
        match data:
            case ["number", str(dtype), value] if type(value) in (int, float):
                return Number(float(value), dtype)
            case ["array", "bool", list(shape), offset]:
                return Bools(_rebuild_array(shape, offset, raw, left))
            case ["array", str(dtype), list(shape), offset]:
                return Array(_rebuild_array(shape, offset, raw, left), dtype)
            case ["items", str(kind), list(items)] if depth < MAX_DEPTH:
                return Items(escape_controls(kind), tuple(rebuild(item, raw, left, depth + 1) for item in items))
            case ["named", list(pairs)] if depth < MAX_DEPTH:
                return Named(
                    tuple((escape_controls(str(key)), rebuild(item, raw, left, depth + 1)) for key, item in pairs)
                )
            case ["bool", bool(value)]:
                return Bool(value)
            case ["text", str(text)]:
                return Text(text)
            case ["odd", str(description)]:
                return Other(escape_controls(description)[:MAX_DESCRIPTION])
    except (ValueError, TypeError, OverflowError):
        pass
    raise ProtocolError


def _rebuild_array(shape: list[Any], offset: Any, raw: memoryview, left: list[int]) -> NDArray[np.float64]:
    if len(shape) > MAX_DIMENSIONS or not all(type(size) is int and size >= 0 for size in [*shape, offset]):
        raise ProtocolError
    count = math.prod(shape)
    left[0] -= 8 * count
    if offset + 8 * count > len(raw) or left[0] < 0:
        raise ProtocolError
    return np.frombuffer(raw, "<f8", count, offset).reshape(shape).copy() if count else np.zeros(shape)


def as_number(answer: Answer) -> Number:
    """The scalar in `answer`: a number, or an array with one entry of shape () or (1,). Raises UnexpectedType."""
    if isinstance(answer, Array) and answer.values.shape in ((), (1,)):
        answer = Number(float(answer.values.reshape(())), answer.dtype)
    if not isinstance(answer, Number):
        raise _unexpected(answer, "one number")
    if math.isnan(answer.value):
        raise _is_nan()
    return answer


def as_members(answer: Answer, names: Sequence[Sequence[str]], apart: bool = False) -> list[Answer]:
    """The parts of a result with `len(names)` members, given in order or by any of each member's names.

    For one member the answer itself, or the single member of a sequence, is taken. Raises UnexpectedType; where members
    are judged `apart`, not for a key that is missing.
    """
    count = len(names)
    if isinstance(answer, Named):
        return _by_name(answer, names, apart)
    if isinstance(answer, Array) and count > 1:
        if answer.values.ndim == 0 or len(answer.values) != count:
            raise _unexpected(answer, _expected(names))
        return [Array(np.asarray(part), answer.dtype) for part in answer.values]
    if isinstance(answer, Items) and len(answer.items) == count:
        return list(answer.items)
    if count == 1:
        return [answer]
    raise _unexpected(answer, _expected(names))


def as_array(answer: Answer, shape: tuple[int, ...]) -> Array:
    """The array of `shape` in `answer`; nested lists of numbers count as one. Raises UnexpectedType."""
    if shape == ():
        number = as_number(answer)
        return Array(np.asarray(number.value), number.dtype)
    found = _nested(answer)
    if found is None or found.values.shape != shape:
        shown = answer if found is None or isinstance(answer, Number) or _is_several(answer) else found
        raise _unexpected(shown, f"one array of shape {shape}", f"have shape {shape}")
    if np.isnan(found.values).any():
        raise _is_nan()
    return found


def as_truths(answer: Answer, shape: tuple[int, ...]) -> Array:
    """What is True or False in an array of `shape`, as 1.0 and 0.0; numbers that are 1 and 0 count. Raises
    UnexpectedType."""
    what = f"an array of True and False of shape {shape}" if shape else "True or False"
    found = _nested_truths(answer)
    if found is not None and shape == () and found.shape == (1,):
        found = found.reshape(())
    if found is None or found.shape != shape:
        raise _unexpected(answer, what)
    if not np.isin(found, (0.0, 1.0)).all():
        raise _unexpected(answer, what)
    return Array(found, "bool")


def any_truths(answer: Answer) -> Array:
    """What is True or False in an answer of whatever shape, as 1.0 and 0.0. Raises UnexpectedType."""
    found = _nested_truths(answer)
    if found is None:
        raise _unexpected(answer, "True or False")
    return Array(found, "bool")


def _nested_truths(answer: Answer) -> NDArray[np.float64] | None:
    match answer:
        case Bool(value=value):
            return np.asarray(float(value))
        case Bools(values=values) | Array(values=values):
            return values
        case Number(value=number):
            return np.asarray(number)
        case Items(items=()):
            return np.zeros(0)
        case Items(items=items):
            parts = [part for item in items if (part := _nested_truths(item)) is not None]
            if len(parts) == len(items) and len({part.shape for part in parts}) == 1:
                return np.stack(parts)
    return None


def any_array(answer: Answer) -> Array:
    """The number or array of whatever shape in `answer`. Raises UnexpectedType."""
    found = _nested(answer)
    if found is None:
        raise _unexpected(answer, "a number or an array")
    return found


def alike(one: Answer, other: Answer, close: Callable[[Array, Array], bool]) -> bool:
    """Whether two answers are the same, part by part; of numbers and arrays `close` says it."""
    if isinstance(one, Items) and isinstance(other, Items):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(alike(left, right, close) for left, right in pairs)
    if isinstance(one, Named) and isinstance(other, Named):
        left, right = dict(one.items), dict(other.items)
        return left.keys() == right.keys() and all(alike(left[name], right[name], close) for name in left)
    if isinstance(one, (Number, Array)) and isinstance(other, (Number, Array)):
        return close(any_array(one), any_array(other))
    if isinstance(one, (Bool, Bools)) and isinstance(other, (Bool, Bools)):
        return np.array_equal(any_truths(one).values, any_truths(other).values)
    return one == other


def _nested(answer: Answer) -> Array | None:
    match answer:
        case Array():
            return answer
        case Number(value=value, dtype=dtype):
            return Array(np.asarray(value), dtype)
        case Items(items=()):
            return Array(np.zeros(0), "float64")
        case Items(items=items):
            parts = [part for item in items if (part := _nested(item)) is not None]
            if len(parts) == len(items) and len({part.values.shape for part in parts}) == 1:
                return Array(np.stack([part.values for part in parts]), parts[0].dtype)
    return None


def _is_several(answer: Answer) -> bool:
    """Whether it is several results: a tuple, or a list that holds more than nested lists of one shape."""
    return isinstance(answer, Items) and len(answer.items) > 1 and (answer.kind == "tuple" or _nested(answer) is None)


def _unexpected(answer: Answer, expected: str, must: str = "") -> UnexpectedType:
    got = describe(answer)
    hint = ": does the function end without `return`?" if answer == Other("None") else ""
    return UnexpectedType(f"returned {got}; return {expected}{hint}", f"is {got}; it must {must or 'be ' + expected}")


def _is_nan() -> UnexpectedType:
    return UnexpectedType("returned NaN (not a number)", "is NaN (not a number)")


def _by_name(answer: Named, names: Sequence[Sequence[str]], apart: bool) -> list[Answer]:
    found = dict(answer.items)
    members: list[Answer] = []
    for accepted in names:
        key = next((name for name in accepted if name in found), None)
        if key is None and apart:
            members.append(Other(f"missing: the returned dict has no key {accepted[0]!r}"))
            continue
        if key is None:
            has = f"it has {_keys(answer)}" if found else "it is empty"
            raise UnexpectedType(f"the returned dict has no key {accepted[0]!r}; {has}")
        members.append(found[key])
    return members


def _keys(answer: Named) -> str:
    names = [key for key, _ in answer.items]
    return f"the key{'' if len(names) == 1 else 's'} {abbreviate(names, MAX_KEYS)}"


def _expected(names: Sequence[Sequence[str]]) -> str:
    listed = ", ".join(accepted[0] for accepted in names)
    return {1: listed, 2: f"the pair ({listed})"}.get(len(names), f"({listed})")


def describe(answer: Answer) -> str:
    """The answer in a few words, with an article."""
    match answer:
        case Number(value=value):
            return f"the number {value:.6g}"
        case Array(values=values):
            return f"an array of shape {values.shape}"
        case Items(kind=kind, items=items):
            if _is_several(answer):
                return f"a pair (a {kind} of 2 values)" if len(items) == 2 else f"a {kind} of {len(items)} values"
            return f"a {kind} of {plural(len(items), 'item')}"
        case Named(items=items):
            return f"a dict with {_keys(answer)}" if items else "an empty dict"
        case Bool(value=value):
            return f"the bool {value}"
        case Bools():
            return "an array of dtype bool"
        case Text(value=text):
            return f"the string {escape_controls(text[:MAX_SHOWN])!r}"
        case Other(description=description):
            return description
