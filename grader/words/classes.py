"""Sentences of classes: rosters, names of submissions, gradebooks and the sheets of learning platforms."""

from __future__ import annotations

# Sheets
CLASS_SHEET_EMPTY = "{path}: the sheet is empty; export it again"
CLASS_SHEET_QUOTE = '{path}:{line}: a quote too few or too many; a quote inside of a cell is written twice ("")'
SAME_PERSON_TWICE = "{path}:{line}: {name} is in the sheet twice (first in line {first}); export it again"

# Roster
ROSTER_COLUMN = "column {number}"

# Whose submission it is
PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle", "github": "GitHub Classroom"}

# Sheets of learning platforms
FILLED_OVER = "{count} of them in place of another grade: {names}"
FILLED_LOCKED = "{count} left out, as the sheet says that the grade cannot be changed: {names}"

# Gradebook
