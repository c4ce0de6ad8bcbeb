"""Sentences about written answers, and about what a person decides on them."""

from __future__ import annotations

# Reviews by a person
DECIDED = "decided by a person"
NO_REPORTS = "{path} holds no results.json and none of its folders does: give the folder that `grade --out` wrote"
BAD_RESULTS = "{path} cannot be read: {why}; grade the submission again"
NEWER = "it was made by a newer grader (schema {schema})"
NOT_THE_FORM = "{place}: {why}"
BAD_DECISIONS = "{path} cannot be read: {why}; mend it or move it away"
SHEET_HAS_NUL = "{path}:{line}: a NUL byte: this is no CSV file; save the sheet as `CSV UTF-8`"
SHEET_EMPTY = "{path}: the sheet is empty; make one with `grade review export`"
SHEET_TWO_COLUMNS = "{path}:{line}: two columns are called {name}; keep one"
ABOVE_MAX = "{points} points are above the maximum of {max}; change them"
