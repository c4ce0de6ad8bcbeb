"""`grade new`: a course that verifies at once, more exercises for it, and nothing overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from conftest import Graded, write_files

from grader.cli.main import main

Run = Callable[..., Graded]


@pytest.fixture
def course(run: Run, tmp_path: Path) -> Path:
    """A new course in the current folder."""
    assert run("new", "my-course").code == 0
    return tmp_path / "my-course"


@pytest.fixture
def made(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new course, which is the current folder."""
    monkeypatch.chdir(course)
    return course


def texts(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_course_verifies_at_once(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--jobs", "1"]) == 0
    told = capfd.readouterr().out
    assert "1 Cube: 3 wrong, 1 right" in told and told.rstrip().endswith("0 findings")


def test_the_reference_gets_full_marks_and_the_template_none(course: Path, run: Run) -> None:
    full = run("my-course/reference", "--course", "my-course")
    assert (full.code, full.score) == (0, 4)
    stub = run("my-course/template", "--course", "my-course")
    assert (stub.code, stub.score) == (1, 0)


def test_a_known_mistake_of_a_new_course_is_told_its_hint(course: Path, run: Run) -> None:
    wrong = "def cube(x):\n    return x ** 3\ndef cube_backward(x, g):\n    return 3 * x ** 2\n"
    write_files(course.parent / "anna", {"cube.py": wrong})
    graded = run("anna", "--course", "my-course")
    assert (graded.code, graded.score) == (1, 2) and "The gradient ignores g" in graded.out


def test_exercises_are_added_one_after_the_other(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = texts(made)
    for name in ("Softplus", "Größe & Maß", "lambda", "2nd 'order'", "random"):
        assert main(["new", ".", "--exercise", name]) == 0
    assert before.items() <= texts(made).items()
    assert main(["show"]) == 0
    listed = capfd.readouterr().out
    for number, name in enumerate(["softplus", "groesse_mass", "my_lambda", "my_2nd_order", "my_random"], 2):
        assert f"\n{number}     4  {name}.py" in listed
    assert "2nd 'order'" in listed
    assert main(["verify", "--seeds", "1", "--jobs", "1"]) == 0


def test_numbering_goes_on_beyond_nine_and_after_a_dot(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = made / "01-cube.yaml"
    path.write_text(path.read_text("utf-8").replace('id: "1"', 'id: "2.9"'), "utf-8")
    for name in ("a", "b"):
        assert main(["new", ".", "--exercise", name]) == 0
    assert (made / "2.10-a.yaml").is_file() and (made / "2.11-b.yaml").is_file()


def test_a_title_may_hold_spaces_quotes_and_umlauts(run: Run, tmp_path: Path) -> None:
    title = 'Übung 1: Müller\'s "Autodiff" # \\nabla'
    assert run("new", "mein Kurs ä", "--title", title).code == 0
    assert run("show", "--course", "mein Kurs ä").out.startswith(f"{title}\n")
    assert run("new", "mein Kurs ö").out.endswith("`cd 'mein Kurs ö' && grade verify`\n")
    assert run("show", "--course", "mein Kurs ö").out.startswith("mein Kurs ö\n")


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path / "taken", {"notes.txt": "of a week"})
    refused = run("new", "taken")
    assert refused.code == 2 and "taken is not empty" in refused.err and [*texts(tmp_path / "taken")] == ["notes.txt"]
    assert run("new", "mine").code == 0
    before = texts(tmp_path / "mine")
    again = run("new", "mine")
    assert again.code == 2 and "holds a course already: add an exercise to it with --exercise NAME" in again.err
    twice = run("new", "mine", "--exercise", "Cube")
    assert twice.code == 2 and "cube.py exists already" in twice.err
    assert texts(tmp_path / "mine") == before


def test_a_file_that_another_exercise_asks_for_is_not_taken(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (made / "01-cube.yaml").rename(made / "01-first.yaml")
    for folder in ("template", "reference"):
        (made / folder / "cube.py").unlink()
    assert main(["new", ".", "--exercise", "cube"]) == 2
    assert "asks for cube.py already" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--exercise", "x"], "no course here: nowhere"),
        (["new-one", "--title", "a\nb\0"], "is no title"),
        (["new-one", "--title", "x" * 81], "is no title"),
        (["new-one", "--title", "mynn/layers.py"], "is a file, not a title"),
        (["."], "is not empty"),
    ],
)
def test_bad_input_gets_one_clear_error(words: list[str], said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    graded = run("new", *words)
    assert graded.code == 2 and said in graded.err and "Traceback" not in graded.err
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_course_without_a_reference_is_told_what_to_add(run: Run, tmp_path: Path) -> None:
    assert run("new", "mine").code == 0
    (tmp_path / "mine" / "course.yaml").write_text("title: Mine\ntemplate: template\n")
    graded = run("new", "mine", "--exercise", "x")
    assert graded.code == 2 and "names no folder for the reference: add the line `reference: reference`" in graded.err


def test_editors_find_the_schemas_that_the_files_name(made: Path) -> None:
    for name in ("course.yaml", "01-cube.yaml"):
        text = (made / name).read_text("utf-8")
        schema = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        jsonschema.validate(yaml.safe_load(text), json.loads((made / schema).read_text("utf-8")))


def test_a_submission_is_not_graded_by_a_course_in_the_current_folder(
    made: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever brings a course of his own would write his own grade."""
    assert main(["reference", "--only", "1", "--out", str(made.parent / "r")]) == 2
    told = capfd.readouterr().err
    assert "course.yaml in this folder is not used" in told and "add --course ." in told


def test_grade_in_the_folder_of_a_course_tells_what_to_do(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["."]):
        assert main(words) == 2
        told = capfd.readouterr().err
        assert len(told.splitlines()) == 1 and "`grade verify --course .`" in told
