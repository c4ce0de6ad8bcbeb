"""What many submissions of a class have in common: programs, and what functions of the judge give at known points."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model.dataclass import dataclass
from grader.sandbox.packing import packed
from grader.sandbox.program import Program
from grader.sandbox.program_shapes import in_shapes

_numbers = itertools.count()


@dataclass(frozen=True, eq=False)
class SharedPrograms:
    """Programs that a warm worker may know before it forks, by a key of their own."""

    programs: Sequence[Program]
    key: str = field(default_factory=lambda: str(next(_numbers)))

    @cached_property
    def frame(self) -> bytes:
        """The programs as they are sent to a warm worker."""
        return packed(in_shapes(self.programs))


@dataclass(frozen=True, eq=False)
class AnswerTable:
    """What a function of the judge gives at `points`, shape (points, …): `values`, shape (points,), and `gradients`,
    shape (points, …). `called` hears which of them student code asked for."""

    points: NDArray[np.float64]
    values: NDArray[np.float64]
    gradients: NDArray[np.float64]
    called: Callable[[NDArray[np.float64]], None]

    @property
    def arrays(self) -> list[Any]:
        """What is sent."""
        return [self.points, self.values, self.gradients]
