"""Sees when what is handed in was saved: file times, looked at ten times a second, which works on any drive."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path

from grader.model import Submission
from grader.submission.archive import MAX_ENTRIES
from grader.submission.file_tree import DEPTH, NOTEBOOK, TEXTS, is_litter
from grader.submission.reader import read_submission

LOOK_EVERY = 0.1
# Saved for good: looks alike in a row. Editors that save in several steps leave a file gone or empty for a moment.
STEADY, STEADY_WHERE_GONE = 1, 10
# Drives that keep times in steps of two seconds show a second save within one step by its content alone.
COARSE = 2.5

_Mark = tuple[int, int, int, int]
_NO_TEXT: _Mark = (0, -1, 0, 0)


class Watched:
    """A folder or a file that is read again whenever it was saved. Not shared between threads."""

    def __init__(self, typed: str, wanted: Collection[str]) -> None:
        self.typed, self.wanted = typed, wanted
        self._path = Path(typed)
        self._folders: frozenset[str] = frozenset()
        self._seen: Mapping[str, _Mark] = {}
        self._read_again: float | None = None

    def read(self) -> Submission:
        """What is handed in now. Raises GraderError where it cannot be read."""
        # Looked at before it is read: what is saved in between is seen as a change.
        seen = self._look()
        self._read_again = time.monotonic() + COARSE if seen != self._seen else None
        self._seen = seen
        found = read_submission(self.typed, self.wanted)
        folders = frozenset(file.rpartition("/")[0] for file in found.files if "/" in file)
        if folders != self._folders:
            self._folders = folders
            return self.read()
        return found

    def saved(self) -> bool:
        """Whether something was saved since it was read."""
        return self._look() != self._seen

    def wait(self) -> None:
        """Returns when it is time to read again: something was saved, and then left alone for a moment."""
        last, steady = self._look(), 0
        while True:
            time.sleep(LOOK_EVERY)
            now = self._look()
            steady = steady + 1 if now == last else 0
            last = now
            if now != self._seen and steady >= (STEADY_WHERE_GONE if self._lost(now) else STEADY):
                return
            if now == self._seen and self._read_again is not None and time.monotonic() > self._read_again:
                return

    def _look(self) -> dict[str, _Mark]:
        return look(self._path, self._folders)

    def _lost(self, now: Mapping[str, _Mark]) -> bool:
        """Whether a file that held something is gone, or empty."""
        return any(size > 0 and now.get(name, _NO_TEXT)[1] <= 0 for name, (_, size, _, _) in self._seen.items())


def look(path: Path, packages: Collection[str] = ()) -> dict[str, _Mark]:
    """Every name that a reader may come across, with inode, size and times where it is a text; empty for no path.

    A folder that is the only one is looked into as well, as the reader does; so are folders that are `packages`.
    """
    if not path.is_dir():
        return {path.name: mark} if (mark := _mark(path)) != _NO_TEXT else {}
    found: dict[str, _Mark] = {}
    for _ in range(DEPTH + 1):
        try:
            folders = _look_into(path, found)
        except OSError:
            return found  # gone since, or not readable: whoever reads it says why
        for package in packages:
            with contextlib.suppress(OSError):  # this is not the folder where it is, or it is gone
                _look_into(path / package, found)
        if len(folders) != 1:
            break
        path = folders[0]
    return found


def _look_into(path: Path, found: dict[str, _Mark]) -> list[Path]:
    """Adds what is in one folder; the folders in it. Raises OSError."""
    folders = []
    with os.scandir(path) as entries:
        for entry in islice(entries, MAX_ENTRIES):
            if not is_litter(entry.name):
                is_folder = entry.is_dir(follow_symlinks=False)
                text = is_folder or entry.name.lower().endswith((*TEXTS, NOTEBOOK))
                found[entry.path] = _mark(Path(entry.path)) if text else _NO_TEXT
                folders += [Path(entry.path)] if is_folder else []
    return folders


def _mark(path: Path) -> _Mark:
    try:
        told = path.lstat()
    except OSError:
        return _NO_TEXT
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns
