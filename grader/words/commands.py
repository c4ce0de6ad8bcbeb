"""Sentences of submissions, reports and the command line."""

from __future__ import annotations

# Pipeline

# Submission

# Command line

# Verification of a course

# Ways to hand in
