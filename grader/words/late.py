"""Sentences of deadlines: what `late:` in course.yaml may say, and sheets of the times when work was handed in."""

from __future__ import annotations

# course.yaml
LATE_NO_TIME = "must be a date and a time of day, as in 2026-11-20 23:59"
LATE_HAS_OFFSET = "must be the time on the clocks of `zone`, without an offset, as in 2026-11-20 23:59"
LATE_NOT_ON_CLOCKS = "{text} is skipped by the clocks of {zone} (summer time begins): choose another time"
LATE_TWICE_ON_CLOCKS = "{text} is twice on the clocks of {zone} (summer time ends): choose another time"
LATE_NO_ZONE = "there is no time zone {name!r}{guess}; write a name such as Europe/Berlin, or UTC"
LATE_ONE_OFFSET = "{name!r} is one offset all the year: write the place whose clocks count, as in {place}, or UTC"
LATE_SHARE = "{value} is less than one per cent: this is a number of per cent, so write {meant} for {meant} %"
LATE_ONE_PER_CENT = "`per-day: 1` takes off one per cent for each day; 100 would be everything on the first day"
LATE_NO_ZONES = "this computer knows no time zones: run `pip install tzdata`, then try again"
LATE_MOST_ALONE = "caps `per-day`, which is not there: add `per-day: …`, or remove `most`"

# Sheets of times
TIMES_NO_TIME_COLUMN = (
    "{path}:{line}: no column says when work was handed in (columns are: {seen}){guess}; call it `handed_in`"
)
TIMES_NO_WHO_COLUMN = (
    "{path}:{line}: no column says who handed in (columns are: {seen}){guess}; call one `id`, `login`, `email`, `name` "
    "or `submission`"
)
TIMES_NOBODY = "{path}:{line}: a time, but nothing says whose; fill in a name or an id, or remove the row"
TIMES_UNREADABLE = (
    "{path}:{line}: {text!r} is no time that can be read for sure; write it as in 2026-11-20 23:59, or export the "
    "sheet in English"
)
TIMES_NO_CLOCK = "{path}:{line}: {text!r} has no time of day; write it as in 2026-11-20 23:59"
TIMES_NO_ZONE = (
    "{path}:{line}: {text!r} does not say its time zone; add an offset, as in 2026-11-20T23:59+01:00, or a `late:` "
    "with a `zone` to course.yaml"
)
TIMES_NOT_ON_CLOCKS = (
    "{path}:{line}: {text!r} is skipped by the clocks of {zone} (summer time begins); is the `zone` in course.yaml "
    "that of the sheet?"
)
TIMES_TWICE = "{path}:{line}: line {first} tells another time of {who}; keep one of the two rows"
TIMES_GROUP = "{name}: the sheet tells different times of its members; the latest counts, {time}"
TIMES_STRANGERS = "{count} in the sheet of times that nobody here fits: {names}"
