"""A course is the same wherever it comes from, reports say where that was, and nothing of it is imported."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from classes import DOUBLE, SQUARE, gradebook, make_class
from conftest import Graded, write_files
from course_sources import FORMS, commit_of, repository, sprung

import grader
from grader.base.urls import without_secret
from grader.judge.environment import repeat_options
from grader.model import GraderError

BLOCKED = 'import sys\nsys.modules["numpy"] = sys.modules["pydantic"] = None\n'
Run = Callable[..., Graded]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    before, modules = list(sys.path), {*sys.modules}
    yield tmp_path / "cache"
    sys.path[:] = before
    assert not sprung(tmp_path) and "my_course" not in {*sys.modules} - modules


@pytest.mark.parametrize("form", FORMS)
def test_a_course_is_the_same_in_every_form(form: str, run: Run, tmp_path: Path) -> None:
    named = FORMS[form](tmp_path / "from")
    write_files(tmp_path / "work", {"work.py": SQUARE})
    graded = run("work", "--course", named)
    told = graded.results["course"]
    assert graded.code == 1 and graded.score == 0 and told["title"] == "Sums", graded.err
    assert "Twice, not squared." in graded.out
    short = {"folder": "", "zip": f"course.zip#autodiff {told.get('sha256', '')[:7]}", "package": "pkg:autodiff 1.2"}
    short |= {"tar.gz": f"c.tar.gz#autodiff {told.get('sha256', '')[:7]}"}
    shown = short.get(form, f"git {told.get('commit', '')[:7]}")
    assert graded.out.startswith(f"course: Sums, {shown}\n") == (form != "folder")
    assert f"Sums, {shown}" in graded.html or form == "folder"
    if form in ("tag", "branch", "commit"):
        assert told["source"] == named and told["commit"] == commit_of(tmp_path / "from" / "repository")
    elif form == "folder":
        assert not {"source", "commit", "sha256", "version"} & {*told}
    assert grader.load_course(named).fingerprint.exercises == told["digest"]


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("branch", "commit", "folder")])
def test_every_command_takes_it(form: str, run: Run, tmp_path: Path) -> None:
    option = ("--course", FORMS[form](tmp_path / "from"))
    assert "Doubling" in run("show", *option).out
    assert run("init", "new", *option).code == 0
    assert (tmp_path / "new" / "work.py").is_file() and (tmp_path / "new/.github/workflows/grade.yml").is_file()
    assert run("pack", "packed", *option).code == 0 and (tmp_path / "packed" / "course.yaml").is_file()
    assert "course: Sums, " in run("doctor", *option).out
    solution = write_files(tmp_path / "solution", {"work.py": DOUBLE, "more.py": "def triple(x):\n    return 3 * x\n"})
    verified = run("verify", "--reference", solution, "--only", "1", "--seeds", "1", *option)
    assert verified.out.startswith("course: Sums, ") and "kill matrix" in verified.out, verified.err
    make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}, "ben": {"work.py": SQUARE}})
    assert run("batch", "class", "--out", "out", "--jobs", "2", *option).code == 0
    assert {name: line["final"] for name, line in gradebook(tmp_path / "out").items()} == {"anna": "2", "ben": "0"}
    told = json.loads((tmp_path / "out" / "anna" / "results.json").read_text("utf-8"))["course"]
    short = re.escape(f"git {told['commit'][:7]}" if "commit" in told else f"{told['source']} ")
    assert re.search(f'<p class="kicker">Sums, {short}', (tmp_path / "out" / "index.html").read_text("utf-8"))
    again = run("batch", "class", "--out", "out", *option)
    assert again.code == 0 and "0 graded" in again.out


def test_an_unchanged_class_on_a_commit_needs_neither_numpy_nor_pydantic(tmp_path: Path) -> None:
    named = FORMS["commit"](tmp_path / "from")
    work = make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}})
    write_files(tmp_path / "blocked", {"sitecustomize.py": BLOCKED})
    command = [sys.executable, "-m", "grader", "batch", work, "--out", tmp_path / "out", "--course", named]
    for path in (tmp_path, tmp_path / "blocked"):
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(path)}, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
    assert "0 graded, 1 unchanged" in done.stdout


def test_a_class_that_moves_to_a_repository_is_not_judged_again(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    named = f"{repository(root)}@v1#autodiff"
    make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}})
    run("batch", "class", "--out", "out", "--course", root / "autodiff")
    before = json.loads((tmp_path / "out" / "anna" / "results.json").read_text("utf-8"))
    run("batch", "class", "--out", "out", "--course", named)
    after = json.loads((tmp_path / "out" / "anna" / "results.json").read_text("utf-8"))
    assert after["course"].pop("commit") == commit_of(root) and after["course"].pop("source") == named
    assert before["exercises"] == after["exercises"] and before["course"] == after["course"]


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [
        ("nowhere", ["no course here: nowhere is not a folder", "git+URL@REV", "pkg:NAME"]),
        ("cuorse", ["did you mean `course`?"]),
        ("course.zpi", ["did you mean `course.zip`?"]),
        ("notes.txt", ["notes.txt is a file: give the course's folder"]),
        ("https://example.org/cs/autodiff", ["is not an archive", "git+https://…@REV"]),
        ("http://example.org/cs/autodiff@v1", ["did you mean git+https://"]),
        ("git@example.org:cs/autodiff", ["did you mean git+git@example.org:cs/autodiff?"]),
        ("https://example.org/a.zip", ["named with its SHA-256, as in https://example.org/a.zip#sha256=DIGEST"]),
        ("https://example.org/a.zip#sha256=12", ["named with its SHA-256"]),
        ("git+http://example.org/x@v1", ["not the address of a git repository"]),
        ("git+ext::sh -c touch% SPRUNG@v1", ["not the address of a git repository"]),
        ("git+fd::7@v1", ["not the address of a git repository"]),
        ("git+./here@v1", ["not the address of a git repository"]),
        ("git+--upload-pack=touch SPRUNG@v1", ["not the address of a git repository"]),
        ("git+ssh://-oProxyCommand=x/y@v1", ["not the address of a git repository"]),
        ("git+-oProxyCommand=x:y@v1", ["not the address of a git repository"]),
        ("git+https://example.org/x@--upload-pack=x", ["'--upload-pack=x' is not a revision"]),
        ("git+https://example.org/x@v1~2", ["is not a revision"]),
        ("git+https://example.org/x@a..b", ["is not a revision"]),
        ("git+https://example.org/x@v1#../other", ["'../other' is not a folder"]),
        ("git+https://example.org/x@v1#/etc", ["'/etc' is not a folder"]),
        ("git+https://example.org/x@v1#a/.GIT/b", ["is not a folder"]),
        ("pkg:nothing", ["no installed package has a course 'nothing'"]),
        ("a\nb", ["empty or not printable"]),
    ],
)
def test_a_name_that_is_none_gets_one_clear_error(typed: str, pieces: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    write_files(tmp_path, {"course.zip": b"", "notes.txt": ""})
    graded = run("show", "--course", typed)
    assert graded.code == 2 and graded.err.count("error: ") == 1 and all(piece in graded.err for piece in pieces)
    assert "Traceback" not in graded.err and not sprung(tmp_path)


def test_an_empty_name_is_not_the_bundled_course(run: Run) -> None:
    assert run("show", "--course", "").code == 2
    with pytest.raises(GraderError, match="empty"):
        grader.load_course("")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("git+https://user:s3cret@host/x@v1#y", "git+https://host/x@v1#y"),
        ("git+https://s3cret@host/x@v1", "git+https://host/x@v1"),
        ("git+ssh://git:s3cret@host/x@v1", "git+ssh://git@host/x@v1"),
        ("git+git@host:org/x@v1", "git+git@host:org/x@v1"),
        ("https://u:s3cret@host/a.zip?sig=s3cret#sha256=12", "https://host/a.zip#sha256=12"),
        ("../a folder", "../a folder"),
    ],
)
def test_no_secret_is_in_the_command_that_repeats_a_check(typed: str, shown: str) -> None:
    assert without_secret(typed) == shown
    assert "s3cret" not in repeat_options(typed, 1.0)


@pytest.mark.parametrize(
    "typed",
    [
        "git+https://u:s3cret@127.0.0.1:9/x@v1", "git+https://s3cret@127.0.0.1:9/x@v1", "git+https://127.0.0.1:9/x?s3cret@v1",
        "git+https://u:s3cret@127.0.0.1:9/x", "git+ssh://u:s3cret@127.0.0.1/x@v1", "git+https://u:s3/cret@127.0.0.1/x@v1",
        "git+http://u:s3cret@127.0.0.1/x@v1", "https://u:s3cret@127.0.0.1/x", "http://u:s3cret@127.0.0.1/x@v1",
        f"https://u:s3cret@127.0.0.1:9/a.zip#sha256={'0' * 64}",
        f"https://127.0.0.1:9/a.zip?t=s3cret#sha256={'0' * 64}",
        "https://u:s3cret@127.0.0.1:9/a.zip#sha256=1", "https://u:s3cret@host name/a.zip#sha256=" + "0" * 64,
    ],
)  # fmt: skip
def test_no_error_tells_a_secret_and_nothing_keeps_it(typed: str, run: Run, tmp_path: Path) -> None:
    graded = run("show", "--course", typed)
    assert graded.code == 2 and "s3" not in graded.err + graded.out and "Traceback" not in graded.err
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_watch_and_pytest_take_it(tmp_path: Path) -> None:
    named = FORMS["tag"](tmp_path / "from")
    work = write_files(tmp_path / "work", {"work.py": DOUBLE})
    command = [sys.executable, "-m", "grader", "watch", work, "--only", "1", "--course", named]
    with subprocess.Popen(command, cwd=tmp_path, stdout=-1, stderr=-1, encoding="utf-8") as watching:
        assert watching.stdout is not None
        told = [watching.stdout.readline() for _ in range(2)]
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=60)
    assert re.fullmatch("course: Sums, git [0-9a-f]{7}\n", told[0]) and "Doubling" in told[1]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--submission={work}",
        "--grader-course",
        named,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert re.search("course: Sums, git [0-9a-f]{7}", done.stdout) and "2 of 5 points" in done.stdout, done.stdout
