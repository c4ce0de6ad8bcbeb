"""Where a gradient goes wrong, in numbers: what each use of a node contributes, and which of that is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import ROOT, Judged

from grader.model import CheckResult

Judge = Callable[..., Judged]
REFERENCE = (ROOT / "reference" / "value.py").read_text("utf-8")
MUL = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad\n"
ONE_AND_A_HALF = MUL.replace("other.data * out.grad", "1.5 * other.data * out.grad")
# What many engines do that keep gradients of leaves alone.
FREED = "            value._backward()\n"


def checks(judged: Judge, text: str) -> dict[str, CheckResult]:
    assert text != REFERENCE
    found = judged({"value.py": text}, "value").report.exercises[0]
    return {check.id: check for check in found.checks}


def test_a_contribution_that_is_lost_is_named(judged: Judge) -> None:
    found = checks(judged, REFERENCE.replace(MUL, MUL.replace("+=", "=")))
    assert "`a * a` contributes" in (told := found["mul"].evidence.facts["contributions"])
    assert "twice; yours is" in told and told.endswith(": the rest is lost")
    assert found["order"].evidence.facts["contributions"].endswith(" is lost")


def test_a_step_that_goes_wrong_is_found_where_no_mistake_has_a_name(judged: Judge) -> None:
    found = checks(judged, REFERENCE.replace(MUL, ONE_AND_A_HALF))
    assert not found["mul"].misconception
    assert "to the gradient of a, `a * b` contributes" in found["mul"].evidence.facts["contributions"]
    assert found["mul"].evidence.place.endswith("Value.__mul__")
    assert "to the gradient of `a + b`, `(a + b) * (a * b)`" in found["order"].evidence.facts["contributions"]


def test_gradients_of_inner_nodes_need_not_be_kept(judged: Judge) -> None:
    freed = REFERENCE.replace(FREED, FREED + "            if value._parents:\n                value.grad = 0.0\n")
    found = checks(judged, freed.replace(MUL, ONE_AND_A_HALF))
    told = found["order"].evidence.facts["contributions"]
    assert told.startswith(("to the gradient of a, ", "to the gradient of b, "))


@pytest.mark.parametrize("wrong", ["return self + other", "return self - -other"])
def test_values_that_are_wrong_have_no_contributions(judged: Judge, wrong: str) -> None:
    found = checks(judged, REFERENCE.replace("return self + -other", wrong))
    assert "contributions" not in found["sub"].evidence.facts
