"""The points of a report in words: earned, bonus, and what waits for a person."""

from __future__ import annotations

from grader.base.text import points
from grader.model import Report


def parts(report: Report) -> list[str]:
    """One piece each: the score, the bonus where there is one, and what waits where something does."""
    found = [f"{points(report.score)} of {points(report.max_score)} points"]
    if report.max_bonus:
        found.append(f"bonus {points(report.bonus)} of {points(report.max_bonus)}")
    if report.pending:
        found.append(waiting(report))
    return found


def waiting(report: Report) -> str:
    """The points that wait, and how many of them count as not earned meanwhile."""
    return told(report.pending, report.unread)


def told(pending: float, unread: float) -> str:
    """The same of the points themselves."""
    text = f"{points(pending)} not marked yet"
    return text + (
        f" ({points(unread)} of them in answers that cannot be read: not earned until then)" if unread else ""
    )
