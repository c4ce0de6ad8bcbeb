"""What archives have in common: members in memory under safe names, within limits. Nothing is ever extracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import words
from grader.base.text import escape_controls
from grader.model import GraderError
from grader.submission.decode import bytes_of
from grader.submission.file_tree import Entry, EntryKind, is_litter, normal

MAX_MEMBERS = 200
MAX_NAME = 1024  # putting a name in its one form takes quadratic time where it holds marks alone
# With what is skipped, as the thousands of files of an environment.
MAX_ENTRIES = 20_000
MAX_ARCHIVE = 20 << 20
MAX_UNPACKED = 20 << 20
# Deflate packs at most 1032 to 1; text of any honest kind stays far below a hundred.
MAX_RATIO = 100
SMALL = 1 << 20


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
    """Takes an archive's members one by one; raises GraderError that names archive and member for what is refused."""

    archive: str
    packed: int
    members: dict[str, bytes] = field(default_factory=dict)
    _unpacked: int = 0
    _taken: dict[str, str] = field(default_factory=dict)

    def refused(self, why: str, member: str = "", **facts: int | str) -> GraderError:
        """The error, to be raised."""
        told = why.format(member=_short(member), **facts)
        return GraderError(f"{escape_controls(self.archive)} is refused: {told}")

    def path(self, member: str) -> str:
        """The member's path in the one form that counts; empty for what tools leave behind."""
        if len(member) > MAX_NAME:
            raise self.refused(words.MEMBER_NAME_LONG, member[:MAX_NAME])
        slashed = member.replace("\\", "/")
        parts = [part for part in slashed.split("/") if part not in ("", ".")]
        if slashed.startswith("/") or re.match(r"[A-Za-z]:", slashed) or ".." in parts or "\0" in member:
            raise self.refused(words.MEMBER_OUTSIDE, member)
        return "" if any(is_litter(part) for part in parts) else normal("/".join(parts))

    def announce(self, path: str) -> None:
        """Counts a file, before anything of it is read."""
        other = self._taken.setdefault(path.casefold(), path)
        if path in self.members or other != path:
            raise self.refused(words.MEMBER_TWICE, path)
        self.members[path] = b""
        if len(self.members) > MAX_MEMBERS:
            raise self.refused(words.TOO_MANY_MEMBERS, limit=MAX_MEMBERS)

    def spend(self, size: int, member: str = "") -> None:
        """Counts bytes that were really unpacked."""
        self._unpacked += size
        at = f" (seen at {_short(member)})" if member else ""
        if self._unpacked > max(SMALL, MAX_RATIO * self.packed):
            raise self.refused(words.IS_A_BOMB, ratio=MAX_RATIO, at=at)
        if self._unpacked > MAX_UNPACKED:
            raise self.refused(words.TOO_MUCH_UNPACKED, limit=MAX_UNPACKED >> 20, at=at)


def packed_bytes(path: Path, name: str) -> bytes:
    """The archive itself. Raises GraderError for what is no regular file, or too large."""
    data = bytes_of(path, escape_controls(name), MAX_ARCHIVE)
    if len(data) > MAX_ARCHIVE:
        raise GraderError(
            f"{escape_controls(name)} is larger than {MAX_ARCHIVE >> 20} MB: hand in the files that are asked for alone"
        )
    return data


def _short(member: str) -> str:
    shown = escape_controls(member)
    return shown if len(shown) <= 120 else shown[:117] + "..."
