"""`grade show` and `grade init`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import ROOT, Graded, write_files


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
    assert run("init", "new").code == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir() if path.is_file()}
    assert made == {path.name: path.read_bytes() for path in (ROOT / "student_template").iterdir() if path.is_file()}
    graded = run("new")
    assert (graded.code, graded.score) == (1, 0)
    assert {exercise["status"] for exercise in graded.results["exercises"]} == {"missing"}


def test_init_overwrites_nothing(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ops.py").write_text("work of a week")
    graded = run("init", "mine")
    assert graded.code == 2 and "is not empty" in graded.err
    assert (tmp_path / "mine" / "ops.py").read_text() == "work of a week"
