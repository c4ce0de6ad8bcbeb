"""How far a verification is, and about how long the rest will take on this machine, by what was graded so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.base.text import plural

FEW = 4  # gradings of an exercise: from then on, their own average counts in place of the reference's time


class Progress:
    """Counts gradings. An exercise of which few are done is expected to take as long for each as its reference, or as
    much less than that as other exercises did."""

    def __init__(self, jobs: Sequence[tuple[str, int]], processes: int) -> None:
        """`jobs` are the exercise and the number of gradings of each."""
        self._left: Counter[str] = Counter()
        for exercise, gradings in jobs:
            self._left[exercise] += gradings
        self.total, self.done, self.measured = self._left.total(), 0, False
        self._processes = max(1, processes)
        self._first: dict[str, float] = {}
        self._seconds: Counter[str] = Counter()
        self._count: Counter[str] = Counter()

    def add(self, exercise: str, gradings: int, seconds: float) -> None:
        """So many gradings of an exercise took so long."""
        self.done += gradings
        self._left[exercise] -= gradings
        if exercise not in self._first:
            self._first[exercise] = seconds / gradings
            self.measured = len(self._first) == len(self._left)
        self._seconds[exercise] += seconds  # type: ignore[assignment]
        self._count[exercise] += gradings

    @property
    def remaining(self) -> float:
        """Seconds, once every exercise was graded once."""
        known = [exercise for exercise, count in self._count.items() if count >= FEW]
        expected = sum(self._first[exercise] * self._count[exercise] for exercise in known)
        factor = sum(self._seconds[exercise] for exercise in known) / expected if expected else 1.0
        each = {
            exercise: self._seconds[exercise] / self._count[exercise] if exercise in known else first * factor
            for exercise, first in self._first.items()
        }
        return sum(self._left[exercise] * seconds for exercise, seconds in each.items()) / self._processes


def in_words(seconds: float) -> str:
    """A length of time as roughly as it is known, as in `about 3 min`."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} s"
    if seconds < 90 * 60:
        minutes = seconds / 60
        return f"about {round(minutes) if minutes < 10 else round(minutes / 5) * 5} min"
    return f"about {plural(round(seconds / 3600), 'hour')}"
