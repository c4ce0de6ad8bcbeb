"""What is still the template's is told without running anything, whatever was added in comments and blank lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import COURSE, ROOT, Graded

from grader.judge.untouched import is_untouched

TEMPLATE = (ROOT / "student_template" / "ops.py").read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        TEMPLATE,
        TEMPLATE.replace("\n", "\r\n"),
        "# Name: Jörg\n\n" + TEMPLATE.replace("\n\n", "\n\n    # later\n\n"),
        "\ufeff" + TEMPLATE,
        TEMPLATE.replace("\n", "  \n"),
    ],
    ids=["as-it-is", "windows", "comments", "byte-order-mark", "blanks"],
)
def test_comments_and_line_ends_change_nothing(text: str) -> None:
    assert is_untouched(text, TEMPLATE)


@pytest.mark.parametrize(
    "text",
    [
        TEMPLATE + "x = 1\n",
        "# a comment ends here\rx = 1\n" + TEMPLATE,
        TEMPLATE.replace("    ", "  ", 1),
        TEMPLATE + "\ndef sigmoid(x):\n    return 1\n",
        "",
    ],
    ids=["a-line", "after-a-carriage-return", "indentation", "a-second-definition", "empty"],
)
def test_a_line_of_code_is_a_change(text: str) -> None:
    assert not is_untouched(text, TEMPLATE)


def test_a_stub_with_a_comment_is_missing_at_its_own_line(hand_in: Callable[..., Graded]) -> None:
    done = hand_in({"ops.py": "# mine\n\n" + TEMPLATE}, "--only", "2.7")
    line = next(number for number, text in enumerate(TEMPLATE.split("\n"), 3) if text.startswith("def sigmoid("))
    check = done.check("2.7", "forward")
    assert check["status"] == "missing" and f"(ops.py:{line})" in check["message"]


def test_a_function_that_is_made_elsewhere_in_the_file_counts(hand_in: Callable[..., Graded]) -> None:
    works = "\nimport numpy as np\nsigmoid = lambda x: 1 / (1 + np.exp(-x))\n"
    done = hand_in({"ops.py": TEMPLATE + works}, "--only", "2.7")
    assert done.check("2.7", "forward")["status"] == "correct"


@pytest.mark.alone
def test_some_exercises_of_code_do_not_wait_for_the_others(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    course = tmp_path / "course"
    course.mkdir()
    for path in COURSE.iterdir():
        if path.is_file():
            (course / path.name).write_text(path.read_text("utf-8").replace("../", f"{ROOT}/"), "utf-8")
    (course / "data").symlink_to(COURSE / "data")
    work = {path.name: path.read_text("utf-8") for path in (ROOT / "reference").glob("*.*")}
    whole = hand_in(work, "--course", course, "--only", "2.5", "--only", "2.2")
    some = hand_in(work, "--course", course, "--only", "2.5")
    assert some.exercise("2.5")["seed"] == whole.exercise("2.5")["seed"] and some.score == 8.0
    assert some.results["course"] == whole.results["course"]
    broken = course / "2.09-matrix-gradient.yaml"
    broken.write_text(broken.read_text("utf-8").replace("kind: gradient", "kind: gradiant"), "utf-8")
    again = hand_in(work, "--course", course, "--only", "2.5")
    assert again.code == 0 and again.score == 8.0
    told = hand_in(work, "--course", course)
    assert told.code == 2 and "gradiant" in told.err
