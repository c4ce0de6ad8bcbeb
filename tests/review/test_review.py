"""`grade review`: sheets out and in, decisions by hand, and what becomes of them when the work is graded again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Graded, write_files
from test_reports import Tags

from grader.review.decision import Decision, merged

EXERCISES = """\
id: "2.10"
title: Explain
file: answers.yaml
points: 4
task: Say why.
checks:
  - {id: c, claim: the reason is given, kind: text, points: 2, answer: c}
  - {id: d, claim: the cost is given, kind: text, points: 1.5, answer: d}
  - {id: twice, claim: twice is right, kind: value, file: work.py, points: 0.5, call: twice(x), equals: 2 * x,
     inputs: {x: {between: [1, 3]}}}
  - {id: style, claim: thrice is there too, kind: value, file: work.py, advisory: true, call: thrice(x), equals: 3 * x,
     inputs: {x: {between: [1, 3]}}}
"""
WRONG = "def twice(x):\n    return 3 * x\n"
RIGHT = "def twice(x):\n    return 2 * x\n"
CLASS = {"0042": "short", "Änne Müller": "weil die Kette …", "李 雷": "=1+1"}


def answers(c: str = "because of the chain rule", d: str = "as much as forward") -> str:
    return json.dumps({"2.10": {"c": c, "d": d}}, ensure_ascii=False)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_files(tmp_path / "course", {"course.yaml": "title: Words\n", "1.yaml": EXERCISES})


@pytest.fixture
def grade(hand_in: Callable[..., Graded], course: Path) -> Callable[..., Graded]:
    def call(text: str = "", code: str = WRONG) -> Graded:
        return hand_in({"answers.yaml": text or answers(), "work.py": code}, "--course", course)

    return call


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports made once: `one` of a submission, `all reports` of a class."""
    root = tmp_path_factory.mktemp("graded")
    write_files(root / "course", {"course.yaml": "title: Words\n", "1.yaml": EXERCISES})
    write_files(root / "submission", {"answers.yaml": answers(), "work.py": WRONG})
    jobs = {root / "submission": root / "one"}
    for name, text in CLASS.items():
        folder = write_files(root / "in" / name, {"answers.yaml": answers(text), "work.py": RIGHT})
        jobs[folder] = root / "all reports" / name
    for folder, out in jobs.items():
        command = [sys.executable, "-m", "grader", folder, "--course", root / "course", "--out", out]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return root


@pytest.fixture
def once(graded: Path, run: Callable[..., Graded], tmp_path: Path) -> Path:
    """The report of one submission, in the folder where `run` looks."""
    shutil.copytree(graded / "one", tmp_path / "grade-report")
    return Path("grade-report")


@pytest.fixture
def group(graded: Path, run: Callable[..., Graded], tmp_path: Path) -> Path:
    """The reports of a class."""
    shutil.copytree(graded / "all reports", tmp_path / "all reports")
    return Path("all reports")


def table(text: str, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


def sheet_of(rows: list[dict[str, str]], path: Path, separator: str = ",", encoding: str = "utf-8") -> Path:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def kept(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def pending(once: Path, run: Callable[..., Graded]) -> list[dict[str, str]]:
    """The two rows of a sheet on one graded submission."""
    return table(run("review", "export", once).out)


def test_a_sheet_has_one_row_per_pending_check(once: Path, run: Callable[..., Graded]) -> None:
    out = run("review", "export", "grade-report")
    assert (out.score, out.results["max_score"], out.results["pending"]) == (0, 0.5, 3.5)
    assert (out.code, out.err, out.out[0]) == (0, "", "\ufeff")
    rows = table(out.out)
    assert " ".join(rows[0]) == ("report submission exercise check claim answer points max comment digest folder")
    assert [(row["report"], row["submission"], row["check"], row["max"]) for row in rows] == [
        (".", "submission", "c", "2"),
        (".", "submission", "d", "1.5"),
    ]
    assert rows[0]["answer"] == "because of the chain rule" and rows[0]["points"] == rows[0]["comment"] == ""
    every = table(run("review", "export", "grade-report", "--all").out)
    assert [row["check"] for row in every] == ["c", "d", "twice"]


def test_points_are_put_into_both_reports(pending: list[dict[str, str]], run: Callable[..., Graded]) -> None:
    pending[0] |= {"points": "1,5", "comment": "fast <gut>, aber …"}
    done = run("review", "import", sheet_of(pending, Path("sheet.csv")))
    assert (done.code, done.out) == (
        0,
        "grade-report: 1 decision saved, now 1.5 of 2.5 points, 1.5 points not marked yet\n",
    )
    assert "1 row without points" in done.err
    check = done.check("2.10", "c")
    assert (check["status"], check["score"], check["message"]) == ("partial", 1.5, "")
    assert check["review"] == {"comment": "fast <gut>, aber …", "was": "needs_review", "was_score": 0.0}
    assert "points given by hand: fast <gut>, aber …" in " ".join(Tags(done.html).texts)
    assert done.check("2.10", "d")["status"] == "needs_review"
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "attempts.json", "report.html", "results.json", "reviews.json",
    ]  # fmt: skip


def test_the_same_sheet_twice_changes_nothing(pending: list[dict[str, str]], run: Callable[..., Graded]) -> None:
    pending[0] |= {"points": "2"}
    path = sheet_of(pending, Path("sheet.csv"))
    first = run("review", "import", path)
    before = kept(first.folder)
    assert run("review", "import", path).code == 0
    assert kept(first.folder) == before


def test_a_class_goes_out_and_comes_back(group: Path, run: Callable[..., Graded]) -> None:
    rows = table(run("review", "export", group).out)
    assert [(row["report"], row["submission"]) for row in rows[::2]] == [(f"./{name}", name) for name in CLASS]
    for row in rows:
        row |= {"points": row["max"], "comment": f"für {row['submission']}"}
    done = run("review", "import", sheet_of(rows, Path("sheet.csv")))
    assert (done.code, done.err) == (0, "")
    for name in CLASS:
        results = json.loads((group / name / "results.json").read_text("utf-8"))
        assert (results["score"], results["max_score"], results["pending"]) == (4, 4, 0)
        assert results["exercises"][0]["checks"][0]["review"]["comment"] == f"für {name}"


def test_a_moved_folder_is_named_by_into(group: Path, run: Callable[..., Graded]) -> None:
    rows = table(run("review", "export", group).out)
    rows[0]["points"] = "1"
    path = sheet_of(rows, Path("sheet.csv"))
    group.rename("elsewhere")
    lost = run("review", "import", path)
    assert lost.code == 2
    assert (
        lost.err.startswith(f"error: {path}:2: there is no results.json in all reports/0042: ") and "--into" in lost.err
    )
    assert run("review", "import", path, "--into", "elsewhere").code == 0
    assert (Path("elsewhere") / "0042" / "reviews.json").exists()


def test_decisions_outlive_regrading(once: Path, grade: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    run("review", "set", "grade-report", "2.10/c", "2", "--comment", "well said")
    run("review", "set", "grade-report", "2.10/d", "1", "--comment", "nearly")
    for _ in range(2):
        again = grade()
        assert (again.score, again.results["max_score"], again.results["pending"]) == (3, 4, 0)
        assert (again.code, again.exercise("2.10")["status"]) == (1, "partial")
        assert "points given by hand: well said" in again.out and "points given by hand: nearly" in again.out
        assert "your instructor will mark this answer" not in again.out + again.html
    run("review", "set", "grade-report", "2.10/d", "1.5", "--comment", "right after all")
    full = grade(code=RIGHT)
    assert (full.code, full.score, full.exercise("2.10")["status"]) == (0, 4, "correct")
    assert full.check("2.10", "d")["review"]["comment"] == "right after all"


def test_a_changed_answer_is_pending_again(
    once: Path, grade: Callable[..., Graded], run: Callable[..., Graded]
) -> None:
    run("review", "set", "grade-report", "2.10/c", "1", "--comment", "thin")
    changed = grade(answers(c="another reason"))
    check = changed.check("2.10", "c")
    assert (check["status"], check["score"], check["review"]) == ("needs_review", 0, None)
    said = "a person's decision on an earlier version is not applied: 1 point, thin"
    assert check["message"].endswith(said) and said in changed.out
    assert changed.results["pending"] == 3.5
    assert grade().check("2.10", "c")["score"] == 1
    run("review", "set", "grade-report", "2.10/d", "0", "--comment", "no")
    grade(answers(c="another reason"))
    newer = run("review", "set", "grade-report", "2.10/c", "2", "--comment", "better")
    assert newer.check("2.10", "c")["message"] == ""
    assert newer.check("2.10", "d")["status"] == "wrong"
    assert len(json.loads((newer.folder / "reviews.json").read_text())["decisions"]) == 3


def test_more_points_than_a_check_has_left_are_not_applied(
    once: Path, grade: Callable[..., Graded], run: Callable[..., Graded], course: Path
) -> None:
    run("review", "set", "grade-report", "2.10/c", "2", "--comment", "well said")
    lowered = EXERCISES.replace("points: 2, answer: c", "points: 1, answer: c").replace("points: 4", "points: 3")
    write_files(course, {"1.yaml": lowered})
    check = grade().check("2.10", "c")
    assert (check["status"], check["score"], check["max_score"]) == ("needs_review", 0, 1)
    assert check["message"].endswith("earlier version is not applied: 2 points, well said")


def test_the_newest_decision_stands_last() -> None:
    first, other, again = (
        Decision("anna", "1", check, "d", points, "") for check, points in (("a", 1), ("b", 2), ("a", 3))
    )
    assert merged([first, other], [again]) == [other, again]


def test_any_check_can_be_decided(once: Path, grade: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    done = run("review", "set", "grade-report", "2.10/twice", ".25", "--comment", "the idea is right")
    check = done.check("2.10", "twice")
    assert (check["status"], check["score"], check["review"]["was"]) == ("partial", 0.25, "wrong")
    assert check["evidence"]["expected"] and "the value is wrong" in check["message"]
    other = grade(code=WRONG + "# changed\n").check("2.10", "twice")
    assert (other["status"], other["score"]) == ("wrong", 0)
    assert other["message"].endswith("earlier version is not applied: 0.25 points, the idea is right")
    assert grade(code=RIGHT).check("2.10", "twice")["score"] == 0.5
    lowered = run("review", "set", "grade-report", "2.10/twice", "0", "--comment", "copied")
    assert (lowered.check("2.10", "twice")["status"], lowered.check("2.10", "twice")["review"]["was"]) == (
        "wrong",
        "correct",
    )


def test_a_bonus_is_summed_apart(
    hand_in: Callable[..., Graded], run: Callable[..., Graded], course: Path, tmp_path: Path
) -> None:
    extra = EXERCISES.replace('id: "2.10"', "id: extra\nbonus: true")
    (course / "2.yaml").write_text(extra, "utf-8")
    both = json.dumps({"2.10": {"c": "a reason", "d": "a cost"}, "extra": {"c": "more", "d": "much"}})
    hand_in({"answers.yaml": both, "work.py": RIGHT}, "--course", course)
    results = run("review", "set", "grade-report", "extra/c", "1.5", "--comment", "good").results
    assert (results["score"], results["bonus"], results["max_bonus"], results["pending"]) == (0.5, 2, 4, 3.5)


def test_decisions_on_one_submission_never_reach_another(
    once: Path, grade: Callable[..., Graded], run: Callable[..., Graded], course: Path, tmp_path: Path
) -> None:
    run("review", "set", "grade-report", "2.10/c", "2", "--comment", "well said")
    other = write_files(tmp_path / "bob", {"answers.yaml": answers(), "work.py": WRONG})
    graded = run(other, "--course", course)
    assert graded.check("2.10", "c")["status"] == "needs_review"
    assert "has decisions on submission, not on bob" in graded.err and "well said" not in graded.out + graded.html
    assert grade().check("2.10", "c")["score"] == 2


FAULTS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "text": ({"points": "viel"}, "'viel' is not a number of points; type one like 1.5"),
    "date": ({"points": "1. Mai"}, "'1. Mai' is not a number of points"),
    "nan": ({"points": "nan"}, "'nan' is not a number of points"),
    "negative": ({"points": "-1"}, "-1 points are negative"),
    "above": ({"points": "2,5"}, "2.5 points are above the maximum of 2"),
    "exercise": ({"points": "1", "exercise": "2.1"}, "the report has no exercise '2.1'; did you mean `2.10`"),
    "check": ({"points": "1", "check": "cc"}, "exercise 2.10 has no check 'cc'; did you mean `c`?"),
    "advice": ({"points": "1", "check": "style"}, "2.10/style is only advice and has no points"),
    "report": ({"points": "1", "report": "./gone"}, "there is no results.json in grade-report/gone"),
    "digest": ({"points": "1", "digest": "sha:0"}, "the answer to 2.10/c has changed since the sheet was exported"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_row_is_reported_with_its_place_and_changes_nothing(
    name: str, pending: list[dict[str, str]], run: Callable[..., Graded]
) -> None:
    fault, text = FAULTS[name]
    pending[1]["points"] = "1"
    before = kept(Path("grade-report"))
    done = run("review", "import", sheet_of([pending[1], pending[0] | dict(fault)], Path("sheet.csv")))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: sheet.csv:3: {text}")
    assert len(done.err.splitlines()) == 1
    assert kept(Path("grade-report")) == before


def test_every_fault_is_reported_at_once(pending: list[dict[str, str]], run: Callable[..., Graded]) -> None:
    rows = [pending[0] | {"points": "9"}, pending[0] | {"points": "1"}, pending[1] | {"points": "x"}, pending[0]]
    rows.append(pending[0] | {"points": "1"})
    done = run("review", "import", sheet_of(rows, Path("sheet.csv")))
    assert [line.split(": ")[1] for line in done.err.splitlines()] == ["sheet.csv:2", "sheet.csv:4", "sheet.csv:6"]
    assert "2.10/c has points in line 3 already" in done.err


def test_an_answer_that_changed_after_the_export(
    pending: list[dict[str, str]], grade: Callable[..., Graded], run: Callable[..., Graded]
) -> None:
    pending[0]["points"] = pending[1]["points"] = "1"
    grade(answers(c="quite another reason"))
    done = run("review", "import", sheet_of(pending, Path("sheet.csv")))
    assert done.code == 2 and done.err.count("error") == 1 and "the answer to 2.10/c has changed" in done.err
    assert not (done.folder / "reviews.json").exists()


def test_lines_are_counted_across_cells_of_many_lines(grade: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    grade(answers(c="one\ntwo\nthree"))
    rows = table(run("review", "export", "grade-report").out)
    assert rows[0]["answer"] == "one\ntwo\nthree"
    rows[1]["points"] = "x"
    assert "sheet.csv:5: 'x'" in run("review", "import", sheet_of(rows, Path("sheet.csv"))).err


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_as_spreadsheets_save_it(
    separator: str, encoding: str, pending: list[dict[str, str]], run: Callable[..., Graded]
) -> None:
    mine = dict.fromkeys(("Comment", "mine", "digest", "POINTS", "check", "exercise", "report", "folder"), "")
    blank = dict(mine)
    filled = {"Comment": "gut, „sehr“; ja", "mine": "7", "POINTS": " 1,5 "}
    rows = [blank, *({name: row.get(name, "") for name in mine} | filled for row in pending), blank]
    done = run("review", "import", sheet_of(rows, Path("sheet.csv"), separator, encoding))
    assert (done.code, done.err, done.score) == (0, "", 3)
    assert done.check("2.10", "c")["review"]["comment"] == "gut, „sehr“; ja"


NEEDED = "the first row must name the columns report, exercise, check, points and digest"
SHEETS: Mapping[str, tuple[bytes, str]] = {
    "cp1252": (
        "report,exercise,check,points,digest\n.,2.10,c,1,ü\n".encode("cp1252"),
        "sheet.csv:2: not UTF-8",
    ),
    "empty": (b"\xef\xbb\xbf\r\n", "sheet.csv: the sheet is empty"),
    "no-column": (b"report;exercise;check;digest\n", f"sheet.csv:1: {NEEDED}; missing: points"),
    "no-header": (b".,2.10,c,1,x\n", f"sheet.csv:1: {NEEDED}; missing: report, exercise, check, points, digest"),
    "same-column": (b"report,exercise,check,points,digest,points\n", "sheet.csv:1: two columns are called points"),
    "too-long": (
        b"report,exercise,check,points,digest,comment\n\n.,2.10,c,1,x,good, but short\n",
        "sheet.csv:3: more cells than columns",
    ),
    "quote": (b'report,exercise,check,points,digest\n.,2.10,c,1,"x\n', "sheet.csv:2: unbalanced quotes"),
    "nul": (b"report,exercise,check,points,digest\n\0", "sheet.csv:2: a NUL byte"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_that_is_none(name: str, run: Callable[..., Graded]) -> None:
    data, text = SHEETS[name]
    Path("sheet.csv").write_bytes(data)
    done = run("review", "import", "sheet.csv")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {text}") and len(done.err.splitlines()) == 1


def test_a_sheet_that_is_not_there(run: Callable[..., Graded], tmp_path: Path) -> None:
    assert run("review", "import", "none.csv").err == "error: cannot read none.csv: No such file or directory\n"
    assert run("review", "import", tmp_path).code == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "well;=1+1", "well\n=1+1"])
def test_no_cell_is_a_formula(text: str, grade: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    grade(answers(c=text, d="a - b = c"))
    out = run("review", "export", "grade-report").out
    rows = table(out)
    assert rows[0]["answer"].replace("'", "") == text
    assert rows[1]["answer"] == "a - b = c"
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(out, newline=""), delimiter=separator):
            assert not any(cell.strip('\ufeff"').startswith(tuple("=+-@\t\r＝")) for cell in row), row
    assert not any(re.match("[=+@＝-]", piece) for piece in re.split("[;\t\n]", rows[0]["answer"]))


def test_a_huge_or_strange_answer_fits_a_cell(grade: Callable[..., Graded], run: Callable[..., Graded]) -> None:
    grade(answers(c="a" + "\n" * 32_100 + "b", d="\x1b[31m\u202e'\"\r,;"))
    rows = table(run("review", "export", "grade-report").out)
    assert len(rows[0]["answer"]) < 32_767
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", rows[1]["answer"])
    rows[0]["points"] = rows[1]["points"] = "1"
    assert run("review", "import", sheet_of(rows, Path("sheet.csv"))).code == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("2.10/c", "2.1"), "2.1 points are above the maximum of 2"),
        (("2.10/c", "-1"), "-1 points are negative"),
        (("2.10/c", "1e1"), "'1e1' is not a number of points"),
        (("2.11/c", "1"), "the report has no exercise '2.11'"),
        (("2.10/x", "1"), "exercise 2.10 has no check 'x'"),
        (("2.10/style", "0"), "2.10/style is only advice"),
        (("2.10", "1"), "'2.10' is not a check; write EXERCISE/CHECK"),
    ],
)
def test_a_decision_that_cannot_be(
    arguments: tuple[str, str], text: str, once: Path, run: Callable[..., Graded]
) -> None:
    done = run("review", "set", "grade-report", *arguments, "--comment", "x")
    assert done.code == 2 and done.err.startswith(f"error: {text}")
    assert not (done.folder / "reviews.json").exists()


def test_wrong_usage(once: Path, run: Callable[..., Graded], tmp_path: Path) -> None:
    assert "holds no results.json and none of its folders does" in run("review", "export", tmp_path / "none").err
    assert "there is no results.json in ." in run("review", "set", ".", "2.10/c", "1", "--comment", "x").err
    assert run("review", "set", ".", "2.10/c", "1").code == 2
    assert run("review").code == 2
    for name in ("c", "d"):
        run("review", "set", "grade-report", f"2.10/{name}", "1", "--comment", "x")
    done = run("review", "export", "grade-report")
    assert (done.code, len(table(done.out))) == (0, 0) and "all answers are marked" in done.err


def broken(text: str) -> dict[str, str]:
    results: dict[str, Any] = json.loads(text)
    return {
        "cut": text[:200],
        "nan": text.replace('"score": 0', '"score": NaN', 1),
        "infinite": text.replace('"score": 0', '"score": 1e999', 1),
        "deep": "[" * 100_000,
        "list": "[]",
        "verdict": text.replace('"needs_review"', '"splendid"', 1),
        "newer": json.dumps(results | {"schema": 2}),
        "nameless": json.dumps(results | {"submission": {}}),
        "bytes": "\udcff",
    }


@pytest.mark.parametrize("name", broken("{}"))
def test_a_broken_report_is_one_clear_error(
    name: str, pending: list[dict[str, str]], run: Callable[..., Graded]
) -> None:
    path = Path("grade-report/results.json")
    path.write_bytes(broken(path.read_text("utf-8"))[name].encode("utf-8", "surrogateescape"))
    pending[0]["points"] = "1"
    for arguments in (
        ("export", "grade-report"),
        ("set", "grade-report", "2.10/c", "1", "--comment", "x"),
        ("import", sheet_of(pending, Path("sheet.csv"))),
    ):
        done = run("review", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "cannot read grade-report/results.json: " in done.err and len(done.err.splitlines()) == 1


def test_fields_of_a_later_grader_do_not_matter(once: Path, run: Callable[..., Graded]) -> None:
    results = json.loads((once / "results.json").read_text("utf-8"))
    results["weather"] = "fine"
    results["exercises"][0]["checks"][0]["mood"] = {"good": [1]}
    Path("grade-report/results.json").write_text(json.dumps(results), "utf-8")
    assert run("review", "set", "grade-report", "2.10/c", "1", "--comment", "x").score == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2, "decisions": []}', '{"schema": 1, "decisions": [{}]}'])
def test_broken_decisions_are_one_clear_error(
    text: str, once: Path, grade: Callable[..., Graded], run: Callable[..., Graded]
) -> None:
    (once / "reviews.json").write_text(text)
    before = kept(Path("grade-report"))
    done = run("review", "set", "grade-report", "2.10/c", "1", "--comment", "x")
    assert kept(Path("grade-report")) == before
    for failed in (done, grade()):
        assert failed.code == 2 and "cannot read grade-report/reviews.json: " in failed.err
        assert len(failed.err.splitlines()) == 1


def test_an_interrupt_leaves_whole_files(
    group: Path, run: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row | {"points": "1"} for row in table(run("review", "export", group).out)]
    path, before, replace, moved = sheet_of(rows, Path("sheet.csv")), kept(group), Path.replace, []

    def interrupted(self: Path, target: Path) -> Path:
        moved.append(target)
        if len(moved) == 5:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    done = run("review", "import", path)
    assert done.code == 130 and "interrupted: 1 of 3 reports were changed" in done.err
    after = kept(group)
    assert set(after) - set(before) == {f"{name}/reviews.json" for name in list(CLASS)[:2]}
    for name in CLASS:
        json.loads(after[f"{name}/results.json"])


def test_the_documented_way_works(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "review.md").read_text("utf-8")
    commands = re.findall(r"^\$ (.*)$", text, re.M)
    assert len(commands) == 4
    (tmp_path / "reference").symlink_to(ROOT / "reference")
    grade = tmp_path / "bin" / "grade"
    grade.parent.mkdir()
    grade.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m grader "$@"\n')
    grade.chmod(0o755)
    path = f"{grade.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    for command in commands:
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True)
        assert done.returncode == 0, (command, done.stderr)
    results = json.loads((tmp_path / "reports" / "anna" / "results.json").read_text("utf-8"))
    assert [check["review"] is not None for check in results["exercises"][0]["checks"]] == [False, True]
