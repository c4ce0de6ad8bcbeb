"""Reads a tar archive, plain or packed with gzip."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.model import Submission
from grader.submission.archive import MAX_ENTRIES, SUBMITTED, Archive, ArchiveLimits, Intake, packed_bytes, short
from grader.submission.collect import gather
from grader.submission.file_tree import normal

GZIP = b"\x1f\x8b"
# Long names and other things said of a member. Some versions of tarfile take quadratic time over each of them, and
# copy what was said of all members for every one: the sum of the squares of both is what an archive may cost.
MAX_HEADER = 4 << 10  # bytes; a path has at most 1024 that count, a comment of a tool some hundreds
MAX_COST = 1 << 28  # the squares of 16 headers of the greatest length; 20,000 honest ones of a hundred bytes stay below
HEADERS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError, LookupError)


def _members(intake: Intake) -> type[tarfile.TarInfo]:
    """The kind of member for one archive: every header is counted before tarfile goes into what it says."""
    blocks = cost = of_all = 0

    class Member(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Member:
            nonlocal blocks, cost, of_all
            found = super().frombuf(buf, encoding, errors)
            blocks += 1
            if blocks > 2 * MAX_ENTRIES:
                raise intake.crowded(MAX_ENTRIES)
            if found.size < 0 or found.type == tarfile.GNUTYPE_SPARSE:
                raise tarfile.ReadError("header of a strange size")
            if found.type in HEADERS:
                of_all += found.size if found.type == tarfile.XGLTYPE else 0
                cost += (found.size + of_all) ** 2
                if found.size > MAX_HEADER or cost > MAX_COST:
                    raise tarfile.ReadError("headers of a strange size")
            return found

        def _proc_gnusparse_10(self, *_: object) -> None:
            raise tarfile.ReadError("sparse")  # its map may be as long as the archive, and every member's the same

    return Member


def read_tar(path: Path, wanted: Collection[str], typed: str) -> Submission:
    """The submission in a tar archive. Raises GraderError for one that is broken, hostile or too large."""
    name = normal(path.name)
    return gather(Archive(tar_members(name, packed_bytes(path, name))), name, typed, wanted)


def tar_members(name: str, data: bytes, limits: ArchiveLimits = SUBMITTED) -> Mapping[str, bytes]:
    """What the files in the tar archive `name` hold, by path. Raises GraderError."""
    intake = Intake(name, len(data), limits)
    entries = 0
    try:
        if data.startswith(GZIP):
            data = intake.unpacked(gzip.GzipFile(fileobj=io.BytesIO(data)))
        with tarfile.open(
            fileobj=io.BytesIO(data), mode="r:", tarinfo=_members(intake), encoding="utf-8", errors="surrogateescape"
        ) as archive:
            while (member := archive.next()) is not None:
                _take(intake, archive, member)
                archive.members.clear()  # type: ignore[attr-defined]  # each one holds a copy of what was said of all
                entries += 1
                if entries > MAX_ENTRIES:
                    raise intake.crowded(MAX_ENTRIES)
            # tarfile takes a damaged header for the end; the true end is a block of zeros, or nothing at all.
            if data[archive.offset : archive.offset + tarfile.BLOCKSIZE].strip(b"\0"):
                raise tarfile.ReadError("damaged header")
    except BROKEN as error:
        raise intake.damaged(error) from None
    return intake.members


def _take(intake: Intake, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    path = intake.path(member.name)
    if not path or member.isdir():
        return
    if member.issym() or member.islnk():
        raise intake.refused(f"{short(member.name)} is a link; pack the file itself")
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        raise intake.refused(f"{short(member.name)} is not a regular file")
    intake.announce(path)
    file = archive.extractfile(member)
    content = file.read() if file is not None else b""
    if len(content) != member.size:
        raise tarfile.ReadError("cut off")
    intake.members[path] = content
