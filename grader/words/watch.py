"""Sentences of `grade watch` and of the Python interface."""

from __future__ import annotations

SAVED = "saved {files}"
GONE = "removed {files}"
WAITS_FOR_SAVE = "error: {why}\nwaiting for the next save"
WATCH_ENDED = "stopped watching"
