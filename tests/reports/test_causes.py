"""Findings with one cause stand under one heading in every report, and what the mistake is stands there once."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import strangers
from conftest import ROOT, Graded, Judged
from markdown_it import MarkdownIt
from notebooks import colab
from test_formats import NOW, WORK, Log
from test_reports import Tags

from grader.judge.causes import heading
from grader.model import Cause, ExerciseResult, Report
from grader.reports import classroom50, github, gradescope, html_report, json_report, junit, markdown
from grader.reports.grouping import Group
from grader.review.decision import Decision, decided

Judge = Callable[..., Judged]
REFERENCE = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "reference").glob("*.py"))}
MUL = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
ENGINE = REFERENCE["value.py"].replace(MUL, MUL.replace("+=", "="))
HEADING = "1 mistake explains 6 checks"
HINT = "In *, a new contribution replaces the earlier one"
EXPLAINED = ["mul", "sub", "div", "numbers", "order", "graphs"]
FOLLOWS = ["sub", "div", "numbers"]
LOST = 14 - 28 / 3


def flat(text: str) -> str:
    """The text on one line: where it is wrapped does not matter."""
    return " ".join(text.split())


@pytest.fixture
def value(judged: Judge) -> Judged:
    """The engine with `=` for `+=` in `__mul__`."""
    assert REFERENCE["value.py"] != ENGINE
    return judged({"value.py": ENGINE}, "value")


def claims(judged: Judged) -> dict[str, str]:
    return {check.id: check.claim for check in judged.report.exercises[0].checks}


def in_order(text: str, *pieces: str) -> None:
    places = [text.index(piece) for piece in pieces]
    assert places == sorted(places), list(zip(places, pieces, strict=True))


def test_results_list_the_cause_with_its_checks(value: Judged) -> None:
    jsonschema.validate(value.results, json.loads((ROOT / "docs" / "results.schema.json").read_text("utf-8")))
    exercise = value.exercise("value")
    (cause,) = exercise["causes"]
    assert HINT in cause.pop("what") and cause.pop("lost") == pytest.approx(LOST)
    assert cause == {
        "id": "mul-assign", "exercise": "value", "about": "mul", "checks": EXPLAINED, "follows": FOLLOWS,
        "mistakes": 1, "place": value.check("value", "mul")["evidence"]["place"],
    }  # fmt: skip
    assert [check["id"] for check in exercise["checks"]][:4] == ["add", "mul", "sub", "div"], "in the course's order"


def test_the_terminal_tells_it_once_under_one_heading(value: Judged) -> None:
    said = claims(value)
    assert value.out.count(HEADING) == 1 and flat(value.out).count(HINT) == 1
    assert f"  {HEADING} (4.67 points lost)\n" in value.out
    group = value.out
    in_order(group, HEADING, *(said[id_][:40] for id_ in EXPLAINED))  # before they are wrapped
    assert group.count("run again:") == group.count("yours:") == group.count("value.py:35  Value.__mul__") == 1
    assert flat(group).count("(follows: no points lost)") == len(FOLLOWS)
    assert "explains this, too" not in value.out and said["tanh"] not in value.out, "right, and not asked for"


def test_the_page_starts_with_it_and_lists_the_others_below(value: Judged) -> None:
    said = claims(value)
    assert value.html.count(HEADING) == value.html.count(HINT) == 1
    assert "explains this, too" not in value.html
    levels = [int(tag[1]) for tag, _ in Tags(value.html).seen if re.fullmatch("h[1-6]", tag)]
    assert levels[:3] == [1, 2, 3] and all(after <= before + 1 for before, after in itertools.pairwise(levels))
    (start,) = re.findall(r'<section class="start".*?</section>', value.html, re.S)
    in_order(start, "Start here", HEADING, *(said[id_] for id_ in EXPLAINED))
    assert start.count('<th scope="col">yours</th>') == 1 and start.count(">follows: no points lost<") == len(FOLLOWS)
    assert said["add"] not in start and said["add"] in value.html


def test_markdown_has_the_heading_first_and_a_line_for_each_other(value: Judged) -> None:
    text = markdown.text(value.report, WORK, NOW)
    assert text.count(HINT) == 1 and "explains this, too" not in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    headings = [
        tokens[place + 1].children for place, token in enumerate(tokens) if token.tag == "h3" and token.nesting > 0
    ]
    plain = ["".join(part.content for part in parts or ()) for parts in headings]
    assert plain == ["The mistake told above explains", "Other checks"]
    in_order(text, "## Start here", f"{HEADING} (4\\.67 points lost)", HINT, "| exercise |", "### The mistake")
    lines = ["".join(part.content for part in token.children or ()) for token in tokens if token.level == 3]
    assert [line.partition(" (")[0][2:] for line in lines if "/" in line[-30:]] == [
        claims(value)[id_].partition(" (")[0] for id_ in EXPLAINED
    ]
    assert text.count("follows\\: no points lost") == len(FOLLOWS)


def test_the_step_summary_and_one_annotation_tell_it(
    hand_in: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    graded = hand_in({"value.py": ENGINE}, "--only", "value", "--format", "github")
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert summary.count(HEADING) == summary.count(HINT) == 1
    ((name, properties, message),) = Log.of(graded.out).commands
    assert (name, properties["file"], properties["line"]) == ("error", "submission/value.py", "35")
    assert properties["title"].endswith("(4.67 points lost)")
    assert message.startswith(HEADING) and message.count(HINT) == 1
    assert message.count("\n- ") == 6 and message.count("(follows: no points lost)") == len(FOLLOWS)


def test_junit_points_to_the_cause_by_name(value: Judged) -> None:
    text = junit.text(value.report, WORK, NOW)
    assert text.count(HEADING) == text.count(HINT) == 1
    failures = {case.get("name"): case.findtext("failure") for case in ElementTree.fromstring(text).iter("testcase")}
    said = claims(value)
    told = {id_: failures[claim] for id_, claim in said.items() if failures[claim]}
    assert told.keys() == {"mul", "order", "graphs"} and HINT in (told["mul"] or "")
    for id_ in ("order", "graphs"):
        pointer, what = (told[id_] or "").splitlines()
        assert pointer == f'explained by the mistake mul-assign (value.py:30 Value.__mul__): see "{said["mul"]}"'
        assert "wrong in" in what


def test_gradescope_tells_it_in_the_test_that_is_about_it(value: Judged) -> None:
    data = json.loads(gradescope.text(value.report, WORK, NOW))
    jsonschema.validate(data, json.loads((ROOT / "tests" / "schemas" / "gradescope.json").read_text("utf-8")))
    outputs = {test["extra_data"]["check"]: test["output"] for test in data["tests"]}
    assert [id_ for id_, output in outputs.items() if HEADING in output or HINT in output] == ["mul"]
    assert [id_ for id_, output in outputs.items() if "explained by the mistake mul-assign" in output] == EXPLAINED[1:]
    assert all("no points are lost here" in outputs[id_] for id_ in FOLLOWS)


def test_a_second_try_names_the_heading(judged: Judge) -> None:
    files = REFERENCE | {"value.py": ENGINE}
    _, check = judged(files, "value", "value-check").report.exercises
    assert f'counts (mul-assign), under "{HEADING}". So this' in check.notes[-1]
    assert not check.causes


def every_report(report: Report) -> list[str]:
    formats = [module.text(report, WORK, NOW) for module in (junit, gradescope, markdown, github)]
    return [*formats, html_report.text(report), Judged(report).out]


UNSHARED = {
    "right": REFERENCE["value.py"],
    "no-known-mistake": REFERENCE["value.py"].replace(MUL, MUL.replace("out.grad\n", "out.grad * 1.25\n")),
    "one-check": strangers.source("micrograd", "tanh-x") or "",
}


@pytest.mark.parametrize("name", UNSHARED)
def test_without_a_shared_cause_there_is_no_heading(name: str, judged: Judge) -> None:
    found = judged({"value.py": UNSHARED[name]}, "value").report
    (exercise,) = found.exercises
    assert [len(cause.checks) for cause in exercise.causes] == ([1] if name == "one-check" else [])
    without = replace(found, exercises=(replace(exercise, causes=()),))
    texts = every_report(found)
    assert texts == every_report(without)
    assert not any("explain" in text or "Other checks" in text for text in texts)


def old(report: Report) -> dict[str, Any]:
    """The report as a grader wrote it that knew no causes."""
    data = json.loads(json_report.text(report))
    for exercise in data["exercises"]:
        del exercise["causes"]
    return data


def test_results_of_an_older_grader_are_read_and_shown_check_by_check(
    value: Judged, run: Callable[..., Graded], tmp_path: Path
) -> None:
    data = json.dumps(old(value.report)).encode()
    report = json_report.parsed(data)
    assert not report.exercises[0].causes
    texts = every_report(report)
    assert not any(HEADING in text for text in texts) and texts[-1].count("explains this, too") == 1
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "results.json").write_bytes(data)
    (tmp_path / "new").mkdir()
    json_report.write(value.report, tmp_path / "new")
    assert json_report.read(tmp_path / "new") == value.report
    compared = run("diff", "old", "new")
    assert compared.code == 0 and "same on both sides" in compared.out


def test_what_a_person_decides_changes_what_it_costs(value: Judged) -> None:
    (exercise,) = value.report.exercises
    order = next(check for check in exercise.checks if check.id == "order")
    mine = Decision(value.report.submission["name"], "value", "order", order.digest, 1.5, "a good <try>")
    changed: ExerciseResult = decided(exercise, [mine])
    assert changed.causes[0].lost == pytest.approx(LOST - 1.5)
    report = replace(value.report, exercises=(changed,))
    assert f"{HEADING} (3.17 points lost)" in Judged(report).out
    assert "points given by hand: a good <try>" in Judged(report).out
    assert "points given by hand: a good <try>" in markdown.text(report, WORK, NOW)
    assert classroom50.text(report, WORK, NOW)


def test_two_mistakes_have_one_heading(judged: Judge) -> None:
    text = next(
        text for one, other, text in strangers.pairs("micrograd") if {one, other} == {"add-assign", "mul-assign"}
    )
    found = judged({"value.py": text}, "value")
    (cause,) = found.report.exercises[0].causes
    assert (cause.id, cause.mistakes) == ("add-assign+mul-assign", 2)
    assert f"2 mistakes explain {len(cause.checks)} checks" in found.out


def test_a_mistake_in_a_formula_has_one_too(judged: Judge) -> None:
    source = REFERENCE["ops.py"].replace("grad_output * self.n * self.a **", "grad_output * self.a **")
    found = judged({"ops.py": source}, "2.6")
    (cause,) = found.report.exercises[0].causes
    assert found.out.count("1 mistake explains 2 checks") == 1 and flat(found.out).count(flat(cause.what)) == 1
    assert cause.checks == ("gradient-whole", "gradient-fractional") and cause.place.endswith("Pow.backward")


def test_names_for_one_mistake_are_one_mistake(judged: Judge, tmp_path: Path) -> None:
    """Several known mistakes with one hint that all fit are alternatives, not several mistakes."""
    course = """\
id: "1"
title: Doubling
file: work.py
points: 2
task: Write double(x).
checks:
  - {id: a, claim: small ones, kind: value, points: 1, call: double(x), equals: 2 * x, inputs: {x: {between: [3, 5]}}}
  - {id: b, claim: large ones, kind: value, points: 1, call: double(x), equals: 2 * x, inputs: {x: {between: [6, 9]}}}
wrong:
  - {id: square, gives: {a: [x ** 2], b: [x ** 2]}, fails: [a, b], hint: "Twice, not squared."}
  - {id: product, gives: {a: [x * x], b: [x * x]}, fails: [a, b], hint: "Twice, not squared."}
"""
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.yaml").write_text("title: Sums\n")
    (tmp_path / "course" / "1.yaml").write_text(course)
    found = judged({"work.py": "def double(x):\n    return x ** 2\n"}, course=tmp_path / "course")
    (cause,) = found.report.exercises[0].causes
    assert (cause.id, cause.mistakes) == ("square+product", 1) and "1 mistake explains 2 checks (2 points" in found.out


def test_the_place_in_a_notebook_is_its_cell(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_text(colab("import math", ENGINE))
    graded = run("hw.ipynb", "--only", "value")
    (cause,) = graded.exercise("value")["causes"]
    assert cause["place"].startswith("hw.ipynb, code cell 2, line ") and "value.py:" not in graded.out
    assert f"({cause['place'].partition('  ')[0]})" in cause["what"]


def test_a_mistake_that_is_known_by_its_place_alone_is_told_by_it(value: Judged) -> None:
    (exercise,) = value.report.exercises
    cause = Cause("", "Look at `f`.", "value.py:3  f", "value", "mul", ("mul", "add"))
    assert heading(cause) == "1 mistake explains 2 checks"
    group = Group(exercise.checks[1:], cause)
    assert group.pointer == f'explained by the mistake (value.py:3 f): see "{claims(value)["mul"]}"'
