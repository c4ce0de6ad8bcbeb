"""Sentences of `grade batch`: a class graded, stored and told."""

from __future__ import annotations

# The crew
CREW_NOT_STARTED = "a process ended while it was being prepared: is there memory left on this machine?"
CREW_DIED = "the grading process ended without a word (out of memory?)"
CREW_FAILED = "the grader failed: {what}"
