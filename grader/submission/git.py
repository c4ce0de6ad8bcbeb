"""The system's git on one repository, of which it gets the objects and the names of commits, but no setting.

The repository may be a stranger's: git runs on a folder of our own beside it, with a copy of the files that say which
commit a name stands for, so that no configuration, worktree, graft or hook of the repository has any effect.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.base.text import escape_controls
from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.submission.decode import bytes_of
from grader.submission.repository import CONFIG, OBJECTS, Repository

TIMEOUT = 25.0  # seconds for one submission; an honest one takes a tenth of a second
MAX_OUTPUT = 16 << 20  # bytes of one call: a listing of the most entries (archive.py) or a file, which are far smaller
MAX_NAMES, MAX_NAMES_SIZE = 20_000, 32 << 20  # a repository of ten years and a thousand branches has a tenth of it
MAX_CONFIG = 1 << 20  # bytes; a configuration has some hundreds
MAX_REASON = 500  # bytes of git's own message
_GIT = (
    "git", "--no-pager", "--no-optional-locks", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
    "-c", "protocol.allow=never", "-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=256m",
    "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false",
)  # fmt: skip
# Memory (1 GB), CPU seconds, and bytes written (in blocks of 512, or in some shells of 1024).
_LIMITED = ("/bin/sh", "-c", '{ ulimit -v 1048576; ulimit -t 60; ulimit -f 65536; } 2>/dev/null; exec "$@"', "sh")
_NEVER = {
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C",
    "GIT_ALLOC_LIMIT": "64m", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip
# The format of objects and names is the one setting of a repository that git must know.
_FORMS = {"objectformat": ("sha1", "sha256"), "refstorage": ("files", "reftable")}
_SETTINGS = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n"


def own_environment() -> dict[str, str]:
    """The environment without what would lead git elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def need(what: str) -> None:
    """Raises GraderError where there is no git to read this with."""
    if shutil.which("git") is None:
        raise GraderError(f"git is not installed; it is needed to read {what}")


def printed(
    failed: str, command: Sequence[str], place: Path, own: Mapping[str, str], seconds: float, given: bytes = b""
) -> bytes:
    """What a command of git prints, run in the folder `place` with these variables of its `own`.

    Raises GraderError with the sentence `failed` and git's own reason, and TimeoutExpired.
    """
    with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        read.write(given)
        read.seek(0)
        done = subprocess.run(
            command, stdin=read, stdout=out, stderr=errors, cwd=place, env={**own_environment(), **own},
            timeout=max(0.0, seconds), start_new_session=True,  # without a terminal, nothing can ask for a password
        )  # fmt: skip
        errors.seek(0)
        if done.returncode != 0 or out.seek(0, os.SEEK_END) > MAX_OUTPUT:
            why = errors.readline(MAX_REASON).decode("utf-8", "replace").strip()
            raise GraderError(failed + (f" ({escape_controls(why)})" if why else ""))
        out.seek(0)
        return out.read(MAX_OUTPUT)


@dataclass(frozen=True)
class Git:
    """The system's git, within limits, until a time of `time.monotonic`. `place` is the folder that it works in."""

    repository: Repository
    place: Path
    deadline: float

    def __call__(self, failed: str, *arguments: str, given: bytes = b"") -> bytes:
        """What git prints, `given` this to read. Raises GraderError with the sentence `failed` and git's own reason."""
        need(escape_controls(str(self.repository.folder)))
        limited = _LIMITED if Path(_LIMITED[0]).exists() else ()
        command = [*limited, *_GIT, f"--git-dir={self.place}", *arguments]
        own = {**_NEVER, "GIT_OBJECT_DIRECTORY": str(self.repository.place / OBJECTS)}
        try:
            return printed(failed, command, self.place, own, self.deadline - time.monotonic(), given)
        except subprocess.TimeoutExpired:
            raise GraderError(f"{failed}: it took more than {round(TIMEOUT)} seconds") from None

    def line(self, failed: str, *arguments: str) -> str:
        """The one line that git prints."""
        return self(failed, *arguments).decode("ascii", "replace").strip()

    def small(self, failed: str, name: str, limit: int) -> None:
        """Raises GraderError where an object is larger than its kind ever honestly is; asking reads none of it."""
        size = self.line(failed, "cat-file", "-s", name)
        if not size.isdecimal() or int(size) > limit:
            raise GraderError(f"{failed}: an object is far too large")


@contextmanager
def opened(repository: Repository) -> Iterator[Git]:
    """Git on a repository, for TIMEOUT seconds. Raises GraderError."""
    with tempfile.TemporaryDirectory(prefix="grade-git-") as name:
        place = Path(name)
        (place / "refs").mkdir()
        _copy_names(repository, place)
        git = Git(repository, place, time.monotonic() + TIMEOUT)
        settings = _SETTINGS + "".join(f"\t{name} = {value}\n" for name, value in _forms(git))
        (place / CONFIG).write_text(settings, "ascii")
        yield git


def _copy_names(repository: Repository, place: Path) -> None:
    left = MAX_NAMES_SIZE
    for number, name in enumerate(repository.names):
        data = bytes_of(repository.place / name, escape_controls(name), left)
        left -= len(data)
        if left < 0 or number > MAX_NAMES:
            raise GraderError(
                f"{escape_controls(str(repository.folder))} is not read: its repository has far too many branches and "
                "tags; hand in a plain clone"
            )
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def _forms(git: Git) -> Iterator[tuple[str, str]]:
    """What a repository's own settings say about its format, of the known values."""
    path = git.repository.place / CONFIG
    data = bytes_of(path, CONFIG, MAX_CONFIG) if os.path.lexists(path) else b""
    if b"extensions" not in data.lower():
        return
    copy = git.place / "theirs"
    copy.write_bytes(data)
    failed = f"git cannot read {CONFIG}"
    for name, known in _FORMS.items():
        found = git.line(failed, "config", "--file", str(copy), "--no-includes", "--default", "", f"extensions.{name}")
        if found.lower() in known:
            yield name, found.lower()
