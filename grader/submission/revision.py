"""Reads a revision of a git repository: raw objects by the system's git, no hook, filter or network."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import words
from grader.judge.show import clean
from grader.model import GraderError, Submission
from grader.submission.gather import gather
from grader.submission.tree import Entry, Kind, normal

TIMEOUT = 60
MAX_LISTING = 16 << 20
_REVISION = re.compile(r"[^\W_][\w./~^+-]{0,199}")
# A student's repository may say what to run in its configuration: nothing here may come to that.
_GIT = (
    "git", "--no-pager", "--no-optional-locks", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
    "-c", "protocol.allow=never",
)  # fmt: skip
_NEVER = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
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


def read_revision(folder: Path, revision: str, wanted: Collection[str], typed: str) -> Submission:
    """What the folder holds in a commit. Raises GraderError where git, the repository or the revision is not there."""
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise GraderError(words.BAD_REVISION.format(revision=clean(repr(revision[:80]))))
    missing = words.NO_REVISION.format(revision=clean(revision), repository=clean(str(folder)), why="{why}")
    name = f"{revision}^{{commit}}"
    commit = _git(folder, missing, "rev-parse", "--verify", "--end-of-options", name).decode("ascii", "replace").strip()
    below = os.fsdecode(_git(folder, missing, "rev-parse", "--show-prefix").rstrip(b"\n"))
    time = _time(_git(folder, missing, "cat-file", "commit", commit))
    note = words.COMMITTED.format(commit=commit[:12], time=time)
    return gather(_Revision(folder, commit, below, {}), f"{folder.resolve().name}@{revision}", typed, wanted, [note])


@dataclass(frozen=True)
class _Revision:
    """The tree of a commit from the folder `below` on; `objects` holds object names and sizes by path, once listed."""

    repository: Path
    commit: str
    below: str
    objects: dict[str, tuple[str, int]]

    def entries(self, folder: str) -> list[Entry]:
        tree = f"{self.commit}:{(self.below + folder).rstrip('/')}"
        listing = _git(self.repository, self._failed(folder), "ls-tree", "--full-tree", "-z", "-l", tree)
        found = []
        for line in filter(None, listing.split(b"\0")):
            about, _, raw = line.partition(b"\t")
            mode, _, object_name, size = about.split()
            kind, name = _KINDS.get(mode, Kind.OTHER), os.fsdecode(raw)
            path = f"{folder}{name}{'/' if kind is Kind.FOLDER else ''}"
            self.objects[path] = (object_name.decode("ascii"), int(size) if size.isdigit() else 0)
            found.append(Entry(normal(name), kind, path))
        return found

    def read(self, entry: Entry, limit: int) -> bytes:
        object_name, size = self.objects[entry.path]
        if size > limit:
            return bytes(limit + 1)
        return _git(self.repository, self._failed(entry.name), "cat-file", "blob", object_name)

    def _failed(self, path: str) -> str:
        return words.GIT_FAILED.format(path=clean(path or str(self.repository)), why="{why}")


def _git(folder: Path, failed: str, *arguments: str) -> bytes:
    """What git prints. Raises GraderError with the sentence `failed`, its `{why}` filled with git's own reason."""
    environment: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        try:
            done = subprocess.run(
                [*_GIT, "-C", str(folder), *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=told, timeout=TIMEOUT, env={**environment, **_NEVER},
            )  # fmt: skip
        except FileNotFoundError:
            raise GraderError(words.NO_GIT.format(path=clean(str(folder)))) from None
        except subprocess.TimeoutExpired:
            raise GraderError(failed.replace("{why}", "")) from None
        out.seek(0)
        told.seek(0)
        if done.returncode != 0 or out.seek(0, os.SEEK_END) > MAX_LISTING:
            why = told.readline(500).decode("utf-8", "replace").strip()
            raise GraderError(failed.replace("{why}", f" ({clean(why)})" if why else ""))
        out.seek(0)
        return out.read(MAX_LISTING)


def _time(commit: bytes) -> str:
    """When a commit was made, as its committer says it."""
    found = re.search(rb"^committer .*> (\d{1,11}) ([+-])(\d\d)([0-5]\d)$", commit, re.M)
    if found is None:
        return "?"
    minutes = int(found[3]) * 60 + int(found[4])
    zone = datetime.timezone(datetime.timedelta(minutes=min(minutes, 1439) * (-1 if found[2] == b"-" else 1)))
    return datetime.datetime.fromtimestamp(int(found[1]), zone).isoformat(" ")
