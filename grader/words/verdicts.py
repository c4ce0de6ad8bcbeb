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

# Verdicts on numbers


# Planted functions

# Checkers of the student's own values, and drawings of them
ATTACKING = "attacking … {done} of {all}"

# Tensors and classifiers
LABEL_NOT_WHOLE = "predict returned {value} where a label, a whole number, is due"
ACCURACY_LOW = "{accuracy} of the rows it has not seen are labelled right; points begin above {none}, all from {full}"
ROWS = "{count} rows"
SECONDS = "{seconds} s"

# Training a model
PARAMETERS_ARE_NOT_VALUES = "{where} is not one of your values ({why}): the list must be flat, and hold values only"
NOT_LEARNED = (
    "after training on {table}, the mean squared error of the model's own predictions is {loss} (the best of {seeds} "
    "seeds); below {due} is due"
)
OTHER_NOT_LEARNED = (
    "the model does not learn another table, {table}: the mean squared error of its own predictions is {loss} (the "
    "best of {seeds} seeds); below {due} is due. Do the weights come from training on X and y?"
)
MODEL_UNSEEN = "with other parameters, the model hardly gives any numbers between the rows: a person will look at it"
ALL_IDLE = "no parameter has a part in the prediction: moving any of the {count} in {name}() changes nothing"
MOST_IDLE = "{count} of {all} parameters in {name}() have no part in the prediction: moving them changes nothing"
PROBED_LOSS = "loss = sum of (model(row) - target) ** 2 over the rows, / their number; loss.backward()"
HINT_CUT = "Some gradients are 0 that should not be: a new value made of `.{value}` has forgotten where it came from."
HINT_ENGINE = "If the engine's own exercise has lost points, repair it first."
HINT_NOT_THAT_MODEL = "Your last loss is {last}: is the returned model the one that was trained?"
HINT_ALL_ALIKE = "Every row gets the same answer, {value}: is there a tanh, sigmoid or ReLU between the layers?"
HINT_BIAS = "Every row gets the same answer, {value}: has every unit a bias?"
LOSSES_NOT_NUMBERS = "losses: {got} came back where a list of floats is due, one for each epoch (loss.data, not loss)"
LOSSES_NOT_LOSSES = "losses holds {value}, which no mean squared error can be"
LOSSES_STAY = "the losses begin with {first} and end with {last}: a training at least halves them"
LOSSES_DISAGREE = "the last of the losses is {reported}, but the mean squared error of the returned model is {own}"
LOSSES_SUM = "Yours looks like the sum over the {count} rows: divide by {count} for the mean."
TRAINING_HEADINGS = ("table", "seed", "epochs", "seconds", "final loss")
TRAINING_FACTS = ("seed", "epochs", "seconds of training", "final loss")
UNKNOWN = "unknown"
