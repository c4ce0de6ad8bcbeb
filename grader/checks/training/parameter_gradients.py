"""Moves the parameters of a trained model: they must matter, be a network's (lookup_table_test.py), and backward()
must give the slopes that are measured.

Convergence says nothing about gradients, and after it they vanish: they are measured at points away from the trained
parameters, against difference quotients that know their own error. A verdict "wrong" needs a proof at two points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.base.text import escape_controls
from grader.checks.base import Finding
from grader.checks.training import lookup_table_test
from grader.checks.training.between_rows import Numbers, called
from grader.checks.training.loss_history import mean_squared_error
from grader.checks.training.trained_model import (
    OVERFLOWS,
    PARAMETERS,
    Model,
    ModelProgram,
    coarsest,
    drawn,
    failed,
    numbers,
)
from grader.maths import display
from grader.maths.numerical_derivative import estimate, offsets
from grader.model import Evidence, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Number, UnexpectedType, as_number
from grader.sandbox.program import Program
from grader.sandbox.requests import MissingName, ProgramResult, StudentException

LARGEST_SAMPLE = 200  # each is moved alone, and costs a prediction of every row; the networks of such tables have fewer
NOISE = 0.3  # off the trained weights, where equal ones may cancel, and near them: trained weights are some units large
# What the trained parameters are multiplied with, and the noise that is added: saturated units are woken by shrinking.
POINTS = ((1.0, 0.3), (1.0, 0.3), (0.4, 0.3), (0.1, 0.5), (0.1, 0.8), (0.0, 1.0), (0.0, 1.0))
# Directions at a point: over all parameters, which any wrong gradient shows in, and along single ones: more of these at
# the second point, since a message should name one.
DENSE, SINGLE, SINGLE_TO_CONFIRM = 2, 1, 12
AGREEING, PROVEN = 2, 2  # points: one alone may be a kink that was not seen, or a place where a mistake does not show
OFF = 2e-3  # of the measured slope: rounding is far below it, mistakes are far above
DECIDED = 0.05  # the error of a measurement that may decide, of the slope; a mistake must exceed three times its error
SHARE_OF_NORM = 0.05  # slopes below this part of the gradient's length count as so long
VANISHED = 1e-10  # slopes that are all smaller say nothing: every unit is saturated there
MOVES = (20.0, -20.0)  # far beyond the other weights, in both directions: wakes a ReLU that is asleep on every row
IDLE = 0.75  # some units of an honest network may be dead for good, but hardly three of four

PROBED_LOSS = "loss = mean of (model(row) - target) ** 2 over the rows; loss.backward()"


@dataclass(frozen=True)
class _Slope:
    """A direction, shape (parameters,), the slope along it by backward(), and the measured one."""

    direction: Numbers
    yours: float
    measured: float
    off: bool
    decided: bool
    single: bool = False


@dataclass(frozen=True)
class _Point:
    """Where slopes were compared: the parameters' values, shape (parameters,), the dtype that the numbers have or show,
    and a fault that stopped it."""

    at: Numbers
    slopes: tuple[_Slope, ...] = ()
    dtype: str = "float64"
    fault: Finding | None = None

    @property
    def off(self) -> list[_Slope]:
        """The slopes that are proven wrong."""
        return [slope for slope in self.slopes if slope.off]

    @property
    def agrees(self) -> bool:
        """Whether every direction over all parameters is decided, and none is off."""
        dense = self.slopes[:DENSE]
        return bool(dense) and not self.off and all(slope.decided for slope in dense)


def faults_of(model: Model) -> Finding | None:
    """What is wrong with the parameters or with their gradients; None if all is well. Raises ProtocolError."""
    if not model.count:
        return Finding.wrong(f"model.{model.names.parameters}() is empty: it must list every value that is trained")
    members = range(model.count)
    chosen = tuple(members)
    if model.count > LARGEST_SAMPLE:
        chosen = tuple(sorted(model.context.rng.sample(members, LARGEST_SAMPLE)))
    read = _read(model, chosen)
    if isinstance(read, Finding):
        return read
    start, dtype = read
    fault = _examined(model, chosen, start, dtype)
    changed = lookup_table_test.same_again(model, chosen, start)
    return fault if fault is not None and fault.status is not Verdict.NEEDS_REVIEW else changed or fault


def _examined(model: Model, chosen: Sequence[int], start: Numbers, dtype: str) -> Finding | None:
    effects = _effects(model, chosen, start)
    if isinstance(effects, Finding):
        return effects
    fault = lookup_table_test.faults(model, chosen, start, effects)
    if fault is not None and fault.status is not Verdict.NEEDS_REVIEW:
        return fault
    return _slopes(model, chosen, start, dtype) or fault


def _read(model: Model, chosen: Sequence[int]) -> tuple[Numbers, str] | Finding:
    program = Program()
    listed = program.recall(PARAMETERS)
    for index in chosen:
        program.get(program.operate("item", listed, index), model.names.value, "parameter")
    outcome = model.context.ask([program])[0]
    where = f"model.{model.names.parameters}()[{chosen[min(len(outcome.answers), len(chosen) - 1)]}]"
    if isinstance(outcome.failure, MissingName):
        return _no_value(model, where, f"`{escape_controls(outcome.failure.owner)}` has no `{model.names.value}`")
    if outcome.failure is not None:
        return failed(model, outcome.failure, where)
    found, dtype = [], "float64"
    for index, answer in zip(chosen, outcome.answers, strict=True):
        where = f"model.{model.names.parameters}()[{index}].{model.names.value}"
        try:
            number = as_number(answer)
        except UnexpectedType as refusal:
            return _no_value(model, where, refusal.of("it"))
        found.append(number.value)
        dtype = coarsest((dtype, number.dtype))
    if not np.isfinite(found).all():
        return Finding.wrong("a parameter of the trained model is infinite")
    return np.array(found), dtype


def _no_value(model: Model, where: str, why: str) -> Finding:
    flat = f"{model.names.parameters}() must return a flat list that contains only values"
    return Finding.wrong(f"{where} is not one of your values ({why}): {flat}")


def _effects(model: Model, chosen: Sequence[int], start: Numbers) -> Numbers | Finding:
    """What moving each parameter alone does to the predictions, shape (parameters, rows); infinite where a prediction
    fails. A finding where all parameters, or most, change no prediction however far they are moved."""
    at = start + drawn(model, len(chosen), NOISE)
    effects = np.zeros((len(chosen), len(model.rows)))
    idle = list(range(len(chosen)))
    for by in MOVES:
        found = _moved(model, chosen, at, idle, by)
        if isinstance(found, Finding):
            return found
        effects[idle] = found
        idle = [place for place in idle if not effects[place].any()]
        if len(idle) <= IDLE * len(chosen):
            return effects
    listed = f"{model.names.parameters}()"
    message = (
        f"no parameter affects the prediction: changing any of the {len(idle)} in {listed} has no effect"
        if len(idle) == len(chosen)
        else f"{len(idle)} of {len(chosen)} parameters in {listed} do not affect the prediction: changing them has no "
        "effect"
    )
    return Finding.wrong(message, Evidence(call=called(model.rows[0])))


def _moved(model: Model, chosen: Sequence[int], at: Numbers, places: Sequence[int], by: float) -> Numbers | Finding:
    """By how much the predictions change where the parameters at `places` are moved alone, shape (places, rows)."""
    programs = [ModelProgram(model, chosen, at)]
    for before, place in zip([None, *places], places, strict=False):
        put_back = [] if before is None else [(chosen[before], float(at[before]))]
        moved = [*put_back, (chosen[place], float(at[place]) + by)]
        programs.append(ModelProgram(model, [index for index, _ in moved], [value for _, value in moved]))
    for program in programs:
        program.predict()
    still, *outcomes = model.context.ask(programs)
    if still.failure is not None:
        return failed(model, still.failure, called(model.rows[0]))
    before_move = numbers(still)
    found = np.full((len(places), len(model.rows)), np.inf)
    for effect, outcome in zip(found, outcomes, strict=True):
        after = numbers(outcome)
        if after == before_move:
            effect[:] = 0.0
        elif outcome.failure is None and len(after) == len(before_move) == len(model.rows):
            effect[:] = np.subtract(after, before_move)
    return np.where(np.isnan(found), np.inf, found)


def _slopes(model: Model, chosen: Sequence[int], start: Numbers, dtype: str) -> Finding | None:
    wrong: list[_Point] = []
    agreeing = 0
    for shrink, noise in POINTS:
        at = shrink * start + drawn(model, len(chosen), noise)
        point = _compare(model, chosen, at, dtype, SINGLE_TO_CONFIRM if wrong else SINGLE)
        if point.fault is not None:
            return point.fault
        dtype = point.dtype
        if point.off:
            wrong.append(point)
        agreeing += point.agrees
        if len(wrong) == PROVEN:
            return _wrong_gradient(model, chosen, wrong[-1])
        if agreeing == AGREEING and not wrong:
            return None
    return Finding(
        Verdict.NEEDS_REVIEW,
        0.0,
        "the slopes of the loss could not be measured reliably at any point, so the grader cannot check the gradients; "
        "your instructor will mark this",
    )


def _compare(model: Model, chosen: Sequence[int], at: Numbers, dtype: str, singles: int) -> _Point:
    """The slopes at one point, along directions over all parameters and along single ones."""
    rng = model.context.rng
    dense = [np.array([rng.gauss(0, 1) for _ in chosen]) for _ in range(DENSE)]
    along = [direction / np.linalg.norm(direction) for direction in dense]
    along += [np.eye(len(chosen))[place] for place in rng.sample(range(len(chosen)), min(singles, len(chosen)))]
    programs = [_backward(model, chosen, at), *(_line(model, chosen, at, direction) for direction in along)]
    first, *lines = model.context.ask(programs)
    if first.failure is not None:
        unlucky = isinstance(first.failure, StudentException) and first.failure.type in OVERFLOWS
        return _Point(at, dtype=dtype, fault=None if unlucky else failed(model, first.failure, PROBED_LOSS))
    found = []
    for index, answer in zip(chosen, first.answers, strict=True):
        if not isinstance(answer, Number):
            try:
                answer = as_number(answer)
            except UnexpectedType as refusal:
                message = refusal.of(f"model.{model.names.parameters}()[{index}].{model.names.gradient}")
                return _Point(at, fault=Finding.wrong(message, Evidence(call=PROBED_LOSS)))
        found.append(answer.value)
        dtype = coarsest((dtype, answer.dtype))
    gradient = np.array(found)

    def measured() -> list[_Slope]:
        return [_slope(model, gradient, line, outcome, dtype) for line, outcome in zip(along, lines, strict=True)]

    slopes = measured()
    if dtype == "float64" and any(slope.single for slope in slopes):
        # What rounds to float32 inside does so everywhere: a line too short to show it is measured no better.
        dtype = "float32"
        slopes = measured()
    if max(max(abs(slope.yours), abs(slope.measured)) for slope in slopes) < VANISHED:
        slopes = []
    return _Point(at, tuple(slopes), dtype)


def _backward(model: Model, chosen: Sequence[int], at: Numbers) -> Program:
    """Sets the parameters, builds the mean squared error of the student's values, goes back, reports the gradients."""
    program = ModelProgram(model, chosen, at)
    for value in program.values:
        program.set(value, model.names.gradient, 0.0)
    total = None
    for row, target in zip(model.rows, model.targets, strict=True):
        error = program.operate("-", program.call(program.model, "__call__", [list(row)]), float(target))
        square = program.operate("**", error, 2)
        total = square if total is None else program.operate("+", total, square)
    program.call(program.operate("/", total, len(model.rows)), model.names.backward)
    for value in program.values:
        program.get(value, model.names.gradient, "gradient")
    return program


def _line(model: Model, chosen: Sequence[int], at: Numbers, direction: Numbers) -> Program:
    """Predictions at every rung of the oracle's ladder along a direction; then the parameters are put back."""
    program = ModelProgram(model, chosen, at)
    moved = np.flatnonzero(direction)
    for offset in offsets(0.0, 0):
        program.move(moved, at + offset * direction)
        program.predict()
    program.move(moved, at)
    return program


def _slope(model: Model, gradient: Numbers, direction: Numbers, outcome: ProgramResult, dtype: str) -> _Slope:
    yours = float(gradient @ direction)
    try:
        found = [as_number(answer) for answer in outcome.answers]
    except UnexpectedType:
        found = []
    if outcome.failure is not None or not found:
        return _Slope(direction, yours, 0.0, False, False)
    dtype = coarsest((dtype, *(number.dtype for number in found)))
    predictions = np.array([number.value for number in found]).reshape(-1, len(model.rows))
    heights = mean_squared_error(predictions, model.targets)
    measured = estimate(0.0, heights.tolist(), 0, dtype)
    scale = max(abs(yours), abs(measured.value), SHARE_OF_NORM * float(np.linalg.norm(gradient)))
    decided = not measured.kink and measured.error <= DECIDED * scale
    off = decided and abs(yours - measured.value) > 3 * measured.error + OFF * scale
    if not np.isfinite(yours):
        off, decided = not measured.kink, True
    return _Slope(direction, yours, measured.value, off, decided, measured.single)


def _wrong_gradient(model: Model, chosen: Sequence[int], point: _Point) -> Finding:
    single = [slope for slope in point.off if np.count_nonzero(slope.direction) == 1]
    tried = [slope for slope in point.slopes[DENSE:] if slope.decided]
    worst = max(single or point.off, key=lambda slope: abs(slope.yours - slope.measured))
    yours, measured = display.pair(worst.yours, worst.measured)
    where, at = "the slope of the loss along a random direction over all parameters", {}
    if single:
        place = int(np.flatnonzero(worst.direction)[0])
        name = f"model.{model.names.parameters}()[{chosen[place]}]"
        where = f"{name}.{model.names.gradient}"
        at = {f"{name}.{model.names.value}": display.number(float(point.at[place]))}
    evidence = Evidence(
        call=PROBED_LOSS, case=at, yours=yours, numerical=measured, worst=where, wrong_cases=len(single),
        all_cases=len(tried),
    )  # fmt: skip
    hint = "If the exercise of your engine lost points, fix that first."
    if any(slope.yours == 0 for slope in single):
        cut = f"Is a value made anew from `.{model.names.value}`, without a link to the graph?"
        hint = f"Some gradients are 0 but should not be. {cut} {hint}"
    message = (
        f"`{model.names.backward}` leaves wrong gradients in the parameters: they differ from the slopes of the loss "
        "measured by moving the parameters"
    )
    return Finding.wrong(message, evidence, hint)
