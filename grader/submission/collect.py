"""Makes the Submission: reads from a tree the files that a course can ask for, and what they import, into memory."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from grader.base.errors import is_a_link, not_regular
from grader.model import GraderError, Notebook, Submission
from grader.model.dataclass import dataclass
from grader.submission import notebook
from grader.submission.decode import MAX_BYTES, decode_kept
from grader.submission.file_tree import (
    NOTEBOOK,
    TEXTS,
    Entry,
    EntryKind,
    RememberedTree,
    Tree,
    inner,
    is_taken,
    package_folders,
    packages,
)
from grader.submission.notebooks import Shelf, from_notebooks
from grader.submission.packages import asked_for, elsewhere, take_along
from grader.submission.similar_names import clear, name_taken

MAX_FILES = 200  # a course asks for some ten; packages that students copy beside them have some tens
MAX_TOTAL = 4 << 20  # letters of all texts: as many as 16 of the longest that are read


def gather(tree: Tree, name: str, path: str, wanted: Collection[str] = (), notes: Iterable[str] = ()) -> Submission:
    """The submission in a tree, the `wanted` files first. Raises GraderError where its top cannot be read."""
    tree = RememberedTree(tree)
    folder, entries = inner(tree, wanted)
    files: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    notes = [*notes]
    if folder:
        notes.append(f"read from the folder {folder} inside")
    inside, more = asked_for(tree, entries, wanted)
    notes += more
    entries = {**entries, **inside}
    readable = [file for file in entries if file.lower().endswith(TEXTS)]
    meant = clear(readable, wanted)
    first = {*wanted, *meant.values()}
    reading = _Reading(tree, wanted, files, unreadable, notes)
    for file in sorted(readable, key=lambda file: file not in first):
        module = file.removesuffix(".py")
        if file.endswith(".py") and is_taken(module):
            notes.append(name_taken(file, module))
        elif file.endswith(".py") and module in packages(wanted):
            notes.append(f"{file} is left out: `{module}` is the folder that is asked for")
        elif not reading.take(file, entries[file]):
            break
    for file, near in meant.items():
        notes.append(f"{near} is read as {file}")
        if near in files:
            files[file] = files[near]
        elif near in unreadable:
            unreadable[file] = unreadable[near]
    names = [*entries]
    for file in sorted(wanted):
        if "/" in file and file not in files and file not in unreadable:
            top = entries.get(file.partition("/")[0])
            if top is not None and top.kind is EntryKind.LINK:
                unreadable[file] = str(is_a_link(top.name))
            elif deeper := elsewhere(tree, file):
                names.append(deeper)
    shelf = Shelf(wanted, files, unreadable)
    books = [file for file in entries if file.lower().endswith(NOTEBOOK)]
    from_notebooks(books, lambda book: _read(tree, entries[book], notebook.MAX_BYTES), shelf)
    notes += shelf.notes
    others = {file: entry for file, entry in entries.items() if entry not in package_folders(entries, wanted).values()}
    notes += take_along(tree, others, files, reading.take)
    return submission(name, path, files, unreadable, tuple(names), notes, wanted, shelf.notebooks)


@dataclass
class _Reading:
    """Reads files within the limits of a submission into `files`; why one is not read into `unreadable` and `notes`."""

    tree: Tree
    wanted: Collection[str]
    files: dict[str, str]
    unreadable: dict[str, str]
    notes: list[str]
    count: int = 0
    size: int = 0

    def take(self, file: str, entry: Entry) -> bool:
        """Reads one more; False where there are enough."""
        if self.count >= MAX_FILES or self.size > MAX_TOTAL:
            note = (
                f"only {self.count} files were read: the limits are {MAX_FILES} files and {MAX_TOTAL >> 20} MiB of text"
            )
            self.notes += [note] if note not in self.notes else []
            return False
        self.count += 1
        try:
            self.files[file], lost = decode_kept(file, _read(self.tree, entry, MAX_BYTES))
            self.notes += [lost] if lost else []
            self.size += len(self.files[file])
        except GraderError as error:
            self.unreadable[file] = str(error)
            if file not in self.wanted:
                self.notes.append(str(error))
        return True


def submission(
    name: str,
    path: str,
    files: Mapping[str, str],
    unreadable: Mapping[str, str],
    names: Iterable[str],
    notes: Iterable[str],
    wanted: Collection[str],
    notebooks: Mapping[str, Notebook] | None = None,
) -> Submission:
    """The Submission of files that are read; its digest depends on their names, texts and cells alone."""
    notes = list(notes)
    if wanted and not set(wanted) & {*files, *unreadable}:
        notes.append(nothing_here(path, wanted))
    whole = repr(sorted(files.items()))
    if notebooks:
        whole += repr(sorted((file, book.cells) for file, book in notebooks.items() if file in files))
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return Submission(name, path, digest, files, unreadable, tuple(names), tuple(notes), notebooks or {})


def _read(tree: Tree, entry: Entry, limit: int) -> bytes:
    if entry.kind is EntryKind.LINK:
        raise is_a_link(entry.name)
    if entry.kind is not EntryKind.FILE:
        raise not_regular(entry.name)
    return tree.read(entry, limit)


def nothing_here(path: str, wanted: Iterable[str]) -> str:
    """The note on a submission without any file that the course asks for."""
    files = ", ".join(sorted(wanted))
    return f"{path} has none of the requested files ({files}); `grade init DIR` makes a folder with all of them"
