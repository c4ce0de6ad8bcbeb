"""Says why a file cannot be imported: which line of it did what, and what to do about that line."""

from __future__ import annotations

from collections.abc import Sequence

from grader import words
from grader.base.text import escape_controls
from grader.model import Frame
from grader.sandbox.requests import StudentException

# What a line begins with that belongs where it is: moved elsewhere, it would define nothing.
_DEFINES = ("import ", "from ", "class ", "def ", "async ", "@")


def told(failure: StudentException, frames: Sequence[Frame], what: str) -> str:
    """The sentence for an exception that `what` names. It is told of the file whose own line came last."""
    top = next((frame for frame in reversed(frames) if frame.function == "<module>"), None)
    if top is None:
        return words.RAISED.format(what=what, where="while the file was imported")
    why = _why(failure, frames[-1]).format(
        what=what, module=escape_controls(failure.module), used=escape_controls(failure.used)
    )
    sentence = f"{top.file} cannot be imported: line {top.line} {why}"
    stays = top.source.startswith(_DEFINES) and ";" not in top.source
    return (
        sentence
        if stays or failure.type == "SystemExit"
        else sentence
        + ('. If it only tries something out, put it under `if __name__ == "__main__":` at the end of the file')
    )


def _why(failure: StudentException, last: Frame) -> str:
    match failure.type:
        case "SystemExit":
            return (
                "ends the program (`sys.exit` or `exit()`): remove that call, or put it under `if __name__ == "
                '"__main__":`'
            )
        case "EOFError" if "input(" in last.source:
            return "calls `input()`, and nobody can type an answer here"
        case "ModuleNotFoundError" if failure.used:
            return words.USES_ABSENT
        case "ModuleNotFoundError" if failure.module:
            return words.IMPORTS_ABSENT
    return words.IMPORT_RAISES
