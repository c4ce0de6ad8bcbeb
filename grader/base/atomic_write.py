"""Files that are written whole or not at all, and never through a link that lies in their place."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grader.base.errors import unwritable


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
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


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
