"""Functions that are planted: at the point nothing tells right from wrong, and honest checkers of all styles agree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from grader.checks.code import planted
from grader.checks.code.planted_answers import asked_points
from grader.checks.code.planted_gradients import RIGHT, SEEN_AT_ONCE
from grader.checks.engine import detached, drawing
from grader.course.load import load_course
from grader.maths.graphs.random_graphs import DrawnGraphs, values

CHECKS = {
    f"{exercise.id} {check.id}": check.spec
    for exercise in load_course(ROOT / "exercises").exercises
    for check in exercise.checks
    if isinstance(check.spec, (planted.Spec, detached.Spec, drawing.Spec))
}
PLANTED = {name: spec for name, spec in CHECKS.items() if isinstance(spec, planted.Spec)}
DETACHED = {name: spec for name, spec in CHECKS.items() if isinstance(spec, detached.Spec)}


@pytest.mark.parametrize("name", PLANTED)
def test_value_and_claim_at_the_point_are_the_same_whatever_is_planted(name: str) -> None:
    spec = PLANTED[name]
    for plot in planted.draw_trials(spec, Random(7)):
        for plant in {*spec.plants, "exact"} - {*SEEN_AT_ONCE}:
            other = plot.anew(plant).planted
            exact = plot.anew("exact").planted
            x = plot.planted.around.x
            assert other.value(x) == exact.value(x) and np.array_equal(other.claimed(x), exact.claimed(x))
            beside = x + 0.1
            assert np.array_equal(other.claimed(beside), exact.claimed(beside)), "claims fit each other in all of them"
            assert (abs(other.value(beside) - exact.value(beside)) < 1e-6) is (plant in RIGHT) or x.size > 1


@pytest.mark.parametrize("name", DETACHED)
def test_constants_at_the_point_are_the_same_whatever_is_planted_and_always_move(name: str) -> None:
    spec = DETACHED[name]
    for seed in range(5):
        found = [detached._drawn(spec, plant, Random(seed)).planted for plant in spec.plants if plant != "zero"]
        for one in found:
            assert np.array_equal(one.numbers, found[0].numbers) and one.point == found[0].point
            moved = one.constants(np.asarray(one.point) + 0.1) - one.numbers
            assert np.count_nonzero(moved) > 1, "right ones, too, have constants that follow"
            assert len(one.graph.nodes) == len(found[0].graph.nodes)


@pytest.mark.parametrize("name", PLANTED | DETACHED)
def test_what_is_said_to_be_true_is_true(name: str) -> None:
    for plot in plots(CHECKS[name], 3):
        x = np.asarray(plot.point, np.float64)
        step = CHECKS[name].epsilon or 1e-5
        found = np.empty(x.shape)
        for index in np.ndindex(x.shape):
            move = np.zeros(x.shape)
            move[index] = step
            found[index] = (plot.planted.value(x + move) - plot.planted.value(x - move)) / (2 * step)
        assert np.allclose(found, plot.planted.true, rtol=1e-6), plot.planted.plant


def plots(spec: Any, draws: int) -> Iterator[Any]:
    kind: Any = planted if isinstance(spec, planted.Spec) else detached
    for seed in range(draws):
        yield from kind.draw_trials(spec, Random(seed))


def test_honest_checkers_of_every_style_agree() -> None:
    """A few draws of what benchmarks/checkers.py does with many."""
    command = [sys.executable, str(ROOT / "benchmarks" / "checkers.py"), "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2.8 vector" in done.stdout and "value-check several" in done.stdout


def test_another_seed_plants_other_functions() -> None:
    spec = PLANTED["2.8 vector"]
    first, again, other = (planted.draw_trials(spec, Random(seed)) for seed in (1, 1, 2))
    written = [[plot.planted.written for plot in drawn] for drawn in (first, again, other)]
    assert written[0] == written[1] and not set(written[0]) & set(written[2])


@pytest.mark.parametrize("form", [{}, {"shared": True}, {"equal": True}])
def test_drawn_graphs_are_of_the_form_that_is_asked_for(form: dict[str, bool]) -> None:
    wanted = DrawnGraphs(count=8, operations=6, **form)
    texts = set()
    for graph, leaves in wanted.draw(Random(3)):
        texts.add(graph.text)
        uses = [arg for node in graph.nodes for arg in node.args]
        assert all(len(set(node.args)) == len(node.args) for node in graph.nodes)
        assert (len(set(uses)) < len(uses)) is wanted.shared
        assert len(set(leaves.values())) == 1 if wanted.equal else len(set(values(graph, leaves))) == len(graph.nodes)
        assert len(graph.nodes) <= 15
    assert len(texts) == 8


def test_a_picture_of_what_was_asked_does_not_depend_on_the_order_of_the_calls() -> None:
    point, moves = np.array([1.0, 2.0]), [(0, 0), (0, -1), (0, 1), (-1, 0), (1, 0), (0, 0)]
    calls = [point + move for move in moves]
    found = asked_points("x", point, calls, 1.0)
    assert found is not None and found.offsets == ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    assert asked_points("x", point, calls[::-1], 1.0) == found
