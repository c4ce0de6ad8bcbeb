"""Whose submission is it: names, numbers and logins matched to the roster, never a choice between two people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.base.text import escape_controls
from grader.classroom.model import ClassRow, HandedIn, Person, Status

Owners = Mapping[str, tuple[Person, ...]]


def fold(text: str) -> str:
    """The text for comparison: letter case, spaces and the encoding of accents do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def name_key(name: str) -> str:
    """A name for comparison: `Last, First` is `first last`."""
    last, comma, first = name.partition(",")
    return fold(f"{first} {last}" if comma and "," not in first else name)


def squeezed(name: str) -> str:
    """A name's letters and digits alone, as Canvas puts it into the name of a file."""
    return re.sub(r"[\W_]", "", fold(name))


def same_name(one: str, other: str) -> bool:
    """Whether two texts can be one name: as written, as `Last, First`, or squeezed with the last name first."""
    return name_key(one) == name_key(other) or squeezed(one) in set(turned(other))


def match(handed: Sequence[HandedIn], people: Sequence[Person]) -> tuple[dict[str, tuple[Person, ...]], list[str]]:
    """The people by submission name (several for a group, none where nobody matches), and notes.

    A platform's number only counts together with the name, as the roster's numbers may be different ones. Where the
    roster is an export of that platform, the number decides and the name need only be similar.
    """
    owners: dict[str, tuple[Person, ...]] = {}
    index, notes = _Index(people), []
    for one in handed:
        found = _owners(one, index)
        if found is None:
            notes.append(
                f"{escape_controls(one.name)}: matches several people on the roster, so none was chosen; name the "
                "submission by id or login"
            )
        elif not found and people:
            notes.append(f"{escape_controls(one.name)}: not found in the roster; listed separately")
        owners[one.name] = found or ()
    first: dict[str, str] = {}
    for name, members in owners.items():
        for person in members if len(members) == 1 else ():
            if person.id in first:
                notes.append(
                    f"{escape_controls(person.name)} submitted twice: {escape_controls(first[person.id])} and "
                    f"{escape_controls(name)}; both are listed, keep one of them before you fill in grades"
                )
            first.setdefault(person.id, name)
    return owners, notes


def class_rows(rows: Iterable[ClassRow], owners: Owners, people: Sequence[Person]) -> list[ClassRow]:
    """The rows of the class: each submission once per person, and one row for each person who submitted nothing.

    A person's own submission takes precedence over the group's. Where members of a group submitted different things,
    the other members get neither.
    """
    rows = list(rows)
    alone = {members[0].id for members in owners.values() if len(members) == 1}
    lines = []
    for row in rows:
        members = owners.get(row.name, ())
        if not members:
            lines.append(row)
        for person in members:
            if len(members) == 1 or person.id not in alone:
                # The platform's number belongs to the person who uploaded it.
                lines.append(replace(row, person=person, lms_id=row.lms_id if len(members) == 1 else ""))
    have = {line.person.id for line in lines if line.person is not None}
    possible = max((row.possible for row in rows), default=0.0)
    bonus = max((row.max_bonus for row in rows), default=0.0)
    groups: dict[str, dict[str, ClassRow]] = {}
    for line in lines:
        if line.person is not None and line.person.group and line.status is not Status.NOTHING:
            groups.setdefault(fold(line.person.group), {})[line.name] = line
    lines += [
        _without(person, groups.get(fold(person.group), {}) if person.group else {}, possible, bonus)
        for person in people if person.id not in have
    ]  # fmt: skip
    return lines


def _without(person: Person, mates: Mapping[str, ClassRow], possible: float, bonus: float) -> ClassRow:
    if len(mates) == 1:
        row = next(iter(mates.values()))
        return replace(
            row,
            person=person,
            lms_id="",
            notes=(*row.notes, f"submitted by the group as {escape_controls(row.name)}"),
        )
    unclear = f"group {escape_controls(person.group)} has several submissions; it is unclear which one counts here"
    return ClassRow(
        person.name, person, max_score=possible, max_bonus=bonus, status=Status.NOTHING, attempt=0,
        notes=(unclear,) if mates else (),
    )  # fmt: skip


class _Index:
    """People by every key that can identify them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.ids = _by(people, lambda person: [fold(person.id)])
        self.platform_ids = _by(people, lambda person: [person.platform_id])
        self.logins = _by(people, lambda person: [fold(person.login)])
        self.emails = _by(people, lambda person: [fold(person.email)])
        self.mailboxes = _by(people, lambda person: [fold(person.email).partition("@")[0]])
        self.groups = _by(people, lambda person: [fold(person.group)])
        self.names = _by(people, lambda person: [name_key(person.name)])
        self.turned = _by(people, lambda person: turned(person.name))


def _by(people: Sequence[Person], keys: Callable[[Person], Iterable[str]]) -> dict[str, tuple[Person, ...]]:
    index: dict[str, list[Person]] = {}
    for person in people:
        for key in set(keys(person)) - {""}:
            index.setdefault(key, []).append(person)
    return {key: tuple(found) for key, found in index.items()}


def _owners(one: HandedIn, index: _Index) -> tuple[Person, ...] | None:
    """The people found by the first key that finds any; None where it finds several."""
    called = one.owner_name
    name = fold(called)
    own = f"{one.platform} {one.id}"
    certain = [person for person in index.platform_ids.get(own, ()) if _like(called, person.name)]
    if len(certain) == 1:
        return (certain[0],)
    ways = [
        tuple(person for person in index.ids.get(fold(one.id), ()) if same_name(called, person.name)),
        index.logins.get(fold(one.login), ()),
    ]
    if not one.id and not one.login:
        ways += [index.ids.get(name, ()), index.logins.get(name, ()), index.emails.get(name, ())]
    team = index.groups.get(name, ())
    if not any(ways) and team:
        return team
    ways += [
        index.names.get(name_key(called), ()), index.turned.get(squeezed(called), ()), index.mailboxes.get(name, ()),
        _in_team(one, index),
    ]  # fmt: skip
    # Another number of the same platform is another person, whatever the names say.
    free = (tuple(person for person in way if not _another(person, own, one.platform)) for way in ways)
    found = next(filter(None, free), ())
    return found if len(found) < 2 else None


def _in_team(one: HandedIn, index: _Index) -> tuple[Person, ...]:
    """Whom `Red-Ada Lovelace` means, as Moodle puts the group before the name: Ada Lovelace of the group Red."""
    called = one.owner_name
    splits = [(fold(called[:at]), called[at + 1 :]) for at, letter in enumerate(called) if letter == "-"]
    return tuple(
        person
        for group, name in splits if one.platform == "moodle"
        for person in index.names.get(name_key(name), ()) if group in (fold(person.group), fold(one.team))
    )  # fmt: skip


def _another(person: Person, own: str, platform: str) -> bool:
    return bool(platform) and person.platform_id.startswith(f"{platform} ") and person.platform_id != own


def _like(called: str, name: str) -> bool:
    """Whether two texts may be one person's name: they share a part of it, perhaps without accented letters."""
    if not name or same_name(called, name):
        return True
    whole = squeezed(called)
    pairs = [(part, whole) for part in map(squeezed, name_key(name).split())]
    pairs += [(_ascii(part), _ascii(whole)) for part, whole in pairs]
    return any(part in whole for part, whole in pairs if len(part) > 1)


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


def turned(name: str) -> Iterator[str]:
    """The name squeezed, with each of its parts in front: platforms sort by last names."""
    parts = name_key(name).split()
    for at in range(len(parts)):
        yield squeezed("".join(parts[at:] + parts[:at]))
