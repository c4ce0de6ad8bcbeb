"""How far a verification is, and about how long the rest will take on this machine, by what was graded so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from grader.base.text import plural

SAMPLE = 3  # gradings of an exercise that come before all else: the reference, and mistakes, which often take longer


class TimeLeft:
    """Counts gradings, and expects those of an exercise that are left to take as long as those that are done."""

    def __init__(self, gradings: Iterable[tuple[str, int]], processes: int) -> None:
        """`gradings` has for each job its exercise, and how many it does."""
        self._left: Counter[str] = Counter()
        for exercise, count in gradings:
            self._left[exercise] += count
        self.total, self.done = self._left.total(), 0
        self._processes = max(1, processes)
        self._open = {exercise: min(SAMPLE, count) for exercise, count in self._left.items()}
        self._seconds = dict.fromkeys(self._left, 0.0)
        self._count: Counter[str] = Counter()

    def add(self, exercise: str, gradings: int, seconds: float) -> None:
        """So many gradings of an exercise took so long."""
        self.done += gradings
        self._left[exercise] -= gradings
        self._count[exercise] += gradings
        self._seconds[exercise] += seconds

    @property
    def measured(self) -> bool:
        """Whether some of every exercise are done."""
        return all(self._count[exercise] >= count for exercise, count in self._open.items())

    @property
    def remaining(self) -> float:
        """Seconds that the rest takes, once it is measured."""
        each = ((count, self._seconds[exercise] / self._count[exercise]) for exercise, count in self._left.items())
        return sum(count * seconds for count, seconds in each) / self._processes


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
