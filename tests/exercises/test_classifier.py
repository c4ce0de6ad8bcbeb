"""The extension `classifier`: what reads digits earns points, what does not read them earns none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from conftest import COURSE, ROOT, Graded, Judged, Seeds, check_of, said, write_files

TENSOR = (ROOT / "reference" / "tensor.py").read_text("utf-8")
REFERENCE = (ROOT / "reference" / "classifier.py").read_text("utf-8")
HEAD = "import numpy as np\n\n\ndef train_classifier(X, y, seed=0):\n"
MEANS = "    means = np.stack([X[y == label].mean(axis=0) for label in range(10)])\n"
SCORES = "rows @ means.T - (means**2).sum(axis=1) / 2"
NEAREST = "y[((rows**2).sum(1)[:, None] - 2 * rows @ X.T + (X**2).sum(1)).argmin(axis=1)]"

RIGHT = {
    "reference": REFERENCE,
    "softmax-regression": HEAD
    + """    rows, targets, weights = np.hstack([X, np.ones((len(X), 1))]), np.eye(10)[y], np.zeros((65, 10))
    for _ in range(300):
        odds = np.exp(rows @ weights)
        weights -= rows.T @ (odds / odds.sum(axis=1, keepdims=True) - targets) / len(X)
    return lambda new: (new @ weights[:-1] + weights[-1]).argmax(axis=1)
""",
    "neighbours-as-a-list": HEAD + f"    return lambda rows: list({NEAREST})\n",
    "neighbours-as-plain-ints": HEAD + f"    return lambda rows: {NEAREST}.tolist()\n",
    "neighbours-as-floats": HEAD + f"    return lambda rows: {NEAREST}.astype(np.float32)\n",
    "neighbours-by-an-object": HEAD
    + f"""    class Predict:
        def __call__(self, rows):
            return {NEAREST}
    return Predict()
""",
}

# What is handed in, and a piece of what the student is told.
WRONG = {
    "constant": ("    return lambda rows: np.zeros(len(rows))\n", "labelled correctly"),
    "random": ("    return lambda rows: np.random.default_rng(0).integers(0, 10, len(rows))\n", "labelled correctly"),
    "memorised": (
        "    known = {row.tobytes(): label for row, label in zip(X, y)}\n"
        "    return lambda rows: [known.get(row.tobytes(), 0) for row in rows]\n",
        "labelled correctly",
    ),
    "training-labels": ("    return lambda rows: np.resize(y, len(rows))\n", "labelled correctly"),
    "no-labels": ("    return lambda rows: np.full(len(rows), -1)\n", "0.0% of the test rows"),
    "scores": (MEANS + f"    return lambda rows: {SCORES}\n", "take argmax(axis=1)"),
    "one-column": (f"    return lambda rows: {NEAREST}[:, None]\n", "shape (899, 1); return one array of shape (899,)"),
    "too-few": (f"    return lambda rows: {NEAREST}[:-1]\n", "shape (898,); return one array of shape (899,)"),
    "not-whole": (f"    return lambda rows: {NEAREST} + 0.25\n", "labels must be whole numbers"),
    "nan": ("    return lambda rows: np.full(len(rows), np.nan)\n", "returned NaN (not a number)"),
    "infinite": ("    return lambda rows: np.full(len(rows), np.inf)\n", "0.0% of the test rows"),
    "texts": ("    return lambda rows: [str(label) for label in range(len(rows))]\n", "must return 899 labels"),
    "nothing": ("    return lambda rows: None\n", "predict returned None"),
    "no-predict": ("    return y\n", "cannot be called: return the function `predict`"),
    "none": ("    y.sum()\n", "cannot be called: return the function `predict`"),
    "raises": ("    raise ValueError('no idea')\n", "ValueError: no idea"),
    "raises-later": ("    return lambda rows: rows @ rows\n", "ValueError"),
    "recalls-the-judge": (
        "    import gc\n"
        "    found = [a for a in gc.get_objects() if isinstance(a, np.ndarray) and a.shape == (899,)]\n"
        "    return lambda rows: found[0] if found else np.zeros(len(rows))\n",
        "labelled correctly",
    ),
}


def both(source: str) -> dict[str, str]:
    return {"classifier.py": source, "tensor.py": TENSOR}


@pytest.mark.parametrize("name", RIGHT)
def test_what_reads_digits_earns_all_points(name: str, judged: Callable[..., Judged]) -> None:
    graded = judged(both(RIGHT[name]), "classifier", seed=3)
    check = graded.check("classifier", "accuracy")
    assert (graded.code, check["score"]) == (0, 7), graded.out
    facts = check["evidence"]["facts"]
    assert float(facts["accuracy"].rstrip("%")) >= 90 and facts["training took"].endswith(" s")


@pytest.mark.parametrize("name", WRONG)
def test_what_reads_no_digits_earns_nothing(name: str, many_seeds: Seeds) -> None:
    body, piece = WRONG[name]
    seeds = replace(many_seeds, course=replace(many_seeds.course, reference={}))
    for report in islice(seeds(both(HEAD + body), "classifier"), 2):
        check = check_of(report, "accuracy")
        assert check.score == 0 and check.status in ("wrong", "crashed"), said(report)
        assert piece in check.message, said(report)


def test_the_table_counts_every_row_under_its_digit(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in(both(RIGHT["neighbours-as-a-list"]), "--only", "classifier")
    heads, *rows = graded.check("classifier", "accuracy")["evidence"]["table"]
    assert heads[1:] == [row[0] for row in rows] == [str(digit) for digit in range(10)]
    counts = np.array([[int(cell) for cell in row[1:]] for row in rows])
    assert counts.sum() == 899 and np.trace(counts) > 0.95 * 899


def test_points_fall_in_proportion(judged: Callable[..., Judged]) -> None:
    body = f"    return lambda rows: np.where(np.arange(len(rows)) % 4 == 0, -1, {NEAREST})\n"
    check = judged(both(HEAD + body), "classifier").check("classifier", "accuracy")
    assert check["status"] == "partial" and 3.5 < check["score"] < 4.5, check
    assert check["evidence"]["table"][0][-1] == "other"


def test_stored_labels_are_worthless(judged: Callable[..., Judged]) -> None:
    """The classes bear other numbers in other runs: a digit that is known is not a label that is known."""
    data = np.load(COURSE / "data" / "digits.npz", allow_pickle=False)
    rows = [bytes(row) for row in data["X"]]
    stored = f"STORED = {dict(zip(rows, map(int, data['y']), strict=True))!r}\n"
    body = "    return lambda rows: [STORED[bytes((row * 16).astype(np.uint8))] for row in rows]\n"
    for seed in (1, 2, 3):
        graded = judged(both(stored + HEAD + body), "classifier", seed=seed)
        assert graded.check("classifier", "accuracy")["score"] < 2, graded.out


def test_without_tensor_it_is_missing(judged: Callable[..., Judged]) -> None:
    graded = judged({"classifier.py": REFERENCE}, "classifier")
    assert graded.check("classifier", "accuracy")["status"] == "missing"


def test_the_untouched_template_is_missing(judged: Callable[..., Judged]) -> None:
    source = (ROOT / "student_template" / "classifier.py").read_text("utf-8")
    check = judged(both(source), "classifier").check("classifier", "accuracy")
    assert (check["status"], check["score"]) == ("missing", 0)
    assert "`train_classifier` is not written yet" in check["message"]


def test_code_that_never_ends_is_stopped(hand_in_hostile: Callable[..., Graded], quick_course: Path) -> None:
    file = quick_course / "opt-3-classifier.yaml"
    file.write_text(file.read_text("utf-8").replace("limits: {cpu: 60}", "limits: {cpu: 2}"), "utf-8")
    graded = hand_in_hostile(both(HEAD + "    while True:\n        pass\n"), "--only", "classifier")
    assert graded.check("classifier", "accuracy")["status"] == "timed_out", graded.out


@pytest.mark.parametrize("fault", ["absent", "text", "pickled", "other-shape", "gap"])
def test_a_data_file_that_cannot_be_used_is_the_courses_fault(
    fault: str, tmp_path: Path, hand_in: Callable[..., Graded]
) -> None:
    course = tmp_path / "course" / "exercises"
    (course / "data").mkdir(parents=True)
    for name in ("course.yaml", "opt-3-classifier.yaml"):
        shutil.copy(COURSE / name, course / name)
    shutil.copy(COURSE / "data" / "tensor_engine.py", course / "data" / "tensor_engine.py")
    shutil.copytree(ROOT / "student_template", tmp_path / "course" / "student_template")
    file, rows = course / "data" / "digits.npz", np.ones((8, 4), np.uint8)
    match fault:
        case "text":
            write_files(course / "data", {"digits.npz": "no data"})
        case "pickled":
            np.savez(file, X=np.array([object()] * 8), y=np.arange(8))
        case "other-shape":
            np.savez(file, X=rows, y=np.arange(7))
        case "gap":
            np.savez(file, X=rows, y=np.array([0, 1, 1, 0, 3, 3, 0, 1]))
    graded = hand_in(both(HEAD + "    return lambda rows: rows[:, 0]\n"), "--only", "classifier", "--course", course)
    if fault == "absent":
        assert graded.code == 2 and "there is no file 'data/digits.npz' in the course's folder" in graded.err
        return
    check = graded.check("classifier", "accuracy")
    assert check["status"] == "judge_error" and "digits.npz" in check["message"], check
