"""Folders of Python files beside the others: those of the course's packages, and those that a file imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from grader.model import GraderError
from grader.submission.file_tree import DEPTH, Entry, EntryKind, Tree, is_taken, lies_in, package_folders, visible
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
                if not all(take(file, entry) for file, entry in python_files(tree, folder, name)):
                    return notes
            except GraderError as error:
                notes.append(str(error))
    return notes


def _named(files: Mapping[str, str], seen: set[str]) -> set[str]:
    """The words in lines that import something, of the files that were not `seen` before."""
    new = [text for file, text in files.items() if file not in seen]
    seen.update(files)
    return {word for text in new for line in _IMPORTING.findall(text) for word in re.findall(r"\w+", line)}


def asked_for(tree: Tree, entries: Mapping[str, Entry], wanted: Collection[str]) -> tuple[dict[str, Entry], list[str]]:
    """What lies in the packages that the course names, by the path from the top; and notes on folders.

    Files that are no Python are there where they are wanted.
    """
    found: dict[str, Entry] = {}
    notes = []
    for top, folder in package_folders(entries, wanted).items():
        if folder.name != top:
            notes.append(f"the folder {folder.name} is read as {top}")
        try:
            found |= dict(python_files(tree, folder, top, wanted))
        except GraderError as error:
            notes.append(str(error))
    return found, notes


def elsewhere(tree: Tree, file: str) -> str:
    """Where a file in a package lies, one or more folders too deep; "" where it is not found."""
    folders = [("", "")]
    for place, folder in folders:
        if place and lies_in(tree, folder, file.split("/")):
            return f"{place}{file}"
        try:
            inside = visible(tree, folder).values() if place.count("/") <= DEPTH else ()
        except GraderError:
            continue
        more = [(f"{place}{one.name}/", one.path) for one in inside if one.kind is EntryKind.FOLDER]
        folders += more[: MAX_FOLDERS - len(folders)]
    return ""


def python_files(tree: Tree, top: Entry, name: str, wanted: Collection[str] = ()) -> Iterator[tuple[str, Entry]]:
    """The Python files in a folder and in those below, the upper ones first, each with its path from the top; and what
    is wanted of other files."""
    folders = [(name, top)]
    for place, folder in folders:
        inside = visible(tree, folder.path)
        if _ENVIRONMENT in inside:
            continue
        for file, entry in inside.items():
            whole = f"{place}/{file}"
            if entry.kind is not EntryKind.FOLDER and (file.endswith(".py") or whole in wanted):
                yield whole, replace(entry, name=whole)
            elif entry.kind is EntryKind.FOLDER and file.isidentifier() and whole.count("/") < MAX_DEPTH:
                folders += [(whole, entry)] if len(folders) < MAX_FOLDERS else []
