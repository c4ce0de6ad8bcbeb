"""Sentences of `grade batch`: a class graded, stored and told."""

from __future__ import annotations

# The crew

# The class's folder
CLASS_IS_ONE = "{path} looks like one submission: grade it with `grade {path}`, or give the folder that holds them all"
CLASS_NAME_TAKEN = "{name} is called as a file of the results: its own are in {name}~"
NOTHING_ASKED_FOR = "nothing that is asked for is in it, but {names}; asked for are {files}"

# The store
STORE_IN_USE = "{path} is in use: another `grade batch` is at work on these results; wait for it, or give another --out"
STORE_FAILED = "{path}: {why}"

# What stands beside a submission's points

# Progress
PROGRESS_RATE = "{rate} a second"
LEFT_HOURS = "{count} h"

# What a run ends with
CLASS_NOT_READ = "{count} could not be read"
CLASS_FAILED = "{count} where the grader failed"
CLASS_NOTHING = "{count} of the roster handed in nothing"
CLASS_EXCUSED = "{count} excused"
FILLED_UNKNOWN = "not in the sheet: {names}"
FILLED_WITHOUT = "in the sheet, but with no grade here: {names}"
FILLED_BY_NAME = "found by their name alone: {names}"
EXCUSED = "excused"
