"""Sentences of classes: rosters, names of submissions, gradebooks and the sheets of learning platforms."""

from __future__ import annotations

# Sheets
CLASS_SHEET_EMPTY = "{path}: the sheet is empty; export it again"
CLASS_SHEET_QUOTE = '{path}:{line}: a quote too few or too many; a quote inside of a cell is written twice ("")'
ID_ROUNDED = (
    "{path}:{line}: {text} in column {column} ({name}) is an ID that a spreadsheet has rounded; export the sheet again "
    "and use it as it is, or give that column the format `Text` before the numbers are put in"
)
SAME_PERSON_TWICE = "{path}:{line}: {name} is in the sheet twice (first in line {first}); export it again"
ROW_TWICE = "{path}:{line}: {one} and {two} both belong to {name}; keep one of these submissions"

# Roster
ROSTER_NO_COLUMN = (
    "{path}:{line}: no column says who is meant, neither by its heading nor by the names of the submissions (columns "
    "are: {seen}){guess}; call one `id` or `name`, or two `first` and `last`"
)
ROSTER_COLUMN = "column {number}"
ROSTER_BY_NAMES = "{path}: no headings that are known, so the names of the submissions tell the columns: {what}{rest}"
ROSTER_MAYBE_GROUP = "; not used: {names} (call it `group` if its people hand in together)"
ROSTER_UNCLEAR = "{path}:{line}: {columns} fit the names of the submissions alike; call the right one `{noun}`"
ROSTER_EMPTY = "{path}: the roster names nobody; it needs a row for each person under the headings"
ROSTER_NOBODY = "{path}:{line}: neither id nor name; fill one in or remove the row"
ROSTER_TWICE = "{path}:{line}: the id {id!r} stands in line {first} already; an id belongs to one person"
ROSTER_EXCUSED = "{path}:{line}: {text!r} under `excused`; write yes or no"

# Whose submission it is
SEVERAL_FIT = "{name}: several people of the roster fit; nobody was chosen: name the submission by id or login"
NOBODY_FITS = "{name}: nobody of the roster fits; it has a line of its own"
TWO_SUBMISSIONS = "{name} handed in twice: {one} and {two}; both have a line, keep one before you fill in grades"
GROUPS_WORK = "the group's work, handed in as {name}"
GROUP_UNCLEAR = "group {group} handed in more than one submission; it is unclear which counts here"
PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle", "github": "GitHub Classroom"}
UNKNOWN_ENTRY = "{name}: not a name as {kind} exports it; it was kept as it is"
GITHUB_ASSIGNMENT = "{name} was taken for the assignment's name: a roster with logins would make sure"

# Sheets of learning platforms
CANVAS_NO_HEADER = (
    "{path}:{line}: this is no Canvas gradebook: the first row must begin with Student and ID and have a Section; "
    "in Canvas, take Grades > Export > Export Entire Gradebook"
)
CANVAS_NO_COLUMN = (
    "{path}:{line}: there is no assignment {name!r}{guess}; Canvas would make a new one of it: make the assignment in "
    "Canvas first, or choose one of: {known}"
)
CANVAS_SEVERAL_COLUMNS = "{path}:{line}: several assignments are called {name!r}; choose by number: {known}"
CANVAS_TABS = (
    "{path}:{line}: the cells are separated by tabs, and Canvas takes commas or semicolons alone: save the export as "
    "`CSV UTF-8`, or use it as Canvas made it"
)
CANVAS_READ_ONLY = "{path}:{line}: Canvas says that {name!r} is read only; choose another assignment"
OTHER_POINTS = (
    "the assignment is worth {possible} points in {platform}, the work {ours}: points were filled in as they are"
)
FILLED_OVER = "{count} of them in place of another grade: {names}"
FILLED_LOCKED = "{count} left out, as the sheet says that the grade cannot be changed: {names}"
CANVAS_NONE = "none"
MOODLE_NO_HEADER = (
    "{path}:{line}: no column {what} was found (columns are: {seen}); in Moodle, allow the offline grading worksheet "
    "under feedback types, then take Download grading worksheet"
)
MOODLE_IDENTIFIER = "with `Participant <number>`"
MOODLE_GRADE = "of grades"
MOODLE_MODIFIED = "`Last modified (grade)`"
MOODLE_BAD_NUMBER = "{path}:{line}: {text!r} is no participant; it must end with a number, as in `Participant 1234`"
MOODLE_OUT_OF_RANGE = (
    "{path}:{line}: {name} has {points} points, but Moodle takes 0 to {max} here; raise the maximum grade in Moodle "
    "and download the worksheet again"
)
MOODLE_COMMENT = "{score} of {max} points"
MOODLE_COMMENT_BONUS = ", bonus {bonus}"
MOODLE_COMMENT_PENALTY = ", {penalty} taken off for lateness"
MOODLE_COMMENT_PENDING = ", {pending} waiting for a person"
MOODLE_NO_COMMENTS = "the worksheet has no column for comments: only grades were filled in"
KEPT_EXCUSED = "{name}: excused in the sheet"
KEPT_GRADE = "{name}: excused in the roster, but has a grade in the sheet"

# Gradebook
YES = "yes"
