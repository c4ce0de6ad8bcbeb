"""Sentences about written answers, and about what a person decides on them."""

from __future__ import annotations

# Reviews by a person
