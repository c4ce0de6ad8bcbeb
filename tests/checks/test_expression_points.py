"""Numbers drawn for expressions stay such that a student can follow them in a report; those stated are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Judged, write_files

COURSE = """\
id: powers
title: Powers
file: value.py
points: 1
task: Write the class Value.
checks:
  - id: cube
    claim: a ** 3 has the right value and gradient
    kind: expression
    points: 1
    class: Value
    inputs: {a: {between: [0.5, 20]}}
    groups: {alone: [a ** 3]}
"""
ENGINE = (ROOT / "reference" / "value.py").read_text("utf-8")
RULE = "n * self.data ** (n - 1) * out.grad"


@pytest.fixture
def due(judged: Callable[..., Judged], tmp_path: Path) -> Callable[[str, int], list[float]]:
    """`due(exercise, seed)`: the numbers that a report says were expected of an engine whose powers are wrong."""
    assert ENGINE.count(RULE) == 1

    def call(exercise: str, seed: int) -> list[float]:
        course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
        graded = judged({"value.py": ENGINE.replace(RULE, "0.0")}, course=course, seed=seed)
        expected = graded.check("powers", "cube")["evidence"]["expected"]
        return [float(number) for number in re.findall(r"-?[\d.]+(?:e[-+]?\d+)?", expected)]

    return call


def test_drawn_numbers_stay_small_enough_to_follow(due: Callable[[str, int], list[float]]) -> None:
    for seed in range(6):
        value, gradient = due(COURSE, seed)
        assert 0 < value <= 60 and 0 < gradient <= 60, seed


def test_stated_numbers_are_kept_however_large(due: Callable[[str, int], list[float]]) -> None:
    assert due(COURSE.replace("[a ** 3]", "[{of: a ** 3, at: {a: 7.0}}]"), 1) == [343, 147]
