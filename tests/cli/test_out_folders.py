"""What is written goes into the folder that was named: a link in it is replaced or refused, never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from classes import RIGHT, SQUARE, gradebook, make_class, make_course
from conftest import Graded, write_files
from test_division import division
from test_submissions import committed

import grader
from grader.base.atomic_write import new_file, whole_file

Run = Callable[..., Graded]
PRECIOUS = "precious\n"
FORMATS = ("--format", "junit", "--format", "gradescope")
FORMAT_FILES = ("junit.xml", "gradescope.json")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder with a file that nobody may change."""
    return write_files(tmp_path / "victim", {"file": PRECIOUS})


def unharmed(victim: Path) -> bool:
    return [path.name for path in victim.iterdir()] == ["file"] and (victim / "file").read_text() == PRECIOUS


def planted(out: Path, victim: Path, names: tuple[str, ...], kind: str) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        (out / name).unlink(missing_ok=True)
        if kind == "link":
            (out / name).symlink_to(victim / "file")
        elif kind == "dangling":
            (out / name).symlink_to(victim / "new")
        elif kind == "hard":
            (out / name).hardlink_to(victim / "file")
        elif kind == "pipe":
            os.mkfifo(out / name)
    return out


@pytest.mark.parametrize("kind", ["link", "dangling", "hard", "pipe"])
def test_reports_replace_what_lies_in_their_place(kind: str, run: Run, tmp_path: Path, victim: Path) -> None:
    write_files(tmp_path / "alice", {"ops.py": division()})
    old = (".results.json.new", ".report.html.new", ".junit.xml.new")
    names = ("results.json", "report.html", "attempts.json", *old, *(() if kind == "pipe" else FORMAT_FILES))
    out = planted(tmp_path / "grade-report", victim, names, kind)
    graded = run("alice", "--only", "2.5", "--out", out, *FORMATS)
    assert (graded.code, graded.score) == (0, 8) and unharmed(victim)
    for name in ("results.json", "report.html", *FORMAT_FILES):
        status = (out / name).lstat()
        assert stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_size > 500
        assert status.st_mode & 0o777 == 0o666 & ~current_umask()
    assert stat.S_ISREG((out / "attempts.json").lstat().st_mode) and (out / "attempts.json").lstat().st_nlink == 1
    assert {path.name for path in out.iterdir()} <= {*names, *FORMAT_FILES}


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("leads", ["elsewhere", "nowhere", "back", "round"])
def test_a_folder_of_the_submission_that_leads_elsewhere_is_in_the_submission(
    leads: str, run: Run, tmp_path: Path, victim: Path
) -> None:
    alice = write_files(tmp_path / "alice", {"ops.py": division(), "sub/x.py": ""})
    target = {"elsewhere": victim, "nowhere": victim / "new", "back": alice, "round": alice / "link"}[leads]
    (alice / "link").symlink_to(target)
    for out in ("alice/link", "alice/link/deeper", "alice/sub/../link", "alice/../alice/link"):
        graded = run("alice", "--only", "2.5", "--out", out)
        assert graded.code == 2 and graded.err.count("\n") == 1, out
    assert unharmed(victim)


def test_a_folder_of_the_repository_that_leads_elsewhere_is_refused(run: Run, tmp_path: Path, victim: Path) -> None:
    alice = committed(write_files(tmp_path / "alice", {"ops.py": division()}))
    (alice / "link").symlink_to(victim)
    assert run("alice@main", "--only", "2.5", "--out", "alice/link").code == 2
    assert unharmed(victim)


def test_the_folder_that_nobody_named_is_no_link(run: Run, tmp_path: Path, victim: Path) -> None:
    """In the current folder, which may be a stranger's checkout, and beside it; one that is named may be one."""
    write_files(tmp_path / "alice" / "work", {"ops.py": division()})
    for folder, typed in (("alice", "work"), ("alice/work", ".")):
        os.chdir(tmp_path / folder)
        link = tmp_path / "alice" / "grade-report"
        link.symlink_to(victim)
        graded = run(typed, "--only", "2.5")
        assert graded.code == 2 and "is a link" in graded.err and unharmed(victim)
        link.unlink()
    os.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "results").symlink_to("mine")
    assert run("alice/work", "--only", "2.5", "--out", "results").code == 0
    assert (tmp_path / "mine" / "results.json").is_file()


IN_A_CLASS = (
    "index.html", "gradebook.csv", "gradebook-anonymous.csv", "anna/results.json", "anna/report.html",
    "anna/.results.json.new", ".gradebook.csv.new",
)  # fmt: skip


@pytest.fixture
def batch(run: Run, tmp_path: Path) -> Callable[[], Graded]:
    make_class(tmp_path / "class", {"anna": RIGHT, "carl": {"work.py": SQUARE}})
    course = make_course(tmp_path / "course")
    command = ("batch", "class", "--out", "out", "--course", course, "--jobs", "1", "--anonymous")
    return lambda: run(*command)


@pytest.mark.parametrize("again", [False, True])
def test_a_class_s_files_replace_links(again: bool, batch: Callable[[], Graded], tmp_path: Path, victim: Path) -> None:
    """Also where an earlier run has made them, and nothing is left to grade."""
    if again:
        assert batch().code == 0
    (tmp_path / "out" / "anna").mkdir(parents=True, exist_ok=True)
    names = IN_A_CLASS if again else IN_A_CLASS[1:]  # a page that is there before any run is refused as another's
    out = planted(tmp_path / "out", victim, names, "link")
    graded = batch()
    assert graded.code == 0 and unharmed(victim), graded.err
    assert gradebook(out)["anna"]["final"] == "5"
    for name in names:
        assert (out / name).is_symlink() == name.endswith(".new")


@pytest.mark.parametrize("name", ["class.sqlite", "class.sqlite-wal", "class.sqlite-journal", "class.sqlite-shm"])
@pytest.mark.parametrize("leads", ["file", "new"])
def test_a_class_s_store_is_no_link(
    name: str, leads: str, batch: Callable[[], Graded], tmp_path: Path, victim: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(victim / leads)
    graded = batch()
    assert graded.code == 2 and "is a link" in graded.err and unharmed(victim)


def test_a_submission_s_folder_is_no_link(batch: Callable[[], Graded], tmp_path: Path, victim: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "anna").symlink_to(victim)
    graded = batch()
    assert graded.code == 3 and "it is a link" in graded.out + graded.err and unharmed(victim)
    assert gradebook(tmp_path / "out")["carl"]["status"] == "graded"


def test_earlier_attempts_are_not_moved_through_a_link(
    batch: Callable[[], Graded], tmp_path: Path, victim: Path
) -> None:
    assert batch().code == 0
    (tmp_path / "out" / "anna" / "attempt-1").symlink_to(victim)
    write_files(tmp_path / "class" / "anna", {"work.py": SQUARE})
    assert batch().code == 3 and unharmed(victim)


def test_verify_review_and_the_api_follow_no_link(
    run: Run, batch: Callable[[], Graded], tmp_path: Path, victim: Path
) -> None:
    out = planted(tmp_path / "grade-report", victim, ("verify.html",), "link")
    reference = write_files(tmp_path / "reference", RIGHT)
    run("verify", "--course", tmp_path / "course", "--reference", reference, "--jobs", "1", "--seeds", "1")
    assert (out / "verify.html").is_file() and not (out / "verify.html").is_symlink() and unharmed(victim)
    planted(out, victim, ("results.json", "report.html"), "link")
    grader.write(grader.grade(reference, course=tmp_path / "course"), out)
    assert not (out / "results.json").is_symlink() and unharmed(victim)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = whole_file(tmp_path / "file", "old\n")
    with pytest.raises(RuntimeError), new_file(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_text() == "old\n" and [*tmp_path.iterdir()] == [path]
    with new_file(path) as file:
        file.write(b"new\r\n")
        assert path.read_text() == "old\n"
    assert path.read_bytes() == b"new\r\n" and [*tmp_path.iterdir()] == [path]


def test_a_class_without_out_goes_into_the_folder_of_all_reports(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": RIGHT})
    assert run("batch", "class", "--course", course).code == 0
    assert (tmp_path / "grade-report" / "index.html").is_file()
    assert run("batch", "class", "--course", course).code == 0
