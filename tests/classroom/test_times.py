"""Times of handing in: sheets as platforms export them, every way to know a submission, and what cannot be sure."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grader.classroom.model import HandedIn, Person
from grader.classroom.people.matching import match
from grader.classroom.people.platform_names import submissions
from grader.classroom.people.roster import read_roster
from grader.classroom.people.times import Times, read_times
from grader.model import GraderError

BERLIN = ZoneInfo("Europe/Berlin")
ANNE = Person("0042", "Änne Müller", "aenne@uni.example", "aenne")
BOB = Person("78", "Bob O'Neil-Ray", "bob@uni.example", "bob-ray")
DUE = datetime(2026, 11, 20, 22, 59, tzinfo=timezone.utc)


def sheet(folder: Path, text: str | bytes, zone: ZoneInfo | None = BERLIN) -> Times:
    path = folder / "times.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_times(path, zone)


def utc(when: datetime | None) -> str:
    return "" if when is None else when.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


# How times are written


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T22:59:00Z", "2026-11-20T22:59Z", "2026-11-20T22:59:00.000Z", '"2026-11-20t22:59:00,5z"',
        "2026-11-20T23:59:00+01:00", "2026-11-20T23:59:00+0100", "2026-11-20 23:59:00 +0100", "2026-11-20 22:59:00+00",
        "2026-11-20 22:59:00 UTC", "2026-11-20 22:59:00 GMT", "2026-11-20 14:59:00 -0800", "2026-11-21 04:44 +05:45",
        "2026-11-20 23:59", "2026-11-20T23:59:00", " 2026-11-20  23:59 ",
        '"Friday, 20 November 2026, 11:59 PM"', '"Friday, November 20, 2026, 11:59 PM"',
        '"Friday, 20 November 2026, 11:59\u202fPM"', '"20 November 2026, 23:59"', '"Fri, 20 Nov 2026, 11:59 pm"',
        '"20 Nov 2026, 11:59:00PM"', "20.11.2026 23:59", "20.11.2026 23:59:00", '"20.11.2026, 23:59"',
    ],
)  # fmt: skip
def test_a_time_is_read_as_platforms_write_it(tmp_path: Path, text: str) -> None:
    assert sheet(tmp_path, f"id,handed_in\n0042,{text}\n").of(HandedIn("x"), ANNE) == DUE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday, 20 November 2026, 12:00 AM", "2026-11-19 23:00:00"),
        ("Friday, 20 November 2026, 12:30 PM", "2026-11-20 11:30:00"),
        ("Thursday, 5 March 2026, 9:05 AM", "2026-03-05 08:05:00"),
        ("Monday, 20 July 2026, 11:59 PM", "2026-07-20 21:59:00"),
        ("2026-11-20 23:59:59.999", "2026-11-20 22:59:59"),
        ("2026-10-25 02:30", "2026-10-25 00:30:00"),  # twice on the clocks: the first counts
        ("2026-10-25 02:30:00 +0100", "2026-10-25 01:30:00"),
    ],
)
def test_a_local_time_is_that_of_the_courses_zone(tmp_path: Path, text: str, expected: str) -> None:
    assert utc(sheet(tmp_path, f'id,handed_in\n0042,"{text}"\n').of(HandedIn("x"), ANNE)) == expected


def test_a_time_is_shown_in_the_courses_zone(tmp_path: Path) -> None:
    text = "id,handed_in\n0042,2026-11-20T22:59:00Z\n"
    when = sheet(tmp_path, text).of(HandedIn("x"), ANNE)
    assert when is not None and when.isoformat() == "2026-11-20T23:59:00+01:00"
    when = sheet(tmp_path, text, None).of(HandedIn("x"), ANNE)
    assert when is not None and when.isoformat() == "2026-11-20T22:59:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "20.11.26 23:59", "31.11.2026 23:59", "11/12/2026 11:59 PM", "2026-11-20", "20.11.2026",
            "20261120T2359", "1795215540", "46346.99931", "soon",
        "Freitag, 20. November 2026, 23:59", "Monday, 20 November 2026, 11:59 PM", "Friday, 20 November 2026, 13:59 PM",
        "Friday, 20 November 2026, 0:59 AM", "Friday, 20 Novembre 2026, 11:59 PM", "2026-02-30 12:00",
        "2026-11-20 24:00", "2026-11-20 23:59:60", "2026-11-20 23:59 CET", "2026-11-20 23:59 +15:00",
        "0001-01-01 00:00", "9999-12-31 23:59", "2026-11-20 23:59 or so", "٢٠٢٦-11-20 23:59", "Ma, 20 M 2026, 11:59 PM",
        "\x1b[31m2026",
    ],
)  # fmt: skip
def test_a_time_that_is_not_sure_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(GraderError) as error:
        sheet(tmp_path, f'id,handed_in\n1,2026-11-20 23:59\n\n2,"{text}"\n')
    said = str(error.value)
    assert "times.csv:4: " in said and "write it as in 2026-11-20 23:59" in said
    assert len(said.splitlines()) == 1 and "\x1b" not in said


def test_a_local_time_needs_a_zone(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"times\.csv:2: .* offset.*`zone` to course\.yaml"):
        sheet(tmp_path, "id,handed_in\n1,2026-11-20 23:59\n", None)


def test_a_time_that_no_clock_showed(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"times\.csv:2: .* does not exist in Europe/Berlin"):
        sheet(tmp_path, "id,handed_in\n1,2026-03-29 02:30\n")


# Sheets of platforms

MOODLE = """\
\ufeffIdentifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 9001","Änne Müller",0042,aenne@uni.example,"Submitted for grading",,100.00,Yes,\
"Friday, 20 November 2026, 11:59 PM","Saturday, 21 November 2026, 8:00 AM",
"Participant 9002","Bob O'Neil-Ray",78,bob@uni.example,"No submission",,100.00,Yes,-,-,
"Participant 9003","Li Wei",79,li@uni.example,"Submitted for grading - 1 day late",,100.00,Yes,\
"Saturday, 21 November 2026, 12:05 PM",-,
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,Lateness (H:M:S)
Änne,Müller,0042,aenne@uni.example,,8.0,10.0,Graded,4711,2026-11-20 23:59:00 +0100,00:00:00
Bob,O'Neil-Ray,78,bob@uni.example,,,10.0,Missing,,,
"""
CLASSROOM = """\
assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,\
student_repository_url,submission_timestamp,points_awarded,points_available
grad,https://x,https://y,Aenne,0042,grad-aenne,https://z,2026-11-20 22:59:00 UTC,0,10
grad,https://x,https://y,bob-ray,"",grad-bob-ray,https://z,2026-11-21 22:59:00 UTC,0,10
"""


def test_moodles_worksheet(tmp_path: Path) -> None:
    times = sheet(tmp_path, MOODLE)
    assert times.of(HandedIn("x"), ANNE) == DUE
    assert times.of(HandedIn("x"), BOB) is None
    handed, _ = submissions(["Änne Müller_9001_assignsubmission_file_", "Li Wei_9003_assignsubmission_file_"], "moodle")
    assert [utc(times.of(one, None)) for one in handed] == ["2026-11-20 22:59:00", "2026-11-21 11:05:00"]
    owners, _ = match(handed, [ANNE])
    assert times.of(handed[0], owners[handed[0].name][0]) == DUE


def test_a_platforms_number_is_not_the_rosters(tmp_path: Path) -> None:
    """Participant 78 is Änne, whose roster number is 0042; 78 is Bob's."""
    text = "Identifier,Full name,handed_in\nParticipant 78,Änne Müller,2026-11-20 23:59\n"
    handed, _ = submissions(["Änne Müller_78_assignsubmission_file_"], "moodle")
    assert sheet(tmp_path, text).of(handed[0], ANNE) == DUE
    assert sheet(tmp_path, text).of(HandedIn("Bob O'Neil-Ray"), BOB) is None
    text = "id,name,handed_in\n78,Bob O'Neil-Ray,2026-11-29 23:59\n0042,Änne Müller,2026-11-20 23:59\n"
    assert sheet(tmp_path, text).of(handed[0], ANNE) == DUE
    assert sheet(tmp_path, text).of(handed[0], None) == DUE


def test_numbers_alone_where_grading_is_blind(tmp_path: Path) -> None:
    text = "Identifier,Last modified (submission)\nParticipant 9001,2026-11-20 23:59\nParticipant 9002,-\n"
    handed, _ = submissions(["Participant 9001_9001_assignsubmission_file_"], "moodle")
    assert sheet(tmp_path, text).of(handed[0], None) == DUE
    assert sheet(tmp_path, text).of(HandedIn("a", id="9002"), None) is None


def test_gradescopes_export(tmp_path: Path) -> None:
    times = sheet(tmp_path, GRADESCOPE, None)
    assert times.of(HandedIn("x"), ANNE) == DUE
    assert times.of(HandedIn("x"), BOB) is None
    assert times.of(HandedIn("Müller, Änne"), None) == DUE


def test_github_classrooms_export(tmp_path: Path) -> None:
    times = sheet(tmp_path, CLASSROOM, None)
    handed, _ = submissions(["grad-aenne", "grad-bob-ray"], "github", ["aenne", "bob-ray"])
    assert [utc(times.of(one, None)) for one in handed] == ["2026-11-20 22:59:00", "2026-11-21 22:59:00"]
    owners, _ = match(handed, [ANNE, BOB])
    assert [utc(times.of(one, owners[one.name][0])) for one in handed] == ["2026-11-20 22:59:00", "2026-11-21 22:59:00"]


def test_canvas_names(tmp_path: Path) -> None:
    handed, _ = submissions(["mülleränne_LATE_9001_1_ops.zip", "raybob_9002_2_ops.zip"], "canvas")
    for text in (
        "Student,ID,submitted_at\nÄnne Müller,9001,2026-11-20T22:59:00Z\n",
        'Student,ID,submitted_at\n"Müller, Änne",9001,2026-11-20T22:59:00Z\n',
        "ID,submitted_at\n9001,2026-11-20T22:59:00Z\n",
        "name,submitted_at\nÄnne Müller,2026-11-20T22:59:00Z\n",
    ):
        times = sheet(tmp_path, text)
        assert [times.of(one, None) for one in handed] == [DUE, None], text


# Whose time it is


@pytest.mark.parametrize(
    "text",
    [
        "submission,handed_in\nanne.zip,2026-11-20 23:59\n",
        "submission,handed_in\nanne,2026-11-20 23:59\n",
        "\ufeffMatrikelnummer;Time\r\n0042;2026-11-20 23:59\r\n",
        "login\tsubmitted at\nAENNE\t2026-11-20 23:59\n",
        "E-Mail,Handed in\nAenne@uni.example,2026-11-20 23:59\n",
        "name,time\nA\u0308nne mu\u0308ller,2026-11-20 23:59\n",
        'name,time\n"Müller, Änne",2026-11-20 23:59\n',
        "first,last,time\nÄnne,Müller,2026-11-20 23:59\n",
        "name,time\nanne.zip,2026-11-20 23:59\n",
        "username,time\naenne@uni.example,2026-11-20 23:59\n",
        "id,name,time\n0042,Änne Müller,2026-11-20 23:59\n0042,Änne Müller,2026-11-20T22:59Z\n",
    ],
)
def test_a_submission_finds_its_time(tmp_path: Path, text: str) -> None:
    for written in (text, text.encode("utf-16")):
        times = sheet(tmp_path, written)
        assert times.of(HandedIn("anne.zip", (("anne.zip", ""),)), ANNE) == DUE
        assert times.of(HandedIn("bob.zip"), BOB) is None


@pytest.mark.parametrize("name", ["0042", "aenne", "aenne@uni.example", "Änne Müller", "Müller, Änne", "0042.tar.gz"])
def test_without_a_roster_the_submissions_name_finds_its_time(tmp_path: Path, name: str) -> None:
    text = "id,name,login,email,time\n0042,Änne Müller,aenne,aenne@uni.example,2026-11-20 23:59\n"
    assert sheet(tmp_path, text).of(HandedIn(name), None) == DUE


def test_the_submissions_own_row_goes_before_the_persons(tmp_path: Path) -> None:
    text = "submission,id,time\nred,,2026-11-20 23:59\n,0042,2026-11-29 23:59\n"
    assert sheet(tmp_path, text).of(HandedIn("red"), ANNE) == DUE


def test_a_name_that_two_people_share_is_not_sure(tmp_path: Path) -> None:
    text = "id,name,time\n1,Li Wei,2026-11-20 23:59\n2,Li Wei,2026-11-21 23:59\n"
    times = sheet(tmp_path, text)
    assert times.of(HandedIn("Li Wei"), None) is None
    assert times.of(HandedIn("Li Wei"), Person("1", "Li Wei")) == DUE
    times = sheet(tmp_path, "name,time\nNa An,2026-11-29 23:59\nAn Na,2026-11-20 23:59\n")
    assert times.of(HandedIn("An Na"), None) == DUE
    assert times.of(HandedIn("anna"), None) is None


def test_rows_for_nobody_and_rows_without_a_time_do_no_harm(tmp_path: Path) -> None:
    text = "id,time\n5,2026-11-29 23:59\n0042,\n,\n0042,2026-11-20 23:59\n6,-\n0042,-\n"
    assert sheet(tmp_path, text).of(HandedIn("x"), ANNE) == DUE
    assert sheet(tmp_path, "id,time\n").of(HandedIn("x"), ANNE) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["times.csv", "empty"]),
        ("id,name\n1,A\n", ["times.csv:1", "id, name", "`handed_in`"]),
        ("id,handed_inn\n1,A\n", ["times.csv:1", "did you mean `handedin`?"]),
        ("time,points\n2026-11-20 23:59,3\n", ["times.csv:1", "time, points", "`login`"]),
        ("id,time,Time\n1,2026-11-20 23:59,\n", ["times.csv:1", "two columns"]),
        ("id,name,time\n1,A,2026-11-20 23:59\n,,2026-11-20 23:59\n", ["times.csv:3", "a time without a person"]),
        ("id,time\n1,2026-11-20 23:59\n2,-\n1,2026-11-20 23:58\n", ["times.csv:4", "line 2", "for 1;"]),
        ("login,time\nA,2026-11-20 23:59\na,2026-11-21 23:59\n", ["times.csv:3", "line 2"]),
        ('name,time\nLi Wei,2026-11-20 23:59\n"Wei, Li",2026-11-21 23:59\n', ["times.csv:3", "line 2", "Wei, Li"]),
        ("id,time\n1,2026-11-20 23:59,7\n", ["times.csv:2", "more cells"]),
        ('id,time\n1,"2026-11-20 23:59\n', ["times.csv:2", "quote"]),
        ("name,time\nMüller,2026-11-20 23:59\n".encode("latin-1"), ["times.csv:2", "UTF-8"]),
    ],
)
def test_a_bad_sheet_is_one_clear_error(tmp_path: Path, text: str | bytes, parts: list[str]) -> None:
    with pytest.raises(GraderError) as error:
        sheet(tmp_path, text)
    assert len(str(error.value).splitlines()) == 1
    for part in parts:
        assert part in str(error.value)


def test_two_rows_of_one_person_are_one_clear_error(tmp_path: Path) -> None:
    times = sheet(tmp_path, "id,email,time\n0042,,2026-11-20 23:59\n,aenne@uni.example,2026-11-21 23:59\n")
    with pytest.raises(GraderError, match=r"times\.csv:3: line 2 has a different time for anne;"):
        times.of(HandedIn("anne"), ANNE)


def test_the_roster_and_the_times_may_be_one_sheet(tmp_path: Path) -> None:
    people = read_roster_text(tmp_path, GRADESCOPE)
    times = sheet(tmp_path, GRADESCOPE)
    assert [utc(times.of(HandedIn("x"), person)) for person in people] == ["2026-11-20 22:59:00", ""]


def read_roster_text(folder: Path, text: str) -> list[Person]:
    path = folder / "roster.csv"
    path.write_text(text, "utf-8")
    return read_roster(path).people
