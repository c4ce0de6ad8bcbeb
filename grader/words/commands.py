"""Sentences of submissions, reports and the command line."""

from __future__ import annotations

# Pipeline
NOT_IMPORTED = "not checked: {file} could not be imported, see above"
NOT_READ = "not checked: {file} could not be read, see above"
JUDGE_ERROR = "the grader itself failed here ({what}); this costs no points: tell your instructor"
NAME_TAKEN = "{file} is left out: the name `{module}` belongs to Python or numpy"

# Submission
NOTHING_HERE = "{path} holds none of the files asked for ({files}); `grade init DIR` makes a folder with all of them"
UNREADABLE_FOLDER = "cannot read {path}: {why}"
NOT_AS_DECLARED = (
    "{file} is not {codec} text, as its coding line says: byte 0x{byte:02x} in line {line}; save it as UTF-8 and "
    "remove that line"
)
NOT_UTF8 = "{file} is not UTF-8 text: byte 0x{byte:02x} in line {line}; save it as UTF-8"
HAS_NUL = "{file} holds a NUL byte in line {line}: it is no text file"
TOO_LARGE = "{file} is larger than {limit} KiB"
NOT_REGULAR = "{file} is not a regular file"
IS_A_LINK = "{file} is a link: hand in the file itself"
CANNOT_READ = "{file} cannot be read: {why}"

# Reports
VERDICTS = {
    "correct": "correct",
    "partial": "partly correct",
    "wrong": "wrong",
    "missing": "missing",
    "crashed": "crashed",
    "timed_out": "timed out",
    "out_of_memory": "out of memory",
    "output_limit": "too much output",
    "forbidden": "forbidden",
    "skipped": "not checked",
    "needs_review": "needs review",
    "judge_error": "grader error",
}
MARKS = dict.fromkeys(VERDICTS, "✗") | {
    "correct": "✓",
    "partial": "◐",
    "missing": "○",
    "skipped": "–",
    "needs_review": "?",
    "judge_error": "!",
}
EXERCISE = "exercise"
EXERCISES = "exercises"
VERDICT = "verdict"
POINTS = "points"
BONUS = "bonus"
PENDING = "waiting for a person"
ADVISORY = "advice"
NOTHING_TO_SAY = "as claimed, in every case tried"
PLACE = "place"
CASE = "case"
CALL = "call"
YOURS = "yours"
EXPECTED = "expected"
NUMERICAL = "numerical"
NUMERICAL_MEANS = "(difference quotients of your own forward)"
WORST = "worst"
AGAIN = "again"
ANSWER = "answer"
LOSS_CURVE = "the loss over the epochs of training, on a logarithmic scale"
EPOCHS_AXIS = "epochs"
GRAPH_DRAWN = "the graph that was drawn"
OUTPUT = "what {file} printed"
SEED = "seed"
ISOLATION = "isolation"
ENVIRONMENT = "environment"
DIGESTS = "digests of submission and course"
GRADING = "grading {title} …"
SCORE = "{score} of {max} points"
BONUS_LINE = "bonus {score} of {max}"
PENDING_LINE = "{points} waiting for a person"
UNREAD = "in answers that cannot be read, not earned until then"
REPORT_AT = "report: {path}"

# Command line
OUT_UNWRITABLE = "cannot write into {path}: {why}; give another folder with --out"
OUT_IS_LINK = "{path} is a link: remove it, or give another folder with --out"
INTERRUPTED = "interrupted: nothing was written"
BUG = "this is a bug in the grader, not in the submission: {what}\ndetails are in {path}; please report them"
NOT_EMPTY = "{path} holds something already: give a folder that is new or empty"
CANNOT_WRITE = "cannot write into {path}: {why}"

# Verification of a course
NONE = "none"
PAIR_LIVES = {
    "zero": "forward is judged nowhere: a forward and a backward that return 0 have full marks",
    "identity": "forward is judged nowhere: a forward that returns its input, and a backward that returns the upstream "
    "gradient, have full marks",
}
NO_SUCH_MUTANT = "`equivalent` names a mutant that does not exist: {was!r} -> {becomes!r}"
VERIFYING = "verifying {done} of {all}"
FINDINGS = "{count} finding{s}"

# Ways to hand in
READ_AS = "{near} is read as {file}"
READ_INSIDE = "read from the folder {folder} inside"
NO_WINDOWS = "grade does not run on Windows itself; use WSL 2 (https://learn.microsoft.com/windows/wsl), which is Linux"
OTHER_INPUTS = "the files have changed since that command was printed, so other inputs are drawn than it named"
ARCHIVE_BROKEN = "it is damaged, or no such archive ({what}); pack it again"
TOO_MANY_MEMBERS = "it holds more than {limit} files; pack the files that are asked for alone"
TOO_MUCH_UNPACKED = "it holds more than {limit} MB{at}; pack the files that are asked for alone"
IS_A_BOMB = "it unpacks to more than {ratio} times its size{at}; pack the files that are asked for alone"
MEMBER_OUTSIDE = "{member} would lie outside of it"
MEMBER_TWICE = "{member} is in it twice, or in two spellings"
MEMBER_LINK = "{member} is a link; pack the file itself"
MEMBER_NOT_REGULAR = "{member} is not a regular file"
MEMBER_ENCRYPTED = "{member} is encrypted; pack it without a password"
MEMBER_PACKED_ODDLY = "{member} is compressed in an unusual way; pack it as a plain zip"
BAD_NOTEBOOK = "{file} is not a notebook that can be read ({what})"
WORKFLOW_LEFT_OUT = (
    "{file} is left out: its `uses:` still names YOUR_…, a placeholder; put your organisation and version into the "
    "template's file (docs/ci.md)"
)
NO_REVISION = "git finds no {revision} in {repository}{why}"
GIT_FAILED = "git cannot read {path}{why}"
