"""Explains errors of Python and numpy by their own words and the line that raised them: what is meant, what to write.

A sentence here is true whenever its words are: what only the rest of the text would tell is in `code_slips`.
"""

from __future__ import annotations

import re

from grader.base.text import escape_controls
from grader.checks import lookalikes
from grader.model.dataclass import dataclass
from grader.sandbox.requests import StudentException

NONE = (
    "One of the values is None. A function without `return` gives None, and so do methods that change a list in place, "
    "such as `append` and `sort`."
)
_CARET = re.compile(r"unsupported operand type\(s\) for \^=?:|ufunc 'bitwise_xor'")
_OF_NUMPY = {
    "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "pi", "maximum", "minimum", "array", "zeros", "ones", "dot",
    "matmul", "where",
}  # fmt: skip
_IMPORTS = {"np": "import numpy as np", "numpy": "import numpy", "math": "import math", "random": "import random"}
_WORDS = {"true": "True", "false": "False", "null": "None", "none": "None", "nil": "None"}
_MATH = re.compile(r"\bmath\.([a-z]\w*)\(")
_COMMAND = re.compile(r"%{1,2}[a-z]{2}|![a-z]")
_HOLDS = "A plain number is expected here, and a `{}` came: use the number that it holds."


def caret(where: str = "") -> str:
    """What to write in place of `^`, which is at this place."""
    return f"In Python, `^`{where} is bitwise XOR: write `**` for powers."


@dataclass(frozen=True)
class _Rule:
    """What to say of an exception of this type (of any, for "") with such words; `{}` are the pattern's groups."""

    type: str
    words: re.Pattern[str]
    sentence: str


def _rule(kind: str, words: str, sentence: str) -> _Rule:
    return _Rule(kind, re.compile(words), sentence)


# Words are those of Python 3.10 to 3.14 and numpy 1.26 to 2.4; of several rules that fit, the first is taken.
_RULES = (
    _rule("TypeError", _CARET.pattern, caret()),
    _rule(
        "TypeError", r"unsupported operand type\(s\) for ([^ ]{1,4}=): 'NoneType' and",
        "The left side of `{}` is None: give it a number to begin with, such as 0.0.",
    ),
    _rule(
        "TypeError", r"'NoneType' object is not callable",
        "None is called here as a function. Where it was stored, was a function called, as in `f()`, in place of being "
        "named, as in `f`?",
    ),
    _rule("TypeError", r".*NoneType", NONE),
    _rule("AttributeError", r"'NoneType' object has no attribute", NONE),
    _rule(
        "TypeError", r"unsupported operand type\(s\) for .*'(?:function|method|builtin_function_or_method)'",
        "A function itself is used as a number here: call it, with parentheses, to get its result.",
    ),
    _rule(
        "TypeError", r"'(?:int|float|numpy\.\w+)' object is not callable",
        "A number or an array is called as a function here: multiply with `*`, take elements with `[...]`, and write "
        "`.T` and `.shape` without parentheses.",
    ),
    _rule("TypeError", r"must be real number, not (?:list|tuple|str|dict)$", "One plain number is expected here."),
    _rule("TypeError", r"must be real number, not (\w+)$", _HOLDS),
    _rule(
        "TypeError", r"loop of ufunc does not support argument \d of type (?:int|float|complex) ",
        "The array holds Python objects in place of numbers: make it with `dtype=float`.",
    ),
    _rule("TypeError", r"loop of ufunc does not support argument \d of type (\w+) ", _HOLDS),
    _rule(
        "TypeError",
        r"can't multiply sequence by non-int|unsupported operand type\(s\) for [^ ]{1,4}: "
        r"(?:'(?:list|tuple)' and|'\w+' and '(?:list|tuple)'$)",
        "Python does not compute with lists and tuples element by element: make an array with `np.array(...)`, or take "
        "one element with `[...]`.",
    ),
    _rule(
        "ValueError", r"The truth value of an array",
        "`if`, `and` and `or` need one True or False, and a comparison of arrays gives one for each element: "
        "`np.where` chooses element by element, `np.all` asks about all of them.",
    ),
    _rule(
        "ValueError", r"matmul: Input operand 1 has a mismatch .*\(size (\d+) is different from (\d+)\)",
        "`A @ B` needs as many columns in A as rows in B; here A has {1}, and B has {0}.",
    ),
    _rule(
        "ValueError", r"shapes \([\d, ]*\) and \([\d, ]*\) not aligned: (\d+) \(dim \d\) != (\d+)",
        "A product of matrices needs as many columns in the first as rows in the second; here they are {0} and {1}.",
    ),
    _rule(
        "ValueError", r"matmul: Input operand (\d) does not have enough dimensions \(has 0",
        "`@` multiplies matrices and vectors, and one side of it is neither: multiply numbers with `*`.",
    ),
    _rule(
        "ValueError", r"operands could not be broadcast together with shapes (\([\d,]*\)) (\([\d,]*\))",
        "The shapes {} and {} do not fit element by element: counted from the last axis, sizes must be equal, or 1.",
    ),
    _rule(
        "", r"Cannot cast ufunc '\w+' output from dtype\('float\d+'\) to dtype\('u?int\d+'\)",
        "An array of integers cannot hold fractions: make it with `dtype=float`.",
    ),
    _rule(
        "ValueError", r"math domain error|expected a (?:positive|nonnegative) input",
        "`math.log` takes only numbers above 0, and `math.sqrt` none below 0.",
    ),
    _rule(
        "UnboundLocalError", r".*local variable '(\w+)'",
        "`{}` is used before it has a value here: give it one on every path. A name that a function assigns to is the "
        "function's own, also where the file has another one of that name.",
    ),
    _rule("TabError", "", "Tabs and spaces are mixed: indent every line with spaces."),
    _rule(
        "IndentationError", r"unindent does not match",
        "No line above begins in this column: indent the line like those that it belongs to.",
    ),
    _rule(
        "IndentationError", r"unexpected indent",
        "This line begins further right than the statement above it, which does not open a block.",
    ),
    _rule(
        "IndentationError", r"expected an indented block",
        "What belongs to that line is indented further than the line itself. A comment alone is not enough: write "
        "`pass` where nothing is done.",
    ),
    _rule(
        "SyntaxError", r"invalid decimal literal",
        "Letters stand right behind a number: write `*` between factors, as in `2 * x`; no name begins with a digit.",
    ),
)  # fmt: skip


def explain(failure: StudentException, source: str, text: str) -> str:
    """What an exception means in code of this course, and what to write; "" where nothing is known.

    `source` is the student's own line that raised it, `text` the file that it is in.
    """
    match failure.type:
        case "EOFError" if failure.step >= 0 and "input(" in source + failure.text:
            return "`input()` waits for the keyboard, and nobody can type here: take the values from the arguments."
        case "TypeError" if re.match(r"only (?:length-1|size-1|0-dimensional) arrays can be", failure.text):
            return _one_number(source)
        case "NameError" if found := re.match(r"name '([^']+)' is not defined", failure.text):
            return _unknown(found[1], text)
    for rule in _RULES:
        if rule.type in ("", failure.type) and (found := rule.words.match(failure.text)):
            return rule.sentence.format(*map(escape_controls, found.groups()))
    return ""


def explain_syntax(failure: StudentException, source: str, text: str) -> str:
    """What is wrong with a line that Python cannot read, and what to type; "" where nothing is known.

    `text` is the whole file, where its lines are the student's own.
    """
    line = source.lstrip()
    if _COMMAND.match(line):
        return "Commands with `%` and `!` work in notebooks only: delete the line."
    if line.startswith((">>> ", "In [")):
        return "The prompt of an interactive Python is no part of the code: delete it from every line."
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return "This line is left from a merge in git: keep one of the two versions, and delete the lines with marks."
    return lookalikes.in_code(failure.text, source, text) or explain(failure, source, text)


def is_caret(failure: StudentException) -> bool:
    """Whether it was raised by `^` between numbers."""
    return failure.type == "TypeError" and _CARET.match(failure.text) is not None


def _one_number(source: str) -> str:
    names = dict.fromkeys(_MATH.findall(source))
    if len(names) == 1:
        (name,) = names
        return f"`math.{name}` takes one number, and an array came: numpy's functions take whole arrays."
    return (
        "One number is expected here, and an array came: `float()` and the functions of `math` take one number, those "
        "of numpy whole arrays."
    )


def _unknown(name: str, text: str) -> str:
    """What to write for a name that Python does not know."""
    if name in _IMPORTS:
        imported = (line.partition("import")[2] for line in text.splitlines() if "import" in line)
        if any(re.search(rf"\b{name}\b", names) for names in imported):
            return ""  # it is, elsewhere: in another function, or in a notebook's cell that is left out
        return f"`{name}` is not imported here: write `{_IMPORTS[name]}` at the top."
    if name in _OF_NUMPY:
        return f"Python has no `{name}` of its own: write `np.{name}`, and `import numpy as np` at the top."
    if name in _WORDS:
        return f"Python writes `{_WORDS[name]}`."
    return lookalikes.in_name(name)
