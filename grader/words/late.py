"""Sentences of deadlines: what `late:` in course.yaml may say, and sheets of the times when work was handed in."""

from __future__ import annotations

# course.yaml

# Sheets of times
