"""The course in examples/engine: full marks for its solution, none for its template."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import ROOT, Judged

FOLDER = ROOT / "examples" / "engine"


def files(folder: str) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (FOLDER / folder).glob("*.py")}


def test_the_solution_gets_full_marks(judged: Callable[..., Judged]) -> None:
    graded = judged(files("reference"), course=FOLDER)
    assert len(graded.results["exercises"]) == 12
    assert (graded.code, graded.score) == (0, graded.results["max_score"]), graded.out


def test_the_template_gets_nothing(judged: Callable[..., Judged]) -> None:
    graded = judged(files("template"), course=FOLDER)
    assert [*files("template")] and (graded.code, graded.score) == (1, 0), graded.out


@pytest.mark.parametrize(
    ("exercise", "file", "was", "becomes", "hint"),
    [
        ("operators", "operators.py", "return x < y", "return x <= y", "A number is not smaller than itself."),
        ("dual", "dual.py", "self.dx * other.x + self.x * other.dx", "self.dx * other.dx", "is not the product"),
        ("optimiser", "optimiser.py", "parameter.data - self.lr", "parameter.data + self.lr", "gradient ascent"),
    ],
)
def test_a_known_mistake_gets_its_hint(
    exercise: str, file: str, was: str, becomes: str, hint: str, judged: Callable[..., Judged]
) -> None:
    work = files("reference")
    work[file] = work[file].replace(was, becomes)
    graded = judged(work, exercise, course=FOLDER)
    assert 0 < graded.score < graded.results["max_score"]
    assert hint in graded.out
