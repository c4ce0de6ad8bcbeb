"""The command line: chooses the command, calls it, returns its exit code.

A command's module is imported only when it runs, so that `grade --help` and errors of usage are quick.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from grader.cli.exit_codes import exit_code_of
from grader.cli.output import lasting_output
from grader.model import GraderError
from grader.worker.data_stack import with_room

# Each is a function of the same name in a module of the same name; all that is not a command is `grade SUBMISSION`.
COMMANDS = ("batch", "diff", "doctor", "init", "new", "pack", "review", "schema", "show", "verify", "watch")
# How alike a mistyped word and a command must be (difflib's ratio): `bacth` and `reviw` are above, `homework` is below.
MISTYPED = 0.7


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.platform == "win32":
        from colorama import just_fix_windows_console

        just_fix_windows_console()  # else a console that can show colours shows their escapes
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # the judge's arrays are small: threads only cost time to start
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some takes longer than reading a course
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["watch"]:  # it would go on for ever when nobody reads its output any more
        return exit_code_of(lambda: _run(given))
    return with_room(lambda: exit_code_of(lambda: _run_to_the_end(given)))


def entry_point() -> int:
    """As `main`, for the process of the command `grade`. After grading one submission it ends here: freeing everything,
    one thing after the other, would take 20 ms."""
    code = main()
    if set(sys.argv[1:2]).isdisjoint(COMMANDS):
        with contextlib.suppress(OSError):
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            os._exit(code)
    return code


def _run_to_the_end(given: list[str]) -> int:
    with lasting_output():
        return _run(given)


def _run(given: list[str]) -> int:
    name, arguments = (given[0], given[1:]) if given and given[0] in COMMANDS else ("grade", given)
    if name == "grade" and given:
        _refuse_mistyped(given[0])
    command: Callable[[Sequence[str]], int] = getattr(import_module(f"grader.cli.{name}"), name)
    return command(arguments)


def _refuse_mistyped(name: str) -> None:
    """Raises GraderError for a word that is nearly a command and names no file."""
    if name[:1] in ("", "-", ".") or os.path.lexists(name):
        return
    from grader.base.text import closest, escape_controls

    meant = closest(name.lower(), COMMANDS, MISTYPED)
    if meant:
        raise GraderError(f"{escape_controls(name)} is neither a file nor a command; did you mean `grade {meant}`?")
