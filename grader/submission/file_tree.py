"""What every way to submit several files comes down to: folders with entries, read one file at a time."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Protocol

from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.submission.similar_names import clear

TEXTS = (".py", ".yaml", ".yml")
NOTEBOOK = ".ipynb"
LITTER = frozenset({"__MACOSX", "__pycache__", "node_modules", "venv"})
DEPTH = 2  # folders around the files: a zip of a folder has one, a download of a platform may add another


class EntryKind(Enum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True)
class Entry:
    """One name in a folder; `path` is how its tree finds it again, with a slash at the end for a folder."""

    name: str
    kind: EntryKind
    path: str


class Tree(Protocol):
    """Folders of a submission. Both methods raise GraderError with the reason."""

    def entries(self, folder: str) -> Sequence[Entry]:
        """What is in the folder with this path; the top is the empty path."""
        ...

    def read(self, entry: Entry, limit: int) -> bytes:
        """The bytes of a regular file, at most `limit` + 1 of them."""
        ...


@dataclass(frozen=True)
class RememberedTree:
    """A tree that lists each of its folders once."""

    tree: Tree
    _known: dict[str, Sequence[Entry]] = field(default_factory=dict)

    def entries(self, folder: str) -> Sequence[Entry]:
        """What is in the folder with this path."""
        if folder not in self._known:
            self._known[folder] = self.tree.entries(folder)
        return self._known[folder]

    def read(self, entry: Entry, limit: int) -> bytes:
        """The bytes of a regular file."""
        return self.tree.read(entry, limit)


def is_taken(module: str) -> bool:
    """Whether a file or folder of this name would never be imported: Python or numpy have the name."""
    return module in sys.stdlib_module_names or module == "numpy"


def is_litter(name: str) -> bool:
    """Whether systems and tools leave files of this name behind: hidden ones, caches, installed packages."""
    return name.startswith(".") or name in LITTER


def normal(name: str) -> str:
    """The name in Unicode's form NFC, in which names can be compared (macOS writes NFD)."""
    return unicodedata.normalize("NFC", name)


def inner(tree: Tree, wanted: Collection[str]) -> tuple[str, dict[str, Entry]]:
    """The folder that holds what is wanted, and its entries by name: the top, or single folders at most two deeper.

    Where none of them holds anything wanted it is the top. Raises GraderError where the top cannot be read.
    """
    folder = ""
    top = here = visible(tree, "")
    for _ in range(DEPTH + 1):
        if _holds([entry.name for entry in here.values() if entry.kind is not EntryKind.FOLDER], wanted) or any(
            _reaches(tree, inside.path, top, wanted) for top, inside in package_folders(here, wanted).items()
        ):
            return folder, here
        folders = [entry.path for entry in here.values() if entry.kind is EntryKind.FOLDER]
        if len(folders) != 1:
            break
        folder = folders[0]
        try:
            here = visible(tree, folder)
        except GraderError:
            break
    return "", top


def visible(tree: Tree, folder: str) -> dict[str, Entry]:
    """What is in a folder, by name, without litter."""
    entries = sorted(tree.entries(folder), key=lambda entry: entry.name)
    return {entry.name: entry for entry in entries if not is_litter(entry.name)}


def packages(wanted: Collection[str]) -> frozenset[str]:
    """The folders at the top in which wanted files lie."""
    return frozenset(file.partition("/")[0] for file in wanted if "/" in file)


def package_folders(entries: Mapping[str, Entry], wanted: Collection[str]) -> dict[str, Entry]:
    """The folders among these entries in which wanted files lie, by the course's names; where none has such a name, the
    one that has it in other letters' case."""
    folders = [entry for entry in entries.values() if entry.kind is EntryKind.FOLDER]
    found = {}
    for top in sorted(packages(wanted)):
        alike = [one for one in folders if one.name == top] or [
            one for one in folders if top not in entries and one.name.casefold() == top.casefold()
        ]
        found.update({top: alike[0]} if len(alike) == 1 else {})
    return found


def _reaches(tree: Tree, folder: str, top: str, wanted: Collection[str]) -> bool:
    """Whether one of the wanted files lies in this folder, which stands for `top`, or below."""
    return any(
        lies_in(tree, folder, file.partition("/")[2].split("/")) for file in wanted if file.startswith(f"{top}/")
    )


def lies_in(tree: Tree, folder: str, path: Sequence[str]) -> bool:
    """Whether a file lies where the parts of this path lead from a folder, or one that can only mean it."""
    *folders, file = path
    try:
        for name in folders:
            entry = visible(tree, folder).get(name)
            if entry is None or entry.kind is not EntryKind.FOLDER:
                return False
            folder = entry.path
        names = [entry.name for entry in visible(tree, folder).values() if entry.kind is not EntryKind.FOLDER]
    except GraderError:
        return False
    return file in names or bool(clear(names, {file}))


def _holds(names: Sequence[str], wanted: Collection[str]) -> bool:
    if any(name.lower().endswith(NOTEBOOK) for name in names):
        return True
    if not wanted:
        return any(name.lower().endswith(TEXTS) for name in names)
    return bool(set(wanted) & set(names) or clear(names, wanted))
