"""Reads a revision of a git repository: raw objects by the system's git, no hook, filter or network."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from grader.base.text import escape_controls
from grader.model import GraderError, Submission
from grader.model.dataclass import dataclass
from grader.submission.archive import MAX_ENTRIES
from grader.submission.collect import gather
from grader.submission.file_tree import Entry, EntryKind, normal
from grader.submission.git import Git, opened
from grader.submission.repository import around, is_bare, own_repository, straight

# Bytes: a commit has some hundreds, a tree some forty per entry, of which there may be 20,000 (archive.py).
MAX_COMMIT, MAX_TREE = 1 << 20, 4 << 20
MAX_NAME = 1024  # as in archive.py
MAX_SHOWN = 80  # letters of what was typed, in a message
_REVISION = re.compile(r"[^\W_][\w./~^+-]{0,199}")
_KINDS = {
    b"100644": EntryKind.FILE,
    b"100755": EntryKind.FILE,
    b"100664": EntryKind.FILE,
    b"040000": EntryKind.FOLDER,
    b"120000": EntryKind.LINK,
}


def split(typed: str) -> tuple[Path, str] | None:
    """The folder and the revision of `REPO@REV`; None where no such folder stands before an `@`.

    The last such `@` counts: folders may be called with one, a revision has none, a folder inside it is rarely so.
    """
    for found in reversed([*re.finditer("@", typed)]):
        folder = Path(typed[: found.start()] or ".")
        if folder.is_dir():
            return folder, typed[found.end() :]
    return None


def read_revision(
    folder: Path, revision: str, wanted: Collection[str], typed: str, below: Path | None = None
) -> Submission:
    """What the repository in `folder` holds in a commit, or of `REV:sub/folder` what that folder of it holds.

    The folder must hold the repository itself, all of it: none that lies around it or elsewhere is read, and no link
    is followed that lies in `below` (the current folder, where a user typed all this) or further down. Raises
    GraderError where git, the repository or the revision is missing.
    """
    name, _, inside = revision.partition(":")
    if not _REVISION.fullmatch(name) or ".." in name:
        raise GraderError(
            f"{escape_controls(repr(revision[:MAX_SHOWN]))} is not the name of a revision: give a branch, a tag or a "
            "commit, as in `grade work@main`"
        )
    part = PurePosixPath(inside)
    if part.is_absolute() or ".." in part.parts or len(os.fsencode(inside)) > MAX_NAME or not inside.isprintable():
        raise GraderError(
            f"{escape_controls(repr(inside[:MAX_SHOWN]))} is not a folder in a repository: write it as in "
            "`grade work@main:homework/2`"
        )
    place = straight(folder, Path.cwd() if below is None else below.resolve())
    if below is None:
        _refuse_part(folder, place, name, part)
    shown = escape_controls(str(folder))
    repository = own_repository(place, shown)
    missing = f"git finds no {escape_controls(name)} in {shown}"
    with opened(repository) as git:
        found = git.line(missing, "rev-parse", "--verify", "--end-of-options", name)
        git.small(missing, found, MAX_COMMIT)
        commit = git.line(missing, "rev-parse", "--verify", f"{found}^{{commit}}")
        if commit != found:
            git.small(missing, commit, MAX_COMMIT)
        when = _time(git(missing, "cat-file", "commit", commit))
        where = f"{part}/" if part.parts else ""
        if where:
            nothing = f"{escape_controls(name)} of {shown} has no folder {escape_controls(str(part))}"
            if git.line(nothing, "cat-file", "-t", f"{commit}:{part}") != "tree":
                raise GraderError(nothing)
        note = f"commit {commit[:12]} of {when}"
        tree = _Revision(git, commit, where, {})
        return gather(tree, f"{repository.folder.name}@{revision}", typed, wanted, [note])


def _refuse_part(folder: Path, place: Path, revision: str, part: PurePosixPath) -> None:
    """Raises GraderError, with what to write instead, for a folder that is a part of a repository."""
    if os.path.lexists(place / ".git") or is_bare(place):
        return
    whole = around(place)
    if whole is not None:
        instead = f"{os.path.relpath(whole)}@{revision}:{(place.relative_to(whole) / part).as_posix()}"
        raise GraderError(
            f"{escape_controls(str(folder))} is a folder in a git repository, not a repository itself: write "
            f"`{escape_controls(instead)}`"
        )


@dataclass(frozen=True)
class _Revision:
    """The tree of a commit, or of the folder `below` in it, which ends in a `/`.

    `objects` holds object names and sizes by path, once listed.
    """

    git: Git
    commit: str
    below: str
    objects: dict[str, tuple[str, int]]

    def entries(self, folder: str) -> list[Entry]:
        tree = f"{self.commit}:{(self.below + folder).rstrip('/')}"
        self.git.small(self._failed(folder), tree, MAX_TREE)
        listing = self.git(self._failed(folder), "ls-tree", "--full-tree", "-z", "-l", tree)
        found = []
        for line in filter(None, listing.split(b"\0")):
            about, _, raw = line.partition(b"\t")
            mode, _, object_name, size = about.split()
            kind, name = _KINDS.get(mode, EntryKind.OTHER), os.fsdecode(raw[:MAX_NAME])
            path = f"{folder}{name}{'/' if kind is EntryKind.FOLDER else ''}"
            self.objects[path] = (object_name.decode("ascii"), int(size) if size.isdigit() else 0)
            found.append(Entry(normal(name), kind, path))
        if len(found) > MAX_ENTRIES:
            raise GraderError(f"{self._failed(folder)}: it has more than {MAX_ENTRIES} entries")
        return found

    def read(self, entry: Entry, limit: int) -> bytes:
        object_name, size = self.objects[entry.path]
        if size > limit:
            return bytes(limit + 1)
        return self.git(self._failed(entry.name), "cat-file", "blob", object_name)

    def _failed(self, path: str) -> str:
        return f"git cannot read {escape_controls(path or str(self.git.repository.folder))}"


def _time(commit: bytes) -> str:
    """When a commit was made, as its committer says it."""
    found = re.search(rb"^committer .*> (\d{1,11}) ([+-])(\d\d)([0-5]\d)$", commit, re.M)
    if found is None:
        return "?"
    minutes = int(found[3]) * 60 + int(found[4])
    zone = datetime.timezone(datetime.timedelta(minutes=min(minutes, 1439) * (-1 if found[2] == b"-" else 1)))
    return datetime.datetime.fromtimestamp(int(found[1]), zone).isoformat(" ")
