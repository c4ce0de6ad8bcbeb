"""`grade diff`: whose score moved between two runs, on which check, and what had changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Graded, write_files

TWICE = """\
id: "1.1"
title: Twice
file: work.py
points: 7
task: Write twice and thrice.
checks:
  - {id: twice, claim: twice doubles, kind: value, points: 2, call: twice(x), equals: 2 * x,
     inputs: &one {x: {between: [1, 3]}}}
  - {id: thrice, claim: thrice triples, kind: value, points: 1, call: thrice(x), equals: 3 * x, inputs: *one}
  - {id: why, claim: the reason is given, kind: text, points: 4, answer: why, file: answers.yaml}
"""
MORE = """\
id: bonus
title: Four times
file: work.py
points: 2
bonus: true
task: Write quadruple.
checks:
  - {id: value, claim: quadruple is right, kind: value, points: 2, call: quadruple(x), equals: 4 * x,
     inputs: {x: {between: [1, 3]}}}
"""
RIGHT = "def twice(x):\n    return 2 * x\ndef thrice(x):\n    return 3 * x\n"
WRONG = RIGHT.replace("2 * x", "x + 1.5")
ANSWER = '"1.1": {why: because of the chain rule}\n'
SAME = "course, grader, machine, seed and submission are the same on both sides\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_files(tmp_path / "course", {"course.yaml": "title: Multiples\n", "1.yaml": TWICE})


@pytest.fixture
def grade(run: Callable[..., Graded], course: Path, tmp_path: Path) -> Callable[..., None]:
    """`grade("class/anna", code)`: a submission called anna, its report in class/anna."""

    def call(out: str, code: str = WRONG, answer: str = ANSWER, *options: str) -> None:
        folder = tmp_path / "handed in" / Path(out).name
        shutil.rmtree(folder, ignore_errors=True)
        write_files(folder, {"work.py": code, "answers.yaml": answer})
        done = run(folder, "--course", course, "--out", out, *options)
        assert done.code in (0, 1), done.err

    return call


def edit(path: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes a results.json as another grader or machine would have written it."""
    file = Path(path) / "results.json"
    content = json.loads(file.read_text("utf-8"))
    change(content)
    file.write_text(json.dumps(content), "utf-8")


def lines(text: str) -> list[str]:
    """The lines with single spaces, in which columns are not counted."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_same_work_twice_is_the_same(grade: Callable[..., None], run: Callable[..., Graded]) -> None:
    grade("before/anna")
    grade("after/anna")
    done = run("diff", "before/anna", "after/anna")
    assert (done.code, done.out, done.err) == (0, SAME + "\n1 compared, 1 unchanged\n", "")
    assert run("diff", "before/anna", "before/anna").code == 0
    assert run("diff", "before/anna/results.json", "after/anna").code == 0


def test_an_edit_is_distinguished_from_the_checks_it_did_not_touch(
    grade: Callable[..., None], run: Callable[..., Graded]
) -> None:
    grade("before/anna")
    grade("after/anna", RIGHT)
    done = run("diff", "before/anna", "after/anna")
    assert done.code == 1
    assert lines(done.out) == [
        "submission changed",
        "anna 1 → 3 of 3, 4 not marked yet",
        "1.1 twice wrong 0 → correct 2 (submission changed)",
        "1 compared, 1 moved up, 0 down, 0 unchanged, mean change +2",
    ]
    back = run("diff", "after/anna", "before/anna")
    assert "correct 2 → wrong 0" in back.out and "0 moved up, 1 down, 0 unchanged, mean change -2" in back.out


def test_an_edit_of_another_file_is_not_called_the_checks_own(
    grade: Callable[..., None], run: Callable[..., Graded]
) -> None:
    grade("before/anna")
    grade("after/anna", answer='"1.1": {why: because}\n')
    assert run("diff", "before/anna", "after/anna").code == 0  # another text, the same verdicts

    def slow(report: dict[str, Any]) -> None:
        report["exercises"][0]["checks"][1] |= {"status": "timed_out", "score": 0}
        report["score"] = 0

    edit("after/anna", slow)
    done = run("diff", "before/anna", "after/anna")
    assert "1.1 thrice correct 1 → timed out 0 (other parts of the submission changed)" in lines(done.out)


def test_a_changed_course_is_the_cause(grade: Callable[..., None], run: Callable[..., Graded], course: Path) -> None:
    grade("before/anna")
    worth = TWICE.replace("points: 7", "points: 8").replace("points: 2", "points: 3")
    write_files(course, {"1.yaml": worth.replace("equals: 2 * x", "equals: x + 1.5"), "2.yaml": MORE})
    grade("after/anna")
    done = run("diff", "before/anna", "after/anna")
    told = lines(done.out)
    assert done.code == 1
    assert told[0].startswith("course ") and "→" in told[0] and "Multiples" not in told[0]
    assert told[1:] == [
        "anna 1 of 3 → 4 of 4, bonus 0 of 0 → 0 of 2, 4 not marked yet",
        "1.1 twice wrong 0 of 2 → correct 3 of 3 (course changed)",
        "bonus not graded → missing 0 (course changed)",
        "1 compared, 1 moved up, 0 down, 0 unchanged, mean change +3",
    ]
    write_files(course, {"course.yaml": "title: More multiples\n"})
    grade("retitled/anna")
    again = run("diff", "after/anna", "retitled/anna")
    assert again.code == 0 and "→ More multiples (" in again.out


def test_course_and_submission_may_both_have_changed(
    grade: Callable[..., None], run: Callable[..., Graded], course: Path
) -> None:
    grade("before/anna")
    with (course / "1.yaml").open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    grade("after/anna", RIGHT)
    done = run("diff", "before/anna", "after/anna")
    assert "1.1 twice wrong 0 → correct 2 (submission, course changed)" in lines(done.out)


def test_a_persons_decision_is_the_cause(grade: Callable[..., None], run: Callable[..., Graded]) -> None:
    grade("before/anna")
    shutil.copytree("before/anna", "after/anna")
    assert run("review", "set", "after/anna", "1.1/why", "3", "--comment", "almost").code == 0
    done = run("diff", "before/anna", "after/anna")
    assert done.code == 1
    assert lines(done.out)[1:3] == [
        "anna 1 of 3 → 4 of 7, 4 → 0 not marked yet",
        "1.1 why needs review 0 → partly correct 3 (review changed)",
    ]
    shutil.copytree("after/anna", "later/anna")
    run("review", "set", "later/anna", "1.1/why", "4", "--comment", "fully")
    edit("later/anna", lambda report: report.update(grader_version="9.9"))
    again = lines(run("diff", "after/anna", "later/anna").out)
    assert "1.1 why partly correct 3 → correct 4 (review changed)" in again
    grade("later/anna", WRONG, '"1.1": {why: another answer}\n')
    lost = lines(run("diff", "after/anna", "later/anna").out)
    assert "1.1 why partly correct 3 → needs review 0 (submission, review changed)" in lost


def test_a_decision_on_a_check_that_is_worth_something_else_is_not_the_only_cause(
    grade: Callable[..., None], run: Callable[..., Graded], course: Path
) -> None:
    grade("before/anna")
    write_files(course, {"1.yaml": TWICE.replace("points: 7", "points: 8").replace("points: 4, ans", "points: 5, ans")})
    grade("after/anna")
    assert run("review", "set", "after/anna", "1.1/why", "3", "--comment", "almost").code == 0
    told = lines(run("diff", "before/anna", "after/anna").out)
    assert "1.1 why needs review 0 of 4 → partly correct 3 of 5 (course, review changed)" in told


def test_a_decision_on_nothing_but_the_comment_moves_nothing(
    grade: Callable[..., None], run: Callable[..., Graded]
) -> None:
    grade("before/anna")
    run("review", "set", "before/anna", "1.1/why", "3", "--comment", "almost")
    shutil.copytree("before/anna", "after/anna")
    run("review", "set", "after/anna", "1.1/why", "3", "--comment", "nearly there")
    assert run("diff", "before/anna", "after/anna").code == 0


def test_an_exercise_that_was_not_requested_is_one_line(
    grade: Callable[..., None], run: Callable[..., Graded], course: Path
) -> None:
    write_files(course, {"2.yaml": MORE})
    grade("before/anna")
    grade("after/anna", WRONG, ANSWER, "--only", "bonus")
    told = lines(run("diff", "before/anna", "after/anna").out)
    assert "1.1 partly correct 1 → not graded (--only changed)" in told
    assert sum("not graded" in line for line in told) == 1


@pytest.mark.parametrize(
    ("key", "value", "fact", "cause"),
    [
        ("grader_version", "9.9", "grader 0.", "grader"),
        ("environment", {"python": "3.99", "numpy": "9", "platform": "Linux"}, "numpy ", "grader"),
        ("isolation", "nothing at all", "isolation ", "isolation"),
        ("seed", 7, "seed 0 → 7", "seed"),
        ("notes", [], "course, grader, machine,", ""),
    ],
)
def test_the_grader_the_machine_and_the_seed_are_distinguished(
    grade: Callable[..., None], run: Callable[..., Graded], key: str, value: object, fact: str, cause: str
) -> None:
    grade("before/anna")
    shutil.copytree("before/anna", "after/anna")

    def other(report: dict[str, Any]) -> None:
        report["exercises"][0]["checks"][1] |= {"status": "timed_out", "score": 0}
        report |= {"score": 0, key: value}

    edit("after/anna", other)
    done = run("diff", "before/anna", "after/anna")
    told = lines(done.out)
    assert done.code == 1 and any(line.startswith(fact) for line in told)
    why = f"({cause} changed)" if cause else "(no recorded cause)"
    assert f"1.1 thrice correct 1 → timed out 0 {why}" in told
    assert ("1 change without a recorded cause: perhaps the grader or the machine" in done.out) != bool(cause)


@pytest.fixture
def classes(grade: Callable[..., None]) -> None:
    """Two runs of a class: anna mended her work, ben broke his, 李 雷 left it, one came late, one is gone."""
    for name, before, after in (
        ("anna", WRONG, RIGHT),
        ("ben", RIGHT, ""),
        ("李 雷", RIGHT, RIGHT),
        ("early", RIGHT, None),
        ("late", None, WRONG),
    ):
        for run_name, code in (("monday", before), ("friday", after)):
            if code is not None:
                grade(f"{run_name}/{name}", code)
    write_files(Path("friday"), {"gradebook.csv": "x", "class.sqlite": b"\0", "index.html": ""})
    Path("friday/assets").mkdir()


def test_a_class_is_matched_by_folder_names(classes: None, run: Callable[..., Graded]) -> None:
    done = run("diff", "monday", "friday")
    assert done.code == 1
    assert lines(done.out) == [
        "submission changed (in 2 of 3)",
        "anna 1 → 3 of 3, 4 not marked yet",
        "1.1 twice wrong 0 → correct 2 (submission changed)",
        "ben 3 → 0 of 3, 4 not marked yet",
        "1.1 twice correct 2 → missing 0 (submission changed)",
        "1.1 thrice correct 1 → missing 0 (submission changed)",
        "only in monday: early",
        "only in friday: late",
        "3 compared, 1 moved up, 1 down, 1 unchanged, mean change -0.333",
    ]
    two = run("diff", "monday/anna", "friday/ben")
    assert "anna → ben 1 → 0 of 3, 4 not marked yet" in lines(two.out)
    shutil.rmtree("friday/late")
    for name in ("anna", "ben"):
        shutil.rmtree(f"friday/{name}")
        shutil.copytree(f"monday/{name}", f"friday/{name}")
    left = run("diff", "monday", "friday")
    assert left.code == 1 and lines(left.out)[1:] == ["only in monday: early", "3 compared, 3 unchanged"]


def test_the_same_for_a_program(classes: None, run: Callable[..., Graded]) -> None:
    done = run("diff", "monday", "friday", "--json")
    told = json.loads(done.out)
    assert done.code == 1
    assert told["summary"] == {
        "compared": 3, "up": 1, "down": 1, "level": 0, "unchanged": 1, "mean_change": -1 / 3, "in_doubt": 0,
    }  # fmt: skip
    assert (told["before"], told["after"]) == ("monday", "friday")
    assert (told["only_before"], told["only_after"], told["unreadable"]) == (["early"], ["late"], [])
    assert told["changes"] == [{"what": "submission", "before": "", "after": "", "submissions": 2}]
    anna = told["moved"][0]
    assert (anna["name"], anna["change"], anna["causes"]) == ("anna", 2, ["submission"])
    assert anna["checks"] == [
        {
            "exercise": "1.1",
            "check": "twice",
            "before": {"status": "wrong", "score": 0, "max_score": 2},
            "after": {"status": "correct", "score": 2, "max_score": 2},
            "causes": ["submission"],
        }
    ]


def test_a_broken_report_is_named_and_the_others_go_on(classes: None, run: Callable[..., Graded]) -> None:
    for folder in ("monday", "friday"):
        Path(folder, "ben", "results.json").write_text('{"schema": 1', "utf-8")
    done = run("diff", "monday", "friday")
    assert done.code == 1
    assert "not compared: cannot read monday/ben/results.json: it is not valid JSON" in done.out
    assert lines(done.out)[-1] == "2 compared, 1 moved up, 0 down, 1 unchanged, mean change +1"
    for name in ("anna", "李 雷"):
        Path("friday", name, "results.json").write_text("[]", "utf-8")
    nothing = run("diff", "monday", "friday")
    assert (nothing.code, nothing.out) == (2, "") and nothing.err.count("\n") == 1
    assert "anna/results.json" in nothing.err


def test_wrong_usage_is_one_line(grade: Callable[..., None], run: Callable[..., Graded]) -> None:
    grade("class/anna")
    grade("others/ben")
    Path("empty").mkdir()
    for given, said in (
        (["class", "nowhere"], "nowhere does not exist"),
        (["empty", "class"], "empty holds no results.json"),
        (["class/anna/report.html", "class/anna"], "cannot read class/anna/report.html"),
        (["class/anna", "class"], "class/anna is one report, but class holds a class's reports; compare two reports"),
        (["class", "others"], "class and others have no submission in common"),
    ):
        done = run("diff", *given)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: {said}") and done.err.count("\n") == 1
    assert run("diff", "class").code == 2
    assert "exit codes" in run("diff", "--help").out


def test_names_cannot_steer_the_terminal(grade: Callable[..., None], run: Callable[..., Graded]) -> None:
    for folder, code in (("before", WRONG), ("after", RIGHT)):
        grade(f"{folder}/anna", code)
        Path(folder, "anna").rename(Path(folder, "an\x1b[31mna\u202e"))
        shutil.copytree(Path(folder, "an\x1b[31mna\u202e"), Path(folder, f"only\x9b{folder}"))
    for options in ([], ["--json"]):
        done = run("diff", "before", "after", *options)
        assert done.code == 1
        assert not {"\x1b", "\x9b", "\u202e"} & set(done.out)
