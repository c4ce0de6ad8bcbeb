"""Sentences of classes: rosters, names of submissions, gradebooks and the sheets of learning platforms."""

from __future__ import annotations

# Sheets

# Roster

# Whose submission it is

# Sheets of learning platforms
FILLED_OVER = "{count} of them in place of another grade: {names}"
FILLED_LOCKED = "{count} left out, as the sheet says that the grade cannot be changed: {names}"

# Gradebook
