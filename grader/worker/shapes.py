"""Programs without their numbers: a class runs thousands of programs of a few hundred shapes, each made functions once.

A shape is a program in which a number that is a float is {"number": k}, its place among the program's numbers, and an
array is {"array": [dtype, shape, k]}, the place of its first entry.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

FLOAT = np.dtype("d")


class Numbers:
    """The numbers of programs, one after the other, all float64; those of one program begin at its `start`."""

    def __init__(self, raw: memoryview) -> None:
        """In `raw` stand the arrays of the programs."""
        self.row = array("d")
        self.start = 0
        self._raw = raw

    def shape_of(self, program: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The shape of one more program, whose numbers are kept."""
        self.start = len(self.row)
        return self._steps(program)

    def _steps(self, steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                word: {name: self._item(part) for name, part in item.items()} if word == "kwargs" else self._item(item)
                for word, item in step.items()
            }
            for step in steps
        ]

    def _item(self, item: Any) -> Any:
        kind = type(item)
        if kind is float:
            self.row.append(item)
            return {"number": len(self.row) - self.start - 1}
        if kind is list:
            return [self._item(part) for part in item]
        if kind is not dict or "slot" in item:
            return item
        if "array" in item:
            return {"array": self._array(*item["array"])}
        if "function" in item:
            return {"function": self._steps(item["function"])}
        return {name: self._item(part) for name, part in item.items()}

    def _array(self, dtype: str, shape: Sequence[int], offset: int) -> list[Any]:
        at = len(self.row) - self.start
        self.row.frombytes(np.frombuffer(self._raw, "<f8", math.prod(shape), offset).astype(FLOAT).tobytes())
        return [dtype, shape, at]
