"""Sentences of deadlines: what `late:` in course.yaml may say, and sheets of the times when work was handed in."""

from __future__ import annotations

# course.yaml
LATE_NOT_ON_CLOCKS = "{text} is skipped by the clocks of {zone} (summer time begins): choose another time"
LATE_TWICE_ON_CLOCKS = "{text} is twice on the clocks of {zone} (summer time ends): choose another time"
LATE_SHARE = "{value} is less than one per cent: this is a number of per cent, so write {meant} for {meant} %"

# Sheets of times
