"""Reads a revision of a git repository: raw objects by the system's git, no hook, filter or network."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import words
from grader.judge.show import clean
from grader.model import GraderError, Submission
from grader.submission.archive import MAX_ENTRIES
from grader.submission.gather import gather
from grader.submission.repository import own_repository
from grader.submission.tree import Entry, Kind, normal

TIMEOUT = 25.0  # for all that a submission takes
MAX_OUTPUT = 16 << 20
MAX_COMMIT, MAX_TREE = 1 << 20, 4 << 20
MAX_NAME = 1024
_REVISION = re.compile(r"[^\W_][\w./~^+-]{0,199}")
# A student's repository may say what to run in its configuration: nothing here may come to that.
_GIT = (
    "git", "--no-pager", "--no-optional-locks", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
    "-c", "protocol.allow=never", "-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=256m",
)  # fmt: skip
# Memory (1 GB), CPU seconds, and bytes written (in blocks of 512, or in some shells of 1024).
_LIMITED = ("/bin/sh", "-c", '{ ulimit -v 1048576; ulimit -t 60; ulimit -f 65536; } 2>/dev/null; exec "$@"', "sh")
_NEVER = {
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C",
    "GIT_ALLOC_LIMIT": "64m",
}  # fmt: skip
_KINDS = {
    b"100644": Kind.FILE,
    b"100755": Kind.FILE,
    b"100664": Kind.FILE,
    b"040000": Kind.FOLDER,
    b"120000": Kind.LINK,
}


def split(typed: str) -> tuple[Path, str] | None:
    """The folder and the revision of `REPO@REV`; None where no such folder stands before an `@`."""
    for found in re.finditer("@", typed):
        folder = Path(typed[: found.start()] or ".")
        if folder.is_dir():
            return folder, typed[found.end() :]
    return None


def read_revision(folder: Path, revision: str, wanted: Collection[str], typed: str, own: bool = False) -> Submission:
    """What the folder holds in a commit. Raises GraderError where git, the repository or the revision is not there.

    With `own` the folder must hold the repository itself, all of it: none that lies around it or elsewhere is read.
    """
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise GraderError(words.BAD_REVISION.format(revision=clean(repr(revision[:80]))))
    where = (f"--git-dir={own_repository(folder)}",) if own else ("-C", str(folder))
    git = _Git(folder, where, time.monotonic() + TIMEOUT)
    missing = words.NO_REVISION.format(revision=clean(revision), repository=clean(str(folder)), why="{why}")
    found = git.line(missing, "rev-parse", "--verify", "--end-of-options", revision)
    git.small(missing, found, MAX_COMMIT)
    commit = git.line(missing, "rev-parse", "--verify", f"{found}^{{commit}}")
    if commit != found:
        git.small(missing, commit, MAX_COMMIT)
    below = b"" if own else git(missing, "rev-parse", "--show-prefix").rstrip(b"\n")
    when = _time(git(missing, "cat-file", "commit", commit))
    note = words.COMMITTED.format(commit=commit[:12], time=when)
    tree = _Revision(git, commit, os.fsdecode(below), {})
    return gather(tree, f"{folder.resolve().name}@{revision}", typed, wanted, [note])


@dataclass(frozen=True)
class _Revision:
    """The tree of a commit from the folder `below` on; `objects` holds object names and sizes by path, once listed."""

    git: _Git
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
            kind, name = _KINDS.get(mode, Kind.OTHER), os.fsdecode(raw[:MAX_NAME])
            path = f"{folder}{name}{'/' if kind is Kind.FOLDER else ''}"
            self.objects[path] = (object_name.decode("ascii"), int(size) if size.isdigit() else 0)
            found.append(Entry(normal(name), kind, path))
        if len(found) > MAX_ENTRIES:
            raise GraderError(self._failed(folder).replace("{why}", ""))
        return found

    def read(self, entry: Entry, limit: int) -> bytes:
        object_name, size = self.objects[entry.path]
        if size > limit:
            return bytes(limit + 1)
        return self.git(self._failed(entry.name), "cat-file", "blob", object_name)

    def _failed(self, path: str) -> str:
        return words.GIT_FAILED.format(path=clean(path or str(self.git.folder)), why="{why}")


@dataclass(frozen=True)
class _Git:
    """The system's git at one repository, within limits, until a time of `time.monotonic`."""

    folder: Path
    where: tuple[str, ...]
    deadline: float

    def __call__(self, failed: str, *arguments: str) -> bytes:
        """What git prints. Raises GraderError with the sentence `failed`, `{why}` filled with git's own reason."""
        kept: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        if shutil.which("git") is None:
            raise GraderError(words.NO_GIT.format(path=clean(str(self.folder))))
        limited = _LIMITED if Path(_LIMITED[0]).exists() else ()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
            try:
                done = subprocess.run(
                    [*limited, *_GIT, *self.where, *arguments],
                    stdin=subprocess.DEVNULL, stdout=out, stderr=told, env={**kept, **_NEVER},
                    timeout=max(0.0, self.deadline - time.monotonic()),
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise GraderError(failed.replace("{why}", words.GIT_SLOW.format(seconds=round(TIMEOUT)))) from None
            out.seek(0)
            told.seek(0)
            if done.returncode != 0 or out.seek(0, os.SEEK_END) > MAX_OUTPUT:
                why = told.readline(500).decode("utf-8", "replace").strip()
                raise GraderError(failed.replace("{why}", f" ({clean(why)})" if why else ""))
            out.seek(0)
            return out.read(MAX_OUTPUT)

    def line(self, failed: str, *arguments: str) -> str:
        """The one line that git prints."""
        return self(failed, *arguments).decode("ascii", "replace").strip()

    def small(self, failed: str, name: str, limit: int) -> None:
        """Raises GraderError where an object is larger than its kind ever honestly is; asking reads none of it."""
        size = self.line(failed, "cat-file", "-s", name)
        if not size.isdecimal() or int(size) > limit:
            raise GraderError(failed.replace("{why}", words.GIT_OBJECT_LARGE))


def _time(commit: bytes) -> str:
    """When a commit was made, as its committer says it."""
    found = re.search(rb"^committer .*> (\d{1,11}) ([+-])(\d\d)([0-5]\d)$", commit, re.M)
    if found is None:
        return "?"
    minutes = int(found[3]) * 60 + int(found[4])
    zone = datetime.timezone(datetime.timedelta(minutes=min(minutes, 1439) * (-1 if found[2] == b"-" else 1)))
    return datetime.datetime.fromtimestamp(int(found[1]), zone).isoformat(" ")
