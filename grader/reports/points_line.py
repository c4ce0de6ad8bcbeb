"""The points of a report as text: earned, bonus, and not marked yet."""

from __future__ import annotations

from grader.base.text import amount, points
from grader.model import Report


def parts(report: Report) -> list[str]:
    """The score, the bonus where the report has one, and the points not marked yet where there are any."""
    found = [f"{points(report.score)} of {points(report.max_score)} points"]
    if report.max_bonus:
        found.append(f"bonus {points(report.bonus)} of {points(report.max_bonus)}")
    if report.pending:
        found.append(not_marked(report.pending, report.unread))
    return found


def not_marked(pending: float, unread: float) -> str:
    """The points not marked yet, and how many of them count as not earned until somebody has read the answers."""
    text = f"{amount(pending)} not marked yet"
    return (
        f"{text} ({points(unread)} in unreadable answers, which count as not earned until marked)" if unread else text
    )
