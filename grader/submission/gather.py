"""Makes the Submission: of a tree, the files that a course can ask for and what they import, each once, into memory."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from grader import words
from grader.model import GraderError, Submission
from grader.submission import notebook
from grader.submission.near import clear
from grader.submission.packages import take_along
from grader.submission.texts import MAX_BYTES, decode
from grader.submission.tree import NOTEBOOK, TEXTS, Entry, Kind, Tree, inner

MAX_FILES = 200
MAX_TOTAL = 4 << 20
MAX_BOOKS = 2 * notebook.MAX_BYTES  # bytes of all notebooks that are read


def gather(tree: Tree, name: str, path: str, wanted: Collection[str] = (), notes: Iterable[str] = ()) -> Submission:
    """The submission in a tree, the `wanted` files first. Raises GraderError where its top cannot be read."""
    folder, entries = inner(tree, wanted)
    files: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    told = list(notes)
    if folder:
        told.append(words.READ_INSIDE.format(folder=folder))
    readable = [file for file in entries if file.lower().endswith(TEXTS)]
    meant = clear(readable, wanted)
    first = {*wanted, *meant.values()}
    reading = _Reading(tree, wanted, files, unreadable, told)
    for file in sorted(readable, key=lambda file: file not in first):
        module = file.removesuffix(".py")
        if file.endswith(".py") and (module in sys.stdlib_module_names or module == "numpy"):
            told.append(words.NAME_TAKEN.format(file=file, module=module))
        elif not reading.take(file, entries[file]):
            break
    for file, near in meant.items():
        told.append(words.READ_AS.format(near=near, file=file))
        if near in files:
            files[file] = files[near]
        elif near in unreadable:
            unreadable[file] = unreadable[near]
    told += _from_notebooks(tree, entries, wanted, files, unreadable)
    told += take_along(tree, entries, files, reading.take)
    return submission(name, path, files, unreadable, tuple(entries), told, wanted)


@dataclass
class _Reading:
    """Reads files within the limits of a submission into `files`; why one is not read into `unreadable` and `told`."""

    tree: Tree
    wanted: Collection[str]
    files: dict[str, str]
    unreadable: dict[str, str]
    told: list[str]
    count: int = 0
    size: int = 0

    def take(self, file: str, entry: Entry) -> bool:
        """Reads one more; False where there are enough."""
        if self.count >= MAX_FILES or self.size > MAX_TOTAL:
            self.told += [note] if (note := words.TOO_MUCH.format(count=self.count)) not in self.told else []
            return False
        self.count += 1
        try:
            self.files[file] = decode(file, _read(self.tree, entry, MAX_BYTES))
            self.size += len(self.files[file])
        except GraderError as error:
            self.unreadable[file] = str(error)
            if file not in self.wanted:
                self.told.append(str(error))
        return True


def submission(
    name: str,
    path: str,
    files: Mapping[str, str],
    unreadable: Mapping[str, str],
    names: Iterable[str],
    notes: Iterable[str],
    wanted: Collection[str],
) -> Submission:
    """The Submission of files that are read; its digest depends on their names and texts alone."""
    told = list(notes)
    if wanted and not set(wanted) & {*files, *unreadable}:
        told.append(words.NOTHING_HERE.format(path=path, files=", ".join(sorted(wanted))))
    digest = hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogatepass")).hexdigest()
    return Submission(name, path, digest, files, unreadable, tuple(names), tuple(told))


def _read(tree: Tree, entry: Entry, limit: int) -> bytes:
    if entry.kind is Kind.LINK:
        raise GraderError(words.IS_A_LINK.format(file=entry.name))
    if entry.kind is not Kind.FILE:
        raise GraderError(words.NOT_REGULAR.format(file=entry.name))
    return tree.read(entry, limit)


def _from_notebooks(
    tree: Tree,
    entries: Mapping[str, Entry],
    wanted: Collection[str],
    files: dict[str, str],
    unreadable: Collection[str],
) -> list[str]:
    """Puts a notebook's code under each wanted name that is not there otherwise: the notebook of that name, or the
    only one. Gives the notes on it.
    """
    books = [file for file in entries if file.lower().endswith(NOTEBOOK)]
    by_stem = {file[: -len(NOTEBOOK)].casefold(): file for file in books}
    meant: dict[str, list[str]] = {}
    for file in sorted(wanted):
        if file.endswith(".py") and file not in files and file not in unreadable:
            book = by_stem.get(file.removesuffix(".py").casefold()) or (books[0] if len(books) == 1 else None)
            if book is not None:
                meant.setdefault(book, []).append(file)
    notes, size = [], 0
    for book, lacking in meant.items():
        try:
            data = _read(tree, entries[book], notebook.MAX_BYTES)
            size += len(data)
            if size > MAX_BOOKS:
                raise GraderError(words.NOTEBOOKS_LARGE.format(file=book, limit=MAX_BOOKS >> 20))
            text, skipped = notebook.code(book, data)
        except GraderError as error:
            notes.append(str(error))
            continue
        files.update(dict.fromkeys(lacking, text))
        notes += [words.READ_AS.format(near=book, file=", ".join(lacking)), *skipped]
    return notes
