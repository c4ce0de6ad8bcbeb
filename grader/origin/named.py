"""How a course is named on the command line: the four forms, read into what they say."""

from __future__ import annotations

import re
from dataclasses import field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from grader.base.text import did_you_mean, escape_controls
from grader.base.urls import without_secret
from grader.model import GraderError
from grader.model.dataclass import dataclass

GIT, PACKAGE, HTTPS = "git+", "pkg:", "https://"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
FORMS = """\
a course is one of
  DIR                         a folder
  git+URL@REV#FOLDER          a tag, branch or commit of a git repository, and the course's folder in it
  course.zip, course.tar.gz   an archive, or one at https://…#sha256=DIGEST
  pkg:NAME                    a course in an installed package"""
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
_URL = re.compile(
    rf"(?:(https)://(?:([^/]*)@)?({_HOST})|(ssh)://(?:([\w.][\w.+-]*)@)?({_HOST})|(file)://)(/[^?]*)", re.IGNORECASE
)
# Two letters at least before the colon: one is a drive of Windows.
_SCP = re.compile(r"((?:[\w.][\w.+-]*@)?[A-Za-z0-9][A-Za-z0-9.-]+):(?!//)([^\s?:-][^\s?:]*)")
_REVISION = re.compile(r"[^\W_][\w./+-]{0,199}")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_NAME = 2048  # letters: longer than any address that a person types


@dataclass(frozen=True)
class GitCourse:
    """A folder in a revision of a git repository; the `secret` of its URL is no part of the `url`."""

    url: str
    revision: str
    path: str
    secret: str = field(default="", repr=False)

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a whole commit, which nobody can move."""
        return COMMIT.fullmatch(self.revision) is not None

    def at(self, revision: str) -> str:
        """The same with another revision, as it is typed."""
        return f"{GIT}{self.url}@{revision}{'#' + self.path if self.path else ''}"


@dataclass(frozen=True)
class ArchiveCourse:
    """A folder in an archive: a file, or (with its SHA-256) one at an https address, whose user and query are no part
    of its `place`: they may be secret."""

    place: str
    path: str
    sha256: str = ""
    user: str = field(default="", repr=False)
    query: str = field(default="", repr=False)

    @property
    def is_remote(self) -> bool:
        """Whether it is to be downloaded."""
        return bool(self.sha256)


@dataclass(frozen=True)
class PackagedCourse:
    """A course that an installed package offers under a name."""

    name: str


def read_name(text: str) -> Path | GitCourse | ArchiveCourse | PackagedCourse:
    """What a name of a course says; a path is one of a folder that is there. Raises GraderError."""
    if not text or len(text) > _MAX_NAME or not text.isprintable():
        raise GraderError(f"the name of the course is {'too long' if text[_MAX_NAME:] else 'empty or not printable'}")
    if text.startswith(GIT):
        return _git(text.removeprefix(GIT))
    if text.startswith(PACKAGE):
        return PackagedCourse(text.removeprefix(PACKAGE))
    if text.lower().startswith(HTTPS):
        return _download(text)
    place = Path(text)
    if place.is_dir():
        return place
    file, _, inside = (text, "", "") if place.is_file() else text.partition("#")
    if Path(file).is_file():
        if not file.lower().endswith(ARCHIVES):
            raise GraderError(f"{escape_controls(file)} is a file: give the course's folder\n{FORMS}")
        return ArchiveCourse(file, _inside(inside))
    raise _unknown(text)


def _git(text: str) -> GitCourse:
    address, _, inside = text.partition("#")
    path = _inside(inside)
    scheme = _SCP.fullmatch(address) or _URL.fullmatch(address)
    if scheme is None:
        raise GraderError(
            f"{_hidden(text)} is not the address of a git repository: write {GIT}https://…, {GIT}ssh://…, "
            f"{GIT}file:///… or {GIT}git@HOST:… (without `?`), then @REV and #FOLDER"
        )
    if scheme.re is _SCP:
        start, rest, secret = f"{scheme[1]}:", scheme[2], ""
    else:
        kind = (scheme[1] or scheme[4] or scheme[7]).lower()
        user = f"{scheme[5]}@" if scheme[5] else ""
        start, rest = f"{kind}://{user}{scheme[3] or scheme[6] or ''}", scheme[8]
        secret = unquote(scheme[2] or "")
    repository, at, revision = rest.rpartition("@") if "@" in rest else (rest, "", "")
    if at and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise GraderError(
            f"{escape_controls(revision)!r} is not a revision: give a tag, a branch or a whole commit, as in "
            f"{GIT}{start}{escape_controls(repository)}@v1"
        )
    return GitCourse(start + repository, revision, path, secret)


def _download(text: str) -> ArchiveCourse:
    address, _, fragment = text.partition("#")
    shown = without_secret(address)
    place, _, query = address.partition("?")
    given = dict(part.partition("=")[::2] for part in fragment.split("&"))
    if not place.lower().endswith(ARCHIVES):
        raise GraderError(f"{_hidden(text)} is not an archive; for a git repository, write {GIT}https://…@REV\n{FORMS}")
    digest = given.pop("sha256", "").lower()
    if not _DIGEST.fullmatch(digest) or not {*given} <= {"path"}:
        raise GraderError(
            f"an archive from the web is named with its SHA-256, as in {shown}#sha256=DIGEST (and &path=FOLDER where "
            "the course is in a folder of it)"
        )
    parts = re.fullmatch(rf"https://(?:([^/]*)@)?({_HOST}/.*)", place, re.I)
    if parts is None:
        raise GraderError(f"{_hidden(text)} is not the address of an archive")
    return ArchiveCourse(HTTPS + parts[2], _inside(given.get("path", "")), digest, unquote(parts[1] or ""), query)


def _inside(text: str) -> str:
    """A folder in a repository or archive, without a slash at its end. Raises GraderError for one that leads out."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or ".git" in (part.lower() for part in path.parts):
        raise GraderError(
            f"{escape_controls(text)!r} is not a folder in the course's repository or archive: write it as in "
            "#courses/autodiff"
        )
    return "/".join(path.parts)


def _hidden(text: str) -> str:
    """What was typed, without all that may be a secret in an address that nobody understands."""
    return escape_controls(re.sub(r"://.*@", "://…@", without_secret(text)))


def _unknown(text: str) -> GraderError:
    shown = _hidden(text)
    if "://" in text or re.match(r"[\w.+-]+@[\w.-]+:", text):
        address = re.sub(r"^(?:git|http)://", "https://", text)
        return GraderError(f"no course here: {shown} is not a folder; did you mean {GIT}{_hidden(address)}?\n{FORMS}")
    place = Path(text)
    try:
        beside = [one.name for one in place.parent.iterdir() if one.is_dir() or one.name.lower().endswith(ARCHIVES)]
    except OSError:
        beside = []
    return GraderError(f"no course here: {shown} is not a folder{did_you_mean(place.name, beside)}\n{FORMS}")
