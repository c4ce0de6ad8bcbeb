"""Sentences about isolation and the attacks on it."""

from __future__ import annotations

# Isolation

# Attacks on the isolation
