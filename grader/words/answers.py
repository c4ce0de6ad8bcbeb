"""Sentences about written answers, and about what a person decides on them."""

from __future__ import annotations

# Written answers
NO_EXERCISE_ABOVE = "this stands under no exercise: indent it below its exercise's id"
ANSWER_WRONG = "this is not right"
PARTS_BLANK = "left blank: {names}"
PARTS_DUE = "{count} parts are due: {names}"
FOLLOWS = "right, as it follows from your own answer to {place}"
SHAPE_FORM = "write it as in (N, D)"
EDGES_FORM = "write a list of edges, as in [a -> s, b -> s]"

# Written answers that may mean more than one thing
RESTS_ON = "it may follow from your answer to {place}, which cannot be read"

# Reviews by a person
DECIDED = "decided by a person"
BAD_DECISIONS = "{path} cannot be read: {why}; mend it or move it away"
SHEET_HAS_NUL = "{path}:{line}: a NUL byte: this is no CSV file; save the sheet as `CSV UTF-8`"
SHEET_EMPTY = "{path}: the sheet is empty; make one with `grade review export`"
ABOVE_MAX = "{points} points are above the maximum of {max}; change them"
