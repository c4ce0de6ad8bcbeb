"""What inputs are drawn by: every text that student code can read, and in a class a salt that nobody is told."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from classes import DOUBLE, FIRST, HELPER, RIGHT, SQUARE, TRIPLE, make_class, make_course, results
from conftest import Graded, write_files

from grader.classroom.run import store as stores

WRONG = {**RIGHT, "work.py": SQUARE, "more.py": TRIPLE.replace("3, x", "4, x")}
Run = Callable[..., Graded]


def drawn(report: dict[str, Any]) -> dict[str, int]:
    """The seed of each exercise's inputs."""
    return {exercise["id"]: exercise["seed"] for exercise in report["exercises"]}


def told(report: dict[str, Any]) -> list[Any]:
    """All exercises without the time that they took."""
    whole = json.loads(json.dumps(report["exercises"]))
    for exercise in whole:
        for check in exercise["checks"]:
            del check["seconds"]
            # a command names the path that was graded
            check.get("evidence", {}).pop("again", None)
    return whole


@pytest.mark.parametrize(
    "changed",
    [{"helper.py": HELPER + "# a note\n"}, {"answers.yaml": "a: 1\n"}, {"table/__init__.py": "T = {}\n"}],
    ids=["a-helper", "another-exercises-file", "a-package"],
)
def test_inputs_change_with_every_text_that_code_can_read(
    hand_in: Callable[..., Graded], tmp_path: Path, changed: dict[str, str]
) -> None:
    course = make_course(tmp_path / "course", written=True)
    files = {**WRONG, "table/__init__.py": "T = 0\n", "work.py": "import table\n" + SQUARE}
    before = hand_in(files, "--course", course).results
    again = hand_in(files, "--course", course).results
    after = hand_in({**files, **changed}, "--course", course).results
    assert drawn(before) == drawn(again)
    assert all(drawn(before)[name] != drawn(after)[name] for name in drawn(before))
    one, other = (report["exercises"][0]["checks"][0]["evidence"]["case"] for report in (before, after))
    assert one != other


def test_names_and_texts_are_distinguished(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    """What moves from the end of one file to the name or text of the next makes other inputs."""
    course = make_course(tmp_path / "course")
    seeds = [
        tuple(drawn(hand_in({**WRONG, **files}, "--course", course).results).values())
        for files in (
            {"a.py": "x = 1\n", "b.py": "y = 2\n"},
            {"a.py": "x = 1\ny = 2\n", "b.py": ""},
            {"a.py": "x = 1\n"},
        )
    ]
    assert len(set(seeds)) == len(seeds)


def test_a_report_of_a_class_is_repeated_by_its_seed(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": {**WRONG, "work.py": SQUARE + "\n"}, "carl": WRONG})
    run("batch", "class", "--out", "out", "--course", course)
    anna, ben, carl = (results(tmp_path / "out", name) for name in ("anna", "ben", "carl"))
    assert len({anna["seed"], ben["seed"], 0}) == 3
    assert anna["seed"] == carl["seed"], "the same files"
    alone = run("class/anna", "--course", course, "--seed", anna["seed"]).results
    assert told(alone) == told(anna) and alone["seed"] == anna["seed"]
    assert told(run("class/anna", "--course", course, "--seed", ben["seed"]).results) != told(anna)
    assert told(run("class/anna", "--course", course).results) != told(anna)


def test_the_command_beside_a_failure_repeats_its_inputs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG})
    run("batch", "class", "--out", "out", "--course", course)
    evidence = results(tmp_path / "out", "anna")["exercises"][0]["checks"][0]["evidence"]
    monkeypatch.chdir(tmp_path / "class" / "anna")
    done = run(*evidence["again"].split()[1:], "--out", tmp_path / "grade-report")
    assert done.check("1", "value")["evidence"] == evidence
    assert not [note for note in done.results["notes"] if "inputs differ" in note]


def test_two_classes_draw_other_inputs_and_each_its_own_again(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": RIGHT})
    for out in ("one", "other"):
        run("batch", "class", "--out", out, "--course", course)
    one, other = (results(tmp_path / out, "anna") for out in ("one", "other"))
    assert one["seed"] != other["seed"] and not set(drawn(one).values()) & set(drawn(other).values())
    assert told(one)[0]["checks"][0]["status"] == told(other)[0]["checks"][0]["status"] == "wrong"
    for name in ("anna", "ben"):  # judged anew, by the same salt
        shutil.rmtree(tmp_path / "one" / name)
    with sqlite3.connect(tmp_path / "one" / "class.sqlite") as base:
        base.execute("DELETE FROM results")
    base.close()
    run("batch", "class", "--out", "one", "--course", course)
    assert told(results(tmp_path / "one", "anna")) == told(one)


def test_what_is_the_same_is_used_again_and_a_changed_helper_is_not(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": {**WRONG, "work.py": DOUBLE}})
    command = ("batch", "class", "--out", "out", "--course", course)
    run(*command)
    before = {name: (tmp_path / "out" / name / "results.json").read_bytes() for name in ("anna", "ben")}
    assert "0 graded" in run(*command).out or "unchanged" in run(*command).out
    assert before == {name: (tmp_path / "out" / name / "results.json").read_bytes() for name in before}
    write_files(tmp_path / "class" / "anna", {"helper.py": HELPER + "# 2\n"})
    run(*command)
    old, new = json.loads(before["anna"]), results(tmp_path / "out", "anna")
    assert old["seed"] != new["seed"] and not set(drawn(old).values()) & set(drawn(new).values())
    assert before["ben"] == (tmp_path / "out" / "ben" / "results.json").read_bytes()
    # An exercise that was mended is judged again, the other keeps its inputs.
    write_files(course, {"1.yaml": FIRST.replace("Doubling", "Twice")})
    run(*command)
    mended = results(tmp_path / "out", "ben")
    assert mended["seed"] == json.loads(before["ben"])["seed"]
    assert drawn(mended)["2"] == drawn(json.loads(before["ben"]))["2"]
    assert told(run("class/ben", "--course", course, "--seed", mended["seed"]).results) == told(mended)


def test_a_seed_that_is_asked_for_is_everybodys(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": {**WRONG, "work.py": SQUARE + "\n"}})
    for out in ("one", "other"):
        run("batch", "class", "--out", out, "--course", course, "--seed", "7")
    one, other = (results(tmp_path / out, "anna") for out in ("one", "other"))
    assert one["seed"] == results(tmp_path / "one", "ben")["seed"] == 7
    assert told(one) == told(other) == told(run("class/anna", "--course", course, "--seed", "7").results)
    run("batch", "class", "--out", "one", "--course", course)
    assert results(tmp_path / "one", "anna")["seed"] != 7


def test_the_salt_is_printed_nowhere(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": RIGHT})
    run("batch", "class", "--out", "out", "--course", course, "--anonymous")
    with contextlib.closing(stores.Store(tmp_path / "out" / "class.sqlite")) as store:
        salt = store.salt()
    assert len(salt) == stores.SALT and len(set(salt)) > 8
    forms = [salt, salt.hex().encode(), repr(salt).encode(), str(int.from_bytes(salt, "big")).encode()]
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and "sqlite" not in path.name]
    assert {path.suffix for path in written} >= {".html", ".json", ".csv"}
    for path in written:
        assert not any(form in path.read_bytes() for form in forms), path


def test_an_older_store_gets_a_salt_and_keeps_what_it_has(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG})
    run("batch", "class", "--out", "out", "--course", course)
    with sqlite3.connect(tmp_path / "out" / "class.sqlite") as base:
        base.executescript("DROP TABLE salt; DROP TABLE outlines; PRAGMA user_version = 2")
    base.close()
    before = results(tmp_path / "out", "anna")
    assert run("batch", "class", "--out", "out", "--course", course).code == 0
    after = results(tmp_path / "out", "anna")
    assert before["seed"] != after["seed"] and told(before)[0]["score"] == told(after)[0]["score"]
    run("batch", "class", "--out", "out", "--course", course)
    assert results(tmp_path / "out", "anna") == after


def test_a_diff_of_classes_names_no_seeds(run: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    make_class(tmp_path / "class", {"anna": WRONG, "ben": RIGHT, "carl": {**RIGHT, "work.py": DOUBLE + "\n"}})
    run("batch", "class", "--out", "one", "--course", course)
    write_files(tmp_path / "class" / "ben", {"work.py": SQUARE})
    run("batch", "class", "--out", "other", "--course", course)
    out = run("diff", "one", "other").out
    assert "seed" in out and "(in 2 of 3)" in out and "submission changed)" in out
    assert str(results(tmp_path / "one", "anna")["seed"]) not in out
