"""Files in folders that a course asks for: `needle/ops.py` is found in every packing, imported and reported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from classes import gradebook
from conftest import Files, Graded, Judged, write_files
from notebooks import colab
from test_submissions import committed, tarred, zipped

from grader.cli.file_watcher import Watched
from grader.course.load import load_course
from grader.course.on_disk import OnDisk
from grader.judge.cache_key import keys
from grader.submission.reader import read_submission

EXERCISE = """\
id: "1"
title: Doubling
file: needle/ops.py
points: 2
task: Write double(x).
checks:
  - {id: value, claim: double(x) is 2 x, kind: value, points: 2, call: double(x), equals: 2 * x,
     inputs: {x: {between: [1, 5]}}}
wrong:
  - {id: squares, gives: {value: [x ** 2]}, fails: [value], hint: "Twice, not squared."}
  - {id: thrice, swap: {"return twice(x)": "return 3 * x"}, fails: [value], hint: "Three times."}
"""
WANTED = ("needle/ops.py",)
OPS = """\
from . import numbers_
from .numbers_ import two
import needle.numbers_ as again

assert again is numbers_

def twice(x):
    return two() * x

def double(x):
    return twice(x)
"""
WORK: Files = {
    "needle/__init__.py": "from . import ops\n", "needle/ops.py": OPS,
    "needle/numbers_.py": "from needle.deep.one import ONE\n\ndef two():\n    return ONE + ONE\n",
    "needle/deep/one.py": "from .. import deep\n\nONE = 1\n",
}  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    head = "title: Needle\ntemplate: template\nreference: reference\n"
    files = {"course.yaml": head, "1.yaml": EXERCISE}
    stub = "def double(x):\n    raise NotImplementedError\n"
    write_files(tmp_path / "course" / "template", {"needle/ops.py": stub, "needle/data/one.bin": b"\xff\0"})
    write_files(tmp_path / "course" / "reference", WORK)
    return write_files(tmp_path / "course", files)


PACKINGS: dict[str, Callable[[Path, Files], str | Path]] = {
    "folder": lambda at, files: write_files(at / "ann", files),
    "one-deeper": lambda at, files: write_files(at / "ann" / "hw 2", files).parent,
    "in-a-folder-of-its-name": lambda at, files: write_files(at / "needle" / "needle", files).parent,
    "other-case": lambda at, files: write_files(
        at / "b", {n.replace("needle/", "Needle/"): t for n, t in files.items()}
    ),
    "zip": lambda at, files: zipped(at / "ann.zip", files),
    "zip-of-windows": lambda at, files: zipped(at / "w.zip", {n.replace("/", "\\"): t for n, t in files.items()}),
    "tar": lambda at, files: tarred(at / "ann.tar.gz", files, "w:gz"),
    "git": lambda at, files: f"{committed(write_files(at / 'repo', files))}@main",
}


@pytest.mark.parametrize("name", PACKINGS)
def test_it_is_found_in_every_packing(name: str, course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    noise = {"needle/notes.txt": "", "needle/__pycache__/x.py": "", "docs/x.py": "raise SystemExit\n", "README.md": ""}
    typed = PACKINGS[name](write_files(tmp_path / "in", {}), {**WORK, **noise})
    found = read_submission(str(typed), WANTED)
    assert {file: text for file, text in found.files.items() if file.startswith("needle/")} == WORK
    assert run(typed, "--course", course).score == 2


def test_a_mistake_is_told_with_its_folder(course: Path, judged: Callable[..., Judged]) -> None:
    wrong = {**WORK, "needle/numbers_.py": "def two():\n    return 3\n"}
    check = judged(wrong, course=course).check("1", "value")
    assert check["evidence"]["place"] == "needle/ops.py:10  double" and check["hint"] == "Three times."
    raised = judged({**WORK, "needle/numbers_.py": "def two():\n    return no\n"}, course=course)
    assert raised.check("1", "value")["evidence"]["place"] == "needle/numbers_.py:2  two"
    broken = judged({**WORK, "needle/__init__.py": "1 / 0\n"}, course=course).check("1", "value")
    assert broken["message"].startswith("needle/__init__.py cannot be imported: line 1 raises ZeroDivisionError")


def test_lines_to_paste_import_from_the_package(course: Path, judged: Callable[..., Judged]) -> None:
    page = judged({"needle/ops.py": "def double(x):\n    return 3 * x\n"}, course=course).html
    assert "from needle.ops import double" in page


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"ops.py": OPS},
            "needle/ops.py is not in the submission, but ops.py is: hand it in inside of its folder, as needle/ops.py",
        ),
        (
            {"python/needle/ops.py": OPS, "tests/x.py": ""},
            "needle/ops.py is not in the submission, but python/needle/ops.py is: hand in what is in the folder "
            "`python`, so that `needle` lies at the top",
        ),
        (
            {"needle/op.py": OPS},
            "needle/ops.py is not in the submission; did you mean `needle/op.py`? Then rename it to needle/ops.py",
        ),
        (
            {"needle.py": OPS},
            "needle/ops.py is not in the submission; did you mean `needle.py`? Then rename it to needle/ops.py",
        ),
    ],
)
def test_a_file_in_another_place_is_told_with_the_remedy(
    files: Files, said: str, course: Path, judged: Callable[..., Judged]
) -> None:
    check = judged(files, course=course).check("1", "value")
    assert (check["status"], check["message"]) == ("missing", said)


def test_a_module_does_not_hide_the_package(course: Path, judged: Callable[..., Judged]) -> None:
    graded = judged({**WORK, "needle.py": "raise SystemExit\n"}, course=course)
    assert graded.score == 2
    assert "needle.py is left out: `needle` is the folder that is asked for" in graded.out


def test_a_copy_by_a_browser_and_one_file_alone_are_meant(
    course: Path, tmp_path: Path, run: Callable[..., Graded]
) -> None:
    alone = "def double(x):\n    return 2 * x\n"
    assert run(write_files(tmp_path / "a", {"needle/ops (1).py": alone}), "--course", course).score == 2
    for name in ("ops.py", "12345_ops.py", "needle/ops.py"):
        write_files(tmp_path / "b", {name: alone})
        assert run(tmp_path / "b" / name, "--course", course).score == 2


def test_a_single_file_that_may_be_two_is_not_guessed(tmp_path: Path) -> None:
    write_files(tmp_path, {"ops.py": "", "b/ops.py": ""})
    assert [*read_submission(str(tmp_path / "ops.py"), ("a/ops.py", "b/ops.py")).files] == ["ops.py"]
    assert [*read_submission(str(tmp_path / "b" / "ops.py"), ("a/ops.py", "b/ops.py")).files] == ["b/ops.py"]


def test_a_notebook_stands_for_it_or_writes_it(course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    defined = "def double(x):\n    return 2 * x\n"
    writes = ["%%writefile /content/needle/two.py\nTWO = 2\n", "%%writefile needle/ops.py\nfrom .two import TWO\n"
              "def double(x):\n    return TWO * x\n", "%run needle/ops.py"]  # fmt: skip
    for number, cells in enumerate(([defined], writes)):
        for name in ("ops.ipynb", "homework.ipynb"):
            folder = write_files(tmp_path / f"{number}{name}", {name: colab(*cells)})
            assert run(folder, "--course", course).score == 2
            assert run(folder / name, "--course", course).score == 2


def test_limits_hold_and_files_that_are_asked_for_come_first(tmp_path: Path) -> None:
    many = {f"needle/a{number}.py": "" for number in range(300)}
    found = read_submission(str(write_files(tmp_path / "a", {**many, "needle/ops.py": OPS})), WANTED)
    assert len(found.files) == 200 and found.files["needle/ops.py"] == OPS
    outside = write_files(tmp_path / "b", {"x.py": ""})
    (outside / "needle").symlink_to(tmp_path / "a" / "needle")
    linked = read_submission(str(outside), WANTED)
    assert not any("/" in name for name in linked.files) and "link" in linked.unreadable["needle/ops.py"]


def test_the_template_and_the_edition_for_students_have_the_folder(
    course: Path, tmp_path: Path, run: Callable[..., Graded]
) -> None:
    assert run("init", tmp_path / "work", "--course", course).code == 0
    assert (tmp_path / "work" / "needle" / "data" / "one.bin").read_bytes() == b"\xff\0"
    untouched = run(tmp_path / "work", "--course", course)
    assert untouched.check("1", "value")["message"] == "`double` is not written yet (needle/ops.py:1)"
    assert run("pack", tmp_path / "packed", "--course", course).code == 0
    assert not [*(tmp_path / "packed").rglob("numbers_.py")]
    assert run("init", tmp_path / "home", "--course", tmp_path / "packed").code == 0
    assert run(write_files(tmp_path / "home", WORK), "--course", tmp_path / "packed").score == 2


def test_a_template_around_the_solution_does_not_give_it_away(tmp_path: Path, run: Callable[..., Graded]) -> None:
    course = write_files(tmp_path / "c" / "course", {
        "course.yaml": "title: T\ntemplate: ..\nreference: ../solution\n", "1.yaml": EXERCISE}).parent  # fmt: skip
    write_files(course, {"needle/ops.py": "def double(x): ...\n", "solution/needle/ops.py": OPS})
    assert run("init", tmp_path / "work", "--course", course / "course").code == 0
    assert [path.name for path in (tmp_path / "work").rglob("*.py")] == ["ops.py"]
    assert OPS not in [path.read_text() for path in (tmp_path / "work").rglob("*.py")]


def test_verify_changes_the_file_in_its_folder(course: Path, run: Callable[..., Graded]) -> None:
    verified = run("verify", "--course", course, "--seeds", "2")
    assert verified.out.endswith("0 findings\n"), verified.out


def test_what_changes_in_the_package_changes_the_key_and_the_course(course: Path, tmp_path: Path) -> None:
    loaded = load_course(course)
    before = read_submission(str(write_files(tmp_path / "a", WORK)), loaded.files)
    after = read_submission(str(write_files(tmp_path / "a", {"needle/deep/one.py": "ONE = 2\n"})), loaded.files)
    assert keys(loaded, before, "") != keys(loaded, after, "")
    disk = OnDisk(loaded)
    assert not disk.changed()
    write_files(course, {"reference/needle/deep/one.py": "ONE = 1 + 0\n"})
    assert disk.changed()


def test_a_save_in_the_package_is_seen(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "a", {"needle/readme.txt": ""})
    watched = Watched(str(folder), WANTED)
    watched.read()
    write_files(folder, {"needle/ops.py": OPS})
    assert watched.saved() and watched.read().files == {"needle/ops.py": OPS}
    write_files(folder, {"needle/ops.py": OPS + "\n"})
    assert watched.saved()


def test_annotations_and_pytest_name_the_path(course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    folder = write_files(tmp_path / "submission", {**WORK, "needle/ops.py": "def double(x):\n    return 3 * x\n"})
    assert "::error file=submission/needle/ops.py,line=2," in run(folder, "--course", course, "--format", "github").out
    plugin = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--grader-course", str(course)]
    tried = subprocess.run([*plugin, f"--submission={folder}"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert "FAILED submission/needle/ops.py::1 value" in tried.stdout


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("../ops.py", "folders are relative, without `..`"),
        ("/needle/ops.py", "folders are relative, without `..`"),
        ("nee-dle/ops.py", "must be a Python file that can be imported"),
        ("class/ops.py", "must be a Python file that can be imported"),
        ("json/ops.py", "the name `json` belongs to Python or numpy: call the folder something else"),
        ("numpy/ops.py", "the name `numpy` belongs to Python or numpy: call the folder something else"),
        (r"needle\ops.py", "write folders with `/`, on every system: needle/ops.py"),
    ],
)
def test_names_that_cannot_be_imported_are_refused(
    file: str, said: str, course: Path, run: Callable[..., Graded]
) -> None:
    write_files(course, {"1.yaml": EXERCISE.replace("needle/ops.py", file)})
    refused = run("show", "--course", course)
    assert refused.code == 2 and said in refused.err and "1.yaml:3" in refused.err


def test_two_things_of_one_name_are_refused(course: Path, run: Callable[..., Graded]) -> None:
    second = EXERCISE.replace('id: "1"', 'id: "2"').replace("needle/ops.py", "needle.py").partition("wrong:")[0]
    write_files(course, {"2.yaml": second})
    refused = run("show", "--course", course)
    assert refused.code == 2 and "'needle.py' and the folder `needle` are imported by one name" in refused.err
    (course / "2.yaml").unlink()
    write_files(course, {"course.yaml": "title: T\nmodules: [needle]\n"})
    refused = run("show", "--course", course)
    assert refused.code == 2 and "`needle` is also the folder `needle` of an exercise" in refused.err


def test_a_class_hands_in_from_platforms(course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    alone = "def double(x):\n    return 2 * x\n"
    loose = write_files(tmp_path / "canvas", {"annlee_101_5_ops.py": alone, "benroe_102_6_ops-1.py": alone})
    zipped(loose / "carafox_103_7_work.zip", {"hw/" + name: text for name, text in WORK.items()})
    assert run("batch", loose, "--names", "canvas", "--course", course, "--out", tmp_path / "out").code == 0
    assert {name: line["score"] for name, line in gradebook(tmp_path / "out").items()} == {
        "annlee": "2", "benroe": "2", "carafox": "2",
    }  # fmt: skip
    plain = write_files(tmp_path / "class" / "ann", WORK).parent
    write_files(plain / "ben", {f"python/{name}": text for name, text in WORK.items()})
    write_files(plain / "ben" / "tests", {"x.py": ""})
    told = run("batch", plain, "--course", course, "--out", tmp_path / "two")
    assert "python/needle/ops.py is: hand in what is in the folder `python`" in told.out + told.err
