"""What every way to submit several files comes down to: folders with entries, read one file at a time."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from grader.model import GraderError
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
        if _holds([entry.name for entry in here.values() if entry.kind is not EntryKind.FOLDER], wanted):
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


def _holds(names: Sequence[str], wanted: Collection[str]) -> bool:
    if any(name.lower().endswith(NOTEBOOK) for name in names):
        return True
    if not wanted:
        return any(name.lower().endswith(TEXTS) for name in names)
    return bool(set(wanted) & set(names) or clear(names, wanted))
