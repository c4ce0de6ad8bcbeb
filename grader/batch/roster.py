"""Reads the roster: a CSV of the people in a class, however its columns are called and separated."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader import words
from grader.batch.rows import Person
from grader.judge.show import clean
from grader.model import GraderError
from grader.sheets.csv_table import Line, Table, open_table

# For each noun the headings it may have, without blanks and signs; where a sheet has several, the first that says
# something counts. A student number comes before a platform's own `ID`.
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
# As Moodle writes it in the languages whose headings are known here: Participant 1234, Teilnehmer/in1234.
_PARTICIPANT = re.compile(r"(?:particip|teilnehmer)\D*(\d{1,18})", re.IGNORECASE)
_TEST_STUDENT = ("student, test", "test student")
YES = ("x", "ex", "yes", "y", "true", "1", "excused", "ja", "entschuldigt")
NO = ("", "no", "n", "false", "0", "nein", "-")


def read_roster(path: Path) -> list[Person]:
    """The people of the roster, in its order. Raises GraderError with the place of the first fault.

    A Canvas gradebook export will do as well: its rows about assignments and its test student are passed over; so will
    Moodle's grading worksheet. From both, the platform's own numbers are kept.
    """
    table = open_table(path)
    columns = _columns(table)
    platform, number = _platform(table)
    people: list[Person] = []
    lines: dict[str, int] = {}
    for line in table.lines[1:]:
        if line.blank or "points possible" in line.value(0).lower() or _about_assignments(line):
            continue
        person = _person(table, columns, line)
        if platform == "canvas" and person.name.casefold() in _TEST_STUDENT:
            continue
        own = line.value(number)
        match = _PARTICIPANT.fullmatch(own) if platform == "moodle" else re.fullmatch(r"(\d{1,18})", own)
        if platform and match is not None:
            person = replace(person, platform_id=f"{platform} {match[1]}")
        if not person.id:
            raise GraderError(words.ROSTER_NOBODY.format(path=path, line=line.number))
        key = person.id.casefold()
        if key in lines:
            raise GraderError(
                words.ROSTER_TWICE.format(path=path, line=line.number, id=clean(person.id), first=lines[key])
            )
        lines[key] = line.number
        people.append(person)
    if not people:
        raise GraderError(words.ROSTER_EMPTY.format(path=path))
    return people


def _about_assignments(line: Line) -> bool:
    """Whether it is Canvas's row on how assignments are posted."""
    told = {cell.value.strip().lower() for cell in line.cells} - {""}
    return all(text == "muted" or text.startswith("manual posting") for text in told)


def _platform(table: Table) -> tuple[str, int | None]:
    """Which platform's export it is, if any, and the column of that platform's own numbers."""
    head = [_plain(name) for name in table.head]
    if "id" in head and ("sisuserid" in head or "sisloginid" in head or head[:2] == ["student", "id"]):
        return "canvas", head.index("id")
    places = [head.index(name) for name in ("identifier", *HEADINGS["id"]) if name in head]
    for place in places:
        told = [line.value(place) for line in table.lines[1:] if not line.blank]
        if told and all(_PARTICIPANT.fullmatch(text) for text in told):
            return "moodle", place
    return "", None


def _columns(table: Table) -> Mapping[str, list[int]]:
    head = [_plain(name) for name in table.head]
    columns = {}
    for noun, names in HEADINGS.items():
        for name in names:
            if head.count(name) > 1:
                raise GraderError(words.SHEET_TWO_COLUMNS.format(path=table.path, line=table.first, name=clean(name)))
        columns[noun] = [head.index(name) for name in names if name in head]
    if not columns["id"] and not columns["name"] and not (columns["first"] and columns["last"]):
        known = [name for names in HEADINGS.values() for name in names]
        close = [match for name in head for match in difflib.get_close_matches(name, known, 1)]
        guess = words.DID_YOU_MEAN.format(name=close[0]) if close else ""
        raise GraderError(
            words.ROSTER_NO_COLUMN.format(
                path=table.path, line=table.first, seen=clean(", ".join(table.head))[:200], guess=guess
            )
        )
    return columns


def _person(table: Table, columns: Mapping[str, list[int]], line: Line) -> Person:
    told = {
        noun: unicodedata.normalize("NFC", next(filter(None, (line.value(column) for column in places)), ""))
        for noun, places in columns.items()
    }
    name = told["name"] or " ".join(filter(None, [told["first"], told["last"]]))
    excused = told["excused"].casefold()
    if excused not in YES + NO:
        raise GraderError(
            words.ROSTER_EXCUSED.format(path=table.path, line=line.number, text=clean(told["excused"][:40]))
        )
    return Person(
        told["id"] or told["login"] or told["email"] or name, name or told["id"], told["email"],
        told["login"], told["section"], told["group"], excused in YES,
    )  # fmt: skip


def _plain(heading: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", heading).casefold() if letter.isalnum())
