"""A check as tools see it that know only passed and failed: lost points fail, points not marked yet never do."""

from __future__ import annotations

from enum import Enum

from grader.base.text import POINTS_ROUNDING, escape_controls
from grader.judge.scoring import UNDECIDED, is_unread
from grader.model import CheckResult, ExerciseResult, Verdict
from grader.reports.findings import lost_points
from grader.reports.grouping import Group, in_short
from grader.reports.terminal import details

CUT = "… (cut here; report.html has all of it)"


class PassFail(Enum):
    """`PASSED` and `FAILED` count, unreadable answers too; `OPEN` is to be marked by hand, by design, and is not marked
    yet; `FREE` is advice, or bonus that is not earned."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    FREE = "free"


def outcome(check: CheckResult, exercise: ExerciseResult) -> PassFail:
    """Whether the check passed. Points decide, not the verdict, which may have been overruled by hand."""
    if check.status in UNDECIDED and not is_unread(check):
        return PassFail.OPEN
    if lost_points(check) <= POINTS_ROUNDING and (check.max_score or check.status is Verdict.CORRECT):
        return PassFail.PASSED
    return PassFail.FREE if exercise.bonus or check.advisory else PassFail.FAILED


def costs_nothing(check: CheckResult, what: PassFail) -> str:
    """Why a check that is not passed costs no points; empty where it is passed or does cost points."""
    if what is PassFail.OPEN:
        return "not marked yet: these points are not counted"
    if what is PassFail.FREE:
        return "advice: this costs no points" if check.advisory else "bonus: this costs no points"
    return ""


def plain(check: CheckResult, limit: int) -> str:
    """Everything about a check as lines without control characters, cut at `limit` characters."""
    return shortened("\n".join(details(check)), limit)


def plain_in_group(check: CheckResult, group: Group, limit: int) -> str:
    """As `plain`, for a check that is shown apart from its group: with the heading, or with where it is told."""
    if group.is_told_elsewhere(check):
        return shortened("\n".join(in_short(check, group)), limit)
    return "\n".join(filter(None, [escape_controls(group.heading), plain(check, limit)]))


def shortened(text: str, limit: int) -> str:
    """The text without control characters; after `limit` characters it is cut, and says so."""
    text = escape_controls(text, keep="\n\t")
    return text if len(text) <= limit else f"{text[:limit]}\n{CUT}"
