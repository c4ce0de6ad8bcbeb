"""A mistake's choices of style are all that decide whether it shows: engines that differ in others answer alike."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from grader.maths.graphs.expression_graph import Graph, parse
from grader.simulation import engine
from grader.simulation.engine import Mistake, Outcome
from grader.simulation.faults import Fault, faults
from grader.simulation.styles import STYLES, Style, Unrecordable, choices_in

GRAPHS = [
    parse(text) for text in (
        "-a", "a - b", "a / b", "a - a", "2 + a", "2 - a", "2 * a", "2 / a", "a - 2", "a / 2", "tanh(a * b)",
        "sigmoid(a + b) * a",
    )
]  # fmt: skip
LEAVES = {"a": 0.7, "b": -1.3}
OF_ARRAYS = {"mean", "adds", "asks", "spreads", "fits", "fitted"}
SAMPLES = 12  # styles for each graph, of which each differs from another in each choice that should not matter
TRIED = [fault for fault in faults() if fault.id.endswith(("detached", "no-outgrad", "assign", "missing"))]


def answers(graph: Graph, style: Mapping[str, str], mistake: Mistake) -> list[Outcome] | None:
    """What an engine may answer; None where it has no such style."""
    try:
        engine.operations(graph, made := Style(**style))
    except Unrecordable:
        return None
    return list(engine.outcomes(graph, LEAVES, made, mistake, False))


def near(one: Outcome, other: Outcome) -> bool:
    return one.raised == other.raised and one.numbers == pytest.approx(other.numbers, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.id)
def test_no_other_choice_decides_what_is_answered(fault: Fault) -> None:
    rng = random.Random(fault.id)
    needs = dict(fault.needs)
    for graph in GRAPHS:
        others = sorted(choices_in(graph, True) - OF_ARRAYS - {*fault.choices, *needs})
        for _ in range(SAMPLES):
            style = {name: rng.choice(ways) for name, ways in STYLES.items()} | needs
            found = answers(graph, style, fault.mistake)
            for choice in others:
                way = rng.choice(STYLES[choice])
                again = answers(graph, style | {choice: way}, fault.mistake)
                if found is not None and again is not None:
                    assert all(any(near(one, other) for other in again) for one in found), (
                        graph.text,
                        style,
                        choice,
                        way,
                    )
