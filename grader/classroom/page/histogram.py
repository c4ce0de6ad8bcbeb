"""The histogram of a class's scores: its bars in pixels, and the same in words."""

from __future__ import annotations

from grader.base.text import plural
from grader.classroom.page.statistics import Spread
from grader.model.dataclass import dataclass

WIDTH, HEIGHT, LABELS = 640.0, 150.0, 20.0  # of the picture, and the room for text above and below its bars


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in pixels from the top left; `title` says the same in words."""

    x: float
    y: float
    width: float
    height: float
    count: int
    title: str


def percent(share: float) -> str:
    """A share as a percentage with at most one decimal."""
    return f"{round(100 * share, 1):g}"


def bars(spread: Spread) -> tuple[Bar, ...]:
    """A histogram's bars over the whole width, the tallest as high as the picture."""
    step, high = WIDTH / len(spread.bins), max(spread.bins)
    room = HEIGHT - 2 * LABELS
    return tuple(
        Bar(
            round(place * step + 1, 1),
            round(HEIGHT - LABELS - room * count / high, 1),
            round(step - 2, 1),
            round(room * count / high, 1),
            count,
            f"{percent(place / len(spread.bins))} to {percent((place + 1) / len(spread.bins))} %: {count}",
        )
        for place, count in enumerate(spread.bins)
    )


def in_words(spread: Spread) -> str:
    """What the histogram shows, for those who do not see it."""
    told = ", ".join(bar.title for bar in bars(spread) if bar.count)
    return f"{plural(spread.count, 'submission')} by percentage of points. {told}"
