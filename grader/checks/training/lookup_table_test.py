"""Is a model a lookup table that poses as a network? What its parameters do shows it, however they are disguised.

Each test looks for what every network has and a table lacks, at parameters drawn anew until it is seen; a model is
called a table only where it is never seen. No test depends on how a network was trained, or on the weights it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import comb

import numpy as np

from grader.checks.base import Finding
from grader.checks.training.between_rows import IS_A_TABLE, Numbers, Row, called
from grader.checks.training.trained_model import Model, ModelProgram, broken, drawn, grid
from grader.model import Evidence, Verdict

Chosen = Sequence[int]
"""The numbers of the parameters that are moved, as the model lists them."""

FEWEST = 3  # with fewer parameters there is no half whose direction could turn
ROUNDING = 1.2e-7  # of float32, hidden or not: no test may take it for a sign of anything

# Do parameters act together? Of two small nets without biases, the worst of 230 styles, half show it at one drawing: a
# chance of 2**-40 that one never does. Where fewer than half of the drawings give finite numbers, too little was seen.
TOGETHER_TRIES, TOGETHER_SEEN = 40, 20
GROUPS = 3  # the components of a direction; it takes two to turn
PLACES = 4  # points between the rows; a ReLU unit may be asleep at one of them
REACH = 1.5  # of parameters that are drawn: units neither saturate nor are straight lines there
STEP = 0.005  # short enough for TURNED, long enough for SEEN
TURNED = 0.05  # the sine of an angle; a table's is below 0.01 at this step
SEEN = 100.0  # times the rounding, so that it turns a difference by 0.01 at most: shorter ones tell no direction

# How many shapes are the answers made of? 98 % of small nets show enough in two batches; there are five times as many,
# and two more sets of points in case the first ones lie badly.
SETS_OF_POINTS, BATCHES, BATCH = 3, 10, 8
FEWEST_HEIGHTS = 40  # half of what the batches hold: with less, too little was seen
SCALES = (2.0, 0.7)  # of the parameters, in turn: large ones bend the shapes, small ones keep a last sigmoid undoable
INDEPENDENT = 3e-5  # of the largest singular value; float32 leaves 1e-6, the least of 230 styles is above 1e-4 in time
SHORTEST = 1e-6  # rows of answers shorter than this are rounding, and must not be scaled up
# Sigmoid and tanh are undone up to an input of 5 (as sigmoid(z) is (1 + tanh(z / 2)) / 2, 2.5 for tanh): there they are
# steeper than 0.006, so that float32's 6e-8 become 1e-5 of an input of 5: 2e-6 of it, below INDEPENDENT.
UNIT, SIGNED = (0.007, 0.993), 0.986
FEW = 3  # rows that can be undone in the first batch: with fewer, the last activation is probably another one
DRAWS = 4  # of points, of which the best are taken: the worst of one drawing may lie nearly on a line

# Does each row have parameters of its own?
# What a parameter may do to other rows, as a part of what it does to its own: smooth tables reach over a bit.
OWN = 0.05
CONFIRMED = 3  # times that it must be seen, each from other weights: a ReLU unit is seldom awake on one same row in all
OWN_MOVES = (0.5, 5.0)  # the least and the most that it is moved: gently, and far beyond the other weights

NEAR = 1e-5  # of the box
LEAP = 0.05  # of the range of the answers: a slope of 5,000 ranges a box, where weights below 2 make some tens
SMALLEST_RANGE = 1e-6  # answers whose range is smaller are constant, and a leap in them is rounding
NUDGE = 1e-7  # relative: the parameters are no longer the same numbers, and a network's answers change as little
STILL = 0.01  # of the range of the answers: far above what NUDGE and rounding change, far below a row that is corrected
TELLS_APART = 0.8  # the part of the targets' variance that answers explain, where a network at 0 explains none
CONSTANT = 1e-3  # answers whose range is smaller do not tell rows apart, and what they explain is rounding


def faults(model: Model, chosen: Chosen, start: Numbers, effects: Numbers) -> Finding | None:
    """Why the model is a table; None for a network. `start` are the chosen parameters, shape (parameters,), `effects`
    what moving each of them did to the answers, shape (parameters, rows)."""
    if len(chosen) < FEWEST:
        return None
    return (
        _changing(model, chosen, start)
        or _knowing(model, chosen)
        or _own_rows(model, chosen, effects)
        or _alone(model, chosen)
        or _few_shapes(model, chosen)
    )


def same_again(model: Model, chosen: Chosen, start: Numbers) -> Finding | None:
    """Whether the model still answers as it did after its training, with the same parameters; they stay set to them."""
    program = ModelProgram(model, chosen, start)
    program.predict()
    return _still(model, grid(model.context.ask([program])[0], len(model.rows)))


def _still(model: Model, found: Numbers) -> Finding | None:
    spread = max(1.0, float(np.ptp(model.predictions)))
    for answers in found:
        off = int(np.argmax(np.abs(answers - model.predictions)))
        if abs(answers[off] - model.predictions[off]) > STILL * spread:
            yours, before = f"{answers[off]:.6g}", f"{model.predictions[off]:.6g}"
            return Finding.wrong(
                "called again with the same parameters, the model gives a different answer",
                Evidence(call=called(model.rows[off]), yours=yours, expected=before),
            )
    return None


def _changing(model: Model, chosen: Chosen, start: Numbers) -> Finding | None:
    """Whether answers depend on being examined: on the number of calls, or on a parameter's last digit."""
    program = ModelProgram(model, chosen, start)
    program.predict()
    program.move(range(len(start)), start + drawn(model, len(start), NUDGE) * (1 + np.abs(start)))
    program.predict()
    return _still(model, grid(model.context.ask([program])[0], len(model.rows)))


def _knowing(model: Model, chosen: Chosen) -> Finding | None:
    """Whether rows are known apart from the parameters: right with all of them at 0, or unlike the points next to them.

    With every weight at 0, a network gives all rows one answer; with any weights, it is continuous at them.
    """
    count, columns = len(chosen), 2 * len(model.rows) + PLACES
    low, high = np.min(model.rows, axis=0), np.max(model.rows, axis=0)
    inward = np.array([model.context.rng.uniform(0.5, 1) for _ in low]) * NEAR
    near = [(np.asarray(row) + inward * ((low + high) / 2 - np.asarray(row))).tolist() for row in model.rows]
    places = _inside(model, PLACES)
    empty, program = ModelProgram(model, chosen, np.zeros(count)), ModelProgram(model, chosen, np.zeros(count))
    empty.predict()
    for scale in SCALES:
        program.move(range(count), drawn(model, count, scale))
        for rows in (model.rows, near, places):
            program.predict([[float(entry) for entry in row] for row in rows])
    at_zero, beside = model.context.ask([empty, program])
    for answers in grid(at_zero, len(model.rows)) if count == model.count else ():
        if np.ptp(answers) > CONSTANT and np.corrcoef(answers, model.targets)[0, 1] ** 2 > TELLS_APART:
            case = {called(row): f"{value:.4g}" for row, value in zip(model.rows, answers, strict=True)}
            return Finding.wrong(
                f"with every value in {model.names.parameters}() set to 0, the model still gives the right answers: "
                "they do not come from its parameters",
                Evidence(case=case),
            )
    return broken(model, beside) or _leaping(model, near, grid(beside, columns))


def _leaping(model: Model, near: Sequence[Row], found: Numbers) -> Finding | None:
    """Whether the answer to some row is far from that to the point next to it. `found` has shape (settings, points)."""
    at_rows, beside = found[:, : len(near)], found[:, len(near) : 2 * len(near)]
    leaps = np.abs(at_rows - beside) > LEAP * np.maximum(np.ptp(found, axis=1, keepdims=True), SMALLEST_RANGE)
    if not leaps.any():
        return None
    which, at = (int(index) for index in np.argwhere(leaps)[0])
    case = {called(near[at]): f"{beside[which, at]:.6g}", called(model.rows[at]): f"{at_rows[which, at]:.6g}"}
    return Finding.wrong(
        f"the model's answer to a row is far from its answer to the point next to it: {IS_A_TABLE}",
        Evidence(call=called(near[at]), case=case),
    )


def _own_rows(model: Model, chosen: Chosen, effects: Numbers) -> Finding | None:
    """Whether each row has parameters that change its answer alone, whatever the other parameters are.

    A ReLU unit may be awake on one row; with other weights it is awake elsewhere.
    """
    owners = {place: int(np.argmax(np.abs(moved))) for place, moved in enumerate(effects) if _is_own(moved)}
    if set(owners.values()) != set(range(len(model.rows))):
        return None
    places, count = list(owners), len(chosen)
    program = ModelProgram(model, chosen, np.zeros(count))
    for _ in range(2 * CONFIRMED):
        at = drawn(model, count, REACH)
        program.move(range(count), at)
        program.predict()
        for place in places:
            by = model.context.rng.choice((-1, 1)) * model.context.rng.uniform(*OWN_MOVES)
            program.move([place], at + by)
            program.predict()
            program.move([place], at)
    found = grid(model.context.ask([program])[0], len(model.rows))
    if len(found) < 2 * CONFIRMED * (len(places) + 1):
        return None
    moved = found.reshape(2 * CONFIRMED, len(places) + 1, -1)
    moved = moved[:, 1:] - moved[:, :1]
    kept = set()
    for index, place in enumerate(places):
        seen = [one for one in moved[:, index] if np.max(np.abs(one)) > ROUNDING]
        own = [_is_own(one) and int(np.argmax(np.abs(one))) == owners[place] for one in seen]
        if len(own) >= CONFIRMED and all(own):
            kept.add(owners[place])
    if len(kept) < len(model.rows):
        return None
    return Finding.wrong(
        f"each row has values in {model.names.parameters}() that change its answer alone: {IS_A_TABLE}",
        Evidence(call=called(model.rows[0])),
    )


def _is_own(moved: Numbers) -> bool:
    small, large = np.sort(np.abs(moved))[-2:]
    return bool(np.isfinite(moved).all() and large > ROUNDING and small <= OWN * large)


def _alone(model: Model, chosen: Chosen) -> Finding | None:
    """Whether no two parameters act together: f = h(a(p) + b(q) + …), whatever these functions are.

    Then the direction in which half of the parameters change an answer is the same however the others are set; of
    weights in layers, it is not. This finds fixed features, however many, and through any last activation.
    """
    count, seen = len(chosen), 0
    for _ in range(TOGETHER_TRIES):
        order = model.context.rng.sample(range(count), count)
        moved, rest = order[: max(2, count // 2)], order[max(2, count // 2) :]
        groups = [moved[k::GROUPS] for k in range(min(GROUPS, len(moved)))]
        sides = np.array([model.context.rng.choice((-1, 1)) * model.context.rng.uniform(0.5, 1.5) for _ in order])
        points, at = _inside(model, PLACES), drawn(model, count, REACH)
        other = at.copy()
        other[rest] = drawn(model, len(rest), REACH)
        programs = []
        for base in (at, other):
            program = ModelProgram(model, chosen, base)
            for before, group in pairwise([[], *groups]):
                program.move(before, base)
                for side in (STEP, -STEP):
                    program.move(group, base + side * sides)
                    program.predict(points)
            programs.append(program)
        outcomes = model.context.ask(programs)
        fault = broken(model, outcomes[0]) or broken(model, outcomes[1])
        if fault is not None:
            return fault
        one, two = (grid(outcome, PLACES) for outcome in outcomes)
        if len(one) == len(two) == 2 * len(groups):
            seen += 1
            if _turned(one, two):
                return None
    if seen < TOGETHER_SEEN:
        return _unseen()
    return Finding.wrong(
        f"no two values in {model.names.parameters}() act together: each adds its own part to the answers. This is a "
        "lookup table, or the hidden layer is not among the parameters: in a network, the output of one layer is "
        "multiplied by the weights of the next",
        Evidence(call=called(model.rows[0])),
    )


def _unseen() -> Finding:
    return Finding(
        Verdict.NEEDS_REVIEW,
        0.0,
        "with other parameter values, the model gives hardly any numbers between the rows, so the grader cannot tell "
        "whether it is a network; your instructor will mark it",
    )


def _turned(one: Numbers, other: Numbers) -> bool:
    """Whether at some point the answers change in another direction.

    Both have shape (2 * groups, points), in which rows alternate between up and down.
    """
    least = SEEN * ROUNDING * max(float(np.max(np.abs(one))), float(np.max(np.abs(other))))
    for first, second in zip((one[::2] - one[1::2]).T, (other[::2] - other[1::2]).T, strict=True):
        lengths = float(np.linalg.norm(first)), float(np.linalg.norm(second))
        if min(lengths) > least:
            across = np.outer(first, second) - np.outer(second, first)
            if float(np.linalg.norm(across)) > TURNED * 2**0.5 * lengths[0] * lengths[1]:
                return True
    return False


def _few_shapes(model: Model, chosen: Chosen) -> Finding | None:
    """Whether all the answers between the rows are sums of no more shapes than a table has entries, and one.

    The units of a network are shapes of their own wherever their weights are. A product of two units has all shapes
    of second degree, so fewer than those make a table. The last activation is undone where it is sigmoid or tanh.
    """
    inputs, count = len(model.rows[0]), len(chosen)
    maximum = min(len(model.rows) + 1, comb(inputs + 2, 2) - 1)
    for _ in range(SETS_OF_POINTS):
        points = _well_placed(model, maximum + 2)
        heights = np.zeros((0, maximum + 2))
        for batch in range(BATCHES):
            program = ModelProgram(model, chosen, np.zeros(count))
            for number in range(BATCH):
                program.move(range(count), drawn(model, count, SCALES[number % 2]))
                program.predict(points)
            outcome = model.context.ask([program])[0]
            fault = broken(model, outcome)
            if fault is not None:
                return fault
            heights = np.vstack([heights, grid(outcome, maximum + 2)])
            if len(heights) > maximum and not any(
                _is_sum_of_few(shapes, maximum, patient=batch == 0) for shapes in _undone(heights)
            ):
                return None
    if len(heights) < FEWEST_HEIGHTS:
        return _unseen()
    message = (
        f"whatever the values in {model.names.parameters}() are, the answers between the rows are weighted sums of the "
        f"same shapes, {maximum} at most: this is a smoothed lookup table, not a network"
    )
    return Finding.wrong(message, Evidence(call=called(points[0])))


def _undone(heights: Numbers) -> list[Numbers]:
    """The answers themselves, and what went into a sigmoid or tanh where all of a setting could come out of one.

    Shape (settings, points), fewer settings in the second and third.
    """
    unit = heights[((heights > UNIT[0]) & (heights < UNIT[1])).all(axis=1)]
    signed = heights[(np.abs(heights) < SIGNED).all(axis=1)]
    return [heights, np.log(unit / (1 - unit)), np.arctanh(signed)]


def _is_sum_of_few(shapes: Numbers, maximum: int, patient: bool) -> bool:
    """Whether these rows span no more than `maximum` dimensions; too few rows count as such while `patient`."""
    if len(shapes) <= maximum:
        return patient and len(shapes) >= FEW
    lengths = np.linalg.norm(shapes, axis=1, keepdims=True)
    sizes = np.linalg.svd(shapes / np.where(lengths > SHORTEST, lengths, 1.0), compute_uv=False)
    return bool(sizes[maximum] <= INDEPENDENT * sizes[0])


def _inside(model: Model, count: int) -> Numbers:
    """Points inside the box, away from its sides; shape (count, inputs)."""
    low, high = np.min(model.rows, axis=0), np.max(model.rows, axis=0)
    share = [[model.context.rng.uniform(0.05, 0.95) for _ in low] for _ in range(count)]
    return np.asarray(low + np.array(share) * (high - low), np.float64)


def _well_placed(model: Model, count: int) -> Numbers:
    """Points at which functions of second degree differ well: the best of some drawings; shape (count, inputs)."""
    low, high = np.min(model.rows, axis=0), np.max(model.rows, axis=0)

    def told_apart(points: Numbers) -> float:
        at = np.column_stack([np.ones(count), 2 * (points - low) / (high - low) - 1])
        pairs = [at[:, i] * at[:, j] for i in range(at.shape[1]) for j in range(i, at.shape[1])]
        return float(np.linalg.svd(np.array(pairs), compute_uv=False)[min(len(pairs), count) - 1])

    return max((_inside(model, count) for _ in range(DRAWS)), key=told_apart)
