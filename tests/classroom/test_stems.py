"""Files are called by their stems: matched to the roster so, and results of earlier runs go along; who is identical."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest
from classes import DOUBLE, RIGHT, SQUARE, Run, gradebook, make_class, make_course, results
from conftest import write_files

from grader.classroom.model import ClassRow, HandedIn, Person
from grader.classroom.people.matching import class_rows, match
from grader.classroom.people.platform_names import submissions
from grader.classroom.people.submission_names import by_stems, with_unique_names
from grader.classroom.run.renamed_entries import move_renamed
from grader.classroom.run.store import Attempt, Store

ROSTER = "id,name,group\nben,Ben Bo,G1\ncleo,Cleo C,G1\ndora,Dora Do,\nemil,Emil E,\nfred,Fred F,\n"


def named(*entries: str) -> dict[str, str]:
    """The submissions' names by their entries; those that end with / are folders."""
    handed = with_unique_names(by_stems([(name.rstrip("/"), name.endswith("/")) for name in entries]))
    return {one.entries[0][0]: one.name for one in handed}


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        (("ben.zip", "cleo.ipynb", "dora.tar.gz", "emil.py", "FRED.TGZ"), ("ben", "cleo", "dora", "emil", "FRED")),
        (("ben.zip", "ben/"), ("ben.zip", "ben")),
        (("ben.zip", "ben.py"), ("ben.zip", "ben.py")),
        (("Ben.zip", "ben/"), ("Ben.zip", "ben")),
        (("ben.zip.zip", "ben.zip"), ("ben.zip.zip", "ben")),
        (("ben v1.2/", "ann.lee.zip", ".zip"), ("ben v1.2", "ann.lee", ".zip")),
        (("ben.zip/",), ("ben.zip",)),
    ],
)
def test_a_file_is_called_by_its_stem_where_that_is_unique(entries: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert list(named(*entries).values()) == list(names)


def test_names_of_letters_that_a_disk_takes_for_the_same_stay_apart() -> None:
    names = list(named("Ben.zip", "ben.zip", "ben.py").values())
    assert len({name.casefold() for name in names}) == 3 and not {"Ben", "ben"} & set(names)


def packed(folder: Path) -> Path:
    """A class of one file a person."""
    write_files(folder, {"emil.py": DOUBLE, "cleo.py": DOUBLE, "dora.py": SQUARE})
    with zipfile.ZipFile(folder / "ben.zip", "w") as archive:
        archive.writestr("work.py", DOUBLE)
    with tarfile.open(folder / "fred.tgz", "w:gz") as archive:
        archive.add(write_files(folder.parent / "fred", {"work.py": DOUBLE}), "fred")
    return folder


def test_the_roster_finds_who_handed_in_a_file(run: Run, tmp_path: Path) -> None:
    work = packed(tmp_path / "class")
    for name in ("emil", "cleo", "dora"):  # a file counts where it is called as it is asked for
        with zipfile.ZipFile(work / f"{name}.zip", "w") as archive:
            archive.write(work / f"{name}.py", "work.py")
        (work / f"{name}.py").unlink()
    write_files(tmp_path, {"roster.csv": ROSTER, "times.csv": "submission,handed in\nben.zip,2026-11-20 10:00Z\n"})
    options = ["--roster", "roster.csv", "--times", "times.csv", "--jobs", "1"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    assert graded.code == 0 and "not found in the roster" not in graded.err + graded.out, graded.err
    lines = gradebook(tmp_path / "out")
    assert {name: line["person"] for name, line in lines.items()} == {
        "ben": "Ben Bo", "cleo": "Cleo C", "dora": "Dora Do", "emil": "Emil E", "fred": "Fred F"}  # fmt: skip
    assert (tmp_path / "out" / "ben" / "report.html").is_file()
    # Ben and Cleo are one group, Emil and Fred are not: that is told of them, and of Ben with Emil.
    assert "identical: ben, cleo, emil, fred" in graded.out


def zipped(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("work.py", text)
        archive.writestr("answers.yaml", "'3':\n  why: because\n")


def test_results_under_an_older_name_go_along(run: Run, tmp_path: Path) -> None:
    """As of a grader that called results by the whole entry; then the other way round, as `ben` comes in addition."""
    work, out = tmp_path / "class", tmp_path / "out"
    make_class(work, {"anna": RIGHT})
    zipped(work / "ben.zip", SQUARE)
    course = make_course(tmp_path / "course", written=True)
    command = ["batch", work, "--out", out, "--course", course, "--jobs", "1"]
    run(*command)
    zipped(work / "ben.zip", DOUBLE)
    assert run(*command).code == 0
    run("review", "set", out / "ben", "3/why", "3", "--comment", "well said")
    # What the older grader would have left.
    (out / "ben").rename(out / "ben.zip")
    kept = json.loads((out / "ben.zip" / "reviews.json").read_text("utf-8"))
    kept["decisions"][0]["submission"] = "ben.zip"
    (out / "ben.zip" / "reviews.json").write_text(json.dumps(kept), "utf-8")
    base = sqlite3.connect(out / "class.sqlite")
    base.executescript(
        "DROP TABLE entries; DROP TABLE salt; DROP TABLE outlines; PRAGMA user_version = 1;"
        "UPDATE attempts SET name = 'ben.zip' WHERE name = 'ben';"
    )
    base.close()
    again = run(*command)
    assert again.code == 0 and "of earlier runs" not in again.out, again.out
    line = gradebook(out)["ben"]
    assert (line["attempt"], line["final"]) == ("2", "5") and sorted(gradebook(out)) == ["anna", "ben"]
    assert not (out / "ben.zip").exists() and (out / "ben" / "attempt-1" / "results.json").is_file()
    make_class(work, {"ben": {"work.py": SQUARE}})
    other = run(*command)
    lines = gradebook(out)
    assert other.code == 0 and "of earlier runs" not in other.out
    assert (lines["ben.zip"]["attempt"], lines["ben.zip"]["final"]) == ("2", "5")
    assert (lines["ben"]["attempt"], lines["ben"]["final"]) == ("1", "0")
    assert results(out, "ben.zip")["exercises"][2]["checks"][0]["review"]["comment"] == "well said"


def moved(folder: Path, handed: list[HandedIn]) -> dict[str, str]:
    """What was graded as `one`, `two` and `four`, of the entries x, y and z, by its names after a run with these."""
    with contextlib.closing(Store(folder / "class.sqlite")) as store:
        for name in ("one", "two", "four"):
            store.finish(Attempt(name, 1, f"digest of {name}", "", "", ""), "[]")
        store.keep_entries({"x": "one", "y": "two", "z": "four"})
        move_renamed(handed, store, folder)
        return {name: store.attempts(name)[0].digest.removeprefix("digest of ") for name in store.names()}


def test_a_name_that_becomes_free_is_taken(tmp_path: Path) -> None:
    handed = [HandedIn("two", (("x", ""),)), HandedIn("three", (("y", ""),)), HandedIn("four", (("z", ""),))]
    assert moved(tmp_path, handed) == {"two": "one", "three": "two", "four": "four"}


def test_a_name_that_another_has_is_not_taken(tmp_path: Path) -> None:
    handed = [HandedIn("four", (("x", ""),)), HandedIn("two", (("y", ""),))]
    assert moved(tmp_path, handed) == {"one": "one", "two": "two", "four": "four"}


def test_names_of_platforms_stay(tmp_path: Path) -> None:
    assert moved(tmp_path, [HandedIn("three", (("x", ""),), platform="moodle")])["one"] == "one"


def test_a_review_sheet_and_a_diff_follow_the_name(run: Run, tmp_path: Path) -> None:
    work, out = tmp_path / "class", tmp_path / "out"
    make_class(work, {"anna": RIGHT})
    zipped(work / "ben.zip", DOUBLE)
    run("batch", work, "--out", out, "--course", make_course(tmp_path / "course", written=True), "--jobs", "1")
    sheet = run("review", "export", out).out
    sheet = sheet.replace("./ben,", "./ben.zip,").replace(",,4,,sha:", ",1,4,,sha:")
    write_files(tmp_path, {"sheet.csv": sheet})
    done = run("review", "import", "sheet.csv", "--into", out)
    assert done.code == 0 and results(out, "ben")["score"] == 3, done.err
    (tmp_path / "before").mkdir()
    for old, new in (("anna", "anna"), ("ben", "ben.zip")):
        write_files(tmp_path / "before" / new, {"results.json": (out / old / "results.json").read_bytes()})
    diff = run("diff", "before", out)
    assert diff.code == 0 and "ben" not in diff.out, diff.out


@pytest.mark.parametrize("roster", [True, False])
def test_a_groups_members_are_not_identical_and_strangers_are(roster: bool, run: Run, tmp_path: Path) -> None:
    """Moodle puts the group before the name where work is handed in for groups."""
    names = ("Red-Ada Lovelace", "Red-Zoe Jean-Li", "Blue-Bo Ek", "Blue-Cy Dee", "Green-Di Ott")
    work = make_class(tmp_path / "class", {
        f"{name}_{number}_assignsubmission_file_": {"work.py": SQUARE if name.startswith("Blue") else DOUBLE}
        for number, name in enumerate(names, 101)
    })  # fmt: skip
    options = ["--names", "moodle", "--jobs", "1"]
    if roster:
        text = "id,name,group\n1,Ada Lovelace,Red\n2,Zoe Jean-Li,Red\n3,Bo Ek,Blue\n4,Cy Dee,Blue\n5,Di Ott,Green\n"
        options += ["--roster", write_files(tmp_path, {"roster.csv": text}) / "roster.csv"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    assert graded.code == 0 and "not found in the roster" not in graded.err
    told = [line for line in graded.out.splitlines() if "identical" in line]
    assert told == ["identical: Green-Di Ott, Red-Ada Lovelace, Red-Zoe Jean-Li"], graded.out
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "the same files as Red-Ada Lovelace, Red-Zoe Jean-Li" in page
    assert "the same files as Green-Di Ott" in page and "the same files as Blue" not in page
    if roster:
        assert gradebook(tmp_path / "out")["Red-Ada Lovelace"]["person"] == "Ada Lovelace"


def test_hyphens_in_names_are_no_groups() -> None:
    def teams(*names: str) -> list[str]:
        handed, _ = submissions([f"{name}_{at}_assignsubmission_file_" for at, name in enumerate(names)], "moodle")
        return [one.team for one in handed]

    assert teams("Jean-Paul Sartre", "Jean-Luc Godard", "Bo Ek") == ["", "", ""]
    assert teams("Jean-Paul Sartre", "Jean-Luc Godard") == ["", ""]
    assert teams("G-1-Ada L", "G-1-Jean-Paul S", "G-2-Bo E", "G-2-Cy D") == ["G-1", "G-1", "G-2", "G-2"]
    assert teams("G-1-Ada L", "G-1-Zoe L", "G-2-Bo E", "G-3-Cy D") == ["G-1", "G-1", "", ""]


@pytest.mark.parametrize(("id_", "name"), [("ben", "Ben Bo"), ("dora", "Dora Do")])  # she is in no group
def test_one_persons_two_submissions_are_not_copied(id_: str, name: str, run: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {id_: {"work.py": DOUBLE}})
    with zipfile.ZipFile(work / f"{id_}.zip", "w") as archive:
        archive.writestr("work.py", DOUBLE)
    write_files(tmp_path, {"roster.csv": ROSTER})
    options = ["--roster", "roster.csv", "--jobs", "1"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    assert f"{name} submitted twice: {id_} and {id_}.zip" in graded.err and "identical" not in graded.out


def test_who_handed_in_alone_has_one_line() -> None:
    people = [Person(str(number), f"P{number}", group="red") for number in range(3)]
    owners, _ = match([HandedIn("red"), HandedIn("P1")], people)
    lines = class_rows([ClassRow("red", score=5), ClassRow("P1", score=9)], owners, people)
    assert [(line.person.id, line.name, line.score) for line in lines if line.person] == [
        ("0", "red", 5), ("2", "red", 5), ("1", "P1", 9)]  # fmt: skip


def test_the_gradebook_has_one_line_for_who_handed_in_alone(run: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {"G1": {"work.py": SQUARE}, "ben": {"work.py": DOUBLE}})
    write_files(tmp_path, {"roster.csv": ROSTER})
    options = ["--roster", "roster.csv", "--jobs", "1"]
    graded = run("batch", work, "--out", "out", "--course", make_course(tmp_path / "course"), *options)
    text = (tmp_path / "out" / "gradebook.csv").read_text("utf-8-sig")
    lines = [(line["name"], line["person"], line["final"]) for line in csv.DictReader(io.StringIO(text, newline=""))]
    assert graded.code == 0 and sorted(lines)[:4] == [
        ("Dora Do", "Dora Do", ""), ("Emil E", "Emil E", ""), ("Fred F", "Fred F", ""),
        ("G1", "Cleo C", "0"),
    ]  # fmt: skip
    assert sorted(lines)[4:] == [("ben", "Ben Bo", "2")]
