"""Sentences of `grade watch` and of the Python interface."""

from __future__ import annotations

NOTHING_TO_WATCH = "there is no folder or file {path} to watch"
WATCHING = "watching {path}: save, and what it touches is judged again; Ctrl-C ends"
SAVED = "saved {files}"
GONE = "removed {files}"
JUDGED_AGAIN = "{ids} again"
JUDGED_ON = "on with {ids}"
JUDGED_NONE = "no exercise to judge again"
SAVED_MEANWHILE = "saved meanwhile: starting again with what is new"
TOTAL = "{points} points"
TOTAL_BONUS = "bonus {points}"
SHARE = "{score} of {max}"
FROM_TO = "{before} → {now}"
WAITS_FOR_SAVE = "error: {why}\nwaiting for the next save"
WATCH_ENDED = "stopped watching"
BAD_FACTOR = "cpu_factor is a number between 0.01 and 1000, not {value!r}"
