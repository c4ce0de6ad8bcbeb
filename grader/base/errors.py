"""Errors of paths, one sentence each: what cannot be read or written, why, and what to do."""

from __future__ import annotations

from pathlib import Path

from grader.base.text import escape_controls
from grader.model import GraderError

LONGEST = 200  # letters of a path that was typed: enough for any that a person types


def _why(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


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
