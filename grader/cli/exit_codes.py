"""Exit codes, and what an exception that ends a command means: one line for the user, and a code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from grader import __version__
from grader.model import GraderError

EXIT_OK = 0
EXIT_LOST = 1  # points were lost, a score changed (`grade diff`), or something could not be read
EXIT_USAGE = 2  # wrong usage, an error in the course, or a finding of `grade verify`
EXIT_JUDGE = 3  # the grader itself failed
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def exit_code_of(act: Callable[[], int]) -> int:
    """The exit code of an action; an exception is printed as one line on the standard error."""
    try:
        return act()
    except GraderError as error:
        text = str(error)
        print(text if text.startswith("error: ") else f"error: {text}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print("\ninterrupted: nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that Python does not fail once more when it flushes
        return EXIT_OK
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    except Exception as error:
        return _bug(error)


def _bug(error: Exception) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="grade-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(f"autodiff-grader {__version__}, Python {sys.version}\n\n")
        traceback.print_exception(error, file=file)
    print(
        f"this is a bug in the grader, not in the submission: {type(error).__name__}: {error}\n"
        f"please report it; the traceback is in {file.name}",
        file=sys.stderr,
    )
    return EXIT_JUDGE
