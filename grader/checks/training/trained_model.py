"""A trained model that the worker keeps: sets its parameters, requests predictions, and reads numbers back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grader.checks.base import CheckContext, Finding
from grader.checks.training.between_rows import Numbers, Row
from grader.model.dataclass import dataclass
from grader.sandbox.answers import UnexpectedType, as_number
from grader.sandbox.program import Program
from grader.sandbox.requests import MissingName, ProgramResult, StudentException

MODEL, PARAMETERS = "model", "parameters"  # the names under which the worker keeps them
# What Python and numpy raise where numbers grow without bound: with parameters drawn at random, that is no fault.
OVERFLOWS = ("OverflowError", "ZeroDivisionError", "FloatingPointError")


@dataclass(frozen=True)
class Names:
    """What the attributes of a value and the method that lists parameters are called."""

    value: str
    gradient: str
    backward: str
    parameters: str


@dataclass(frozen=True)
class Model:
    """A trained model that the worker keeps: the table it learned, how many parameters it lists, and what it answered
    for the rows when it came from its training."""

    context: CheckContext
    names: Names
    rows: tuple[tuple[float, ...], ...]
    targets: Numbers
    count: int
    predictions: Numbers


class ModelProgram(Program):
    """A program on the trained model that the worker keeps: some of its parameters are set first, then it is asked."""

    def __init__(self, model: Model, chosen: Sequence[int], values: Sequence[float] | Numbers = ()) -> None:
        super().__init__()
        self._names, self._rows = model.names, model.rows
        self.model, listed = self.recall(MODEL), self.recall(PARAMETERS)
        self.values = [self.operate("item", listed, index) for index in chosen]
        if len(values):
            self.move(range(len(chosen)), values)

    def move(self, places: Iterable[int], values: Sequence[float] | Numbers) -> None:
        """Sets those of the parameters at these places anew; `values` has one for each parameter, shape (chosen,)."""
        chosen = list(places)
        self.put([self.values[place] for place in chosen], self._names.value, np.asarray(values, np.float64)[chosen])

    def predict(self, rows: Iterable[Row] | None = None) -> None:
        """Reports the predictions for these rows; for the table's own where none are given."""
        asked = np.array([*(self._rows if rows is None else rows)], np.float64)
        self.each(self.model, asked, self._names.value, "prediction")


def numbers(outcome: ProgramResult) -> list[float]:
    """What was reported, shape (reports,); nothing where it is not all numbers."""
    try:
        return [as_number(answer).value for answer in outcome.answers]
    except UnexpectedType:
        return []


def grid(outcome: ProgramResult, columns: int) -> Numbers:
    """What was reported before anything failed, shape (settings, columns): the settings whose numbers are finite."""
    found = np.array(numbers(outcome), np.float64)
    rows = found[: len(found) // columns * columns].reshape(-1, columns)
    return np.asarray(rows[np.isfinite(rows).all(axis=1)], np.float64)


def broken(model: Model, outcome: ProgramResult) -> Finding | None:
    """A finding where the model fails with parameters that no network fails with; numbers may grow out of bounds."""
    failure = outcome.failure
    if failure is None or (isinstance(failure, StudentException) and failure.type in OVERFLOWS):
        return None
    return failed(model, failure, "model(row), with other parameter values")


def drawn(model: Model, count: int, reach: float) -> Numbers:
    """Random numbers up to `reach`, of either sign, shape (count,)."""
    return np.array([model.context.rng.uniform(-reach, reach) for _ in range(count)])


def failed(model: Model, failure: StudentException | MissingName, call: str) -> Finding:
    """The finding for a failure in a call of the model."""
    return Finding.of_failure(failure, call, model.context.sources)


def coarsest(names: Iterable[str]) -> str:
    """Of the dtypes of these names the one with the fewest digits; float64 where none is known to have fewer."""
    order = ("float64", "float32", "float16")
    return max(names, key=lambda name: order.index(name) if name in order else 0, default="float64")
