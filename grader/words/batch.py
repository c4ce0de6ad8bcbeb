"""Sentences of `grade batch`: a class graded, stored and told."""

from __future__ import annotations

# The crew
CREW_SLOW = "the grading process was ended, as it took longer than {seconds} seconds"

# What a run ends with
