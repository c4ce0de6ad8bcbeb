"""The points at which checkers call a function that a class shares: most of them call it at the same ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.code.difference_hints import Point

# Points of one function. Checkers of one way call it at two for each entry of x; there are some ways, and x has a few
# entries. The oldest gives way, so that who calls a function anywhere slows down others for a while at most.
MOST_POINTS = 64


class KnownPoints:
    """Points by their bytes, each with what is known there."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._known: dict[bytes, tuple[Point, Any]] = {}
        self._stacked: tuple[Point, list[Any]] | None = None

    def get(self, x: Point) -> Any:
        """What is known at a point, None for a new one."""
        found = self._known.get(x.tobytes())
        return None if found is None else found[1]

    def add(self, x: Point, known: Any) -> None:
        """Remembers a point, unless it is known."""
        if x.tobytes() in self._known:
            return
        if len(self._known) == MOST_POINTS:
            del self._known[next(iter(self._known))]
        self._known[x.tobytes()] = np.array(x, np.float64), known
        self._stacked = None

    def all(self) -> tuple[Point, list[Any]]:
        """All points, shape (points, …), and what is known at each."""
        if self._stacked is None:
            points, known = zip(*self._known.values(), strict=True) if self._known else ((), ())
            self._stacked = np.array(points, np.float64).reshape(-1, *self._shape), list(known)
        return self._stacked

    def __len__(self) -> int:
        return len(self._known)
