"""`grade show` and `grade init`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import ROOT, Graded


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
    assert graded.code == 2 and "holds something already" in graded.err
    assert (tmp_path / "mine" / "ops.py").read_text() == "work of a week"
