"""Small texts that every message uses: points, counts, names in a row, guesses, carets, control characters."""

from __future__ import annotations

import pytest

from grader.base.text import (
    abbreviate,
    closest,
    did_you_mean,
    enumerate_names,
    escape_controls,
    plural,
    pointed,
    points,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"), (2.0, "2"), (2.675, "2.68"), (1.005, "1.01"), (-0.001, "0"), (-1.5, "-1.5"),
        (100.0, "100"), (1e-9, "0"), (1e7, "10000000"), (4 / 3, "1.33"),
    ],
)  # fmt: skip
def test_points_have_two_decimals_at_most_and_no_exponent(value: float, text: str) -> None:
    assert points(value) == text


def test_names_are_counted_and_cut() -> None:
    assert (plural(1, "check"), plural(0, "check"), plural(2, "entry", "entries")) == (
        "1 check",
        "0 checks",
        "2 entries",
    )
    assert [enumerate_names(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert abbreviate(["a", "b", "c"], 3) == "a, b, c"
    assert abbreviate(["a", "b", "c", "d\n"], 2) == "a, b and 2 more"


def test_a_name_is_guessed_by_its_letters_and_never_at_length() -> None:
    assert closest("DIV", ["Dive", "div"]) == "div"
    assert closest("Dvi", ["Mul", "Div"]) == "Div"
    assert closest("x" * 81, ["x" * 80]) == closest("x" * 80, ["x" * 81]) == ""
    assert did_you_mean("foward", ["forward"]) == "; did you mean `forward`?"
    assert did_you_mean("anything", ["forward"]) == ""


def test_carets_stand_below_what_is_meant_even_beyond_the_line() -> None:
    assert pointed("x = 1", 7, 5) == "    7 | x = 1\n      |     ^"
    assert pointed("x = 1", 7, 1, 0).endswith("| ^")
    assert pointed("x", 7, 99, 2).endswith("|  ^^")


def test_control_characters_are_shown_as_escapes() -> None:
    assert escape_controls("é\x1b[2J\u202e\ud800\U000e0001\n", keep="\n") == "é\\x1b[2J\\u202e\\ud800\\U000e0001\n"
