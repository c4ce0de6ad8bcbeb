"""Programs as a worker runs them: what is reported is what was there when it was asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.sandbox.packing import packed
from grader.sandbox.program import Program
from grader.sandbox.program_shapes import in_shapes
from grader.worker import frames
from grader.worker.programs import ExecContext, compiled, run


def ran(program: Program, **names: Any) -> tuple[Any, list[float]]:
    """What a worker would answer, and the numbers that go with it."""
    row: list[float] = []
    module: Any = SimpleNamespace(**names)
    context = ExecContext("work.py", {"work.py": module}, {}, lambda number, x: (0.0, None), {})
    frame = packed(in_shapes([program]))
    _, length = frames.sizes(frame[: frames.HEAD.size], frames.MAX_REQUEST)
    message, raw = frames.unpack(frame[frames.HEAD.size :], length)
    return run(compiled(message, raw)[0], context, [], row), row


class Reusing:
    """A model that gives the same object each time."""

    def __init__(self) -> None:
        self.out = SimpleNamespace(data=np.zeros(1))

    def __call__(self, row: list[float]) -> Any:
        self.out.data[0] = sum(row)
        return self.out


def each(rows: list[list[float]]) -> Program:
    program = Program()
    model = program.call(None, "Model")
    program.each(model, np.array(rows), "data", "data")
    return program


def test_each_result_is_reported_before_the_next_call() -> None:
    result, row = ran(each([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), Model=Reusing)
    assert row == [3.0, 7.0, 11.0] and result == "d1; d1; d1;"


def test_what_was_reported_before_an_error_is_kept() -> None:
    result, row = ran(
        each([[1.0], [2.0], [0.0], [4.0]]), Model=lambda: lambda given: SimpleNamespace(data=1 / given[0])
    )
    assert row == [1.0, 0.5] and result["step"] == 1 and result["error"]["type"] == "ZeroDivisionError"
