"""A repository on a server, by the system's git: what a revision is called there, and one commit of it.

No setting of a folder that git could find by itself has an effect; those of the user and the system have, as they say
how a private repository is reached. Nothing is checked out: no filter, hook or submodule has a part in it.
"""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

from grader.base.urls import without_secret
from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.origin.named import COMMIT, GitCourse
from grader.submission.git import need, printed

LEAST_TOKEN = 20  # letters: those of GitHub and GitLab have more, names of users fewer
ASK, FETCH = 60.0, 600.0  # seconds for a question, and for a commit over a slow line
_GIT = (
    "git", "--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.askPass=",
    "-c", "protocol.version=2", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false",
    "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false", "-c", "transfer.bundleURI=false",
    "-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=30", "-c", "credential.interactive=false",
)  # fmt: skip
_OWN = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never", "GIT_LFS_SKIP_SMUDGE": "1",
}  # fmt: skip
_SETTINGS = "[core]\n\trepositoryformatversion = {}\n\tbare = true\n"
_SHA256 = "[extensions]\n\tobjectformat = sha256\n"


@dataclass(frozen=True)
class RemoteRevision:
    """A commit that a server has, and the whole name of the branch or tag by which it is known there, if by one."""

    commit: str
    name: str = ""


class Unreachable(GraderError):
    """The server, or what is asked of it, cannot be reached: no network, no such repository, no right to read it."""


@dataclass(frozen=True)
class Remote:
    """The repository of a course, and a folder of our own for git to work in."""

    course: GitCourse
    place: Path

    def revision(self) -> RemoteRevision:
        """The commit that the course's revision is now. Raises GraderError; Unreachable where nobody can say."""
        name = self.course.revision
        whole = [name] if name.startswith("refs/") or name == "HEAD" else [f"refs/tags/{name}", f"refs/heads/{name}"]
        known = self._names([*whole, *(f"{one}^{{}}" for one in whole)])
        found = [(known.get(f"{one}^{{}}", known[one]), one) for one in whole if one in known]
        if not found:
            is_short = len(name) >= 4 and not name.strip("0123456789abcdef")
            more = "; a commit is named in full, by its 40 letters" if is_short else ""
            raise GraderError(f"{self.course.url} has no tag or branch {name}{more}")
        if len({commit for commit, _ in found}) > 1:
            raise GraderError(f"{self.course.url} has a tag and a branch {name}: write {' or '.join(whole)}")
        return RemoteRevision(*found[0])

    def newest(self) -> str:
        """The commit that the server offers to who names none. Raises GraderError."""
        return self._names(["HEAD"]).get("HEAD", "")

    def fetch(self, wanted: RemoteRevision) -> None:
        """Fetches the commit alone, without its history, into the folder. Raises GraderError."""
        depth = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", self.course.url]
        failed = f"cannot fetch {wanted.commit} from {self.course.url}"
        try:
            self._git(failed, FETCH, wanted.commit, *depth, wanted.commit)
        except GraderError:
            if not wanted.name:
                raise
            # Some servers give no commit by its number; where the name was moved meanwhile, the commit is missing.
            self._git(failed, FETCH, wanted.commit, *depth, wanted.name)

    def _names(self, wanted: list[str]) -> dict[str, str]:
        failed = f"cannot ask {self.course.url} for its branches and tags"
        try:
            found = self._git(failed, ASK, "", "ls-remote", "--quiet", "--", self.course.url, *wanted)
        except GraderError as error:
            raise Unreachable(str(error)) from None
        lines = (line.partition("\t") for line in found.decode("utf-8", "replace").splitlines())
        return {name: commit for commit, _, name in lines if COMMIT.fullmatch(commit)}

    def _git(self, failed: str, seconds: float, commit: str, *arguments: str) -> bytes:
        need(f"the course at {self.course.url}")
        self._prepare(is_sha256=len(commit) > 40)
        kind = self.course.url.partition("://")[0]
        own = _OWN | {"GIT_ALLOW_PROTOCOL": "file" if kind == "file" else "https:ssh"}
        options: list[str] = []
        secret = self.course.secret
        if ":" in secret or len(secret) >= LEAST_TOKEN:  # else a user's name, for which git has a password or none
            text = secret if ":" in secret else f"{secret}:"
            # Not on the command line, where everybody on this machine could read it.
            header = "Authorization: Basic " + base64.b64encode(text.encode()).decode("ascii")
            key = f"http.{self.course.url}.extraHeader"
            own |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": header}
            options = ["-c", "http.followRedirects=false"]  # it would go along to wherever that leads
        command = [*_GIT, *options, f"--git-dir={self.place}", *arguments]
        try:
            return printed(failed, command, self.place, own, seconds)
        except subprocess.TimeoutExpired:
            raise GraderError(f"{failed}: it took more than {round(seconds)} seconds") from None
        except GraderError as error:
            more = "; with a token, the address must be the final one, often with .git at its end"
            is_elsewhere = bool(options) and re.search(r"\b30[12378]\b|redirect", str(error)) is not None
            raise GraderError(without_secret(str(error)) + (more if is_elsewhere else "")) from None

    def _prepare(self, is_sha256: bool) -> None:
        """Makes an empty repository by hand: `git init` would copy what its templates have."""
        for name in ("objects", "refs"):
            (self.place / name).mkdir(parents=True, exist_ok=True)
        (self.place / "HEAD").write_text("ref: refs/heads/none\n", "ascii")
        settings = _SETTINGS.format(int(is_sha256)) + (_SHA256 if is_sha256 else "")
        (self.place / "config").write_text(settings, "ascii")
