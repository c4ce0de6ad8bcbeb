"""A class of a learning platform from its export to the filled sheet: names, roster, groups, lateness, feedback."""

from __future__ import annotations

import csv
import io
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
    assert graded.code == 0 and "2 of the roster handed in nothing: Dora Do, Emil E" in graded.out
    assert "stranger: nobody of the roster fits" in graded.err
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    lines = {(line["name"], line["person"]): line for line in csv.DictReader(io.StringIO(text, newline=""))}
    assert {key: (line["final"], line["status"]) for key, line in lines.items()} == {
        ("anna", "Anna Ärmel"): ("5", "graded"), ("G1", "Ben Bo"): ("2", "graded"), ("G1", "Carl Cé"): ("2", "graded"),
        ("stranger", ""): ("5", "graded"), ("Dora Do", "Dora Do"): ("", "nothing handed in"),
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
    assert graded.code == 0, graded.err
    assert gradebook(tmp_path / "out")["armelanna"]["final"] == "5"
    assert results(tmp_path / "out", "boben")["exercises"][0]["checks"][0]["misconception"] == "squares"
    filled = (tmp_path / "out" / "canvas-export.csv").read_bytes().decode()
    assert filled == export.replace("anna,S1,,", "anna,S1,5,").replace("ben,S1,3", "ben,S1,0").replace(
        "jo,S1,,", "jo,S1,0,"
    )
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


def test_a_sheet_that_cannot_be_filled_in_is_told_before_the_grading(run: Run, tmp_path: Path) -> None:
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
    assert "without --times nobody is late" in run(*command).err
    graded = run(*command, "--times", "times.csv")
    assert graded.code == 0 and "0 judged, 3 as they were" in graded.out, graded.err
    lines = gradebook(out)
    assert {name: (lines[name]["penalty"], lines[name]["final"]) for name in ("anna", "ben", "carl")} == {
        "anna": ("0", "5"), "ben": ("1", "4"), "carl": ("2", "3")}  # fmt: skip
