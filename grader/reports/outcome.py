"""What a check's result comes to for tools that know only passed and failed: lost points fail, open ones never do."""

from __future__ import annotations

from enum import Enum

from grader.base.text import escape_controls
from grader.judge.scoring import UNDECIDED, is_unread
from grader.model import CheckResult, ExerciseResult, Verdict
from grader.reports.terminal import details

NO_POINTS = 1e-9


class PassFail(Enum):
    """`PASSED` and `FAILED` count, as does what cannot be read until a person has; `OPEN` waits for a person by design,
    `FREE` is advice or bonus not earned."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    FREE = "free"


def outcome(check: CheckResult, exercise: ExerciseResult) -> PassFail:
    """What the check comes to. Points decide, not the verdict: a person may have overruled that."""
    if check.status in UNDECIDED and not is_unread(check):
        return PassFail.OPEN
    if lost(check) <= NO_POINTS and (check.max_score or check.status is Verdict.CORRECT):
        return PassFail.PASSED
    return PassFail.FREE if exercise.bonus or check.advisory else PassFail.FAILED


def lost(check: CheckResult) -> float:
    """The points that count and are not earned."""
    return 0.0 if check.status in UNDECIDED and not is_unread(check) else check.max_score - check.score


def plain(check: CheckResult, limit: int, cut: str) -> str:
    """All there is to say of a check as lines without control characters; what is over the limit gives way to `cut`."""
    return shortened("\n".join(details(check)), limit, cut)


def shortened(text: str, limit: int, cut: str) -> str:
    """The text without control characters, at most so many of them and then the line `cut`."""
    text = escape_controls(text, keep="\n\t")
    return text if len(text) <= limit else f"{text[:limit]}\n{cut}"
