"""The check kind `classifier`: a training function gets half of a data set and must label the other half.

The halves, and which class has which number, are drawn anew for every run. The labels of the test half never leave the
judge, and its rows reach the worker only after the training.
"""

from __future__ import annotations

import time
import zipfile
import zlib
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from grader.base.text import plural
from grader.checks import absent
from grader.checks.base import CheckContext, CheckSpec, Finding
from grader.checks.spec_fields import refuse
from grader.checks.trials import CourseFault
from grader.model import Evidence, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, UnexpectedType, any_array, as_array, describe
from grader.sandbox.program import Program
from grader.sandbox.requests import MissingName, StudentException

KEPT = "predict"  # the name under which the worker keeps the function
MAX_BYTES = 16 << 20  # far above the 45 KB of the digits, far below the 2 GiB that a worker has for it as float64
FEWEST_ROWS = 4  # two in each half

Labels = NDArray[np.int64]

answer_form, planned, plan = absent.answer_form, absent.planned, absent.plan
form, pairs, derives = absent.form, absent.pairs, absent.derives


class Spec(CheckSpec):
    """`train`(X, y) must return a function that labels rows it has not seen; the points grow with the accuracy."""

    kind: Literal["classifier"]
    train: str = Field(pattern=r"^[A-Za-z_]\w*$", description="the training function, called as train(X, y)")
    data: str = Field(
        pattern=r"^[\w-]+(/[\w-]+)*\.npz$",
        description="a file in the course's folder with `X`, rows of uint8, and `y`, a class from 0 for each row",
    )
    nothing: float = Field(0.5, ge=0, le=1, description="the accuracy up to which no points are earned")
    full: float = Field(0.9, ge=0, le=1, description="the accuracy from which all points are earned")

    @model_validator(mode="after")
    def _rising(self) -> Spec:
        if self.nothing >= self.full:
            refuse("full", "must be larger than `nothing`")
        return self


def targets(spec: Spec) -> list[str]:
    """The training function."""
    return [spec.train]


def files(spec: Spec) -> list[str]:
    """The data set."""
    return [spec.data]


@dataclass(frozen=True)
class _Halves:
    """The rows scaled to [0, 1] and their permuted labels, for training and test; `digits` undoes the permutation."""

    train_rows: NDArray[np.float64]
    train_labels: Labels
    test_rows: NDArray[np.float64]
    test_labels: Labels
    digits: Labels


def run(spec: Spec, context: CheckContext) -> Finding:
    """Trains in one request, predicts in the next, and counts the correct labels."""
    halves = _halves(*_load(context.folder / spec.data), context.rng)
    started = time.perf_counter()
    training = Program()
    training.call(None, spec.train, [training.make(halves.train_rows), training.make(halves.train_labels)], keep=KEPT)
    trained = context.ask([training])[0]
    seconds = time.perf_counter() - started
    if trained.failure is not None:
        return _failed(spec, trained.failure, f"{spec.train}(X, y)", context)
    prediction = Program()
    predict = prediction.recall(KEPT)
    prediction.call(predict, "__call__", [prediction.make(halves.test_rows)], report="labels")
    predicted = context.ask([prediction])[0]
    call = f"predict = {spec.train}(X, y); predict(X_test)"
    if predicted.failure is not None:
        return _failed(spec, predicted.failure, call, context)
    try:
        labels = _labels(predicted.answers[0], halves)
    except UnexpectedType as refusal:
        return Finding.wrong(str(refusal), Evidence(call=call))
    return _finding(spec, halves, labels, seconds, call)


def _load(path: Path) -> tuple[NDArray[np.uint8], Labels]:
    """The rows, shape (rows, inputs), and their classes, shape (rows,). Raises CourseFault for an unusable file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CourseFault(f"{path.name} is larger than {MAX_BYTES >> 20} MiB")
        with np.load(path, allow_pickle=False) as file:
            rows, classes = file["X"], file["y"]
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CourseFault(f"{path.name} cannot be used: {error}") from None
    if rows.dtype != np.uint8 or rows.ndim != 2 or classes.shape != rows.shape[:1] or classes.dtype.kind not in "iu":
        raise CourseFault(f"{path.name} must hold `X`, rows of uint8, and `y`, a whole number for each")
    if (
        len(rows) < FEWEST_ROWS
        or sorted(set(classes.tolist())) != list(range(int(classes.max()) + 1))
        or not rows.max()
    ):
        raise CourseFault(f"{path.name} must hold the classes 0, 1, … without a gap, and rows that are not all 0")
    return rows, classes.astype(np.int64)


def _halves(rows: NDArray[np.uint8], classes: Labels, rng: Random) -> _Halves:
    order = list(range(len(rows)))
    rng.shuffle(order)
    renamed = list(range(int(classes.max()) + 1))
    rng.shuffle(renamed)
    scaled = rows[order] / float(rows.max())
    labels = np.array(renamed, np.int64)[classes[order]]
    half = len(order) // 2
    return _Halves(scaled[:half], labels[:half], scaled[half:], labels[half:], np.argsort(renamed))


def _failed(spec: Spec, failure: StudentException | MissingName, call: str, context: CheckContext) -> Finding:
    """What to say of student code that raised, or returned nothing that can be called."""
    if isinstance(failure, MissingName) and failure.name == "__call__":
        text = f"the result of {spec.train}(X, y) cannot be called: return the function `predict`"
        return Finding.wrong(text, Evidence(call=call))
    return Finding.of_failure(failure, call, context.sources)


def _labels(answer: Answer, halves: _Halves) -> Labels:
    """The predicted labels, shape (rows,). Raises UnexpectedType for anything but one whole number per row."""
    count = len(halves.test_labels)
    try:
        shape = any_array(answer).values.shape
    except UnexpectedType:
        raise UnexpectedType(
            f"predict returned {describe(answer)}; it must return {count} labels, an array of shape ({count},)"
        ) from None
    if shape == (count, len(halves.digits)):
        raise UnexpectedType(f"predict returned scores of shape {shape}; it must return labels: take argmax(axis=1)")
    values = as_array(answer, (count,)).values
    odd = values != np.round(values)
    if odd.any():
        raise UnexpectedType(
            f"predict returned the label {values[int(np.argmax(odd))]:.6g}; labels must be whole numbers"
        )
    return np.clip(values, -1, len(halves.digits)).astype(np.int64)


def _finding(spec: Spec, halves: _Halves, labels: Labels, seconds: float, call: str) -> Finding:
    accuracy = float(np.mean(labels == halves.test_labels))
    evidence = Evidence(
        call=call,
        facts={
            "accuracy": f"{accuracy:.1%}",
            "trained on": plural(len(halves.train_labels), "row"),
            "tested on": plural(len(halves.test_labels), "row"),
            "training took": f"{seconds:.1f} s",
        },
        table=_confusion(halves, labels),
    )
    if accuracy >= spec.full:
        return Finding(Verdict.CORRECT, 1.0, evidence=evidence)
    message = (
        f"{accuracy:.1%} of the test rows are labelled correctly; points start above {spec.nothing:.0%}, "
        f"full points at {spec.full:.0%}"
    )
    share = int(100 * (accuracy - spec.nothing) / (spec.full - spec.nothing)) / 100
    if share > 0:
        return Finding(Verdict.PARTIAL, share, message, evidence=evidence)
    return Finding.wrong(message, evidence)


def _confusion(halves: _Halves, labels: Labels) -> tuple[tuple[str, ...], ...]:
    """How often each class was predicted as which, in the data's own classes; what is no class is in a last column."""
    classes = len(halves.digits)
    names = np.append(halves.digits, classes)
    seen = names[np.where((labels >= 0) & (labels < classes), labels, classes)]
    counts: Any = np.zeros((classes, classes + 1), np.int64)
    np.add.at(counts, (halves.digits[halves.test_labels], seen), 1)
    heads = [*map(str, range(classes)), "other"]
    width = classes + 1 if counts[:, classes].any() else classes
    rows = [(str(true), *map(str, counts[true, :width])) for true in range(classes)]
    return (("true \\ predicted", *heads[:width]), *rows)
