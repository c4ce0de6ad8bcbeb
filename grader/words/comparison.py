"""Sentences of comparisons: what moved between two runs, and why."""

from __future__ import annotations

# What was given

# What changed on the whole

# Who moved

# The sum
