"""The text of one file of a submission: UTF-8 of a sane size, from a regular file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from grader import words
from grader.model import GraderError

MAX_BYTES = 256 << 10
# A link is refused as it is opened, not looked at before; a pipe is opened without waiting for its other end.
_PLAINLY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def decode(name: str, data: bytes) -> str:
    """A file's text. Raises GraderError with the reason for bytes that are no UTF-8 text of a sane size."""
    if len(data) > MAX_BYTES:
        raise GraderError(words.TOO_LARGE.format(file=name, limit=MAX_BYTES >> 10))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GraderError(words.NOT_UTF8.format(file=name, byte=data[error.start], line=line)) from None
    if "\0" in text:
        raise GraderError(words.HAS_NUL.format(file=name, line=text.count("\n", 0, text.index("\0")) + 1))
    return text


def bytes_of(path: Path, name: str, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a regular file; links are not followed. Raises GraderError with the reason."""
    try:
        descriptor = os.open(path, _PLAINLY)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise GraderError(words.NOT_REGULAR.format(file=name))
            data = os.read(descriptor, limit + 1)
            while len(data) <= limit and (more := os.read(descriptor, limit + 1 - len(data))):
                data += more
            return data
        finally:
            os.close(descriptor)
    except OSError as error:
        if path.is_symlink():
            raise GraderError(words.IS_A_LINK.format(file=name)) from None
        if error.errno == errno.ENXIO or path.is_dir():
            raise GraderError(words.NOT_REGULAR.format(file=name)) from None
        raise GraderError(words.CANNOT_READ.format(file=name, why=error.strerror)) from None
