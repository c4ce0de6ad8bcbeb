"""How often a right derivative is called wrong: our oracle, the usual fixed check and numdifftools on exact ones."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from grader.checks.code.own_derivative import USABLE
from grader.maths import numerical_derivative
from grader.maths.compare import mismatch
from grader.maths.complex_step import vector_jacobian
from grader.maths.formula import Formula, parse
from grader.maths.numerical_derivative import Estimate

SEED = 20260101
POINTS = 60  # drawn for every function in every group it belongs to
RTOL = 1e-6
FIXED_STEP, FIXED_RTOL, FIXED_FLOOR = 1e-5, 1e-5, 1e-8
DELTAS = [10 ** (exponent / 20) for exponent in range(-180, -19)]  # 1e-9 to 1e-1, twenty a decade
GOAL_DETECTED = 2e-6

ORDINARY, TINY, LARGE = "ordinary points", "tiny |x|", "large |x|"
CANCELLING, FAST, KINKED = "cancellation", "steep or oscillating", "near kinks"
GROUPS = (ORDINARY, TINY, LARGE, CANCELLING, FAST, KINKED)

Draw = Callable[[Random], float]


def between(low: float, high: float) -> Draw:
    """Evenly between two numbers."""
    return lambda rng: rng.uniform(low, high)


def magnitude(low: float, high: float, signs: Sequence[int] = (1, -1)) -> Draw:
    """Evenly on the logarithmic scale, of any of the signs."""
    return lambda rng: rng.choice(signs) * 10 ** rng.uniform(math.log10(low), math.log10(high))


def beside(*kinks: float) -> Draw:
    """At a distance of 1e-3 to 1e-1 from one of the kinks, on either side."""
    aside = magnitude(1e-3, 1e-1)
    return lambda rng: rng.choice(kinks) + aside(rng)


ANY, ABOVE = magnitude(0.3, 5), magnitude(0.3, 5, (1,))
NEAR_0, ABOVE_0 = magnitude(1e-6, 1e-2), magnitude(1e-6, 1e-2, (1,))
FAR_OUT, FAR_ABOVE = magnitude(50, 1e5), magnitude(50, 1e5, (1,))
WHOLE_LINE: dict[str, Draw] = {ORDINARY: ANY, TINY: NEAR_0, LARGE: FAR_OUT}
HALF_LINE: dict[str, Draw] = {ORDINARY: ABOVE, TINY: ABOVE_0, LARGE: FAR_ABOVE}
BOUNDED: dict[str, Draw] = {ORDINARY: ANY, TINY: NEAR_0}

# A function, its exact derivative written so that it loses no digits, and the groups with the points to draw in each.
FUNCTIONS: tuple[tuple[str, str, dict[str, Draw]], ...] = (
    # polynomials
    ("3 * x + 2", "3 + 0 * x", WHOLE_LINE),
    ("x ** 2", "2 * x", WHOLE_LINE),
    ("x ** 2 - 3 * x + 1", "2 * x - 3", WHOLE_LINE),
    ("x ** 3 - 2 * x", "3 * x ** 2 - 2", WHOLE_LINE),
    ("0.5 * x ** 4 + x", "2 * x ** 3 + 1", WHOLE_LINE),
    ("x ** 5 - x ** 3 + x", "5 * x ** 4 - 3 * x ** 2 + 1", WHOLE_LINE),
    ("(2 * x - 1) ** 6", "12 * (2 * x - 1) ** 5", WHOLE_LINE),
    # quotients and powers
    ("1 / x", "-1 / x ** 2", WHOLE_LINE),
    ("x / (1 + x ** 2)", "(1 - x ** 2) / (1 + x ** 2) ** 2", WHOLE_LINE),
    ("1 / (1 + x ** 2)", "-2 * x / (1 + x ** 2) ** 2", WHOLE_LINE),
    ("x ** (-2)", "-2 * x ** (-3)", WHOLE_LINE),
    ("x ** (-3)", "-3 * x ** (-4)", WHOLE_LINE),
    ("x ** 0.5", "0.5 * x ** (-0.5)", HALF_LINE),
    ("x ** 1.5", "1.5 * x ** 0.5", HALF_LINE),
    ("x ** 2.7", "2.7 * x ** 1.7", HALF_LINE),
    ("x ** (-0.5)", "-0.5 * x ** (-1.5)", HALF_LINE),
    ("x ** (-1.5)", "-1.5 * x ** (-2.5)", HALF_LINE),
    # elementary functions and their compositions
    ("sin(x)", "cos(x)", WHOLE_LINE),
    ("cos(x)", "-sin(x)", WHOLE_LINE),
    ("tan(x)", "1 / cos(x) ** 2", {ORDINARY: between(-1.3, 1.3), TINY: NEAR_0, FAST: between(1.4, 1.565)}),
    ("exp(x)", "exp(x)", {**BOUNDED, LARGE: magnitude(20, 200)}),
    ("log(x)", "1 / x", HALF_LINE),
    ("sqrt(x)", "0.5 / sqrt(x)", HALF_LINE),
    ("tanh(x)", "4 / (exp(x) + exp(-x)) ** 2", {**BOUNDED, LARGE: magnitude(8, 16)}),
    ("sigmoid(x)", "exp(-x) / (1 + exp(-x)) ** 2", {**BOUNDED, LARGE: magnitude(15, 30)}),
    ("exp(-(x ** 2))", "-2 * x * exp(-(x ** 2))", BOUNDED),
    ("log(1 + exp(x))", "1 / (1 + exp(-x))", {**BOUNDED, LARGE: magnitude(15, 30)}),
    ("sqrt(1 + x ** 2)", "x / sqrt(1 + x ** 2)", WHOLE_LINE),
    ("x * sin(x)", "sin(x) + x * cos(x)", BOUNDED),
    ("x * exp(-x)", "(1 - x) * exp(-x)", BOUNDED),
    ("x * log(x)", "log(x) + 1", HALF_LINE),
    ("exp(sin(x))", "cos(x) * exp(sin(x))", BOUNDED),
    ("sin(x ** 2)", "2 * x * cos(x ** 2)", BOUNDED),
    ("sin(x) * tanh(x)", "cos(x) * tanh(x) + 4 * sin(x) / (exp(x) + exp(-x)) ** 2", BOUNDED),
    ("log(1 + x ** 2)", "2 * x / (1 + x ** 2)", WHOLE_LINE),
    ("cos(x) / (2 + sin(x))", "-(1 + 2 * sin(x)) / (2 + sin(x)) ** 2", BOUNDED),
    ("x * sigmoid(x)", "1 / (1 + exp(-x)) + x * exp(-x) / (1 + exp(-x)) ** 2", BOUNDED),
    # what is left after large terms have cancelled
    ("1e6 + x ** 2", "2 * x", {CANCELLING: ANY}),
    ("1e10 + x ** 3", "3 * x ** 2", {CANCELLING: ANY}),
    ("1e4 + sin(x)", "cos(x)", {CANCELLING: ANY}),
    ("1e6 * x - 1e6 * sin(x)", "2e6 * sin(x / 2) ** 2", {CANCELLING: magnitude(1e-2, 1)}),
    ("exp(x) - 1 - x", "exp(x) - 1", {CANCELLING: magnitude(1e-2, 1)}),
    ("(1 - cos(x)) / x ** 2", "(x * sin(x) - 2 + 2 * cos(x)) / x ** 3", {CANCELLING: ANY}),
    ("x ** 3 - 3 * x ** 2 + 3 * x - 1", "3 * (x - 1) ** 2", {CANCELLING: between(0.9, 1.1)}),
    ("sqrt(x + 1000) - sqrt(1000)", "0.5 / sqrt(x + 1000)", {CANCELLING: ANY}),
    ("sqrt(1 + x ** 2) - x", "-1 / (x ** 2 + 1 + x * sqrt(1 + x ** 2))", {CANCELLING: magnitude(5, 500, (1,))}),
    # fast ones
    ("sin(20 * x)", "20 * cos(20 * x)", {FAST: ANY}),
    ("sin(200 * x)", "200 * cos(200 * x)", {FAST: ANY}),
    ("cos(50 * x) + x", "1 - 50 * sin(50 * x)", {FAST: ANY}),
    ("sin(1 / x)", "-cos(1 / x) / x ** 2", {FAST: magnitude(0.02, 0.2)}),
    ("exp(8 * x)", "8 * exp(8 * x)", {FAST: ANY}),
    ("exp(-5 * x) * sin(20 * x)", "exp(-5 * x) * (20 * cos(20 * x) - 5 * sin(20 * x))", {FAST: magnitude(0.05, 1)}),
    ("tanh(30 * x)", "120 / (exp(30 * x) + exp(-30 * x)) ** 2", {FAST: magnitude(1e-3, 0.2)}),
    ("sigmoid(50 * x)", "50 * exp(-50 * x) / (1 + exp(-50 * x)) ** 2", {FAST: magnitude(1e-3, 0.2)}),
    ("1 / (1e-4 + x ** 2)", "-2 * x / (1e-4 + x ** 2) ** 2", {FAST: magnitude(1e-3, 0.1)}),
    ("x ** 12", "12 * x ** 11", {FAST: ANY}),
    # functions with a kink, at points beside it
    ("relu(x)", "(1 + sign(x)) / 2", {KINKED: beside(0), ORDINARY: ANY}),
    ("relu(x) ** 2 + x", "2 * relu(x) + 1", {KINKED: beside(0)}),
    ("abs(x)", "sign(x)", {KINKED: beside(0), ORDINARY: ANY}),
    ("abs(x - 2)", "sign(x - 2)", {KINKED: beside(2)}),
    ("x * abs(x)", "2 * abs(x)", {KINKED: beside(0)}),
    ("abs(sin(3 * x))", "3 * cos(3 * x) * sign(sin(3 * x))", {KINKED: beside(0, math.pi / 3, -2 * math.pi / 3)}),
    ("relu(x - 1) + relu(-x - 1)", "(sign(x - 1) - sign(-x - 1)) / 2", {KINKED: beside(1, -1)}),
    ("maximum(x, 1) * sin(x)", "(1 + sign(x - 1)) / 2 * sin(x) + maximum(x, 1) * cos(x)", {KINKED: beside(1)}),
    ("maximum(x, x ** 2)", "0.5 + x + (2 * x - 1) * sign(x * (x - 1)) / 2", {KINKED: beside(0, 1)}),
    ("minimum(exp(x), 2)", "exp(x) * (1 - sign(x - log(2))) / 2", {KINKED: beside(math.log(2))}),
    ("exp(-abs(x))", "-sign(x) * exp(-abs(x))", {KINKED: beside(0)}),
)


ACCEPTED, RESAMPLED, FAILED = "accepted", "resampled", "false fail"


@dataclass(frozen=True)
class Point:
    """One exact derivative: a function of one number, where it is taken, and its value in closed form."""

    group: str
    function: Formula
    x: float
    exact: float

    def at(self, x: Any) -> Any:
        """The function at a number or at an array of numbers."""
        return self.function({"x": x})


@dataclass(frozen=True)
class Judged:
    """What each method said of one exact derivative.

    `detected` is the smallest relative error that is proven: inf where none of the grid is, None where the derivative
    is 0 and has no relative error.
    """

    group: str
    ours: str
    fixed_fails: bool
    foreign_fails: bool
    detected: float | None


def main() -> None:
    """Judges every point and prints what was found."""
    started = time.perf_counter()
    points = list(draw_points(Random(SEED)))
    derivative = foreign_derivative()
    judged = [judge(point, derivative) for point in points]
    gap = max(closed_form_gap(point) for point in points)
    print(f"{len(points)} exact derivatives of {len(FUNCTIONS)} functions, seed {SEED}")
    print(f"closed forms against the complex step: largest relative difference {gap:.0e}\n")
    print_fails(judged, derivative is not None)
    print_detected(judged)
    print(f"\n{time.perf_counter() - started:.1f} s")


def draw_points(rng: Random) -> Iterator[Point]:
    """POINTS points for every function in each of its groups."""
    for text, slope_text, places in FUNCTIONS:
        function, slope = parse(text), parse(slope_text)
        for group, draw in places.items():
            for _ in range(POINTS):
                x = np.float64(draw(rng))
                yield Point(group, function, float(x), float(slope({"x": x})))


def judge(point: Point, derivative: Callable[[Point], float] | None) -> Judged:
    """Every method on one point."""
    ladders = [estimate(point, ladder) for ladder in (0, 1)]
    foreign_fails = derivative is not None and differs(point.exact, derivative(point))
    return Judged(point.group, our_verdict(point, ladders), fixed_fails(point), foreign_fails, detected(point, ladders))


def estimate(point: Point, ladder: int) -> Estimate:
    """Our oracle's derivative on one ladder."""
    return numerical_derivative.estimate(
        point.x, point.at(point.x + numerical_derivative.offsets(point.x, ladder)), ladder
    )


def our_verdict(point: Point, ladders: Sequence[Estimate]) -> str:
    """The grader's procedure: accepted on ladder 0, failed when both ladders prove it, else drawn again."""
    first = ladders[0]
    if first.kink or not first.error <= USABLE * RTOL * abs(first.value) + 1e-12:
        return RESAMPLED
    if not far(point.exact, first, abs(first.value)):
        return ACCEPTED
    return FAILED if far(point.exact, ladders[1], abs(ladders[1].value)) else RESAMPLED


def far(claimed: float, found: Estimate, size: float) -> bool:
    """Whether the estimate proves that the claim is wrong."""
    if found.kink or math.isinf(found.error):
        return False
    return mismatch(np.asarray(claimed), np.asarray(found.value), size, RTOL, found.error) is not None


def detected(point: Point, ladders: Sequence[Estimate]) -> float | None:
    """The smallest relative error of the grid that both ladders prove; see Judged."""
    size = abs(point.exact)
    if size == 0:
        return None
    for delta in DELTAS:
        claimed = point.exact * (1 + delta)
        if all(far(claimed, found, size) for found in ladders):
            return delta
    return math.inf


def fixed_fails(point: Point) -> bool:
    """Whether a central difference of the usual step fails the exact derivative."""
    above, below = point.at(np.float64(point.x + FIXED_STEP)), point.at(np.float64(point.x - FIXED_STEP))
    return differs(point.exact, float((above - below) / (2 * FIXED_STEP)))


def differs(exact: float, numerical: float) -> bool:
    """The usual criterion, a relative error above 1e-5; what is not a number differs."""
    return not abs(exact - numerical) / max(abs(exact), abs(numerical), FIXED_FLOOR) <= FIXED_RTOL


def foreign_derivative() -> Callable[[Point], float] | None:
    """The derivative of numdifftools with its own settings; None where it is not installed."""
    try:
        from numdifftools import Derivative
    except ImportError:
        return None

    def derivative(point: Point) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where its large steps leave the function's domain
            return float(Derivative(point.at)(point.x))

    return derivative


def closed_form_gap(point: Point) -> float:
    """How far the closed form is from the complex step, which shares nothing with it but the function."""
    other = float(vector_jacobian(point.function, {"x": point.x}, 1.0, ["x"])["x"])
    return abs(point.exact - other) / max(abs(point.exact), abs(other), FIXED_FLOOR)


def print_fails(judged: Sequence[Judged], foreign: bool) -> None:
    """Right derivatives called wrong, by group and by method."""
    print(f"{'false fails':24}{'points':>8}{'ours':>8}{'resampled':>16}{'fixed check':>16}{'numdifftools':>16}")
    for group in (*GROUPS, "all"):
        found = [item for item in judged if group in (item.group, "all")]
        fails, again = (sum(item.ours == verdict for item in found) for verdict in (FAILED, RESAMPLED))
        fixed = shared(sum(item.fixed_fails for item in found), len(found))
        theirs = shared(sum(item.foreign_fails for item in found), len(found)) if foreign else "skipped"
        print(f"{group:24}{len(found):8}{fails:8}{shared(again, len(found)):>16}{fixed:>16}{theirs:>16}")
    fails = sum(item.ours == FAILED for item in judged)
    print(f"goal: 0 false fails of ours: {met(fails == 0)}\n")


def print_detected(judged: Sequence[Judged]) -> None:
    """The smallest relative error that is proven, over the points that are accepted and have one."""
    print(f"{'smallest error proven':24}{'points':>8}{'median':>12}{'95th percentile':>18}{'none of the grid':>18}")
    for group in (*GROUPS, "all"):
        found = [
            item.detected
            for item in judged
            if group in (item.group, "all") and item.ours == ACCEPTED and item.detected is not None
        ]
        never, median = sum(map(math.isinf, found)), quantile(found, 0.5)
        print(f"{group:24}{len(found):8}{median:12.2e}{quantile(found, 0.95):18.2e}{never:18}")
    print(f"goal: median of all at most {GOAL_DETECTED:.0e}: {met(median <= GOAL_DETECTED)}")


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed; not a number for none."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else math.nan


def shared(count: int, total: int) -> str:
    """A count and its share."""
    return f"{count} ({count / total:6.2%})"


def met(reached: bool) -> str:
    """A goal's line ends so."""
    return "met" if reached else "MISSED"


if __name__ == "__main__":
    main()
