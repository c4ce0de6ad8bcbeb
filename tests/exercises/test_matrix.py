"""Exercises 2.9 and 2.10: matrix gradients in every style, known bugs with every seed, points for each gradient."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import COURSE, Graded, Judged, Seeds, check_of, said, write_files

from grader.model import Report

NETWORK = """
import numpy as np
def forward(x, W1, b1, W2, b2):
    return {forward}
def backward(x, W1, b1, W2, b2, up):
    pre = np.dot(x, W1) + b1
    hidden = np.where(pre > 0, pre, 0.0)
    back = np.dot(up, W2.T)
    delta = {delta}
    first, bias1, second, bias2 = {first}, {bias1}, {second}, {bias2}
    return {returned}
"""
WHOLE = {
    "forward": "np.where(x @ W1 + b1 > 0, x @ W1 + b1, 0) @ W2 + b2",
    "delta": "np.where(pre > 0, back, 0.0)",
    "first": "np.dot(x.T, delta)",
    "bias1": "np.sum(delta, 0)",
    "second": "np.dot(hidden.T, up)",
    "bias2": "np.sum(up, 0)",
    "returned": "first, bias1, second, bias2",
}


def product(grad_X: str = "np.dot(up, W.T)", grad_W: str = "np.dot(X.T, up)", returned: str = "left, right") -> str:
    lines = ["import numpy as np", "def matmul_backward(X, W, up):"]
    lines += [f"    left = {grad_X}", f"    right = {grad_W}", f"    return {returned}", ""]
    return "\n".join(lines)


def network(**changes: str) -> str:
    return NETWORK.format(**{**WHOLE, **changes})


RIGHT_PRODUCT = {
    "plain": product("up @ W.T", "X.T @ up"),
    "dot": product(),
    "method": product("up.dot(W.transpose())", "X.transpose().dot(up)"),
    "einsum": product("np.einsum('ij,kj', up, W)", "np.einsum('ki,kj->ij', X, up)"),
    "tensordot": product("np.tensordot(up, W, (1, 1))", "np.tensordot(X, up, (0, 0))"),
    "transposed-twice": product("(W @ up.T).T", "(up.T @ X).T"),
    "outer-products": product(grad_W="sum(np.outer(x, g) for x, g in zip(X, up))"),
    "broadcasting": product("(up[:, None, :] * W).sum(axis=2)", "(X[:, :, None] * up[:, None, :]).sum(axis=0)"),
    "list": product(returned="[left, right]"),
    "nested-lists": product(returned="left.tolist(), right.tolist()"),
    "dict": product(returned="{'grad_W': right, 'grad_X': left}"),
    "short-names": product(returned="dict(X=left, W=right)"),
    "float32": product("(up @ W.T).astype(np.float32)", "np.float32(X).T @ np.float32(up)"),
    "column-major": product(returned="np.asfortranarray(left), np.asfortranarray(right)"),
    "loops": """
def matmul_backward(X, W, grad_Y):
    N, D, M = len(X), len(W), len(W[0])
    grad_X = [[sum(grad_Y[n][m] * W[d][m] for m in range(M)) for d in range(D)] for n in range(N)]
    grad_W = [[sum(X[n][d] * grad_Y[n][m] for n in range(N)) for m in range(M)] for d in range(D)]
    return grad_X, grad_W
""",
}

PER_SAMPLE = """
import numpy as np
def layer(row, W, b):
    return row @ W + b
def forward(x, W1, b1, W2, b2):
    rows = []
    for row in x:
        rows.append(layer(np.clip(layer(row, W1, b1), 0, np.inf), W2, b2))
    return np.stack(rows)
def backward(x, W1, b1, W2, b2, up):
    total = [np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2), np.zeros_like(b2)]
    for row, g in zip(x, up):
        z = layer(row, W1, b1)
        on = np.diag((z > 0).astype(float))
        d = on @ W2 @ g
        parts = np.outer(row, d), d, np.outer(np.clip(z, 0, np.inf), g), g
        for whole, part in zip(total, parts):
            whole += part
    return {returned}
"""
PURE = """
def backward(x, W1, b1, W2, b2, up):
    N, D, H, M = len(x), len(W1), len(b1), len(b2)
    z = [[sum(x[n][d] * W1[d][h] for d in range(D)) + b1[h] for h in range(H)] for n in range(N)]
    d = [[sum(up[n][m] * W2[h][m] for m in range(M)) if z[n][h] > 0 else 0.0 for h in range(H)] for n in range(N)]
    dW1 = [[sum(x[n][i] * d[n][h] for n in range(N)) for h in range(H)] for i in range(D)]
    dW2 = [[sum(max(z[n][h], 0.0) * up[n][m] for n in range(N)) for m in range(M)] for h in range(H)]
    return dW1, [sum(row[h] for row in d) for h in range(H)], dW2, [sum(row[m] for row in up) for m in range(M)]
def forward(x, W1, b1, W2, b2):
    z = [[sum(p * q for p, q in zip(row, column)) + b for column, b in zip(W1.T, b1)] for row in x]
    return [[sum(max(p, 0) * q for p, q in zip(row, column)) + b for column, b in zip(W2.T, b2)] for row in z]
"""
OBJECT = """
import numpy as np
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, up):
        self.dW, self.db = self.x.T @ up, up.sum(0)
        return up @ self.W.T
def run(x, W1, b1, W2, b2):
    one, two = Linear(W1, b1), Linear(W2, b2)
    z = one.forward(x)
    return one, two, z, two.forward(np.maximum(z, 0))
def forward(*args):
    return run(*args)[-1]
def backward(x, W1, b1, W2, b2, grad_output):
    one, two, z, _ = run(x, W1, b1, W2, b2)
    da = two.backward(grad_output)
    da[z <= 0] = 0
    one.backward(da)
    return one.dW, one.db, two.dW, two.db
"""
RIGHT_NETWORK = {
    "dot": network(),
    "mask-times": network(delta="back * (hidden > 0)"),
    "mask-of-pre": network(delta="back * (pre >= 0)"),
    "heaviside": network(delta="back * np.heaviside(pre, 0.5)"),
    "sign": network(delta="back * np.sign(hidden)"),
    "ones-times": network(bias1="np.ones(len(x)) @ delta", bias2="np.ones(len(x)) @ up"),
    "einsum": network(first="np.einsum('nd,nh->dh', x, delta)", bias1="np.einsum('nh->h', delta)"),
    "list": network(returned="[first, bias1, second, bias2]"),
    "nested-lists": network(returned="[part.tolist() for part in (first, bias1, second, bias2)]"),
    "dict": network(returned="{'grad_b2': bias2, 'grad_W1': first, 'grad_b1': bias1, 'grad_W2': second}"),
    "short-names": network(returned="dict(W1=first, b1=bias1, W2=second, b2=bias2)"),
    "float32": network(
        forward="(np.maximum(x @ W1 + b1, 0) @ W2 + b2).astype(np.float32)",
        returned="tuple(np.float32(part) for part in (first, bias1, second, bias2))",
    ),
    "per-sample": PER_SAMPLE.format(returned="total"),
    "per-sample-generator": PER_SAMPLE.format(returned="(part for part in total)"),
    "pure-python": PURE,
    "objects": OBJECT,
}

# Each bug: the code, and the misconception that is named.
WRONG_PRODUCT = {
    "right-factor-transposed": (product(grad_W="np.dot(up.T, X)"), "dw-transposed"),
    "left-factor-transposed": (product("np.dot(W, up.T)"), "dx-transposed"),
    "return-order": (product(returned="right, left"), "swapped"),
    "right-averaged": (product(grad_W="np.dot(X.T, up) / len(X)"), "dw-mean"),
    "left-averaged": (product("np.dot(up, W.T) / len(up)"), "dx-mean"),
    "upstream-of-ones": (product("np.ones_like(up) @ W.T", "X.T @ np.ones(up.shape)"), "g-ones"),
    "product-of-sums": (product(grad_W="np.sum(X, 0)[:, None] * np.sum(up, 0)"), "outer-of-sums"),
    "factor-as-it-is": (product("np.dot(up, W)"), "dx-untransposed"),
    "right-negative": (product(grad_W="X.T @ -up"), "dw-negated"),
    "magnitudes": (product(grad_W="np.abs(X.T) @ up"), "x-without-signs"),
    "keeps-the-last": (product(grad_W="[np.outer(x, g) for x, g in zip(X, up)][-1]"), "last-row"),
    "keeps-the-first": (product(grad_W="[np.outer(x, g) for x, g in zip(X, up)][0]"), "first-row"),
}
UNITS = "np.ones_like(up)"
WRONG_NETWORK = {
    "relu-forgotten": (network(delta="back"), "no-mask"),
    "hidden-not-negative": (network(delta="back * (hidden >= 0)"), "no-mask"),
    "sign-of-what-comes-back": (network(delta="np.where(back > 0, back, 0)"), "mask-of-gradient"),
    "hidden-for-mask": (network(delta="back * hidden"), "times-activation"),
    "small-slope": (network(delta="np.where(pre > 0, back, 0.01 * back)"), "leaky"),
    "bias2-averaged": (network(bias2="np.mean(up, 0)"), "db2-mean"),
    "bias2-one-sum": (network(bias2="np.sum(up)"), "db2-one-number"),
    "bias2-as-it-is": (network(bias2="1.0 * up"), "db2-not-summed"),
    "second-before-relu": (network(second="np.dot(pre.T, up)"), "dw2-without-relu"),
    "way-back-without-weights": (network(delta="np.where(pre > 0, up, 0)"), "without-w2"),
    "weights-as-they-are": (network(delta="np.where(pre > 0, np.dot(up, W2), 0)"), "w2-untransposed"),
    "upstream-of-ones": (
        network(delta=f"({UNITS} @ W2.T) * (pre > 0)", second=f"hidden.T @ {UNITS}", bias2=f"np.sum({UNITS}, axis=0)"),
        "ones",
    ),
    "second-layer-first": (network(returned="second, bias2, first, bias1"), "layers-swapped"),
    "first-transposed": (network(first="np.dot(delta.T, x)"), "dw1-transposed"),
    "bias1-averaged": (network(bias1="np.average(delta, axis=0)"), "db1-mean"),
    "bias1-too-early": (network(bias1="np.sum(back, 0)"), "db1-before-mask"),
    "bias1-one-row": (network(bias1="delta[0, :]"), "db1-first-row"),
    "first-layer-averaged": (network(first="x.T @ delta / len(x)", bias1="delta.sum(0) / len(x)"), "layer-1-mean"),
    "bias1-in-two-dimensions": (network(bias1="delta.sum(0)[None, :]"), "db1-keepdims"),
    "biases-in-two-dimensions": (network(bias1="delta.sum(0)[None]", bias2="up.sum(0)[np.newaxis]"), "keepdims"),
}
BATCH_ONLY = {"bias2-averaged", "bias1-averaged", "bias1-one-row", "first-layer-averaged"}


def unexplained(seeds: Seeds) -> Seeds:
    """The same verdicts in a tenth of the time: no failure is compared with the known mistakes."""
    exercises = tuple(replace(exercise, wrong=()) for exercise in seeds.course.exercises)
    return replace(seeds, course=replace(seeds.course, exercises=exercises))


def misconceptions(report: Report) -> set[str]:
    return {check.misconception for check in report.exercises[0].checks} - {""}


@pytest.mark.parametrize("style", RIGHT_PRODUCT)
def test_a_right_product_gets_full_marks_with_every_seed(style: str, many_seeds: Seeds) -> None:
    for report in many_seeds({"matmul.py": RIGHT_PRODUCT[style]}, "2.9"):
        assert report.score == 7 and misconceptions(report) == set(), said(report)


@pytest.mark.parametrize("style", RIGHT_NETWORK)
def test_a_right_network_gets_full_marks_with_every_seed(style: str, many_seeds: Seeds) -> None:
    for report in many_seeds({"network.py": RIGHT_NETWORK[style]}, "2.10"):
        assert report.score == 10 and misconceptions(report) == set(), said(report)


@pytest.mark.parametrize("bug", WRONG_PRODUCT)
def test_a_wrong_product_loses_points_and_gets_exactly_its_hint(bug: str, many_seeds: Seeds) -> None:
    source, misconception = WRONG_PRODUCT[bug]
    for report in unexplained(many_seeds)({"matmul.py": source}, "2.9"):
        assert report.score < 7, said(report)
    for report in many_seeds.one_of(bug)({"matmul.py": source}, "2.9"):
        assert misconceptions(report) == {misconception}, said(report)


@pytest.mark.parametrize("bug", WRONG_NETWORK)
def test_a_wrong_network_loses_points_and_gets_exactly_its_hint(bug: str, many_seeds: Seeds) -> None:
    source, misconception = WRONG_NETWORK[bug]
    failing = {"batch"} if bug in BATCH_ONLY else {"one-row", "batch"}
    for report in unexplained(many_seeds)({"network.py": source}, "2.10"):
        assert {check.id for check in report.exercises[0].checks if check.score < check.max_score} == failing
    for report in many_seeds.one_of(bug)({"network.py": source}, "2.10"):
        assert misconceptions(report) == {misconception}, said(report)


def test_an_unknown_mistake_gets_no_hint(many_seeds: Seeds) -> None:
    files = {
        "matmul.py": product(grad_W="1.001 * X.T @ up"),
        "network.py": network(second="hidden.T @ up + 1e-4", delta="0.5 * back"),
    }
    for only in ("2.9", "2.10"):
        for report in itertools.islice(many_seeds(files, only), 3):
            assert report.score < report.max_score and misconceptions(report) == set(), said(report)


@pytest.mark.parametrize(
    ("changes", "score", "right"),
    [
        ({"second": "hidden.T @ up * 2"}, 3 + 7 * 3 / 4, "grad_W1, grad_b1 and grad_b2 are right everywhere"),
        ({"delta": "back"}, 3 + 7 * 2 / 4, "grad_W2 and grad_b2 are right everywhere"),
        ({"delta": "back", "second": "pre.T @ up"}, 3 + 7 / 4, "grad_b2 is right everywhere"),
        ({"bias1": "delta.mean(0)"}, 3 + 3 + 4 * 3 / 4, "grad_W1, grad_W2 and grad_b2 are right everywhere"),
        ({"bias1": "delta"}, 3 + 7 * 3 / 4, "grad_W1, grad_W2 and grad_b2 are right everywhere"),
        ({"bias2": "None"}, 3 + 7 * 3 / 4, "grad_W1, grad_b1 and grad_W2 are right everywhere"),
        ({"forward": "None"}, 7, ""),
    ],
)
def test_every_right_gradient_is_paid(changes: dict[str, str], score: float, right: str, many_seeds: Seeds) -> None:
    for report in unexplained(many_seeds)({"network.py": network(**changes)}, "2.10"):
        assert report.score == pytest.approx(score), said(report)
        batch = check_of(report, "batch")
        assert right in batch.message and batch.status == ("partial" if right else "correct")


def test_half_the_points_for_one_of_two_gradients(judged: Callable[..., Judged]) -> None:
    graded = judged({"matmul.py": product(grad_W="X.T @ up / len(X)")}, "2.9")
    assert (graded.score, graded.exercise("2.9")["status"]) == (3.5, "partial")
    assert re.fullmatch(
        r"grad_W is wrong in \d of \d cases; grad_X is right everywhere", graded.check("2.9", "gradient")["message"]
    )
    graded = judged({"matmul.py": product(grad_W="up.T @ X")}, "2.9")
    assert graded.score == 3.5


@pytest.mark.parametrize("returned", ["None", "left", "(left,)", "(left, right, left)", "{'grad_X': left}"])
def test_another_structure_earns_nothing(returned: str, many_seeds: Seeds) -> None:
    for report in unexplained(many_seeds)({"matmul.py": product(returned=returned)}, "2.9"):
        assert (report.score, check_of(report, "gradient").status) == (0, "wrong"), said(report)


def test_a_crash_in_one_case_earns_nothing(many_seeds: Seeds) -> None:
    for report in unexplained(many_seeds)(
        {"matmul.py": product(grad_W="X.T @ up * (1 if len(X) > 1 else X[1])")}, "2.9"
    ):
        assert report.score == 0, said(report)


def test_a_wrong_shape_is_named(judged: Callable[..., Judged]) -> None:
    check = judged({"network.py": network(bias1="delta.sum(0)[None]")}, "2.10").check("2.10", "batch")
    text = "grad_b1 is an array of shape (1, 2); it must have shape (2,); grad_W1, grad_W2 and grad_b2 are right"
    assert check["message"].startswith(text)
    assert "an array of shape (1, 2)" in check["evidence"]["yours"] and check["score"] == 3
    for returned, text in (
        ("(left,)", "returned a tuple of 1 item; return the pair (grad_X, grad_W)"),
        ("{}", "the returned dict has no key 'grad_X'; it is empty"),
        ("{'left': left}", "the returned dict has no key 'grad_X'; it has the key left"),
    ):
        check = judged({"matmul.py": product(returned=returned)}, "2.9").check("2.9", "gradient")
        assert check["message"] == text


def test_the_worst_entry_is_named(judged: Callable[..., Judged]) -> None:
    graded = judged({"matmul.py": product(grad_W="X.T @ up + 3.0 * (X == -2.0)")}, "2.9")
    worst = graded.check("2.9", "gradient")["evidence"]["worst"]
    assert worst.startswith("grad_W: 1 of 4 entries wrong, the largest error at [0, 1]: yours ")


def test_arguments_must_stay_as_they_are(judged: Callable[..., Judged]) -> None:
    changes = "\n    up *= 0\n    return left, right"
    source = product(returned="left, right").replace("\n    return left, right", changes)
    check = judged({"matmul.py": source}, "2.9").check("2.9", "gradient")
    assert (check["score"], check["message"]) == (0, "the call changes its argument g; work on a copy")
    spoilt = source.replace("np.dot(X.T, up)", "2 * np.dot(X.T, up)")
    assert judged({"matmul.py": spoilt}, "2.9").score == 0
    masks = "back.dot(np.eye(len(W2)))\n    x *= 1.5"
    graded = judged({"network.py": network(delta=masks)}, "2.10")
    assert (graded.score, graded.check("2.10", "batch")["score"]) == (3, 0)


def test_backward_is_called_alone(judged: Callable[..., Judged]) -> None:
    source = network() + "\nkept = {}\nright = backward\ndef backward(*args):\n    kept['forward']\n"
    assert judged({"network.py": source}, "2.10").score == 3
    stub = "    return " + WHOLE["forward"]
    graded = judged({"network.py": network().replace(stub, "    pass")}, "2.10")
    assert (graded.score, graded.check("2.10", "forward")["status"]) == (7, "missing")


def test_the_own_forward_is_shown_where_there_is_one(judged: Callable[..., Judged]) -> None:
    linear = network(forward="(x @ W1 + b1) @ W2 + b2", delta="back", second="pre.T @ up")
    check = judged({"network.py": linear}, "2.10").check("2.10", "batch")
    assert "your backward is the derivative of your forward" in check["message"] and check["evidence"]["numerical"]
    check = judged({"matmul.py": product(grad_W="2 * X.T @ up")}, "2.9").check("2.9", "gradient")
    assert check["evidence"]["yours"] and not check["evidence"]["numerical"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("    of: X @ W\n", ""), ("    backward: matmul_b", "    make: {op: Op(X)}\n    backward: op.matmul_b")],
    ids=["nothing-to-compare-with", "an-object-without-forward"],
)
def test_forward_is_left_out_only_where_nothing_needs_it(
    old: str, new: str, hand_in: Callable[..., Graded], tmp_path: Path
) -> None:
    exercise = (COURSE / "2.09-matrix-gradient.yaml").read_text("utf-8").partition("\nwrong:")[0]
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise.replace(old, new, 1)})
    graded = hand_in({"matmul.py": product()}, "--course", course)
    assert graded.code == 2 and "`forward`: is missing" in graded.err
