"""What lies in a class's folder: which entries are submissions, whose they are by name, and each one read."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader import words
from grader.batch.lms_names import asked_name, submissions
from grader.batch.rows import HandedIn
from grader.judge.show import clean
from grader.model import GraderError, Submission
from grader.submission.archive import Archive
from grader.submission.gather import gather, submission
from grader.submission.reader import READERS, read_submission
from grader.submission.texts import bytes_of
from grader.submission.tree import NOTEBOOK, TEXTS, is_litter

MAX_FILE = 4 << 20
MAX_PARTS = 50
TYPED = "text.html"  # what somebody typed into a platform's form: nothing to grade, but handed in
FEW = 5


@dataclass(frozen=True)
class Listing:
    """The submissions of a class in the order of their names, and what is to be told about the rest."""

    handed: tuple[HandedIn, ...]
    notes: tuple[str, ...]


def listing(
    folder: Path, wanted: Collection[str], names: str, logins: Collection[str], taken: Collection[str]
) -> Listing:
    """Every submission in `folder`, named as it is there, or by `names` as a platform exports them.

    Names in `taken` belong to the results. Raises GraderError where there is no class to grade.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found if not is_litter(one.name))
    except OSError as error:
        raise GraderError(words.CLASS_UNREADABLE.format(path=clean(str(folder)), why=error.strerror)) from None
    files = [name for name, is_folder in entries if not is_folder]
    if not names and len(set(files) & set(wanted)) > 1:
        raise GraderError(words.CLASS_IS_ONE.format(path=clean(str(folder))))
    known = [name for name, is_folder in entries if is_folder or _readable(name)]
    others = sorted(set(files) - set(known))
    notes = [words.CLASS_LEFT_OUT.format(names=_few(others))] if others else []
    if not known:
        raise GraderError(words.CLASS_EMPTY.format(path=clean(str(folder)), known=", ".join(READERS)))
    if names:
        handed, told = submissions(known, names, logins)
        notes += told
    else:
        handed = [HandedIn(name, ((name, ""),)) for name in known]
    handed = [replace(one, name=_folder_name(one)) for one in handed]
    for one in handed:
        if one.name.casefold() in taken:
            raise GraderError(words.CLASS_NAME_TAKEN.format(name=clean(one.name)))
    return Listing(tuple(handed), tuple(notes))


def read(one: HandedIn, folder: Path, wanted: Collection[str], revision: str = "") -> Submission:
    """What was handed in, under its name; of several entries the files together. Raises GraderError.

    Its path is how its owner would name it, not where it lies in the class's folder.
    """
    at = f"@{revision}" if revision else ""
    if len(one.entries) == 1 and not one.entries[0][1]:
        name = one.entries[0][0]
        path = folder / name
        _no_link(path, name)
        found = read_submission(f"{path}{at}", wanted)
        own = clean(name) if path.is_file() else f".{at}"
        return replace(
            found, name=one.name, path=own, notes=tuple(note.replace(str(path), own) for note in found.notes)
        )
    return replace(_together(one, folder, wanted), path=".")


def _together(one: HandedIn, folder: Path, wanted: Collection[str]) -> Submission:
    """The files of several entries: plain ones under their own names, and what archives and folders hold."""
    plain: dict[str, bytes] = {}
    packed: list[Submission] = []
    for entry, own in one.entries[:MAX_PARTS]:
        path = folder / entry
        _no_link(path, entry)
        if own.lower().endswith((*TEXTS, NOTEBOOK)):
            plain[asked_name(own, wanted)] = bytes_of(path, clean(own), MAX_FILE)
        elif path.is_dir() or entry.lower().endswith(tuple(READERS)):
            packed.append(read_submission(str(path), wanted))
    loose = gather(Archive(plain), one.name, ".", wanted)
    parts = [*packed, loose] if plain or not packed else packed
    files = {name: text for part in parts for name, text in part.files.items()}
    unreadable = {name: why for part in parts for name, why in part.unreadable.items() if name not in files}
    names = dict.fromkeys(name for part in parts for name in part.names)
    nothing = {words.NOTHING_HERE.format(path=part.path, files=", ".join(sorted(wanted))) for part in parts}
    notes = dict.fromkeys(note for part in parts for note in part.notes if note not in nothing)
    return submission(one.name, ".", files, unreadable, names, notes, wanted)


def _no_link(path: Path, name: str) -> None:
    if path.is_symlink():
        raise GraderError(words.IS_A_LINK.format(file=clean(name)))


def _readable(name: str) -> bool:
    return name.lower().endswith((*READERS, TYPED))


def _folder_name(one: HandedIn) -> str:
    """A name that a folder can have: never one that leads elsewhere, and text whatever the bytes of the entry are."""
    name = one.entries[0][0] if one.name.startswith(".") or not one.name else one.name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _few(names: Sequence[str]) -> str:
    more = words.AND_MORE.format(count=len(names) - FEW) if len(names) > FEW else ""
    return clean(", ".join(names[:FEW])) + more
