"""A wrong derivative of numbers along one input, beside the true one: what a picture of it needs."""

from __future__ import annotations

import math
from contextlib import suppress

import numpy as np

from grader.checks.base import CheckContext
from grader.checks.code.gradient_spec import Spec
from grader.checks.code.gradient_trials import plain
from grader.checks.program import Trial
from grader.checks.trials import expecting, members_of
from grader.maths.domains import Case, Domain
from grader.maths.rounding import gradients_of
from grader.model import DerivativeCurve
from grader.sandbox.answers import UnexpectedType
from grader.sandbox.requests import Request

POINTS = 25  # enough for a smooth line, few enough for a report
FEWEST = 8  # points with two finite numbers, without which there is no line
# Of an input that keeps away from 0, where derivatives grow without bound: a line from far to near shows nothing else.
NEARER, FARTHER = 0.4, 2.5
DIGITS = 5


def derivative_curve(spec: Spec, trial: Trial, member: int, context: CheckContext) -> DerivativeCurve | None:
    """One part of the gradient at points around those of a trial; None where that is not a function of numbers."""
    of = spec.formula
    if of is None or any(np.shape(value) for value in trial.case.values()):
        return None
    along = spec.wrt[member]
    at = float(trial.case[along])
    xs = [float(x) for x in np.linspace(*_interval(spec.inputs[along], at), POINTS)]
    cases: list[Case] = [{**trial.case, along: x} for x in xs]
    asked = [plain(spec, case) for case in cases]
    outcomes = context.answers(Request(context.file, [one.program for one in asked], first=True))
    points: list[tuple[float, float, float]] = []
    for x, case, one, outcome in zip(xs, cases, asked, outcomes, strict=True):
        if outcome.failure is None:
            with suppress(UnexpectedType, ArithmeticError, ValueError):
                expected = gradients_of(of, case, np.asarray(case[spec.upstream], np.float64), spec.wrt)
                yours = members_of(outcome.answers[0], expecting(one, expected))[member]
                points.append((_short(x), _short(float(yours.values)), _short(float(expected[member].values))))
    points = [point for point in points if all(map(math.isfinite, point))]
    if len(points) < FEWEST:
        return None
    shown, yours_there, expected_there = zip(*points, strict=True)
    return DerivativeCurve(spec.members[member][0], along, shown, yours_there, expected_there, at)


def _interval(domain: Domain, at: float) -> tuple[float, float]:
    """Where the input is drawn from, on the side of 0 where it is."""
    if domain.between is None:
        return at - 1, at + 1
    low, high = domain.between
    if domain.sign == "any" and low == 0:
        return min(-high, at), max(high, at)
    if domain.sign is not None or low > 0:
        ends = sorted((NEARER * at, FARTHER * at)) if at else (-high, high)
        return ends[0], ends[1]
    return min(low, at), max(high, at)


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
