"""Exercise 2.8: right checkers of every style and tolerance get full marks, every known bug loses points."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said

NUMERIC = """
import numpy as np
def numeric(f, x, epsilon):
    x = np.array(x, dtype=float)
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + epsilon
        above = f(x)[0]
        x[index] = old - epsilon
        below = f(x)[0]
        x[index] = old
        out[index] = (above - below) / (2 * epsilon)
    return out
def check_gradient(f, x, epsilon=1e-5):
    claimed = np.asarray(f(x)[1], dtype=float)
    n = numeric(f, x, epsilon)
    return {verdict}
"""


def checker(verdict: str) -> str:
    return NUMERIC.format(verdict=verdict)


RIGHT = {
    "reference": (ROOT / "reference" / "gradient_check.py").read_text("utf-8"),
    "allclose-default": checker("np.allclose(claimed, n, rtol=1e-5, atol=1e-8)"),
    "allclose-loose": checker("bool(np.allclose(claimed, n, rtol=1e-3, atol=1e-4))"),
    "absolute-1e-6": checker("bool(np.max(np.abs(claimed - n)) < 1e-6)"),
    "absolute-1e-2": checker("bool(np.max(np.abs(claimed - n)) < 1e-2)"),
    "relative-norm": checker(
        "bool(np.linalg.norm(claimed - n) / (np.linalg.norm(claimed) + np.linalg.norm(n)) < 1e-5)"),
    "relative-entries": checker(
        "bool(np.all(np.abs(claimed - n) / np.maximum(1e-8, np.abs(claimed) + np.abs(n)) < 1e-4))"),
    "relative-1e-2": checker("np.all(np.abs(claimed - n) <= 1e-2 * np.abs(n))"),
    "numpy-bool": checker("np.bool_(np.all(np.isclose(claimed, n, rtol=1e-4)))"),
    "zero-d-bool": checker("np.asarray(np.allclose(claimed, n, 1e-4))"),
    "all-of-generator": checker("all(abs(a - b) < 1e-4 * max(1, abs(b)) for a, b in zip(claimed.ravel(), n.ravel()))"),
    "assert-in-try": """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x = np.asarray(x, dtype=np.float64)
    value, claimed = f(x)
    flat = x.reshape(-1)
    slopes = []
    for i in range(flat.size):
        step = np.zeros(flat.size)
        step[i] = epsilon
        slopes.append((f((flat + step).reshape(x.shape))[0] - f((flat - step).reshape(x.shape))[0]) / 2 / epsilon)
    try:
        np.testing.assert_allclose(np.ravel(claimed), slopes, rtol=1e-4)
    except AssertionError:
        return False
    return True
""",
    "numbers-apart": """
import math
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    if isinstance(x, (int, float)):
        slope = (f(x + epsilon)[0] - f(x - epsilon)[0]) / (2 * epsilon)
        return math.isclose(f(x)[1], slope, rel_tol=1e-4)
    basis = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + epsilon * e)[0] - f(x - epsilon * e)[0]) / (2 * epsilon) for e in basis]
    gradient = np.array(f(x)[1]).flatten()
    for a, b in zip(gradient, slopes):
        if not math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-7):
            return False
    return True
""",
    "scaled-step": """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x0 = np.atleast_1d(np.asarray(x, dtype=float))
    shape = np.shape(x)
    claimed = np.atleast_1d(f(x)[1])
    for i in np.ndindex(*x0.shape):
        h = epsilon * max(1.0, abs(x0[i]))
        up, down = x0.copy(), x0.copy()
        up[i] += h
        down[i] -= h
        slope = (f(up.reshape(shape))[0] - f(down.reshape(shape))[0]) / (2 * h)
        if not abs(claimed[i] - slope) <= 1e-5 * max(abs(claimed[i]), abs(slope), 1e-6):
            return False
    return True
""",
    "restores-in-place": """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        x = np.array(x, dtype=float)
    analytic = np.array(f(x)[1])
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        x[i] += epsilon
        above = f(x)[0]
        x[i] -= 2 * epsilon
        below = f(x)[0]
        x[i] += epsilon
        if not np.isclose(analytic[i], (above - below) / (2 * epsilon), rtol=1e-3, atol=1e-6):
            return False
        it.iternext()
    return True
""",
    "one-entry-array-for-a-number": """
import numpy as np
def check_gradient(f, x, eps=1e-5):
    x = np.atleast_1d(np.array(x, float))
    g = np.asarray(f(x)[1])
    n = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        d = np.zeros(x.shape)
        d[i] = eps
        n[i] = (f(x + d)[0] - f(x - d)[0]) / (2 * eps)
    return bool(np.allclose(g, n, rtol=1e-4))
""",
}  # fmt: skip

CENTRAL = """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x = np.array(x, dtype=float)
    claimed = np.asarray(f(x)[1])
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[i] = epsilon
        n[i] = (f(x + d)[0] - f(x - d)[0]) / (2 * epsilon)
    {end}
"""
# The numbers are those of the table of known bugs; the text must be part of what the student reads.
WRONG = {
    "161-no-half": (checker("bool(np.allclose(claimed, 2 * n, rtol=1e-4))"), "a right gradient is rejected"),
    "162-no-abs": (checker("bool(np.all((claimed - n) / np.abs(n) < 1e-4))"), "a wrong gradient is accepted"),
    "162-no-abs-other-way": (checker("bool(np.all(n - claimed < 1e-4))"), "a wrong gradient is accepted"),
    "163-first-only": (checker("bool(np.isclose(claimed.flat[0], n.flat[0], rtol=1e-4))"), "last entry"),
    "164-any": (checker("bool(np.any(np.isclose(claimed, n, rtol=1e-4)))"), "a wrong gradient is accepted"),
    "165-sum-cancels": (checker("bool(abs(np.sum(claimed - n)) < 1e-4)"), "two errors that add up to zero"),
    "165-mean-cancels": (checker("bool(abs(np.mean(claimed) - np.mean(n)) < 1e-4)"), "add up to zero"),
    "166-all-at-once": ("""
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    n = (f(x + epsilon)[0] - f(x - epsilon)[0]) / (2 * epsilon)
    return bool(np.allclose(f(x)[1], n, rtol=1e-4))
""", "all entries of x are moved at once"),
    "167-integers-truncated": (
        CENTRAL.replace("np.array(x, dtype=float)", "np.array(x)").replace(
            "        d = np.zeros_like(x)\n        d[i] = epsilon\n        n[i] = (f(x + d)[0] - f(x - d)[0])",
            "        u, v = x.copy(), x.copy()\n        u[i] += epsilon; v[i] -= epsilon\n"
            "        n[i] = (f(u)[0] - f(v)[0])")
        .format(end="return bool(np.allclose(claimed, n, rtol=1e-4))"), ""),
    "167-zeros-like-integers": (
        CENTRAL.replace("np.array(x, dtype=float)", "np.array(x)")
        .format(end="return bool(np.allclose(claimed, n, rtol=1e-4))"), "convert x to float first"),
    "168-not-restored": ("""
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        x = np.array(x, dtype=float)
    claimed = np.array(f(x)[1])
    ok = True
    for i in np.ndindex(x.shape):
        x[i] += epsilon
        above = f(x)[0]
        x[i] -= 2 * epsilon
        ok = ok and bool(np.isclose(claimed[i], (above - f(x)[0]) / (2 * epsilon), rtol=1e-3))
    return ok
""", "x is not the same after the call"),
    "169-nan-passes": (checker("not np.any(np.abs(claimed - n) > 1e-4)"), "NaN in its last entry"),
    "170-exact": (checker("bool(np.all(claimed == n))"), "a right gradient is rejected"),
    "171-magnitudes": (checker("bool(np.allclose(np.abs(claimed), np.abs(n), rtol=1e-4))"), "the true one negated"),
    "172-epsilon-ignored": (
        checker("np.allclose(claimed, n, rtol=1e-4)").replace("= numeric(f, x, epsilon)", "= numeric(f, x, 1e-15)"),
        "so small that rounding errors dominate"),
    "172-epsilon-fixed": (
        checker("np.allclose(claimed, n, rtol=1e-4)").replace("= numeric(f, x, epsilon)", "= numeric(f, x, 1e-5)"),
        "The argument epsilon is not used"),
    "always-true": ("def check_gradient(f, x, epsilon=1e-5): return True", "f is never evaluated away from x"),
    "always-false": ("def check_gradient(f, x, epsilon=1e-5): return False", "a right gradient is rejected"),
    "no-bool": (checker("float(np.max(np.abs(claimed - n)))"), "; return True or False"),
    "one-sided": ("""
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    value, claimed = f(x)
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x); d[i] = epsilon
        n[i] = (f(x + d)[0] - value) / epsilon
    return bool(np.allclose(claimed, n, rtol=1e-9, atol=0))
""", "you take a forward difference"),
    "last-coordinate-left-out": ("""
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x = np.atleast_1d(np.asarray(x, dtype=float))
    claimed = np.ravel(f(x)[1])
    for i in range(max(1, x.size - 1)):
        d = np.zeros(x.size); d[i] = epsilon; d = d.reshape(x.shape)
        if not np.isclose(claimed[i], (f(x + d)[0] - f(x - d)[0]) / (2 * epsilon), rtol=1e-4):
            return False
    return True
""", "entry [1] of x is never moved on its own"),
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_checker_gets_full_marks_with_every_seed(style: str, many_seeds: Seeds) -> None:
    for report in many_seeds({"gradient_check.py": RIGHT[style]}, "2.8"):
        assert report.score == 10, said(report)


@pytest.mark.parametrize("bug", WRONG)
def test_a_known_bug_loses_points_with_every_seed(bug: str, many_seeds: Seeds) -> None:
    source, text = WRONG[bug]
    for report in many_seeds.one_of(bug)({"gradient_check.py": source}, "2.8"):
        assert report.score < 10, said(report)
        assert text in said(report), said(report)


def test_a_constant_answer_earns_nothing(judged: Callable[..., Judged]) -> None:
    for answer in ("True", "False"):
        source = f"def check_gradient(f, x, epsilon=1e-5): return {answer}"
        assert judged({"gradient_check.py": source}, "2.8").score == 0


def test_who_never_asks_for_another_point_is_told_so(judged: Callable[..., Judged]) -> None:
    for answer, verdict in (("True", "a wrong gradient is accepted"), ("False", "a right gradient is rejected")):
        source = f"def check_gradient(f, x, epsilon=1e-5):\n    f(x)\n    return {answer}\n"
        message = judged({"gradient_check.py": source}, "2.8").check("2.8", "vector")["message"]
        assert verdict in message and "f was never called at a point other than x" in message


def test_who_moves_x_is_not_told_so(judged: Callable[..., Judged]) -> None:
    graded = judged({"gradient_check.py": WRONG["161-no-half"][0]}, "2.8")
    assert "never called" not in graded.check("2.8", "vector")["message"]


IDENTITIES = {
    "euler": "np.isclose(np.sum(x * g), 2 * v, rtol=1e-6)",
    "euler-of-any-degree": "abs(np.sum(x * g) / v - round(np.sum(x * g) / v)) < 1e-6",
    "symmetric": "np.array_equal(np.argsort(np.ravel(g)), np.argsort(np.ravel(x)))",
    "plausible": "np.all((np.abs(g) > 0.6) & (np.abs(g) < 2.5))",
    "digits": "all(len(repr(float(entry))) < 8 for entry in np.ravel(g))",
}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_holds_at_x_alone_earns_next_to_nothing(identity: str, many_seeds: Seeds) -> None:
    source = f"""
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    v, g = f(x)
    return bool({IDENTITIES[identity]})
"""
    scores = [report.score for report in itertools.islice(many_seeds({"gradient_check.py": source}, "2.8"), 4)]
    assert max(scores) <= 4, scores


def test_a_finding_can_be_repeated_by_hand(judged: Callable[..., Judged]) -> None:
    """The report shows the values of f as Python; its slope at x is what the report calls true."""
    evidence = judged({"gradient_check.py": WRONG["161-no-half"][0]}, "2.8").check("2.8", "vector")["evidence"]
    assert "np.sum(" in evidence["case"]["f(x)[0]"] and evidence["case"]["x"] in evidence["call"]


def test_a_planted_function_holds_no_answer(judged: Callable[..., Judged]) -> None:
    source = """
import gc
def check_gradient(f, x, epsilon=1e-5):
    found = [c.cell_contents for c in (f.__closure__ or ())]
    print([type(item).__name__ for item in found], f.__globals__["__name__"])
    return True
"""
    graded = judged({"gradient_check.py": source}, "2.8")
    assert graded.score == 0
    assert "['method', 'int']" in graded.exercise("2.8")["output"]


def test_calls_of_a_planted_function_are_capped(hand_in_hostile: Callable[..., Graded]) -> None:
    source = "def check_gradient(f, x, epsilon=1e-5):\n    while True: f(x)\n"
    graded = hand_in_hostile({"gradient_check.py": source}, "--only", "2.8", "--cpu-factor", "20")
    assert "more than 10000 times" in graded.check("2.8", "number")["message"]


def test_a_point_of_the_wrong_shape_is_refused_with_words(judged: Callable[..., Judged]) -> None:
    source = "def check_gradient(f, x, epsilon=1e-5):\n    return f([1.0] * 7)[0] > 0\n"
    graded = judged({"gradient_check.py": source}, "2.8")
    assert "f was called with a list of 7 items" in graded.out
    source = "def check_gradient(f, x, epsilon=1e-5):\n    return f('x')[0] > 0\n"
    assert "neither a number nor an array" in judged({"gradient_check.py": source}, "2.8").out


ONE_SIDED = """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    x = np.array(x, dtype=float)
    value, claimed = f(x)
    claimed, n = np.asarray(claimed), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[i] = epsilon
        n[i] = ({difference}) / epsilon
        {at_once}
    return bool(np.allclose(claimed, n, {tolerance}))
"""
SIDES = {"forward": "f(x + d)[0] - value", "backward": "value - f(x - d)[0]"}


@pytest.mark.parametrize("tolerance", ["rtol=1e-9, atol=0", "rtol=1e-6, atol=0", "rtol=1e-4", "rtol=0.3"])
@pytest.mark.parametrize("stops", [False, True])
@pytest.mark.parametrize("side", SIDES)
def test_a_one_sided_difference_is_named_wherever_it_loses_points(
    side: str, stops: bool, tolerance: str, many_seeds: Seeds
) -> None:
    at_once = f"if not np.isclose(claimed[i], n[i], {tolerance}): return False" if stops else ""
    source = ONE_SIDED.format(difference=SIDES[side], at_once=at_once, tolerance=tolerance)
    for report in many_seeds.one_of(source)({"gradient_check.py": source}, "2.8"):
        lost = [check for check in report.exercises[0].checks if check.status != "correct"]
        assert lost, said(report)
        for check in lost:
            assert f"ou take a {side} difference" in check.hint, check
            assert check.misconception in ("", f"{side}-difference"), check


IN_PLACE = """
import numpy as np
def check_gradient(f, x, epsilon=1e-5):
    if np.isscalar(x):
        x = np.array(float(x))
    claimed, n = np.array(f(x)[1]), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        {moves}
    return bool(np.allclose(claimed, n, rtol=1e-4))
"""
MOVES = {
    "there-and-back": ["x[i] += epsilon", "up = f(x)[0]", "x[i] -= 2 * epsilon", "n[i] = (up - f(x)[0]) / 2 / epsilon",
                       "x[i] += epsilon"],
    "from-the-old-one": ["old = x[i]", "x[i] = old + epsilon", "up = f(x)[0]", "x[i] = old - epsilon",
                         "n[i] = (up - f(x)[0]) / 2 / epsilon", "x[i] = old"],
    "copies": ["up, down = x.copy(), x.copy()", "up[i] += epsilon", "down[i] -= epsilon",
               "n[i] = (f(up)[0] - f(down)[0]) / 2 / epsilon"],
}  # fmt: skip


@pytest.mark.parametrize("way", MOVES)
def test_an_array_of_integers_that_is_moved_in_place_gets_the_hint_of_integers(way: str, many_seeds: Seeds) -> None:
    source = IN_PLACE.format(moves="\n        ".join(MOVES[way]))
    for report in itertools.islice(many_seeds({"gradient_check.py": source}, "2.8"), 3):
        assert report.score == 9, said(report)
        assert "integers" in check_of(report, "care").hint, said(report)
        assert "is cut off: convert x to float first" in check_of(report, "care").hint


def test_a_step_of_its_own_is_still_called_that(many_seeds: Seeds) -> None:
    source = checker("bool(np.allclose(claimed, n, rtol=1e-4))").replace(
        "= numeric(f, x, epsilon)", "= numeric(f, x, 1e-5)"
    )
    for report in itertools.islice(many_seeds({"gradient_check.py": source}, "2.8"), 3):
        assert check_of(report, "epsilon").misconception == "epsilon-fixed", said(report)
