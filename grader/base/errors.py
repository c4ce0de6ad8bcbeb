"""Errors of paths, one sentence each: what cannot be read or written, why, and what to do."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from grader.base.text import closest, escape_controls
from grader.model import GraderError

MOST_BESIDE = 1000  # entries of a folder that are looked at for a mistyped name
LONGEST = 200  # letters of a path that was typed: enough for any that a person types


def _why(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def no_such_path(path: str) -> GraderError:
    """The error for a path that leads nowhere, with the path that it may be meant for."""
    return GraderError(f"no such file or folder: {escape_controls(path)}{meant_path(path)}")


def meant_path(path: str | Path) -> str:
    """The end of a sentence on a path that leads nowhere: `; did you mean submission/?`, or nothing."""
    typed = Path(path)
    try:
        beside = {one.name: one.is_dir() for one in islice(typed.parent.iterdir(), MOST_BESIDE)}
    except OSError:
        beside = {}
    meant = closest(typed.name, beside)
    whole = escape_controls(f"{typed.parent / meant}{'/' if meant and beside[meant] else ''}")
    return f"; did you mean `{whole}`?" if meant else ""


def unreadable(path: str | Path | None, error: Exception) -> GraderError:
    """The error for a file or folder that cannot be read."""
    return GraderError(f"cannot read {escape_controls(str(path)[:LONGEST])}: {_why(error)}")


def unwritable(path: str | Path, error: Exception) -> GraderError:
    """The error for a folder of reports that cannot be written into."""
    return GraderError(f"cannot write into {escape_controls(str(path))}: {_why(error)}; give another folder with --out")


def grader_failed(error: Exception) -> str:
    """The reason where the grader itself raised an error, which is not the student's fault."""
    return f"the grader failed: {type(error).__name__}: {error}"


def is_a_link(path: str | Path) -> GraderError:
    """The error for a link where a file is to be handed in."""
    return GraderError(f"{escape_controls(str(path))} is a link: hand in the file itself")


def out_is_link(path: str | Path) -> GraderError:
    """The error for a link where a folder of reports is to be."""
    return GraderError(f"{escape_controls(str(path))} is a link: remove it, or give another folder with --out")


def not_empty(path: str | Path) -> GraderError:
    """The error for a folder that is to be filled and holds something."""
    return GraderError(f"{path} is not empty: give a new or an empty folder")


def cannot_make(path: str | Path, error: Exception) -> GraderError:
    """The error for a folder that cannot be filled."""
    return GraderError(f"cannot write into {path}: {_why(error)}")


def not_regular(name: str) -> GraderError:
    """The error for a pipe, a device or a folder where a file is to be handed in."""
    return GraderError(f"{name} is not a regular file")
