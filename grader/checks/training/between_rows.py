"""Is a model a network? Its predictions between the rows it was trained on must be more than a lookup table's."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from grader.base.text import escape_controls
from grader.checks.base import Finding
from grader.model import Evidence
from grader.sandbox.answers import UnexpectedType, as_number
from grader.sandbox.requests import MissingName, ProgramResult, StudentException

Numbers = NDArray[np.float64]
Row = Sequence[float]
POINTS = 20  # a network would have to meet a table at every one of them to be taken for it
FEWEST_VARYING = 2  # a table may have a border between a point and its neighbour, hardly ever twice
# From a point to its neighbour, in parts of the box: far enough for a slope to be seen above float32's rounding (1e-7),
# so near that the borders of a nearest-row table hardly ever pass between the two.
NEAR = 1e-4
IS_A_TABLE = "this is a lookup table, not a network"
SAME = 1e-6  # of the range of the answers: float32 leaves 1e-7, and a network bends between the rows


def is_box(rows: Sequence[Row]) -> bool:
    """Whether the rows are the corners of a box, each once."""
    sides = [sorted(set(column)) for column in zip(*rows, strict=True)]
    corners = sorted(itertools.product(*sides))
    return all(len(side) == 2 for side in sides) and sorted(map(tuple, rows)) == corners


def points_inside(rows: Sequence[Row], rng: Random) -> Numbers:
    """Points inside the box, each followed by a close neighbour, shape (2 * POINTS, inputs).

    Neighbours differ by another amount in each input: what depends on a difference of inputs alone changes, too.
    """
    low, high = np.min(rows, axis=0), np.max(rows, axis=0)
    share = np.array([[round(rng.uniform(0.1, 0.9), 3) for _ in low] for _ in range(POINTS)])
    moved = share + NEAR * (1 + np.arange(len(low)) / 3)
    return np.asarray(low + np.stack([share, moved], axis=1).reshape(-1, len(low)) * (high - low), np.float64)


def called(row: Row) -> str:
    """The model's call, ready to paste."""
    return f"model({[round(float(entry), 9) for entry in row]})"


def not_a_network(rows: Sequence[Row], at_rows: Numbers, points: Numbers, outcome: ProgramResult,
                  sources: Mapping[str, str], varies: bool) -> Finding | None:  # fmt: skip
    """Why the model is only a lookup table of its `rows`; None for a network.

    `at_rows` has shape (rows,), `points` shape (2 * POINTS, inputs); `outcome` holds the model's numbers at `points`.
    With `varies`, it must change from some points to their neighbours; a network of few ReLU units need not do so on a
    table such as AND, where it may be flat nearly everywhere.
    """
    values = []
    for point, answer in zip(points, outcome.answers, strict=False):
        try:
            values.append(as_number(answer).value)
        except UnexpectedType as refusal:
            return _only_rows(point, str(refusal), Evidence(call=called(point)))
    if outcome.failure is not None:
        point = points[min(len(outcome.answers), len(points) - 1)]
        evidence = Finding.of_failure(outcome.failure, called(point), sources).evidence
        return _only_rows(point, what_failed(outcome.failure), evidence)
    found = np.array(values)
    pairs = found.reshape(-1, 2)
    if varies and np.count_nonzero(pairs[:, 0] != pairs[:, 1]) < FEWEST_VARYING:
        return Finding.wrong(
            f"the model's answer does not change between the rows it was trained on: {IS_A_TABLE}",
            Evidence(call=called(points[0])),
        )
    flat = _interpolated(rows, at_rows, points)
    spread = max(1.0, float(np.ptp(at_rows)))
    if float(np.max(np.abs(found - flat))) <= SAME * spread:
        evidence = Evidence(
            call=called(points[0]), case={"interpolated between the rows": f"{flat[0]:.9g}"}, yours=f"{found[0]:.9g}"
        )
        message = f"between the rows, the model only interpolates its answers to the rows: {IS_A_TABLE}"
        return Finding.wrong(message, evidence)
    return None


def what_failed(failure: StudentException | MissingName) -> str:
    """The exception in a few words, or what is there in place of one of the student's values."""
    if isinstance(failure, MissingName):
        owner, name = escape_controls(failure.owner), escape_controls(failure.name)
        return f"the model must return one of your values; `{owner}` has no `{name}`"
    return escape_controls(f"{failure.type}: {failure.text}" if failure.text else failure.type)


def _only_rows(point: Row, why: str, evidence: Evidence) -> Finding:
    return Finding.wrong(f"the model answers only the rows it was trained on; {called(point)} fails ({why})", evidence)


def _interpolated(rows: Sequence[Row], at_rows: Numbers, points: Numbers) -> Numbers:
    """The multilinear interpolation of the values at the corners of a box, shapes (rows,) to (points,)."""
    low, high = np.min(rows, axis=0), np.max(rows, axis=0)
    share = (points - low) / (high - low)
    found = np.zeros(len(points))
    for corner, value in zip(rows, at_rows, strict=True):
        found += value * np.prod(np.where(np.equal(corner, high), share, 1 - share), axis=1)
    return found
