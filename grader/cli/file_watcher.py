"""Notices when a submission's files are saved, by looking at their times ten times a second: works on any drive."""

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

# Seconds between two looks: below what a person notices after a save, far above what a look costs.
LOOK_EVERY = 0.1
# A save is over after so many looks without a change. Editors that save in several steps leave a file missing or empty
# for a moment, so that where a file is missing or empty it takes a second.
STEADY, STEADY_WHERE_GONE = 1, 10
# Seconds. FAT keeps times in steps of two seconds: a second save within one step shows in the content only, so the
# files are read once more when a step has surely passed.
COARSE = 2.5

_Mark = tuple[int, int, int, int]
_NO_TEXT: _Mark = (0, -1, 0, 0)


class Watched:
    """A folder or file that is read again after every save. Not shared between threads."""

    def __init__(self, typed: str, wanted: Collection[str]) -> None:
        self.typed, self.wanted = typed, wanted
        self._path = Path(typed)
        self._folders: frozenset[str] = frozenset()
        self._seen: Mapping[str, _Mark] = {}
        self._read_again: float | None = None

    def read(self) -> Submission:
        """The submission as it is now. Raises GraderError where it cannot be read."""
        # Looked at before it is read: a save in between then shows as a change.
        seen = self._look()
        self._read_again = time.monotonic() + COARSE if seen != self._seen else None
        self._seen = seen
        found = read_submission(self.typed, self.wanted)
        folders = frozenset(file.rpartition("/")[0] for file in {*found.files, *self.wanted} if "/" in file)
        if folders != self._folders:
            self._folders = folders
            return self.read()
        return found

    def saved(self) -> bool:
        """Whether something was saved since it was read."""
        return self._look() != self._seen

    def wait(self) -> None:
        """Returns when it is time to read again: something was saved, and has not changed for a moment."""
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
    """Every name that the reader may meet, with inode, size and times of texts; empty where there is no such path.

    A folder that is the only one is searched as well, as the reader does; so are the folders in `packages`.
    """
    if not path.is_dir():
        return {path.name: mark} if (mark := _mark(path)) != _NO_TEXT else {}
    found: dict[str, _Mark] = {}
    for _ in range(DEPTH + 1):
        try:
            folders = _look_into(path, found)
        except OSError:
            return found  # removed since, or not readable: the reader reports why
        for package in packages:
            with contextlib.suppress(OSError):  # it is in another folder, or was removed
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
        status = path.lstat()
    except OSError:
        return _NO_TEXT
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
