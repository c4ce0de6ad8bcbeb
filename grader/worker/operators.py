"""What steps of programs apply: operators as Python has them, and the taking apart of results."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

MAX_NAME = 80  # letters of a type's name


class WrongCount(Exception):
    """A result has not as many parts as a program gives names to."""


OPERATORS: dict[str, Callable[..., Any]] = {
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
    in_parts = isinstance(result, Iterable) or hasattr(type(result), "__getitem__")  # as Python sees it
    one = isinstance(result, (str, bytes, dict)) or not in_parts
    parts = [] if one else list(itertools.islice(iter(result), count + 1))
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
