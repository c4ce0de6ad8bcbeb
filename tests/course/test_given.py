"""Files of the course that stand beside the student's code: used in every run, and never a student's in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, Judged, write_files

from grader.classroom.dask import course_bundle
from grader.course.load import load_course

EXERCISE = """\
id: "2"
title: Cubes
file: work.py
given: [{file: data/engine.py, as: engine.py}]
points: 2
task: Write cube(x).
checks:
  - {id: value, claim: cube(x) is x ** 3, kind: value, points: 2, call: cube(x), equals: x ** 3,
     inputs: {x: {between: [2, 5]}}}
wrong:
  - {id: square, hint: "Once more.", fails: [value],
     function: "import engine\\ndef cube(x):\\n    return engine.times(x, x)"}
"""
ENGINE = "def times(a, b):\n    return a * b\n"
CUBE = "from engine import times\n\ndef cube(x):\n    return times(x, times(x, x))\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_files(tmp_path / "course" / "reference", {"work.py": CUBE})
    write_files(tmp_path / "course" / "template", {"work.py": "def cube(x):\n    raise NotImplementedError\n"})
    files = {"course.yaml": "title: T\ntemplate: template\nreference: reference\n", "2.yaml": EXERCISE}
    return write_files(tmp_path / "course", {**files, "data/engine.py": ENGINE})


def test_student_code_imports_it(course: Path, judged: Callable[..., Judged]) -> None:
    alone = judged({"work.py": CUBE}, course=course)
    assert alone.score == 2 and alone.exercise("2")["notes"] == []
    same = judged({"work.py": CUBE, "engine.py": ENGINE.replace("\n", "\r\n") + "# mine\n"}, course=course)
    assert same.score == 2 and same.exercise("2")["notes"] == []


def test_a_file_of_its_name_is_not_used(course: Path, judged: Callable[..., Judged]) -> None:
    own = judged({"work.py": CUBE, "engine.py": "def times(a, b):\n    return 8\n"}, course=course)
    assert own.score == 2 and own.exercise("2")["notes"] == ["engine.py: the course's own copy was used"]
    assert judged({"work.py": CUBE, "engine.py": b"\xff"}, course=course).score == 2
    assert judged({"work.py": CUBE, "engine/__init__.py": "raise SystemExit"}, course=course).score == 2


def test_what_is_raised_in_it_is_told_where_the_student_calls_it(course: Path, judged: Callable[..., Judged]) -> None:
    check = judged({"work.py": CUBE.replace("times(x, x)", "'two'")}, course=course).check("2", "value")
    assert check["message"].startswith("TypeError: ")
    assert check["evidence"]["place"] == "work.py:4  cube"
    assert [(frame["file"], frame["source"]) for frame in check["evidence"]["frames"]] == [
        ("work.py", "return times(x, 'two')")
    ]


def test_known_mistakes_get_it_too(course: Path, run: Callable[..., Graded], judged: Callable[..., Judged]) -> None:
    squared = judged({"work.py": "def cube(x):\n    return x * x\n"}, course=course)
    assert squared.check("2", "value")["hint"] == "Once more."
    verified = run("verify", "--course", course, "--seeds", "2")
    assert verified.out.endswith("0 findings\n"), verified.out


def test_students_get_it(course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    assert run("init", tmp_path / "work", "--course", course).code == 0
    assert (tmp_path / "work" / "engine.py").read_text() == ENGINE
    packed = tmp_path / "packed"
    assert run("pack", packed, "--course", course).code == 0
    assert (packed / "data" / "engine.py").read_text() == ENGINE
    assert run(write_files(tmp_path / "work", {"work.py": CUBE}), "--course", packed).score == 2


def test_a_bundle_for_a_cluster_has_it(course: Path, tmp_path: Path) -> None:
    unpacked = load_course(course_bundle.unpack(course_bundle.pack(course), tmp_path / "far"))
    assert unpacked.exercises[0].beside == {"engine.py": ENGINE}
    assert unpacked.fingerprint == load_course(course).fingerprint


def test_it_counts_in_digests_and_inputs(course: Path, judged: Callable[..., Judged]) -> None:
    before, seed = load_course(course), judged({"work.py": CUBE}, course=course).exercise("2")["seed"]
    write_files(course, {"data/engine.py": ENGINE + "\nmore = 1\n"})
    after = load_course(course)
    assert before.exercises[0].digest != after.exercises[0].digest
    assert judged({"work.py": CUBE}, course=course).exercise("2")["seed"] != seed


def test_the_short_form_and_packages(course: Path, judged: Callable[..., Judged]) -> None:
    short = EXERCISE.replace("{file: data/engine.py, as: engine.py}", "engine.py")
    write_files(course, {"2.yaml": short, "engine.py": ENGINE})
    assert judged({"work.py": CUBE}, course=course).score == 2
    deep = EXERCISE.replace("engine.py, as: engine.py", "engine.py, as: needle/engine.py")
    write_files(course, {"2.yaml": deep.replace("import engine", "import needle.engine as engine")})
    files = {"work.py": CUBE.replace("engine", "needle.engine"), "needle/engine.py": "no", "needle.py": "raise 1"}
    graded = judged(files, course=course)
    assert graded.score == 2
    assert graded.exercise("2")["notes"] == [
        "needle.py was not used: the course's own files are in the folder `needle`"
    ]


def test_both_uses_in_one_exercise(course: Path, tmp_path: Path, run: Callable[..., Graded]) -> None:
    both = (
        "given: [{file: data/engine.py, as: engine.py}, {file: data/value.py, instead-of: value.py}]\nneeds: [value.py]"
    )
    write_files(course, {"2.yaml": EXERCISE.replace("given: [{file: data/engine.py, as: engine.py}]", both)})
    write_files(course, {"data/value.py": "x = 1\n"})
    assert run("pack", tmp_path / "packed", "--course", course).code == 0
    assert [path.name for path in (tmp_path / "packed" / "data").iterdir()] == ["engine.py"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[{file: data/engine.py}]", "needs either `as: NAME`, for a file in every run, or `instead-of: NAME`"),
        ("[{file: data/engine.py, as: work.py}]", "students write 'work.py' themselves"),
        ("[{file: data/engine.py, as: data.yaml}]", "'data.yaml' cannot be imported"),
        ("[{file: data/engine.py, as: math.py}]", "the name `math` belongs to Python or numpy"),
        ("[{file: ../engine.py, as: engine.py}]", "'../engine.py' is not in the course's folder"),
        ("[nothing.py]", "cannot read 'nothing.py'"),
        ("[data-engine.py]", "must be a Python file that can be imported"),
        ("[{file: data/engine.py, as: e.py}, {file: data/engine.py, as: e.py}]", "'e.py' is given twice"),
    ],
)
def test_what_cannot_be_given_is_refused(given: str, said: str, course: Path, run: Callable[..., Graded]) -> None:
    write_files(course, {"2.yaml": EXERCISE.replace("[{file: data/engine.py, as: engine.py}]", given)})
    refused = run("show", "--course", course)
    assert refused.code == 2 and said in refused.err and "2.yaml:4" in refused.err, refused.err


def test_what_another_exercise_asks_for_is_not_given_away(course: Path, run: Callable[..., Graded]) -> None:
    other = (
        EXERCISE.partition("wrong:")[0].replace('id: "2"', 'id: "1"').replace("file: work.py\n", "file: engine.py\n")
    )
    write_files(course, {"1.yaml": "".join(line for line in other.splitlines(True) if not line.startswith("given"))})
    refused = run("show", "--course", course)
    assert refused.code == 2 and "'engine.py' is what exercise 1 asks students for" in refused.err
