"""The zero and the identity pair as code: for a function, and for a method on an object that is made."""

from __future__ import annotations

import ast

import pytest

from grader.checks.calls import parse_call
from grader.checks.code.trivial_pairs import IDENTITY, ZERO, of_calls


@pytest.mark.parametrize(
    ("make", "forward", "backward", "defined"),
    [
        ("", "f(x)", "df(x, g)", ["f", "df"]),
        ("", "", "df(x, g)", ["df"]),
        ("Square()", "o.forward(x)", "o.backward(g)", []),
        ("", "Square().forward(x)", "Square().backward(g)", []),
    ],
)
def test_both_pairs_are_python(make: str, forward: str, backward: str, defined: list[str]) -> None:
    made = {"o": parse_call(make)} if make else {}
    found = of_calls(made, parse_call(forward) if forward else None, parse_call(backward), ["x"], "g")
    assert [*found] == [ZERO, IDENTITY]
    for code in found.values():
        functions = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
        assert [name for name in functions if not name.startswith("_")] == defined
        assert ("Square.backward = _method" in code) is ("Square" in make + backward)


def test_longer_chains_have_no_pairs() -> None:
    assert of_calls({}, parse_call("f(x)"), parse_call("Net(x).layer(x).backward(g)"), ["x"], "g") == {}


@pytest.mark.parametrize(
    ("forward", "backward"), [("Mul.forward(ctx, x)", "Mul.backward(ctx, g)"), ("out = f(x)", "out.backward(g)")]
)
def test_static_methods_and_results_have_no_pairs(forward: str, backward: str) -> None:
    assert of_calls({"ctx": parse_call("Context()")}, parse_call(forward), parse_call(backward), ["x"], "g") == {}
