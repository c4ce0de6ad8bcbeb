"""Written answers that cannot be read: line and cause told once, the rest judged, points open, never silently lost."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Graded, Judged, write_files

from grader.judge.pipeline import grade
from grader.judge.scoring import is_unread
from grader.model import CheckResult, Course, Report, Settings, Verdict
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder

REFERENCE = (ROOT / "reference" / "answers.yaml").read_text("utf-8")
FIRST = "2.1:\n  a: left\n  b: 2.4\n  c: {value: 5.76, smaller: yes}\n"
A, B, C = "  a: left\n", "  b: 2.4\n", "  c: {value: 5.76, smaller: yes}\n"
ALL = ["direction", "step", "value", "smaller"]
Judge = Callable[..., Report]


@pytest.fixture
def judge(whole_course: Course, warm_sandbox: Sandbox, tmp_path: Path) -> Judge:
    """`judge(text, ids…)`: the report on an answers.yaml; 2.1 and 2.11 are judged where no ids are given."""

    def call(text: str | bytes, *only: str) -> Report:
        submission = read_folder(write_files(tmp_path / "answers", {"answers.yaml": text}))
        return grade(whole_course, submission, Settings(only=only or ("2.1", "2.11")), warm_sandbox)

    return call


def checks(report: Report, exercise: str = "2.1") -> dict[str, CheckResult]:
    return {check.id: check for one in report.exercises if one.id == exercise for check in one.checks}


def with_first(text: str) -> str:
    """The reference with another text for 2.1, which begins in line 3."""
    assert REFERENCE.count(FIRST) == 1
    return REFERENCE.replace(FIRST, text)


# What stands for 2.1, the answers that are open, the line that is told, and a word of the cause.
SLIPS: dict[str, tuple[str, list[str], str, str]] = {
    "a:left": ("2.1:\n  a:left\n" + B + C, ["direction"], "line 4", "space is missing"),
    "a:left, the last": ("2.1:\n" + B + C + "  a:left\n", ["direction"], "line 6", "space is missing"),
    "all without a space": ("2.1:\n  a:left\n  b:2.4\n", ALL, "line 4", "space is missing"),
    "value:5.76 in braces": ("2.1:\n" + A + B + "  c: {value:5.76, smaller:yes}\n", ALL[2:], "line 6", "space"),
    "value:5.76 below": ("2.1:\n" + A + B + "  c:\n    value:5.76\n    smaller:yes\n", ALL[2:], "line 7", "space"),
    "a:left in braces": ("2.1: {a:left, b: 2.4, c: {value: 5.76, smaller: yes}}\n", ALL[:1], "line 3", "space"),
    "full-width colon": ("2.1:\n  a：left\n" + B + C, ["direction"], "line 4", "full-width"),
    "full-width everywhere": ("2.1：\n  a：left\n  b：2.4\n", ALL, "line 3", "full-width"),
    "no-break spaces": ("2.1:\n\u00a0\u00a0a: left\n" + B + C, ["direction"], "line 4", "no-break"),
    "no-break spaces, all": ("2.1:\n" + (A + B + C).replace("  ", "\u00a0\u00a0"), ALL, "lines 4, 5 and 6", "no-break"),
    "no-break space behind it": ("2.1:\n  a:\u00a0left\n" + B + C, ["direction"], "line 4", "not no-break spaces"),
    "full-width space behind it": ("2.1:\n" + A + "  b:\u30002.4\n" + C, ["step"], "line 5", "not full-width spaces"),
    "parts without braces": ("2.1:\n" + A + B + "  c: value: 5.76, smaller: yes\n", ALL[2:], "line 6",
                             "write `c: {value: ..., smaller: ...}`"),
    "full-width space": ("2.1:\n\u3000a: left\n" + B + C, ["direction"], "line 4", "full-width spaces"),
    "a tab": ("2.1:\n\ta: left\n" + B + C, ["direction"], "line 4", "tabs"),
    "a tab deeper": ("2.1:\n" + A + B + "  c:\n\tvalue: 5.76\n    smaller: yes\n", ALL[2:], "line 7", "tabs"),
    "unindented": ("2.1:\na: left\nb: 2.4\nc: {value: 5.76, smaller: yes}\n", ALL, "lines 4, 5 and 6", "no exercise"),
    "unindented, one": ("2.1:\n" + A + C + "b: 2.4\n", ["step"], "line 6", "no exercise"),
    "unindented parts": ("2.1:\n" + A + B + "  c:\n  value: 1\n  smaller: no\n", ALL[2:], "lines 7 and 8", "`c:`"),
    "2.1a": ("2.1a: left\n2.1b: 2.4\n", ALL[:2], "lines 3 and 4", "below `2.1:`"),
    "2.1 a": ("2.1 a: left\n", ["direction"], "line 3", "below `2.1:`"),
    "2.1: a: left": ("2.1: a: left\n", ALL, "line 3", "below `2.1:`"),
    "Exercise 2.1": (FIRST.replace("2.1", "Exercise 2.1"), ALL, "line 3", "the key must be `2.1:`"),
    "2.l": (FIRST.replace("2.1", "2.l"), ALL, "line 3", "there is no exercise `2.l`"),
    "no colon behind 2.1": (FIRST.replace("2.1:", "2.1"), ALL, "line 3", "colon is missing after `2.1`"),
    "no colon behind a": ("2.1:\n  a left\n" + B + C, ["direction"], "line 4", "not a key with an answer"),
    "twice": ("2.1:\n" + A + "  a: right\n" + B + C, ["direction"], "lines 4 and 5", "`a:` appears twice"),
    "2.1 twice": (FIRST + "2.1: {a: left}\n", ALL, "lines 3 and 7", "`2.1:` appears twice"),
    "curly quotes": ("2.1:\n  a: “left: so”\n" + B + C, ["direction"], "line 4", '"double quotes"'),
    "two slips of one part": (
        "2.1:\n" + A + B + "  c:\n    value:\n      x:\n        u: “5: so”\n        v: “6: so”\n    smaller: yes\n",
        ["value"], "line 9", '"double quotes"'),
    # What is lost is longer than what is looked at: it may hold any answer.
    "a long line": ("2.1:\n  a: “left: " + "so " * 700 + "”\n", ALL, "line 4", "a second `:`"),
    "a second colon": ("2.1:\n  a: left: f grows\n" + B + C, ["direction"], "line 4", "quotes"),
    "open quotes": ('2.1:\n  a: "left\n' + B + C, ["direction"], "line 4", "quotes are never closed"),
    "an open bracket": ("2.1:\n" + A + B + "  c: {value: 5.76, smaller: yes\n", ALL[2:], "line 6", "never closed"),
    "indented too far": ("2.1:\n" + A + "   b: 2.4\n" + C, ALL[:2], "line 5", "indented by 3"),
    "an alias": ("2.1:\n  a: *left\n" + B + C, ["direction"], "line 4", "quotes"),
    "a control character": ("2.1:\n  a: le\aft\n" + B + C, ["direction"], "line 4", "control character"),
    "a list": ("2.1: [left, 2.4]\n", ALL, "line 3", "keys a, b, c"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_slip_costs_its_own_answers_alone_and_is_told_once(name: str, end: str, judge: Judge) -> None:
    text, unread, line, cause = SLIPS[name]
    report = judge(with_first(text).replace("\n", end))
    found = checks(report)
    assert [id_ for id_, check in found.items() if check.status is Verdict.NEEDS_REVIEW] == unread
    assert all(found[id_].unread and found[id_].score == 0 for id_ in unread)
    right = {id_ for id_ in ALL if found[id_].status is Verdict.CORRECT}
    missing = {id_ for id_ in ALL if found[id_].status is Verdict.MISSING}
    assert right | missing | {*unread} == {*ALL}
    assert not missing or name in ("2.1a", "2.1 a", "all without a space", "full-width everywhere")
    (note,) = [note for note in report.notes if note.startswith("answers.yaml, line")]
    assert note.startswith(f"answers.yaml, {line}: not read: ")
    assert cause in note
    assert report.unread == len(unread)
    assert report.max_score == 6  # 2.1 whole, and of 2.11 what no person has to read
    assert checks(report, "2.11")["doubled"].status is Verdict.CORRECT


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_answers_that_are_saved_as_unicode_by_an_old_editor_are_read(codec: str, judge: Judge) -> None:
    mark = "" if codec == "utf-16" else "\ufeff"
    report = judge((mark + REFERENCE).encode(codec))
    assert {check.status for check in checks(report).values()} == {Verdict.CORRECT}
    assert not report.notes


@pytest.mark.parametrize(
    ("text", "open_"),
    [(FIRST.replace("a: left", "a: left  # für mich"), []), (FIRST.replace("b: 2.4", "b: 2·4"), ["step"])],
)
@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_a_letter_that_is_no_utf8_costs_its_own_answer_alone(
    text: str, open_: list[str], codec: str, judge: Judge
) -> None:
    report = judge(with_first(text).encode(codec))
    found = checks(report)
    assert [id_ for id_, check in found.items() if check.status is Verdict.NEEDS_REVIEW] == open_
    assert {found[id_].status for id_ in ALL if id_ not in open_} == {Verdict.CORRECT}
    (note,) = report.notes
    assert note.startswith("answers.yaml is not UTF-8 text: byte 0x") and note.endswith("save it as UTF-8")


def test_the_person_who_marks_it_sees_what_is_written(judge: Judge) -> None:
    report = judge(with_first("2.1:\na: left\nb: 2.4\n"), "2.1")
    assert [check.evidence.answer for check in checks(report).values()][:2] == ["a: left", "b: 2.4"]
    twice = checks(judge(with_first(FIRST.replace(A, A + "  a: right\n")), "2.1"))
    assert twice["direction"].evidence.answer.split() == ["a:", "left", "a:", "right"]


def test_what_a_person_has_decided_is_read(judge: Judge) -> None:
    check = checks(judge(with_first("2.1:\n  a:left\n"), "2.1"))["direction"]
    assert is_unread(check) and not is_unread(replace(check, status=Verdict.WRONG))


def test_a_blank_answer_beside_a_slip_is_still_missing(judge: Judge) -> None:
    report = judge(with_first("2.1:\n  a:left\n  b:\n  c:\n    value:\n    smaller:\n"))
    found = checks(report)
    assert [found[id_].status for id_ in ALL] == [Verdict.NEEDS_REVIEW, *[Verdict.MISSING] * 3]


@pytest.mark.parametrize("text", ["name: Ada\ndate: 2024-01-01\n" + REFERENCE, REFERENCE + "notes: {x: 1}\n",
                                  REFERENCE.replace(A, A + "  note: easy\n"), REFERENCE.replace("\n\n", "\n---\n"),
                                  REFERENCE.replace("  a: left", "  a: [left]").replace("2.1:", "2.1 :")])  # fmt: skip
def test_what_hides_no_answer_costs_nothing(text: str, judge: Judge) -> None:
    report = judge(text)
    assert (report.score, report.max_score, report.unread) == (6, 6, 0)
    assert report.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "2.1: {\n  a: left, b: 2.4,\n  c: {value: 5.76, smaller: yes}\n}\n",
        "2.1:\n  a: left\n  b:\n  - 2.4\n  c: {\n  value: 5.76, smaller: yes\n  }\n",
        "2.1:\n# mine\n  a: left\n  b: 2.4\n# the last\n  c: {value: 5.76, smaller: yes}\n",
    ],
)
def test_whatever_stands_at_the_left_belongs_to_its_answer_beside_a_slip_elsewhere(text: str, judge: Judge) -> None:
    report = judge(with_first(text).replace("a: 1024", "a:1024"))
    assert {check.status for check in checks(report).values()} == {Verdict.CORRECT}
    assert checks(report, "2.11")["doubled"].status is Verdict.NEEDS_REVIEW


def test_keys_that_are_no_answers_do_not_turn_what_is_missing_into_work(judge: Judge) -> None:
    report = judge("name: Ada\n" + with_first("2.1:\n"))
    assert {check.status for check in checks(report).values()} == {Verdict.MISSING}
    assert report.unread == 0


def test_a_part_that_stands_alone_is_no_other_answer(judge: Judge) -> None:
    report = judge("2.3:\n  a: 5, 6\n  b:\n  sum: 5\n  difference: 1\n  z: 5\n", "2.3")
    due = [Verdict.MISSING, Verdict.CORRECT, Verdict.NEEDS_REVIEW, Verdict.MISSING]
    assert [check.status for check in checks(report, "2.3").values()] == due
    assert [note[:31] for note in report.notes] == ["answers.yaml, lines 4, 5 and 6:"]


def test_an_exercise_inside_another_is_found(judge: Judge) -> None:
    text = REFERENCE.replace(
        "\n2.9:\n  a: (D, M)\n  b: grad_Y @ W.T\n", "\n  2.9:\n    a: (D, M)\n    b: grad_Y @ W.T\n"
    )
    report = judge(text, "2.4", "2.9")
    assert [check.status for check in checks(report, "2.9").values()][:2] == [Verdict.NEEDS_REVIEW] * 2
    assert any("`2.9:` is indented too far" in note for note in report.notes)


def test_nothing_follows_from_an_answer_that_cannot_be_read(judge: Judge) -> None:
    found = checks(judge(with_first("2.1: {a: left, b:3.6, c: {value: 12.96, smaller: no}}\n"), "2.1"))
    assert found["value"].status is Verdict.NEEDS_REVIEW
    assert found["smaller"].status is Verdict.CORRECT


@pytest.mark.parametrize("text", ["left, 2.4", "- 2.1: {a: left}\n", "2.1: {a: " + "x" * (70 << 10) + "}"])
def test_a_file_that_is_no_mapping_leaves_all_points_open(text: str, judge: Judge) -> None:
    report = judge(text)
    assert (report.score, report.max_score, report.unread) == (0, 8, 8)
    assert [note[:28] for note in report.notes] == ["answers.yaml, line 1: not re"]


def test_where_each_part_alone_is_yaml_and_the_whole_is_none_no_part_is_believed(judge: Judge) -> None:
    report = judge(REFERENCE.replace("\n2.2:", "\n% done\n2.2:"))
    assert {check.status for check in checks(report).values()} == {Verdict.NEEDS_REVIEW}
    assert report.score == 0 and report.unread == report.max_score


def test_latex_in_double_quotes_is_latex(judge: Judge) -> None:
    text = REFERENCE.replace("b: 1/1024", r'b: "\frac{1}{1024}"').replace(
        "b: cos(x**2) * 2*x", r'b: "2x \cdot \cos\left(x^2\right)"'
    )
    report = judge(text.replace("b: grad_Y @ W.T", r'b: "\text{grad\_Y} W^\top"'), "2.2", "2.11")
    assert checks(report, "2.11")["halved"].status is Verdict.CORRECT
    assert checks(report, "2.2")["derivative"].status is Verdict.CORRECT
    broken = r'"\nabla \theta \tau \beta \rho \alpha \varphi \xi \{\} a\tb\nnext \"q\" \\ \x41"'
    graded = judge("2.4: {c: " + broken + "}", "2.4")
    shown = checks(graded, "2.4")["why"].evidence.answer
    assert shown == r"\nabla \theta \tau \beta \rho \alpha \varphi \xi \{\} a\x09b" + "\n" + r'next "q" \ A'


def test_free_text_in_any_form_is_green(judge: Judge) -> None:
    for answer in ("some words", "[one, two]", "{Note: one, so m = 1}"):
        report = judge(f"2.4: {{a: n < m, b: n > m, c: {answer}}}", "2.4")
        assert (report.score, report.max_score, report.pending, report.unread) == (2, 2, 2, 0)


def test_a_run_is_not_green_until_a_person_has_read_it(hand_in: Callable[..., Graded]) -> None:
    slip = {"answers.yaml": with_first("2.1:\n  a:left\n" + B + C)}
    graded = hand_in(slip, "--only", "2.1")
    assert graded.code == 1
    assert (graded.score, graded.results["max_score"], graded.results["pending"], graded.results["unread"]) == (
        3,
        4,
        1,
        1,
    )
    assert graded.out.count("line 4: not read") == 1
    assert "3 of 4 points, 1 point not marked yet (1 in unreadable answers" in graded.out
    assert graded.html.count("line 4: not read") == 1
    assert "1 in unreadable answers" in graded.html
    assert hand_in(slip, "--only", "2.1", "--fail-under", "75").code == 0
    assert hand_in(slip, "--only", "2.1", "--fail-under", "76").code == 1
    assert hand_in({"answers.yaml": with_first(FIRST.replace("left", "see notes"))}, "--only", "2.1").code == 1
    assert hand_in({"answers.yaml": REFERENCE}, "--only", "2.4").code == 0


def test_one_line_stands_for_an_exercise_of_which_nothing_can_be_read(judged: Callable[..., Judged]) -> None:
    graded = judged({"answers.yaml": "- left\n"}, "2.3")
    assert graded.out.count("this answer may be in line 1 of answers.yaml") == 1


def test_a_person_gives_the_points_back(hand_in: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    slip = {"answers.yaml": with_first("2.1:\n  a:left\n" + B + C)}
    hand_in(slip, "--only", "2.1")
    sheet = run("review", "export", "grade-report").out
    assert "a:left" in sheet
    assert run("review", "set", "grade-report", "2.1/direction", "1", "--comment", "read").code == 0
    again = hand_in(slip, "--only", "2.1")
    assert (again.code, again.score, again.results["pending"], again.results["unread"]) == (0, 4, 0, 0)
    run("review", "set", "grade-report", "2.1/direction", "0", "--comment", "wrong")
    lost = hand_in(slip, "--only", "2.1")
    assert (lost.code, lost.score, lost.results["max_score"], lost.results["unread"]) == (1, 3, 4, 0)


def test_a_class_counts_them_once(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "class" / "anna", {"answers.yaml": REFERENCE})
    write_files(tmp_path / "class" / "ben", {"answers.yaml": with_first("2.1:\n  a:left\n" + B + C)})
    assert run("batch", "class", "--out", "out", "--jobs", "1").code == 0
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        anna, ben = csv.DictReader(file)
    assert (anna["max"], ben["max"]) == ("100", "100")
    assert float(ben["pending"]) == float(anna["pending"]) + 1
    assert float(ben["score"]) == float(anna["score"]) - 1 == float(ben["final"])
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "answers.yaml, line 4: not read" in page
