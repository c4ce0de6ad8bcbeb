"""Sentences of submissions, reports and the command line."""

from __future__ import annotations

# Pipeline
ABSENT = "{file} imports {module}, which is not there: the import costs nothing, using it raises an error"
FILE_MISSING = "{file} is not in the submission"
FILE_MISSING_NEAR = "{file} is not in the submission; did you mean to call {near} that?"
NOT_IMPORTED = "not checked: {file} could not be imported, see above"
NOT_READ = "not checked: {file} could not be read, see above"
AFTER_TIMEOUT = "not checked: the exercise had used up its time"
JUDGE_ERROR = "the grader itself failed here ({what}); this costs no points: tell your instructor"
NAME_TAKEN = "{file} is left out: the name `{module}` belongs to Python or numpy"

# Submission
NO_SUCH_FOLDER = "no such folder: {path}"
NOT_A_FOLDER = "{path} is a file: give the folder that holds it, as in `grade {parent}`"
NOTHING_HERE = "{path} holds none of the files asked for ({files}); `grade init DIR` makes a folder with all of them"
UNREADABLE_FOLDER = "cannot read {path}: {why}"
NOT_AS_DECLARED = (
    "{file} is not {codec} text, as its coding line says: byte 0x{byte:02x} in line {line}; save it as UTF-8 and "
    "remove that line"
)
CODEC_REFUSED = "{file} is not read: its coding line names {codec}; save it as UTF-8 and remove that line"
NOT_UTF8 = "{file} is not UTF-8 text: byte 0x{byte:02x} in line {line}; save it as UTF-8"
HAS_NUL = "{file} holds a NUL byte in line {line}: it is no text file"
TOO_LARGE = "{file} is larger than {limit} KiB"
NOT_REGULAR = "{file} is not a regular file"
IS_A_LINK = "{file} is a link: hand in the file itself"
CANNOT_READ = "{file} cannot be read: {why}"
TOO_MUCH = "only {count} files were read: a submission has at most 200 files and 4 MiB"
NO_EXERCISE = "there is no exercise {id!r}{guess} (exercises are {known})"

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
HELP = "help"
AGAIN = "again"
ANSWER = "answer"
LOSS_CURVE = "the loss over the epochs of training, on a logarithmic scale"
EPOCHS_AXIS = "epochs"
GRAPH_DRAWN = "the graph that was drawn"
OUTPUT = "what {file} printed"
PRINTED_MORE = "and {count} more lines (all are in the report)"
SEED = "seed"
ISOLATION = "isolation"
ENVIRONMENT = "environment"
DIGESTS = "digests of submission and course"
GRADING = "grading {title} …"
SCORE = "{score} of {max} points"
BONUS_LINE = "bonus {score} of {max}"
PENDING_LINE = "{points} waiting for a person"
UNREAD_LINE = " ({points} of them in answers that cannot be read: not earned until then)"
UNREAD = "in answers that cannot be read, not earned until then"
REPORT_AT = "report: {path}"

# Command line
OUT_UNWRITABLE = "cannot write into {path}: {why}; give another folder with --out"
OUT_IN_SUBMISSION = "{path} lies inside the submission: give a folder outside of it with --out"
OUT_IS_LINK = "{path} is a link: remove it, or give another folder with --out"
IT_IS_A_LINK = "it is a link"
OUT_IS_FILE = "{path} is a file: give a folder with --out"
INTERRUPTED = "interrupted: nothing was written"
BUG = "this is a bug in the grader, not in the submission: {what}\ndetails are in {path}; please report them"
NO_TEMPLATE = "this course has no template: name its folder as `template` in course.yaml"
NOT_EMPTY = "{path} holds something already: give a folder that is new or empty"
CANNOT_WRITE = "cannot write into {path}: {why}"

# Verification of a course
NO_REFERENCE = "{path} holds no file of the course: give the folder of the solution with --reference"
NONE = "none"
THE_REFERENCE = "the reference"
THE_RIGHT = "the right variant {id!r}"
LOSES = "{who} loses points on `{check}`: {why}"
LOSES_REMEDY = "mend the solution, or the check that fails correct code"
TEMPLATE_EARNS = "the untouched template earns {points} points"
TEMPLATE_REMEDY = "tighten the checks, or leave more out of the template"
SWAP_FAULT = "the swap of {id!r} matches the reference {count} times: {text!r}"
SWAP_REMEDY = "copy the text from {file} again, with as much of it as makes it unique"
WRONG_KILLS = "the wrong variant {id!r} must lose points on {due}; it loses them on {seen}"
WRONG_KILLS_REMEDY = "tighten the check, or correct `fails`"
FLIPS = "the verdicts on {id!r} depend on the seed: it fails {seen}"
FLIPS_REMEDY = (
    "add a fixed case that shows the mistake with every seed; if chance must decide, list the check under `may-fail`"
)
MUTANT_FLIPS_REMEDY = "add a fixed case that shows the mistake with every seed"
PAIR_LIVES = {
    "zero": "forward is judged nowhere: a forward and a backward that return 0 have full marks",
    "identity": "forward is judged nowhere: a forward that returns its input, and a backward that returns the upstream "
    "gradient, have full marks",
}
PAIR_REMEDY = "say in `of` what the true function is, or add a check of the kind `value` that calls forward"
MUTANT_LIVES = "a mutant of the reference keeps full marks ({change})"
MUTANT_FLIPS = "whether a mutant is found depends on the seed ({change})"
MUTANT_REMEDY = "add a case that tells the two apart, or list it under `equivalent` with the reason"
NOT_EQUIVALENT = "a mutant declared equivalent is found by a check ({change})"
NOT_EQUIVALENT_REMEDY = "remove it from `equivalent`"
NO_SUCH_MUTANT = "`equivalent` names a mutant that does not exist: {was!r} -> {becomes!r}"
ANY_CHANGE = "any change that lives"
NO_SUCH_MUTANT_REMEDY = "remove it, or copy both lines from the matrix again"
KILLS_NOTHING = "the check `{id}` finds none of the wrong variants and mutants"
KILLS_NOTHING_REMEDY = "add a wrong variant that only this check finds, or remove the check"
VERIFYING = "verifying {done} of {all}"
VERIFY_AHEAD = "{count} gradings in {exercises} exercise{s}; a line for each exercise as it ends"
REFERENCE_NO_PYTHON = "{file}:{line}: the reference cannot be read as Python: {why}"
REFERENCE_GONE = (
    "course.yaml names the reference {reference}, and there is no folder {path}: correct it, or give --reference DIR"
)
FINDINGS = "{count} finding{s}"
MATRIX_AT = "kill matrix: {path}"

# Ways to hand in
READ_AS = "{near} is read as {file}"
READ_INSIDE = "read from the folder {folder} inside"
NO_SUCH_COMMAND = "there is no {name}, neither a file nor a command; did you mean `grade {command}`?"
NO_WINDOWS = "grade does not run on Windows itself; use WSL 2 (https://learn.microsoft.com/windows/wsl), which is Linux"
OTHER_INPUTS = "the files have changed since that command was printed, so other inputs are drawn than it named"
NO_SUCH_SUBMISSION = "no such file or folder: {path}"
UNKNOWN_FORMAT = "{path} cannot be read: give a folder, a file that ends in {known}, or REPO@REVISION"
ARCHIVE_REFUSED = "{archive} is refused: {why}"
ARCHIVE_TOO_LARGE = "{archive} is larger than {limit} MB: hand in the files that are asked for alone"
ARCHIVE_BROKEN = "it is damaged, or no such archive ({what}); pack it again"
TOO_MANY_MEMBERS = "it holds more than {limit} files; pack the files that are asked for alone"
TOO_MUCH_UNPACKED = "it holds more than {limit} MB{at}; pack the files that are asked for alone"
IS_A_BOMB = "it unpacks to more than {ratio} times its size{at}; pack the files that are asked for alone"
AT_MEMBER = " (seen at {member})"
MEMBER_OUTSIDE = "{member} would lie outside of it"
MEMBER_TWICE = "{member} is in it twice, or in two spellings"
MEMBER_LINK = "{member} is a link; pack the file itself"
MEMBER_NOT_REGULAR = "{member} is not a regular file"
MEMBER_ENCRYPTED = "{member} is encrypted; pack it without a password"
MEMBER_PACKED_ODDLY = "{member} is compressed in an unusual way; pack it as a plain zip"
BAD_NOTEBOOK = "{file} is not a notebook that can be read ({what})"
NOTEBOOK_TOO_LARGE = "{file} is larger than {limit} MB: clear its outputs"
NOT_PYTHON = "{file} is a notebook of {language}, not of Python"
CELL_SKIPPED = "{file}, code cell {cell}: `{line}` is left out"
WORKFLOW_LEFT_OUT = (
    "{file} is left out: its `uses:` still names YOUR_…, a placeholder; put your organisation and version into the "
    "template's file (docs/ci.md)"
)
NO_GIT = "git is not installed: it is needed to read {path}"
BAD_REVISION = "{revision} is no name of a revision: give a branch, a tag or a commit, as in `grade work@main`"
NO_REVISION = "git finds no {revision} in {repository}{why}"
GIT_FAILED = "git cannot read {path}{why}"
COMMITTED = "commit {commit} of {time}"
