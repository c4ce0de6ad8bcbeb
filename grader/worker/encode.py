"""Turns what student code returned into plain data: numbers, arrays, sequences, or a description of anything else."""

from __future__ import annotations

import itertools
import sys
import types
from collections import deque
from typing import Any

import numpy as np

# Far more than any check expects, far below what a frame (worker/frames.py) or a report can hold.
MAX_ITEMS = 64  # of a list that is kept item by item; a longer one of numbers becomes an array
MAX_BYTES = 3 << 18  # of an array: three quarters of a frame, which holds the JSON besides
MAX_TEXT = 64 << 10  # of a text that is sent whole, such as a drawing: data_readers reads no longer one
MAX_SHOWN = 200  # letters of any other text, which is only shown
MAX_DEPTH = 4  # of containers; a tuple of matrices as nested lists has three levels
MAX_DIMENSIONS = 8  # the judge takes no more (sandbox/answers.py)
MAX_NAME, MAX_LONG_NAME = 80, 120  # letters of a key or a type's name, of one with its module
_FLOAT64 = np.dtype("<f8")
# What Python takes apart as it does a tuple, and whose own methods do it.
_ITERATORS: tuple[type[Any], ...] = (
    types.GeneratorType, map, zip, filter, range, deque, itertools.chain, itertools.islice, type(iter([])),
    type(iter(())), type(reversed([])), reversed, type({}.values()),
)  # fmt: skip


class MissingPart:
    """What takes the place of a part that an object does not have."""

    def __init__(self, kind: str, part: str | int) -> None:
        self.words = f"missing: there is no {kind} {part!r}"


_SCALARS: dict[type, str] = {float: "f", int: "i", np.float64: "d", np.float32: "s", np.int64: "l"}
_ARRAYS = {np.dtype("float64"): "d", np.dtype("float32"): "s", np.dtype("int64"): "l"}
MAX_ENTRIES = 4096  # of an array whose numbers go to a row; more are copied faster as bytes
HUGE = 1 << 53  # whole numbers beyond it are no float to the last digit, and are described by `encode`


def plain(value: Any, row: list[float], depth: int = 0) -> str:
    """The form of a value that is made of plain numbers, which are added to the row; "" for any other value.

    A form is a letter for a number by its type, `T` or `F`, a letter and a shape as `d2,3;` for an array, or the forms
    of the items of a `(tuple)` or `[list]`. Types are taken exactly, so nothing of a subclass is called.
    """
    kind = type(value)
    mark = _SCALARS.get(kind)
    if mark is not None:
        if kind is int and not -HUGE < value < HUGE:
            return ""
        row.append(value)
        return mark
    if kind is bool:
        return "T" if value else "F"
    if kind is np.ndarray:
        mark = _ARRAYS.get(value.dtype)
        if mark is None or value.size > MAX_ENTRIES or value.ndim > MAX_DIMENSIONS:
            return ""
        row.extend(value.ravel().tolist())
        return f"{mark}{','.join(map(str, value.shape))};"
    if (kind is tuple or kind is list) and len(value) <= MAX_ITEMS and depth < MAX_DEPTH:
        before = len(row)
        forms = []
        for item in value:
            form = plain(item, row, depth + 1)
            if not form:
                del row[before:]
                return ""
            forms.append(form)
        return f"({''.join(forms)})" if kind is tuple else f"[{''.join(forms)}]"
    return ""


def encode(value: Any, blobs: list[bytes], depth: int = 0, whole: bool = False) -> list[Any]:
    """A tagged list for `value`; arrays go to `blobs` as raw little-endian float64. A text is cut unless `whole`.

    Numbers, arrays and containers are read by the methods of float, int, ndarray, tuple, list and dict themselves:
    methods that a subclass defines are never called.
    """
    kind = type(value)
    if kind is float:
        return ["number", "float64", value]
    if kind is int:
        return ["number", "int", float(value)] if abs(value) < 1 << 1000 else ["odd", "a huge integer"]
    if kind is bool:
        return ["bool", value]
    if value is None:
        return ["odd", "None"]
    if kind is MissingPart:
        return ["odd", value.words[:MAX_LONG_NAME]]
    if kind is str:
        return ["text", value[: MAX_TEXT if whole else MAX_SHOWN]]
    if isinstance(value, np.bool_):
        return ["bool", bool(value)]
    if isinstance(value, (np.floating, np.integer)) and kind.__module__ == "numpy":
        return ["number", value.dtype.name, float(value)]
    if issubclass(kind, np.ndarray):
        if _is_masked(value, kind):
            return ["odd", "an array with masked entries"]
        return _array(np.ndarray.view(value, np.ndarray), blobs)
    if issubclass(kind, float):
        return ["number", "float64", float.__float__(value)]
    if issubclass(kind, int):
        return encode(int.__int__(value), blobs)
    if depth < MAX_DEPTH:
        if isinstance(value, (tuple, list)) or kind in _ITERATORS:
            plain = tuple if isinstance(value, tuple) else list if isinstance(value, list) else None
            items = list(itertools.islice(plain.__iter__(value) if plain else value, MAX_ITEMS + 1))
            if len(items) > MAX_ITEMS and plain is not None:
                return _array_or_long(value, kind.__name__, blobs)
            return ["items", kind.__name__, [encode(item, blobs, depth + 1) for item in items]]
        if isinstance(value, dict):
            pairs = list(itertools.islice(dict.items(value), MAX_ITEMS))
            return ["named", [[key[:MAX_NAME] if type(key) is str else "?", encode(item, blobs, depth + 1)]
                              for key, item in pairs]]  # fmt: skip
    return ["odd", f"an object of type {_type_name(kind)}"]


def _array_or_long(value: Any, name: str, blobs: list[bytes]) -> list[Any]:
    if all(type(item) in (float, int) or (type(item).__module__ == "numpy" and np.ndim(item) == 0) for item in value):
        return _array(np.array(value, dtype=np.float64), blobs)
    return ["odd", f"a {name} of {len(value)} items"]


def _array(value: Any, blobs: list[bytes]) -> list[Any]:
    if value.dtype == np.bool_ and value.size == 1:
        return ["bool", bool(value.reshape(-1)[0])]
    if value.dtype.kind not in "fiub":
        return ["odd", f"an array of dtype {value.dtype}"]
    if value.ndim > MAX_DIMENSIONS:
        return ["odd", f"an array of {value.ndim} dimensions"]
    plain = np.array(value, dtype=_FLOAT64, order="C", subok=False)
    if plain.nbytes > MAX_BYTES:
        return ["odd", f"an array of shape {value.shape}, which is far too large"]
    offset = sum(map(len, blobs))
    blobs.append(plain.tobytes())
    name = "float64" if value.dtype == _FLOAT64 else value.dtype.name
    return ["array", name, list(plain.shape), offset]


def _is_masked(value: Any, kind: type) -> bool:
    """Whether entries of an array are masked, so that it is not known what they are."""
    masked = sys.modules.get("numpy.ma")
    return masked is not None and issubclass(kind, masked.MaskedArray) and bool(masked.is_masked(value))


def _type_name(kind: type) -> str:
    module = type.__getattribute__(kind, "__module__")
    name = type.__getattribute__(kind, "__qualname__")
    return str(name)[:MAX_NAME] if module in ("builtins", None) else f"{module!s}.{name!s}"[:MAX_LONG_NAME]
