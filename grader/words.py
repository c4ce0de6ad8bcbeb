"""Every sentence shown to people, in one place, ready for translation."""

from __future__ import annotations

# What came back from student code, and what is due
NOTHING = "nothing"
A_NUMBER = "the number {value}"
A_STRING = "the string {text!r}"
A_BOOL = "the bool {value}"
A_DICT = "a dict with the keys {keys}"
AN_ARRAY = "an array of shape {shape}"
SOME_ITEMS = "a {kind} of {count} item{s}"
NOT_A_NUMBER = "{got} came back where a number is due"
NOT_AN_ARRAY = "{got} came back where {due} is due"
CAME_BACK_NAN = "NaN (not a number) came back"
WRONG_COUNT = "{got} came back where {due} is due"
NOT_MEMBERS = "{got} came back where {due} is due"
NAME_MISSING = "the returned dict has no key {name!r}; its keys are {found}"
IN_MEMBER = "{member}: {what}"
NONE_HINT = ": does the function end without `return`?"

# Failures of student code
NO_NAME = "there is no `{name}` in the file"
NO_METHOD = "`{owner}` has no `{name}`"
DID_YOU_MEAN = "; did you mean `{name}`?"
STILL_A_STUB = "`{name}` is not written yet: it is still the stub of the template ({file}:{line})"
SYNTAX = "Python cannot read {file}: {type} in line {line}, column {column}: {text}"
RAISED = "{what}, raised {where}"
AT_IMPORT = "while the file was imported"
IN_CALL = "in {call}"
CALLS_EXIT = "the code ends the program (`sys.exit` or `exit()`): remove that call"
NO_MODULE = "the file imports `{module}`: only the standard library, numpy and the submission's own files are there"
ENDLESS_RECURSION = (
    "RecursionError: calls nested too deeply (a function that calls itself without end, or a very deep graph)"
)
WRONG_ARGUMENTS = "the call {call} does not fit the function's arguments: {what}"
OUT_OF_MEMORY = "the code asked for more memory than an exercise may use"
TOO_SLOW = "the code was still computing after {seconds} seconds of CPU time: is there a loop that never ends?"
WAITING = "the code was waiting and never came back (sleep, input() or a lock?)"
TOO_MUCH_OUTPUT = "the code printed more than {size} MiB: is there a print in a loop that never ends?"
TOO_MANY = "a function that the grader passed in was called more than {limit} times in one check"
DISTURBED = "the code disturbed the process it runs in, so its answer could not be read"
PROCESS_ENDED = "the code ended the Python process itself ({how})"
EXIT_STATUS = "exit status {status}"
EXIT_SIGNAL = "signal {name}"

# Verdicts on numbers
WRONG_VALUE = "the value is wrong in {wrong} of {all} cases"
WRONG_GRADIENT = "{names} wrong in {wrong} of {all} cases"
IS = "{name} is"
ARE = "{name} are"
AND = " and "
OTHERS_RIGHT = "; {names} right everywhere"
WRONG_SHAPE = "an array of shape {got} came back where shape {due} is due"
CHANGED_INPUT = "the call changes its argument {name}; work on a copy"
ENTRIES_OFF = "{off} of {total} entries off; worst at {index}: yours {yours}, expected {expected}"
TRAPS = {
    "interleaved": "right for one object alone, wrong when two are used in turn: is something stored on the class "
    "(or in a global) instead of on `self`?",
    "forward-twice": "right after one forward, wrong when forward is called twice: "
    "backward belongs to the last forward",
}

TIMES = " ({times} times over)"
NONE_INSTEAD = "None came back from {call} where a result is due: does a method end without `return`?"
IN_GROUPS = "{message} (in: {groups})"
BACKWARD_FITS_FORWARD = "; your backward is the derivative of your forward, but your forward is not {of}"
NOT_DECIDABLE = "no point was found where the derivative of your forward can be told for certain"

# Planted functions
A_PLAIN_NUMBER = "a number"
CLAIMED = "claimed gradient {claimed}, true gradient {true}"
REJECTS_RIGHT = "a right gradient is rejected ({plant})"
ACCEPTS_WRONG = "a wrong gradient is accepted ({plant})"
NOT_A_BOOL = "{got} came back where True or False is due"
CHANGES_X = "x is not the same after the call: put every coordinate back, or work on a copy"
PLANTED_SHAPE = "f was called with {got}, but x is {due}"
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
    "reversed": "the true one in reversed order",
    "cancelling": "two errors that add up to zero",
    "quotient": "the central difference quotient for this epsilon, to the last digit",
}
HINT_NEVER_ASKED = "f is never evaluated away from x: there is nothing to compare the gradient with"
HINT_ONE_SIDED = "you take a one-sided difference; (f(x + ε) - f(x - ε)) / (2 ε) is far more accurate"
HINT_COORDINATE = "entry {index} of x is never moved on its own: every coordinate needs its own difference"
HINT_ALL_AT_ONCE = "all entries of x are moved at once: that mixes the partial derivatives, move one at a time"
HINT_STEP = "the step is {step}, not the epsilon that was passed ({epsilon})"
HINT_NOT_RESTORED = "an entry of x stays moved while the next one is tried: restore it first"
HINT_TRUNCATED = "x holds integers, so x[i] += epsilon is cut off: convert x to float first"

# Pipeline
ABSENT = "{file} imports {modules}, which is not there; a stand-in was given that fails when it is used"
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
SEED = "seed"
ISOLATION = "isolation"
ENVIRONMENT = "environment"
DIGESTS = "digests of submission and course"
GRADING = "grading {title} …"
SCORE = "{score} of {max} points"
BONUS_LINE = "bonus {score} of {max}"
PENDING_LINE = "{points} waiting for a person"
REPORT_AT = "report: {path}"

# Command line
OUT_UNWRITABLE = "cannot write into {path}: {why}; give another folder with --out"
OUT_IN_SUBMISSION = "{path} lies inside the submission: give a folder outside of it with --out"
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
FLIPS_REMEDY = "add a fixed case that shows the mistake with every seed"
MUTANT_LIVES = "a mutant of the reference keeps full marks ({change})"
MUTANT_FLIPS = "whether a mutant is found depends on the seed ({change})"
MUTANT_REMEDY = "add a case that tells the two apart, or list it under `equivalent` with the reason"
NOT_EQUIVALENT = "a mutant declared equivalent is found by a check ({change})"
NOT_EQUIVALENT_REMEDY = "remove it from `equivalent`"
NO_SUCH_MUTANT = "`equivalent` names a mutant that does not exist: {was!r} -> {becomes!r}"
NO_SUCH_MUTANT_REMEDY = "remove it, or copy both lines from the matrix again"
KILLS_NOTHING = "the check `{id}` finds none of the wrong variants and mutants"
KILLS_NOTHING_REMEDY = "add a wrong variant that only this check finds, or remove the check"
VERIFYING = "verifying {done} of {all}"
FINDINGS = "{count} finding{s}"
MATRIX_AT = "kill matrix: {path}"

# Written answers
ANSWERS_UNREADABLE = "{file} cannot be read: line {line}, column {column}: {why}"
ANSWERS_HELP = 'an answer that holds any of : # [ ] { } & * ! | > \' " % @ is safest in "double quotes"'
ANSWERS_NO_MAPPING = "{file} must have one key an exercise, as in `{id}: {{a: ..., b: ...}}`"
NOT_ANSWERED = "not answered yet: `{place}` in {file}"
NOT_A_TEXT = "a text is due here: put it in quotes, or behind `|`"
WAITS_FOR_A_PERSON = "your instructor reads this answer; its points are open until then"
ANSWER_UNREADABLE = "the grader cannot read this answer ({why}); your instructor will, unless you write it more plainly"
ANSWER_WRONG = "this is not right"
PARTS_WRONG = "not right: {names}"
PARTS_BLANK = "left blank: {names}"
PARTS_DUE = "{count} parts are due: {names}"
FOLLOWS = "right, as it follows from your own answer to {place}"
NOT_ONE_OF = "it is none of: {choices}"
NO_NUMBER = "no number: {why}"
FORMULA_DIFFERS = "the formula has another value than it should"
SHAPE_FORM = "write it as in (N, D)"
SHAPE_UNKNOWN = "unknown size {name!r}; sizes are {known}"
EDGE_FORM = "an edge is written `a -> s`; line {number} is {text!r}"
EDGES_FORM = "write a list of edges, as in [a -> s, b -> s]"
EDGES_TURNED = "every arrow points the other way: draw them from what is used to what is made of it"
EDGES_COUNT = "your graph has {nodes} nodes and {edges} edges; {leaves}"
EDGES_LEAVES = "its leaves are {found} and should be {due}"
EDGES_SHAPE = "the leaves are right, the edges between them and the root are not"

# Reviews by a person
DECIDED = "decided by a person"
NOT_APPLIED = "a person's decision on an earlier version is not applied: {points} point{s}{comment}"
OTHERS_DECISIONS = "{path} decides on {names}, not on {name}: none of that is applied (another --out keeps them apart)"
DECISIONS_KEPT = "{path}: {count} decision{s} kept, now {score}"
LEFT_PENDING = "{count} row{s} without points: left as they are (a comment without points is not kept)"
NOTHING_WAITS = "nothing waits for a person in {path} (--all lists every check)"
REVIEW_INTERRUPTED = "interrupted: {done} of {all} reports carry the decisions; give the same command again"
REVIEW_UNWRITABLE = "cannot write into {path}: {why}; {done} of {all} reports carry the decisions"
NO_REPORTS = "{path} holds no results.json and none of its folders does: give the folder that `grade --out` wrote"
NO_REPORT = "there is no results.json in {path}; give the folder of one report (a sheet's folder has moved? --into)"
BAD_RESULTS = "{path} cannot be read: {why}; grade the submission again"
NEWER = "it was made by a newer grader (schema {schema})"
NOT_JSON = "it is no valid JSON ({why})"
IS_LACKING = "this is lacking"
NOT_THE_FORM = "{place}: {why}"
BAD_DECISIONS = "{path} cannot be read: {why}; mend it or move it away"
BAD_SHEET = "{path} cannot be read: {why}"
SHEET_NOT_UTF8 = "{path}:{line}: this is not UTF-8 text (byte 0x{byte:02x}); save the sheet as `CSV UTF-8`"
SHEET_HAS_NUL = "{path}:{line}: a NUL byte: this is no CSV file; save the sheet as `CSV UTF-8`"
SHEET_EMPTY = "{path}: the sheet is empty; make one with `grade review export`"
SHEET_NO_COLUMN = "{path}:1: there is no column {names}; the first row must name the columns {due}"
SHEET_TWO_COLUMNS = "{path}:1: two columns are called {name}; keep one"
SHEET_NO_CSV = "{path}:{line}: this is no CSV ({why}); is there a quote too few or too many?"
SHEET_TOO_LONG = "{path}:{line}: more cells than columns; put a text that holds the separator in quotes"
NOT_POINTS = "{text!r} is no number of points; type one like 1.5, or leave the cell empty"
NEGATIVE_POINTS = "{points} points are negative; the least is 0"
ABOVE_MAX = "{points} points are above the maximum of {max}; change them"
NO_SUCH_EXERCISE = "the report has no exercise {id!r}{guess}; its exercises are {known}"
NO_SUCH_CHECK = "exercise {exercise} has no check {id!r}{guess}; its checks are {known}"
ONLY_ADVICE = "{check} is advice: it has no points to give; leave the cell empty"
ANSWER_CHANGED = "the answer to {check} has changed since the sheet was exported; export it again and read the new one"
TWICE = "{check} has points in line {line} already; keep one of the two rows"
EXERCISE_CHECK = "{text!r} names no check; write EXERCISE/CHECK, as in 2.4/c"

# Tensors and classifiers
TENSOR_CHANGED = "{name} is not what it was before: an operation must make a new array, not change the one it is given"
NO_PREDICT = "what {train} returned cannot be called: return the function `predict`"
LABELS_DUE = "{got} came back from predict where {count} labels are due: an array of shape ({count},)"
SCORES_NOT_LABELS = "scores of shape {shape} came back from predict, but labels are due: take argmax(axis=1)"
LABEL_NOT_WHOLE = "predict returned {value} where a label, a whole number, is due"
ACCURACY_LOW = "{accuracy} of the rows it has not seen are labelled right; points begin above {none}, all from {full}"
ACCURACY = "accuracy"
TRAINED_ON = "trained on"
TESTED_ON = "tested on"
ROWS = "{count} rows"
TRAINING_TIME = "training took"
SECONDS = "{seconds} s"
TRUE_OR_SAID = "true \\ said"
NO_CLASS = "other"

# Training a model
NOT_MODEL_AND_LOSSES = "{got} came back where the pair (model, losses) is due"
NO_PARAMETERS_METHOD = "the first of the returned pair must be the model, but a `{kind}` has no method `{name}`"
NO_LIST_OF_PARAMETERS = "model.{name}() must return the list of the model's values"
NO_PARAMETERS = "model.{name}() is empty: it must list every value that is trained"
PARAMETERS_ARE_NOT_VALUES = "{where} is not one of your values ({why}): the list must be flat, and hold values only"
PARAMETERS_NOT_FINITE = "a parameter of the trained model is infinite"
MODEL_GIVES = "the model must return one of your values, but a `{kind}` has no `{name}`"
MODEL_NO_NUMBER = "the model's prediction has no number in `{value}`: {what}"
NOT_LEARNED = (
    "after training on {table}, the mean squared error of the model's own predictions is {loss} (the best of {seeds} "
    "seeds); below {due} is due"
)
OTHER_NOT_LEARNED = (
    "the model does not learn another table, {table}: the mean squared error of its own predictions is {loss} (the "
    "best of {seeds} seeds); below {due} is due. Do the weights come from training on X and y?"
)
MODEL_ONLY_ROWS = "the model answers only the rows it was trained on: {call} fails ({why})"
MODEL_IS_STEPS = "the model does not change between the rows it was trained on: that is a table, not a network"
MODEL_IS_FLAT = "between the rows, the model only interpolates its own answers at them: that is a table, not a network"
INTERPOLATED = "interpolated between the rows"
ALL_IDLE = "no parameter has a part in the prediction: moving any of the {count} in {name}() changes nothing"
MOST_IDLE = "{count} of {all} parameters in {name}() have no part in the prediction: moving them changes nothing"
PROBED_LOSS = "loss = sum of (model(row) - target) ** 2 over the rows, / their number; loss.backward()"
ALONG_ALL = "the slope of the loss along a random direction over all parameters"
SLOPES_DIFFER = (
    "`{backward}` leaves wrong gradients in the parameters: they are not the slopes that the loss has when the "
    "parameters are moved"
)
SLOPES_UNDECIDED = "no point was found where the slopes of the loss can be told for certain: a person will look at it"
HINT_CUT = "Some gradients are 0 that should not be: a new value made of `.{value}` has forgotten where it came from."
HINT_ENGINE = "If the engine's own exercise has lost points, repair it first."
HINT_UNBOUNDED = "Numbers grew without bound: is the step subtracted from the parameters, and small enough?"
HINT_NOT_THAT_MODEL = "Your last loss is {last}: is the returned model the one that was trained?"
HINT_NOTHING_MOVES = "Your losses stay the same: does each parameter take a step against its gradient after backward()?"
HINT_UPHILL = "Your losses rise: subtract the step (data -= rate * grad), and try a smaller rate."
HINT_ALL_ALIKE = "Every row gets the same answer, {value}: is there a tanh, sigmoid or ReLU between the layers?"
HINT_BIAS = "Every row gets the same answer, {value}: has every unit a bias?"
HINT_STUCK = "Try more epochs, another learning rate or more hidden units, and draw the first weights at random."
LOSSES_NOT_NUMBERS = "losses: {got} came back where a list of floats is due, one for each epoch (loss.data, not loss)"
LOSSES_NOT_LOSSES = "losses holds {value}, which no mean squared error can be"
LOSSES_ONE = "losses holds a single number: one for each epoch is due"
LOSSES_DISAGREE = "the last of the losses is {reported}, but the mean squared error of the returned model is {own}"
LOSSES_SUM = "Yours looks like the sum over the {count} rows: divide by {count} for the mean."
LOSSES_ROOT = "Yours looks like the root of the mean squared error: leave the square root out."
LOSSES_ENTROPY = "Yours looks like the cross-entropy: train on it if you like, but report the mean squared error."
TRAINING_HEADINGS = ("table", "seed", "epochs", "seconds", "final loss")
TRAINING_FACTS = ("seed", "epochs", "seconds of training", "final loss")
UNKNOWN = "unknown"

# Isolation
HARMS = {
    "read": "reading files",
    "write": "writing files",
    "exist": "learning that a path exists",
    "run": "starting processes",
    "network": "network",
    "signal": "signalling processes",
    "spy": "looking into processes",
    "share": "shared memory",
}
NO_LAYERS = "separate process with limits"
ISOLATION_LINE = "{layers}; shut: {held}; open: {open}"
PROBE_FAILED = "the isolation could not be tried out ({why}); `grade doctor` says more"
NOT_ISOLATED = "this machine leaves something open: {open}; `grade doctor` says what to install or set"
DOCTOR_HEAD = "{system}, Python {python}, numpy {numpy}, {cores} core{s}"
DOCTOR_TAKEN = "strongest; used unless --isolation names another"
DOCTOR_OPEN = "open: {open}"
DOCTOR_SHUT = "nothing open"
DOCTOR_NOT_HERE = "not here: {why}"
DOCTOR_EXPERIMENTAL = "experimental"
DOCTOR_REMEDY = "to do: {remedy}"

# Attacks on the isolation
NO_ATTACK = "there is no attack and no family of attacks called {name!r}"
CANARY_SECRETS = {
    "secret": "a secret file was read",
    "reference": "the reference was read",
    "neighbour": "another student's file was read",
    "course": "the course's file was read",
    "environment": "the judge's environment was read",
    "memory": "the judge's memory was read",
}
CANARY_RANG = "it got through: {what}"
CANARY_FILE_NEW = "a file was written: {path}"
CANARY_FILE_GONE = "a file was removed: {path}"
CANARY_FILE_CHANGED = "a file was changed: {path}"
CANARY_REACHED = "a socket was reached: {name}"
CANARY_KILLED = "another process of the judge's user was killed (status {status})"
CANARY_SIGNALLED = "another process of the judge's user got signal {number}"
CANARY_ALTERED = "another process of the judge's user was stopped or given other limits"
CANARY_SWOLLEN = "the judge's memory grew by {size} MiB"
CANARY_DESCRIPTORS = "the judge has {count} more open descriptors"
CANARY_LEFT_FILE = "a file is left behind: {path}"
CANARY_SEGMENT = "a System V segment ({kind}) is left behind"
CANARY_SETTING = "a setting of the kernel was changed"
CANARY_PROCESS = "{count} processes too many are left running"
CANARY_UNSAFE_TEXT = "control characters reach the report"
SIEGE_FORGED = "{score:g} points where {earned:g} are earned ({verdicts})"
SIEGE_FAILED = "right code got {score:g} of {due:g} points: {said}"
SIEGE_SPOILT = "other exercises lost points: {names}"
SIEGE_NEXT_SPOILT = "the next submission, all right, got {score:g} points"
SIEGE_RAISED = "the judge raised {what}"
SIEGE_HUNG = "the judge hung for {seconds:g} seconds"
SIEGE_DIED = "the judge's process ended with status {status}: {last}"
SIEGE_UNLOCKED = "nothing is locked"
SIEGE_NONE = "{backend}: not tried, {why}"
SIEGE_TOTAL = "{backend}: {tried} tried, {forged} forged, {harmed} harmed, {failed} failed, {crashed} crashed{left}"
SIEGE_NOT_TRIED = ", {count} not tried"
SIEGE_NOT_TRIED_HERE = "{count} would harm the machine where nothing is locked, and were not tried"
SIEGE_KNOWN = "{id}: {what} (this isolation cannot hide that)"
# Written answers that may mean more than one thing
KEY_DUE = "it has no key `{key}`, as in {place}"
ROUNDED = "{text} may be the right number, rounded too far to tell"
THOUSANDS = "{text} may be read with a decimal comma, or without any"
RESTS_ON = "it may follow from your answer to {place}, which cannot be read"
EITHER = "{text} are several answers; give one"
EDGES_UNCLEAR = "the name {name!r} may be a remark; the node's name alone is due"

# Checkers of the student's own values, and drawings of them
ENGINE_FIRST = "not checked: {file} must work first; {what}"
ENGINE_WRONG = "its values or gradients by + and * are wrong here"
ENGINE_LACKS = "`{name}` is not there"
ENGINE_RAISES = "+ and * of its values end with {what}"
GIVEN_NUMBERS = "f was called with a plain {type}: f takes values, so give it {name}(…) for every input"
NO_CALL_TO_WATCH = "not checked: the call gives no True or False yet"
PLANTS |= {"derivative": "the derivative itself, where the quotient with this epsilon is far from it"}
RIGHT_ACCEPTED = "right gradients accepted"
WRONG_REJECTED = "wrong gradients rejected"
OF = "{count} of {all}"
NOT_DOT = "{got} came back where the graph as DOT text is due"
DOT_TOO_LONG = "the DOT text has more than {limit} KiB"
BAD_DOT = "this is no DOT text that can be read: line {line}, column {column}: {why}"
UNDIRECTED = "the lines have no direction: write `digraph` and `->`"
NODES_OF = "{nodes} and {edges}"
NODES = "{count} node{s}"
EDGES = "{count} edge{s}"
DRAWN_OFF = "the drawing of {of} is wrong: it has {found}; {due} due"
DRAWN_EITHER = "{values} (or, with operations as nodes, {operations}) are"
DRAWN_SHAPE = "the drawing of {of} has the right numbers of nodes and edges, but they are joined another way"
DRAWN_TWICE = "in the drawing of {of}, a value that is used twice is drawn twice"
DRAWN_EQUAL = "in the drawing of {of}, different values with equal numbers are one node"
DRAWN_REPEATED = "in the drawing of {of}, an arrow is there more than once"
DRAWN_MIXED = "in the drawing of {of}, some arrows point from operand to result and some the other way"
DRAWN_AGAIN = "the second call of draw on the same value is wrong: {message}"
NO_NUMBERS = "no label shows {missing}"
HINT_TWICE = "give every value one name (its id(), say), and remember which values were drawn already"
HINT_EQUAL = "tell values apart by `id(value)` or `is`, not by their numbers"
HINT_REPEATED = "a value that is reached on two ways is visited twice: remember which values were drawn already"
HINT_AGAIN = "is something kept between calls, such as a default argument `seen=set()` or a global list?"
DRAWN_NODES = "nodes drawn"
DRAWN_EDGES = "edges drawn"
NOTHING_LOCKS = "no isolation of this machine locks workers; `grade doctor` says what to install or set"
ATTACKING = "attacking … {done} of {all}"
