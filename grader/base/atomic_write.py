"""Files that are written whole or not at all, and never through a link that lies in their place."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grader.base.errors import unwritable

PAUSES = (0.05, 0.1, 0.2, 0.4)  # seconds between tries to move a file that another program looks at


def whole_file(path: Path, text: str) -> Path:
    """Writes a file so that readers see the old one or the new one, never a part. Raises OSError."""
    with new_file(path) as file:
        file.write(text.encode("utf-8"))
    return path


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which replaces the one at `path` once all of it is written. Raises OSError.

    It is made beside it, under a name that nobody can guess, and is surely a new file. What is at `path`, even a
    link, is replaced, not read.
    """
    new = path.with_name(f".{os.urandom(8).hex()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        _replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _replace(new: Path, path: Path) -> None:
    """On Windows, who looks at new files (a virus scanner, OneDrive) keeps them from being moved for a moment."""
    for pause in PAUSES if sys.platform == "win32" else ():
        try:
            new.replace(path)
            return
        except PermissionError:
            time.sleep(pause)
    new.replace(path)


def own_folder(path: Path) -> Path:
    """Makes a folder where there is none. Raises OSError, also where a link leads to one."""
    path.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a link", str(path))
    return path


def written(out: Path, write: Callable[[], list[Path]]) -> list[Path]:
    """What `write` returns. Raises GraderError where the folder cannot be written into."""
    try:
        return write()
    except OSError as error:
        raise unwritable(out, error) from None
