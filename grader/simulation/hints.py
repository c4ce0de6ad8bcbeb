"""What helps with each known mistake: of single operations, of any operation, and of the whole engine."""

from __future__ import annotations

SIGN = {"add": "+", "mul": "*", "sub": "-", "div": "/", "neg": "-a", "pow": "**", "matmul": "@"}

ANY = {
    "assign": "a new contribution replaces the earlier one: a value that is used twice must collect both.",
    "assign-self": "a new contribution replaces the earlier one in the gradient of the first operand: a value that is "
    "used twice must collect both.",
    "assign-other": "a new contribution replaces the earlier one in the gradient of the second operand: a value that "
    "is used twice must collect both.",
    "no-outgrad": "the chain rule's factor out.grad is missing.",
    "outgrad-twice": "the factor out.grad is applied twice.",
    "outgrad-added": "out.grad is added; the chain rule multiplies.",
    "detached": "no gradient is passed on to what it was made of.",
    "parents": "the result does not remember its operands: they get a gradient, and pass none on.",
    "negated": "the sign of the gradient is wrong.",
    "self-only": "the second operand gets no gradient.",
    "other-only": "the first operand gets no gradient.",
    "first-parent": "the result remembers its first operand alone: the second one passes nothing on.",
    "second-parent": "the result remembers its second operand alone: the first one passes nothing on.",
    "swapped": "the two gradients are swapped.",
    "aliased": "both operands may be the same value: it must collect both contributions.",
    "second-sign": "check the sign of the gradient of the second operand.",
    "first-sign": "check the sign of the gradient of the first operand.",
    "signs": "check the signs of both gradients.",
    "not-summed": "undo the broadcasting: each gradient must have the shape of its operand, so it is summed over the "
    "axes that were broadcast.",
    "first-not-summed": "the first operand can be broadcast, too: its gradient must be summed to its shape.",
    "second-not-summed": "the second operand can be broadcast, too: its gradient must be summed to its shape.",
    "columns-not-summed": "axes of size 1 are broadcast, too: undo that in both gradients.",
    "first-columns-not-summed": "axes of size 1 are broadcast, too: undo that in the gradient of the first operand.",
    "second-columns-not-summed": "axes of size 1 are broadcast, too: undo that in the gradient of the second operand.",
    "rows-not-summed": "a gradient keeps an axis that its operand does not have: a bias collects the gradients of the "
    "whole batch.",
    "first-rows-not-summed": "the gradient of the first operand keeps an axis that this operand does not have.",
    "second-rows-not-summed": "the gradient of the second operand keeps an axis that this operand does not have: a "
    "bias collects the gradients of the whole batch.",
    "shared-array": "a gradient and out.grad are one and the same array, so that a later += changes both: copy it.",
    "keeps-axis": "the axis that is reduced over must be missing in the result: is keepdims=True set?",
    "ignores-axis": "the argument axis is not used.",
    "changes-operand": "the array of an operand is changed: make a new one for the result.",
    "axis-not-restored": "the missing axis must be put back before the gradient is broadcast.",
}

_POWER_RULE = "In **, the exponent of the derivative is wrong: look up the power rule."
_KEPT = (
    "Earlier graphs affect this one: something is kept between calls of backward(), such as a default argument "
    "(seen=set()), a list on the class, or a flag on a value. Create it anew in each call."
)
HINTS = {
    "mul-grad-for-data": "In *, the gradients use .grad of an operand where .data belongs.",
    "mul-out": "In *, the gradients use the output where an operand belongs.",
    "mul-const": "In *, this is the rule of addition: the local derivatives of a product depend on the operands.",
    "sub-is-add": "In -, nothing is subtracted: this is the sum.",
    "sub-as-mul": "In -, the local derivatives do not depend on the operands.",
    "div-no-square": "In /, check the power of b in the gradient of the divisor.",
    "div-no-a": "In /, the numerator is missing in the gradient of the divisor.",
    "div-as-mul": "In /, this is the rule of *: look up the quotient rule.",
    "div-first-b": "In /, check the gradient of the numerator: it is multiplied by b.",
    "div-out-squared": "In /, the whole output is squared in the gradient of the divisor.",
    "div-a-squared": "In /, the square is on the wrong number in the gradient of the divisor.",
    "div-floor": "In /, the integer division // rounds down: use /.",
    "pow-paren": "In **, parentheses are missing: ** binds more tightly than -.",
    "pow-late": "In **, parentheses are missing: the - 1 belongs to the exponent.",
    "pow-no-n": "In **, a factor of the derivative is missing: look up the power rule.",
    "pow-same-exponent": _POWER_RULE,
    "pow-less-two": _POWER_RULE,
    "pow-n-less-one": "In **, the factor in front is the exponent itself, as it was.",
    "pow-linear": "In **, the derivative is right for squares alone: look up the power rule.",
    "pow-integral": "In **, this is the integral: the exponent of a derivative goes down.",
    "pow-by-exponent": "In **, this is the derivative by the exponent; the base is what changes.",
    "pow-exp-log": "In **, exp(n log a) fails for a negative base: compute the power directly.",
    "pow-exp-log-abs": "In **, exp(n log |a|) loses the sign of the base: compute the power directly.",
    "neg-noop": "-a must change the sign.",
    "neg-positive": "In -a, the gradient changes its sign, too.",
    "tanh-x": "In tanh, the derivative uses x where tanh(x) belongs.",
    "tanh-sigmoid-rule": "In tanh, this is the rule of another function: t (1 - t) is not its derivative.",
    "tanh-no-square": "In tanh, check the power of tanh(x) in the derivative.",
    "tanh-plus": "In tanh, check the sign inside of the derivative.",
    "tanh-value": "In tanh, the gradient is multiplied by the value; multiply by the derivative.",
    "tanh-twice": "In the derivative of tanh, tanh is applied twice.",
    "tanh-precedence": "In tanh, parentheses are missing: out.grad multiplies the whole derivative.",
    "sigmoid-x": "In sigmoid, the derivative uses x where sigmoid(x) belongs.",
    "sigmoid-no-s": "In sigmoid, a factor of the derivative is missing.",
    "sigmoid-value": "In sigmoid, a factor of the derivative is missing.",
    "sigmoid-plus": "In sigmoid, check the sign inside of the derivative.",
    "sigmoid-tanh-rule": "In sigmoid, this is the rule of another function: 1 - s² is not its derivative.",
    "sigmoid-square": "In sigmoid, a factor of the derivative is there twice.",
    "sigmoid-twice": "In the derivative of sigmoid, sigmoid is applied twice.",
    "sigmoid-precedence": "In sigmoid, parentheses are missing: out.grad multiplies the whole derivative.",
    "relu-leaky": "This is a leaky relu: relu itself is 0 for x < 0.",
    "relu-leaky-backward": "In relu, this is the gradient of a leaky relu: none flows back where x < 0.",
    "relu-no-mask": "In relu, no gradient flows back where x < 0. A mask of out >= 0 lets everything pass.",
    "relu-mask-of-grad": "In relu, the mask comes from x, not from the gradient.",
    "relu-value": "In relu, the gradient is multiplied by the value; multiply by the derivative.",
    "relu-inverted": "In relu, the mask is inverted.",
    "relu-inverted-strictly": "In relu, the mask is inverted.",
    "relu-of-negative": "In relu, forward and mask are inverted: what is positive passes.",
    "relu-sign": "In relu, this is the gradient of |x|: no gradient flows back where x < 0.",
    "relu-both": "In relu, negative gradients must pass as well.",
    "relu-tanh-rule": "In relu, this is the rule of another function: 1 - out² is not its derivative.",
    "radd-missing": "sum([...]) starts with 0 + Value, and 2 + Value needs __radd__ too.",
    "rmul-missing": "3 * Value needs __rmul__.",
    "rsub-missing": "10 - Value needs __rsub__.",
    "rtruediv-missing": "2 / Value needs __rtruediv__.",
    "rsub-swapped": "10 - x is not x - 10: in __rsub__, the number comes first.",
    "rtruediv-swapped": "2 / x is not x / 2: in __rtruediv__, the number comes first.",
    "no-wrap": "Wrap a plain number in a Value first.",
    "passes-on-again": "A value that is reached again passes on all that it has collected, and not only what is new: "
    "go in topological order.",
    "preorder": "The order is not topological: append a value after its operands (post-order), then reverse the list.",
    "breadth-first": "Breadth-first order is not topological if paths differ in length.",
    "no-visited-set": "A value is gone through several times, once for each way to it: go through each value once, "
    "and in topological order.",
    "visited-twice": "A value is in the list several times, so it passes its gradient on several times: append it "
    "only where it is marked as visited, in the same `if`.",
    "visited-by-number": "Two values may hold equal numbers: keep the visited values themselves, not their data, and "
    "let values compare by identity.",
    "not-reversed": "Gradients reach what the output was made of directly, and go no further. Is the list gone "
    "through from the output to the inputs, and does each value keep what it was made of?",
    "seed-missing": "All gradients stay 0. Set the gradient of the output with respect to itself first, and begin "
    "with the output itself.",
    "seed-data": "backward() starts with the wrong gradient: what is the derivative of the output with respect to "
    "itself?",
    "kept-between-calls": _KEPT,
    "marked-for-ever": _KEPT,
    "blocked-for-ever": _KEPT,
    "equal-by-value": "Values must compare by identity: remove the __eq__ that compares their data.",
    "parents-by-value": "Two operands may hold equal numbers: keep both.",
    "assign-everywhere": "A new contribution replaces the earlier one: a value that is used twice must collect both.",
    "first-parent-only": "Record both operands of an operation.",
    "keyed-by-operand": "Where both operands are the same value, one contribution is lost: a dict with operands as "
    "keys, or a set of them, holds one entry for both. Keep a list of pairs.",
    "not-summed": "A gradient must have the shape of its tensor: where an operand was broadcast, sum its gradient over "
    "the axes that were broadcast, in every operation.",
    "first-not-summed": "The first operand can be broadcast, too: sum its gradient over the axes that were broadcast.",
    "second-not-summed": "The second operand can be broadcast, too: sum its gradient over the axes that were "
    "broadcast.",
    "rows-not-summed": "The gradient keeps an axis that its tensor does not have: a bias collects the gradients of the "
    "whole batch.",
    "columns-not-summed": "Axes of size 1 are broadcast, too: undo that in the gradient.",
    "keepdims-lost": "An axis of size 1 is missing in the gradient: keep it when you sum over it.",
    "leading-axes-kept": "The gradient of a tensor of shape (H,) has shape (H,), not (1, H).",
    "unbroadcast-means": "The gradients of broadcast copies are averaged; each copy contributes its whole gradient.",
    "first-row-only": "Only the first row of the batch contributes to the gradient; every row must.",
    "summed-over-axis-0": "Not only axis 0 can be broadcast: sum over those axes along which the operand was, and keep "
    "those of size 1.",
    "summed-over-axis-0-kept": "Not only axis 0 can be broadcast: sum over those axes along which the operand was, and "
    "keep only those that it has.",
    "summed-over-all": "The gradient is summed over all axes: sum over those alone along which the operand was "
    "broadcast.",
    "summed-in-some": "Every one of + - * / broadcasts: in each, sum the gradients over the axes that were broadcast.",
    "trailing-axes-summed": "Axes that an operand does not have come first, not last: sum over those.",
    "scalars-not-summed": "A tensor of shape () is broadcast, too: its gradient is the sum over all axes.",
    "seed-everywhere": "Only the output starts with a gradient of 1; all others start at 0.",
    "starts-as-number": "A gradient that starts as the number 0 takes the shape of what is added to it first: start "
    "with zeros in the shape of the data.",
    "div-first-plain": "In /, the gradient of the numerator is not divided.",
    "div-mirrored": "In /, the divisor does not get what the numerator gets: derive by it.",
    "matmul-outgrad-turned": "In @, out.grad is transposed; transpose the operands alone.",
    "sum-axis-at-the-end": "In sum, the missing axis must be put back where it was, not at the end.",
    "mean-axis-at-the-end": "In mean, the missing axis must be put back where it was, not at the end.",
    "sum-negative-axis": "In sum, an axis of -1 counts from the end: shape[axis + 1:] is then the whole shape.",
    "mean-negative-axis": "In mean, an axis of -1 counts from the end: shape[axis + 1:] is then the whole shape.",
    "mean-divided-twice": "In mean, the gradient is divided twice.",
    "mean-counts-rows-of-axis": "In mean over one axis, check the divisor: how many entries are added up?",
    "mean-counts-columns-of-axis": "In mean over one axis, check the divisor: how many entries are added up?",
    "relu-any": "In relu, each entry has a mask of its own: any() makes one for all.",
    "relu-of-numbers": "In relu, an array is compared with 0 as if it were a number: use np.maximum or np.where.",
    "relu-mask": "In relu, no gradient flows back where x < 0: each entry has a mask of its own.",
    "not-topological": "The order is not topological: a tensor may pass its gradient on only when everything that was "
    "made of it has. Append a tensor after its operands (post-order), and go through the list from its end.",
    "wrongly-summed": "A gradient must have the shape of its tensor: sum it over exactly those axes along which the "
    "operand was broadcast.",
    "nothing-passed-on": "All gradients stay 0. Does backward() set the gradient of the output first, and go from the "
    "output to the inputs? Do * and sum() remember what they were made of, and pass a gradient on?",
    "matmul-untransposed": "In @, a transpose is missing: compare the shapes.",
    "matmul-untransposed-first": "In @, a transpose is missing in the gradient of the first operand: compare the "
    "shapes.",
    "matmul-untransposed-second": "In @, a transpose is missing in the gradient of the second operand: compare the "
    "shapes.",
    "matmul-swapped": "In @, the two gradients are swapped.",
    "matmul-wrong-side": "In @, the order of the factors is wrong: compare the shapes.",
    "matmul-wrong-side-first": "In @, the order of the factors is wrong in the gradient of the first operand.",
    "matmul-wrong-side-second": "In @, the order of the factors is wrong in the gradient of the second operand.",
    "matmul-elementwise": "In @, this is the rule of *, element by element.",
    "matmul-elementwise-transposed": "In @, this is the rule of *, element by element.",
    "matmul-own": "In @, the gradient of each operand is computed from that operand, not from the other one.",
    "matmul-turned": "In @, both gradients are transposed: compare their shapes with those of the operands.",
    "matmul-turned-first": "In @, the gradient of the first operand is transposed: compare the shapes.",
    "matmul-turned-second": "In @, the gradient of the second operand is transposed: compare the shapes.",
    "matmul-forward-elementwise": "In @, the value is a product element by element, as that of *.",
    "mul-forward-matmul": "In *, the value is a matrix product; * works element by element.",
    "sum-averaged": "In sum, the gradient is that of a mean: each entry contributes wholly.",
    "sum-all-added": "In sum over one axis, each entry gets the gradient of its own sum, not of all.",
    "mean-is-sum": "In mean, the value is a sum: a division is missing.",
    "mean-value-is-sum": "In mean, the value is a sum: a division is missing.",
    "mean-gradient-not-divided": "In mean, the gradient is that of a sum: a division is missing.",
    "mean-counts-rows": "In mean, check the divisor: how many entries are added up?",
    "mean-counts-all": "In mean over one axis, check the divisor: how many entries are added up?",
    "mean-gradient-counts-rows": "In the gradient of mean, check the divisor: how many entries are added up?",
    "mean-gradient-counts-columns": "In the gradient of mean, check the divisor: how many entries are added up?",
    "mean-gradient-counts-all": "In the gradient of mean over one axis, check the divisor: how many entries are added "
    "up?",
    "mean-gradient-counts-output": "In the gradient of mean, check the divisor: how many entries are added up?",
    "relu-leaky-forward": "The value is that of a leaky relu: relu itself is 0 for x < 0.",
    "relu-abs": "In relu, the value is |x|: relu is 0 for x < 0.",
    "shared-array": "Two gradients are one and the same array, so that a later += changes both: copy an array before "
    "you add to it.",
    "whole-numbers-only": "The fractional part of a number is cut off, as int() does: keep the number unchanged.",
}


def hint_of(fault: str) -> str:
    """The hint for a mistake by its id; "" for an unknown one."""
    op, _, name = fault.partition("-")
    return HINTS.get(fault) or (f"In {SIGN.get(op, op)}, {ANY[name]}" if name in ANY else "")
