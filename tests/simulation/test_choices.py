"""A mistake's choices of style are all that decide whether it shows: engines that differ in others answer alike."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import Graph, parse
from grader.simulation import array_faults, faults
from grader.simulation.engine import Mistake, Outcome
from grader.simulation.faults import Fault
from grader.simulation.search import ARRAYS, NUMBERS, Simulation
from grader.simulation.styles import STYLES, Style, Unrecordable

NUMBER_GRAPHS = (
    "-a", "a - b", "a / b", "a - a", "2 + a", "2 - a", "2 * a", "2 / a", "a - 2", "a / 2", "tanh(a * b)",
    "sigmoid(a + b) * a",
)  # fmt: skip
ARRAY_GRAPHS = (
    "-a", "a - b", "a * b", "a / c", "c - a", "a - a", "a @ d", "a.sum(axis=0)", "a.mean()", "(a + c).mean(axis=0) * c",
)  # fmt: skip
SAMPLES = 12  # styles for each graph of numbers, of which each differs from another in a choice that should not matter
ENDS = (
    "detached", "no-outgrad", "assign", "missing", "not-restored", "not-summed", "not-reversed", "as-number", "kept",
)  # fmt: skip


def drawn(graph: Graph, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves of a graph of arrays, with the weights of its root."""
    leaves = {name: numbers[name] for name in graph.leaves}
    shape = graph_gradients.values(graph, leaves)[-1].shape
    return {**leaves, "C": np.random.default_rng(3).normal(size=shape)}


def answers(
    simulation: Simulation, graph: Graph, leaves: Mapping[str, Any], style: Mapping[str, str], mistake: Mistake
) -> list[Outcome] | None:
    """What an engine may answer; None where it has no such style, or raises even if it makes no mistake."""
    made = Style(**style)
    try:
        simulation.operations(graph, leaves, made)
    except Unrecordable:
        return None
    if any(outcome.raised for outcome in simulation.outcomes(graph, leaves, made, Mistake(), False)):
        return None
    return list(simulation.outcomes(graph, leaves, made, mistake, False))


def near(one: Outcome, other: Outcome) -> bool:
    if one.raised or other.raised or one.shapes != other.shapes:
        return one.raised == other.raised and one.shapes == other.shapes
    return one.numbers == pytest.approx(other.numbers, rel=1e-9, abs=1e-12, nan_ok=True)


def is_decided(simulation: Simulation, fault: Fault, graph: Graph, leaves: Mapping[str, Any], samples: int) -> bool:
    """Whether the fault's choices, and what it needs, decide what is answered."""
    rng = random.Random(f"{fault.id} {graph.text}")
    needs = dict(fault.needs)
    others = sorted(simulation.choices(graph, True) - {*fault.choices, *needs})
    ways = {
        name: [way for way in made if way in simulation.apart.get(name, made)] or made for name, made in STYLES.items()
    }
    for _ in range(samples if others else 0):
        style = {name: rng.choice(each) for name, each in ways.items()} | needs
        found = answers(simulation, graph, leaves, style, fault.mistake)
        for choice in others:
            again = answers(simulation, graph, leaves, style | {choice: rng.choice(ways[choice])}, fault.mistake)
            if found is not None and again is not None and not all(any(near(a, b) for b in again) for a in found):
                return False
    return True


@pytest.mark.parametrize("fault", [one for one in faults.faults() if one.id.endswith(ENDS)], ids=lambda one: one.id)
def test_no_other_choice_decides_what_numbers_are_answered(fault: Fault) -> None:
    leaves = {"a": 0.7, "b": -1.3}
    for graph in map(parse, NUMBER_GRAPHS):
        assert is_decided(NUMBERS, fault, graph, leaves, SAMPLES), graph.text


@pytest.mark.parametrize(
    "fault", [one for one in array_faults.faults() if one.id.endswith(ENDS)], ids=lambda one: one.id
)
def test_no_other_choice_decides_what_arrays_are_answered(fault: Fault) -> None:
    rng = np.random.default_rng(1)
    numbers = {
        name: rng.normal(size=shape) for name, shape in {"a": (3, 2), "b": (3, 2), "c": (2,), "d": (2, 4)}.items()
    }
    for graph in [parse(text, True) for text in ARRAY_GRAPHS]:
        assert is_decided(ARRAYS, fault, graph, drawn(graph, numbers), 8), graph.text
