"""What a person should know of a sheet before it is uploaded: grades that are replaced, another number of points."""

from __future__ import annotations

from collections.abc import Sequence

from grader.base.csv_table import as_number
from grader.classroom.model import ClassRow, decimal

_SAME = 0.005  # platforms show two digits


def is_other(was: str, points: float) -> bool:
    """Whether a grade that stands in a cell is another one than these points."""
    number = as_number(was)
    return was not in ("", "-") and (number is None or abs(number - points) > _SAME)


def other_points(platform: str, possible: Sequence[float], rows: Sequence[ClassRow]) -> list[str]:
    """A note where one of the platform's numbers of points that can be had is not what the work is worth."""
    ours = max((row.whole for row in rows), default=0.0)
    others = [decimal(points) for points in possible if abs(points - ours) > _SAME]
    if not ours or not others:
        return []
    return [
        (
            f"the assignment is worth {' / '.join(others)} points in {platform}, the work {decimal(ours)}: "
            "points were filled in as they are"
        )
    ]
