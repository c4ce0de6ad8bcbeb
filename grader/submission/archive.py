"""What archives have in common: members in memory under safe names, within limits. Nothing is ever extracted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from grader.base.text import escape_controls
from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.submission.decode import bytes_of
from grader.submission.file_tree import Entry, EntryKind, is_litter, normal

MAX_MEMBERS = 200  # files that count, as in collect.py: a course asks for some ten
MAX_NAME = 1024  # bringing a name to its normal form takes quadratic time where it consists of combining marks
MAX_ENTRIES = 20_000  # with those that are skipped, as the thousands of files of a virtual environment
# Bytes: a notebook may have 8 MiB of pictures (notebook.py), and some data may lie beside it; memory has far more.
MAX_ARCHIVE = 20 << 20
MAX_UNPACKED = 20 << 20
# Deflate packs at most 1032 to 1; text of any honest kind stays far below a hundred.
MAX_RATIO = 100
SMALL = 1 << 20  # bytes unpacked that are fine at any ratio: a short file of one repeated letter packs very well
LONGEST_SHOWN = 120  # letters of a member's name in a message: it stays on one or two lines
CHUNK = 1 << 16  # bytes unpacked between two looks at how many there were
PACK_LESS = "pack only the requested files"


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may hold: files that count, bytes unpacked. `litter` are names that do not count, `remedy`
    says what to do about more."""

    files: int = MAX_MEMBERS
    unpacked: int = MAX_UNPACKED
    litter: Callable[[str], bool] = is_litter
    remedy: str = PACK_LESS


SUBMITTED = ArchiveLimits()


@dataclass(frozen=True)
class Archive:
    """The members of an archive as a tree: bytes by path."""

    members: Mapping[str, bytes]

    def entries(self, folder: str) -> list[Entry]:
        """What is in the folder with this path."""
        found = {}
        for path in self.members:
            if path.startswith(folder):
                name, slash, _ = path[len(folder) :].partition("/")
                found[name] = Entry(name, EntryKind.FOLDER if slash else EntryKind.FILE, f"{folder}{name}{slash}")
        return list(found.values())

    def read(self, entry: Entry, limit: int) -> bytes:
        """The first bytes of a member."""
        return self.members[entry.path][: limit + 1]


@dataclass
class Intake:
    """Takes an archive's members one by one; raises GraderError with the archive's and the member's name."""

    archive: str
    packed: int
    limits: ArchiveLimits = SUBMITTED
    members: dict[str, bytes] = field(default_factory=dict)
    _unpacked: int = 0
    _taken: dict[str, str] = field(default_factory=dict)

    def refused(self, why: str) -> GraderError:
        """The error, to be raised."""
        return GraderError(f"{escape_controls(self.archive)} is refused: {why}")

    def crowded(self, limit: int) -> GraderError:
        """The error for too many members."""
        return self.refused(f"it holds more than {limit} files; {self.limits.remedy}")

    def path(self, member: str) -> str:
        """The member's path in normal form; empty for what tools leave behind. Raises GraderError."""
        if len(member) > MAX_NAME:
            raise self.refused(f"the name {short(member[:MAX_NAME])} is too long")
        slashed = member.replace("\\", "/")
        parts = [part for part in slashed.split("/") if part not in ("", ".")]
        if slashed.startswith("/") or re.match(r"[A-Za-z]:", slashed) or ".." in parts or "\0" in member:
            raise self.refused(f"{short(member)} would lie outside of the archive's folder")
        return "" if any(self.limits.litter(part) for part in parts) else normal("/".join(parts))

    def announce(self, path: str) -> None:
        """Counts a file, before anything of it is read. Raises GraderError."""
        other = self._taken.setdefault(path.casefold(), path)
        if path in self.members or other != path:
            raise self.refused(f"{short(path)} is in it twice, or in two spellings")
        self.members[path] = b""
        if len(self.members) > self.limits.files:
            raise self.crowded(self.limits.files)

    def damaged(self, error: Exception) -> GraderError:
        """The error for an archive that cannot be unpacked."""
        return self.refused(f"it is damaged, or not such an archive ({type(error).__name__}); pack it again")

    def unpacked(self, stream: BufferedIOBase | IO[bytes], member: str = "") -> bytes:
        """All bytes of a stream, counted while they are unpacked. Raises GraderError."""
        parts = []
        while chunk := stream.read(CHUNK):
            self._spend(len(chunk), member)
            parts.append(chunk)
        return b"".join(parts)

    def _spend(self, size: int, member: str) -> None:
        self._unpacked += size
        at = f" (seen at {short(member)})" if member else ""
        if self._unpacked > max(SMALL, MAX_RATIO * self.packed):
            raise self.refused(f"it unpacks to more than {MAX_RATIO} times its size{at}; {self.limits.remedy}")
        if self._unpacked > self.limits.unpacked:
            raise self.refused(f"it holds more than {self.limits.unpacked >> 20} MiB{at}; {self.limits.remedy}")


def packed_bytes(path: Path, name: str) -> bytes:
    """The archive itself. Raises GraderError for anything but a regular file, and for one that is too large."""
    data = bytes_of(path, escape_controls(name), MAX_ARCHIVE)
    if len(data) > MAX_ARCHIVE:
        raise GraderError(f"{escape_controls(name)} is larger than {MAX_ARCHIVE >> 20} MiB: {PACK_LESS}")
    return data


def short(member: str) -> str:
    """A member's name for a message: escaped, and cut where it is long."""
    shown = escape_controls(member)
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 3] + "..."
