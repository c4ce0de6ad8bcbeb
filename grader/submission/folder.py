"""Reads a folder: regular files, links never followed."""

from __future__ import annotations

import os
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from grader.base.errors import LONGEST, unreadable
from grader.model import GraderError, Submission
from grader.model.dataclass import dataclass
from grader.submission.archive import MAX_ENTRIES
from grader.submission.collect import gather
from grader.submission.decode import bytes_of
from grader.submission.file_tree import Entry, EntryKind, normal


def read_folder(path: Path, wanted: Collection[str] = (), typed: str = "") -> Submission:
    """The submission in `path`, the `wanted` files first. Raises GraderError where there is no folder to read."""
    try:
        if not path.exists():
            raise GraderError(f"no such folder: {path}")
        if not path.is_dir():
            raise GraderError(f"{path} is a file: give its folder, as in `grade {path.parent}`")
    except OSError as error:
        raise unreadable(path, error) from None
    return gather(_Folder(path), path.resolve().name, typed or str(path), wanted)


@dataclass(frozen=True)
class _Folder:
    root: Path

    def entries(self, folder: str) -> list[Entry]:
        path = self.root / folder
        try:
            with os.scandir(path) as found:
                entries = [_entry(folder, one) for one in islice(found, MAX_ENTRIES + 1)]
        except OSError as error:
            raise unreadable(path, error) from None
        if len(entries) > MAX_ENTRIES:
            raise GraderError(
                f"{str(path)[:LONGEST]} has more than {MAX_ENTRIES} entries: give a folder with only the files of the "
                "submission"
            )
        return entries

    def read(self, entry: Entry, limit: int) -> bytes:
        return bytes_of(self.root / entry.path, entry.name, limit)


def _entry(folder: str, found: os.DirEntry[str]) -> Entry:
    if found.is_symlink():
        kind = EntryKind.LINK
    elif found.is_dir(follow_symlinks=False):
        kind = EntryKind.FOLDER
    else:
        kind = EntryKind.FILE if found.is_file(follow_symlinks=False) else EntryKind.OTHER
    return Entry(normal(found.name), kind, f"{folder}{found.name}{'/' if kind is EntryKind.FOLDER else ''}")
