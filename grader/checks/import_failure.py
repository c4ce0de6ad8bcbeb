"""Says why a file cannot be imported: which line of it did what, and what to do about that line."""

from __future__ import annotations

from collections.abc import Sequence

from grader.base.text import escape_controls
from grader.model import Frame
from grader.sandbox.requests import StudentException

_UNDER_MAIN = '`if __name__ == "__main__":`'
# What a line begins with that belongs where it is: moved elsewhere, it would define nothing.
_DEFINES = ("import ", "from ", "class ", "def ", "async ", "@")


def explain(failure: StudentException, frames: Sequence[Frame], what: str) -> str:
    """The sentence for an exception that `what` names, about the file whose own line came last."""
    top = next((frame for frame in reversed(frames) if frame.function == "<module>"), None)
    if top is None:
        return f"{what}, raised while the file was imported"
    sentence = f"{top.file} cannot be imported: line {top.line} {_why(failure, frames[-1], what)}"
    stays = top.source.startswith(_DEFINES) and ";" not in top.source
    if stays or failure.type == "SystemExit":
        return sentence
    return f"{sentence}. If it only tries something out, put it under {_UNDER_MAIN} at the end of the file"


def missing_module(failure: StudentException) -> str:
    """Says of code that it imports, or uses something of, a module that does not exist here."""
    module = escape_controls(failure.module)
    imports = f"uses `{escape_controls(failure.used)}`, but {module}" if failure.used else f"imports `{module}`, which"
    return f"{imports} is not available: only the standard library, numpy and the submission's own files are"


def _why(failure: StudentException, last: Frame, what: str) -> str:
    match failure.type:
        case "SystemExit":
            return f"ends the program (`sys.exit` or `exit()`): remove that call, or put it under {_UNDER_MAIN}"
        case "EOFError" if "input(" in last.source:
            return "calls `input()`, and nobody can type an answer here"
        case "ModuleNotFoundError" if failure.used or failure.module:
            return missing_module(failure)
    return f"raises {what}"
