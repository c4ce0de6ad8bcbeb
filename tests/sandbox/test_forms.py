"""Plain numbers travel as a form and a row; both ends agree, and nothing else is read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks.base import CORRECT, Record
from grader.checks.program import Trial
from grader.checks.proof import TrialPlan
from grader.sandbox.answers import MAX_PARTS, Answer, Array, Items, ProtocolError, rebuild
from grader.sandbox.forms import answers_of
from grader.sandbox.program import Program
from grader.sandbox.requests import Reply
from grader.worker.encode import encode, plain

PLAIN = [
    1.5, -3, True, False, float("inf"), np.float64(2.5), np.float32(0.1), np.int64(7), (1.0, 2), [1.0, [2.0, 3]], (),
    np.arange(6.0).reshape(2, 3), np.float32([1.5, 2.5]), np.array(4.0), np.zeros((0, 3)), (np.ones(2), [np.ones(3)]),
]  # fmt: skip
OTHER = ["text", None, {"a": 1.0}, 1 << 60, 1j, np.array([True, False]), np.zeros(5000), [1.0] * 100, object()]


def as_rebuilt(value: Any) -> Answer:
    blobs: list[bytes] = []
    data = encode(value, blobs)
    raw = memoryview(b"".join(blobs))
    return rebuild(data, raw, [len(raw), MAX_PARTS])


def same(one: Answer, other: Answer) -> bool:
    if isinstance(one, Array) and isinstance(other, Array):
        return one.dtype == other.dtype and np.array_equal(one.values, other.values)
    if isinstance(one, Items) and isinstance(other, Items):
        return one.kind == other.kind and len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    return one == other


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_a_plain_value_is_the_same_by_its_form(value: Any) -> None:
    row: list[float] = []
    form = plain(value, row)
    found, taken = answers_of(form, np.array(row))
    assert taken == len(row) and len(found) == 1
    assert same(found[0], as_rebuilt(value))


@pytest.mark.parametrize("value", [*OTHER, *([1.0, one] for one in OTHER)], ids=lambda value: type(value).__name__)
def test_what_is_not_plain_has_no_form_and_leaves_no_number(value: Any) -> None:
    row: list[float] = [1.0]
    assert plain(value, row) == "" and row == [1.0]


def test_a_subclass_is_not_plain() -> None:
    class Number(float):
        pass

    class Numbers(np.ndarray):
        pass

    assert plain(Number(1.0), []) == plain(np.ones(2).view(Numbers), []) == ""


@pytest.mark.parametrize(
    "form", ["f f f", "d4;", "x", "(f", "f)", "[f)", "d2,2,;", "d1,1,1,1,1,1,1,1,1;", "(" * 20 + "f" + ")" * 20, "d-1;"]
)
def test_what_is_no_form_is_refused(form: str) -> None:
    with pytest.raises(ProtocolError):
        answers_of(form, np.zeros(2))


def test_numbers_that_no_form_takes_prove_nothing() -> None:
    """A worker that sends more numbers than its forms need has not answered; see tests/checks/test_proof.py."""
    program = Program()
    program.call(None, "f", report="result")
    trial = Trial(program, {}, lambda: "f()", ((),), (np.array(1.0),))
    plan = TrialPlan([trial], lambda request, context: CORRECT, lambda rng: plan)
    for row, proven in (([1.0], True), ([2.0], False), ([1.0, 1.0], False), ([1.0, 9.0], False)):
        attempt = plan.attempt("work.py")
        answer = {"results": ["f"], "row": [0, len(row)], "asked": []}
        reply = Reply(attempt.request, answer, memoryview(np.array(row).tobytes()))
        assert (attempt.prove([reply], Record()) is CORRECT) is proven
        if len(row) > 1:
            with pytest.raises(ProtocolError):
                _ = reply.outcomes
