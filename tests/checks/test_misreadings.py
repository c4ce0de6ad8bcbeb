"""Common misreadings in written answers get a hint that is about them; right answers and unknown mistakes get none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Judged
from written_answers import REFERENCE, WRITTEN, answers

MISREAD: dict[str, dict[str, str]] = {
    "2.1/direction": {"right": "sign of the slope"},
    "2.1/step": {
        "3.6": "goes along the gradient", "0.6": "the length of the step", "-0.1": "This is the step", "-3": "size 0.1",
        "2.1": "not of the value", "3.9": "not the value, and go against it", "2.7": "not of x",
        "2.8": "what is the derivative", "5.76": "asks for x itself", "2.5": "",
    },
    "2.1/value": {
        "4.8": "This is the derivative", "2.4": "This is x again", "9": "f at the start", "-3.24": "f changes",
        "3.24": "f changes", "5.5": "",
    },
    "2.1/smaller": {"no": "Compare it with f(3)"},
    "2.2/outer": {
        "x^2": "applied last", "cos(u)": "This is its derivative", "sin(x²)": "This is f itself", 
        "u": "does nothing to u", "sin²(u)": "square of a sine", "-sin(u)": "",
    },
    "2.2/inner": {
        "sin(x)": "applied first", "2x": "This is its derivative", "sin(x²)": "This is f itself", 
        "x": "This is x itself", "(sin x)^2": "square of a sine", "x³": "",
    },
    "2.2/derivative": {
        "cos(x²)": "derivative of the inner function is missing", "sin(2x)": "multiplies two derivatives",
        "2 sin(x) cos(x)": "the sine of a square", "2x": "derivative of the outer function is missing",
        "cos(x)": "at u, not at x; and", "-cos(x²)": "sign of the derivative of the outer function. And",
        "-2x cos(x²)": "sign", "2x sin(x²)": "derivative of the outer", "-2x sin(x²)": "derivative of the outer",
        "x² cos(x²)": "not by the inner function itself", "2 cos(2x)": "derivative of sin(2x)",
        "2x sin x + x² cos x": "product rule", "sin(x²)": "This is f itself", "3x² cos(x²)": "of the inner function",
        "2x + cos(x²)": "multiplies the two", "2x cos(x)": "at u, not at x", "5x": "",
    },
    "2.2/graph": {
        "{u: 4, f: 0.0698, df_du: 0.9976, du_dx: 4, df_dx: 3.990}": "in degrees",
        "2, -0.757, -0.654, 4, -2.61": "This is x; u is",
        "4, 0.909, -0.416, 4, -1.66": "evaluated at x; it is a function of u. The outer derivative is evaluated at x",
        "4, 0.827, -0.654, 4, -2.61": "square of a sine", "4, -0.654, -0.654, 4, -2.61": "This is the derivative",
        "4, 4, -0.654, 4, -2.61": "This is u", "4, -0.757, -0.757, 4, -3.03": "This is the outer function",
        "4, -0.757, 0.654, 4, 2.61": "Check the sign of df_du.", "4, -0.757, 0.757, 4, 3.03": "derivative of the outer",
        "4, -0.757, -0.654, 8, -5.23": "evaluated at u", "4, -0.757, -0.654, 2, -1.31": "depends on x",
        "4, -0.757, -0.654, 4, 3.346": "here they are added", "4, -0.757, -0.654, 4, -0.654": "outer derivative alone",
        "4, -0.757, -0.654, 4, 4": "inner derivative alone", "4, -0.757, -0.654, 4, -3.03": "multiplies by the value f",
        "4, -0.757, -0.654, 4, 2.61": "Check the sign of df_dx.", "4, -0.757, -0.654, 4, 7": "",
    },
    "2.3/graph": {
        "[a -> z, b -> z]": "needs a node of its own",
        "[a -> s, b -> s, a2 -> d, b2 -> d, s -> z, d -> z]": "used twice is one node",
        "[a1 -> s, b1 -> s, a2 -> d, b2 -> d, s -> z, d -> z]": "used twice is one node",
        "a -> p, b -> p, p -> s, a2 -> m, b2 -> m, m -> d, s -> t, d -> t, t -> z": "used twice is one node",
        "[a -> s, b -> s, a -> d, s -> z, d -> z]": "one is missing",
        "[b -> s, a -> d, b -> d, s -> z, d -> z]": "one is missing",
        "[a -> s, b -> s, s -> d, b -> d, s -> z, d -> z]": "computed from the other here",
        "[s -> a, s -> b, d -> a, d -> b, z -> s, z -> d]": "every arrow is reversed",
        "[a -> s, b -> s, a -> d, b -> d, s -> z, d -> z, a -> z]": "",
    },
    "2.3/size": {
        "8, 9": "operations are nodes, too", "6, 5": "swapped", "3, 6": "leaves are nodes", "4, 6": "the leaves and z",
        "7, 6": "used twice is one node", "5, 4": "A tree has so many edges", "9, 6": "",
    },
    "2.3/values": {
        "1, 5, 5": "swapped", "6, 1, 6": "product of a and b", "5, -1, 5": "b - a", "5, 1, 6": "sum of the two",
        "5, 1, 4": "difference of the two", "5, 1, 13": "mind the parentheses", "5, 1, 7": "",
    },
    "2.3/gradients": {
        "-4, 6": "swapped", "1, 1": "both paths", "5, -5": "both paths", "1, -1": "both paths", "6, 1": "both paths",
        "6, 4": "through the difference", "6, 6": "through the difference", "4, -4": "signs on the paths from z to a",
        "2, 0": "sums of local derivatives", "7, -4": "",
    },
    "2.4/forward": {"n > m": "one pass of forward mode", "n = m": "which sizes does forward mode need fewer"},
    "2.4/reverse": {"n < m": "one pass of reverse mode", "n = m": "which sizes does reverse mode need fewer"},
    "2.9/shape": {"(M, D)": "Wᵀ", "(N, M)": "∂L/∂Y", "(N, D)": "∂L/∂X", "(D, N)": "Xᵀ", "(M, N)": "Yᵀ", "D": "two"},
    "2.9/formula": {
        "X.T @ grad_Y": "has the shape of X", "grad_Y.T @ X": "has the shape of X", "W @ grad_Y.T": "Xᵀ",
        "X @ W": "Y itself", "grad_Y": "passed on through the product", "W.T": "grad_Y is missing",
        "W": "grad_Y is missing", "2 grad_Y @ W.T": "",
    },
    "2.11/doubled": {
        "20": "do not add", "18": "do not add", "1": "changes at every layer", "2": "one layer",
        "10": "number of layers", "100": "10²", "2^11": "Count the layers", "2^8": "Count the layers",
        "1/1024": "not divided", "7": "",
    },
    "2.11/halved": {
        "5": "do not add", "4.5": "do not add", "1/20": "do not add", "1024": "shrinks", "512": "shrinks",
        "0": "is not 0", "0.5": "one layer", "1": "changes at every layer", "1/512": "another number of layers",
        "1/2048": "another number of layers", "0.3": "",
    },
}  # fmt: skip


@pytest.fixture
def hint_of(judged: Callable[..., Judged]) -> Callable[..., str]:
    """`hint_of("2.1/step", {"2.1/step": "3.6"})`: the hint of a check on the reference with these answers in it."""

    def call(place: str, given: dict[str, str]) -> str:
        exercise, _, name = place.partition("/")
        check = judged({"answers.yaml": answers(given)}, exercise).check(exercise, name)
        assert check["status"] in ("wrong", "partial"), check
        return str(check["hint"])

    return call


@pytest.mark.parametrize("place", MISREAD)
def test_a_misreading_is_named(place: str, hint_of: Callable[..., str]) -> None:
    found = {form: hint_of(place, {place: form}) for form in MISREAD[place]}
    assert {form: hint for form, hint in found.items() if MISREAD[place][form] not in hint} == {}
    assert [form for form, hint in found.items() if not hint] == [form for form in found if not MISREAD[place][form]]


def test_right_answers_get_no_hint(judged: Callable[..., Judged]) -> None:
    results = judged({"answers.yaml": REFERENCE}, *WRITTEN).results["exercises"]
    assert {check["hint"] for exercise in results for check in exercise["checks"]} == {""}


def test_a_misreading_may_start_from_the_students_own_answers(hint_of: Callable[..., str]) -> None:
    assert "the derivative" in hint_of("2.1/value", {"2.1/step": "3.6", "2.1/value": "7.2"})
    twice = {"2.3/values": "{sum: 6, difference: 1, z: 6}", "2.3/gradients": "7, 5"}
    assert "through the difference" in hint_of("2.3/gradients", twice)


def test_only_what_is_wrong_is_told(hint_of: Callable[..., str]) -> None:
    """The last part follows from the one before: its sign is no second mistake."""
    assert hint_of("2.2/graph", {"2.2/graph": "4, -0.757, 0.654, 4, 2.61"}) == "Check the sign of df_du."


def test_numbers_of_another_graph_are_told_by_the_students_own(hint_of: Callable[..., str]) -> None:
    graph = "a -> p, b -> p, p -> s, a -> m, b -> m, m -> d, s -> t, d -> t, t -> z"
    assert "without nodes for operations" in hint_of("2.3/size", {"2.3/graph": graph, "2.3/size": "5, 6"})
    assert "leaves are nodes" in hint_of("2.3/size", {"2.3/graph": graph, "2.3/size": "6, 9"})
