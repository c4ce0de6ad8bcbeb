"""Options that several commands share, with the types of their arguments, and the folder that reports go into."""

from __future__ import annotations

import argparse
import os
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from grader.model import LARGEST_CPU_FACTOR, LEAST_CPU_FACTOR, GraderError

_REQUIRE = "--require-isolation"
MOST = 1024  # processes or seeds: more than anyone needs, and less than exhausts a machine by a slip of a digit


def command_parser(command: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    """A parser whose epilog keeps its line breaks; `command` is as it is typed, `grade` included."""
    return CommandParser(
        prog=command,
        description=textwrap.fill(description, 80),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


class CommandParser(argparse.ArgumentParser):
    """A parser that says which option a mistyped one may be meant for."""

    def error(self, message: str) -> NoReturn:
        """Prints the usage and the error; exit code 2."""
        _, found, names = message.partition("unrecognized arguments: ")
        option = next((word for word in names.split() if word.startswith("-")), "")
        if found and option:
            from grader.base.text import did_you_mean

            name = option.partition("=")[0]
            message = f"unknown option {name}{did_you_mean(name, self._option_string_actions)}"
        super().error(message)


def add_course(parser: argparse._ActionsContainer) -> None:
    """`--course`, a course by any of its names."""
    parser.add_argument(
        "--course",
        type=_course,
        metavar="COURSE",
        help="a folder, git+URL@REV#FOLDER, an archive, or pkg:NAME (default: the bundled course)",
    )


def add_only(parser: argparse._ActionsContainer, verb: str) -> None:
    """`--only`, the exercises that something is done with."""
    parser.add_argument(
        "--only", action="append", default=[], metavar="ID", help=f"{verb} only this exercise; may be repeated"
    )


def add_out(parser: argparse._ActionsContainer, what: str = "the reports") -> None:
    """`--out`, the folder for the reports of one run."""
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"folder for {what} (default: ./grade-report)")


def add_verbose(parser: argparse._ActionsContainer) -> None:
    """`-v`, for all checks on the terminal."""
    parser.add_argument("-v", "--verbose", action="store_true", help="print every check, also those that are right")


def add_seed(parser: argparse._ActionsContainer, meaning: str) -> None:
    """`--seed`; None without the option."""
    parser.add_argument("--seed", type=int, metavar="N", help=meaning)


def seed_and_inputs(text: str) -> tuple[int, str]:
    """The type of a seed `N`, or `N:INPUTS` as a report prints it: the number, and the name of the inputs or ""."""
    number, _, inputs = text.partition(":")
    try:
        return int(number), inputs
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def add_cpu_factor(parser: argparse._ActionsContainer) -> None:
    """`--cpu-factor`, which slow machines need."""
    parser.add_argument(
        "--cpu-factor", type=_factor, default=1.0, metavar="X", help="multiply every time limit by X (slow machines)"
    )


def add_isolation(parser: argparse._ActionsContainer) -> None:
    """The options on how student code is sandboxed; `with_isolation` prepares their command line."""
    parser.add_argument(
        "--isolation", default="", metavar="NAME", help="sandbox to use, as in `grade doctor` (default: the strongest)"
    )
    parser.add_argument(
        _REQUIRE,
        nargs="?",
        const="",
        type=_backend,
        metavar="NAME",
        help="exit with 2 unless the sandbox blocks everything, or, with =NAME, is at least as strong as NAME",
    )


def with_isolation(argv: Sequence[str]) -> list[str]:
    """The arguments, with `=` added to a bare `--require-isolation`: else it would take what follows for its value."""
    end = argv.index("--") if "--" in argv else len(argv)
    bare = [f"{text}=" if len(text) > 2 and _REQUIRE.startswith(text) else text for text in argv[:end]]
    return [*bare, *argv[end:]]


def folder(text: str) -> Path:
    """The type of a folder's name."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the folder is empty; write . for the current folder")
    return Path(text)


def _course(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("the name of the course is empty; leave the option out for the bundled course")
    return text


def whole_number(least: int, most: int = MOST) -> Callable[[str], int]:
    """The type of a whole number in these bounds."""

    def read(text: str) -> int:
        value = int(text) if text.isdecimal() else least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number between {least} and {most}")
        return value

    return read


def percent(text: str) -> float:
    """The type of a percentage."""
    return _number(text, 0, 100)


def _factor(text: str) -> float:
    return _number(text, LEAST_CPU_FACTOR, LARGEST_CPU_FACTOR)


def _number(text: str, least: float, largest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= largest:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between {least:g} and {largest:g}")
    return value


def _backend(text: str) -> str:
    from grader.sandbox.choose import known

    try:
        return known(text) if text else text
    except GraderError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def default_out(submission: Path) -> Path:
    """The folder for reports where none is named: ./grade-report, beside the submission if this is inside it. Raises
    GraderError."""
    from grader.base.errors import out_is_link

    inside = submission.resolve()
    out = inside.parent / "grade-report" if Path.cwd().is_relative_to(inside) else Path("grade-report")
    if out.is_symlink():  # the user did not name it, so a student may have put the link there
        raise out_is_link(out)
    return out


def out_folder(wanted: Path | None, submission: Path, names: Sequence[str] = ("report.html", "results.json")) -> Path:
    """The report folder, made and writable, without files of these names; never inside the submission.

    Raises GraderError.
    """
    import tempfile

    from grader.base.errors import unwritable

    inside = submission.resolve()
    out = wanted if wanted is not None else default_out(submission)
    _refuse_inside(out, submission, inside)
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


def _refuse_inside(out: Path, submission: Path, inside: Path) -> None:
    """Raises GraderError where the report folder lies in the submission, or behind a link in it or its repository."""
    from grader.base.errors import unwritable
    from grader.base.links import link_below
    from grader.submission.revision import split

    revision = None if os.path.lexists(submission) else split(str(submission))
    holds = inside if revision is None else revision[0].resolve()
    try:
        if out.resolve().is_relative_to(inside) or link_below(out, holds) is not None:
            raise GraderError(f"{out} is inside the submission: give a folder outside of it with --out")
    except (OSError, RuntimeError) as error:
        raise unwritable(out, error) from None


def left_out(workflows: Sequence[Path]) -> list[str]:
    """A note for each workflow that is not copied, as its `uses:` line is not filled in yet."""
    return [
        f"note: {path.as_posix()} is not copied: its `uses:` line still has the placeholder YOUR_…; fill in your "
        "organisation and version in the template (docs/ci.md)"
        for path in workflows
    ]
