"""Whether a student reaches the pass mark: yes, no, or that depends on points which are not marked yet."""

from __future__ import annotations

from enum import Enum

from grader.base.text import POINTS_ROUNDING
from grader.classroom.page.statistics import Student


class Standing(str, Enum):
    """Where a student stands to the pass mark; the value is what the table says."""

    PASSED = "yes"
    BELOW = "no"
    OPEN = "open"
    NONE = "–"

    @property
    def label(self) -> str:
        """As the choice in a list."""
        return _LABELS[self]


_LABELS = {
    Standing.PASSED: "reach the pass mark",
    Standing.BELOW: "below the pass mark",
    Standing.OPEN: "depends on points not marked yet",
    Standing.NONE: "without a grade",
}


def standing(student: Student, pass_mark: float | None) -> Standing:
    """Compares the gradebook's points, with bonus and lateness, with this share of all required points."""
    if pass_mark is None or student.final is None:
        return Standing.NONE
    due = pass_mark * (student.max_score + student.pending - student.unread) - POINTS_ROUNDING
    if student.final >= due:
        return Standing.PASSED
    return Standing.OPEN if student.final + student.pending >= due else Standing.BELOW
