"""What the commands share: exit codes, options, types of arguments, and the folder that reports are written into."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

_REQUIRE = "--require-isolation"
EXIT_ALL, EXIT_LOST, EXIT_USAGE, EXIT_JUDGE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def add_isolation(parser: argparse._ActionsContainer) -> None:
    """The options that say how student code is confined."""
    add = parser.add_argument
    add("--isolation", default="", metavar="NAME", help="how to confine student code (default: the strongest here)")
    add("--require-isolation", nargs="?", const="", type=backend, metavar="NAME", help="exit with 2 where something is "
        "left open to student code; as --require-isolation=lock, where it is confined by less")  # fmt: skip


def backend(text: str) -> str:
    """The type of a way to confine student code; "" is none."""
    from grader.model import GraderError
    from grader.sandbox.open_sandbox import known

    try:
        return known(text) if text else text
    except GraderError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def with_isolation(argv: Sequence[str]) -> list[str]:
    """The arguments, where what follows `--require-isolation` is no value of it: that stands behind a `=` only."""
    end = argv.index("--") if "--" in argv else len(argv)
    bare = [f"{text}=" if len(text) > 2 and _REQUIRE.startswith(text) else text for text in argv[:end]]
    return [*bare, *argv[end:]]


def add_course(parser: argparse._ActionsContainer) -> None:
    """The option that names a course."""
    parser.add_argument(
        "--course", type=Path, metavar="DIR", help="a course folder (default: the one that comes along)"
    )


def factor(text: str) -> float:
    """The type of a factor of time."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 0.01 and 1000")
    return value


def seed(text: str) -> tuple[int, str]:
    """The type of a seed, `N`, or `N:CASE` as a report gives it: the number, and the name of the inputs or ""."""
    number, _, case = text.partition(":")
    try:
        return int(number), case
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def percent(text: str) -> float:
    """The type of a share of the points."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 0 and 100")
    return value


def folder(text: str) -> Path:
    """The type of a folder's name."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the folder is empty; the folder you are in is .")
    return Path(text)


def out_folder(wanted: Path | None, submission: Path, names: Sequence[str] = ("report.html", "results.json")) -> Path:
    """The report folder, made and writable; never inside the submission. Raises GraderError."""
    import tempfile

    from grader.base.errors import out_is_link, unwritable
    from grader.model import GraderError

    inside = submission.resolve()
    out = wanted if wanted is not None else Path("grade-report")
    if wanted is None and Path.cwd().is_relative_to(inside):
        out = inside.parent / "grade-report"
    if wanted is None and out.is_symlink():  # nobody has named it, so it may be a stranger's
        raise out_is_link(out)
    _outside(out, submission, inside)
    if out.exists() and not out.is_dir():
        raise GraderError(f"{out} is a file: give a folder with --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
        for name in names:
            (out / name).unlink(missing_ok=True)  # so that a run that fails leaves no older grade behind
    except OSError as error:
        raise unwritable(out, error) from None
    return out


def _outside(out: Path, submission: Path, inside: Path) -> None:
    """Raises GraderError where the report folder lies in the submission, or behind a link in it or its repository."""
    from grader.base.errors import unwritable
    from grader.base.links import link_below
    from grader.model import GraderError
    from grader.submission.revision import split

    revision = None if os.path.lexists(submission) else split(str(submission))
    holds = inside if revision is None else revision[0].resolve()
    try:
        if out.resolve().is_relative_to(inside) or link_below(out, holds) is not None:
            raise GraderError(f"{out} lies inside the submission: give a folder outside of it with --out")
    except (OSError, RuntimeError) as error:
        raise unwritable(out, error) from None


def left_out(workflows: Sequence[Path]) -> list[str]:
    """What to tell of workflows that are not copied because they name nobody's code yet."""
    from grader import words

    return [f"note: {words.WORKFLOW_LEFT_OUT.format(file=path.as_posix())}" for path in workflows]


def no_windows() -> None:
    """Raises GraderError on Windows, where nothing that runs student code works yet."""
    from grader.base.errors import windows_unsupported

    if sys.platform == "win32":
        raise windows_unsupported()


@contextlib.contextmanager
def lasting_output() -> Iterator[None]:
    """Where the reader of the standard output goes (`grade x | head -1`), the work goes on and its exit code counts."""
    stream = sys.stdout
    if stream is None:
        yield
        return
    sys.stdout = lasting = _PipeStream(stream)
    try:
        yield
    finally:
        lasting.flush()
        if sys.stdout is lasting:
            sys.stdout = stream


class _PipeStream:
    """A stream whose reader may go at any time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes, or loses the text."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flushes, or loses what was written."""
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())  # the reader has seen enough: no word more
