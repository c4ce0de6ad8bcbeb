"""Reads submission times from a sheet of a platform or a person, and finds each submission's time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import NoReturn

from grader.base.csv_table import CsvRow, CsvTable, open_table, two_columns
from grader.base.rounded_ids import refuse_rounded
from grader.base.text import did_you_mean, escape_controls
from grader.classroom.model import HandedIn, Person
from grader.classroom.people.matching import fold, name_key, same_name, squeezed, turned
from grader.classroom.people.roster import HEADINGS as ROSTER
from grader.classroom.people.roster import plain
from grader.course.time_zones import moment, on_clocks
from grader.model import GraderError
from grader.model.dataclass import dataclass

# The first of these headings counts. (Moodle: Last modified (submission); Gradescope: Submission Time;
# GitHub Classroom: submission_timestamp; Canvas: submitted_at)
WHEN = (
    "handedin", "handedinat", "lastmodifiedsubmission", "submittedat", "submissiontime", "submissiontimestamp",
    "submissiondate", "submitted", "zuletztgeändertabgabe", "time", "timestamp", "date",
)  # fmt: skip
WHO = {
    "submission": ("submission", "submissionname", "studentrepositoryname", "repository", "folder", "file", "filename"),
    **{noun: ROSTER[noun] for noun in ("id", "name", "first", "last", "email", "login")},
    "id": (*ROSTER["id"], "sid", "rosteridentifier"),
}
NOTHING = ("", "-", "–", "never")
# Unique to one person or submission; several people may share a name.
SURE = ("submission", "id", "login", "email")
_ENDING = re.compile(r"\.(?:zip|tar|tar\.gz|tgz|py|ipynb)\Z", re.IGNORECASE)
# As in Participant 1234, with Moodle's number, which the names of its downloads hold too.
_NUMBER = re.compile(r"(?:[^\W\d_]\D*?)?(\d{1,18})")
# A kind of key, and the key, folded.
Key = tuple[str, str]


@dataclass(frozen=True)
class StatedTime:
    """One row of the sheet: a time in UTC, and the keys of its person."""

    line: int
    when: datetime
    name: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Times:
    """The sheet's rows by every key; `zone` is the zone of the times that are returned."""

    path: Path
    zone: tzinfo
    rows: Mapping[Key, tuple[StatedTime, ...]]

    def of_all(
        self, handed: HandedIn, members: Sequence[Person], alone: Collection[str]
    ) -> tuple[datetime | None, str | None]:
        """The time of a submission that counts for all of `members`, and a note where several were possible.

        A row that names the group goes first, in any column. Else the latest time of its members counts, without the
        people in `alone`, whose rows are about their own submissions.
        """
        names = _own_names(handed)
        group = {fold(person.group) for person in members} & {fold(name) for name in names}
        if len(members) < 2 and not group:
            return self.of(handed, members[0] if members else None), None
        for found in (
            self._rows([(kind, name) for kind in SURE for name in names]),
            self._rows([("name", name_key(name)) for name in names]),
        ):
            others = [row for row in found if row.when != found[0].when]
            if others:
                _refuse_two(self.path, found[0], others[0], handed.name)
            if found:
                return found[0].when.astimezone(self.zone), None
        theirs = [self.of(handed, person) for person in members if person.id not in alone]
        moments = sorted({when for when in theirs if when is not None})
        if not moments:
            return None, None
        note = (
            f"{escape_controls(handed.name)}: the sheet has different times for its members; the latest counts, "
            f"{moments[-1]:%Y-%m-%d %H:%M:%S}"
        )
        return moments[-1], note if len(moments) > 1 else None

    def unmatched(self, handed: Sequence[HandedIn], people: Sequence[Person]) -> list[str]:
        """The people of the rows that match no submission and nobody on the roster, in the sheet's order."""
        keys: list[Key] = []
        for one in handed:
            names = [*_own_names(one), one.person_name]
            keys += [(kind, name) for kind in SURE for name in names]
            keys += [("login", one.login), ("number", one.id)]
            keys += [key for name in names for key in _name_keys(name)]
        for person in people:
            keys += [*_person_keys(person), *_name_keys(person.name)]
            keys += [(kind, person.group) for kind in SURE]
            keys.append(("name", name_key(person.group)))
        known = {row.line for row in self._rows(keys)}
        strange = {row.line: row for rows in self.rows.values() for row in rows if row.line not in known}
        return [row.name or row.keys[0][1] for _, row in sorted(strange.items())]

    def of(self, handed: HandedIn, person: Person | None) -> datetime | None:
        """The time of this person's submission; None where the sheet has none or several rows match only by name.

        A row with the submission's name goes first, then one with the person's id, login or address, then one with
        the platform's number or login, then one with the name, which two people may share. Raises GraderError where
        two rows that match by more than the name have different times.
        """
        for found in (
            self._rows([("submission", name) for name in _own_names(handed)]),
            self._rows(_person_keys(person) if person is not None else _as_person(handed)),
            self._numbered(handed, person) + self._rows([("login", handed.login)]),
        ):
            others = [row for row in found if row.when != found[0].when]
            if others:
                _refuse_two(self.path, found[0], others[0], handed.name)
            if found:
                return found[0].when.astimezone(self.zone)
        for names in ([*_own_names(handed), handed.person_name], [person.name] if person is not None else []):
            for kind, key in (("name", name_key), ("squeezed", squeezed)):
                moments = {row.when for row in self._rows([(kind, key(name)) for name in names])}
                if moments:
                    return moments.pop().astimezone(self.zone) if len(moments) == 1 else None
        return None

    def _rows(self, keys: Sequence[Key]) -> list[StatedTime]:
        return [row for kind, key in keys if key for row in self.rows.get((kind, fold(key)), ())]

    def _numbered(self, handed: HandedIn, person: Person | None) -> list[StatedTime]:
        """Rows with the platform's number; it may be the roster's number in the sheet, so the name must match too."""
        found = self._rows([("number", handed.id)])
        called = handed.owner_name
        return [row for row in found if (same_name(called, row.name) if row.name else person is None)]


def read_times(path: Path, zone: tzinfo | None) -> Times:
    """The times in the sheet at `path`; those without an offset are in `zone`.

    Where clocks are set back, the first of two possible times counts. Rows without a time are skipped. Raises
    GraderError with the place of a time that cannot be read, and of a second time of one person.
    """
    table = open_table(path)
    when, who = _columns(table)
    refuse_rounded(table, [column for kind in SURE for column in who[kind]])
    rows: dict[Key, tuple[StatedTime, ...]] = {}
    for line in table.lines[1:]:
        text = " ".join(unicodedata.normalize("NFKC", line.value(when)).split())
        if text.casefold() in NOTHING:
            continue
        row = _row(line, who, _moment(path, line.number, text, zone))
        if not row.keys and not row.name:
            raise GraderError(
                f"{path}:{line.number}: a time without a person; fill in a name or an id, or remove the row"
            )
        for key in {*row.keys, *_name_keys(row.name)}:
            for before in rows.get(key, ()):
                if row.when != before.when and (key[0] in SURE or (key[0] == "name" and not row.keys + before.keys)):
                    _refuse_two(path, before, row, row.name or key[1])
            rows[key] = (*rows.get(key, ()), row)
    return Times(path, zone or timezone.utc, rows)


def _columns(table: CsvTable) -> tuple[int, Mapping[str, list[int]]]:
    head = [plain(name) for name in table.head]
    for name in {name for names in (WHEN, *WHO.values()) for name in names}:
        if head.count(name) > 1:
            raise two_columns(table, name)
    when = [head.index(name) for name in WHEN if name in head]
    if not when:
        raise _missing(table, "submission times", "it `handed_in`", head, WHEN)
    who = {noun: [head.index(name) for name in names if name in head] for noun, names in WHO.items()}
    if not any(who[noun] for noun in WHO if noun not in ("first", "last")) and not (who["first"] and who["last"]):
        known = [name for names in WHO.values() for name in names]
        raise _missing(table, "people", "one `id`, `login`, `email`, `name` or `submission`", head, known)
    return when[0], who


def _missing(table: CsvTable, what: str, name_it: str, head: Sequence[str], known: Sequence[str]) -> GraderError:
    guess = next(filter(None, (did_you_mean(name, known) for name in head)), "")
    return GraderError(
        f"{table.path}:{table.first}: no column of {what} (columns: {table.shown_head}){guess}; call {name_it}"
    )


def _row(line: CsvRow, who: Mapping[str, list[int]], when: datetime) -> StatedTime:
    fields = {noun: next(filter(None, (line.value(column) for column in who[noun])), "") for noun in WHO}
    name = fields["name"] or " ".join(filter(None, [fields["first"], fields["last"]]))
    keys = [(kind, fold(fields[kind])) for kind in SURE if fields[kind]]
    numbers = {match[1] for column in who["id"] if (match := _NUMBER.fullmatch(line.value(column)))}
    return StatedTime(line.number, when, name, (*keys, *(("number", number) for number in sorted(numbers))))


def _moment(path: Path, line: int, text: str, zone: tzinfo | None) -> datetime:
    when = moment(text)
    shown = escape_controls(text[:60])
    if when is None and moment(f"{text} 00:00") is not None:
        raise GraderError(f"{path}:{line}: {shown!r} has no time of day; write it as in 2026-11-20 23:59")
    if when is None:
        raise GraderError(
            f"{path}:{line}: {shown!r} is not a time that can be read without doubt; write it as in "
            "2026-11-20 23:59, or export the sheet in English"
        )
    if when.tzinfo is not None:
        return when.astimezone(timezone.utc)
    if zone is None:
        raise GraderError(
            f"{path}:{line}: {shown!r} has no time zone; add an offset, as in "
            "2026-11-20T23:59+01:00, or a `late:` with a `zone` to course.yaml"
        )
    moments = on_clocks(when, zone)
    if not moments:
        raise GraderError(
            f"{path}:{line}: {shown!r} does not exist in {zone} (summer time begins); is the `zone` in "
            "course.yaml that of the sheet?"
        )
    return moments[0]


def _refuse_two(path: Path, one: StatedTime, two: StatedTime, who: str) -> NoReturn:
    first, second = sorted((one, two), key=lambda row: row.line)
    raise GraderError(
        f"{path}:{second.line}: line {first.line} has a different time for {escape_controls(who)}; keep one "
        "of the two rows"
    )


def _own_names(handed: HandedIn) -> list[str]:
    """The submission's name and those of its entries, each also without the ending of an archive or a file."""
    names = [handed.name, *(entry for entry, _ in handed.entries)]
    return [*dict.fromkeys([*names, *(_ENDING.sub("", name) for name in names)])]


def _person_keys(person: Person) -> list[Key]:
    return [("id", person.id), *((kind, key) for kind in ("login", "email") for key in (person.login, person.email))]


def _as_person(handed: HandedIn) -> list[Key]:
    """The submission's name as an id, login or address, where its person is unknown; a platform's names are names."""
    names = _own_names(handed) if not handed.id and not handed.login else []
    return [(kind, name) for name in names for kind in ("id", "login", "email")]


def _name_keys(name: str) -> Iterator[Key]:
    """The name as written, and squeezed together with each of its parts in front, as platforms sort by last names."""
    if key := name_key(name):
        yield "name", key
    yield from (("squeezed", turn) for turn in turned(name))
