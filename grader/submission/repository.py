"""Whether a folder is a git repository by itself: nothing on the way to it, or in it, leads to another one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.base.errors import unreadable
from grader.base.links import followed, link_below
from grader.base.text import escape_controls
from grader.model import GraderError
from grader.model.dataclass import dataclass

MAX_FILES = 200_000  # a repository of ten years without `git gc` has some ten thousand
# What is read of a repository: where objects and the names of commits are kept, and what form they have.
OBJECTS, CONFIG = "objects", "config"
NAMES = ("HEAD", "packed-refs", "refs", "reftable")
_PARTS = frozenset({*NAMES, OBJECTS, CONFIG})
# A file of this name makes git look into another repository as well.
_ELSEWHERE = ("commondir", "objects/info/alternates")


@dataclass(frozen=True)
class Repository:
    """A folder of git's own files; `names` are the files, relative to it, that say which commit a name stands for."""

    folder: Path
    place: Path
    names: tuple[str, ...]


def straight(folder: Path, below: Path) -> Path:
    """The real place of a folder. Raises GraderError for a link on the way that lies in `below` or further down."""
    try:
        link = link_below(folder, below)
        if link is None:
            return followed(folder)[0]
        leads = escape_controls(os.path.realpath(link))
    except OSError as error:
        raise unreadable(escape_controls(str(folder)), error) from None
    raise GraderError(
        f"{escape_controls(str(folder))} is not read: {escape_controls(str(link))} is a link; give the folder that it "
        f"leads to, {leads}"
    )


def own_repository(folder: Path, shown: str) -> Repository:
    """The repository in `folder`: its `.git`, or `folder` itself where it is bare. `shown` is its name in messages.

    Raises GraderError where there is none, or one that uses another's files.
    """
    place = folder / ".git"
    try:
        if not os.path.lexists(place):
            if not is_bare(folder):
                raise GraderError(f"{shown} is not a git repository itself: it has no .git folder")
            place = folder
        mode = place.lstat().st_mode
        if stat.S_ISREG(mode):
            raise GraderError(
                f"{shown} is not read: its .git leads to another place (it is a file, as in a worktree or submodule); "
                "give the repository itself (`REPO@BRANCH`), or a plain clone"
            )
        _refuse_other(shown, place.name, mode)
        for name in _ELSEWHERE:
            if os.path.lexists(place / name):
                raise _elsewhere(shown, name)
        names = []
        for number, (path, mode) in enumerate(_parts(place)):
            name = os.path.relpath(path, place)
            _refuse_other(shown, name, mode)
            if number > MAX_FILES:
                raise GraderError(
                    f"{shown} is not read: its repository has more than {MAX_FILES} files; run `git gc` in it"
                )
            if stat.S_ISREG(mode) and Path(name).parts[0] in NAMES:
                names.append(name)
    except OSError as error:
        raise unreadable(shown, error) from None
    return Repository(folder, place, tuple(names))


def is_bare(folder: Path) -> bool:
    """Whether a folder looks like a repository without a working tree."""
    return all(os.path.lexists(folder / part) for part in ("HEAD", OBJECTS, "refs"))


def around(folder: Path) -> Path | None:
    """The folder of the repository that `folder` is a part of, to be named to the user; nothing of it is read."""
    return next((one for one in folder.parents if os.path.lexists(one / ".git")), None)


def _refuse_other(shown: str, name: str, mode: int) -> None:
    """Raises GraderError for what is neither a folder nor a regular file: who opens a pipe waits for its other end."""
    if stat.S_ISLNK(mode):
        raise _elsewhere(shown, escape_controls(name))
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise GraderError(
            f"{shown} is not read: {escape_controls(name)} in its repository is neither a file nor a folder; hand in a "
            "plain clone"
        )


def _parts(place: Path) -> Iterator[tuple[str, int]]:
    """Each entry of the parts that count, and what it is (as in `st_mode`). Folders are gone into, links never."""
    with os.scandir(place) as found:
        todo = [one for one in found if one.name in _PARTS]
    while todo:
        one = todo.pop()
        if one.is_dir(follow_symlinks=False):
            with os.scandir(one.path) as found:
                todo += found
            yield one.path, stat.S_IFDIR
        elif one.is_file(follow_symlinks=False):
            yield one.path, stat.S_IFREG
        else:
            yield one.path, one.stat(follow_symlinks=False).st_mode


def _elsewhere(path: str, name: str) -> GraderError:
    return GraderError(f"{path} is not read: its {name} leads outside of the repository; hand in a plain clone of it")
