"""Warnings before a sheet is uploaded: grades that are replaced, a different maximum."""

from __future__ import annotations

from collections.abc import Sequence

from grader.base.csv_table import as_number
from grader.base.text import points
from grader.classroom.model import ClassRow

_SAME = 0.005  # half of the last digit: platforms show two decimals


def is_other(was: str, final: float) -> bool:
    """Whether a cell holds a grade that differs from these points."""
    number = as_number(was)
    return was not in ("", "-") and (number is None or abs(number - final) > _SAME)


def other_points(platform: str, possible: Sequence[float], rows: Sequence[ClassRow]) -> list[str]:
    """A note where a maximum on the platform differs from that of the course."""
    ours = max((row.possible for row in rows), default=0.0)
    others = [points(value) for value in possible if abs(value - ours) > _SAME]
    if not ours or not others:
        return []
    return [
        f"the assignment has a maximum of {' / '.join(others)} points in {platform}, but {points(ours)} here; points "
        "are filled in without scaling"
    ]
