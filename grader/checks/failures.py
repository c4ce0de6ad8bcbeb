"""Explains a failed run to the student: exceptions, names not found, lost workers."""

from __future__ import annotations

import itertools
import re
import signal
from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.base.text import closest, did_you_mean, enumerate_names, escape_controls, pointed
from grader.checks import import_failure, python_errors
from grader.checks.notebook_places import place
from grader.model import Evidence, Frame, Limits, Notebook, Verdict
from grader.sandbox.connection import WorkerLost
from grader.sandbox.requests import FunctionOutline, MissingName, StudentException

Blame = tuple[Verdict, str, Evidence]

# What Python and numpy say where a number is used as an array: of which shape, how many entries, which one.
_AS_ARRAY = re.compile(
    r"'(?:int|float|numpy\.\w+)' object (?:is not (?:subscriptable|iterable)|does not support item assignment)"
    r"|object of type '(?:int|float|numpy\.\w+)' has no len\(\)|len\(\) of unsized object|iteration over a 0-d array"
    r"|too many indices for array: array is 0-dimensional|invalid index to scalar variable"
)
TOO_MUCH_MEMORY = "the code asked for more memory than an exercise may use"
DISTURBED = "the code disturbed the process that it runs in, so its answer could not be read"
ALIKE = 0.5  # below difflib's usual 0.6: names of functions are short, where one slip weighs more
_LACKS = re.compile(r"'(?:int|float)' object has no attribute '(\w+)'")
_OF_ARRAYS = {name for name in dir(np.ndarray) if not name.startswith("_")} - {"data"}  # an engine's values have `data`


def for_failure(failure: StudentException | MissingName, call: str, sources: Mapping[str, str]) -> Blame:
    """The verdict, message and evidence for an exception or a missing name. `call` is what the judge called."""
    if isinstance(failure, MissingName):
        return _lost_name(failure, call)
    if failure.syntax and failure.step < 0 and failure.syntax[0] in sources:
        return _syntax(failure, failure.syntax, sources)
    frames = tuple(
        Frame(escape_controls(file), line, escape_controls(function), line_of(sources, file, line))
        for (file, line, function), _ in itertools.groupby(failure.frames)  # a recursion repeats one line
        if file in sources
    )
    place = f"{frames[-1].file}:{frames[-1].line}  {frames[-1].function}" if frames else ""
    evidence = Evidence(place=place, call=call, frames=frames)
    what = escape_controls(f"{failure.type}: {failure.text}" if failure.text else failure.type)
    if failure.type == "MemoryError":
        return Verdict.OUT_OF_MEMORY, TOO_MUCH_MEMORY, evidence
    if failure.step < 0:
        return Verdict.CRASHED, import_failure.explain(failure, frames, what), evidence
    match failure.type:
        case "WrongCount" if not frames:  # of the worker itself (worker/operators.py)
            return Verdict.WRONG, escape_controls(failure.text), evidence
        case "SystemExit":
            return Verdict.CRASHED, "the code ends the program (`sys.exit` or `exit()`): remove that call", evidence
        case "ModuleNotFoundError" if failure.used or failure.module:
            return Verdict.CRASHED, f"the code {import_failure.missing_module(failure)}", evidence
        case "RecursionError":
            why = (
                "RecursionError: Python's recursion limit was reached: does a function call itself without end, or is "
                "the graph very deep?"
            )
            return Verdict.CRASHED, why, evidence
        case "TypeError" if not frames and "argument" in failure.text:
            return Verdict.CRASHED, f"wrong arguments in the call {call}: {what}", evidence
    return Verdict.CRASHED, f"{what}, raised in {call}", evidence


def explained(failure: StudentException | MissingName, sources: Mapping[str, str]) -> str:
    """What an exception means and what to write instead, where its words and the line that raised it tell; or ""."""
    if isinstance(failure, MissingName):
        return ""
    if failure.syntax and failure.step < 0 and failure.syntax[0] in sources:
        file, line, _ = failure.syntax
        return python_errors.explain_syntax(failure, line_of(sources, file, line), sources[file])
    file, line = next(((file, line) for file, line, _ in reversed(failure.frames) if file in sources), ("", 0))
    return python_errors.explain(failure, line_of(sources, file, line), sources.get(file, ""))


def changed_argument(name: str) -> str:
    """The sentence for a call that changes an array or list that it was given."""
    return f"the call changes its argument {name}; work on a copy"


def plain_number(failure: StudentException | MissingName, case: Mapping[str, Any]) -> str:
    """A hint where student code used a number as an array while inputs of the call were plain numbers, else ""."""
    plain = [name for name, value in case.items() if type(value) in (int, float)]
    if not plain or not isinstance(failure, StudentException) or not failure.frames:
        return ""
    lacks = _LACKS.search(failure.text) if failure.type == "AttributeError" else None
    as_array = failure.type in ("TypeError", "IndexError") and _AS_ARRAY.search(failure.text)
    if not as_array and not (lacks and lacks[1] in _OF_ARRAYS):
        return ""
    are = "is" if len(plain) == 1 else "are each"
    return (
        f"In this call {enumerate_names(plain)} {are} a plain number, which has no shape, no length and no entries. "
        "Handle plain numbers too: `np.asarray(x, dtype=float)` makes an array of either, and `np.where` picks entry "
        "by entry."
    )


def _lost_name(lost: MissingName, call: str) -> Blame:
    name, owner = escape_controls(lost.name), escape_controls(lost.owner)
    if owner == "NoneType":
        text = f"None was returned somewhere in {call}: does a function end without `return`?"
        return Verdict.WRONG, text, Evidence(call=call)
    if name == "__call__":
        text = f"in {call}, what is called is not a function but of the type `{owner}`"
        return Verdict.WRONG, text, Evidence(call=call)
    if owner:
        text = f"`{owner}` has no `{name}`{did_you_mean(lost.name, lost.known, ALIKE)}"
        return Verdict.MISSING, text, Evidence(call=call)
    near = closest(lost.name, lost.known, ALIKE)
    hint = f"; should `{escape_controls(near)}` be renamed to `{name}`?" if near else ""
    return Verdict.MISSING, f"the file has no `{name}`{hint}", Evidence(call=call)


def _syntax(failure: StudentException, place: tuple[str, int, int], sources: Mapping[str, str]) -> Blame:
    name, line, column = place
    source = line_of(sources, name, line, strip=False)
    file = escape_controls(name)
    message = (
        f"Python cannot read {file}: {escape_controls(failure.type)} in line {line}, column {column}: "
        f"{escape_controls(failure.text)}"
    )
    return Verdict.CRASHED, message, Evidence(place=f"{file}:{line}:{column}", snippet=pointed(source, line, column))


def line_of(sources: Mapping[str, str], file: str, number: int, strip: bool = True) -> str:
    """A line of a submission's file, as a report can show it; "" where there is none."""
    lines = re.split(r"\r\n|\r|\n", sources.get(file, ""))
    if not 0 < number <= len(lines):
        return ""
    text = lines[number - 1].expandtabs(4) if strip else lines[number - 1].replace("\t", " ")
    return escape_controls(text.strip() if strip else text.rstrip())[:200]


def by_the_machine(lost: WorkerLost) -> str:
    """What the machine did to a worker."""
    return (
        "something outside of the grader killed the process that the code ran in; perhaps memory ran out"
        if lost.why == "ended"
        else "the machine was too busy to run the code in time"
    )


def left_running(count: int) -> str:
    """The note where the code left so many processes behind."""
    if count == 1:
        return "the code started a process and left it running; it was ended"
    return f"the code started {count} processes and left them running; they were ended"


def for_lost_worker(lost: WorkerLost, limits: Limits) -> Blame:
    """The verdict for a worker that gave no answer."""
    match lost.why:
        case "cpu":
            text = f"the code was still running after {limits.cpu:g} seconds of CPU time: is there an endless loop?"
            return Verdict.TIMED_OUT, text, Evidence()
        case "wait" | "wall":
            text = "the code waited until its time was over and did not compute: for sleep(), input() or a lock?"
            return Verdict.TIMED_OUT, text, Evidence()
        case "output":
            text = f"the code printed more than {limits.output / (1 << 20):g} MiB: is there a print in an endless loop?"
            return Verdict.OUTPUT_LIMIT, text, Evidence()
        case "calls":
            text = "calls of a function that the grader passed in took too long: are there many, or on large arrays?"
            if lost.detail:
                text = f"a function that the grader passed in was called more than {lost.detail} times in one check"
            return Verdict.TIMED_OUT, text, Evidence()
        case "threads":
            return Verdict.FORBIDDEN, f"the code started more than {lost.detail} threads", Evidence()
        case "memory":
            return Verdict.OUT_OF_MEMORY, TOO_MUCH_MEMORY, Evidence()
        case "protocol":
            return Verdict.FORBIDDEN, DISTURBED, Evidence()
    return Verdict.CRASHED, f"the code ended the Python process itself ({_exit(lost.detail)})", Evidence()


def _exit(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"


def as_stub(
    targets: list[str], functions: Mapping[str, FunctionOutline], file: str, notebooks: Mapping[str, Notebook]
) -> str:
    """The sentence where a function that the check needs is still the template's stub, else ""."""
    for target in targets:
        found = functions.get(target)
        if found is not None and found.stub:
            return f"`{target}` is not written yet ({place(file, found.line, notebooks)})"
    return ""
