"""Sentences of verdicts on student code: what came back, what failed, what is wrong."""

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
A_PAIR = "a pair (a {kind} of 2 values)"
SEVERAL_VALUES = "a {kind} of {count} values"
SEVERAL = "{got} came back; return {due}"
ONE_NUMBER = "one number"
ONE_ARRAY = "one array of shape {shape}"
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
STILL_A_STUB = "`{name}` is not written yet: it is still the stub of the template ({place})"
SYNTAX = "Python cannot read {file}: {type} in line {line}, column {column}: {text}"
RAISED = "{what}, raised {where}"
AT_IMPORT = "while the file was imported"
IN_CALL = "in {call}"
IMPORT_FAILED = "{file} cannot be imported: line {line} {why}"
IMPORT_RAISES = "raises {what}"
IMPORT_EXITS = (
    'ends the program (`sys.exit` or `exit()`): remove that call, or put it under `if __name__ == "__main__":`'
)
IMPORT_ASKS = "calls `input()`, and nobody can type an answer here"
IMPORTS_ABSENT = (
    "imports `{module}`, which is not there: only the standard library, numpy and the submission's own files are"
)
USES_ABSENT = (
    "uses `{used}`, and {module} is not there: only the standard library, numpy and the submission's own files are"
)
UNDER_MAIN = '. If it only tries something out, put it under `if __name__ == "__main__":` at the end of the file'
THE_CODE = "the code {does}"
CALLS_EXIT = "the code ends the program (`sys.exit` or `exit()`): remove that call"
NO_MODULE = "the file imports `{module}`: only the standard library, numpy and the submission's own files are there"
HINT_PLAIN_NUMBER = (
    "In this call {names} a plain number, which has no shape, no length and no entries. Handle plain numbers too: "
    "`np.asarray(x, dtype=float)` makes an array of either, and `np.where` picks entry by entry."
)
ENDLESS_RECURSION = (
    "RecursionError: calls nested too deeply (a function that calls itself without end, or a very deep graph)"
)
WRONG_ARGUMENTS = "the call {call} does not fit the function's arguments: {what}"
OUT_OF_MEMORY = "the code asked for more memory than an exercise may use"
TOO_SLOW = "the code was still computing after {seconds} seconds of CPU time: is there a loop that never ends?"
WAITING = "the code was waiting until its time was over, and did not compute (sleep, input() or a lock?)"
MACHINE_KILLED = "something outside of the grader killed the process that the code ran in; perhaps memory ran out"
MACHINE_SLOW = "the machine was too busy to run the code in time"
TOO_MUCH_OUTPUT = "the code printed more than {size} MiB: is there a print in a loop that never ends?"
TOO_MANY = "a function that the grader passed in was called more than {limit} times in one check"
TOO_DEAR = "calls of a function that the grader passed in took too long: are they very many, or of very large arrays?"
TOO_MANY_THREADS = "the code started more than {limit} threads"
DISTURBED = "the code disturbed the process it runs in, so its answer could not be read"
PROCESS_ENDED = "the code ended the Python process itself ({how})"
EXIT_STATUS = "exit status {status}"
EXIT_SIGNAL = "signal {name}"

# Verdicts on numbers
WRONG_VALUE = "the value is wrong in {wrong} of {all} cases"
WRONG_GRADIENT = "{names} wrong in {wrong} of {all} cases"
IS = "{name} is"
ARE = "{name} are"
EACH_IS = "{name} are each"
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
HINT_KEPT = (
    "Each graph by itself is right, but not after another graph on the same values: is something kept between calls of "
    "`{backward}`, such as a default argument (`seen=set()`), a list on the class or in the module, a flag on a value?"
)
NONE_INSTEAD = "None came back from {call} where a result is due: does a method end without `return`?"
IN_GROUPS = "{message} (in: {groups})"
FEW_DIGITS = (
    "{file}: right to {digits} digits, where floats keep 15; this costs no points. Is something float32, or is a small "
    "number such as 1e-8 added?"
)
MAYBE_COMPLEX_STEP = (
    "for the reader: {name} ({place}) uses complex numbers, as a derivative by a complex step does. Its numbers are "
    "right; whether a formula was asked for is yours to say."
)
MAYBE_DIFFERENCES = (
    "for the reader: {name} ({place}) calls {forward} {times} times, as a derivative by differences does. Its numbers "
    "are right; whether a formula was asked for is yours to say."
)
BACKWARD_FITS_FORWARD = "; your backward is the derivative of your forward, but your forward is not {of}"
NOT_DECIDABLE = "no point was found where the derivative of your forward can be told for certain"

# Planted functions
A_PLAIN_NUMBER = "a number"
CLAIMED = "claimed gradient {claimed}, true gradient {true}"
REJECTS_RIGHT = "a right gradient is rejected ({plant})"
ACCEPTS_WRONG = "a wrong gradient is accepted ({plant})"
NEVER_MOVED = "; {function} was never called at another point than {at}"
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
HINT_ONE_SIDED = (
    "you take a {side} difference, which is one-sided; the central one, (f(x + ε) - f(x - ε)) / (2 ε), is far more "
    "accurate"
)
SIDES = {1.0: "forward", -1.0: "backward"}
HINT_COORDINATE = "entry {index} of x is never moved on its own: every coordinate needs its own difference"
HINT_ALL_AT_ONCE = "all entries of x are moved at once: that mixes the partial derivatives, move one at a time"
HINT_STEP = "the step is {step}, not the epsilon that was passed ({epsilon})"
HINT_NOT_RESTORED = "an entry of x stays moved while the next one is tried: restore it first"
HINT_TRUNCATED = "x holds integers, so x[i] += epsilon is cut off: convert x to float first"

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
MODEL_IS_SEPARATE = (
    "no two of the values in {name}() act together: each adds its own part to the answers. That is a table, or its "
    "hidden layer is not among the parameters: in a network, what one layer gives is multiplied by weights of the next"
)
MODEL_OWN_ROWS = "each row has values in {name}() that move its answer alone: that is a table, not a network"
MODEL_HAS_FEW = (
    "whatever values {name}() holds, the answers between the rows are mixtures of the same shapes, {count} at most: "
    "that is a table whose entries are smoothed, not a network"
)
MODEL_KNOWS = "with every value in {name}() set to 0, the model still gives the right answers: they come from elsewhere"
MODEL_LEAPS = "the model answers a row quite otherwise than the points next to it: that is a table, not a network"
MODEL_CHANGES = "asked again with the same values as parameters, the model gives another answer than it gave before"
PROBED_MODEL = "model(row), with other numbers as parameters"
MODEL_UNSEEN = "with other parameters, the model hardly gives any numbers between the rows: a person will look at it"
READY_MADE = (
    "another {seed}, or other targets, make no difference: the very same model comes back. Do its weights come from "
    "training on {inputs} and {targets}?"
)
SEED_IGNORED = "another {seed} gives the very same model: draw the first weights with random.Random({seed})"
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
HINT_STUCK = (
    "Are all gradients set to 0 before each backward()? Is there a hidden layer with tanh, sigmoid or ReLU? Then try "
    "more epochs, another learning rate or more hidden units, and draw the first weights at random."
)
LOSSES_NOT_NUMBERS = "losses: {got} came back where a list of floats is due, one for each epoch (loss.data, not loss)"
LOSSES_NOT_LOSSES = "losses holds {value}, which no mean squared error can be"
LOSSES_ONE = "losses holds a single number: one for each epoch is due"
LOSSES_STAY = "the losses begin with {first} and end with {last}: a training at least halves them"
LOSSES_DISAGREE = "the last of the losses is {reported}, but the mean squared error of the returned model is {own}"
LOSSES_SUM = "Yours looks like the sum over the {count} rows: divide by {count} for the mean."
LOSSES_ROOT = "Yours looks like the root of the mean squared error: leave the square root out."
LOSSES_ENTROPY = "Yours looks like the cross-entropy: train on it if you like, but report the mean squared error."
TRAINING_HEADINGS = ("table", "seed", "epochs", "seconds", "final loss")
TRAINING_FACTS = ("seed", "epochs", "seconds of training", "final loss")
UNKNOWN = "unknown"
