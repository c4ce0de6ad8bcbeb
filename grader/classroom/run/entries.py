"""A class's folder: which entries are submissions, whose they are by name, and reading each of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader.base.errors import is_a_link, unreadable
from grader.base.text import abbreviate, enumerate_names, escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.people.platform_names import submissions, without_copy_number
from grader.classroom.people.submission_names import by_stems, name_folded, with_unique_names
from grader.model import GraderError, Notebook, Submission
from grader.model.dataclass import dataclass
from grader.submission.archive import Archive
from grader.submission.collect import gather, nothing_here, submission
from grader.submission.decode import MAX_BYTES as MAX_TEXT
from grader.submission.decode import bytes_of
from grader.submission.entry_name import PACKED
from grader.submission.file_tree import NOTEBOOK, TEXTS, is_litter
from grader.submission.notebook import MAX_BYTES as MAX_NOTEBOOK
from grader.submission.reader import READERS, read_submission
from grader.submission.revision import read_revision
from grader.submission.similar_names import in_place, misplaced

# Bytes of one person's entries together: far above a submission, far below the memory of a machine.
MAX_TOGETHER = 32 << 20
MAX_PARTS = 50  # entries of one person: far above the files of any course, and each may be an archive to unpack
TYPED = "text.html"  # text typed into a platform's form: nothing to grade, but a submission
FEW = 5  # names in one sentence


@dataclass(frozen=True)
class Listing:
    """The submissions of a class in the order of their names, and notes on the other entries."""

    handed: tuple[HandedIn, ...]
    notes: tuple[str, ...]


def listing(
    folder: Path, wanted: Collection[str], names: str, logins: Collection[str], taken: Collection[str]
) -> Listing:
    """Every submission in `folder`, named after its entry (files without their endings), or as the platform `names`
    exports it.

    A submission with a name in `taken`, which are files of the results, is renamed. Raises GraderError where there is
    no class to grade.
    """
    if folder.is_file():
        raise GraderError(
            f"{escape_controls(str(folder))} is a file; unpack it, and give the folder with one entry per submission"
        )
    try:
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found if not is_litter(one.name))
    except OSError as error:
        raise GraderError(f"{unreadable(folder, error)}; give the folder with one entry per submission") from None
    files = [name for name, is_folder in entries if not is_folder]
    if not names and len(set(files) & set(wanted)) > 1:
        path = escape_controls(str(folder))
        raise GraderError(f"{path} looks like one submission: run `grade {path}`, or give the folder above")
    known = [(name, is_folder) for name, is_folder in entries if is_folder or _readable(name)]
    others = sorted(set(files) - {name for name, _ in known})
    notes = [f"not submissions, so ignored: {abbreviate(others, FEW)}"] if others else []
    if not known:
        raise GraderError(
            f"{escape_controls(str(folder))} has no submissions: each must be a folder or a file that ends in "
            f"{enumerate_names(tuple(READERS), 'or')}"
        )
    if names:
        handed, unclear = submissions([name for name, _ in known], names, logins)
        notes += unclear
    else:
        handed = with_unique_names(by_stems(known))
    own = {name_folded(name) for name in taken}
    for place, one in enumerate(handed):
        if name_folded(one.name) in own:
            handed[place] = replace(one, name=f"{one.name}~", person_name=one.owner_name)
            name = escape_controls(one.name)
            notes.append(f"{name} clashes with a results file, so its reports are in {name}~")
    return Listing(tuple(handed), tuple(notes))


def read(one: HandedIn, folder: Path, wanted: Collection[str], revision: str = "") -> Submission:
    """The submission under its name, with the files of all its entries. Raises GraderError.

    Its path is how its owner would name it, not its place in the class's folder.
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
    """One entry, or a revision of its own repository; an `@` in a name has no meaning here."""
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
    """The content of an archive inside the folder, where none of the wanted files was found elsewhere.

    Raises GraderError where something was submitted, but none of the wanted files: points must not be lost silently.
    """
    inside = [] if path.is_file() else [one.name for one in sorted(path.iterdir()) if not is_litter(one.name)]
    archives = [name for name in inside if name.lower().endswith(PACKED)]
    if set(wanted) & {*found.files, *found.unreadable} or not wanted:
        left = f"not opened, because there are files next to it: {abbreviate(archives, FEW)}"
        return replace(found, notes=(*found.notes, left)) if archives else found
    if len(archives) == 1:
        _kind(path / archives[0], archives[0])
        held = read_submission(str(path / archives[0]), wanted)
        if set(wanted) & {*held.files, *held.unreadable}:
            note = f"read from the folder {escape_controls(archives[0])} inside"
            return replace(held, notes=(note, *held.notes))
    if inside or path.is_file():
        nothing = nothing_here(found.path, wanted)
        elsewhere = [f"{file} is missing{said}" for file in sorted(wanted) if (said := misplaced(file, found.names))]
        notes = [*(note for note in found.notes if note != nothing), *map(escape_controls, elsewhere[:1])]
        raise _nothing_wanted(inside or [path.name], wanted, notes)
    return found


def _together(one: HandedIn, folder: Path, wanted: Collection[str], revision: str) -> Submission:
    """The files of several entries: plain ones under their own names, and the content of archives and folders."""
    plain: dict[str, bytes] = {}
    packed: list[Submission] = []
    placed: list[str] = []
    size = 0
    for entry, own in one.entries[:MAX_PARTS]:
        path = folder / entry
        kind = _kind(path, entry)
        if not revision and own.lower().endswith((*TEXTS, NOTEBOOK)):
            limit = MAX_NOTEBOOK if own.lower().endswith(NOTEBOOK) else MAX_TEXT
            flat = without_copy_number(own, wanted)
            file = flat if flat in wanted else in_place(flat, wanted) or flat  # platforms lose folders
            placed += [] if file == flat else [f"{escape_controls(own)} is read as {file}"]
            plain[file] = data = bytes_of(path, escape_controls(own), limit)
            size += len(data)
        elif stat.S_ISDIR(kind) or entry.lower().endswith(tuple(READERS)):
            packed.append(_entry(folder, entry, wanted, revision))
            size += sum(map(len, packed[-1].files.values()))
        if size > MAX_TOGETHER:
            raise GraderError(
                f"these files have more than {MAX_TOGETHER >> 20} MB in total; submit only the files of the assignment"
            )
    loose = gather(Archive(plain), one.name, ".", wanted)
    parts = [*packed, loose] if plain or not packed else packed
    files, notebooks = _merged(parts)
    broken = {name: why for part in parts for name, why in part.unreadable.items() if name not in files}
    names = dict.fromkeys(name for part in parts for name in part.names)
    nothing = {nothing_here(part.path, wanted) for part in parts}
    notes = dict.fromkeys([*placed, *(note for part in parts for note in part.notes if note not in nothing)])
    if wanted and not set(wanted) & {*files, *broken}:
        raise _nothing_wanted([own or entry for entry, own in one.entries], wanted, notes)
    left = f"only {MAX_PARTS} of {len(one.entries)} files were read; pack them into one archive"
    all_notes = [*notes, *([left] if len(one.entries) > MAX_PARTS else [])]
    return submission(one.name, ".", files, broken, names, all_notes, wanted, notebooks)


def _nothing_wanted(found: Sequence[str], wanted: Collection[str], notes: Iterable[str]) -> GraderError:
    """The error for a submission without any of the wanted files."""
    text = f"none of the files {abbreviate(sorted(wanted), FEW)} found, only {abbreviate(found, FEW)}"
    return GraderError("; ".join([text, *notes]))


def _merged(parts: Sequence[Submission]) -> tuple[dict[str, str], dict[str, Notebook]]:
    """The texts of several parts, the last one of each name; a file takes precedence over a notebook."""
    books = {name: part for part in parts for name in part.files if name in part.notebooks}
    real = {name: part.files[name] for part in parts for name in part.files if name not in part.notebooks}
    files = {**{name: part.files[name] for name, part in books.items()}, **real}
    return files, {name: part.notebooks[name] for name, part in books.items() if name not in real}


def _kind(path: Path, name: str) -> int:
    """The `st_mode` of an entry. Raises GraderError for a link, and where the entry is gone."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise unreadable(escape_controls(name), error) from None
    if stat.S_ISLNK(mode):
        raise is_a_link(escape_controls(name))
    return mode


def _readable(name: str) -> bool:
    return name.lower().endswith((*READERS, *PACKED, TYPED))
