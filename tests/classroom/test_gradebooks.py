"""Rosters, names of submissions, and gradebooks: sheets as learning platforms export them, filled in and compared."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from pathlib import Path

import pytest

from grader.base.csv_table import open_table
from grader.base.text import points
from grader.classroom.gradebook import canvas, moodle
from grader.classroom.gradebook.gradebook_csv import anonymous, gradebook
from grader.classroom.model import ClassRow, ExercisePoints, HandedIn, Person, Status
from grader.classroom.people.matching import class_rows, match
from grader.classroom.people.platform_names import submissions, without_copy_number
from grader.classroom.people.roster import read_roster
from grader.model import GraderError

ANNE = Person("0042", "Änne Müller", "aenne@uni.example", "aenne")
LI = Person("77", "李 雷", "li@uni.example", "lilei")
BOB = Person("78", "Bob O'Neil-Ray", "bob@uni.example", "bob-ray")
PEOPLE = [ANNE, LI, BOB]


def write(folder: Path, text: str | bytes, name: str = "sheet.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def row(person: Person | None, score: float = 7.5, name: str = "", **more: object) -> ClassRow:
    return ClassRow(name or (person.name if person else "x"), person, score, 10.0, **more)  # type: ignore[arg-type]


def refused(text: str, *parts: str) -> None:
    for part in parts:
        assert part in text
    assert len(text.splitlines()) == 1


# The roster


@pytest.mark.parametrize(
    "text",
    [
        "id,name,email,login\n0042,Änne Müller,aenne@uni.example,aenne\n77,李 雷,li@uni.example,lilei\n",
        "\ufeffMatrikelnummer;Nachname;Vorname;E-Mail-Adresse;Benutzername\r\n"
        "0042;Müller;Änne;aenne@uni.example;aenne\r\n77;雷;李;li@uni.example;lilei\r\n",
        "Student ID\tFirst name\tLast name\tGitHub username\tMail\n0042\tÄnne\tMüller\taenne\taenne@uni.example\n\n"
        "77\t李\t雷\tlilei\tli@uni.example\n",
        'Login;Name;SIS ID;Email\naenne;"Änne Müller";0042;aenne@uni.example\nlilei;李 雷;77;li@uni.example\n',
    ],
)
def test_a_roster_is_read_whatever_its_columns_are_called(tmp_path: Path, text: str) -> None:
    assert read_roster(write(tmp_path, text)).people == [ANNE, LI]
    assert read_roster(write(tmp_path, text.encode("utf-16"))).people == [ANNE, LI]


def test_a_canvas_export_is_a_roster_too(tmp_path: Path) -> None:
    people = read_roster(write(tmp_path, CANVAS)).people
    assert [(person.id, person.name, person.login) for person in people][:2] == [
        ("0042", "Müller, Änne", "aenne"),
        ("s78", "O'Neil-Ray, Bob", "bob@uni.example"),
    ]


def test_excused_and_groups_are_read(tmp_path: Path) -> None:
    text = "id,name,team,excused\n1,A,red,\n2,B,red,yes\n3,C,,X\n4,D,,no\n"
    people = read_roster(write(tmp_path, text)).people
    assert [person.group for person in people] == ["red", "red", "", ""]
    assert [person.excused for person in people] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["sheet.csv", "empty"]),
        ("id,name\n", ["roster is empty"]),
        ("Nam,Punkte\nA,3\n", ["sheet.csv:1", "Nam, Punkte", "`name`"]),
        ("id,name\n1,A\n2,B\n1,C\n", ["sheet.csv:4", "'1'", "line 2"]),
        ("id,name,email\n1,A,\n,,x@y\n,,\n , ,\n1,Z,\n", ["sheet.csv:6", "line 2"]),
        ('id,name\n1,"A\n2,B\n', ["sheet.csv:2", "quote"]),
        ('id,name\n1,"A" b\n2,B\n', ["sheet.csv:2", "quote"]),
        ("id,name,id\n1,A,2\n", ["sheet.csv:1", "two columns"]),
        ("id,name,excused\n1,A,maybe\n", ["sheet.csv:2", "'maybe'", "yes or no"]),
        ("id,name\n1,A,,7\n", ["sheet.csv:2", "more cells"]),
        ("id,name\n1,Müller\n".encode("latin-1"), ["sheet.csv:2", "UTF-8"]),
    ],
)
def test_a_bad_roster_is_one_clear_error(tmp_path: Path, text: str | bytes, parts: list[str]) -> None:
    with pytest.raises(GraderError) as error:
        read_roster(write(tmp_path, text))
    refused(str(error.value), *parts)


def test_no_roster_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"cannot read .*none\.csv"):
        read_roster(tmp_path / "none.csv")


# Whose submission it is


@pytest.mark.parametrize(
    "handed",
    [
        HandedIn("0042"), HandedIn("aenne"), HandedIn("AENNE@uni.example"), HandedIn("Müller, Änne"),
        HandedIn("A\u0308nne Mu\u0308ller"), HandedIn("änne_müller"), HandedIn("mülleränne", id="9001"),
        HandedIn("Änne Müller 9001", id="9001", person_name="Änne Müller"), HandedIn("x", login="Aenne"),
    ],
)  # fmt: skip
def test_a_submission_finds_its_person(handed: HandedIn) -> None:
    assert match([handed], PEOPLE) == ({handed.name: (ANNE,)}, [])


def test_a_guess_between_two_people_is_never_made() -> None:
    twins = [Person("1", "Ann Lee", login="a1"), Person("2", "Lee, Ann", login="a2")]
    owners, notes = match([HandedIn("Ann Lee"), HandedIn("a2"), HandedIn("Eve")], twins)
    assert owners == {"Ann Lee": (), "a2": (twins[1],), "Eve": ()}
    assert "several people" in notes[0] and "not found in the roster" in notes[1]


def test_the_platforms_number_is_not_the_rosters() -> None:
    owners, _ = match([HandedIn("O'Neil-Ray, Bob", id="0042")], PEOPLE)
    assert owners["O'Neil-Ray, Bob"] == (BOB,)


def test_the_class_has_a_line_for_everyone() -> None:
    owners, notes = match([HandedIn("aenne"), HandedIn("stranger")], PEOPLE)
    lines = class_rows([row(None, name="aenne"), row(None, name="stranger")], owners, PEOPLE)
    assert [(line.name, line.person, line.status.value) for line in lines] == [
        ("aenne", ANNE, "graded"), ("stranger", None, "graded"), ("李 雷", LI, "nothing handed in"),
        ("Bob O'Neil-Ray", BOB, "nothing handed in"),
    ]  # fmt: skip
    assert [line.final for line in lines] == [7.5, 7.5, None, None]
    assert len(notes) == 1


def test_a_groups_submission_counts_for_each_member() -> None:
    people = [Person(str(n), f"P{n}", group="Red Team") for n in range(3)] + [Person("9", "P9", group="blue")]
    for name in ("red team", "P1"):
        owners, _ = match([HandedIn(name)], people)
        lines = class_rows([row(None, name=name, lms_id="55")], owners, people)
        finals = {line.person.id: line.final for line in lines if line.person}
        assert finals == {"0": 7.5, "1": 7.5, "2": 7.5, "9": None}
        assert [line.lms_id for line in lines].count("55") <= 1
    owners, _ = match([HandedIn("red team"), HandedIn("P1")], people)
    lines = class_rows([row(None, 5, "red team"), row(None, 9, "P1")], owners, people)
    assert {line.person.id: line.final for line in lines if line.person} == {"0": 5, "1": 9, "2": 5, "9": None}
    owners, _ = match([HandedIn("P0"), HandedIn("P1")], people)
    lines = class_rows([row(None, 5, "P0"), row(None, 9, "P1")], owners, people)
    assert {line.person.id: line.final for line in lines if line.person} == {"0": 5, "1": 9, "2": None, "9": None}


def test_a_platforms_number_tells_who_it_is_where_the_roster_is_that_platforms() -> None:
    one, two = (
        Person("a", "Muster, Max", platform_id="canvas 104"),
        Person("b", "Muster, Max", platform_id="canvas 105"),
    )
    found = [
        ("mustermax", "canvas", "105", (two,)), ("mustrmax", "canvas", "104", (one,)), ("evee", "canvas", "104", ()),
        ("mustermax", "canvas", "106", ()), ("Max Muster", "moodle", "104", ()),
    ]  # fmt: skip
    for name, platform, number, owners in found:
        handed = HandedIn(name, id=number, platform=platform)
        assert match([handed], [one, two])[0] == {name: owners}, (name, platform, number)
    assert match([HandedIn("Max Muster", id="9", platform="moodle")], [one])[0] == {"Max Muster": (one,)}


def test_names_stay_apart_without_their_control_characters() -> None:
    rows = [row(None, name=name) for name in ("a\nb", "a\\x0ab", "a\x0ab (2)", "c")]
    names = [line["name"] for line in lines_of(gradebook(rows))]
    assert len(set(names)) == 4 and not any("\n" in name for name in names) and names[1] == "a\\x0ab"


def test_who_submits_twice_is_reported() -> None:
    owners, notes = match([HandedIn("aenne"), HandedIn("0042")], PEOPLE)
    assert "twice" in notes[0] and len(class_rows([row(None, name=n) for n in owners], owners, PEOPLE)) == 4


# Names of submissions


def test_names_as_canvas_exports_them() -> None:
    entries = [
        "mülleränne_LATE_12345_67890_ops.zip", "oneilraybob_78_901_value-2.py", "oneilraybob_78_902_my_ops_2.py",
        "lilei_77_text.html", "notes.txt", "leeann_1_5_ops.py", "leeann_2_6_ops.py", "anon_XyZ12_44_ops.py",
    ]  # fmt: skip
    handed, notes = submissions(entries, "canvas")
    told = [(one.name, one.id, one.late, [file for _, file in one.entries]) for one in handed]
    assert told == [
        ("mülleränne", "12345", True, ["ops.zip"]),
        ("oneilraybob", "78", False, ["value-2.py", "my_ops_2.py"]),
        ("lilei", "77", False, ["text.html"]),
        ("notes.txt", "", False, [""]),
        ("leeann 1", "1", False, ["ops.py"]),
        ("leeann 2", "2", False, ["ops.py"]),
        ("anon", "XyZ12", False, ["ops.py"]),
    ]
    assert len(notes) == 1 and "notes.txt" in notes[0]
    owners, _ = match(handed, PEOPLE)
    assert owners["mülleränne"] == (ANNE,) and owners["oneilraybob"] == (BOB,)


def test_a_file_handed_in_again_has_its_without_copy_number() -> None:
    assert without_copy_number("value-2.py", ["value.py"]) == "value.py"
    assert without_copy_number("task-1.py", ["task-1.py", "task.py"]) == "task-1.py"
    assert without_copy_number("other-1.py", ["value.py"]) == "other-1.py"


def test_names_as_moodle_exports_them() -> None:
    entries = [
        "Änne Müller_1234567_assignsubmission_file_", "李 雷_77_assignsubmission_file", "Readme",
        "Bob O'Neil-Ray_8_assignsubmission_file_ops.py", "Bob O'Neil-Ray_8_assignsubmission_onlinetext_text.html",
    ]  # fmt: skip
    handed, notes = submissions(entries, "moodle")
    assert [(one.name, one.id) for one in handed] == [
        ("Änne Müller", "1234567"), ("李 雷", "77"), ("Readme", ""), ("Bob O'Neil-Ray", "8"),
    ]  # fmt: skip
    assert [file for _, file in handed[3].entries] == ["ops.py", "text.html"]
    assert len(notes) == 1


def test_names_as_github_classroom_makes_them() -> None:
    entries = ["lab-1-ann-lee", "lab-1-ann-ray", "lab-1-bob"]
    handed, _ = submissions(entries, "github", ["ann-lee", "Ann-Ray", "lee", ""])
    assert [one.login for one in handed] == ["ann-lee", "ann-ray", "bob"]
    handed, notes = submissions(entries, "github")
    assert [one.login for one in handed] == ["ann-lee", "ann-ray", "bob"] and "lab-1" in notes[0]
    handed, notes = submissions(["lab-1-bob"], "github")
    assert handed[0].name == "lab-1-bob" and "GitHub" in notes[0]


# gradebook.csv


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_gradebook_has_everything() -> None:
    exercises = {"2.01": ExercisePoints(3.25, 4), "opt-a": ExercisePoints(1, 2, bonus=True)}
    rows = [
        row(ANNE, exercises=exercises, bonus=1, max_bonus=2, pending=2, penalty=0.5, late_seconds=60, attempt=2),
        row(LI, 0, status=Status.NOTHING),
        row(None, 1, name="stranger", penalty=5.0),
    ]
    text = gradebook(rows)
    assert text.startswith("\ufeff")
    first, second, third = lines_of(text)
    assert first == {
        "name": "Änne Müller", "id": "0042", "person": "Änne Müller", "2.01": "3.25", "opt-a": "1", "score": "7.5",
        "max": "12", "bonus": "1", "pending": "2", "late_seconds": "60", "penalty": "0.5", "final": "8",
        "status": "graded", "attempt": "2",
    }  # fmt: skip
    assert third["max"] == "10", "what was judged counts, also where it is another number"
    assert second["final"] == "" and second["2.01"] == "" and second["status"] == "nothing handed in"
    assert third["final"] == "0" and third["id"] == ""


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "＝1", "x;=1", "a\n=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    person = Person(name, name)
    text = gradebook([row(person, exercises={name: ExercisePoints(1, 2)})])
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        for cell in cells:
            for piece in re.split(r"[;\t\r\n]", cell):
                assert not re.match(r"[=+\-@＝]", piece)


def test_the_anonymous_export_names_nobody() -> None:
    rows = [row(person, n, late_seconds=n, digest="d") for n, person in enumerate(PEOPLE)]
    rows.append(row(None, 9, name="Stranger"))
    one, two = anonymous(rows), anonymous(rows)
    for person in PEOPLE:
        for secret in (person.id, person.name, person.login):
            assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", one)
    assert "Stranger" not in one
    assert sorted(line["final"] for line in lines_of(one)) == ["0", "1", "2", "9"]
    assert not {line["person"] for line in lines_of(one)} & {line["person"] for line in lines_of(two)}
    assert len({tuple(line["final"] for line in lines_of(anonymous(rows))) for _ in range(40)}) > 1


def test_points_are_plain_decimals() -> None:
    assert [points(value) for value in (0.1 + 0.2, 1e6, 0, -0.0, 12, 2.346)] == [
        "0.3",
        "1000000",
        "0",
        "0",
        "12",
        "2.35",
    ]


# Canvas

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (501),\"Lab 2, part \"\"b\"\" (502)\","
    "Labs Current Score,Final Grade\r\n"
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,10.0,10.0,(read only),(read only)\r\n"
    "\"Müller, Änne\",9001,0042,aenne,\"M1, M2\",3.0,5.5,80.0,B\r\n"
    "\"O'Neil-Ray, Bob\",9002,s78,bob@uni.example,M1,,,,\r\n"
    "\"雷, 李\",9003,,,M1,EX,,,\r\n"
    "\"=Evil, \"\"Q\"\"\",9004,,,M1,2.0,,,\r\n"
    "\"Student, Test\",9005,,,M1,,,,\r\n"
)  # fmt: skip


def test_canvas_gets_grades_in_one_column_and_keeps_every_other_byte(tmp_path: Path) -> None:
    rows = [
        row(ANNE, 8.125, pending=1),
        row(BOB, 6),
        row(Person("z", "Zoe"), 3),
        row(Person("y", "Yan"), status=Status.NOTHING),
    ]
    filled = canvas.fill(write(tmp_path, CANVAS), 'lab 2, part "B"', rows)
    expected = CANVAS.replace("3.0,5.5,80.0", "3.0,8.13,80.0").replace("uni.example,M1,,,,", "uni.example,M1,,6,,")
    assert filled.text == expected
    assert filled.filled == 2
    assert filled.unknown == ("Zoe",)
    assert filled.without == ("雷, 李", '=Evil, "Q"')
    assert filled.replaced == ("Müller, Änne",)
    assert filled.pending == ("Änne Müller",)
    assert filled.by_name == ()
    assert any("maximum of 10 points" in note and "11" in note for note in filled.notes)


def test_canvas_nothing_to_fill_in_is_the_same_bytes(tmp_path: Path) -> None:
    text = "\ufeff" + CANVAS
    assert canvas.fill(write(tmp_path, text), "501", []).text == text


def test_canvas_finds_people_by_number_sis_login_then_name(tmp_path: Path) -> None:
    path = write(tmp_path, CANVAS)
    for person, more in [
        (Person("9002", "Q"), {}), (Person("S78", "Q"), {}), (Person("a", "Q", login="bob@uni.example"), {}),
        (Person("a", "Q", email="BOB@uni.example"), {}), (Person("a", "Bob O'Neil-Ray"), {}),
        (None, {"lms_id": "9002"}),
    ]:  # fmt: skip
        filled = canvas.fill(path, "501", [row(person, 4, **more)])
        assert filled.text == CANVAS.replace("uni.example,M1,,", "uni.example,M1,4,"), person
        assert bool(filled.by_name) == (person is not None and person.name.startswith("Bob"))


def test_canvas_a_person_that_two_ways_tell_apart_is_not_found(tmp_path: Path) -> None:
    filled = canvas.fill(write(tmp_path, CANVAS), "501", [row(Person("9002", "Q", login="aenne"), 4)])
    assert filled.text == CANVAS and filled.unknown == ("Q",)


def test_canvas_excused(tmp_path: Path) -> None:
    def excused(id: str) -> ClassRow:
        return row(Person(id, id, excused=True), 4)

    filled = canvas.fill(write(tmp_path, CANVAS), "501", [excused("9001"), excused("9002"), row(LI, lms_id="9003")])
    assert filled.text == CANVAS.replace("uni.example,M1,,", "uni.example,M1,EX,")
    assert len(filled.kept) == 2 and "Müller, Änne" in filled.kept[0] and "雷, 李" in filled.kept[1]


def test_canvas_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = (
        "Student;ID;SIS Login ID;Section;Lab (1)\n    Points Possible;;;;10,00\n"
        "Müller, Änne;9001;aenne;M;7,25\nRay, Bob;9002;bob;M;\n"
    )
    filled = canvas.fill(write(tmp_path, text), "Lab", [row(ANNE, 8.5)])
    assert filled.text == text.replace("7,25", "8,5")


def test_canvas_a_short_row_gets_the_cells_it_lacks(tmp_path: Path) -> None:
    text = "Student,ID,Section,A (1),B (2)\nRay,5,M\nLee,6,M,1,2"
    filled = canvas.fill(write(tmp_path, text), "2", [row(Person("5", "r"), 4), row(Person("6", "l"), 3)])
    assert filled.text == "Student,ID,Section,A (1),B (2)\nRay,5,M,,4\nLee,6,M,1,3"


@pytest.mark.parametrize(
    ("text", "assignment", "parts"),
    [
        (CANVAS, "Lab 3", ["sheet.csv:1", "'Lab 3'", "Lab 1 (501)", "did you mean"]),
        (CANVAS, "Final Grade", ["sheet.csv:1", "choose one of"]),
        (CANVAS, "999", ["Lab 1 (501)"]),
        ("Name,Points\nA,3\n", "x", ["sheet.csv:1", "not a Canvas gradebook", "Export"]),
        ("Student,ID,Lab (1)\nA,3,4\n", "Lab", ["sheet.csv:1", "Section"]),
        ("Student,ID,Section,Lab (1),Lab (2)\nA,3,M,4,5\n", "Lab", ["Lab (1), Lab (2)", "by number"]),
        ("Student,ID,Section,Lab (1)\nPoints Possible,,,(read only)\nA,3,M,4\n", "Lab", ["sheet.csv:2", "read only"]),
        ("Student,ID,Section,Lab (1)\nA,3,M,4\nB,4,M,1\nA,3,N,4\n", "Lab", ["sheet.csv:4", "line 2"]),
    ],
)
def test_canvas_refuses_what_it_cannot_fill(tmp_path: Path, text: str, assignment: str, parts: list[str]) -> None:
    with pytest.raises(GraderError) as error:
        canvas.fill(write(tmp_path, text), assignment, [row(ANNE)])
    refused(str(error.value), *parts)


def test_two_submissions_for_one_line_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="one and two both belong to"):
        canvas.fill(write(tmp_path, CANVAS), "501", [row(ANNE, 1, "one"), row(ANNE, 2, "two")])


# Moodle

GERMAN = (
    "ID;\"Vollständiger Name\";E-Mail-Adresse;Status;Bewertung;Bestwertung;\"Bewertung kann geändert werden\";"
    "\"Zuletzt geändert (Abgabe)\";\"Zuletzt geändert (Bewertung)\";\"Feedback als Kommentar\"\r\n"
    "Teilnehmer/in1234567;\"Änne Müller\";aenne@uni.example;\"Zur Bewertung abgegeben\";3,50;10,00;Ja;"
    "\"Montag, 4. Mai 2026, 23:59\";-;\"<p>alt; \"\"gut\"\"</p>\"\r\n"
    "Teilnehmer/in77;\"李 雷\";li@uni.example;\"Keine Abgabe\";;10,00;Ja;-;-;\r\n"
    "Teilnehmer/in8;\"Bob O'Neil-Ray\";bob@uni.example;\"Zur Bewertung abgegeben\";;10,00;Ja;-;-;\r\n"
)  # fmt: skip
ENGLISH = (
    "\ufeffIdentifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\",\"Grade can be changed\","
    "\"Last modified (submission)\",\"Last modified (grade)\"\n"
    "\"Participant 1234567\",\"Änne Müller\",a@x,,,100.00,Yes,-,-\n"
    "\"Participant 77\",\"Ann_Lee/Ray\",b@x,,,100.00,Yes,-,-\n"
)  # fmt: skip


def test_a_german_worksheet_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    sheet = moodle.open_worksheet(write(tmp_path, GERMAN))
    filled = moodle.fill(sheet, [row(ANNE, 8.25, bonus=0.5, max_bonus=1), row(BOB, 0), row(LI, status=Status.NOTHING)])
    expected = GERMAN.replace(";3,50;", ";8,75;").replace('"<p>alt; ""gut""</p>"', "8.25 of 10 points, bonus 0.5")
    expected = expected.replace('abgegeben";;10,00;Ja;-;-;', 'abgegeben";0;10,00;Ja;-;-;0 of 10 points')
    assert filled.text == expected
    assert filled.filled == 2 and filled.without == ("李 雷",)
    assert moodle.fill(sheet, []).text == GERMAN
    grades_only = moodle.fill(sheet, [row(ANNE, 8.25)], comments=False)
    assert grades_only.text == GERMAN.replace(";3,50;", ";8,25;")


def test_what_moodle_does_not_let_be_changed_stays(tmp_path: Path) -> None:
    text = GERMAN.replace(";10,00;Ja;", ";10,00;Nein;", 1)
    filled = moodle.fill(moodle.open_worksheet(write(tmp_path, text)), [row(ANNE, 8), row(BOB, 0)])
    assert filled.text == text.replace('abgegeben";;10,00;Ja;-;-;', 'abgegeben";0;10,00;Ja;-;-;0 of 10 points')
    assert filled.locked == ("Änne Müller",) and filled.filled == 1


@pytest.mark.parametrize("first", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\n', "SEP=;\r"])
def test_a_line_that_tells_the_separator_is_no_row_and_stays(tmp_path: Path, first: str) -> None:
    sheet = moodle.open_worksheet(write(tmp_path, first + GERMAN))
    assert moodle.fill(sheet, []).text == first + GERMAN
    assert moodle.fill(sheet, [row(BOB, 6)], comments=False).text == first + GERMAN.replace(
        'abgegeben";;10', 'abgegeben";6;10'
    )
    assert [line.number for line in sheet.table.lines] == [2, 3, 4, 5]


def test_an_english_worksheet_and_ways_to_find_people(tmp_path: Path) -> None:
    sheet = moodle.open_worksheet(write(tmp_path, ENGLISH))
    rows = [row(None, 60, name="whoever", lms_id="77"), row(Person("1234567", "Else"), 50)]
    filled = moodle.fill(sheet, rows)
    assert filled.text == ENGLISH.replace("b@x,,,", "b@x,,60,")
    assert filled.unknown == ("Else",), "the roster's id is not the participant's number"
    assert ["maximum of 100 points in Moodle, but 10 here" in note for note in filled.notes] == [True, False]
    for person in (Person("1", "ÄNNE  müller"), Person("2", "n", email="A@x")):
        assert moodle.fill(sheet, [row(person, 12.5)]).text == ENGLISH.replace("a@x,,,", "a@x,,12.5,")


@pytest.mark.parametrize(
    "head",
    [
        "Identificador,Nombre completo,Estado,Calificación,Calificación máxima,x,Última modificación (entrega),"
        "Última modificación (calificación),Comentarios de retroalimentación",
        "Identifiant,Nom complet,Statut,Note,Note maximale,x,Dernière modification (travail remis),"
        "Dernière modification (note),Feedback par commentaires",
        "Identificador,Nom,Estat,Qualificació,Qualificació màxima,x,Darrera modificació (tramesa),"
        "Darrera modificació (qualificació),Comentaris de retroacció",
    ],
)
def test_a_worksheet_in_any_language(tmp_path: Path, head: str) -> None:
    text = f'{head}\nParticipante 5,Ann,,,"10,00",Sí,-,-,\n'
    filled = moodle.fill(moodle.open_worksheet(write(tmp_path, text)), [row(Person("1", "Ann"), 7.5)])
    assert filled.text == f'{head}\nParticipante 5,Ann,,"7,5","10,00",Sí,-,-,7.5 of 10 points\n'


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Name,Grade\nAnn,3\n", ["sheet.csv:1", "Participant <number>", "Download grading worksheet"]),
        ("Identifier,Full name,Grade\nParticipant 1,Ann,\n", ["sheet.csv:1", "Last modified (grade)"]),
        ("Identifier,Full name,Points,Last modified (grade)\nParticipant 1,Ann,,-\n", ["sheet.csv:1", "of grades"]),
        (ENGLISH + ",Eve,c@x,,,100.00,Yes,-,-\n", ["sheet.csv:4", "Participant 1234"]),
        (ENGLISH + "Participant 77,Eve,c@x,,,100.00,Yes,-,-\n", ["sheet.csv:4", "line 3"]),
    ],
)
def test_moodle_refuses_another_sheet(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(GraderError) as error:
        moodle.open_worksheet(write(tmp_path, text))
    refused(str(error.value), *parts)


def test_moodle_refuses_points_above_the_maximum(tmp_path: Path) -> None:
    sheet = moodle.open_worksheet(write(tmp_path, GERMAN))
    with pytest.raises(GraderError) as error:
        moodle.fill(sheet, [row(ANNE, 9.75, bonus=1)])
    refused(str(error.value), "sheet.csv:2", "10.75", "maximum is 10")


def test_the_feedback_zip_is_as_moodle_splits_it(tmp_path: Path) -> None:
    sheet = moodle.open_worksheet(write(tmp_path, ENGLISH))
    rows = [row(Person("1", "Änne Müller"), name="aenne"), row(None, name="ann", lms_id="77"), row(None, name="eve")]
    reports = {"aenne": "<p>ä</p>".encode(), "ann": b"<p>b</p>", "eve": b"no"}
    moodle.feedback_zip(sheet, rows, reports, data := io.BytesIO())
    with zipfile.ZipFile(data) as archive:
        names = archive.namelist()
        assert archive.read(names[0]) == reports["aenne"]
    assert names == [
        "Änne Müller_1234567_assignsubmission_file_/report.html", "Ann Lee Ray_77_assignsubmission_file_/report.html",
    ]  # fmt: skip
    for name in names:
        assert name.partition("/")[0].split("_", 4)[1].isdigit()
    moodle.feedback_zip(sheet, rows, reports, again := io.BytesIO())
    assert again.getvalue() == data.getvalue()


# Sheets


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_cells_know_their_places(tmp_path: Path, newline: str) -> None:
    text = f'a,b{newline}"x{newline}y","z""q"{newline}{newline}1,"2'.replace('"2', "2")
    table = open_table(write(tmp_path, text))
    assert [(line.number, [cell.value for cell in line.cells]) for line in table.lines] == [
        (1, ["a", "b"]), (2, [f"x{newline}y", 'z"q']), (4, [""]), (5, ["1", "2"]),
    ]  # fmt: skip
    assert "".join(text[cell.start : cell.end] for cell in table.lines[1].cells) == f'"x{newline}y""z""q"'
    assert table.changed({(table.lines[3], 0): 'a"b', (table.lines[0], 1): "c"}) == (
        f'a,c{newline}"x{newline}y","z""q"{newline}{newline}"a""b",2'
    )


def test_cells_are_those_of_the_standard_reader(tmp_path: Path) -> None:
    letters = random.Random(1)
    for _ in range(300):
        rows = [["".join(letters.choices('ab"\n ,;é', k=letters.randrange(5))) for _ in range(3)] for _ in range(4)]
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL if letters.random() < 0.5 else csv.QUOTE_MINIMAL).writerows(
            [["h", "i", "j"], *rows]
        )
        table = open_table(write(tmp_path, out.getvalue()))
        assert [[cell.value for cell in line.cells] for line in table.lines[1:]] == rows
        edits = {(line, letters.randrange(3)): "n,w" for line in table.lines[1:]}
        (path := tmp_path / "new.csv").write_bytes(table.changed(edits).encode())
        for line, (_, column), was in zip(open_table(path).lines[1:], edits, rows, strict=True):
            expected = [*was[:column], "n,w", *was[column + 1 :]]
            assert [cell.value for cell in line.cells] == expected


def test_a_large_class_is_matched_by_every_way() -> None:
    people = [Person(f"s{n}", f"Ann{n} van Lee", f"m{n}@x", f"l{n}") for n in range(1500)]
    handed = [
        HandedIn(one)
        for n in range(0, 1500, 5)
        for one in (f"s{n}", f"L{n + 1}", f"M{n + 2}@x", f"van Lee, Ann{n + 3}", f"vanleeann{n + 4}")
    ]
    owners, notes = match(handed, people)
    assert [members[0] for members in owners.values()] == people and notes == []
