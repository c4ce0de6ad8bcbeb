"""A course in a git repository: which commit it is, and the files of that commit in the cache."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.base.atomic_write import whole_file
from grader.base.text import escape_controls, plural
from grader.model import SHORT_DIGEST, GraderError, Origin
from grader.model.dataclass import dataclass
from grader.origin.cache import cache_folder, keep, kept, key_of
from grader.origin.files import MAX_FILES, MAX_SIZE, FetchedCourse, refuse_name, within
from grader.origin.named import COMMIT, GitCourse
from grader.origin.remote import Remote, RemoteRevision, Unreachable
from grader.submission.git import Git, opened
from grader.submission.repository import own_repository

MAX_FILE = 8 << 20  # bytes of one file: a course has text, and data of some MB; git.py takes twice as much at once
BATCH = 8 << 20  # bytes that git is asked for at once
MAX_LINKS = 40  # as many as Linux follows
LFS = b"version https://git-lfs.github.com/spec/"
_FILE, _LINK = ("100644", "100755"), "120000"


def fetched(course: GitCourse, warn: Callable[[str], None]) -> FetchedCourse:
    """The course, from the cache where it is there. Raises GraderError."""
    if not course.revision:
        raise _unpinned(course)
    place = cache_folder() / "git" / key_of(course.url, course.path)
    wanted = RemoteRevision(course.revision) if course.is_pinned else _resolved(course, place, warn)
    origin = Origin(course.at(course.revision), wanted.commit)
    entry = place / wanted.commit
    files = kept(entry)
    if files is None:
        if os.path.lexists(entry):
            warn(f"the cached copy of {course.url} was changed; it is fetched again")
        files = keep(entry, lambda own: _files(course, wanted, own))
    return FetchedCourse(files, within(files, course.path, course.at(course.revision)), origin)


def _resolved(course: GitCourse, place: Path, warn: Callable[[str], None]) -> RemoteRevision:
    """What a tag or branch is now; where nobody can say and it is in the cache, what it was the last time."""
    last = place / f"name-{key_of(course.revision)}"
    try:
        with TemporaryDirectory(prefix="grade-git-") as name:
            found = Remote(course, Path(name)).revision()
    except Unreachable as error:
        try:
            commit = last.read_text("ascii")
        except (OSError, ValueError):
            commit = ""
        if not COMMIT.fullmatch(commit) or kept(place / commit) is None:
            raise
        warn(
            f"{error}; the course is taken as it was fetched the last time: {course.revision} was commit "
            f"{commit[:SHORT_DIGEST]}"
        )
        return RemoteRevision(commit)
    try:
        last.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole_file(last, found.commit)
    except OSError:
        pass  # `keep` says that the cache cannot be written
    return found


def _unpinned(course: GitCourse) -> GraderError:
    """The error for a course without a revision, with the one to write."""
    try:
        with TemporaryDirectory(prefix="grade-git-") as name:
            commit = Remote(course, Path(name)).newest()
    except GraderError as error:
        return GraderError(f"{course.at('REV')} needs a tag, branch or commit for REV ({error})")
    return GraderError(
        f"the course's revision is missing, so it could change at any time; today's is\n  {course.at(commit or 'REV')}"
    )


def _files(course: GitCourse, wanted: RemoteRevision, own: Path) -> Mapping[str, bytes]:
    """All files of the commit. What lies outside of the course's folder and cannot be taken is left out."""
    Remote(course, own).fetch(wanted)
    with opened(own_repository(own, course.url)) as git:
        failed = f"cannot read {wanted.commit} of {course.url}"
        commit = git.line(failed, "rev-parse", "--verify", "--end-of-options", f"{wanted.commit}^{{commit}}")
        if commit != wanted.commit:
            raise GraderError(f"{wanted.commit} of {course.url} is no commit")
        taken = _Taken(course)
        entries = taken.entries(git(failed, "ls-tree", "-r", "-z", "-l", "--full-tree", commit))
        content = _contents(git, failed, {one.object: one.size for one in entries.values()})
        return taken.files(entries, content)


@dataclass(frozen=True)
class _TreeFile:
    mode: str
    object: str
    size: int


@dataclass(frozen=True)
class _Taken:
    """Chooses what is taken of a repository."""

    course: GitCourse

    def refuse(self, path: str, why: str) -> None:
        """Raises GraderError for something in the course's folder."""
        if not self.course.path or path.startswith(self.course.path + "/"):
            raise GraderError(f"the course at {self.course.url} is refused: {escape_controls(path)} {why}")

    def entries(self, listing: bytes) -> dict[str, _TreeFile]:
        """The files and links in a listing of git, by path."""
        found = {}
        total = 0
        for line in filter(None, listing.split(b"\0")):
            about, _, raw = line.partition(b"\t")
            mode, _, name, size = about.decode("ascii").split()
            path = os.fsdecode(raw)
            if mode not in (*_FILE, _LINK):
                continue  # a submodule, of which nothing is fetched
            if why := refuse_name(path):
                self.refuse(path, why)
            elif int(size) > MAX_FILE:
                self.refuse(path, f"is larger than {MAX_FILE >> 20} MiB")
            else:
                found[path] = _TreeFile(mode, name, int(size))
                total += int(size)
        if len(found) > MAX_FILES or total > MAX_SIZE:
            raise GraderError(
                f"{self.course.url} is too large for a course, with {plural(len(found), 'file')} and {total >> 20} MiB "
                f"(at most {MAX_FILES} and {MAX_SIZE >> 20}); give the course a repository of its own"
            )
        return found

    def files(self, entries: Mapping[str, _TreeFile], content: Mapping[str, bytes]) -> dict[str, bytes]:
        """What the files hold; a link is replaced by the file that it leads to."""
        found = {}
        for path in entries:
            end = _followed(path, entries, content)
            if not end:
                self.refuse(path, "is a link to something that is no file of the repository; put the file there")
                continue
            found[path] = content[entries[end].object]
            if found[path].startswith(LFS):
                self.refuse(path, "is kept in Git LFS, which is not fetched; commit the file itself")
        return found


def _followed(path: str, entries: Mapping[str, _TreeFile], content: Mapping[str, bytes]) -> str:
    """The file that a path leads to; empty where it leads to none."""
    for _ in range(MAX_LINKS):
        entry = entries.get(path)
        if entry is None or entry.mode in _FILE:
            return path if entry else ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(content[entry.object])))
    return ""


def _contents(git: Git, failed: str, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """What these objects hold. Raises GraderError."""
    found: dict[str, bytes] = {}
    for names in _batches(sizes):
        answer = git(failed, "cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode("ascii"))
        at = 0
        for name in names:
            start = at + len(f"{name} blob {sizes[name]}\n")
            at = start + sizes[name] + 1
            if answer[start - len(str(sizes[name])) - 1 : start] != b"%d\n" % sizes[name] or len(answer) < at:
                raise GraderError(f"{failed}: an object is missing")
            found[name] = answer[start : at - 1]
    return found


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    total = 0
    for name, size in sizes.items():
        if batch and total + size > BATCH:
            yield batch
            batch, total = [], 0
        batch.append(name)
        total += size + len(name) + 32
    if batch:
        yield batch
