"""`grade pack`: a course for students' machines tells no key, and judges code as the instructor's does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from classes import DOUBLE, SQUARE, make_course
from conftest import COURSE, ROOT, Graded, Judged, write_files

from grader.checks import KINDS
from grader.checks.written.answer import AnswerSpec
from grader.course import strict_yaml
from grader.course.load import load_course
from grader.course.spec import CourseSpec, ExerciseSpec
from grader.course.student_edition.edition import OF_COURSE, OF_EXERCISE
from grader.course.student_edition.folder import pack
from grader.course.student_edition.yaml_text import written

REFERENCE = ROOT / "reference"
ANSWERS = (REFERENCE / "answers.yaml").read_text("utf-8")
# The reference's answers, and others that are wrong; both can be read.
WRONG = {
    "2.1": {"a": "right", "b": "3.6", "c": {"value": "7", "smaller": "no"}},
    "2.2": {
        "a": {"outer": "cos(u)", "inner": "2x"}, "b": "cos(x^2)",
        "c": {"u": "2", "f": "1", "df_du": "1", "du_dx": "1", "df_dx": "9"},
    },
    "2.3": {"graph": ["a -> z", "b -> z"], "a": "3, 2", "b": "5, -1, 4", "c": {"dz_da": "1", "dz_db": "1"}},
    "2.4": {"a": "n > m", "b": "n < m", "c": "Because."},
    "2.9": {"a": "(M, D)", "b": "X.T @ grad_Y"},
    "2.11": {"a": "20", "b": "5", "c": "Pray."},
}  # fmt: skip
UNREADABLE = {
    ("2.1", "direction"): ("a", "uphill", "left, right"),
    ("2.1", "step"): ("b", "far away", "not a number"),
    ("2.2", "derivative"): ("b", "2 * q", "q"),
    ("2.2", "graph"): ("c", {"u": "4", "f": "1"}, "df_du, du_dx, df_dx"),
    ("2.3", "graph"): ("graph", "the graph of z", "write an edge as"),
    ("2.3", "size"): ("a", "five", "nodes, edges"),
    ("2.9", "shape"): ("a", "(Q, M)", "D, M, N"),
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student edition of the course of this repository."""
    folder = tmp_path_factory.mktemp("pack") / "course"
    pack(load_course(COURSE), folder)
    return folder


def raw(folder: Path) -> dict[str, Any]:
    """The YAML files of a course by name."""
    paths = sorted(folder.glob("*.yaml"))
    return {path.name: strict_yaml.read(path.read_text("utf-8"), path.name).data for path in paths}


def files_below(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def texts_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for item in data.values() if isinstance(data, Mapping) else data:
            yield from texts_in(item)


def lines_of_code(texts: Iterable[str]) -> set[str]:
    """Lines that are long enough to be told from a formula or a word."""
    return {line.strip() for text in texts for line in text.splitlines() if len(line.strip()) >= 12}


def test_the_command_tells_what_it_wrote(run: Callable[..., Graded], tmp_path: Path, packed: Path) -> None:
    done = run("pack", "edition", "--course", COURSE)
    assert (done.code, done.err) == (0, "")
    assert "18 written answers without keys" in done.out and "--course edition" in done.out
    told = {line.removeprefix("edition/") for line in done.out.splitlines() if line.startswith("edition/")}
    assert told == {*files_below(tmp_path / "edition")}
    assert files_below(tmp_path / "edition") == files_below(packed)


def test_the_reference_has_full_marks_for_code(run: Callable[..., Graded], packed: Path) -> None:
    graded = run(REFERENCE, "--course", packed)
    results = graded.results
    assert graded.code == 0
    assert results["course"]["edition"] == "student"
    assert (results["score"], results["max_score"], results["pending"]) == (75, 75, 25)
    assert (results["bonus"], results["max_bonus"]) == (20, 20)
    for text in (graded.out, graded.html.replace("&#39;", "'"), *results["notes"]):
        assert "student edition: advisory; your instructor's grade counts" in text.replace("Student", "student")
    for check in [check for exercise in results["exercises"] for check in exercise["checks"] if not check["advisory"]]:
        assert check["status"] in ("correct", "needs_review"), check
    assert graded.check("2.1", "step")["message"] == "recorded; your instructor will mark it"


def test_the_instructors_reports_say_nothing_of_editions(run: Callable[..., Graded]) -> None:
    graded = run(REFERENCE, "--only", "2.1", "--course", COURSE)
    assert "edition" not in graded.results["course"] and "edition" not in graded.out


def test_written_checks_keep_nothing_but_the_question(packed: Path) -> None:
    keyed = 0
    for name, original in raw(COURSE).items():
        spec = {check["id"]: check for check in original.get("checks", [])}
        for check in raw(packed)[name].get("checks", []):
            if check["kind"] == "text":
                assert check == spec[check["id"]]
            elif check["kind"] == "recorded":
                keyed += 1
                assert set(check) <= {"id", "claim", "kind", "points", "file", "answer", "form"}
                forms = {"kind", "choices", "parts", "names", "spelled", "any_name", "sizes", "arrays"}
                assert set(check["form"]) <= forms
                same = ("id", "claim", "points", "file", "answer")
                assert [check.get(key) for key in same] == [spec[check["id"]].get(key) for key in same]
                assert check["form"].get("choices", []) == sorted(check["form"].get("choices", []))
            else:
                assert check == spec[check["id"]]
                assert not issubclass(KINDS[check["kind"]].Spec, AnswerSpec)
    assert keyed == 18


def test_no_key_is_in_any_file(packed: Path) -> None:
    """Texts of keys that are no option to choose and stand in no task: formulas, graphs, hints of mistakes."""
    shown = "\n".join(path.read_text("utf-8") for path in packed.glob("*.yaml"))
    secrets: set[str] = set()
    for original in raw(COURSE).values():
        for check in original.get("checks", []):
            if check["kind"] in ("choice", "number", "formula", "shape", "edges"):
                keys = {key: check[key] for key in ("equals", "readings", "of", "mistakes") if key in check}
                secrets |= {text for text in texts_in(keys) if len(text) >= 8 and text not in original["task"]}
    assert {"grad_Y @ W.T", "2 * x * cos(x ** 2)", "s = a + b; d = a - b; s * d"} <= secrets
    assert [secret for secret in secrets if secret in shown] == []


def test_no_code_of_a_solution_is_in_any_file(packed: Path) -> None:
    shown = "\n".join(content.decode("latin-1") for content in files_below(packed).values())
    code = [path.read_text("utf-8") for path in REFERENCE.iterdir() if path.suffix in (".py", ".yaml")]
    for original in raw(COURSE).values():
        for variant in [*original.get("wrong", []), *original.get("right", [])]:
            swap = variant.get("swap", {})
            code += [variant.get("function", ""), *swap, *swap.values()]
        code += [text for one in original.get("equivalent", []) for text in one.values()]
    asked = [content.decode() for name, content in files_below(ROOT / "student_template").items()]
    asked += [original.get("task", "") for original in raw(COURSE).values()]
    asked += [one.get("hint", "") for data in raw(COURSE).values() for one in data.get("wrong", []) if "gives" in one]
    lines = {line for line in lines_of_code(code) if not any(line in text for text in asked)}
    assert len(lines) > 500
    assert [line for line in lines if line.encode().decode("latin-1") in shown] == []
    assert not [path for path in packed.rglob("*") if "reference" in path.name]


def test_hints_of_formula_variants_still_come(judged: Callable[..., Judged], packed: Path) -> None:
    ops = (REFERENCE / "ops.py").read_text("utf-8")
    right = "-grad_output * self.a / self.b**2"
    wrong = ops.replace(right, right.removeprefix("-"))
    assert wrong != ops
    graded = judged({"ops.py": wrong}, "2.5", course=packed)
    check = graded.check("2.5", "gradient")
    assert (graded.code, check["misconception"]) == (1, "db-sign")
    assert check["hint"] == "grad_b has the right size and the wrong sign: what is d(1/b)/db?"


def test_variants_that_could_spell_a_written_answer_are_gone(packed: Path) -> None:
    kept = {name: [one["id"] for one in data.get("wrong", [])] for name, data in raw(packed).items()}
    assert kept["2.09-matrix-gradient.yaml"] == []  # grad_X = g @ W.T is what its b) asks for
    assert "db-sign" in kept["2.05-division.yaml"]
    for data in raw(packed).values():
        assert all(set(one) <= {"id", "gives", "fails", "hint"} for one in data.get("wrong", []))


def test_an_untouched_template_has_no_points(run: Callable[..., Graded], packed: Path, tmp_path: Path) -> None:
    assert run("init", "my-work", "--course", packed).code == 0
    stubs = files_below(ROOT / "student_template")
    del stubs[".github/workflows/grade.yml"]  # which names nobody's code yet
    assert files_below(tmp_path / "my-work") == stubs
    graded = run("my-work", "--course", packed)
    assert (graded.code, graded.score, graded.results["pending"]) == (1, 0, 0)
    assert graded.check("2.1", "step")["message"] == "not answered yet: `2.1: b` in answers.yaml"
    charged = [check for exercise in graded.results["exercises"] for check in exercise["checks"] if check["max_score"]]
    assert {check["status"] for check in charged} == {"missing"}


def test_nothing_tells_right_answers_from_wrong_ones(judged: Callable[..., Judged], packed: Path) -> None:
    reports = [
        judged({"answers.yaml": text}, *WRONG, course=packed)
        for text in (ANSWERS, yaml.safe_dump(WRONG, default_flow_style=False))
    ]
    seen = []
    for graded in reports:
        checks = [check for exercise in graded.results["exercises"] for check in exercise["checks"]]
        seen.append([(check["id"], check["status"], check["score"], check["message"], check["hint"])
                     for check in checks if check["id"] != "gradient"])  # fmt: skip
        assert not any(check["evidence"]["expected"] for check in checks)
    assert seen[0] == seen[1]
    assert {status for _, status, *_ in seen[0]} == {"needs_review"}


@pytest.mark.parametrize(("exercise", "check"), UNREADABLE)
def test_an_answer_that_cannot_be_read_is_told(
    exercise: str, check: str, judged: Callable[..., Judged], packed: Path
) -> None:
    place, answer, why = UNREADABLE[exercise, check]
    graded = judged({"answers.yaml": yaml.safe_dump({exercise: {place: answer}})}, exercise, course=packed)
    found = graded.check(exercise, check)
    assert found["status"] == "needs_review"
    assert found["message"].startswith("recorded; your instructor will mark it. Please check it again: ")
    assert why in found["message"]


def test_a_broken_answer_file_is_told(judged: Callable[..., Judged], packed: Path) -> None:
    graded = judged({"answers.yaml": '2.1:\n  a: "left\n  b: 2.4\n'}, "2.1", course=packed)
    statuses = [(check["status"], check["unread"]) for check in graded.exercise("2.1")["checks"]]
    assert statuses == [("needs_review", True), ("needs_review", False), ("missing", False), ("missing", False)]
    assert (graded.code, graded.results["unread"]) == (1, 1)
    assert any(note.startswith("answers.yaml, line 2: not read: ") for note in graded.results["notes"])


def test_hostile_answers_do_no_harm(hand_in_hostile: Callable[..., Graded], packed: Path) -> None:
    deep = "[" * 2000 + "]" * 2000
    answers = f"2.3:\n  graph: {'a -> ' * 9000}\n  a: {'(' * 3000}1\n2.2:\n  b: {'9**' * 400}9\n  c: {deep[:40]}\n"
    graded = hand_in_hostile({"answers.yaml": answers}, "--course", packed, "--only", "2.2", "--only", "2.3")
    statuses = {check["status"] for name in ("2.2", "2.3") for check in graded.exercise(name)["checks"]}
    assert graded.score == 0 and statuses <= {"needs_review", "missing", "crashed", "skipped"}


def test_a_student_edition_is_not_verified(run: Callable[..., Graded], packed: Path) -> None:
    refused = run("verify", "--course", packed, "--reference", REFERENCE)
    assert refused.code == 2 and "is the student edition of a course" in refused.err


def test_packing_twice_changes_nothing(tmp_path: Path, packed: Path) -> None:
    pack(load_course(packed), tmp_path / "again")
    assert files_below(tmp_path / "again") == files_below(packed)


@pytest.mark.parametrize("target", ["folder", "file"])
def test_what_is_there_stays(target: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    place = tmp_path / "there"
    if target == "folder":
        write_files(place, {"notes.txt": "mine"})
    else:
        place.write_text("mine")
    before = files_below(tmp_path)
    refused = run("pack", place, "--course", COURSE)
    assert refused.code == 2 and "is not empty" in refused.err
    assert files_below(tmp_path) == before


def test_another_course_is_packed_as_well(
    hand_in: Callable[..., Graded], run: Callable[..., Graded], tmp_path: Path
) -> None:
    make_course(tmp_path / "course", written=True)
    assert run("pack", "edition", "--course", "course").code == 0
    assert sorted(files_below(tmp_path / "edition")) == ["1.yaml", "2.yaml", "3.yaml", "course.yaml"]
    for source, points, hint in ((DOUBLE, 2, ""), (SQUARE, 0, "Twice, not squared.")):
        graded = hand_in({"work.py": source, "answers.yaml": '"3": {why: so}'}, "--course", tmp_path / "edition")
        assert graded.exercise("1")["score"] == points
        assert graded.check("1", "value")["hint"] == hint
        assert graded.check("3", "why")["message"].startswith("your instructor will mark this answer")


OWN = """\
id: own
title: Own
file: work.py
points: 3
task: "Write f(x); in answers.yaml, say what it is.  # not a comment"
checks:
  - {id: value, claim: f is right, kind: value, points: 2, call: f(x), equals: 3 * x, inputs: {x: {between: [1, 2]}}}
  - {id: said, claim: said so, kind: formula, file: answers.yaml, points: 1, answer: a, equals: 3 * x,
     inputs: {x: {between: [1, 2]}}}   # it is 3 x
wrong:
  - {id: twice, gives: {value: [2 * x]}, fails: [value], hint: not twice}
mutants: false
"""


def test_comments_go_and_written_keys_beside_code(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "course", {"course.yaml": "title: Own # 1\nreference: ../ref\n", "1.yml": OWN})
    write_files(folder.parent / "ref", {"work.py": "def f(x):\n    return 3 * x\n"})
    pack(load_course(folder), tmp_path / "edition")
    assert sorted(files_below(tmp_path / "edition")) == ["1.yml", "course.yaml"]
    text = (tmp_path / "edition" / "1.yml").read_text("utf-8")
    assert "it is 3 x" not in text and "not twice" not in text and "mutants" not in text
    assert text.count("3 * x") == 1 and "# not a comment" in text
    assert "reference" not in (tmp_path / "edition" / "course.yaml").read_text("utf-8")


def test_a_recorded_answer_may_have_any_form(judged: Callable[..., Judged], tmp_path: Path) -> None:
    check = "{id: a, claim: told, kind: recorded, points: 1, answer: a}"
    exercise = f"id: x\ntitle: X\nfile: answers.yaml\npoints: 1\ntask: Tell.\nchecks: [{check}]\n"
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
    for answer, status in (("x: {a: [1, {b: 2}]}", "needs_review"), ("x: {a: }", "missing")):
        assert judged({"answers.yaml": answer}, course=course).check("x", "a")["status"] == status


def test_of_every_key_of_a_course_file_it_is_decided_whether_it_stays() -> None:
    """A new key fails here until it is named in grader/course/student_edition/edition.py, or left out below."""
    assert set(ExerciseSpec.model_fields) == {
        *OF_EXERCISE,
        "checks",
        "wrong",
        "right",
        "mutants",
        "equivalent",
        "given",
    }
    assert set(CourseSpec.model_fields) == {*OF_COURSE, "template", "reference", "edition"}


def test_what_is_written_reads_the_same() -> None:
    odd = [
        "", "~", "null", "true", "no", "on", "1", "1.5", "1e5", "1e-6", "010", "08", "1:30", ".5", "5.", "-", "- a",
        "a: b", "# a", "a # b", " a", "a ", "[a", "{a", "a,b", "'", '"', "<<", "=", "|", "> b", "%a", "@a", "`a", "!a",
        "&a", "*a", "?", "? a", "ä → ∂L/∂X", "a\nb", "a\n", "\n a\nb\n\n", "a \nb", "\ta\n", "2026-11-20",
        "x" * 300, "a " * 90,
    ]  # fmt: skip
    data = {
        "odd": odd,
        "by": {text: text for text in odd},
        "number": [1, -2, 0.5, 1e-6, 1e20, 3.0, True, None],
        "": {"": []},
    }
    text = written(data)
    assert strict_yaml.read(text, "odd.yaml").problems == []
    assert strict_yaml.read(text, "odd.yaml").data == data
    assert [type(one) for one in strict_yaml.read(text, "odd.yaml").data["number"]] == [*map(type, data["number"])]


def test_data_brings_its_licence_along(packed: Path) -> None:
    whole = files_below(COURSE / "data")
    assert files_below(packed / "data") == {
        name: text for name, text in whole.items() if not name.endswith("engine.py")
    }
    assert "CC BY" in (packed / "data" / "README.md").read_text("utf-8")


def test_a_failed_write_is_told(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = run("pack", "file/edition", "--course", COURSE)
    assert refused.code == 2 and "error:" in refused.err


def test_a_class_is_not_graded_without_the_keys(run: Callable[..., Graded], tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    assert run("pack", tmp_path / "packed", "--course", course).code == 0
    write_files(tmp_path / "class" / "anna", {"work.py": DOUBLE})
    packed = next(path.parent for path in (tmp_path / "packed").rglob("course.yaml"))
    told = run("batch", tmp_path / "class", "--out", tmp_path / "out", "--course", packed)
    assert told.code == 2 and "give the instructor's edition" in told.err and not (tmp_path / "out").exists()
