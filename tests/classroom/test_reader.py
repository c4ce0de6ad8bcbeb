"""A class is read by a process of its own; nobody's submission stops it for others, or is read as another's."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from classes import DOUBLE, HELPER, RIGHT, SQUARE, TRIPLE, Run, gradebook, make_class, make_course, results
from conftest import ROOT, write_files
from reading_work import handed, read
from test_archives import long_headers
from test_notebooks import notebook
from test_submissions import committed, git, tarred, zipped

from grader.classroom.model import HandedIn, Status
from grader.classroom.run import entries, reader
from grader.classroom.run.reader import UnreadEntry, read_all
from grader.model import GraderError, Submission

WANTED = ("work.py", "more.py")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def everything(folder: Path) -> dict[str, Submission | UnreadEntry]:
    return {one.name: found for one, found in read_all(handed(folder), folder, WANTED, read=read)}


def test_the_process_reads_what_is_there(tmp_path: Path) -> None:
    folder = make_class(tmp_path / "class", {"anna": RIGHT, "Ünal": {"work.py": b"\xff"}, "none": {}, "a@b": RIGHT})
    zipped(folder / "carl.zip", {"x/work.py": DOUBLE})
    tarred(folder / "dora.tgz", {"work.py": DOUBLE, "more.py": "#" * 200_000}, "w:gz")
    write_files(folder, {"work_1.py": SQUARE, "broken.zip": b"PK no"})
    (folder / "emil.zip").symlink_to(folder / "carl.zip")
    order = handed(folder)
    found = list(read_all(order, folder, WANTED))
    assert [one for one, _ in found] == order
    for one, submission in found:
        try:
            assert submission == entries.read(one, folder, WANTED)
        except GraderError as error:
            assert submission == UnreadEntry(Status.UNREADABLE, str(error))
    assert {one.name for one, what in found if isinstance(what, UnreadEntry)} == {"broken.zip", "emil.zip"}


def test_one_that_ends_or_hangs_the_process_is_unreadable_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "DEADLINE", 3.0)
    monkeypatch.setattr(reader, "MEMORY", 200 << 20)
    names = ["anna", "ben", "dies 1", "dies 2", "fails", "hangs", "once", "swells", "zoë"]
    if sys.platform != "linux":
        names.remove("swells")  # no other system bounds memory
    folder = make_class(tmp_path / "class", dict.fromkeys(names, RIGHT))
    found = everything(folder)
    assert list(found) == names
    good = {name for name, what in found.items() if isinstance(what, Submission)}
    assert good == {"anna", "ben", "once", "zoë"}
    told = {name: (what.status, what.why) for name, what in found.items() if isinstance(what, UnreadEntry)}
    assert told["dies 1"] == told["dies 2"] and "ended" in told["dies 1"][1]
    assert told["fails"] == (Status.FAILED, "the grader failed: ZeroDivisionError: sorry")
    assert (
        "more than 3 seconds" in told["hangs"][1] and "more than 200 MB" in told.get("swells", ("", told["hangs"]))[1]
    )
    memory = {name for name, (status, _) in told.items() if status is Status.UNREADABLE}
    assert memory == {"swells"} & set(names)  # where the process died or hung it may be the machine's fault


def test_it_may_be_left_early_or_with_its_parent(tmp_path: Path) -> None:
    folder = make_class(tmp_path / "class", {"anna": RIGHT, "beats": RIGHT})
    found = read_all(handed(folder), folder, WANTED, read=read)
    assert next(found)[0].name == "anna"
    found.close()
    (tmp_path / "beat").unlink(missing_ok=True)
    code = f"import sys; sys.path[:0] = {[str(ROOT / 'tests'), str(ROOT)]}; from pathlib import Path; "
    code += f"from reading_work import read_class; read_class(Path({str(folder)!r}))"
    parent = subprocess.Popen([sys.executable, "-c", code])
    beat = tmp_path / "beat"
    assert eventually(beat.exists)
    parent.kill()
    parent.wait()

    def still() -> bool:
        before = beat.stat().st_size
        time.sleep(0.5)
        return before == beat.stat().st_size

    assert eventually(still)


def eventually(what: object) -> bool:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if what():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "START", 0.0)
    folder = make_class(tmp_path / "class", {"anna": RIGHT})
    with pytest.raises(GraderError, match="does not start"):
        everything(folder)


def test_a_class_goes_on_past_hostile_files(run: Run, tmp_path: Path) -> None:
    folder = make_class(tmp_path / "class", {"anna": RIGHT, "zoë": RIGHT})
    long_headers(folder)
    crowded = '{"cells": [' + "{}," * 1_000_000 + '{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    write_files(folder, {"carl.ipynb": crowded})
    make_class(folder, {"dora": {"more.py": TRIPLE, "helper.py": HELPER, "work.ipynb": crowded}})
    graded = run(
        "batch", folder, "--out", tmp_path / "out", "--course", make_course(tmp_path / "course"), "--jobs", "1"
    )
    lines = gradebook(tmp_path / "out")
    assert graded.code == 1 and {lines[name]["final"] for name in ("anna", "zoë")} == {"5"}
    assert {lines[name]["status"] for name in ("bad", "carl")} == {"unreadable"}
    assert lines["dora"]["final"] == "3" and "far more cells" in str(results(tmp_path / "out", "dora"))


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    """A class inside its instructor's repository; anna and her clones are right, the others point to her work."""
    work = tmp_path / "class"
    make_class(work, {"anna": RIGHT})
    committed(work / "anna")
    git(work, "clone", "--no-local", "anna", "plain")
    git(work, "clone", "--bare", "--no-hardlinks", "anna", "bare.git")
    git(work, "clone", "--shared", "anna", "alternates")
    for name in ("alternates", "plain"):
        git(work / name, "gc")
    others = ("anna@main", "file", "link", "objects", "loose", "common", "worktree", "none")
    make_class(work, {name: {"work.py": SQUARE} for name in others})
    write_files(work / "file", {".git": "gitdir: ../anna/.git"})
    (work / "link" / ".git").symlink_to(work / "anna" / ".git")
    for name in ("objects", "loose", "common", "worktree"):
        committed(work / name)
    head = git(work / "anna", "rev-parse", "main")
    (work / "loose" / ".git" / "refs" / "heads" / "main").write_text(f"{head}\n", "ascii")
    for found in (work / "anna" / ".git" / "objects").glob("??/*"):
        mine = work / "loose" / ".git" / "objects" / found.parent.name / found.name
        if not mine.exists():
            mine.parent.mkdir(exist_ok=True)
            mine.symlink_to(found)
    (work / "objects" / ".git" / "objects").rename(work / "objects" / ".git" / "own")
    (work / "objects" / ".git" / "objects").symlink_to(work / "anna" / ".git" / "objects")
    (work / "common" / ".git" / "commondir").write_text("../../anna/.git\n", "ascii")
    git(work / "worktree", "config", "core.worktree", str(work / "anna"))
    git(tmp_path, "init")
    (tmp_path / "class" / "none" / "work.py").write_text(DOUBLE, "ascii")
    git(tmp_path, "add", "class/none/work.py")
    git(tmp_path, "commit", "-m", "the class")
    return work


def test_nobody_is_read_from_anothers_repository(repositories: Path) -> None:
    right, wrong, refused = set(), set(), {}
    for one in handed(repositories):
        try:
            found = entries.read(one, repositories, WANTED, "main")
        except GraderError as error:
            refused[one.name] = str(error)
            continue
        (right if found.files["work.py"] == DOUBLE else wrong).add(one.name)
        assert found.path == ".@main"
    assert right == {"anna", "bare.git", "plain"} and wrong == {"worktree"}
    for name, piece in {
        "anna@main": "not a git repository", "none": "not a git repository", "file": "its .git leads",
        "link": "its .git leads", "alternates": "objects/info/alternates", "objects": "its objects leads",
        "loose": "its objects/", "common": "its commondir",
    }.items():  # fmt: skip
        assert piece in refused.pop(name), name
    assert refused == {}


def test_a_class_of_repositories(run: Run, repositories: Path, tmp_path: Path) -> None:
    zipped(repositories / "zed.zip", {"work.py": DOUBLE})
    course = make_course(tmp_path / "course")
    graded = run(
        "batch", repositories, "--out", tmp_path / "out", "--course", course, "--jobs", "1", "--revision", "main"
    )
    lines = gradebook(tmp_path / "out")
    assert graded.code == 1 and lines["anna"]["final"] == lines["plain"]["final"] == "5"
    assert {lines[name]["status"] for name in ("anna@main", "file", "none", "zed")} == {"unreadable"}
    assert run(f"{repositories / 'anna'}@HEAD", "--course", course).score == 5


def test_a_repository_of_large_objects(tmp_path: Path) -> None:
    repo = committed(make_class(tmp_path, {"anna": RIGHT}) / "anna")
    (repo / "message").write_bytes(b"a" * (2 << 20))
    git(repo, "commit", "--allow-empty", "-F", "message")
    one = HandedIn("anna", (("anna", ""),))
    with pytest.raises(GraderError, match="far too large"):
        entries.read(one, tmp_path, WANTED, "main")
    assert entries.read(one, tmp_path, WANTED, "main~1").files["work.py"] == DOUBLE
    blob = git(repo, "hash-object", "-w", "work.py")
    tree = "".join(f"100644 blob {blob}\tf{number:07}.py\n" for number in range(25_000))
    for lines, piece in ((tree, "cannot read"), (tree.replace("f0", "f" * 200), "far too large")):
        made = subprocess.run(["git", "mktree"], cwd=repo, input=lines, capture_output=True, text=True, check=True)
        git(repo, "update-ref", "refs/heads/tree", git(repo, "commit-tree", "-m", "x", made.stdout.strip()))
        with pytest.raises(GraderError, match=piece):
            entries.read(one, tmp_path, WANTED, "tree")


def test_several_entries_of_one_person(tmp_path: Path) -> None:
    many = {"work.py": DOUBLE, **{f"{number}.py": DOUBLE for number in range(59)}}
    write_files(tmp_path, {**many, "large.ipynb": notebook("x = 1", note="a" * (5 << 20))})
    found = entries.read(HandedIn("anna", tuple((name, name) for name in many)), tmp_path, WANTED)
    assert any("only 50 of 60 files" in note for note in found.notes)
    found = entries.read(HandedIn("anna", (("large.ipynb", "work.ipynb"),)), tmp_path, WANTED)
    assert "x = 1" in found.files["work.py"]
    with pytest.raises(GraderError, match="more than 32 MB"):
        entries.read(HandedIn("anna", (("large.ipynb", "work.ipynb"),) * 8), tmp_path, WANTED)
    with pytest.raises(GraderError, match="cannot read"):
        entries.read(HandedIn("anna", (("gone", ""),)), tmp_path, WANTED)
