"""A class of a learning platform from its export to the filled sheet: names, roster, groups, lateness, feedback."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from classes import DOUBLE, RIGHT, SQUARE, Run, gradebook, make_class, make_course, results
from conftest import write_files

ROSTER = """\
id,name,login,group,excused
1,Anna Ärmel,anna,,
2,Ben Bo,ben,G1,
3,Carl Cé,carl,G1,
4,Dora Do,dora,,yes
5,Emil E,emil,,
"""
LATE = "late: {due: 2026-11-20 23:59, zone: Europe/Berlin, grace: 15, per-day: 20}\n"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return write_files(tmp_path, {"roster.csv": ROSTER}) / "roster.csv"


def test_a_roster_finds_who_handed_in_nothing(run: Run, tmp_path: Path, roster: Path) -> None:
    work = make_class(tmp_path / "class", {"anna": RIGHT, "G1": {"work.py": DOUBLE}, "stranger": RIGHT})
    course, out = make_course(tmp_path / "course"), tmp_path / "out"
    graded = run("batch", work, "--out", out, "--course", course, "--jobs", "1", "--roster", roster, "--anonymous")
    assert graded.code == 0 and "2 people on the roster submitted nothing: Dora Do, Emil E" in graded.out
    assert "stranger: not found in the roster" in graded.err
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    lines = {(line["name"], line["person"]): line for line in csv.DictReader(io.StringIO(text, newline=""))}
    assert {key: (line["final"], line["status"]) for key, line in lines.items()} == {
        ("anna", "Anna Ärmel"): ("5", "graded"), ("G1", "Ben Bo"): ("2", "graded"), ("G1", "Carl Cé"): ("2", "graded"),
        ("stranger", ""): ("5", "graded"), ("Dora Do", "Dora Do"): ("", "excused"),
        ("Emil E", "Emil E"): ("", "nothing handed in"),
    }  # fmt: skip
    page = (out / "index.html").read_text("utf-8")
    assert "Ben Bo, Carl C" in page and "nothing handed in" in page
    anonymous = (out / "gradebook-anonymous.csv").read_text("utf-8")
    assert not any(name in anonymous for name in ("Anna", "anna", "G1", "Dora", "stranger"))


def test_canvas_files_of_one_person_belong_together(run: Run, tmp_path: Path) -> None:
    work = write_files(tmp_path / "class", {
        "armelanna_101_501_work-1.py": DOUBLE, "armelanna_101_502_more.py": RIGHT["more.py"],
        "armelanna_101_503_helper.py": RIGHT["helper.py"], "boben_LATE_102_504_work.py": SQUARE,
        "boben_LATE_102_505_photo.jpg": b"\xff", "doe_103_text.html": "<p>see my work</p>",
    })  # fmt: skip
    export = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 2 (77),Final Score\r\n"
    export += "    Points Possible,,,,,5,(read only)\r\n"
    export += '"Ärmel, Anna",101,1,anna,S1,,\r\n"Bo, Ben",102,2,ben,S1,3,\r\n"Doe, Jo",103,3,jo,S1,,\r\n'
    write_files(tmp_path, {"export.csv": export})
    options = ["--names", "canvas", "--gradebook", "canvas=export.csv", "--assignment", "homework 2"]
    course = make_course(tmp_path / "course")
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 1, graded.err  # what was typed into a form waits for a person
    assert gradebook(tmp_path / "out")["armelanna"]["final"] == "5"
    assert results(tmp_path / "out", "boben")["exercises"][0]["checks"][0]["misconception"] == "squares"
    filled = (tmp_path / "out" / "canvas-export.csv").read_bytes().decode()
    assert filled == export.replace("anna,S1,,", "anna,S1,5,").replace("ben,S1,3", "ben,S1,0")
    assert (tmp_path / "export.csv").read_bytes().decode() == export
    assert "marked late" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_moodle_gets_its_worksheet_and_the_feedback(run: Run, tmp_path: Path) -> None:
    work = make_class(
        tmp_path / "class",
        {"Anna Ärmel_11_assignsubmission_file": RIGHT, "Ben Bo_12_assignsubmission_file": {"work.py": SQUARE}},
    )
    sheet = "Identifier,Full name,Status,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
    sheet += "".join(
        f"Participant {number},{name},Submitted,,5.00,-,\n" for number, name in ((11, "Anna Ärmel"), (12, "Ben Bo"))
    )
    write_files(tmp_path, {"worksheet.csv": sheet})
    options = ["--names", "moodle", "--gradebook", "moodle=worksheet.csv", "--feedback"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), "--jobs", "1", *options)
    assert graded.code == 0 and "2 grades filled in" in graded.out, graded.err
    lines = list(csv.DictReader(io.StringIO((tmp_path / "out" / "moodle-worksheet.csv").read_text("utf-8"))))
    assert [line["Grade"] for line in lines] == ["5", "0"]
    with zipfile.ZipFile(tmp_path / "out" / "moodle-feedback.zip") as archive:
        assert archive.namelist() == [
            f"{name}_assignsubmission_file_/report.html" for name in ("Anna Ärmel_11", "Ben Bo_12")]  # fmt: skip
        assert archive.read(archive.namelist()[0]) == (tmp_path / "out" / "Anna Ärmel" / "report.html").read_bytes()


def test_a_sheet_that_cannot_be_filled_in_is_reported_before_grading(run: Run, tmp_path: Path) -> None:
    work, course = make_class(tmp_path / "class", {"anna": RIGHT}), make_course(tmp_path / "course")
    write_files(tmp_path, {"bad.csv": "a,b\n1,2\n"})
    for option in ("moodle=bad.csv", "moodle=nowhere.csv"):
        told = run("batch", work, "--out", "out", "--course", course, "--gradebook", option)
        assert told.code == 2 and ".csv" in told.err and not (tmp_path / "out").exists()


def test_lateness_costs_what_the_course_says(run: Run, tmp_path: Path, roster: Path) -> None:
    work = make_class(tmp_path / "class", dict.fromkeys(("anna", "ben", "carl"), RIGHT))
    times = "name,submitted at\nAnna Ärmel,2026-11-21 00:14\nBen Bo,2026-11-21T00:15:00+01:00\ncarl,2026-11-22 08:00\n"
    write_files(tmp_path, {"times.csv": times})
    course, out = make_course(tmp_path / "course", LATE), tmp_path / "out"
    command = ["batch", work, "--out", out, "--course", course, "--jobs", "1", "--roster", roster]
    assert "without --times, only times" in run(*command).err
    graded = run(*command, "--times", "times.csv")
    assert graded.code == 0 and "0 graded, 3 unchanged (reused)" in graded.out, graded.err
    lines = gradebook(out)
    assert {name: (lines[name]["penalty"], lines[name]["final"]) for name in ("anna", "ben", "carl")} == {
        "anna": ("0", "5"), "ben": ("1", "4"), "carl": ("2", "3")}  # fmt: skip


@pytest.mark.parametrize(
    ("times", "penalty", "told"),
    [
        ("login,handed_in\nll,2026-11-20 10:00\nao,2026-11-22 10:00\n", {"ao": "2", "team1": "0"}, ""),
        ("Login;handed_in\nteam1;20.11.2026 10:00\nao;22.11.2026 10:00\n", {"ao": "2", "team1": "0"}, ""),
        ("name,handed_in\nTEAM1,2026-11-22 10:00\nLi Lei,2026-11-20 10:00\n", {"ao": "0", "team1": "2"}, "time: ao"),
        (
            "id,handed_in\n3,2026-11-20 10:00\n4,2026-11-22 10:00\n",
            {"ao": "0", "team1": "2"},
            "different times for its",
        ),
        (
            "id,handed_in\n3,2026-11-20 10:00\nghost,2026-11-20 10:00\n",
            {"ao": "0", "team1": "0"},
            ": ghost\n",
        ),
    ],
)
def test_a_groups_time_is_not_that_of_who_handed_in_alone(
    run: Run, tmp_path: Path, times: str, penalty: dict[str, str], told: str
) -> None:
    people = "id,name,login,group\n2,Anna O,ao,team1\n3,Li Lei,ll,team1\n4,Mo Mu,mm,team1\n"
    write_files(tmp_path, {"times.csv": times, "roster.csv": people})
    work, course = make_class(tmp_path / "class", {"ao": RIGHT, "team1": RIGHT}), make_course(tmp_path / "course", LATE)
    options = ["--jobs", "1", "--roster", "roster.csv", "--times", "times.csv"]
    graded = run("batch", work, "--out", "out", "--course", course, *options)
    assert graded.code == 0, graded.err
    assert {name: line["penalty"] for name, line in gradebook(tmp_path / "out").items()} == penalty
    assert told in graded.err and "late_seconds" in gradebook(tmp_path / "out")["ao"]


def test_a_time_without_a_time_of_day_is_reported_with_its_line(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"times.csv": "sep=;\nname;handed_in\nanna;20.11.2026\n"})
    work, course = make_class(tmp_path / "class", {"anna": RIGHT}), make_course(tmp_path / "course", LATE)
    told = run("batch", work, "--out", "out", "--course", course, "--times", "times.csv")
    assert told.code == 2 and "times.csv:3" in told.err and "no time of day" in told.err


def test_a_canvas_export_is_roster_and_gradebook_for_two_of_one_name(run: Run, tmp_path: Path) -> None:
    work = write_files(tmp_path / "class", {
        "mustermax_104_1_work.py": DOUBLE, "mustermax_105_2_work.py": SQUARE, "mllerjrgen_101_3_work.py": DOUBLE,
        "mustermax_107_4_work.py": DOUBLE,
    })  # fmt: skip
    export = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 2 (77)\r\n    Points Possible,,,,,5\r\n"
    export += '"Müller, Jürgen",101,s101,jm,A,1\r\n"Muster, Max",104,s104,m1,A,\r\n"Muster, Max",105,s105,m2,A,\r\n'
    export += '"Nobody, Nora",106,s106,nn,A,\r\n"Student, Test",999,,x,A,\r\n'
    write_files(tmp_path, {"export.csv": export})
    options = ["--names", "canvas", "--gradebook", "canvas=export.csv", "--assignment", "77", "--roster", "export.csv"]
    course = make_course(tmp_path / "course")
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 0, graded.err
    assert {name: line["id"] for name, line in gradebook(tmp_path / "out").items()} == {
        "mllerjrgen": "s101", "mustermax 104": "s104", "mustermax 105": "s105", "mustermax 107": "",
        "Nobody, Nora": "s106",
    }  # fmt: skip
    filled = (tmp_path / "out" / "canvas-export.csv").read_bytes().decode()
    expected = export.replace("jm,A,1", "jm,A,2").replace("m1,A,", "m1,A,2").replace("m2,A,", "m2,A,0")
    assert filled == expected
    assert "1 of them in place of a different grade: Müller, Jürgen" in graded.out
    assert "in the sheet, but without a grade here: Nobody, Nora\n" in graded.out
    assert "1 person on the roster submitted nothing: Nobody, Nora" in graded.out


def test_who_is_in_the_roster_under_another_number_is_not_in_the_way(run: Run, tmp_path: Path) -> None:
    work = write_files(tmp_path / "class", {"mustermax_104_1_work.py": DOUBLE, "mustermax_105_2_work.py": DOUBLE})
    write_files(tmp_path, {
        "roster.csv": "id,name\ns104,Max Muster\ns105,Max Muster\n",
        "export.csv": "Student,ID,SIS User ID,Section,A (7)\nPoints Possible,,,,5\n"
        '"Muster, Max",104,s104,A,\n"Muster, Max",105,s105,A,\n',
    })  # fmt: skip
    options = ["--names", "canvas", "--gradebook", "canvas=export.csv", "--assignment", "7", "--roster", "roster.csv"]
    course = make_course(tmp_path / "course")
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 0 and "2 grades filled in" in graded.out, graded.err


def test_what_moodle_would_not_like_is_reported_and_each_worksheet_has_its_copy(run: Run, tmp_path: Path) -> None:
    names = {"Max Muster_11": RIGHT, "Max Muster_12": {"work.py": DOUBLE}, "Eve E_13": RIGHT}
    work = make_class(tmp_path / "class", {f"{name}_assignsubmission_file": files for name, files in names.items()})
    head = "Identifier,Full name,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\n"
    lines = [
        "Participant 11,Max Muster,,1.00,100.00,Yes,-\n", "Participant 12,Max Muster,,2.00,100.00,Yes,-\n",
        "Participant 13,Eve E,,,100.00,No,-\n",
    ]  # fmt: skip
    write_files(tmp_path, {"ws.csv": head + "".join(lines)})
    write_files(tmp_path / "other", {"ws.csv": head + "".join(lines[:1])})
    options = ["--names", "moodle", "--roster", "ws.csv", "--feedback"]
    options += ["--gradebook", "moodle=ws.csv", "--gradebook", "moodle=other/ws.csv"]
    course, out = make_course(tmp_path / "course"), tmp_path / "out"
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 0, graded.err
    assert (out / "moodle-ws.csv").read_text() == head + lines[0].replace("1.00,", "5,") + lines[1].replace(
        "2.00,", "2,"
    ) + lines[2]  # fmt: skip
    assert (out / "moodle-ws-2.csv").read_text() == head + lines[0].replace("1.00,", "5,")
    for name, count in (("moodle-feedback.zip", 3), ("moodle-feedback-2.zip", 1)):
        with zipfile.ZipFile(out / name) as archive:
            assert len(archive.namelist()) == count
    for what in (
        "maximum of 100 points in Moodle, but 5 here", "1 of them in place of a different grade: Max Muster\n",
        "1 not filled in because the grade cannot be changed: Eve E\n",
    ):  # fmt: skip
        assert what in graded.out


def test_the_gradebook_says_who_is_excused_and_the_same_maximum_for_all(run: Run, tmp_path: Path) -> None:
    answer = {"answers.yaml": "'3': {why: because}\n"}
    files = {"anna": {**RIGHT, **answer}, "G1": {**RIGHT, **answer}, "dora": RIGHT, "line\nbreak": RIGHT}
    roster = write_files(tmp_path, {"roster.csv": "sep=;\r\n" + ROSTER.replace(",", ";")}) / "roster.csv"
    course, out = make_course(tmp_path / "course", LATE, written=True), tmp_path / "out"
    work = make_class(tmp_path / "class", files)
    times = "submission,handed_in\nanna,2026-11-22 08:00\n"
    write_files(tmp_path, {"times.csv": times})
    options = ["--jobs", "1", "--roster", roster, "--times", "times.csv"]
    graded = run("batch", work, "--out", out, "--course", course, *options)
    assert graded.code == 0, graded.err
    assert "2 submissions with points that are not marked yet" in graded.out
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    lines = {line["person"] or line["name"]: line for line in csv.DictReader(io.StringIO(text, newline=""))}
    assert {name: (line["max"], line["pending"], line["status"]) for name, line in lines.items()} == {
        "Anna Ärmel": ("9", "4", "graded"), "Ben Bo": ("9", "4", "graded"), "Carl Cé": ("9", "4", "graded"),
        "Dora Do": ("9", "0", "excused"), "line\\x0abreak": ("9", "0", "graded"),
        "Emil E": ("9", "0", "nothing handed in"),
    }  # fmt: skip
    page = (out / "index.html").read_text("utf-8")
    assert '<h1>5 <span class="of">of 6 handed in' in page and "<dt>submissions</dt><dd>4<" in page
    assert "nobody tried" not in page and "submitted nothing</dt><dd>1<" in page
    assert "<td>1.4</td>" in page and "3.6" in re.sub(r"<script>.*?</script>", "", page, flags=re.S)
