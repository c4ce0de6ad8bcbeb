"""The example course on layers: its solution gets full marks, its template none, a known mistake is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from grader.api import Grader
from grader.model import Verdict

LAYERS = ROOT / "examples" / "layers"


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(LAYERS) as opened:
        yield opened


def test_the_solution_gets_full_marks(grader: Grader) -> None:
    report = grader.grade(LAYERS / "reference", seed=1)
    assert report.score == report.max_score > 80
    assert len(report.exercises) == len(list(LAYERS.glob("[0-9]*.yaml"))) == 14


def test_the_template_gets_none_and_is_called_wrong_nowhere(grader: Grader) -> None:
    report = grader.grade(LAYERS / "template", seed=1)
    assert report.score == 0
    found = {check.status for exercise in report.exercises for check in exercise.checks}
    assert found == {Verdict.MISSING}


def test_a_known_mistake_gets_its_hint(grader: Grader, tmp_path: Path) -> None:
    text = (LAYERS / "reference" / "optim.py").read_text("utf-8")
    wrong = text.replace('config["m"] / (1 - beta1**t)', 'config["m"]').replace(
        'config["v"] / (1 - beta2**t)', 'config["v"]'
    )
    (tmp_path / "optim.py").write_text(wrong, "utf-8")
    report = grader.grade(tmp_path, only=["optimizers"], seed=1)
    checks = {check.id: check for check in report.exercises[0].checks}
    assert checks["momentum"].status is Verdict.CORRECT
    assert checks["adam"].status is Verdict.PARTIAL
    assert "they start at 0" in checks["adam"].hint
