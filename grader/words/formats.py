"""Sentences of reports that other tools read: JUnit, GitHub, Gradescope, Classroom 50, Markdown."""

from __future__ import annotations

# --format and --fail-under
NO_FORMAT = "there is no report format {name!r}{guess} (formats are {known})"
FORMAT_NO_FILE = "--format {name}= lacks the file: write --format {name}=FILE, or --format {name}"
FORMAT_SAME_FILE = "{path} is asked for twice: give each format a file of its own, as in --format {name}=FILE"
FORMAT_ONE_STDOUT = "only one format can go to the standard output: give the others a file, as in --format {name}=FILE"
FORMAT_HANDED_IN = "{path} is a file of the submission: write the {name} report elsewhere"
FORMAT_NO_FILE_THERE = "{path} is no regular file: give the {name} report a file, or - for the standard output"
FORMAT_UNWRITABLE = "cannot write {path}: {why}; name another file, as in --format {name}=FILE"
FORMAT_AT = "{name}: {path}"
ENOUGH = "{score} of {max} points are {share} %: --fail-under {due} is reached"
NOT_ENOUGH = "{score} of {max} points are {share} %: --fail-under {due} is not reached"

# What the formats say
CHECK_TITLE = "{id} {title}: {claim}"
LOST_TITLE = "{id} {title} ({points} point{s} lost)"
BONUS_TITLE = "{id} {title} (bonus)"
MORE_LOST = "{count} more places lose points: see the summary, or report.html"
FORMAT_BONUS = "bonus: this costs no points"
FORMAT_ADVICE = "advice: this costs no points"
FORMAT_WAITS = "this waits for a person: its points count neither as earned nor as lost"
BONUS_EARNED = "{id} {title} (bonus: {score} of {max} points, not counted here)"
DECIDED_PART = "{title} (the part that is decided)"
CUT = "… (cut here; report.html has all of it)"
