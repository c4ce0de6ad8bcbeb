"""Courses that were fetched, each in a folder of its own: whole or not there, and noticed where somebody changed it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from grader.base.text import escape_controls
from grader.model import GraderError

VARIABLE = "GRADER_CACHE"
FILES, DIGEST = "files", "digest"
TRIES = 5  # others may put the same course in place meanwhile; each try follows one that did
OLD = 24 * 3600.0  # seconds after which a folder that nobody has finished is left over from a process that was ended


def cache_folder() -> Path:
    """The folder that fetched courses are kept in."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).absolute()
    from platformdirs import user_cache_path

    return user_cache_path("autodiff-grader", appauthor=False) / "courses"


def key_of(*parts: str) -> str:
    """A name for a folder, by what it is of."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def kept(place: Path) -> Path | None:
    """The files that are kept at a place of the cache; None where they are not there as they were put there."""
    files = place / FILES
    try:
        same = (place / DIGEST).read_text("ascii") == _digest(files)
    except (OSError, ValueError):
        return None
    return files if same else None


def keep(place: Path, fetch: Callable[[Path], Mapping[str, bytes]]) -> Path:
    """Puts files, by path, at a place of the cache; what is there already and whole stays.

    `fetch` may use the folder that it is given for its own files. Raises GraderError.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(place.parent)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent, ignore_cleanup_errors=True) as name:
            new, own = Path(name, "entry"), Path(name, "own")
            own.mkdir()
            _write(new / FILES, fetch(own))
            (new / DIGEST).write_text(_digest(new / FILES), "ascii")
            for number in range(TRIES):
                if found := kept(place):
                    return found  # another process was quicker
                with suppress(OSError):  # what is there is damaged, or there is nothing
                    place.rename(Path(name, f"old-{number}"))
                with suppress(OSError):
                    new.rename(place)
                    return place / FILES
        raise OSError("another process keeps it in use")
    except OSError as error:
        raise GraderError(
            f"cannot keep the course in {escape_controls(str(place.parent))}: {error.strerror or error}; name another "
            f"folder in the environment variable {VARIABLE}"
        ) from None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # fails where two names are one on this system
            file.write(content)


def _digest(folder: Path) -> str:
    """A digest of all files in a folder by their paths. Raises ValueError for anything that `_write` never makes."""
    whole = hashlib.sha256()
    for name, path in sorted(_paths(folder)):
        content = path.read_bytes()
        whole.update(f"{len(name)} {len(content)} {name}".encode("utf-8", "surrogateescape"))
        whole.update(content)
    return whole.hexdigest()


def _paths(folder: Path) -> Iterator[tuple[str, Path]]:
    todo = [folder]
    while todo:
        for path in todo.pop().iterdir():
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                todo.append(path)
            elif stat.S_ISREG(mode):
                yield path.relative_to(folder).as_posix(), path
            else:
                raise ValueError(f"{path} is no regular file")


def _sweep(folder: Path) -> None:
    """Removes what processes that were ended have left."""
    for path in folder.glob(".new-*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > OLD:
                shutil.rmtree(path, ignore_errors=True)
