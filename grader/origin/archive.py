"""A course in an archive: a file, or one from the web, which must be the one that its SHA-256 names."""

from __future__ import annotations

import base64
import hashlib
import urllib.request
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any

from grader.base.text import escape_controls
from grader.base.urls import without_secret
from grader.course.files import COURSE_FILE
from grader.model import GraderError, Origin
from grader.origin.cache import cache_folder, keep, kept
from grader.origin.files import MAX_FILES, MAX_SIZE, FetchedCourse, refuse_name, within
from grader.origin.named import HTTPS, ArchiveCourse
from grader.submission.archive import ArchiveLimits
from grader.submission.decode import bytes_of
from grader.submission.tar_archive import tar_members
from grader.submission.zip_archive import zip_members

MAX_PACKED = 64 << 20  # bytes
WAIT = 60.0  # seconds without an answer
# Unlike a submission, a course has hidden files that count: the workflows of its template.
LITTER = frozenset({"__MACOSX", ".DS_Store", "__pycache__", ".git"})
LIMITS = ArchiveLimits(MAX_FILES, MAX_SIZE, LITTER.__contains__, "pack only the course")


def unpacked(course: ArchiveCourse) -> FetchedCourse:
    """The course, from the cache where it is there. Raises GraderError."""
    data = None if course.is_remote else _read(course.place)
    digest = course.sha256 if data is None else hashlib.sha256(data).hexdigest()
    place = cache_folder() / "archive" / digest
    files = kept(place)
    if files is None:
        packed = _downloaded(course) if data is None else data
        files = keep(place, lambda own: _members(course, packed))
    root, shown = _top(files, course.path), course.place if course.is_remote else Path(course.place).name
    named = f"{shown}{'#' + course.path if course.path else ''}"
    return FetchedCourse(root, within(root, course.path, named), Origin(named, sha256=digest))


def _read(place: str) -> bytes:
    data = bytes_of(Path(place).resolve(), escape_controls(place), MAX_PACKED)
    if len(data) > MAX_PACKED:
        raise _too_large(place)
    return data


def _members(course: ArchiveCourse, data: bytes) -> dict[str, bytes]:
    name = course.place.rpartition("/")[2] if course.is_remote else Path(course.place).name
    read = zip_members if name.lower().endswith(".zip") else tar_members
    members = dict(read(name, data, LIMITS))
    for path in members:
        if why := refuse_name(path):
            raise GraderError(f"{escape_controls(name)} is refused: {escape_controls(path)} {why}")
    return members


def _top(files: Path, path: str) -> Path:
    """The folder that the course's own is named in: the top, or the single folder there."""
    entries = [*files.iterdir()]
    single = len(entries) == 1 and entries[0].is_dir() and not (files / path / COURSE_FILE).is_file()
    return entries[0] if single else files


def _downloaded(course: ArchiveCourse) -> bytes:
    """The archive at the address. Raises GraderError where it is not the one with this SHA-256."""
    request = urllib.request.Request(course.place + (f"?{course.query}" if course.query else ""))
    if course.user:
        text = course.user if ":" in course.user else f"{course.user}:"
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(text.encode()).decode("ascii"))
    try:
        with urllib.request.build_opener(_HttpsAlone()).open(request, timeout=WAIT) as answer:
            data: bytes = answer.read(MAX_PACKED + 1)
    except (OSError, HTTPException, ValueError) as error:
        why = escape_controls(without_secret(str(getattr(error, "reason", None) or error)))
        raise GraderError(f"cannot download {course.place}: {why}") from None
    if len(data) > MAX_PACKED:
        raise _too_large(course.place)
    found = hashlib.sha256(data).hexdigest()
    if found != course.sha256:
        raise GraderError(
            f"{course.place} is not the archive that was named: its SHA-256 is {found}, not {course.sha256}"
        )
    return data


class _HttpsAlone(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Any:
        if not newurl.lower().startswith(HTTPS):
            raise GraderError(f"cannot download {without_secret(req.full_url)}: it leads to an address without https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _too_large(place: str) -> GraderError:
    return GraderError(f"{escape_controls(place)} is larger than {MAX_PACKED >> 20} MiB: {LIMITS.remedy}")
