"""Programs without their numbers: a class runs thousands of programs of a few hundred shapes, which a worker prepares
once each.

A shape is a program as JSON in which a float is {"number": k}, its place among the program's numbers, and an array is
{"array": [dtype, shape, k]}, the place of its first entry.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.sandbox.program import Program

_encode = json.JSONEncoder(separators=(",", ":")).encode


def in_shapes(programs: Iterable[Program]) -> dict[str, Any]:
    """What a worker is sent of programs: each shape once, for each program its shape and where its numbers begin, and
    the numbers of all. Raises TypeError for what is neither JSON nor an array."""
    numbers = _NumberRow()
    shapes: dict[str, int] = {}
    found = []
    for program in programs:
        shape = _encode(numbers.shape_of(program.steps))
        found.append([shapes.setdefault(shape, len(shapes)), numbers.start])
    return {"shapes": list(shapes), "programs": found, "numbers": np.array(numbers.row, np.float64)}


class _NumberRow:
    """The numbers of programs in a row; those of the last one begin at `start`."""

    def __init__(self) -> None:
        self.row = array("d")
        self.start = 0

    def shape_of(self, steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The shape of one more program."""
        self.start = len(self.row)
        return self._steps(steps)

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
        if kind is dict:
            if "slot" in item:
                return item
            if "function" in item:
                return {**item, "function": self._steps(item["function"])}
            return {name: self._item(part) for name, part in item.items()}
        if kind is list:
            return [self._item(part) for part in item]
        if isinstance(item, float):
            self.row.append(item)
            return {"number": len(self.row) - self.start - 1}
        if isinstance(item, np.ndarray):
            at = len(self.row) - self.start
            self.row.frombytes(np.ascontiguousarray(item, np.float64).tobytes())
            # numpy makes up the name anew each time, slowly
            name = "float64" if item.dtype == np.float64 else item.dtype.name
            return {"array": [name, list(item.shape), at]}
        return item
