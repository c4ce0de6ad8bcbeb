"""What an expression graph is due: sizes of what has cancelled, and no truth in float32 next to a kink."""

from __future__ import annotations

import numpy as np
import pytest

from grader.maths.compare import relative_error
from grader.maths.graphs.expression_graph import parse
from grader.maths.graphs.graph_gradients import expected


@pytest.mark.parametrize(
    ("text", "leaf", "size"),
    [("c / (a - b)", "c", 5.0), ("(a - b) / c", "c", 1.25), ("(a - b) * c", "c", 5.0)],
)
def test_a_gradient_is_sized_by_what_has_cancelled_in_its_factors(text: str, leaf: str, size: float) -> None:
    graph = parse(text)
    found = dict(zip(graph.leaves, expected(graph, {"a": 3.0, "b": 2.0, "c": 2.0})[1:], strict=True))
    assert found[leaf].size == pytest.approx(size)


@pytest.mark.parametrize(("a", "known"), [(2.000001, False), (2.0, True), (2.5, True)])
def test_next_to_a_kink_float32_may_fall_on_the_other_side(a: float, known: bool) -> None:
    graph, leaves = parse("relu(a - b)"), {"a": a, "b": 2.0}
    assert all(part.steady for part in expected(graph, leaves)) is known


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_any_slope_of_relu_at_0_is_right_to_the_last_digit(slope: float) -> None:
    _, due = expected(parse("3 * relu(a)"), {"a": 0.0})
    assert relative_error(np.asarray(3 * slope), due.values, due.size, due.slack) == 0.0
    assert relative_error(np.asarray(3.1), due.values, due.size, due.slack) > 0.0
