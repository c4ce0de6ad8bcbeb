"""Sentences on submissions that cannot be read, or not in time, and on repositories that are not their own."""

from __future__ import annotations

# Archives

# Notebooks

# Repositories
