"""What lateness costs: seconds after the deadline, and the points that they take off."""

from __future__ import annotations

import math
from datetime import datetime, timezone

from grader.model import LatePolicy

_MINUTE, _DAY = 60, 86_400


def lateness(policy: LatePolicy, handed_in: datetime) -> float:
    """Seconds from the deadline to `handed_in`, an aware time; 0 until the end of the grace period, that second too.

    Parts of a second do not count. Later than that it is the whole time since the deadline.
    """
    if handed_in.tzinfo is None:
        raise ValueError("the time has no zone")
    # Two times with the same zone are subtracted as its clocks show them, which errs where summer time begins or ends.
    passed = handed_in.astimezone(timezone.utc).replace(microsecond=0) - policy.due.astimezone(timezone.utc)
    seconds = passed.total_seconds()
    return seconds if seconds > _MINUTE * policy.grace else 0.0


def penalty(policy: LatePolicy, late_seconds: float, earned: float, most: float) -> float:
    """The points taken off from `earned`, bonus points among them, for work that is so late.

    For each day begun (24 hours, from the end of the grace period) it is `policy.per_day` per cent of `most`, the
    course's points without bonus, not of what was earned; in all at most `policy.most` per cent of `most`, and never
    more than was earned. After `policy.closed_after` days it is everything that was earned.
    """
    earned = max(0.0, earned)
    beyond = late_seconds - _MINUTE * policy.grace
    if beyond <= 0:
        return 0.0
    if policy.closed_after is not None and beyond > _DAY * policy.closed_after:
        return earned
    share = min(math.ceil(beyond / _DAY) * policy.per_day, policy.most)
    return min(earned, round(most * share / 100, 9))
