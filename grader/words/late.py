"""Sentences of deadlines: what `late:` in course.yaml may say, and sheets of the times when work was handed in."""

from __future__ import annotations

# course.yaml

# Sheets of times
TIMES_NO_TIME_COLUMN = (
    "{path}:{line}: no column says when work was handed in (columns are: {seen}){guess}; call it `handed_in`"
)
TIMES_NO_WHO_COLUMN = (
    "{path}:{line}: no column says who handed in (columns are: {seen}){guess}; call one `id`, `login`, `email`, `name` "
    "or `submission`"
)
TIMES_GROUP = "{name}: the sheet tells different times of its members; the latest counts, {time}"
