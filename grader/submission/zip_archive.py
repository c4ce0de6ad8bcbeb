"""Reads a zip archive."""

from __future__ import annotations

import io
import stat
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model import Submission
from grader.submission.archive import MAX_ENTRIES, SUBMITTED, Archive, ArchiveLimits, Intake, packed_bytes, short
from grader.submission.collect import gather
from grader.submission.file_tree import normal

if TYPE_CHECKING:
    import zipfile

ENCRYPTED, UTF8 = 0x1, 0x800  # of a member's flags (APPNOTE 4.4.4)


def read_zip(path: Path, wanted: Collection[str], typed: str) -> Submission:
    """The submission in a zip archive. Raises GraderError for one that is broken, hostile or too large."""
    name = normal(path.name)
    return gather(Archive(zip_members(name, packed_bytes(path, name))), name, typed, wanted)


def zip_members(name: str, data: bytes, limits: ArchiveLimits = SUBMITTED) -> Mapping[str, bytes]:
    """What the files in the zip archive `name` hold, by path. Raises GraderError."""
    import zipfile

    intake = Intake(name, len(data), limits)
    # Every entry of the directory starts with these bytes: counted before zipfile makes an object of each.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise intake.crowded(MAX_ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            chosen = [(member, inside) for member in archive.infolist() if (inside := _checked(intake, member))]
            for member, inside in chosen:
                with archive.open(member) as stream:
                    intake.members[inside] = intake.unpacked(stream, inside)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise intake.damaged(error) from None
    return intake.members


def _checked(intake: Intake, member: zipfile.ZipInfo) -> str:
    """The path of a member that is to be read; empty for folders and what is skipped."""
    raw = member.orig_filename
    if not member.flag_bits & UTF8:
        try:  # macOS writes UTF-8 without saying so; zipfile has read it as code page 437
            raw = raw.encode("cp437").decode("utf-8")
        except UnicodeError:
            raw = member.orig_filename
    path = intake.path(raw)
    mode = stat.S_IFMT(member.external_attr >> 16)
    if not path or (mode == stat.S_IFDIR or raw.endswith(("/", "\\"))):
        return ""
    if mode == stat.S_IFLNK:
        raise intake.refused(f"{short(raw)} is a link; pack the file itself")
    if mode not in (0, stat.S_IFREG):
        raise intake.refused(f"{short(raw)} is not a regular file")
    if member.flag_bits & ENCRYPTED:
        raise intake.refused(f"{short(raw)} is encrypted; pack it without a password")
    if member.compress_type not in (0, 8):  # stored, deflated
        raise intake.refused(f"{short(raw)} is compressed in an unusual way; pack it as a plain zip")
    intake.announce(path)
    return path
