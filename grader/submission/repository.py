"""Whether a folder is a git repository by itself: nothing in it leads to the objects of another one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader import words
from grader.judge.show import clean
from grader.model import GraderError

MAX_FILES = 200_000
# Where objects and the names of commits are kept; git follows a link at any of them, and inside.
_PARTS = frozenset({"HEAD", "packed-refs", "objects", "refs", "reftable"})
# A file of this name makes git look into another repository as well.
_ELSEWHERE = ("commondir", "objects/info/alternates")


def own_repository(folder: Path) -> Path:
    """The folder with git's own files: `.git` in `folder`, or `folder` where it is a bare repository.

    Raises GraderError where there is none, or one that uses another's files.
    """
    told = clean(str(folder))
    place = folder / ".git"
    try:
        if not os.path.lexists(place):
            if not all(os.path.lexists(folder / part) for part in ("HEAD", "objects", "refs")):
                raise GraderError(words.NO_REPOSITORY.format(path=told))
            place = folder
        if not stat.S_ISDIR(place.lstat().st_mode):
            raise GraderError(words.REPOSITORY_ELSEWHERE.format(path=told, name=place.name))
        for name in _ELSEWHERE:
            if os.path.lexists(place / name):
                raise GraderError(words.REPOSITORY_ELSEWHERE.format(path=told, name=name))
        for number, path in enumerate(_not_plain(place)):
            if path:
                name = clean(os.path.relpath(path, place))
                raise GraderError(words.REPOSITORY_ELSEWHERE.format(path=told, name=name))
            if number > MAX_FILES:
                raise GraderError(words.REPOSITORY_LARGE.format(path=told, limit=MAX_FILES))
    except OSError as error:
        raise GraderError(words.CANNOT_READ.format(file=told, why=error.strerror)) from None
    return place


def _not_plain(place: Path) -> Iterator[str]:
    """For each entry of the parts that count: its path where it is neither a folder nor a regular file, else nothing.

    Folders are gone into, links never.
    """
    with os.scandir(place) as found:
        todo = [one for one in found if one.name in _PARTS]
    while todo:
        one = todo.pop()
        if one.is_dir(follow_symlinks=False):
            with os.scandir(one.path) as found:
                todo += found
            yield ""
        else:
            yield "" if one.is_file(follow_symlinks=False) else one.path
