"""Sentences about written answers, and about what a person decides on them."""

from __future__ import annotations

# Reviews by a person
BAD_DECISIONS = "{path} cannot be read: {why}; mend it or move it away"
SHEET_HAS_NUL = "{path}:{line}: a NUL byte: this is no CSV file; save the sheet as `CSV UTF-8`"
SHEET_EMPTY = "{path}: the sheet is empty; make one with `grade review export`"
ABOVE_MAX = "{points} points are above the maximum of {max}; change them"
