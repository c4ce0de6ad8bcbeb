"""Definitions and derivatives in formulas, the messages on shapes, and what must not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from grader.checks.spec_fields import with_definitions
from grader.maths import operations
from grader.maths.formula import Formula, FormulaError, env_of, parse
from grader.maths.function_calls import NAMES
from grader.maths.graphs.expression_graph import parse as parse_graph
from grader.maths.graphs.graph_gradients import expected
from grader.maths.notation.readings import readings
from grader.maths.rounding import derived, gradients_of, value_of

KNOWN = [json.loads(line) for line in Path(__file__).with_name("known_terms.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.get("formula") or known["graph"])
def test_values_sizes_and_moves_are_what_they_were_before_formulas_had_more_functions(known: dict[str, Any]) -> None:
    inputs = {name: np.asarray(value, np.float64) for name, value in known["inputs"].items()}
    if "graph" in known:
        found = expected(parse_graph(known["graph"]), inputs, 1.0)
    else:
        formula, upstream = parse(known["formula"]), np.asarray(known["upstream"])
        found = [
            value_of(formula, inputs),
            *gradients_of(formula, inputs, upstream, list(inputs)),
            *derived(formula, inputs, upstream, list(inputs), 1.0),
        ]
    for part, due in zip(found, known["parts"], strict=True):
        np.testing.assert_allclose(part.values, due["values"], rtol=1e-13, atol=1e-15)
        assert part.size == pytest.approx(due["size"], rel=1e-13)
        assert part.move == pytest.approx(due["move"], rel=0.5, abs=1e-7)  # float32 differs between processors


def definitions(**texts: str) -> dict[str, Formula]:
    defined: dict[str, Formula] = {}
    for name, text in texts.items():
        defined[name] = parse(text, defined)
    return defined


def test_definitions_are_computed_once_and_show_their_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    defined = definitions(z="Q @ K.T / sqrt(D)", p="softmax(z, axis=1)", o="p @ V")
    formula = parse("sum(o * o) + sum(z) + sum(p)", defined)
    assert formula.names == {"Q", "K", "V", "D"}
    assert [step.op for step in formula.steps].count("softmax") == 1
    assert [step.op for step in formula.steps].count("@") == 2
    random = np.random.default_rng(1)
    inputs = {"Q": random.normal(size=(2, 3)), "K": random.normal(size=(4, 3)), "V": random.normal(size=(4, 2)), "D": 3}
    z = inputs["Q"] @ inputs["K"].T / np.sqrt(3)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    due = ((p @ inputs["V"]) ** 2).sum() + z.sum() + p.sum()
    assert float(formula(env_of(inputs))) == pytest.approx(due, rel=1e-14)
    used: list[str] = []
    softmax = operations.SHAPED["softmax"]
    monkeypatch.setitem(operations.SHAPED, "softmax", lambda step, x: (used.append(step.op), softmax(step, x))[1])
    formula(env_of(inputs))
    assert used == ["softmax"]


def test_a_derivative_by_a_definition_and_by_the_input_below_it() -> None:
    defined = definitions(z="x @ w", a="tanh(z)")
    env = env_of({"x": np.array([[1.0, 2.0]]), "w": np.array([[0.3], [-0.2]])})
    by_z = parse("grad(sum(a ** 2), z)", defined)(env)
    z, a = parse("z", defined)(env), parse("a", defined)(env)
    np.testing.assert_allclose(by_z, 2 * a * (1 - np.tanh(z) ** 2))
    np.testing.assert_allclose(parse("grad(sum(a ** 2), w)", defined)(env), env["x"].T @ by_z)
    np.testing.assert_allclose(parse("jvp(a, z, 2)", defined)(env), 2 * (1 - np.tanh(z) ** 2))


def test_a_derivative_uses_names_that_drop_out_of_it() -> None:
    # As a plain name, y does not depend on x; a course may define y, or have misspelt it.
    plain = parse("vjp(y, x, g)")
    assert plain.names == {"x", "y", "g"}
    filled = with_definitions(plain, definitions(y="x ** 2"))
    np.testing.assert_allclose(filled(env_of({"x": [1.0, 3.0], "g": [1.0, 2.0]})), [2.0, 12.0])


def test_derivatives_of_higher_order() -> None:
    third = parse("grad(grad(grad(x ** 4, x), x), x)")
    assert third(env_of({"x": -2.0})) == -48
    assert third(env_of({"x": 0.0})) == 0
    assert parse("grad(grad(x ** n, x), x)")(env_of({"x": 3.0, "n": 3})) == 18
    assert parse("jvp(jvp(exp(x) * y, x, 2), y, 3)")(env_of({"x": 0.0, "y": 5.0})) == 6
    assert parse("grad(x * grad(x ** 2 * y, y), x)")(env_of({"x": 2.0, "y": 1.0})) == 12
    env = env_of({"x": np.array([1.0, 2.0]), "y": 3.0})
    assert parse("grad(y ** 2, x)")(env).tolist() == [0, 0]
    assert parse("jvp(y ** 2, x, x)")(env) == 0
    assert parse("grad(argmax(x) + onehot(y, 4)[0], x)")(env).tolist() == [0, 0]
    assert parse("vjp(x, x, 2)")(env).tolist() == [2, 2]


def test_a_loss_of_a_network_with_labels() -> None:
    defined = definitions(s="relu(x @ W1 + b1) @ W2 + b2", loss="-mean(log_softmax(s)[arange(N), y])")
    random = np.random.default_rng(2)
    shapes = {"x": (3, 2), "W1": (2, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}
    inputs: dict[str, Any] = {name: random.normal(size=shape) for name, shape in shapes.items()}
    inputs |= {"y": np.array([2, 0, 1]), "N": 3, "C": 3}
    env = env_of(inputs)
    due = parse("(softmax(s) - onehot(y, C)) / N", defined)(env)
    np.testing.assert_allclose(parse("grad(loss, s)", defined)(env), due, atol=1e-15)
    loss = parse("loss", defined)
    (found,) = gradients_of(loss, inputs, 1.0, ["W1"])
    np.testing.assert_allclose(found.values, parse("grad(loss, W1)", defined)(env), atol=1e-15)
    for place in np.ndindex(2, 4):

        def at(value: float, place: tuple[int, ...] = place) -> float:
            moved = env["W1"].copy()
            moved[place] = value
            return float(loss(env | {"W1": moved}))

        x = float(env["W1"][place])
        step = 1e-6
        assert (at(x + step) - at(x - step)) / (2 * step) == pytest.approx(found.values[place], abs=1e-8)
    assert found.steady


@pytest.mark.parametrize("word", ["mean", "where", "grad", "softmax", "argmax", "var", "std", "not", "erf", "ones"])
def test_written_answers_know_no_function_more(word: str) -> None:
    with pytest.raises(FormulaError, match="unknown name"):
        readings(f"{word}(x)", ["x"])
    assert [reading.names for reading in readings(f"2 {word}", [word])] == [{word}]


@pytest.mark.parametrize("text", ["mean + max * where - N", "max(max) + mean(mean) * where", "grad(grad, grad) + vjp"])
def test_names_of_functions_name_inputs_too(text: str) -> None:
    formula = parse(text)
    assert np.isfinite(formula(env_of(dict.fromkeys(formula.names, 2.0))))


def test_the_page_for_authors_has_every_function() -> None:
    page = (ROOT / "docs" / "formulas.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}(" not in page] == []


MISFITS = {
    "x @ w": "x @ w: shapes (3, 4) and (5, 2) do not fit",
    "relu(x @ w) + 1": "x @ w: shapes (3, 4) and (5, 2) do not fit",
    "x + w": "x + w: shapes (3, 4) and (5, 2) do not fit",
    "where(x > 0, x, 2 * w)": "where(x > 0, x, 2 * w): shapes (3, 4), (3, 4) and (5, 2) do not fit",
    "sum(x, axis=2)": "sum(x, axis=2): axis 2 is out of bounds",
    "reshape(x, 5, -1)": "reshape(x, 5, -1): cannot reshape",
    "reshape(x, N, -1)": "reshape(x, N, -1): needs whole numbers, not 2.5",
    "x[7]": "x[7]: index 7 is out of bounds",
    "x[:, 0, 0]": "too many indices",
    "x[y[0]]": "x[y[0]]: needs whole numbers, not 0.5",
    "onehot(arange(4), 3)": "onehot(arange(4), 3): needs labels from 0 to 2, not 0 to 3",
    "arange(10 ** 9)": "arange(10 ** 9): would have more than 4096 entries",
    "x[1e400]": "needs whole numbers, not inf",
    "x[:x]": "x[:x]: ",
    "zeros(x)": "needs sizes that are numbers",
    "concat(x, w)": "concat(x, w, axis=0): shapes (3, 4) and (5, 2) do not fit along axis 0",
    "vjp(x * 2, x, w)": "the g of vjp has the shape (5, 2), not (3, 4)",
    "jvp(x * 2, x, w)": "the v of jvp has the shape (5, 2), not (3, 4)",
    "transpose(x, 0, 2, 1)": "axes don't match array",
}


@pytest.mark.parametrize("text", MISFITS)
def test_what_does_not_fit_is_said_with_the_operation(text: str) -> None:
    inputs = {"x": np.ones((3, 4)), "w": np.ones((5, 2)), "y": np.array([0.5]), "N": 2.5}
    with pytest.raises(ValueError) as caught:
        parse(text)(env_of(inputs))
    assert MISFITS[text] in str(caught.value)
    with pytest.raises(ValueError):
        value_of(parse(text), inputs)


def test_a_derivative_that_grows_too_far_is_refused() -> None:
    text = "softmax(tanh(x))"
    for _ in range(8):
        text = f"grad({text}, x)"
    with pytest.raises(FormulaError, match="too many steps"):
        parse(text)


@pytest.mark.parametrize("text", ["grad(F, x)", "vjp(F, x, g)", "stack(grad(F, x), x * g)", "jvp(F, x, g)"])
def test_what_a_derivative_is_taken_of_is_a_name_even_where_no_input_is_in_it(text: str) -> None:
    assert "F" in parse(text).names
    assert parse(text, {"F": parse("x ** 2 + h")}).names >= {"x", "h"}
