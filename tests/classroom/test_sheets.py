"""What spreadsheets make of every sheet that is read: a first line sep=;, UTF-16 with tabs, IDs that are rounded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from classes import DOUBLE, RIGHT, Run, gradebook, make_class, make_course, results
from conftest import Graded, write_files

from grader.classroom.people.platform_names import submissions
from grader.classroom.people.roster import read_roster
from grader.classroom.people.times import read_times
from grader.model import GraderError

LATE = "late: {due: 2026-11-20 23:59, zone: Europe/Berlin, per-day: 20}\n"
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 2 (77)\n    Points Possible,,,,,5\n"
CANVAS += '"Lovelace, Ada",170000000002222,1,ada,S1,\n'
MOODLE = (
    "Identifier,Full name,ID number,Grade,Maximum grade,Last modified (grade)\nParticipant 11,Ada Lovelace,7,,5,-\n"
)
TO_CANVAS = ["--gradebook", "canvas=canvas.csv", "--assignment", "77"]


def saved(text: str, how: str) -> bytes:
    """A sheet as spreadsheets save it."""
    semicolons = text.replace('"Lovelace, Ada"', "NAME").replace(",", ";").replace("NAME", '"Lovelace, Ada"')
    return {
        "sep": ("\ufeffsep=;\n" + semicolons).encode(),
        "semicolons": semicolons.replace("\n", "\r\n").encode(),
        "unicode-text": semicolons.replace(";", "\t").encode("utf-16"),
        "tabs": semicolons.replace(";", "\t").encode(),
    }[how]


@pytest.mark.parametrize("how", ["sep", "semicolons", "unicode-text", "tabs"])
def test_roster_times_and_worksheet_are_read_as_saved(how: str, run: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {"Ada Lovelace_11_assignsubmission_file_": RIGHT})
    write_files(tmp_path, {
        "roster.csv": saved("id,name\n7,Ada Lovelace\n8,Bo Ek\n", how),
        "times.csv": saved("name,handed in\nAda Lovelace,2026-11-21 00:30\n", how), "moodle.csv": saved(MOODLE, how),
    })  # fmt: skip
    options = [
        "--names",
        "moodle",
        "--roster",
        "roster.csv",
        "--times",
        "times.csv",
        "--gradebook",
        "moodle=moodle.csv",
    ]
    course = make_course(tmp_path / "course", LATE)
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 0 and "1 person on the roster submitted nothing: Bo Ek" in graded.out, graded.err
    line = gradebook(tmp_path / "out")["Ada Lovelace"]
    assert (line["id"], line["late_seconds"], line["final"]) == ("7", "1860", "4")
    filled = (tmp_path / "out" / "moodle-moodle.csv").read_bytes().decode()
    assert filled == saved(MOODLE, how).decode("utf-16" if how == "unicode-text" else "utf-8").replace(
        "7;;5", "7;4;5").replace("7\t\t5", "7\t4\t5")  # fmt: skip


@pytest.mark.parametrize("how", ["sep", "semicolons"])
def test_a_canvas_export_keeps_its_dialect(how: str, run: Run, tmp_path: Path) -> None:
    work = write_files(tmp_path / "class", {"lovelaceada_170000000002222_1_work.py": DOUBLE})
    write_files(tmp_path, {"canvas.csv": saved(CANVAS, how)})
    options = ["--names", "canvas", "--gradebook", "canvas=canvas.csv", "--assignment", "77"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), "--jobs", "1", *options)
    assert graded.code == 0, graded.err
    filled = (tmp_path / "out" / "canvas-canvas.csv").read_bytes()
    assert filled == saved(CANVAS, how).replace(b"ada;S1;", b"ada;S1;2")


def test_canvas_takes_no_tabs(run: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {"ada": RIGHT})
    write_files(tmp_path, {"canvas.csv": saved(CANVAS, "unicode-text")})
    options = ["--gradebook", "canvas=canvas.csv", "--assignment", "77"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    assert graded.code == 2 and "canvas.csv:1: the cells are separated by tabs" in graded.err


@pytest.mark.parametrize("how", ["sep", "semicolons", "unicode-text", "tabs"])
def test_a_review_sheet_is_read_as_saved(how: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    answered = {**RIGHT, "answers.yaml": "'3':\n  why: because\n"}
    work = make_class(tmp_path / "class", {"ada": answered})
    course = make_course(tmp_path / "course", written=True)
    assert run("batch", work, "--out", "out", "--course", course, "--jobs", "1").code == 0
    sheet = run("review", "export", "out").out.removeprefix("\ufeff").replace("\r\n", "\n")
    assert ",,4,,sha:" in sheet
    write_files(tmp_path, {"sheet.csv": saved(sheet.replace(",,4,,sha:", ",2.5,4,,sha:"), how)})
    done = run("review", "import", "sheet.csv")
    assert done.code == 0, done.err
    assert results(tmp_path / "out", "ada")["score"] == 7.5


@pytest.mark.parametrize("cell", ["1.7E+14", "1,70E+14", "1.7e+014"])
@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("canvas.csv", CANVAS.replace("170000000002222", "{}"), TO_CANVAS),
        ("canvas.csv", CANVAS.replace(",1,ada", ",{},ada"),
         TO_CANVAS),
        ("moodle.csv", MOODLE.replace("Lovelace,7", "Lovelace,{}"), ["--gradebook", "moodle=moodle.csv"]),
        ("roster.csv", "id,name\n{},Ada Lovelace\n", ["--roster", "roster.csv"]),
        ("canvas.csv", CANVAS.replace("170000000002222", "{}"), ["--roster", "canvas.csv"]),
        ("times.csv", "id,handed in\n{},2026-11-21 00:30\n", ["--times", "times.csv"]),
    ],
)  # fmt: skip
def test_an_id_that_a_spreadsheet_has_rounded_is_reported(
    cell: str, name: str, text: str, options: list[str], run: Run, tmp_path: Path
) -> None:
    work = make_class(tmp_path / "class", {"ada": RIGHT})
    write_files(tmp_path, {name: text.replace("{}", f'"{cell}"')})
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course", LATE), *options)
    line = next(at for at, row in enumerate(text.splitlines(), 1) if "{}" in row)
    assert graded.code == 2 and f"{name}:{line}: {cell} in column" in graded.err, graded.err
    assert "a spreadsheet has rounded" in graded.err and "export the sheet again" in graded.err
    assert not (tmp_path / "out").exists()


def test_a_rounded_id_in_a_review_sheet_is_reported(run: Callable[..., Graded], tmp_path: Path) -> None:
    text = "report,exercise,check,points,digest\n1.7E+14,3,why,2,sha:0123456789abcdef\n"
    write_files(tmp_path, {"sheet.csv": text})
    done = run("review", "import", "sheet.csv")
    assert done.code == 2 and "sheet.csv:2: 1.7E+14 in column 1 (report) is an ID that a spreadsheet" in done.err


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("170000000000000", "170000000000000"),  # two people became one number, shown in full
        ("170000000000000", "170000000003333"),  # the name tells whose number it was
        ("10430000000012300", "9"),
    ],
)
def test_zeros_of_a_spreadsheet_are_reported_where_they_show(one: str, two: str, run: Run, tmp_path: Path) -> None:
    number = "10430000000012345" if two == "9" else "170000000002222"
    work = write_files(tmp_path / "class", {f"lovelaceada_{number}_1_work.py": DOUBLE})
    text = CANVAS.replace("170000000002222", one) + f'"Ek, Bo",{two},2,bo,S1,\n'
    write_files(tmp_path, {"canvas.csv": text})
    options = ["--names", "canvas", "--gradebook", "canvas=canvas.csv", "--assignment", "77"]
    course = make_course(tmp_path / "course")
    graded = run("batch", work, "--out", "out", "--course", course, "--jobs", "1", *options)
    assert graded.code == 2 and f"{one} in column 2 (ID) is an ID that a spreadsheet has rounded" in graded.err
    graded = run(
        "batch", work, "--out", "out", "--course", course, "--jobs", "1", *options[:2], "--roster", "canvas.csv"
    )
    assert graded.code == 2 and f"{one} in column 2 (ID) is an ID that a spreadsheet has rounded" in graded.err
    assert not (tmp_path / "out").exists()


def test_ids_that_only_look_so_are_left_alone(tmp_path: Path) -> None:
    text = "id,name,login\n12e45,Ada Lovelace,1e5\n202600000000,Bo Ek,170000000000000\n202600001000,Cy Dee,cy\n"
    write_files(tmp_path, {"roster.csv": text, "times.csv": "id,handed in\n12e45,2026-11-20 10:00Z\n"})
    handed, _ = submissions(["Ada Lovelace_101_assignsubmission_file_"], "moodle")
    people = read_roster(tmp_path / "roster.csv", handed).people
    assert [person.id for person in people] == ["12e45", "202600000000", "202600001000"]
    read_times(tmp_path / "times.csv", None)


@pytest.mark.parametrize("text", [",,\n,,\n", "sep=;\n;;\n", "\ufeff\n\n"])
def test_a_sheet_of_empty_cells_is_empty(text: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"roster.csv": text})
    with pytest.raises(GraderError, match="the sheet is empty"):
        read_roster(tmp_path / "roster.csv")
