"""Sentences of verdicts on student code: what came back, what failed, what is wrong."""

from __future__ import annotations

# What came back from student code, and what is due
