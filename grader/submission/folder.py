"""Reads a folder: regular top-level files that a course can ask for, each once, into memory."""

from __future__ import annotations

import hashlib
import stat
import sys
from collections.abc import Collection
from pathlib import Path

from grader import words
from grader.model import GraderError, Submission

SUFFIXES = (".py", ".yaml", ".yml")
MAX_FILES = 200
MAX_BYTES = 256 << 10
MAX_TOTAL = 4 << 20


def read_folder(path: Path, wanted: Collection[str] = ()) -> Submission:
    """The submission in `path`, the `wanted` files first. Raises GraderError where there is no folder to read."""
    names = _names(path)
    files: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    notes: list[str] = []
    size = 0
    readable = [name for name in names if name.lower().endswith(SUFFIXES)]
    for number, name in enumerate(sorted(readable, key=lambda name: name not in wanted)):
        if number >= MAX_FILES or size > MAX_TOTAL:
            notes.append(words.TOO_MUCH.format(count=number))
            break
        module = name.removesuffix(".py")
        if name.endswith(".py") and (module in sys.stdlib_module_names or module == "numpy"):
            notes.append(words.NAME_TAKEN.format(file=name, module=module))
            continue
        try:
            files[name] = decode(name, _bytes(path / name, name))
            size += len(files[name])
        except GraderError as error:
            unreadable[name] = str(error)
            if name not in wanted:
                notes.append(str(error))
    if wanted and not set(wanted) & {*files, *unreadable}:
        notes.append(words.NOTHING_HERE.format(path=path, files=", ".join(sorted(wanted))))
    digest = hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogatepass")).hexdigest()
    return Submission(path.resolve().name, str(path), digest, files, unreadable, tuple(names), tuple(notes))


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


def _names(path: Path) -> list[str]:
    try:
        if not path.exists():
            raise GraderError(words.NO_SUCH_FOLDER.format(path=path))
        if not path.is_dir():
            raise GraderError(words.NOT_A_FOLDER.format(path=path, parent=path.parent))
        return sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise GraderError(words.UNREADABLE_FOLDER.format(path=str(path)[:200], why=error.strerror)) from None


def _bytes(path: Path, name: str) -> bytes:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise GraderError(words.IS_A_LINK.format(file=name))
        if not stat.S_ISREG(mode):
            raise GraderError(words.NOT_REGULAR.format(file=name))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise GraderError(words.CANNOT_READ.format(file=name, why=error.strerror)) from None
