"""Names of submissions among the results: one folder for each, whatever an instructor's disk calls the same name."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from classes import DOUBLE, SQUARE, Run, gradebook, make_class, make_course

from grader.base.csv_table import open_table
from grader.classroom import outputs
from grader.classroom.model import ClassRow, HandedIn, Person
from grader.classroom.people.matching import class_rows, match
from grader.classroom.people.platform_names import submissions
from grader.classroom.people.submission_names import LONGEST, name_folded, with_unique_names
from grader.classroom.run import entries
from grader.model import GraderError
from grader.submission import folder


def plain(*names: str) -> list[HandedIn]:
    return [HandedIn(name, ((name, ""),)) for name in names]


def apart(handed: list[HandedIn]) -> list[str]:
    """The names, after everything that must hold of them whatever was handed in."""
    named = with_unique_names(handed)
    assert [one.entries for one in named] == [one.entries for one in handed]
    assert max(Counter(name_folded(one.name) for one in named).values()) == 1
    assert with_unique_names(named) == named
    other = {one.entries: one.name for one in with_unique_names(handed[::-1])}
    for one, before in zip(named, handed, strict=True):
        assert other[one.entries] == one.name, "a name depends on the order"
        assert len(one.name.encode()) <= LONGEST and "/" not in one.name and one.name[0] != "."
        assert one.owner_name == before.owner_name
    return [one.name for one in named]


def test_names_that_nobody_shares_stay() -> None:
    assert apart(plain("Anna", "anna b", "李", "a.zip")) == ["Anna", "anna b", "李", "a.zip"]


@pytest.mark.parametrize(
    "names",
    [
        ("Anna", "anna"), ("Änne", "A\u0308nne"), ("STRASSE", "straße"), ("a\udcff", "a\\xff"), ("\u01f0", "J\u030c"),
        ("Anna b", "Anna  b"), ("Anna", "ANNA", "anna"),
    ],
)  # fmt: skip
def test_what_a_disk_may_call_one_name_has_two_folders(names: tuple[str, ...]) -> None:
    found = apart(plain(*names))
    assert len({unicodedata.normalize("NFD", name).casefold() for name in found}) == len(names)
    assert all("~" in name for name in found)


def test_who_has_no_number_is_renamed_with_the_others_of_the_name() -> None:
    found = apart([HandedIn("Anna", (("anna.zip", ""),)), HandedIn("Anna", (("anna_5.zip", ""),), id="5")])
    assert found[0].startswith("Anna~") and found[1] == "Anna 5"


def test_two_people_of_one_name_have_the_platforms_numbers_behind_it() -> None:
    names = ["Anna Smith_12", "anna smith_13", "Bob_14"]
    handed, _ = submissions([f"{name}_assignsubmission_file_" for name in names], "moodle")
    assert apart(handed) == ["Anna Smith 12", "anna smith 13", "Bob"]


def test_a_third_who_is_called_like_one_with_a_number_stands_alone() -> None:
    names = ["Anna Smith_12", "Anna Smith_13", "Anna Smith 12_99"]
    handed, _ = submissions([f"{name}_assignsubmission_file_" for name in names], "moodle")
    first, second, third = apart(handed)
    assert (second, third) == ("Anna Smith 13", "Anna Smith 12 99") and first.startswith("Anna Smith~")
    people = [Person("1", "Anna Smith 12"), Person("2", "Anna Smith")]
    owners, _ = match(handed, people)
    assert owners[third] == (people[0],) and owners[first] == (people[1],)


def test_long_names_are_cut_and_stay_apart() -> None:
    long = "é" * 127
    first, second, third = apart(plain(long, long[:-1] + "a", "\udcff" * 255))
    assert first[:100] == second[:100] == "é" * 100 and first != second and third.startswith("\\xff\\xff")
    handed = [HandedIn(long, ((f"{long}_{number}", ""),), str(number)) for number in (1, 2)]
    assert len(set(apart(handed))) == 2


def test_hidden_names_become_the_entrys() -> None:
    assert apart([HandedIn(".ssh", ((" .ssh_12_assignsubmission_file_", ""),), "12")]) == [
        " .ssh_12_assignsubmission_file_"
    ]


def test_names_made_to_meet_are_refused_with_both() -> None:
    same = [HandedIn("anna", (("anna", ""),)), HandedIn("anna", (("anna", ""),))]
    with pytest.raises(GraderError, match="anna and anna"):
        with_unique_names(same)


def test_any_class_comes_apart() -> None:
    pieces = ["Anna", "anna", "ANNA 1", "anna 1", "anna 2", "Anna 1 1", "anna~1"]
    handed = [
        HandedIn(name, ((f"{name}_{number}", ""),), id_)
        for name in pieces for number, id_ in enumerate(["", "1", "2", "1 1"])
    ]  # fmt: skip
    assert len(apart(handed)) == 28


# Names of the results' own files


@pytest.mark.parametrize(
    "name",
    [
        "index.html", "Index.HTML", "gradebook.csv", "gradebook-anonymous.csv", "moodle-feedback.zip", "class.sqlite",
        "class.sqlite-wal", "class.sqlite-shm", "CLASS.sqlite-journal", "moodle-Sheet.csv", "moodle-filled-sheet.CSV",
        "canvas-a\u0308.csv",
    ],
)  # fmt: skip
def test_the_results_own_names_are_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    sheets = [outputs.PlatformSheet("moodle", Path("x/Sheet.csv")), outputs.PlatformSheet("canvas", Path("ä.csv"), "1")]
    found = entries.listing(tmp_path, ["work.py"], "", [], outputs.reserved_names(sheets))
    assert [one.name for one in found.handed] == [f"{name}~"] and "results" in found.notes[0]
    (tmp_path / name).rename(tmp_path / f"{name}x")
    found = entries.listing(tmp_path, ["work.py"], "", [], outputs.reserved_names(sheets))
    assert [one.name for one in found.handed] == [f"{name}x"]


# The whole way


def test_nobody_gets_the_result_of_another(run: Run, tmp_path: Path) -> None:
    out, course = tmp_path / "out", make_course(tmp_path / "course")
    works = {"Anna Smith_12": DOUBLE, "Anna Smith_13": SQUARE, "Anna Smith 12_99": SQUARE, "a\udcff_7": DOUBLE,
             "a\\xff_8": SQUARE}  # fmt: skip
    class_ = make_class(
        tmp_path / "class",
        {f"{name}_assignsubmission_file_": {"work.py": f"{text}# {name!a}\n"} for name, text in works.items()},
    )
    done = run("batch", class_, "--out", out, "--course", course, "--names", "moodle", "--jobs", "1")
    assert done.code == 0, done.err
    finals = {name: line["final"] for name, line in gradebook(out).items()}
    first = next(name for name in finals if name.startswith("Anna Smith~"))
    assert finals == {
        first: "2", "Anna Smith 13": "0", "Anna Smith 12 99": "0", "a\\xff 7": "2", "a\\xff 8": "0",
    }  # fmt: skip
    assert {path.name for path in out.iterdir() if path.is_dir()} == finals.keys()


# Large classes


def test_a_large_class_of_repositories_is_recognised_by_its_logins() -> None:
    logins = [f"some-login-{number}" for number in range(20_000)]
    handed, notes = submissions([f"lab-1-{login}" for login in logins], "github", [*logins, "login-7"])
    assert [one.login for one in handed] == logins and notes == []


def test_a_large_class_of_absent_people_gets_its_groups_work() -> None:
    people = [Person(str(number), f"P{number}", group=f"g{number // 3}") for number in range(20_001)]
    rows = [ClassRow(f"P{number}", None, 1, 2) for number in range(0, 20_001, 3)]
    owners = {f"P{number}": (people[number],) for number in range(0, 20_001, 3)}
    lines = class_rows(rows, owners, people)
    assert len(lines) == 20_001 and all(line.final == 1 for line in lines)
    assert {len(line.notes) for line in lines} == {0, 1}


def test_many_edits_of_a_sheet_are_those_of_each_alone(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("a,b,c,d\n" + "".join(f"{number},x\n" for number in range(20_000)))
    table = open_table(path)
    text = table.changed({(line, column): f"v{column}" for line in table.lines[1:] for column in (3, 1, 2)})
    assert text == "a,b,c,d\n" + "".join(f"{number},v1,v2,v3\n" for number in range(20_000))


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_ENTRIES", 5)
    for number in range(5):
        (tmp_path / f"{number}.py").write_text("")
    assert len(folder.read_folder(tmp_path, ["1.py"]).names) == 5
    (tmp_path / "more.txt").write_text("")
    with pytest.raises(GraderError, match="more than 5 entries"):
        folder.read_folder(tmp_path, ["1.py"])
