"""Sentences of `grade batch`: a class graded, stored and told."""

from __future__ import annotations

# The crew
CREW_NOT_STARTED = "a process ended while it was being prepared: is there memory left on this machine?"
COURSE_CHANGED = "the course in {path} was changed while it was in use: run again"
CREW_DIED = "the grading process ended without a word (out of memory?)"
CREW_SLOW = "the grading process was ended, as it took longer than {seconds} seconds"
CREW_FAILED = "the grader failed: {what}"

# The class's folder
CLASS_NEEDS_KEYS = "{path} is the student edition of a course, without keys: grade a class with your own edition"
CLASS_UNREADABLE = "cannot read {path}: {why}; give the folder that holds one entry a submission"
CLASS_IS_ONE = "{path} looks like one submission: grade it with `grade {path}`, or give the folder that holds them all"
CLASS_EMPTY = "{path} holds no submission: each is a folder or a file that ends in {known}"
CLASS_LEFT_OUT = "left out, as no submission: {names}"
CLASS_IS_FILE = "{path} is a file: unpack it, and give the folder that holds one entry a submission"
CLASS_NAME_TAKEN = "{name} is called as a file of the results: its own are in {name}~"
NOTHING_ASKED_FOR = "nothing that is asked for is in it, but {names}; asked for are {files}"
ARCHIVE_UNOPENED = "not opened, as there are files beside it: {names}"
AND_MORE = " and {count} more"

# The store
STORE_NEWER = "{path} was written by a newer grader (version {version}): install that one, or give another --out"
STORE_IN_USE = "{path} is in use: another `grade batch` is at work on these results; wait for it, or give another --out"
STORE_FAILED = "{path}: {why}"
STORE_DAMAGED = (
    "{path} is damaged ({why}); move it away and run again: everything is graded anew, reports and reviews stay"
)

# What stands beside a submission's points
SAME_FILES = "the same files as {names}"
ATTEMPT_COUNTS = "attempt {number} of {last} counts"
OTHER_COURSE = "attempts that were judged by an earlier version of the course do not count"
EARLIER_COURSE = "judged by an earlier version of the course"
DECISIONS_DROPPED = "a person's decision is not applied any more, because what it was made on has changed"
JUDGE_FAILED_HERE = "the grader failed at a check: run again, and report it where it stays"
MARKED_LATE = "marked late by the learning platform"

# Progress
PROGRESS = "{done} of {total}"
PROGRESS_RATE = "{rate} a second"
PROGRESS_LEFT = "{time} left"
PROGRESS_SLOWEST = "longest at work: {name}, {seconds} s"
LEFT_SECONDS = "{count} s"
LEFT_MINUTES = "{count} min"
LEFT_HOURS = "{count} h"

# What a run ends with
CLASS_INTERRUPTED = "\ninterrupted: what was graded is kept; the same command goes on from here"
CLASS_DONE = "{count} submission{s}: {judged} judged, {reused} as they were"
CLASS_NOT_READ = "{count} could not be read"
CLASS_FAILED = "{count} where the grader failed"
CLASS_NOTHING = "{count} of the roster handed in nothing"
CLASS_EXCUSED = "{count} excused"
CLASS_WAITS = "{count} wait for a person: `grade review export {out}`"
CLASS_DROPPED = "{count} with a person's decision that is not applied any more, as the work has changed: {names}"
CLASS_ALL_UNREADABLE = "no submission could be read, so the results are left as they were: {why}"
NOT_OUR_RESULTS = "{path} holds {name}, but not of a `grade batch`: give another --out, or move it away"
CLASS_GONE = (
    "{count} submission{s} of earlier runs are not in the folder now: kept in class.sqlite, not in the gradebook"
)
CLASS_SAME = "identical: {names}"
FILLED_IN = "{path}: {count} grade{s} filled in"
FILLED_PENDING = "{count} of them while points still wait for a person"
FILLED_UNKNOWN = "not in the sheet: {names}"
FILLED_WITHOUT = "in the sheet, but with no grade here: {names}"
FILLED_BY_NAME = "found by their name alone: {names}"
FILLED_KEPT = "left as it was: {what}"
BAD_GRADEBOOK = "--gradebook is canvas=FILE or moodle=FILE, not {text!r}"
NO_ASSIGNMENT = "which column is meant? give --assignment with the assignment's title or number in Canvas"
FEEDBACK_WITHOUT = "--feedback needs Moodle's worksheet: give --gradebook moodle=WORKSHEET.csv as well"
JOBS_AND_SCHEDULER = "--jobs is for this machine alone: with --scheduler the cluster's workers do the work"
TIMES_WITHOUT = "--times tells when work was handed in, but course.yaml has no `late`: nothing is taken off"
LATE_WITHOUT = "the course takes points off for lateness: without --times only times told in earlier runs count"
EXCUSED = "excused"
TIMES_UNKNOWN = "{count} without a time of handing in, taken to be on time: {names}"
