"""Sentences of classes: rosters, names of submissions, gradebooks and the sheets of learning platforms."""

from __future__ import annotations

# Sheets
SAME_PERSON_TWICE = "{path}:{line}: {name} is in the sheet twice (first in line {first}); export it again"

# Roster
ROSTER_COLUMN = "column {number}"

# Whose submission it is
PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle", "github": "GitHub Classroom"}

# Sheets of learning platforms
FILLED_OVER = "{count} of them in place of another grade: {names}"
FILLED_LOCKED = "{count} left out, as the sheet says that the grade cannot be changed: {names}"

# Gradebook
