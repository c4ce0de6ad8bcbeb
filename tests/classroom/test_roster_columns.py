"""Rosters in languages whose headings are not known, or without headings: the names of the submissions tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from classes import RIGHT, Run, gradebook, make_class, make_course
from conftest import write_files

from grader.classroom.model import HandedIn
from grader.classroom.people.matching import match
from grader.classroom.people.platform_names import submissions
from grader.classroom.people.roster import Roster, read_roster
from grader.model import GraderError

MOODLE = submissions(
    [f"{name}_{number}_assignsubmission_file_" for name, number in (("Ada Lovelace", 101), ("Bo Ek", 103))], "moodle"
)[0]
CANVAS = submissions(["lovelaceada_11_501_work.py", "ekbo_12_502_work.py"], "canvas")[0]
FOLDERS = [HandedIn("ada.lovelace", (("ada.lovelace", ""),)), HandedIn("bo.ek", (("bo.ek", ""),))]
NUMBERS = [HandedIn("s1001", (("s1001.zip", ""),)), HandedIn("s1002", (("s1002", ""),))]
TEAMS = [HandedIn("Rot", (("Rot", ""),)), HandedIn("Blau", (("Blau", ""),))]
FRENCH = "Prénom,Nom de famille,Adresse de courriel,Groupes\nAda,Lovelace,ada@x.fr,Rouge\nBo,Ek,bo@x.fr,Bleu\n"
FRENCH += "Zoé,Ô,zoe@x.fr,Bleu\n"
SPANISH = "Nombre;Apellido(s);Dirección de correo;Grupos\nAda;Lovelace;ada@x.es;G1\nBo;Ek;bo@x.es;G1\n"
GERMAN = "Familien- und Vorname\tMatrikel\tMail\nLovelace, Ada\t1\ta@x.de\nEk, Bo\t2\tb@x.de\n"
DUTCH = "Identificatie,Volledige naam,Cijfer\nDeelnemer 101,Ada Lovelace,\nDeelnemer 103,Bo Ek,\n"
HEADLESS = "Ada Lovelace;ada@x.de\nBo Ek;bo@x.de\nCy Dee;cy@x.de\n"


def read(folder: Path, text: str, handed: list[HandedIn]) -> Roster:
    return read_roster(write_files(folder, {"roster.csv": text}) / "roster.csv", handed)


@pytest.mark.parametrize(
    ("text", "handed", "names", "count", "told"),
    [
        (FRENCH, MOODLE, ["Ada Lovelace", "Bo Ek"], 3, True),
        (FRENCH, CANVAS, ["Ada Lovelace", "Bo Ek"], 3, True),
        ("Rufname,Zuname\nBo,Ek\nBo,Li\nAda,Lovelace\nAda,Li\n", MOODLE, ["Ada Lovelace", "Bo Ek"], 4, True),
        (SPANISH, MOODLE, ["Ada Lovelace", "Bo Ek"], 2, False),
        (GERMAN, MOODLE, ["Lovelace, Ada", "Ek, Bo"], 2, True),
        (GERMAN, CANVAS, ["Lovelace, Ada", "Ek, Bo"], 2, True),
        (DUTCH, MOODLE, ["Ada Lovelace", "Bo Ek"], 2, True),
        (HEADLESS, MOODLE, ["Ada Lovelace", "Bo Ek"], 3, True),
        ("Ada;Lovelace\nBo;Ek\n", MOODLE, ["Ada Lovelace", "Bo Ek"], 2, True),
        ("ada.lovelace@x.de\nbo.ek@x.de\n", FOLDERS, ["ada.lovelace@x.de", "bo.ek@x.de"], 2, True),
        ("Courriel,Cours\nada.lovelace@x.fr,1\nbo.ek@x.fr,1\n", FOLDERS, ["ada.lovelace@x.fr", "bo.ek@x.fr"], 2, True),
        ("Matricola,Cognome\ns1001,Lovelace\ns1002,Ek\n", NUMBERS, ["s1001", "s1002"], 2, True),
        ("s1001\ns1002\ns1003\n", NUMBERS, ["s1001", "s1002"], 3, True),
        # `id` is a known heading, and says nothing that the entries say.
        ("id,Namn\n1,Ada Lovelace\n2,Bo Ek\n", MOODLE, ["Ada Lovelace", "Bo Ek"], 2, True),
    ],
)  # fmt: skip
def test_each_submission_finds_its_person(
    text: str, handed: list[HandedIn], names: list[str], count: int, told: bool, tmp_path: Path
) -> None:
    roster = read(tmp_path, text, handed)
    owners, notes = match(handed, roster.people)
    assert [[person.name or person.id for person in owners[one.name]] for one in handed] == [
        [name] for name in names
    ] and not notes
    assert len(roster.people) == count
    assert [("columns found by the names of the submissions" in note) for note in roster.notes] == [True] * told


def test_two_of_one_name_are_distinguished_by_a_platforms_numbers_in_any_language(tmp_path: Path) -> None:
    handed, _ = submissions(["Bo Ek_103_assignsubmission_file_", "Bo Ek_104_assignsubmission_file_"], "moodle")
    text = "Identificatie,Volledige naam,E-mailadres\nDeelnemer 103,Bo Ek,bo@x.nl\nDeelnemer 104,Bo Ek,bo2@x.nl\n"
    owners, _ = match(handed, read(tmp_path, text, handed).people)
    assert [owners[one.name][0].email for one in handed] == ["bo@x.nl", "bo2@x.nl"]


def test_of_two_addresses_the_one_that_entries_are_called_by_counts_or_none(tmp_path: Path) -> None:
    text = "Naam,Werk,Thuis\nAda Lovelace,ada@w.nl,ada.lovelace@t.nl\nBo Ek,bo@w.nl,bo.ek@t.nl\n"
    assert [person.email for person in read(tmp_path, text, FOLDERS).people] == ["ada.lovelace@t.nl", "bo.ek@t.nl"]
    assert [person.email for person in read(tmp_path, text, MOODLE).people] == ["", ""]


def test_a_column_that_entries_are_called_by_for_several_is_the_group(tmp_path: Path) -> None:
    roster = read(tmp_path, "Nachname Vorname;Mannschaft\nLovelace Ada;Rot\nÔ Zoé;Rot\nEk Bo;Blau\n", TEAMS)
    assert [person.group for person in roster.people if person.group == "Rot"] == ["Rot", "Rot"]
    owners, _ = match(TEAMS, roster.people)
    assert len(owners["Rot"]) == 2 and len(owners["Blau"]) == 1


def test_who_works_together_is_never_guessed(tmp_path: Path) -> None:
    roster = read(tmp_path, FRENCH, MOODLE)
    assert not any(person.group for person in roster.people)
    assert "not used: `Groupes` (call it `group` if these people submit together)" in roster.notes[0]


def test_headings_that_are_known_go_first(tmp_path: Path) -> None:
    text = "id,name,Tutor\n1,Ada Lovelace,Bo Ek\n2,Bo Ek,Ada Lovelace\n"
    roster = read(tmp_path, text, MOODLE)
    assert roster.notes == () and [person.name for person in roster.people] == ["Ada Lovelace", "Bo Ek"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Studente,Tutor\nAda Lovelace,Bo Ek\nBo Ek,Ada Lovelace\n",
            ["roster.csv:1:", "column 1 (`Studente`) and column 2 (`Tutor`)", "call the right one `name`"],
        ),
        (
            "sep=;\nCognome;Corso\nCurie;1\nNoether;2\n",
            [
                "roster.csv:2:",
                "no column holds the names of the submissions",
                "Cognome, Corso",
                "call one `id` or `name`",
            ],
        ),
        ("E-Post;Kurs\ncurie@x.se;1\n", ["roster.csv:1:", "no column identifies people"]),
        (
            "Rufname,Zuname,Geburtsname\nAda,Lovelace,Lovelace\nBo,Ek,Ek\n",
            ["column 2 (`Zuname`) and column 3 (`Geburtsname`)", "call the right one `last`"],
        ),
    ],
)
def test_what_is_not_sure_is_one_clear_error(text: str, parts: list[str], tmp_path: Path) -> None:
    with pytest.raises(GraderError) as caught:
        read(tmp_path, text, MOODLE)
    assert all(part in str(caught.value) for part in parts), caught.value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_class_with_a_roster_in_french(encoding: str, run: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {"Ada Lovelace_101_assignsubmission_file_": RIGHT})
    write_files(tmp_path, {"roster.csv": ("sep=;\r\n" + FRENCH.replace(",", ";")).encode(encoding)})
    options = ["--names", "moodle", "--roster", "roster.csv", "--jobs", "1"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    assert graded.code == 0 and "first: `Prénom`, last: `Nom de famille`, email: `Adresse de courriel`" in graded.err
    assert "2 people on the roster submitted nothing: Bo Ek, Zoé Ô" in graded.out
    assert gradebook(tmp_path / "out")["Ada Lovelace"]["id"] == "ada@x.fr"
