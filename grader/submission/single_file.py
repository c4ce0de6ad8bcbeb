"""Reads one file that is the whole submission, under the wanted name that it stands for."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.model import GraderError, Submission
from grader.submission.collect import submission
from grader.submission.decode import MAX_BYTES, bytes_of, decode_kept
from grader.submission.file_tree import normal
from grader.submission.similar_names import clear, in_place, wide


def read_single(path: Path, wanted: Collection[str], typed: str) -> Submission:
    """The submission that is this Python or YAML file. Raises GraderError for what is no regular file."""
    name = normal(path.name)
    data = bytes_of(path, name, MAX_BYTES)
    flat = [file for file in wanted if "/" not in file]
    meant = name if name in flat else next(iter(clear([name], flat)), None) or wide(name, flat)
    meant = meant or in_place(name, wanted, normal(path.as_posix()))
    notes = [] if meant in (None, name) else [f"{name} is read as {meant}"]
    try:
        text, lost = decode_kept(name, data)
        files, unreadable = {meant or name: text}, dict[str, str]()
        notes += [lost] if lost else []
    except GraderError as error:
        files, unreadable = {}, {meant or name: str(error)}
    return submission(name, typed, files, unreadable, (name,), notes, wanted)
