"""What lateness costs: seconds after the deadline, and the points deducted for them."""

from __future__ import annotations

import math
from datetime import datetime, timezone

from grader.model import LatePolicy

_MINUTE, _DAY = 60, 86_400


def lateness(policy: LatePolicy, handed_in: datetime) -> float:
    """Seconds from the deadline to `handed_in`, an aware time; 0 until the end of the grace period, inclusive.

    Parts of a second do not count. After the grace period it is the whole time since the deadline. Raises ValueError
    for a time without a zone.
    """
    if handed_in.tzinfo is None:
        raise ValueError("the time has no zone")
    # Python subtracts two times of one zone by the clock on the wall, which is wrong across a change of summer time.
    passed = handed_in.astimezone(timezone.utc).replace(microsecond=0) - policy.due.astimezone(timezone.utc)
    seconds = passed.total_seconds()
    return seconds if seconds > _MINUTE * policy.grace else 0.0


def penalty(policy: LatePolicy, late_seconds: float, earned: float, max_points: float) -> float:
    """The points deducted from `earned` (bonus included) for work that is so late.

    For each day begun (24 hours, from the end of the grace period) it is `policy.per_day` per cent of `max_points`,
    the course's points without bonus, not of what was earned; in all at most `policy.most` per cent of them, and never
    more than was earned. After `policy.closed_after` days it is everything that was earned.
    """
    earned = max(0.0, earned)
    beyond = late_seconds - _MINUTE * policy.grace
    if beyond <= 0:
        return 0.0
    if policy.closed_after is not None and beyond > _DAY * policy.closed_after:
        return earned
    share = min(math.ceil(beyond / _DAY) * policy.per_day, policy.most)
    return min(earned, round(max_points * share / 100, 9))
