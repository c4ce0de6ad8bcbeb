"""Sentences of submissions, reports and the command line."""

from __future__ import annotations

# Pipeline
NOT_IMPORTED = "not checked: {file} could not be imported, see above"
NOT_READ = "not checked: {file} could not be read, see above"
JUDGE_ERROR = "the grader itself failed here ({what}); this costs no points: tell your instructor"
NAME_TAKEN = "{file} is left out: the name `{module}` belongs to Python or numpy"

# Submission
NOT_AS_DECLARED = (
    "{file} is not {codec} text, as its coding line says: byte 0x{byte:02x} in line {line}; save it as UTF-8 and "
    "remove that line"
)
NOT_UTF8 = "{file} is not UTF-8 text: byte 0x{byte:02x} in line {line}; save it as UTF-8"
HAS_NUL = "{file} holds a NUL byte in line {line}: it is no text file"
NOT_REGULAR = "{file} is not a regular file"

# Command line
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

# Ways to hand in
READ_AS = "{near} is read as {file}"
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
NO_REVISION = "git finds no {revision} in {repository}{why}"
GIT_FAILED = "git cannot read {path}{why}"
