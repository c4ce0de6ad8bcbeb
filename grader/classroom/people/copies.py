"""Identical submissions by people of different groups; within a group they are expected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from grader.classroom.model import HandedIn
from grader.classroom.people.matching import Owners, fold
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class Copies:
    """Submissions with the same files, from at least two groups; `groups` gives the group by name, `sizes` how many of
    these each group has."""

    names: tuple[str, ...]
    groups: Mapping[str, str]
    sizes: Mapping[str, int]

    def of_others(self, name: str) -> Iterator[str]:
        """The names with the same files as `name` from other groups."""
        return (other for other in self.names if self.groups[other] != self.groups[name])

    def count(self, name: str) -> int:
        """How many there are of them."""
        return len(self.names) - self.sizes[self.groups[name]]


def working_together(handed: Iterable[HandedIn], owners: Owners) -> dict[str, str]:
    """A key by submission name, equal for all who work together: the roster's group, the platform's, the person who
    submitted more than once, else the name."""
    found = {}
    for one in handed:
        members = owners.get(one.name, ())
        group = next((fold(person.group) for person in members if person.group), fold(one.team))
        alone = f"person {members[0].id}" if len(members) == 1 else f"submission {one.name}"
        found[one.name] = f"group {group}" if group else alone
    return found


def copies(digests: Mapping[str, str], groups: Mapping[str, str]) -> list[Copies]:
    """The sets of identical submissions; `digests` are by name, empty for the unchanged template."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, digest in digests.items():
        if digest:
            found[digest].append(name)
    sets = ((names, Counter(groups[name] for name in names)) for names in found.values())
    return [Copies(tuple(names), groups, sizes) for names, sizes in sets if len(sizes) > 1]
