"""Sentences of `grade batch`: a class graded, stored and told."""

from __future__ import annotations

# The crew

# What a run ends with
