"""Reports for other tools: each is read by that tool's rules, on right, wrong, hostile and crashing submissions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from conftest import ROOT, Graded, write_files
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_division import division

from grader.model import Report, Submission, Verdict
from grader.reports import classroom50, github, gradescope, json_report, junit, markdown

MARK = "STUDENT"  # in every piece of text that a hostile submission puts somewhere
EVIL = [
    "::error file=ops.py::STUDENT", "::add-mask::STUDENT", "##[add-mask]STUDENT", "x ##[error]STUDENT",
    "::stop-commands::STUDENT", "::STUDENT::", "%0A::warning::STUDENT", "\\r\\n::set-output name=score::STUDENT",
    "```\\n</details><script>STUDENT</script>", "` <img src=x onerror=STUDENT> `", "[STUDENT](javascript:alert(1))",
    "| STUDENT | 9 |\\n|---|---|", "@STUDENT https://example.org/STUDENT", "]]></failure><STUDENT/>",
    "\\x00\\x1b[31m\\ufffe\\u202eSTUDENT", "~~~\\n````\\n# STUDENT", "\\\\` STUDENT",
]  # fmt: skip
HOSTILE = f"""
import os, sys
EVIL = [{", ".join(f'"{text}"' for text in EVIL)}]
for text in EVIL:
    print(text)
    os.write(1, (text + "\\n").encode("utf-8", "replace"))
    os.write(2, (text + "\\n").encode("utf-8", "replace"))
class Div:
    def forward(self, a, b):
        raise ValueError("\\n".join(EVIL))
    def backward(self, g):
        return EVIL
class Power:
    def __init__(self, *n): pass
    def forward(self, a):
        raise type("::error::STUDENT", (Exception,), {{}})("````` STUDENT")
    def backward(self, g):
        return "::error::STUDENT"
"""
SOURCES = {
    "right": division(),
    "wrong": division(backward="(g / b, g * a / b ** 2)"),
    "hostile": HOSTILE,
    "crashing": "import numpy as np\n\ndef broken(:\n    pass\n",
    "exits": "import sys\nsys.exit(0)\n",
}
ODD_NAMES = {
    "`STUDENT` <b>STUDENT<b>.py": "\udcff".encode("utf-8", "surrogateescape"),
    "::error::STUDENT.py": b"\xff",
    "a\n::error::STUDENT.py": b"\xff",
    "##[error]STUDENT.py": b"\xff",
}


def schema(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "tests" / "schemas" / f"{name}.json").read_text("utf-8"))


@dataclass
class Log:
    """What GitHub's runner makes of a log (actions/runner, ActionCommand.cs and ActionCommandManager.cs)."""

    commands: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    inert: list[str] = field(default_factory=list)
    token: str = ""

    @classmethod
    def of(cls, text: str) -> Log:
        log = cls()
        for line in re.split(r"\r\n|\r|\n", text):
            log.hear(line)
        return log

    def hear(self, line: str) -> None:
        name, properties, data = self.parsed(line)
        if self.token:
            if name == self.token:
                self.token = ""
            elif line:
                self.inert.append(line)
        elif name == "stop-commands":
            self.token = data
        elif name:
            self.commands.append((name, properties, data))

    def parsed(self, line: str) -> tuple[str, dict[str, str], str]:
        """As the runner does: `::name a=b,c=d::data` at the start of a line, or `##[name a=b;c=d]data` anywhere."""
        found = re.match(r"\s*::(.*?)::(.*)", line)
        separator = ","
        if not found:
            found = re.search(r"##\[(.*?)\](.*)", line)
            separator = ";"
        if not found:
            return "", {}, ""
        name, _, listed = found[1].partition(" ")
        pairs = [pair.partition("=") for pair in listed.split(separator) if "=" in pair]
        return name, {key: self.unescaped(value, True) for key, _, value in pairs}, self.unescaped(found[2], False)

    @staticmethod
    def unescaped(text: str, in_property: bool) -> str:
        for letter in "\r\n" + (":," if in_property else "") + "%":
            text = text.replace(f"%{ord(letter):02X}", letter)
        return text


@dataclass(frozen=True)
class Formatted:
    """A graded submission with all of its reports."""

    graded: Graded
    folder: Path

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    @property
    def log(self) -> Log:
        return Log.of(self.graded.out)


def options(*only: str) -> list[str]:
    return ["--format", "github", "--format", "junit", "--format", "gradescope", "--format", "classroom50",
            "--format", "markdown", *(word for one in only for word in ("--only", one))]  # fmt: skip


@pytest.fixture
def everything(
    hand_in_hostile: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Formatted]:
    """`everything(source)`: ops.py graded in a process of its own, with every format."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))

    def call(source: str) -> Formatted:
        graded = hand_in_hostile({"ops.py": source, **ODD_NAMES}, *options("2.5", "2.6"))
        return Formatted(graded, tmp_path / "grade-report")

    return call


def spans(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from spans(token.children) if token.children else [token]


@pytest.mark.parametrize("name", SOURCES)
def test_every_format_is_read_by_its_rules(name: str, everything: Callable[..., Formatted], tmp_path: Path) -> None:
    made = everything(SOURCES[name])
    results = made.graded.results
    lost = results["max_score"] - results["score"]
    assert made.graded.code == (1 if lost else 0), made.graded.err
    assert (results["score"] == 8) == (name == "right")
    assert made.graded.err == ""

    _junit(made.read("junit.xml"), results)
    _gradescope(json.loads(made.read("gradescope.json")), results)
    _classroom50(json.loads(made.read("result.json")), results)
    _github(made.log, lost)
    for text in (made.read("report.md"), (tmp_path / "summary.md").read_text("utf-8")):
        _markdown(text, results)


def _junit(text: str, results: dict[str, Any]) -> None:
    suites = list(JUnitXml.fromstring(text.encode()))
    assert [suite.name for suite in suites] == [f"{one['id']} {one['title']}" for one in results["exercises"]]
    for suite, exercise in zip(suites, results["exercises"], strict=True):
        assert {one.name: one.value for one in suite.properties()}["score"] == f"{exercise['score']:g}"
        cases = list(suite)
        assert (suite.tests, suite.failures + suite.errors + suite.skipped) == (
            len(exercise["checks"]), sum(bool(case.result) for case in cases),
        )  # fmt: skip
        for case, check in zip(cases, exercise["checks"], strict=True):
            assert case.name == check["claim"]
            assert bool(case.result) == (check["score"] < check["max_score"])
    root = ElementTree.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
    assert int(root.get("failures", "")) == len(root.findall(".//failure"))
    assert not re.search("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)


def _gradescope(data: dict[str, Any], results: dict[str, Any]) -> None:
    jsonschema.validate(data, schema("gradescope"))
    assert data["score"] == results["score"] == sum(test["score"] for test in data["tests"])
    assert sum(test["max_score"] for test in data["tests"]) == results["max_score"]
    assert all((test["status"] == "passed") == (test["score"] == test["max_score"]) for test in data["tests"])
    assert "hidden" not in json.dumps([data.get("visibility"), [test.get("visibility") for test in data["tests"]]])
    assert (data["output_format"], data["test_output_format"], data["test_name_format"]) == ("md", "md", "text")


def _classroom50(data: dict[str, Any], results: dict[str, Any]) -> None:
    jsonschema.validate(data, schema("classroom50"))
    assert data["score"] == sum(test["score"] for test in data["tests"]) == round(100 * results["score"])
    assert data["max-score"] == sum(test["max-score"] for test in data["tests"]) == round(100 * results["max_score"])
    for test in data["tests"]:
        assert test["score"] <= test["max-score"]
        assert test["passed"] == (test["score"] == test["max-score"])


def _github(log: Log, lost: float) -> None:
    assert log.token == "", "commands are processed again at the end"
    assert any("of 16 points" in line for line in log.inert), "the usual report is there, and inert"
    assert {name for name, _, _ in log.commands} == ({"error"} if lost else set())
    points = 0.0
    for _, properties, data in log.commands:
        assert set(properties) == {"file", "line", "title"} and data
        assert properties["file"] == "hostile/ops.py"
        assert MARK not in properties["title"]
        assert int(properties["line"]) >= 1
        points += float(re.search(r"\(([\d.]+) points? lost\)$", properties["title"])[1])
    assert points == lost


def _markdown(text: str, results: dict[str, Any]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for token in spans(tokens):
        if token.type not in ("fence", "code_inline"):
            assert MARK not in token.content, token
            assert token.type not in ("image", "link_open", "html_inline"), token
        if token.type == "html_block":
            assert re.fullmatch(r"<details><summary>[^<>]*</summary>\n|</details>\n", token.content), token.content
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == 1 + len(results["exercises"])
    assert [token.type for token in tokens].count("heading_open") <= 2 + len(results["exercises"]), (
        "title, what to mend first"
    )


def test_hostile_text_is_shown_all_the_same(everything: Callable[..., Formatted]) -> None:
    made = everything(HOSTILE)
    for name in ("junit.xml", "gradescope.json", "report.md"):
        assert MARK in made.read(name), name
    assert any(MARK in data for _, _, data in made.log.commands)
    assert any("::error file=ops.py::STUDENT" in line for line in made.log.inert)


def test_annotations_stand_at_the_students_line(
    hand_in: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))

    def places(source: str) -> list[tuple[str, str]]:
        log = Log.of(hand_in({"ops.py": source}, "--only", "2.5", "--format", "github").out)
        return [(properties["file"], properties["line"]) for _, properties, _ in log.commands]

    assert places(SOURCES["wrong"]) == [("submission/ops.py", "8")]
    assert places(SOURCES["crashing"]) == [("submission/ops.py", "3")]
    assert places("\n\n" + division("1 / 0 * a")) == [("submission/ops.py", "7")] * 2
    stub = (ROOT / "student_template" / "ops.py").read_text("utf-8")
    line = next(number for number, text in enumerate(stub.splitlines(), 1) if "class Div" in text)
    assert [file for file, _ in places(stub)] == ["submission/ops.py"]
    assert int(places(stub)[0][1]) > line
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "submission"))
    assert places(SOURCES["wrong"]) == [("ops.py", "8")]


def test_annotations_of_files_inside_and_of_single_files(
    run: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    write_files(tmp_path / "work" / "inner", {"ops.py": SOURCES["wrong"]})
    write_files(tmp_path, {"my ops, 100%.py": SOURCES["wrong"]})

    def files(path: str) -> set[str]:
        return {
            properties["file"]
            for _, properties, _ in Log.of(run(path, "--only", "2.5", "--format", "github").out).commands
        }

    assert files("work") == {"work/inner/ops.py"}
    (tmp_path / "my ops, 100%.py").rename(tmp_path / "ops, 100%.py")
    assert files("ops, 100%.py") == {"ops, 100%.py"}


def test_only_the_worst_ten_are_errors(run: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    log = Log.of(run(ROOT / "student_template", "--format", "github").out)
    errors = [properties["title"] for name, properties, _ in log.commands if name == "error"]
    points = [float(re.search(r"\(([\d.]+) points? lost\)$", title)[1]) for title in errors]
    assert len(errors) == 10 and points == sorted(points, reverse=True)
    assert [name for name, _, _ in log.commands][10:] == ["notice"]


def report_of(
    status: Verdict, score: float = 0.0, bonus: bool = False, advisory: bool = False, unread: bool = False
) -> Report:
    """A report on one exercise with one check, as no submission can bring about at will."""
    from grader.judge.scoring import with_checks, with_exercises
    from grader.model import CheckResult, Environment, ExerciseResult

    worth = 0.0 if advisory else 4.0
    check = CheckResult("a", "it works", status, score, worth, "what `is` | wrong", seconds=0.5, advisory=advisory,
                        unread=unread)  # fmt: skip
    exercise = ExerciseResult("1", "One", "one.py", status, 0.0, worth, bonus, 7, "", (), ())
    empty = Report(
        1, {"title": "T", "digest": "d"}, {"name": "n", "digest": "s"}, 7, "none", "0", Environment("3", "2", "x"),
        0.0, 0.0, 0.0, 0.0, 0.0, (), (),
    )  # fmt: skip
    return with_exercises(empty, [with_checks(exercise, [check])])


NOW = datetime(2026, 11, 20, 10, 0, 1, tzinfo=timezone(timedelta(hours=2)))
WORK = Submission("n", "work", "s", {}, {}, (), ())


@pytest.mark.parametrize(
    ("report", "tag", "status", "level"),
    [
        (report_of(Verdict.CORRECT, 4.0), None, "passed", None),
        (report_of(Verdict.WRONG, 4.0), None, "passed", None),  # a person gave full points
        (report_of(Verdict.PARTIAL, 1.5), "failure", "failed", "error"),
        (report_of(Verdict.MISSING), "failure", "failed", "error"),
        (report_of(Verdict.SKIPPED), "failure", "failed", "error"),
        (report_of(Verdict.JUDGE_ERROR), "error", None, "warning"),
        (report_of(Verdict.NEEDS_REVIEW), "skipped", None, None),
        (report_of(Verdict.NEEDS_REVIEW, 1.0), "skipped", None, None),
        (report_of(Verdict.NEEDS_REVIEW, unread=True), "failure", "failed", "error"),  # not earned until it is read
        (report_of(Verdict.NEEDS_REVIEW, 1.0, unread=True), "failure", "failed", "error"),
        (report_of(Verdict.CORRECT, 4.0, unread=True), None, "passed", None),  # a person has read it
        (report_of(Verdict.WRONG, advisory=True), "skipped", None, None),
        (report_of(Verdict.WRONG, bonus=True), "skipped", "failed", "warning"),
        (report_of(Verdict.MISSING, bonus=True), "skipped", "failed", None),
        (report_of(Verdict.CORRECT, 4.0, bonus=True), None, "passed", None),
    ],
)
def test_what_waits_or_costs_nothing_does_not_fail(
    report: Report, tag: str | None, status: str | None, level: str | None
) -> None:
    case = ElementTree.fromstring(junit.text(report, WORK, NOW)).find(".//testcase")
    assert case is not None
    assert [child.tag for child in case if child.tag != "properties"] == ([tag] if tag else [])

    data = json.loads(gradescope.text(report, WORK, NOW))
    jsonschema.validate(data, schema("gradescope"))
    assert data["tests"][0].get("status") == status
    assert data["score"] == report.score + report.bonus

    result = json.loads(classroom50.text(report, WORK, NOW))
    jsonschema.validate(result, schema("classroom50"))
    assert (result["score"], result["max-score"]) == (round(100 * report.score), round(100 * report.max_score))
    assert all(test["passed"] for test in result["tests"]) == (level != "error")
    assert result["datetime"] == "2026-11-20T08:00:01Z"

    assert [name for name, _, _ in Log.of(github.text(report, WORK, NOW)).commands] == ([level] if level else [])


def test_classroom50_takes_identity_from_its_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMMIT_URL", "RELEASE_URL", "REVIEW_URL", "OWNER", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    given = {
        "CLASSROOM": "cs", "ASSIGNMENT": "hw2", "ASSIGNMENT_TYPE": "group", "SUBMISSION_TAG": "submit/1-a",
        "GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "abc",
        "GITHUB_ACTOR": "anna",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    data = json.loads(classroom50.text(report_of(Verdict.CORRECT, 4.0), WORK, NOW))
    expected = {
        "classroom": "cs", "assignment": "hw2", "assignment_type": "group", "owner": "anna",
        "submission": "submit/1-a", "commit": "https://git.example/o/r/commit/abc",
        "release": "https://git.example/o/r/releases/tag/submit%2F1-a",
        "review": "https://git.example/o/r/commit/abc",
    }  # fmt: skip
    assert {name: data[name] for name in expected} == expected
    monkeypatch.setenv("OWNER", "ben")
    monkeypatch.setenv("REVIEW_URL", "https://git.example/compare")
    data = json.loads(classroom50.text(report_of(Verdict.CORRECT, 4.0), WORK, NOW))
    assert (data["owner"], data["review"]) == ("ben", "https://git.example/compare")


def test_the_summary_is_cut_between_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = report_of(Verdict.WRONG)
    whole = markdown.text(report, WORK, NOW)
    assert markdown.fitting(report, 10_000) == whole
    exercise = replace(report.exercises[0], output="é" * 3000)
    long = replace(report, exercises=(exercise,) * 300)
    for limit in (0, 100, 20_000, 100_000, 1 << 20):
        text = markdown.fitting(long, limit)
        assert len(text.encode()) <= limit
        assert text.count("<details>") == text.count("</details>")
    summary = tmp_path / "summary.md"
    summary.write_text("x" * ((1 << 20) - 5000))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    github.summarize(long)
    assert summary.stat().st_size <= 1 << 20


def test_results_that_were_written_can_be_told_again(hand_in: Callable[..., Graded]) -> None:
    """Every format is made of the Report alone, so results.json has all that it needs."""
    graded = hand_in({"ops.py": SOURCES["wrong"]}, "--only", "2.5", "--format", "markdown")
    assert (graded.folder / "report.md").read_text("utf-8") == markdown.text(json_report.read(graded.folder), WORK, NOW)
