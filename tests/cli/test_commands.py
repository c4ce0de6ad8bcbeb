"""`grade show` and `grade init`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files
from test_division import division

from grader.cli.main import main


def test_show_lists_what_is_asked(run: Callable[..., Graded]) -> None:
    graded = run("show")
    assert graded.code == 0
    for piece in ("2.5", "ops.py", "Implement division", "gradient_check.py"):
        assert piece in graded.out


def test_show_tells_one_exercise(run: Callable[..., Graded]) -> None:
    graded = run("show", "2.6")
    assert graded.code == 0
    assert graded.out.startswith("2.6 Implement power  (8 points, in ops.py)")
    assert "backward is right for fractional exponents" in graded.out
    assert run("show", "2.66").code == 2


def test_show_prints_no_expression_and_no_key_of_a_check(run: Callable[..., Graded], tmp_path: Path) -> None:
    head = "title: T\npoints: 1\ntask: The task.\nchecks:\n  - {id: c, claim: The claim., points: 1, "
    code = "kind: value, call: f(x), equals: 31 * x, inputs: {x: {between: [1, 5]}}}\n"
    written = "kind: number, answer: a, readings: [31]}\n"
    for number, (file, check) in enumerate([("work.py", code), ("answers.yaml", written)], 1):
        text = f'id: "{number}"\nfile: {file}\n{head}{check}'
        write_files(tmp_path / "course", {"course.yaml": "title: T\n", f"{number}.yaml": text})
    for number in ("1", "2"):
        shown = run("show", number, "--course", "course")
        assert (shown.code, shown.err) == (0, "")
        assert "(1 point, in " in shown.out and "The task." in shown.out and "The claim." in shown.out
        assert "31" not in shown.out


def test_init_makes_a_fresh_copy_that_grades_to_nothing(run: Callable[..., Graded], tmp_path: Path) -> None:
    assert run("init", "fresh").code == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "fresh").iterdir() if path.is_file()}
    assert made == {path.name: path.read_bytes() for path in (ROOT / "student_template").iterdir() if path.is_file()}
    graded = run("fresh")
    assert (graded.code, graded.score) == (1, 0)
    assert {exercise["status"] for exercise in graded.results["exercises"]} == {"missing"}


def test_init_tells_the_next_step(run: Callable[..., Graded]) -> None:
    assert run("init", "my work").out.endswith("run `grade 'my work'` (`grade show` lists the exercises)\n")


def test_grade_by_itself_grades_the_folder_it_is_in(
    run: Callable[..., Graded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "mine", {"ops.py": division()})
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["--only", "2.5"]) == 0
    assert (tmp_path / "grade-report" / "report.html").is_file()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["ops.py"]


def test_grade_by_itself_teaches_where_there_is_nothing_to_grade(run: Callable[..., Graded]) -> None:
    graded = run()
    assert (graded.code, graded.out) == (2, "") and len(graded.err.splitlines()) == 5
    assert "grade init" in graded.err and "grade watch" in graded.err


def test_what_is_right_is_printed_with_v_alone(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "mine", {"ops.py": division()})
    claim = "Div().forward(a, b) returns the quotient"
    short, whole = run("mine", "--only", "2.5").out, run("mine", "--only", "2.5", "-v").out
    assert claim not in short and claim in whole
    assert short.splitlines()[0] == whole.splitlines()[0]


def test_init_overwrites_nothing(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ops.py").write_text("work of a week")
    graded = run("init", "mine")
    assert graded.code == 2 and "is not empty" in graded.err
    assert (tmp_path / "mine" / "ops.py").read_text() == "work of a week"


def test_show_writes_a_preview_of_the_task_and_of_the_report_on_the_solution(
    run: Callable[..., Graded], tmp_path: Path
) -> None:
    assert run("new", "my-course").code == 0
    shown = run("show", "1", "--html", "--course", "my-course")
    assert (shown.code, shown.out, shown.err) == (0, "exercise-1.html\n", "")
    page = (tmp_path / "exercise-1.html").read_text("utf-8")
    for piece in ("In <code>cube.py</code>, write two functions", "cube(x) returns x to the power of 3 (2 points)",
                  "the report on reference", '4 <span class="of">/ 4 points'):  # fmt: skip
        assert piece in page
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert not (tmp_path / "grade-report").exists()


def test_a_preview_without_a_solution_shows_the_report_on_the_template(
    run: Callable[..., Graded], tmp_path: Path
) -> None:
    assert run("new", "my-course").code == 0
    (tmp_path / "my-course" / "reference" / "cube.py").unlink()
    assert run("show", "1", "--html", "a page.html", "--course", "my-course").out == "a page.html\n"
    page = (tmp_path / "a page.html").read_text("utf-8")
    assert "the report on template" in page and '0 <span class="of">/ 4 points' in page
    (tmp_path / "my-course" / "template" / "cube.py").unlink()
    neither = run("show", "1", "--html", "--course", "my-course")
    assert neither.code == 2 and "neither the course's reference nor its template has cube.py" in neither.err


def test_a_preview_is_of_one_exercise_in_a_place_that_can_be_written(run: Callable[..., Graded]) -> None:
    assert run("new", "my-course").code == 0
    assert "write `grade show ID --html`" in run("show", "--html", "--course", "my-course").err
    lost = run("show", "1", "--html", "nowhere/page.html", "--course", "my-course")
    assert lost.code == 2 and lost.err.startswith("error: cannot write into nowhere/page.html")
