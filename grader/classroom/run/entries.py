"""What lies in a class's folder: which entries are submissions, whose they are by name, and each one read."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader import words
from grader.base.errors import is_a_link, unreadable
from grader.base.text import abbreviate, escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.people.platform_names import submissions, without_copy_number
from grader.classroom.people.submission_names import by_stems, name_folded, told_apart
from grader.model import GraderError, Notebook, Submission
from grader.submission.archive import Archive
from grader.submission.collect import gather, nothing_here, submission
from grader.submission.decode import MAX_BYTES as MAX_TEXT
from grader.submission.decode import bytes_of
from grader.submission.entry_name import PACKED
from grader.submission.file_tree import NOTEBOOK, TEXTS, is_litter
from grader.submission.notebook import MAX_BYTES as MAX_NOTEBOOK
from grader.submission.reader import READERS, read_submission
from grader.submission.revision import read_revision

MAX_TOGETHER = 32 << 20
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
    """Every submission in `folder`, named as it is there (files without their endings), or by `names` as a platform
    exports them.

    Names in `taken` belong to the results: a submission with one gets another. Raises GraderError where there is no
    class to grade.
    """
    if folder.is_file():
        raise GraderError(
            f"{escape_controls(str(folder))} is a file: unpack it, and give the folder that holds one entry a "
            "submission"
        )
    try:
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found if not is_litter(one.name))
    except OSError as error:
        raise GraderError(
            f"cannot read {escape_controls(str(folder))}: {error.strerror}; give the folder that holds one "
            "entry a submission"
        ) from None
    files = [name for name, is_folder in entries if not is_folder]
    if not names and len(set(files) & set(wanted)) > 1:
        raise GraderError(words.CLASS_IS_ONE.format(path=escape_controls(str(folder))))
    known = [(name, is_folder) for name, is_folder in entries if is_folder or _readable(name)]
    others = sorted(set(files) - {name for name, _ in known})
    notes = [f"left out, as no submission: {abbreviate(others, FEW)}"] if others else []
    if not known:
        raise GraderError(
            f"{escape_controls(str(folder))} holds no submission: each is a folder or a file that ends in "
            f"{', '.join(READERS)}"
        )
    if names:
        handed, told = submissions([name for name, _ in known], names, logins)
        notes += told
    else:
        handed = by_stems(known)
    handed = told_apart(handed)
    own = {name_folded(name) for name in taken}
    for place, one in enumerate(handed):
        if name_folded(one.name) in own:
            handed[place] = replace(one, name=f"{one.name}~", person_name=one.owner_name)
            notes.append(words.CLASS_NAME_TAKEN.format(name=escape_controls(one.name)))
    return Listing(tuple(handed), tuple(notes))


def read(one: HandedIn, folder: Path, wanted: Collection[str], revision: str = "") -> Submission:
    """What was handed in, under its name; of several entries the files together. Raises GraderError.

    Its path is how its owner would name it, not where it lies in the class's folder.
    """
    if len(one.entries) == 1 and not one.entries[0][1]:
        name = one.entries[0][0]
        path = folder / name
        found = _entry(folder, name, wanted, revision)
        if not revision:
            found = _with_archive(found, path, wanted)
        own = escape_controls(name) if path.is_file() else f".@{revision}" if revision else "."
        return replace(
            found, name=one.name, path=own, notes=tuple(note.replace(str(path), own) for note in found.notes)
        )
    return replace(_together(one, folder, wanted, revision), path=".")


def _entry(folder: Path, name: str, wanted: Collection[str], revision: str) -> Submission:
    """One entry, or its own repository's revision: an `@` in a name stands for nothing here."""
    path = folder / name
    kind = _kind(path, name)
    if not revision:
        return read_submission(str(path), wanted)
    if not stat.S_ISDIR(kind):
        raise GraderError(
            f"{escape_controls(name)} is not a git repository, so it has no revision {escape_controls(revision)}"
        )
    return read_revision(path, revision, wanted, str(path), below=folder)


def _with_archive(found: Submission, path: Path, wanted: Collection[str]) -> Submission:
    """What an archive inside of the folder holds, where nothing else that is asked for was found.

    Raises GraderError where something was handed in, and nothing of it is asked for: points are not lost silently.
    """
    inside = [] if path.is_file() else [one.name for one in sorted(path.iterdir()) if not is_litter(one.name)]
    archives = [name for name in inside if name.lower().endswith(PACKED)]
    if set(wanted) & {*found.files, *found.unreadable} or not wanted:
        left = f"not opened, as there are files beside it: {abbreviate(archives, FEW)}"
        return replace(found, notes=(*found.notes, left)) if archives else found
    if len(archives) == 1:
        _kind(path / archives[0], archives[0])
        held = read_submission(str(path / archives[0]), wanted)
        if set(wanted) & {*held.files, *held.unreadable}:
            note = f"read from the folder {escape_controls(archives[0])} inside"
            return replace(held, notes=(note, *held.notes))
    if inside or path.is_file():
        nothing = nothing_here(found.path, wanted)
        why = [note for note in found.notes if note != nothing]
        told = words.NOTHING_ASKED_FOR.format(
            names=abbreviate(inside or [path.name], FEW), files=abbreviate(sorted(wanted), FEW)
        )
        raise GraderError("; ".join([told, *why]))
    return found


def _together(one: HandedIn, folder: Path, wanted: Collection[str], revision: str) -> Submission:
    """The files of several entries: plain ones under their own names, and what archives and folders hold."""
    plain: dict[str, bytes] = {}
    packed: list[Submission] = []
    size = 0
    for entry, own in one.entries[:MAX_PARTS]:
        path = folder / entry
        kind = _kind(path, entry)
        if not revision and own.lower().endswith((*TEXTS, NOTEBOOK)):
            limit = MAX_NOTEBOOK if own.lower().endswith(NOTEBOOK) else MAX_TEXT
            plain[without_copy_number(own, wanted)] = data = bytes_of(path, escape_controls(own), limit)
            size += len(data)
        elif stat.S_ISDIR(kind) or entry.lower().endswith(tuple(READERS)):
            packed.append(_entry(folder, entry, wanted, revision))
            size += sum(map(len, packed[-1].files.values()))
        if size > MAX_TOGETHER:
            raise GraderError(
                f"what was handed in holds more than {MAX_TOGETHER >> 20} MB altogether: hand in the files that "
                "are asked for alone"
            )
    loose = gather(Archive(plain), one.name, ".", wanted)
    parts = [*packed, loose] if plain or not packed else packed
    files, notebooks = _merged(parts)
    unreadable = {name: why for part in parts for name, why in part.unreadable.items() if name not in files}
    names = dict.fromkeys(name for part in parts for name in part.names)
    nothing = {nothing_here(part.path, wanted) for part in parts}
    notes = dict.fromkeys(note for part in parts for note in part.notes if note not in nothing)
    if wanted and not set(wanted) & {*files, *unreadable}:
        told = [own or entry for entry, own in one.entries]
        missing_files = words.NOTHING_ASKED_FOR.format(
            names=abbreviate(told, FEW), files=abbreviate(sorted(wanted), FEW)
        )
        raise GraderError("; ".join([missing_files, *notes]))
    left = f"only {MAX_PARTS} of {len(one.entries)} files were looked at: pack them into one archive"
    told_of = [*notes, *([left] if len(one.entries) > MAX_PARTS else [])]
    return submission(one.name, ".", files, unreadable, names, told_of, wanted, notebooks)


def _merged(parts: Sequence[Submission]) -> tuple[dict[str, str], dict[str, Notebook]]:
    """The texts of several parts, the last one's of a name; a file comes before what a notebook stands for."""
    books = {name: part for part in parts for name in part.files if name in part.notebooks}
    real = {name: part.files[name] for part in parts for name in part.files if name not in part.notebooks}
    files = {**{name: part.files[name] for name, part in books.items()}, **real}
    return files, {name: part.notebooks[name] for name, part in books.items() if name not in real}


def _kind(path: Path, name: str) -> int:
    """What an entry is (`st_mode`). Raises GraderError for a link, and where nothing is there any more."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise unreadable(escape_controls(name), error) from None
    if stat.S_ISLNK(mode):
        raise is_a_link(escape_controls(name))
    return mode


def _readable(name: str) -> bool:
    return name.lower().endswith((*READERS, *PACKED, TYPED))
