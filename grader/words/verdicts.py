"""Sentences of verdicts on student code: what came back, what failed, what is wrong."""

from __future__ import annotations

# What came back from student code, and what is due
A_NUMBER = "the number {value}"
NOT_A_NUMBER = "{got} came back where a number is due"
A_PAIR = "a pair (a {kind} of 2 values)"
SEVERAL_VALUES = "a {kind} of {count} values"
SEVERAL = "{got} came back; return {due}"
CAME_BACK_NAN = "NaN (not a number) came back"
WRONG_COUNT = "{got} came back where {due} is due"
IN_MEMBER = "{member}: {what}"

# Failures of student code
NO_METHOD = "`{owner}` has no `{name}`"
RAISED = "{what}, raised {where}"
IMPORT_RAISES = "raises {what}"
IMPORTS_ABSENT = (
    "imports `{module}`, which is not there: only the standard library, numpy and the submission's own files are"
)
USES_ABSENT = (
    "uses `{used}`, and {module} is not there: only the standard library, numpy and the submission's own files are"
)
TOO_SLOW = "the code was still computing after {seconds} seconds of CPU time: is there a loop that never ends?"
TOO_MUCH_OUTPUT = "the code printed more than {size} MiB: is there a print in a loop that never ends?"
EXIT_SIGNAL = "signal {name}"

# Verdicts on numbers
WRONG_VALUE = "the value is wrong in {wrong} of {all} cases"
WRONG_GRADIENT = "{names} wrong in {wrong} of {all} cases"
IS = "{name} is"
EACH_IS = "{name} are each"
AND = " and "
CHANGED_INPUT = "the call changes its argument {name}; work on a copy"
TRAPS = {
    "interleaved": "right for one object alone, wrong when two are used in turn: is something stored on the class "
    "(or in a global) instead of on `self`?",
    "forward-twice": "right after one forward, wrong when forward is called twice: "
    "backward belongs to the last forward",
}

IN_GROUPS = "{message} (in: {groups})"
NOT_DECIDABLE = "no point was found where the derivative of your forward can be told for certain"

# Planted functions
CLAIMED = "claimed gradient {claimed}, true gradient {true}"
REJECTS_RIGHT = "a right gradient is rejected ({plant})"
ACCEPTS_WRONG = "a wrong gradient is accepted ({plant})"
NEVER_MOVED = "; {function} was never called at another point than {at}"
NOT_A_BOOL = "{got} came back where True or False is due"
PLANTED_NOT_NUMBERS = "f was called with {got}, which is no number and no array"
PLANTS = {
    "exact": "the exact one",
    "tiny": "off by a factor of 1 + 1e-9",
    "double": "twice the true one",
    "half": "half the true one",
    "five-percent": "5 % too large",
    "negated": "the true one negated",
    "zero": "all zero",
    "nan": "NaN in its last entry",
    "first-off": "right but for its first entry",
    "last-off": "right but for its last entry",
    "too-large": "too large in every entry",
    "too-small": "too small in every entry",
    "reversed": "the true one in reversed order",
    "keeps-dot": "two errors that add nothing to x · gradient",
    "keeps-norm": "two wrong entries that leave its length as it is",
    "keeps-signs": "wrong in every entry, each with the right sign",
    "cancelling": "two errors that add up to zero",
    "quotient": "the central difference quotient for this epsilon, to the last digit",
}
HINT_NEVER_ASKED = "f is never evaluated away from x: there is nothing to compare the gradient with"
SIDES = {1.0: "forward", -1.0: "backward"}
HINT_STEP = "the step is {step}, not the epsilon that was passed ({epsilon})"
HINT_TRUNCATED = "x holds integers, so x[i] += epsilon is cut off: convert x to float first"

# Checkers of the student's own values, and drawings of them
ENGINE_RAISES = "+ and * of its values end with {what}"
PLANTS |= {"derivative": "the derivative itself, where the quotient with this epsilon is far from it"}
NODES_OF = "{nodes} and {edges}"
DRAWN_OFF = "the drawing of {of} is wrong: it has {found}; {due} due"
DRAWN_SHAPE = "the drawing of {of} has the right numbers of nodes and edges, but they are joined another way"
DRAWN_TWICE = "in the drawing of {of}, a value that is used twice is drawn twice"
DRAWN_EQUAL = "in the drawing of {of}, different values with equal numbers are one node"
DRAWN_REPEATED = "in the drawing of {of}, an arrow is there more than once"
DRAWN_MIXED = "in the drawing of {of}, some arrows point from operand to result and some the other way"

# Tensors
TENSOR_CHANGED = "{name} is not what it was before: an operation must make a new array, not change the one it is given"
