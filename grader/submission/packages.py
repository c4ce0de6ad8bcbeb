"""Folders of Python files beside the others: those that a file imports are read too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from grader.model import GraderError
from grader.submission.file_tree import Entry, EntryKind, Tree, is_taken, visible
from grader.submission.similar_names import name_taken

# The deepest of the packages that students copy into their folders (graphviz) has folders 2 deep.
MAX_DEPTH = 4
MAX_FOLDERS = 50  # graphviz has two; a virtual environment has thousands
_ENVIRONMENT = "pyvenv.cfg"  # in every virtual environment, whatever it is called
_IMPORTING = re.compile(r"^.*import.*$", re.MULTILINE)


def take_along(
    tree: Tree, entries: Mapping[str, Entry], files: Mapping[str, str], take: Callable[[str, Entry], bool]
) -> list[str]:
    """Has `take` put into `files` what lies in each imported folder, as `helpers/ops.py`, until it has had enough.

    A module that is there as a file is never looked for in a folder. Gives notes on folders that are left out.
    """
    notes: list[str] = []
    waiting = {
        name: entry for name, entry in entries.items()
        if entry.kind is EntryKind.FOLDER and name.isidentifier() and f"{name}.py" not in files
    }  # fmt: skip
    seen: set[str] = set()
    while imported := sorted(waiting.keys() & _named(files, seen)):
        for name in imported:
            folder = waiting.pop(name)
            if is_taken(name):
                notes.append(name_taken(f"{name}/", name))
                continue
            try:
                if not all(take(file, entry) for file, entry in _python_files(tree, folder, name)):
                    return notes
            except GraderError as error:
                notes.append(str(error))
    return notes


def _named(files: Mapping[str, str], seen: set[str]) -> set[str]:
    """The words in lines that import something, of the files that were not `seen` before."""
    new = [text for file, text in files.items() if file not in seen]
    seen.update(files)
    return {word for text in new for line in _IMPORTING.findall(text) for word in re.findall(r"\w+", line)}


def _python_files(tree: Tree, top: Entry, name: str) -> Iterator[tuple[str, Entry]]:
    """The Python files in a folder and in those below, the upper ones first, each with its path from the top."""
    folders = [(name, top)]
    for place, folder in folders:
        inside = visible(tree, folder.path)
        if _ENVIRONMENT in inside:
            continue
        for file, entry in inside.items():
            whole = f"{place}/{file}"
            if entry.kind is not EntryKind.FOLDER and file.endswith(".py"):
                yield whole, replace(entry, name=whole)
            elif entry.kind is EntryKind.FOLDER and file.isidentifier() and whole.count("/") < MAX_DEPTH:
                folders += [(whole, entry)] if len(folders) < MAX_FOLDERS else []
