"""Draws: each piece of a range in its turn, also where a case is drawn again."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import pytest

from grader.maths.domains import DISTANCE, Domain, draw_cases, draw_made


@pytest.mark.parametrize("seed", range(5))
def test_a_case_that_is_drawn_again_takes_no_turn_of_another_piece(seed: int) -> None:
    again = itertools.cycle([False, False, True])
    inputs = {"x": Domain(between=(-3, 3))}
    cases: list[Any] = draw_made(inputs, (), Random(seed), (), lambda case: case, lambda case: next(again))
    pieces = [sum(case["x"] > cut for cut in (-1, 0, 1)) for case in cases]
    assert sorted(pieces) == [0, 1, 2, 3]


@pytest.mark.parametrize("between", [(0.96, 1.04), (-0.03, 0.06)])
def test_a_range_that_is_narrow_around_a_cut_is_drawn_from_as_a_whole(between: tuple[float, float]) -> None:
    cases = draw_cases({"x": Domain(between=between)}, (), Random(1))
    assert all(between[0] <= case["x"] <= between[1] for case in cases)
    assert len({case["x"] for case in cases}) > 1


def test_a_case_that_is_never_steady_is_kept_as_it_is() -> None:
    tried: list[Any] = []
    draw_made({"x": Domain(choices=(1,))}, (), Random(1), (), tried.append, lambda made: False)
    assert len(tried) == 4 * 20


def test_draws_keep_away_from_points_to_avoid() -> None:
    domain, rng = Domain(between=(-1, 1), avoid=[0.0, 0.5]), Random(3)
    drawn = [domain.draw_array(rng, ()) for _ in range(300)] + domain.draw_array(rng, (300,)).tolist()
    assert min(abs(value - point) for value in drawn for point in domain.avoid) >= DISTANCE
