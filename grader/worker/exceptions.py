"""An exception of student code as plain data: its type, its words, and only the student's own frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

# What a report shows: a deep recursion keeps its first and last calls, a message its beginning.
MAX_FRAMES = 12
MAX_BASES = 10  # classes of an exception, from its own upward
MAX_NAME, MAX_MESSAGE, MAX_PATH = 80, 500, 200


def describe(error: BaseException, files: Mapping[str, str]) -> dict[str, Any]:
    """Type, message (capped), frames as [file, line, function]; for a SyntaxError also its place."""
    report: dict[str, Any] = {
        "type": type(error).__name__[:MAX_NAME],
        "text": _words(error),
        "frames": _frames(error.__traceback__, files),
        "bases": [base.__name__[:MAX_NAME] for base in type(error).__mro__[1 : MAX_BASES + 1]],
    }
    if isinstance(error, SyntaxError) and type(error.filename) is str:
        place = [error.lineno, error.offset]
        report["syntax"] = [error.filename, *(number if type(number) is int else 0 for number in place)]
    if isinstance(error, ImportError) and type(error.name) is str:
        report["module"] = error.name[:MAX_NAME]
        if isinstance(error, ModuleNotFoundError) and type(error.path) is str:
            report["used"] = error.path[:MAX_PATH]  # only a stand-in's error says what was used
    return report


def _words(error: BaseException) -> str:
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException as inner:
        return f"(its text raised {type(inner).__name__})"
    return " ".join(text[:MAX_MESSAGE].split("\n"))


def _frames(trace: TracebackType | None, files: Mapping[str, str]) -> list[list[Any]]:
    frames: list[list[Any]] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            frames.append([code.co_filename, trace.tb_lineno, getattr(code, "co_qualname", code.co_name)])
            if len(frames) > MAX_FRAMES:
                del frames[MAX_FRAMES // 2]
        trace = trace.tb_next
    return frames
