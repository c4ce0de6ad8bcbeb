"""What a worker sends is rebuilt as bounded arrays of plain numbers, or refused."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from grader.sandbox.answers import MAX_PARTS, Array, ProtocolError, rebuild
from grader.sandbox.program import Program
from grader.sandbox.requests import Reply, Request

RAW = memoryview(np.arange(4.0).astype("<f8").tobytes())


def rebuilt(data: Any) -> Any:
    return rebuild(data, RAW, [len(RAW), MAX_PARTS])


def test_an_array_is_its_bytes_in_its_shape() -> None:
    found = rebuilt(["array", "float64", [2, 2], 0])
    assert isinstance(found, Array) and found.values.tolist() == [[0.0, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    "data",
    [
        ["items", "list", [["array", "float64", [4], 0], ["array", "float64", [4], 0]]],  # the same bytes twice
        ["array", "float64", [5], 0],
        ["array", "float64", [2], 24],
        ["array", "float64", [-1], 0],
        ["array", "float64", [0] * 9, 0],
        ["number", "float64", "1"],
        ["bool", 1],
        ["unknown"],
        [],
        None,
    ],
)
def test_what_no_worker_sends_is_refused(data: Any) -> None:
    with pytest.raises(ProtocolError):
        rebuilt(data)


def test_what_is_nested_without_end_is_refused() -> None:
    data: Any = ["bool", True]
    for _ in range(20):
        data = ["items", "list", [data]]
    with pytest.raises(ProtocolError):
        rebuilt(data)


def one_report() -> Program:
    program = Program()
    program.call(None, "f", [], report="result")
    return program


ERROR = {"type": "E", "text": "", "frames": [], "bases": []}
MANY = 400_000


@pytest.mark.parametrize(
    "result",
    [
        {"told": [["bool", True]] * 2, "step": 0, "error": ERROR},  # more than the program reports
        {"told": [["items", "list", [["bool", True]] * MANY]], "step": 0, "error": ERROR},
        {"told": ["T" * MANY * 4], "step": 0, "error": ERROR},
        "T" * MANY * 4,
    ],
)
def test_a_reply_cannot_fill_the_memory_of_the_judge(result: Any) -> None:
    answer = {"results": [result], "row": [0, 0], "asked": []}
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            _ = Reply(Request("work.py", [one_report()]), answer, memoryview(b"")).outcomes
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
