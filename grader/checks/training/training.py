"""The check kind `training`: a call trains a model on a small table, and it must really have been trained.

The loss is computed anew from the model's own predictions; other tables must be learned as well; the model must be a
network (between_rows.py, lookup_table_test.py), its parameters must matter and have correct gradients
(parameter_gradients.py), another seed must make another model, and the reported losses must be the model's own
(loss_history.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.base.text import escape_controls, plural
from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.program import CallProgram
from grader.checks.spec_fields import CallField, needs_known, refuse
from grader.checks.training.between_rows import (
    Numbers,
    called,
    is_box,
    not_a_network,
    points_inside,
    what_failed,
)
from grader.checks.training.loss_history import (
    did_not_fall,
    disagreement,
    history_of,
    mean_squared_error,
    thinned,
    why_not_learned,
    without_bias,
)
from grader.checks.training.parameter_gradients import faults_of
from grader.checks.training.trained_model import MODEL, OVERFLOWS, PARAMETERS, Model, Names, coarsest, numbers
from grader.maths.domains import Number as Finite
from grader.model import Evidence, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Items, Number, ProtocolError, UnexpectedType, as_number, describe
from grader.sandbox.program import Program
from grader.sandbox.requests import MissingName, ProgramResult, StudentException

MOST_PARAMETERS = 1e9  # far above what memory holds; a length beyond it is no length of a list
SAME = 1e-6  # two trainings from other first weights agree so far nowhere but at the rows
BLEND = 0.06  # how far targets are moved towards their mean: no training ends at the same weights after that
# What numbers without bound end in (ValueError: math domain error); another seed may do better.
UNSTABLE = (*OVERFLOWS, "ValueError")
IN_A_LIST = "the parameters in a list"  # the part of a program that puts them there


class TrainingTable(CheckSpec):
    """Rows that are the corners of a box, a target each, and the mean squared error that must be reached."""

    rows: list[list[Finite]] = Field(min_length=2, max_length=16, description="the inputs, a list of numbers per row")
    targets: list[Finite] = Field(description="the number to predict for each row")
    loss: float = Field(gt=0, description="the mean squared error must be below it")

    @model_validator(mode="after")
    def _fits(self) -> TrainingTable:
        if len(self.rows) != len(self.targets):
            refuse("targets", f"there are {len(self.rows)} rows, but {len(self.targets)} targets")
        if len({len(row) for row in self.rows}) != 1 or not is_box(self.rows):
            refuse("rows", "must be all corners of a box, as [0, 0], [0, 1], [1, 0], [1, 1]")
        return self


answer_form, planned, plan = absent.answer_form, absent.planned, absent.plan
files, form, pairs, derives = absent.files, absent.form, absent.pairs, absent.derives


class Spec(CheckSpec):
    """`call` returns (model, losses). The first table's model is examined as a whole; it must learn the others too.

    Where every table is learned with the first seed, the last one is trained on with the next seed as well, and the two
    models must differ.
    """

    kind: Literal["training"]
    call: CallField = Field(description="given `inputs`, `targets` and `seed` by their names below")
    inputs: str = Field("X", description="the argument of `call` that holds the rows")
    targets: str = Field("y", description="the argument that holds the targets")
    seed: str = Field("seed", description="the argument that is 0, 1, 2, … until a training succeeds")
    seeds: Annotated[int, Field(ge=1, le=10, description="how many seeds are tried")] = 5
    tables: dict[str, TrainingTable] = Field(min_length=1, description="what is to be learned, by name")
    parameters: str = Field("parameters", description="the model's method that lists its values")
    value: str = Field("data", description="the attribute that holds a value's number")
    gradient: str = Field("grad", description="the attribute that holds its gradient")
    backward: str = Field("backward", description="its method that starts at the loss")
    kept: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.5, description="share kept where only the losses are wrong, or the seed is not used"
    )

    @model_validator(mode="after")
    def _names(self) -> Spec:
        known = [self.inputs, self.targets, self.seed]
        needs_known("call", self.call.inputs, known)
        if self.call.root or not {self.inputs, self.targets} <= self.call.inputs:
            refuse("call", f"must be a function that is given {self.inputs!r} and {self.targets!r}")
        return self


@dataclass(frozen=True)
class _Trained:
    """One training: what it returned, how long it took. `predictions` has shape (rows,).

    `fault` says why there is no model to examine; where it is `unstable`, another seed may do better.
    """

    table: str
    seed: int
    call: str
    seconds: float = 0.0
    losses: Answer | None = None
    predictions: Numbers = field(default_factory=lambda: np.zeros(0))
    dtype: str = "float64"
    loss: float = float("inf")
    count: int = 0
    inside: ProgramResult | None = None
    fault: Finding | None = None
    unstable: bool = False


def targets(spec: Spec) -> list[str]:
    """The function that trains."""
    return spec.call.targets({})


def run(spec: Spec, context: CheckContext) -> Finding:
    """Trains on one table after the other, examines the models, and shows the first model's losses in any case."""
    finding = _judged(spec, context)
    # A network answers like another one to the last digit only where it is a copy: replaying every known mistake would
    # cost a training each and explain nothing. The hints of this kind come from what was measured.
    context.record.exchanges.clear()
    return finding


def _judged(spec: Spec, context: CheckContext) -> Finding:
    done: list[_Trained] = []
    doubtful: list[Finding] = []
    for name, table in spec.tables.items():
        points = points_inside(table.rows, context.rng)
        trained = _train(spec, name, table, points, context)
        done.append(trained)
        fault = trained.fault or _fault(spec, table, points, trained, context, first=len(done) == 1)
        if fault is not None and fault.status is not Verdict.NEEDS_REVIEW:
            return _with_facts(fault, done)
        doubtful += filter(None, [fault, _wrong_losses(spec, table, trained, first=len(done) == 1)])
    doubtful += filter(None, [_ready_made(spec, name, table, points, done, context)])
    doubtful.sort(key=lambda finding: finding.status is not Verdict.WRONG)
    return _with_facts(doubtful[0] if doubtful else CORRECT, done)


def _train(spec: Spec, name: str, table: TrainingTable, points: Numbers, context: CheckContext) -> _Trained:
    """The first training that reaches the table's loss; else a fault with the best loss of all seeds."""
    tried: list[_Trained] = []
    for seed in range(spec.seeds):
        trained = _train_once(spec, name, table, points, seed, context)
        settled = trained.loss < table.loss if trained.fault is None else not trained.unstable
        if settled:
            return trained
        tried.append(trained)
        if spec.seed not in spec.call.inputs:
            break
    best = min(tried, key=lambda one: one.loss)
    if best.fault is not None:
        return best
    first = name == next(iter(spec.tables))
    found = f"{best.loss:.4g} (best of {plural(len(tried), 'seed')}); it must be below {table.loss:g}"
    message = (
        f"after training on {name}, the mean squared error of the model's predictions is {found}"
        if first
        else f"the model does not learn another table, {name}: the mean squared error of its predictions is {found}. "
        f"Are its weights trained on {spec.inputs} and {spec.targets}?"
    )
    hint = why_not_learned(best.losses, best.predictions, table.loss) if first else without_bias(best.predictions)
    case = {called(row): f"{value:.4g}" for row, value in zip(table.rows, best.predictions, strict=True)}
    evidence = Evidence(call=best.call, case=case, yours=f"{best.loss:.4g}", expected=f"< {table.loss:g}")
    return replace(best, fault=Finding.wrong(message, evidence, hint))


def _train_once(
    spec: Spec, name: str, table: TrainingTable, points: Numbers, seed: int, context: CheckContext
) -> _Trained:
    rows = [[float(entry) for entry in row] for row in table.rows]
    targets = [float(target) for target in table.targets]
    case = {spec.inputs: rows, spec.targets: targets, spec.seed: seed}
    shown = spec.call.shown(case)
    program = CallProgram()
    program.part = shown
    result = program.perform(spec.call, case, {}, "model and losses")
    program.part = f"model.{spec.parameters}()"
    model = program.operate("item", result, 0, keep=MODEL)
    values = program.call(model, spec.parameters)
    program.part = IN_A_LIST
    listed = program.operate("list", values, keep=PARAMETERS)
    program.operate("len", listed, report="how many parameters")
    for row in rows:
        program.part = called(row)
        program.each(model, np.array([row], np.float64), spec.value, "prediction")
    inside = Program()
    inside.each(inside.recall(MODEL), points, spec.value, "prediction")
    started = time.perf_counter()
    outcome, between = context.ask([program, inside])
    trained = _Trained(name, seed, shown, time.perf_counter() - started, inside=between)
    failure, answers = outcome.failure, outcome.answers
    part = program.part_of(failure.step) if failure is not None else ""
    unstable = part == shown and isinstance(failure, StudentException) and failure.type in UNSTABLE
    fault = _no_model(spec, outcome, shown, part, unstable, context)
    if fault is not None:
        return replace(trained, fault=fault, unstable=unstable)
    returned, count, *predictions = answers
    if not (isinstance(returned, Items) and isinstance(count, Number) and 0 <= count.value <= MOST_PARAMETERS):
        raise ProtocolError
    try:
        read = [as_number(answer) for answer in predictions]
    except UnexpectedType as refusal:
        message = f"the model's prediction has no number in `{spec.value}`: {refusal.of('it')}"
        return replace(trained, fault=Finding.wrong(message, Evidence(call=trained.call)))
    found = np.array([number.value for number in read])
    dtype = coarsest(number.dtype for number in read)
    if dtype == "float64" and (found == found.astype(np.float32)).all():
        dtype = "float32"  # float32 that was cast at the end: no four others are float32 to the last digit
    loss = float(mean_squared_error(found, np.array(targets)))
    losses = returned.items[1]
    return replace(trained, losses=losses, predictions=found, dtype=dtype, loss=loss, count=int(count.value))


def _no_model(
    spec: Spec, outcome: ProgramResult, call: str, part: str, unstable: bool, context: CheckContext
) -> Finding | None:
    """Why a training returned nothing that can be examined; None where it returned a model. `part` is where it failed:
    the training `call`, the listing of the parameters, or the call of the model on a row."""
    failure, answers = outcome.failure, outcome.answers
    if answers and not (isinstance(answers[0], Items) and len(answers[0].items) == 2):
        (function,) = targets(spec)
        message = f"{function} returned {describe(answers[0])}; it must return the pair (model, losses)"
        return Finding.wrong(message, Evidence(call=call))
    if failure is None:
        return None
    listing = f"model.{spec.parameters}()"
    if part == IN_A_LIST:
        return Finding.wrong(f"{listing} must return the list of the model's values")
    if isinstance(failure, MissingName) and part == listing:
        owner, name = escape_controls(failure.owner), escape_controls(failure.name)
        message = f"the first item of the returned pair must be the model; `{owner}` has no method `{name}`"
        return Finding.wrong(message, Evidence(call=call))
    if isinstance(failure, MissingName) and part not in ("", call):
        return Finding.wrong(what_failed(failure), Evidence(call=part))
    hint = "Do the parameters grow without bound? Subtract the step from them, and try a smaller one."
    return Finding.of_failure(failure, part or call, context.sources, hint if unstable else "")


def _fault(
    spec: Spec, table: TrainingTable, points: Numbers, trained: _Trained, context: CheckContext, first: bool
) -> Finding | None:
    """What is wrong with a model that answers its rows correctly."""
    assert trained.inside is not None
    fault = not_a_network(table.rows, trained.predictions, points, trained.inside, context.sources, first)
    if fault is not None or not first:
        return fault
    names = Names(spec.value, spec.gradient, spec.backward, spec.parameters)
    rows = tuple(tuple(float(entry) for entry in row) for row in table.rows)
    return faults_of(
        Model(context, names, rows, np.array(table.targets, np.float64), trained.count, trained.predictions)
    )


def _ready_made(spec: Spec, name: str, table: TrainingTable, points: Numbers, done: Sequence[_Trained],
                context: CheckContext) -> Finding | None:  # fmt: skip
    """Whether the model of the last table is the same whatever the seed, and whatever the targets.

    Where a seed failed and another did not, they differ. Weights that do not depend on the seed are trained all the
    same where they follow the targets: that keeps a share of the points.
    """
    if spec.seed not in spec.call.inputs or any(trained.seed for trained in done):
        return None
    if not _is_the_same(done[-1], _train_once(spec, name, table, points, 1, context)):
        return None
    mean = sum(table.targets) / len(table.targets)
    moved = table.model_copy(update={"targets": [t + BLEND * (mean - t) for t in table.targets]})
    other = _train_once(spec, name, moved, points, 0, context)
    evidence = Evidence(call=done[-1].call)
    if other.fault is not None or _is_the_same(done[-1], other):
        message = (
            f"another {spec.seed} or other targets make no difference: the model stays exactly the same. "
            f"Are its weights trained on {spec.inputs} and {spec.targets}?"
        )
        return Finding.wrong(message, evidence)
    status = Verdict.PARTIAL if spec.kept else Verdict.WRONG
    return Finding(
        status,
        spec.kept,
        f"another {spec.seed} gives exactly the same model: draw the first weights with random.Random({spec.seed})",
        evidence=evidence,
    )


def _is_the_same(one: _Trained, other: _Trained) -> bool:
    """Whether two trainings gave the same model, as far as predictions at the rows and between them show."""
    if one.inside is None or other.inside is None or one.fault is not None or other.fault is not None:
        return False
    first = np.array([*one.predictions, *numbers(one.inside)])
    second = np.array([*other.predictions, *numbers(other.inside)])
    return len(first) == len(second) and bool(np.max(np.abs(first - second)) <= SAME)


def _wrong_losses(spec: Spec, table: TrainingTable, trained: _Trained, first: bool) -> Finding | None:
    """A partial finding where the reported losses are not the model's."""
    assert trained.losses is not None
    hint = ""
    try:
        goals, history = np.array(table.targets, np.float64), history_of(trained.losses)
        found = disagreement(history, trained.predictions, goals, trained.dtype)
        # Where a coarse loss will do, the first model may be close to it.
        risen = did_not_fall(history) if first else None
        if found is None and risen is None:
            return None
        message, hint = found or (str(risen), "")
    except UnexpectedType as refusal:
        message = str(refusal)
    status = Verdict.PARTIAL if spec.kept else Verdict.WRONG
    return Finding(status, spec.kept, message, hint, evidence=Evidence(call=trained.call))


def _with_facts(finding: Finding, done: Sequence[_Trained]) -> Finding:
    """The finding with each training's table, seed, epochs, seconds and loss, and the first one's curve."""
    first = done[0]
    history: Numbers = np.zeros(0)
    rows = [("table", "seed", "epochs", "seconds", "final loss")]
    for trained in done:
        epochs = "unknown"
        if trained.losses is not None:
            try:
                losses = history_of(trained.losses)
                epochs = str(len(losses))
                history = losses if trained is first else history
            except UnexpectedType:
                pass
        loss = f"{trained.loss:.4g}" if len(trained.predictions) else "unknown"
        rows.append((trained.table, str(trained.seed), epochs, f"{trained.seconds:.2f}", loss))
    facts = dict(zip(("seed", "epochs", "seconds of training", "final loss"), rows[1][1:], strict=True))
    curve = thinned(history) if len(history) else ()
    return replace(finding, evidence=replace(finding.evidence, facts=facts, curve=curve, table=tuple(rows)))
