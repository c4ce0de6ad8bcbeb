"""Sees when what is handed in was saved: file times, looked at ten times a second, which works on any drive."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path

from grader.model import Submission
from grader.submission.archive import MAX_ENTRIES
from grader.submission.reader import read_submission
from grader.submission.tree import DEPTH, NOTEBOOK, TEXTS, is_litter

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
        self._seen: Mapping[str, _Mark] = {}
        self._read_again: float | None = None

    def read(self) -> Submission:
        """What is handed in now. Raises GraderError where it cannot be read."""
        # Looked at before it is read: what is saved in between is seen as a change.
        seen = look(self._path)
        self._read_again = time.monotonic() + COARSE if seen != self._seen else None
        self._seen = seen
        return read_submission(self.typed, self.wanted)

    def saved(self) -> bool:
        """Whether something was saved since it was read."""
        return look(self._path) != self._seen

    def wait(self) -> None:
        """Returns when it is time to read again: something was saved, and then left alone for a moment."""
        last, steady = look(self._path), 0
        while True:
            time.sleep(LOOK_EVERY)
            now = look(self._path)
            steady = steady + 1 if now == last else 0
            last = now
            if now != self._seen and steady >= (STEADY_WHERE_GONE if self._lost(now) else STEADY):
                return
            if now == self._seen and self._read_again is not None and time.monotonic() > self._read_again:
                return

    def _lost(self, now: Mapping[str, _Mark]) -> bool:
        """Whether a file that held something is gone, or empty."""
        return any(size > 0 and now.get(name, _NO_TEXT)[1] <= 0 for name, (_, size, _, _) in self._seen.items())


def look(path: Path) -> dict[str, _Mark]:
    """Every name that a reader may come across, with inode, size and times where it is a text; empty for no path.

    A folder that is the only one is looked into as well, as the reader does.
    """
    if not path.is_dir():
        return {path.name: mark} if (mark := _mark(path)) != _NO_TEXT else {}
    found: dict[str, _Mark] = {}
    for _ in range(DEPTH + 1):
        folders = []
        try:
            with os.scandir(path) as entries:
                for entry in islice(entries, MAX_ENTRIES):
                    if not is_litter(entry.name):
                        text = entry.name.lower().endswith((*TEXTS, NOTEBOOK))
                        found[entry.path] = _mark(Path(entry.path)) if text else _NO_TEXT
                        folders += [Path(entry.path)] if entry.is_dir(follow_symlinks=False) else []
        except OSError:
            return found  # gone since, or not readable: whoever reads it says why
        if len(folders) != 1:
            break
        path = folders[0]
    return found


def _mark(path: Path) -> _Mark:
    try:
        told = path.lstat()
    except OSError:
        return _NO_TEXT
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns
