"""The first intermediate result that is off is shown, where the names of a student's variables tell what they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import ROOT, Judged

from grader.checks.code.wrong_step import normal

REFERENCE = (ROOT / "reference" / "network.py").read_text("utf-8")
STEP = "grad_z1 = (grad_output @ W2.T) * (a1 > 0)"
Judge = Callable[..., Judged]


def fact(judged: Judge, text: str) -> str:
    assert text != REFERENCE
    found = judged({"network.py": text}, "2.10").check("2.10", "batch")
    assert found["status"] == "partial"
    return str(found["evidence"]["facts"].get("first wrong step", ""))


@pytest.mark.parametrize("prefix", ["grad_", "d", "d_", "dL_d", "g_", "delta_"])
def test_the_first_wrong_step_is_named_as_the_student_names_it(prefix: str, judged: Judge) -> None:
    text = REFERENCE.replace(STEP, f"{prefix}a1 = grad_output @ W2.T\n    grad_z1 = {prefix}a1 * (a1 > 0) * 1.1")
    told = fact(judged, text.replace("grad_z1", f"{prefix}z1"))
    assert told.startswith(f"`{prefix}z1` (`a1` and `{prefix}a1` before it: right): yours is [[")


def test_a_wrong_shape_is_told(judged: Judge) -> None:
    told = fact(judged, REFERENCE.replace(STEP, "grad_z1 = ((grad_output @ W2.T) * (a1 > 0))[None]"))
    assert told.startswith("`grad_z1` (`a1` before it: right): it is an array of shape (1, 2, 2)")


@pytest.mark.parametrize("last", ["grad_W1 = 2 * x.T @ grad_z1", "grad_W1 = x.T @ grad_z1 * 1.5"])
def test_nothing_is_said_where_all_steps_are_right(last: str, judged: Judge) -> None:
    assert fact(judged, REFERENCE.replace("grad_W1 = x.T @ grad_z1", last)) == ""


def test_nothing_is_said_where_names_tell_nothing(judged: Judge) -> None:
    text = REFERENCE.replace(STEP, STEP + " * 1.1").replace("grad_z1", "temporary").replace("a1", "h")
    assert fact(judged, text) == ""


def test_gradients_and_values_are_told_apart() -> None:
    assert normal("dz1") == normal("grad_z1") == normal("z1_grad") == normal("dL_dz1") != normal("z1")
    assert normal("gradient") != normal("grad_t") and normal("delta") != normal("d_a")
