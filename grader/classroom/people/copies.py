"""The same files handed in by people who do not work together: one group's work is not copied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.model import HandedIn
from grader.classroom.people.matching import Owners, fold


@dataclass(frozen=True)
class Copies:
    """Submissions with the same files, of two groups or more; `groups` says by name who works together."""

    names: tuple[str, ...]
    groups: Mapping[str, str]
    sizes: Mapping[str, int]

    def of_others(self, name: str) -> Iterator[str]:
        """Who has the same files as `name` and is not of its group."""
        return (other for other in self.names if self.groups[other] != self.groups[name])

    def count(self, name: str) -> int:
        """How many those are."""
        return len(self.names) - self.sizes[self.groups[name]]


def working_together(handed: Iterable[HandedIn], owners: Owners) -> dict[str, str]:
    """For each submission's name what is the same for all who work together: the roster's group, the platform's, the
    person who handed in more than once, else the name."""
    found = {}
    for one in handed:
        members = owners.get(one.name, ())
        group = next((fold(person.group) for person in members if person.group), fold(one.team))
        alone = f"person {members[0].id}" if len(members) == 1 else f"submission {one.name}"
        found[one.name] = f"group {group}" if group else alone
    return found


def copies(digests: Mapping[str, str], groups: Mapping[str, str]) -> list[Copies]:
    """Who has the same files (by name the digest of what somebody wrote, empty where that is nothing)."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, digest in digests.items():
        if digest:
            found[digest].append(name)
    return [Copies(tuple(names), groups, sizes) for names in found.values() if len(sizes := _sizes(names, groups)) > 1]


def _sizes(names: Sequence[str], groups: Mapping[str, str]) -> Mapping[str, int]:
    return Counter(groups[name] for name in names)
