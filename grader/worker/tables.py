"""What functions of the judge give at the points where a checker calls them, known in advance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# Calls that are answered here in one request: then the judge is asked, which allows no more (sandbox/connection.py).
MOST_CALLS = 10_000
MOST_ASKED = 1000  # points of one function that the judge hears of: it learns from them how a checker moves, no more
_FLOATS = (float, np.float64)


class Tables:
    """For each of the judge's functions the points, shape (points, …), with the value and the gradient at each; other
    points are asked of the judge. `asked` are, for each function, the numbers of the points that were looked up."""

    def __init__(self, tables: Sequence[Sequence[Any]], ask_judge: Callable[[int, Any, int], tuple[Any, Any]]) -> None:
        self._ask_judge = ask_judge
        self._tables = [
            (points.shape[1:], {point.tobytes(): number for number, point in enumerate(points)}, values, gradients)
            for points, values, gradients in tables
        ]
        self.asked: list[list[int]] = [[] for _ in tables]
        self._calls = 0

    def ask(self, number: int, x: Any) -> tuple[Any, Any]:
        """The value and the gradient at `x`, as the judge would give them."""
        if number < len(self._tables):
            shape, places, values, gradients = self._tables[number]
            place = places.get(_bytes(x, shape))
            if place is not None and self._calls < MOST_CALLS:
                self._calls += 1
                if len(self.asked[number]) < MOST_ASKED:
                    self.asked[number].append(place)
                gradient = gradients[place]
                return float(values[place]), gradient.copy() if gradient.ndim else float(gradient)
        return self._ask_judge(number, x, self._calls)


def _bytes(x: Any, shape: tuple[int, ...]) -> bytes:
    """The bytes of a float64 point of this shape; of anything else none."""
    kind = type(x)
    if kind is np.ndarray:
        return x.tobytes() if shape and x.dtype == np.float64 and x.shape == shape else b""
    if kind in _FLOATS:
        return b"" if shape else np.float64(x).tobytes()
    if kind is list and (len(x),) == shape and all(type(part) in _FLOATS for part in x):
        return np.array(x, np.float64).tobytes()
    return b""
