"""Reads the roster: a CSV of the people in a class, with headings in several languages and any separator."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.base.csv_table import CsvRow, CsvTable, open_table, two_columns
from grader.base.rounded_ids import is_rounded, refuse_rounded, rounded
from grader.base.text import did_you_mean, escape_controls
from grader.classroom.model import HandedIn, Person
from grader.classroom.people.matching import match
from grader.classroom.people.roster_columns import columns_by_names
from grader.model import GraderError
from grader.model.dataclass import dataclass

# The headings of each field, without blanks and punctuation; where a sheet has several, the first that is not empty
# counts. A student number comes before a platform's own `ID`.
HEADINGS = {
    "id": (
        "studentid", "sisuserid", "sisid", "studentnumber", "idnumber", "matrikelnummer", "matriculationnumber",
        "matrnr", "id", "number", "identifier",
    ),
    "name": ("name", "fullname", "studentname", "student", "vollständigername", "nomcomplet", "nombrecompleto"),
    "first": ("firstname", "first", "givenname", "vorname", "prénom", "nombre"),
    "last": ("lastname", "last", "surname", "familyname", "nachname", "nom", "apellidos"),
    "email": ("email", "emailaddress", "mail", "emailadresse"),
    "login": (
        "login", "loginid", "sisloginid", "username", "githubusername", "githublogin", "github", "user",
        "benutzername", "anmeldename",
    ),
    "section": ("section", "kurs"),
    "group": ("group", "team", "groupname", "gruppe"),
    "excused": ("excused", "ex", "entschuldigt"),
}  # fmt: skip
# As Moodle writes it in the languages of these headings: Participant 1234, Teilnehmer/in1234.
_PARTICIPANT = re.compile(r"(?:particip|teilnehmer)\D*\d{1,18}", re.IGNORECASE)
_NUMBERED = re.compile(r"([^\W\d_]\D*)(\d{1,18})")
_TEST_STUDENT = ("student, test", "test student")
YES = ("x", "ex", "yes", "y", "true", "1", "excused", "ja", "entschuldigt")
NO = ("", "no", "n", "false", "0", "nein", "-")


@dataclass(frozen=True)
class Roster:
    """The people of a class in the roster's order, and notes on how the columns were found."""

    people: list[Person]
    notes: tuple[str, ...] = ()


def read_roster(path: Path, handed: Sequence[HandedIn] = ()) -> Roster:
    """The people of the roster. Raises GraderError with the place of the first mistake.

    A Canvas gradebook export works too (its rows about assignments and its test student are skipped), and so does
    Moodle's grading worksheet; the platform's numbers are kept. Where headings are unknown, or match none of the
    `handed` submissions, the columns are found by the submissions' names.
    """
    table = open_table(path)
    known = _known(table)
    sure = bool(known["id"] or known["name"] or (known["first"] and known["last"]))
    people = _people(table, known, table.people, handed) if sure else []
    if sure and (not handed or any(match(handed, people)[0].values())):
        return Roster(people)
    found = columns_by_names(table, known, handed)
    if found is not None:
        lines = [line for line in table.lines if not line.blank] if found.headless else table.people
        return Roster(_people(table, found.columns, lines, handed), (found.note,))
    if sure:
        return Roster(people)
    headings = [name for names in HEADINGS.values() for name in names]
    guess = next(filter(None, (did_you_mean(name, headings) for name in map(plain, table.head))), "")
    raise GraderError(
        f"{path}:{table.first}: no column identifies people: no heading is known, and no column holds the names "
        f"of the submissions (columns: {table.shown_head}){guess}; call one `id` or `name`, or two `first` and `last`"
    )


def _people(
    table: CsvTable, columns: Mapping[str, list[int]], rows: Sequence[CsvRow], handed: Sequence[HandedIn]
) -> list[Person]:
    path = table.path
    platform, number = _platform(table, rows, handed)
    ids = [*columns["id"], *columns["login"], *([] if number is None else [number])]
    refuse_rounded(table, ids)
    people: list[Person] = []
    lines: dict[str, int] = {}
    for line in rows:
        if "points possible" in line.value(0).lower() or _about_assignments(line):
            continue
        person = _person(table, columns, line)
        if platform == "canvas" and person.name.casefold() in _TEST_STUDENT:
            continue
        own = line.value(number)
        numbered = _NUMBERED.fullmatch(own) if platform == "moodle" else re.fullmatch(r"()(\d{1,18})", own)
        if platform and numbered is not None:
            person = replace(person, platform_id=f"{platform} {numbered[2]}")
        if not person.id:
            raise GraderError(f"{path}:{line.number}: this row has neither id nor name; fill one in or remove the row")
        key = person.id.casefold()
        if key in lines:
            raise GraderError(
                f"{path}:{line.number}: the id {escape_controls(person.id)!r} is already in line {lines[key]}; ids "
                "must be unique"
            )
        lines[key] = line.number
        people.append(person)
        for column in ids:
            if any(is_rounded(line.value(column), text) for one in handed for text in (one.id, one.owner_name)):
                raise rounded(table, line, column)
    if not people:
        raise GraderError(f"{path}: the roster is empty; it needs a row for each person below the headings")
    return people


def _about_assignments(line: CsvRow) -> bool:
    """Whether it is Canvas's row on how assignments are posted."""
    texts = {cell.value.strip().lower() for cell in line.cells} - {""}
    return all(text == "muted" or text.startswith("manual posting") for text in texts)


def _platform(table: CsvTable, rows: Sequence[CsvRow], handed: Iterable[HandedIn]) -> tuple[str, int | None]:
    """Which platform's export it is, if any, and the column of that platform's numbers.

    Moodle's are a word with a number, in any language, below a known heading or with numbers that entries have too.
    """
    head = [plain(name) for name in table.head]
    if "id" in head and ("sisuserid" in head or "sisloginid" in head or head[:2] == ["student", "id"]):
        return "canvas", head.index("id")
    numbers = {one.id for one in handed if one.platform == "moodle"}
    for place, name in enumerate(head):
        matches = [_NUMBERED.fullmatch(line.value(place)) for line in rows]
        found = [match for match in matches if match is not None]
        if not found or len(found) < len(matches) or len({match[1].rstrip() for match in found}) > 1:
            continue
        own = {match[2] for match in found}
        known = name in ("identifier", *HEADINGS["id"]) and _PARTICIPANT.match(found[0][0])
        if known or (len(own) == len(found) and own & numbers):
            return "moodle", place
    return "", None


def _known(table: CsvTable) -> Mapping[str, list[int]]:
    """The columns by field, as far as their headings are known."""
    head = [plain(name) for name in table.head]
    columns = {}
    for noun, names in HEADINGS.items():
        for name in names:
            if head.count(name) > 1:
                raise two_columns(table, name)
        columns[noun] = [head.index(name) for name in names if name in head]
    return columns


def _person(table: CsvTable, columns: Mapping[str, list[int]], line: CsvRow) -> Person:
    fields = {
        noun: unicodedata.normalize("NFC", next(filter(None, (line.value(column) for column in places)), ""))
        for noun, places in columns.items()
    }
    name = fields["name"] or " ".join(filter(None, [fields["first"], fields["last"]]))
    excused = fields["excused"].casefold()
    if excused not in YES + NO:
        raise GraderError(
            f"{table.path}:{line.number}: `excused` is {escape_controls(fields['excused'][:40])!r}; write yes or no"
        )
    return Person(
        fields["id"] or fields["login"] or fields["email"] or name, name or fields["id"], fields["email"],
        fields["login"], fields["section"], fields["group"], excused in YES,
    )  # fmt: skip


def plain(heading: str) -> str:
    """A heading for comparison: letter case, blanks and punctuation do not count."""
    return "".join(letter for letter in unicodedata.normalize("NFC", heading).casefold() if letter.isalnum())
