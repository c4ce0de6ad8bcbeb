"""Reads a notebook that is the whole submission: it stands for every wanted Python file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.base.text import escape_controls
from grader.model import GraderError, Submission
from grader.submission.collect import submission
from grader.submission.decode import bytes_of
from grader.submission.file_tree import normal, packages
from grader.submission.notebook import MAX_BYTES, code
from grader.submission.notebooks import Shelf


def read_notebook(path: Path, wanted: Collection[str], typed: str) -> Submission:
    """The submission that is this notebook. Raises GraderError for one that cannot be read."""
    name = normal(path.name)
    shelf = Shelf(wanted, {})
    try:
        found = code(name, bytes_of(path, name, MAX_BYTES), folders=packages(wanted))
        shelf.take(name, found, [file for file in wanted if file.endswith(".py")])
    except GraderError as error:
        raise GraderError(escape_controls(str(error))) from None
    return submission(name, typed, shelf.files, {}, (name,), shelf.notes, wanted, shelf.notebooks)
