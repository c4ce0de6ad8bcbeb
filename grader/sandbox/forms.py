"""Rebuilds answers that a worker sent as a form and a row of numbers (worker/encode.py, `plain`)."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.answers import MAX_DEPTH, MAX_DIMENSIONS, Answer, Array, Bool, Items, Number, ProtocolError

DTYPES = {"f": "float64", "d": "float64", "s": "float32", "i": "int", "l": "int64"}
_TOKEN = re.compile(r"([dsl])(\d{1,9}(?:,\d{1,9})*|);|([fdsil])|([TF])|([(\[])|([)\]])|( )")


def answers_of(form: str, row: NDArray[np.float64]) -> tuple[tuple[Answer, ...], int]:
    """The answers of a form, whose numbers stand first in the row, shape (numbers,), and how many these are.

    Raises ProtocolError for anything that is no form, or has more numbers.
    """
    found: list[Answer] = []
    stack: list[tuple[str, list[Answer]]] = [("", found)]
    at = end = 0
    while end < len(form):
        token = _TOKEN.match(form, end)
        if token is None:
            raise ProtocolError
        end = token.end()
        letter, shape, scalar, truth, opened, closed, _ = token.groups()
        items = stack[-1][1]
        if letter:
            sizes = tuple(map(int, shape.split(","))) if shape else ()
            count = math.prod(sizes)
            if len(sizes) > MAX_DIMENSIONS or at + count > len(row):
                raise ProtocolError
            items.append(Array(row[at : at + count].reshape(sizes), DTYPES[letter]))
            at += count
        elif scalar:
            if at >= len(row):
                raise ProtocolError
            items.append(Number(float(row[at]), DTYPES[scalar]))
            at += 1
        elif truth:
            items.append(Bool(truth == "T"))
        elif opened:
            if len(stack) > MAX_DEPTH:
                raise ProtocolError
            stack.append(("tuple" if opened == "(" else "list", []))
        elif closed:
            kind, done = stack.pop()
            if kind != ("tuple" if closed == ")" else "list"):
                raise ProtocolError
            stack[-1][1].append(Items(kind, tuple(done)))
    if len(stack) != 1:
        raise ProtocolError
    return tuple(found), at
