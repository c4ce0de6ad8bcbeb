"""Explains failures by what the text of the student's code shows: a name that is never kept, a missing `return`.

Nothing is guessed: a sentence is given only where the text bears it out, whatever else may be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from grader.base.text import closest, did_you_mean, enumerate_names, escape_controls
from grader.checks import lookalikes, python_errors
from grader.checks.base import Finding
from grader.checks.notebook_places import place
from grader.model import Evidence, Notebook, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.requests import FunctionOutline, MissingName, ProgramResult, StudentException

Functions = Mapping[str, FunctionOutline]
ANY_NAME = "*"  # as in worker/function_facts.py
MAX_KNOWN = 200  # names that one is compared with; honest code has some twenty
NEAR = 0.75  # difflib's ratio: names of attributes and variables are short
_LACKS = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")
_NUMBER = re.compile(r"int|float|numpy\.(?:int|float)\d+")
_UNKNOWN = re.compile(r"name '(\w+)' is not defined|.*local variable '(\w+)'")
_TAKES = re.compile(r"([\w.]+)\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given")
_MISSING = re.compile(r"([\w.]+)\(\) missing \d+ required positional argument")
_NO_ARGUMENTS = re.compile(r"(\w+)\(\) takes no arguments")
_OF_NUMBERS = ("ZeroDivisionError", "OverflowError", "ValueError")  # what a wrong number may raise
_GIVEN = ("forward", "__init__")  # methods that are called with what later ones need
# Methods whose result an expression uses.
_OPERATORS = {
    f"__{side}{name}__"
    for name in ("add", "sub", "mul", "truediv", "floordiv", "pow", "matmul", "mod")
    for side in ("", "r")
} | {"__neg__", "__pos__", "__abs__"}


@dataclass(frozen=True)
class _Texts:
    """The functions in the files that a failure has to do with; `file` is where it was raised, or the check's."""

    file: str
    outlines: Mapping[str, Functions]
    notebooks: Mapping[str, Notebook]

    @property
    def here(self) -> Functions:
        return self.outlines[self.file]

    def named(self, name: str) -> FunctionOutline | None:
        """The function of this name, in the file where it failed rather than in another one."""
        return self.outlines[self.file_of(name)].get(name)

    def file_of(self, name: str) -> str:
        """The file that has it."""
        return next((file for file in (self.file, *self.outlines) if name in self.outlines[file]), self.file)

    def methods(self, class_: str) -> dict[str, FunctionOutline]:
        """The methods of a class, by their own names."""
        functions = next((each for each in (self.here, *self.outlines.values()) if _has_class(each, class_)), {})
        return {name.partition(".")[2]: one for name, one in functions.items() if name.startswith(f"{class_}.")}

    def around(self, line: int) -> str:
        """The function that a line of the file is in; "" for none."""
        found = [(one.line, name) for name, one in self.here.items() if one.line <= line <= one.last]
        return max(found, default=(0, ""))[1]

    def sets(self, name: str) -> bool:
        """Whether any function may set an attribute of this name."""
        everything = [one.sets for functions in self.outlines.values() for one in functions.values()]
        return any(name in each or ANY_NAME in each for each in everything)


def explain(
    finding: Finding,
    outcomes: Iterable[ProgramResult],
    targets: Sequence[str],
    file: str,
    outline: Callable[[str], Functions],
    notebooks: Mapping[str, Notebook],
    for_effect: Collection[str] = (),
) -> str:
    """The hint for a finding about code in this file, of which the check calls `targets`: its own, or a more exact one.

    `outcomes` are those of all programs of the check; targets that are called `for_effect` need not return anything.
    """
    raised = finding.raised
    frames = raised.frames if isinstance(raised, StudentException) else ()
    files = dict.fromkeys([*(name for name, _, _ in reversed(frames)), file])
    texts = _Texts(next(iter(files)), {name: outline(name) for name in files}, notebooks)
    match raised:
        case MissingName(owner=owner):
            return finding.hint or (_no_result(texts, finding.evidence.call) if owner == "NoneType" else "")
        case StudentException():
            if python_errors.is_caret(raised):
                return _powers(outcomes, targets, texts) or finding.hint
            found = _of_exception(raised, texts, finding.evidence) or finding.hint
            return found or (_powers(outcomes, targets, texts) if raised.type in _OF_NUMBERS else "")
    if finding.hint or finding.status not in (Verdict.WRONG, Verdict.PARTIAL):
        return finding.hint
    silent = "" if targets[-1] in for_effect else _without_return(targets, texts)
    return silent or _powers(outcomes, targets, texts) or _left_to_right(targets, texts)


def _of_exception(raised: StudentException, texts: _Texts, evidence: Evidence) -> str:
    source = evidence.frames[-1].source if evidence.frames else ""
    name = texts.around(raised.frames[-1][1]) if raised.frames else ""
    match raised.type:
        case "AttributeError" if found := _LACKS.match(raised.text):
            return _never_set(found[1], found[2], name, texts, called=f".{found[2]}(" in source)
        case "NameError" | "UnboundLocalError" if found := _UNKNOWN.match(raised.text):
            return _unknown(found[1] or found[2], name, texts)
        case "TypeError" if found := _TAKES.match(raised.text):
            return _arguments(found[1], int(found[2]), int(found[3]), texts)
        case "TypeError" if found := _MISSING.match(raised.text):
            return _not_given(found[1], texts)
        case "TypeError" if found := _NO_ARGUMENTS.match(raised.text):
            return _no_init(found[1], texts)
        case "TypeError" if "NoneType" in raised.text and "=: 'NoneType'" not in raised.text:
            return _no_result(texts, evidence.call, name)
    return ""


def _never_set(class_: str, attribute: str, reader: str, texts: _Texts, called: bool) -> str:
    """An attribute that no function sets, or that not every object of the class gets; it may be `called`."""
    methods, shown = texts.methods(class_), escape_controls(attribute)
    owner, _, method = reader.partition(".")
    if not methods:
        belongs = any(attribute in one.sets for one in texts.methods(owner).values()) if method else False
        if _NUMBER.fullmatch(class_) and belongs:
            return f"A plain number has no `{shown}`, which belongs to `{owner}`: make a `{owner}` of the number first."
        return ""
    read = f"The attribute `{shown}` of `{class_}` is read in `{method or reader}`" if reader else ""
    if texts.sets(attribute):
        setters = {name for name, one in methods.items() if attribute in one.sets}
        init = methods.get("__init__")
        if setters and init and ANY_NAME not in init.sets and not {"forward", "__init__"} & setters:
            return f"Not every `{class_}` has `{shown}`: `__init__` does not set it. Set it there, too."
        return ""
    if not read:
        return ""
    known = sorted({name for one in methods.values() for name in one.sets} | {*methods})[:MAX_KNOWN]
    if called:
        return f"`{class_}` has no method `{shown}`{did_you_mean(attribute, known, NEAR) or '.'}"
    givers = [name for name in _GIVEN if name in methods and name != method]
    keeps = next((name for name in givers if attribute in methods[name].parameters[1:]), "")
    if keeps:
        return f"{read} and never set: keep it in `{keeps}`, as `self.{shown} = {shown}`."
    if near := closest(attribute, known, NEAR):
        return f"{read} and never set: should it be `{escape_controls(near)}`?"
    return f"{read} and never set" + (f": set it in `{givers[0]}`." if givers else ".")


def _unknown(name: str, reader: str, texts: _Texts) -> str:
    """A variable that is not known in a function, and is in another, or as an attribute, or by a similar name."""
    function, shown = texts.named(reader), escape_controls(name)
    if function is None:
        return ""
    class_, _, method = reader.rpartition(".")
    methods = texts.methods(class_) if class_ else {}
    first = function.parameters[0] if function.parameters else ""
    if class_ and function.plain:
        if name == "self" and first:
            return f"The first parameter of `{reader}` is `{escape_controls(first)}`, not `self`: name it `self`."
        if first == "self" and any(name in one.sets for one in methods.values()):
            return f"`{shown}` is an attribute: write its object before it, as in `self.{shown}`."
        giver = next((one for one in _GIVEN if one in methods and one != method
                      and name in methods[one].parameters[1:]), "")  # fmt: skip
        if first == "self" and giver:
            return (
                f"`{shown}` is a parameter of `{giver}` and unknown in `{method}`: keep it in `{giver}`, as "
                f"`self.{shown} = {shown}`, and read `self.{shown}` here."
            )
    functions = {other for other in texts.here if "." not in other}
    known = sorted((function.names | functions) - {name})[:MAX_KNOWN]
    if alike := next((one for one in known if lookalikes.latin(one) == lookalikes.latin(name)), ""):
        return lookalikes.in_name(alike) or lookalikes.in_name(name)
    meant = closest(name, known, NEAR)
    return f"There is no `{shown}` in `{reader}`{did_you_mean(name, [meant], NEAR)}" if meant else ""


def _arguments(name: str, takes: int, given: int, texts: _Texts) -> str:
    """A method that was called with more arguments than it takes."""
    function = texts.named(name)
    if function is None or not function.plain or len(function.parameters) != takes:
        return ""
    listed = ", ".join(map(escape_controls, function.parameters))
    written = f"`def {name.rpartition('.')[2]}({listed})`"
    if "." not in name:
        return ""
    if "self" not in function.parameters and given == takes + 1:
        return f"`self` is missing in {written}: it is the first parameter of every method."
    if function.parameters[:1] == ("self",):
        more = given - takes
        return f"{written} has {more} {'parameter' if more == 1 else 'parameters'} fewer than it is called with."
    return ""


def _not_given(name: str, texts: _Texts) -> str:
    """A method that waits for arguments that another method is given."""
    class_, _, method = name.rpartition(".")
    methods = texts.methods(class_) if class_ else {}
    if method not in methods:
        return ""
    for giver in (other for other in _GIVEN if other != method and other in methods):
        given = [each for each in methods[method].parameters[1:] if each in methods[giver].parameters[1:]]
        if given:
            kept = enumerate_names([f"`self.{each} = {each}`" for each in map(escape_controls, given)])
            return f"`{method}` is called with fewer arguments: keep what `{giver}` is given there, as {kept}."
    return ""


def _no_init(class_: str, texts: _Texts) -> str:
    methods = texts.methods(class_)
    if not methods or "__init__" in methods:
        return ""
    near = closest("__init__", [*methods][:MAX_KNOWN])
    return f"`{class_}` has no `__init__`" + (f": should `{escape_controls(near)}` be it?" if near else ".")


def _no_result(texts: _Texts, call: str, reader: str = "") -> str:
    """Functions without `return` whose result is used: operators, what the judge calls, and what the reader calls."""
    function = texts.named(reader)
    silent = [
        name for functions in texts.outlines.values() for name, one in functions.items()
        if not one.gives and one.plain and not one.empty and _is_used(name, call, function)
    ]  # fmt: skip
    return _say_silent(silent, texts) if silent else ""


def _is_used(name: str, call: str, reader: FunctionOutline | None) -> bool:
    class_, _, own = name.rpartition(".")
    if own in _OPERATORS or f"{name}(" in call:
        return True
    return not class_ and reader is not None and own in reader.calls


def _without_return(targets: Sequence[str], texts: _Texts) -> str:
    """The function that a check is about, where it returns nothing."""
    silent = [name for name in targets[-1:] if len(targets) <= 2 and (one := texts.named(name))
              and not one.gives and one.plain and not one.empty]  # fmt: skip
    return _say_silent(silent, texts) if silent else ""


def _say_silent(names: Sequence[str], texts: _Texts) -> str:
    name = names[0]
    function = texts.named(name)
    assert function is not None
    where = place(texts.file_of(name), function.line, texts.notebooks)
    prints = ": `print` only shows a value" if "print" in function.calls else ""
    return f"`{name}` ({where}) has no `return` with a value, so its result is None{prints}."


def _powers(outcomes: Iterable[ProgramResult], targets: Sequence[str], texts: _Texts) -> str:
    """A `^` that stands for a power: a number beside it shows that, or that it failed on numbers in another case."""
    if not any(one.caret for functions in texts.outlines.values() for one in functions.values()):
        return ""
    failed = any(
        isinstance(outcome.failure, StudentException) and python_errors.is_caret(outcome.failure)
        for outcome in outcomes
    )  # fmt: skip
    for file, name in _reached(targets, texts):
        one = texts.outlines[file][name]
        if one.caret and (one.power or failed):
            return python_errors.caret(f" ({place(file, one.caret, texts.notebooks)})")
    return ""


def _left_to_right(targets: Sequence[str], texts: _Texts) -> str:
    """A product behind `/` that was meant as the divisor, in a function that the check calls."""
    for name in targets if len(targets) <= 2 else ():
        if (one := texts.named(name)) and one.divides:
            where = place(texts.file_of(name), one.divides, texts.notebooks)
            return (
                f"Python does `/` and `*` from left to right: x / y*z is (x / y) * z. In {where}, is the divisor in "
                "parentheses?"
            )
    return ""


def _reached(targets: Sequence[str], texts: _Texts) -> Iterable[tuple[str, str]]:
    """The functions that a check calls, and those whose names are called from there, each with its file: of a class
    that is called, all methods."""
    by_head: dict[str, list[tuple[str, str]]] = {}
    for file, functions in texts.outlines.items():
        for name in functions:
            by_head.setdefault(name.partition(".")[0], []).append((file, name))
    waiting = [name.partition(".")[0] for name in targets]
    seen = set(waiting)
    while waiting:
        for file, name in by_head.get(waiting.pop(), ()):
            yield file, name
            called = texts.outlines[file][name].calls.keys() - seen
            seen |= called
            waiting += called


def _has_class(functions: Functions, class_: str) -> bool:
    return any(name.startswith(f"{class_}.") for name in functions)
