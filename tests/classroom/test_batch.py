"""`grade batch`: the verdicts of `grade`, whatever comes along, kept through changes and interruptions."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from classes import (
    DOUBLE,
    FIRST,
    RIGHT,
    SLOW,
    SQUARE,
    TRIPLE,
    Run,
    gradebook,
    make_class,
    make_course,
    results,
    verdicts,
)
from conftest import COURSE, ROOT, write_files

from grader.classroom.run import progress, store
from grader.course.load import load_course
from grader.judge import cache_key
from grader.submission.folder import read_folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


@pytest.fixture
def batch(run: Run, tmp_path: Path, course: Path) -> Run:
    """`batch(arguments…)`: grades tmp_path/class into tmp_path/out."""

    def call(*arguments: str | Path) -> object:
        return run(
            "batch", tmp_path / "class", "--out", tmp_path / "out", "--course", course, "--jobs", "1", *arguments
        )

    return call  # type: ignore[return-value]


def test_every_packaging_is_graded_as_grade_does(run: Run, tmp_path: Path, course: Path) -> None:
    work, out = (
        make_class(tmp_path / "class", {"anna b": RIGHT, "Ünal": {"work.py": SQUARE}, "none": {}}),
        tmp_path / "out",
    )
    write_files(work, {"single_work.py": DOUBLE, "broken.zip": b"PK no", "notes.pdf": b"x", ".DS_Store": b"x"})
    with zipfile.ZipFile(work / "carl.zip", "w") as archive:
        archive.writestr("carl/work.py", DOUBLE.replace("\n", "\r\n"))
        archive.writestr("__MACOSX/._work.py", b"\0\1")
    with tarfile.open(work / "dora.tar.gz", "w:gz") as archive:
        archive.add(work / "anna b", "x")
    cells = [
        {
            "cell_type": "code",
            "source": "%matplotlib inline\n" + DOUBLE,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    write_files(work, {"emil_work.ipynb": json.dumps(notebook)})
    graded = run("batch", work, "--out", out, "--course", course, "--jobs", "2")
    assert graded.code == 1, graded.out + graded.err  # one could not be read
    assert "notes.pdf" in graded.err and "DS_Store" not in graded.err
    lines = gradebook(out)
    assert {name: line["final"] for name, line in lines.items()} == {
        "anna b": "5", "broken": "", "carl": "2", "dora": "5", "emil_work": "2", "none": "0",
        "single_work": "2", "Ünal": "0",
    }  # fmt: skip
    assert lines["broken"]["status"] == "unreadable" and "broken" in graded.out
    assert not (out / "broken").exists()
    endings = {"carl": ".zip", "dora": ".tar.gz", "emil_work": ".ipynb", "single_work": ".py"}
    assert run(work / "none", "--course", course).code == 2  # a student gets an error where a class has a line
    for name in lines.keys() - {"broken", "none"}:
        entry = name + endings.get(name, "")
        alone = run(work / entry, "--course", course, "--seed", results(out, name)["seed"])
        mine, theirs = verdicts(alone.results), verdicts(results(out, name))
        assert mine.pop("submission")["digest"] == theirs.pop("submission")["digest"]
        notes = [note.replace(str(work / entry), ".") for note in mine.pop("notes")]
        assert notes == theirs.pop("notes") and mine == theirs, name
    hint = results(out, "Ünal")["exercises"][0]["checks"][0]
    assert hint["misconception"] == "squares"
    page = (out / "index.html").read_text("utf-8")
    assert "Ünal" in page and "squares" in page and "unreadable" in page


def test_one_mistake_counts_once_a_student_however_many_checks_it_explains(run: Run, tmp_path: Path) -> None:
    engine = (ROOT / "reference" / "value.py").read_text("utf-8")
    rule = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
    wrong = engine.replace(rule, rule.replace("+=", "="))
    class_ = {"anna": {"value.py": wrong}, "ben": {"value.py": engine}, "cem": {"value.py": wrong}}
    for name, files in class_.items():
        write_files(tmp_path / "class" / name, files)
    exercise = (COURSE / "mini-1-value.yaml").read_text("utf-8")
    write_files(tmp_path / "course", {"course.yaml": "title: Engines\n", "1.yaml": exercise})
    graded = run("batch", tmp_path / "class", "--out", tmp_path / "out", "--course", tmp_path / "course")
    assert graded.code == 0, graded.out + graded.err
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    (mistakes,) = re.findall(r'<ol class="mistakes">.*?</ol>', page, re.S)
    (told,) = [" ".join(re.sub(r"<[^>]*>", "", one).split()) for one in re.findall(r"<li>.*?</li>", mistakes, re.S)]
    assert told.startswith("2 of 3 In *, a new contribution replaces the earlier one")
    assert "value " in told and "on average 4.67 points and 6 checks lost" in told and "mul-assign" in told
    causes = [one for exercise in results(tmp_path / "out", "anna")["exercises"] for one in exercise["causes"]]
    assert [(one["exercise"], one["id"], len(one["checks"])) for one in causes] == [("value", "mul-assign", 6)]


def test_nothing_is_judged_twice(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT, "ben": {"work.py": SQUARE}})
    assert "2 graded" in batch().out
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/*")}
    first = (tmp_path / "out" / "gradebook.csv").read_bytes()
    again = batch()
    assert "0 graded, 2 unchanged (reused)" in again.out
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/*")} == before
    assert (tmp_path / "out" / "gradebook.csv").read_bytes() == first


MORE = "def times(n, x):\n    return n * x\n\ndef triple(x):\n    return times(3, x)\n"
WORK = "import more\n\ndef double(x):\n    return more.times(2, x)\n"


def seeds(out: Path, name: str) -> list[int]:
    """What each exercise's inputs were drawn by."""
    return [exercise["seed"] for exercise in results(out, name)["exercises"]]


def seconds(out: Path, name: str) -> list[float]:
    """How long each check took: the very same number only where its result was used again."""
    return [check["seconds"] for exercise in results(out, name)["exercises"] for check in exercise["checks"]]


def test_a_change_of_any_file_is_judged_and_what_was_handed_in_before_is_known(batch: Run, tmp_path: Path) -> None:
    """Inputs are drawn by all files: with them change all seeds, and a report is repeated by its own as a whole."""
    out = tmp_path / "out"
    folder = make_class(tmp_path / "class", {"anna": {**RIGHT, "more.py": MORE, "work.py": WORK}}) / "anna"
    batch()
    times, first = seconds(out, "anna"), seeds(out, "anna")
    write_files(folder, {"more.py": MORE.replace("n * x", "n + x")})
    assert "1 graded" in batch().out
    assert gradebook(out)["anna"]["final"] == "0"  # work.py imports more.py
    write_files(folder, {"more.py": MORE})
    batch()
    assert seconds(out, "anna") == times and seeds(out, "anna") == first  # known from the first attempt
    write_files(folder, {"work.py": WORK + "# more\n"})
    batch()
    assert gradebook(out)["anna"]["attempt"] == "4"
    assert not set(seeds(out, "anna")) & set(first)


@pytest.mark.parametrize(
    "how",
    [
        "import more", "from more import *\nimport more", "import math, \\\n  more", "more = __import__('mo' + 're')",
        "import importlib\nmore = importlib.import_module('mo' 're')", "exec('import mo' + 're')",
        "import builtins\nmore = getattr(builtins, '__imp' + 'ort__')('mo' + 're')",
        "more = getattr(print.__self__, '__imp' + 'ort__')('mo' + 're')",
        "import pydoc\nmore = pydoc.locate('mo' + 're')",
    ],
)  # fmt: skip
def test_an_import_is_found_however_it_is_written(how: str, tmp_path: Path, course: Path) -> None:
    """A result may be used again where the key is the same: it covers all that the exercise imports."""
    work = f"{how}\n\ndef double(x):\n    return more.times(2, x)\n"
    asked = load_course(course)
    found = []
    for more in (MORE, MORE, MORE.replace("n * x", "n + x")):
        folder = write_files(tmp_path / "anna", {"work.py": work, "more.py": more})
        found.append(cache_key.keys(asked, read_folder(folder, asked.files), "")["1"])
    assert found[0] == found[1] != found[2]


def test_a_result_is_never_used_for_somebody_else(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}, "ben": {"work.py": DOUBLE}})
    batch()
    assert seconds(tmp_path / "out", "anna") != seconds(tmp_path / "out", "ben")


def test_a_changed_exercise_is_judged_anew_and_no_other(batch: Run, tmp_path: Path, course: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT})
    batch()
    first, second = seconds(tmp_path / "out", "anna")
    write_files(course, {"1.yaml": FIRST.replace("equals: 2 * x", "equals: 2 * x + 1")})
    batch()
    line = gradebook(tmp_path / "out")["anna"]
    assert (line["1"], line["2"], line["attempt"]) == ("0", "3", "1")
    assert seconds(tmp_path / "out", "anna")[1] == second and seconds(tmp_path / "out", "anna")[0] != first


def test_attempts_are_kept_and_the_best_one_may_count(batch: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}}) / "anna"
    batch()
    write_files(folder, {"work.py": SQUARE})
    batch()
    line = gradebook(out)["anna"]
    assert (line["final"], line["attempt"]) == ("0", "2")
    assert (results(out, "anna")["score"], results(out, "anna/attempt-1")["score"]) == (0, 2)
    assert (out / "anna" / "attempt-1" / "report.html").exists()
    batch("--policy", "best")
    line = gradebook(out)["anna"]
    assert (line["final"], line["attempt"]) == ("2", "1")
    page = (out / "index.html").read_text("utf-8")
    assert "./anna/attempt-1/report.html" in page and "attempt 1 of 2 counts" in page
    write_files(folder, {"work.py": DOUBLE + "# again\n"})
    batch("--policy", "best")
    assert (gradebook(out)["anna"]["final"], gradebook(out)["anna"]["attempt"]) == ("2", "3"), "of equals the newest"
    (folder / "work.py").write_bytes(b"\xff\xfe")
    batch()
    assert gradebook(out)["anna"]["attempt"] == "4"


def test_what_cannot_be_read_any_more_loses_no_earlier_attempt(batch: Run, tmp_path: Path) -> None:
    out, work = tmp_path / "out", make_class(tmp_path / "class", {"ben": RIGHT})
    with zipfile.ZipFile(work / "anna.zip", "w") as archive:
        archive.writestr("work.py", DOUBLE)
    batch()
    (work / "anna.zip").write_bytes(b"broken")
    batch()
    line = gradebook(out)["anna"]
    assert (line["status"], line["final"]) == ("unreadable", "")
    assert not (out / "anna" / "report.html").exists()
    batch("--policy", "best")
    line = gradebook(out)["anna"]
    assert (line["status"], line["final"], line["attempt"]) == ("graded", "2", "1")


def test_no_points_are_lost_silently(batch: Run, tmp_path: Path) -> None:
    work = make_class(
        tmp_path / "class", {"folder": {}, "both": RIGHT, "empty": {}, "index.html": RIGHT, "odd": {"a.py": "x = 1\n"}}
    )
    for path in (work / "folder" / "abgabe.zip", work / "both" / "old.zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("work.py", DOUBLE)
    write_files(work, {"tim.py": DOUBLE, "uma.7z": b"7z", "vic.rar": b"Rar"})
    graded = batch()
    lines = gradebook(tmp_path / "out")
    assert {name: (line["status"], line["final"]) for name, line in lines.items()} == {
        "folder": ("graded", "2"), "both": ("graded", "5"), "empty": ("graded", "0"), "index.html~": ("graded", "5"),
        "odd": ("unreadable", ""), "tim": ("unreadable", ""), "uma": ("unreadable", ""), "vic": ("unreadable", ""),
    }  # fmt: skip
    assert graded.code == 1 and "found, only a.py" in graded.out
    assert "not opened" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_where_nothing_can_be_read_the_results_stay(batch: Run, tmp_path: Path) -> None:
    work = make_class(tmp_path / "class", {"anna": RIGHT})
    batch()
    before = (tmp_path / "out" / "gradebook.csv").read_bytes()
    shutil.rmtree(work / "anna")
    write_files(work, {"anna.zip": b"no zip"})
    told = batch()
    assert told.code == 2 and "no submission could be read" in told.err
    assert (tmp_path / "out" / "gradebook.csv").read_bytes() == before


def test_points_of_another_course_do_not_win(batch: Run, tmp_path: Path, course: Path) -> None:
    folder = make_class(tmp_path / "class", {"anna": RIGHT}) / "anna"
    batch()
    write_files(folder, {"work.py": SQUARE})
    write_files(course, {"1.yaml": FIRST.replace("points: 2", "points: 1")})
    batch("--policy", "best")
    line = gradebook(tmp_path / "out")["anna"]
    assert (line["final"], line["attempt"]) == ("3", "2")
    assert "earlier version of the course" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_kill_between_reports_and_store_costs_no_attempt(batch: Run, tmp_path: Path) -> None:
    out, folder = tmp_path / "out", make_class(tmp_path / "class", {"anna": RIGHT}) / "anna"
    batch()
    kept = (out / "class.sqlite").read_bytes()
    write_files(folder, {"work.py": SQUARE})
    batch()
    (out / "class.sqlite").write_bytes(kept)  # as it was before the second run's commit
    batch()
    assert results(out, "anna/attempt-1")["score"] == 5 and results(out, "anna")["score"] == 3
    (out / "class.sqlite").unlink()
    write_files(folder, {"work.py": "x = 1\n"})
    batch()
    assert [results(out, name)["score"] for name in ("anna/attempt-1", "anna/attempt-2", "anna")] == [5, 3, 3]
    assert gradebook(out)["anna"]["attempt"] == "3"


def test_a_decision_on_an_earlier_attempt_counts_where_that_one_does(
    run: Run, batch: Run, tmp_path: Path, course: Path
) -> None:
    out = tmp_path / "out"
    make_course(course, written=True)
    files = {**RIGHT, "answers.yaml": "'3': {why: because}\n"}
    folder = make_class(tmp_path / "class", {"anna": files}) / "anna"
    batch()
    write_files(folder, {"work.py": SQUARE, "answers.yaml": "'3': {}\n"})
    batch("--policy", "best")
    assert run("review", "set", out / "anna" / "attempt-1", "3/why", "4", "--comment", "fine").code == 0
    batch("--policy", "best")
    line = gradebook(out)["anna"]
    assert (line["final"], line["attempt"], line["pending"]) == ("9", "1", "0")


def test_a_decision_that_is_not_applied_any_more_is_reported(run: Run, batch: Run, tmp_path: Path) -> None:
    folder = make_class(tmp_path / "class", {"anna": RIGHT, "ben": RIGHT}) / "anna"
    batch()
    assert run("review", "set", tmp_path / "out" / "anna", "1/value", "0", "--comment", "copied").code == 0
    assert "given by hand" not in batch().out and gradebook(tmp_path / "out")["anna"]["final"] == "3"
    write_files(folder, {"work.py": DOUBLE + "# mine\n"})
    assert "1 submission changed after points were given by hand" in batch().out


def test_somebody_elses_files_are_not_overwritten(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT})
    out = write_files(tmp_path / "out", {"index.html": "precious"})
    assert "was not written by `grade batch`" in batch().err
    assert (out / "index.html").read_text("utf-8") == "precious" and not (out / "anna").exists()


def test_results_of_another_isolation_are_not_passed_off(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT})
    batch("--isolation", "plain")
    assert results(tmp_path / "out", "anna")["isolation"].startswith("separate process")
    first = seconds(tmp_path / "out", "anna")
    batch("--isolation", "lock")
    assert "Landlock" in results(tmp_path / "out", "anna")["isolation"]
    assert seconds(tmp_path / "out", "anna") != first


def test_decisions_of_a_person_survive(run: Run, batch: Run, tmp_path: Path, course: Path) -> None:
    out = tmp_path / "out"
    make_course(course, written=True)
    folder = (
        make_class(tmp_path / "class", {"anna": {**RIGHT, "answers.yaml": "'3': {why: because}\n"}, "ben": RIGHT})
        / "anna"
    )
    graded = batch()
    assert gradebook(out)["anna"]["pending"] == "4" and "not marked yet" in graded.out
    assert run("review", "set", out / "anna", "3/why", "3", "--comment", "nearly").code == 0
    batch()
    assert (gradebook(out)["anna"]["final"], gradebook(out)["anna"]["pending"]) == ("8", "0")
    write_files(folder, {"work.py": SQUARE})
    batch()
    assert gradebook(out)["anna"]["final"] == "6"
    write_files(folder, {"answers.yaml": "'3': {why: no idea}\n"})
    batch()
    assert gradebook(out)["anna"]["pending"] == "4"


def test_progress_is_shown(batch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_PLAIN", 0.0)
    monkeypatch.setattr(progress, "SLOW", 0.5)
    make_class(tmp_path / "class", {f"s{number}": {"work.py": f"# {number}\n{SLOW}"} for number in range(4)})
    told = batch().err.splitlines()
    assert any(re.fullmatch(r"[123] of 4 · [\d.]+ per second · \d+ s left(?: · .*)?", line) for line in told), told
    assert any("slowest: s" in line for line in told)
    assert not any("\x1b" in line or "\r" in line for line in told)
    assert [progress.duration(seconds) for seconds in (0.1, 60, 120, 9000)] == ["1 s", "60 s", "2 min", "2.5 h"]


def test_identical_submissions_are_reported(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT, "ben": RIGHT, "carl": {"work.py": SQUARE}, "dora": {}, "emil": {}})
    graded = batch()
    assert "identical: anna, ben" in graded.out and "dora" not in graded.out
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "the same files as ben" in page and "the same files as anna" in page


def test_hostile_submissions_stop_nobody(tmp_path: Path, cage: list[str]) -> None:
    course = make_course(tmp_path / "course")
    write_files(course, {"course.yaml": "title: Sums\nlimits: {cpu: 1, wall: 3, memory: 512}\n"})
    make_class(tmp_path / "class", {
        "anna": RIGHT,
        "loop": {"work.py": "while True: pass\n"},
        "leave": {"work.py": "import os\nos._exit(0)\n"},
        "kill": {"work.py": "import os\nos.kill(os.getppid(), 9)\nos.kill(0, 9)\n" + DOUBLE},
        "hog": {"work.py": "x = [0]\nwhile True: x += x\n"},
        "shout": {"work.py": "while True: print('x' * 1000)\n"},
        "=cmd|'C calc'!A0": {"work.py": SQUARE},
        "<script>alert(1)<": RIGHT,
        "zoe": RIGHT,
    })  # fmt: skip
    (tmp_path / "class" / "link").symlink_to(tmp_path / "class" / "anna")
    done = subprocess.run(
        [*cage, sys.executable, "-m", "grader", "batch", "class", "--out", "out", "--course", str(course)],
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=170,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    lines = gradebook(tmp_path / "out")
    finals = {name: lines[name]["final"] for name in ("anna", "loop", "leave", "hog", "shout", "zoe", "link")}
    assert finals == {"anna": "5", "loop": "0", "leave": "0", "hog": "0", "shout": "0", "zoe": "5", "link": ""}
    assert "<script>alert(1)" not in (tmp_path / "out" / "index.html").read_text("utf-8").replace("\\u003c", "<!")
    assert "'=cmd|'C calc'!A0" in lines


def test_a_process_of_the_grader_that_dies_is_replaced(tmp_path: Path) -> None:
    from pool_work import answer, die_once

    from grader.judge.environment import JudgeConfig
    from grader.judge.process_pool import JobFailed, ProcessPool

    course = make_course(tmp_path / "course")
    plan = JudgeConfig(course)
    with ProcessPool(plan, 2) as pool:
        found = dict(pool.run([*range(6)], answer))
        assert {job: result for job, result in found.items() if job != 3} == {job: job for job in range(6) if job != 3}
        assert isinstance(found[3], JobFailed)
    marks = [str(tmp_path / f"mark {number}") for number in range(3)]
    with ProcessPool(plan, 1) as pool:
        assert dict(pool.run(marks, die_once)) == dict.fromkeys(marks, "alive")


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "grader", "batch", "class", "--out", "out", "--course", "course", *arguments]
    return subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def wait_for(path: Path, count: int) -> None:
    end = time.monotonic() + 60
    while len(list(path.glob("*/results.json"))) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_where_it_was(
    end: signal.Signals, tmp_path: Path, course: Path, batch: Run
) -> None:
    names = [f"s{number}" for number in range(6)]
    make_class(tmp_path / "class", {name: {**RIGHT, "work.py": f"# {name}\n{SLOW}"} for name in names})
    ended = start(tmp_path, "--jobs", "2")
    wait_for(tmp_path / "out", 2)
    ended.send_signal(end)
    _, err = ended.communicate(timeout=30)
    if end is signal.SIGINT:
        assert ended.returncode == 130 and "run the same command again to continue" in err and "Traceback" not in err, (
            err
        )
    assert len(list((tmp_path / "out").glob("*/results.json"))) < 6
    kept = {
        name: seconds(tmp_path / "out", name) for name in names if (tmp_path / "out" / name / "results.json").exists()
    }
    again = batch()
    assert again.code == 0 and "6 graded" not in again.out, again.out
    assert sum(seconds(tmp_path / "out", name) == before for name, before in kept.items()) >= len(kept) - 2
    broken = (tmp_path / "out" / "gradebook.csv").read_bytes()
    shutil.rmtree(tmp_path / "out")
    batch()
    assert (tmp_path / "out" / "gradebook.csv").read_bytes() == broken


def test_two_runs_do_not_write_into_the_same_results(tmp_path: Path, course: Path, batch: Run) -> None:
    make_class(tmp_path / "class", {f"s{number}": {"work.py": f"# {number}\n{SLOW}"} for number in range(4)})
    first = start(tmp_path)
    wait_for(tmp_path / "out", 1)
    second = batch()
    assert second.code == 2 and "another `grade batch`" in second.err
    assert first.wait(60) == 0
    assert batch().code == 0


def test_a_store_of_another_version_is_reported(batch: Run, tmp_path: Path) -> None:
    path = tmp_path / "out" / "class.sqlite"
    make_class(tmp_path / "class", {"anna": RIGHT})
    batch()
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA user_version").fetchone() == (len(store.MIGRATIONS),)
    base.execute("PRAGMA user_version = 99")
    base.close()
    newer = batch()
    assert newer.code == 2 and "newer grader" in newer.err
    path.write_bytes(b"no database" * 100)
    damaged = batch()
    assert damaged.code == 2 and "damaged" in damaged.err and str(path) in damaged.err
    path.unlink()
    assert batch().code == 0 and gradebook(tmp_path / "out")["anna"]["final"] == "5"


def test_a_submission_that_is_gone_is_kept_but_not_listed(batch: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT, "ben": RIGHT})
    batch()
    shutil.rmtree(tmp_path / "class" / "ben")
    graded = batch()
    assert list(gradebook(tmp_path / "out")) == ["anna"] and "1 submission of earlier runs" in graded.out
    make_class(tmp_path / "class", {"ben": RIGHT})
    assert "0 graded, 2 unchanged (reused)" in batch().out


def test_usage_is_explained(run: Run, tmp_path: Path, course: Path) -> None:
    one = write_files(tmp_path / "one", {"work.py": DOUBLE, "more.py": TRIPLE})
    told = run("batch", one, "--out", tmp_path / "out", "--course", course)
    assert told.code == 2 and "looks like one submission" in told.err
    empty = write_files(tmp_path / "empty", {"readme.txt": "x"})
    assert "has no submissions" in run("batch", empty, "--out", tmp_path / "out", "--course", course).err
    assert "cannot read" in run("batch", tmp_path / "nowhere", "--out", tmp_path / "out", "--course", course).err
    work = make_class(tmp_path / "class", {"anna": RIGHT})
    write_files(tmp_path, {"class.zip": b"PK"})
    assert "unpack it" in run("batch", tmp_path / "class.zip", "--out", tmp_path / "out", "--course", course).err
    assert "is inside" in run("batch", work, "--out", work / "out", "--course", course).err
    for options in (["--gradebook", "excel=x"], ["--gradebook", "canvas=x"], ["--feedback"], ["--jobs", "0"],
                    ["--jobs", "2", "--scheduler", "tcp://x:1"]):  # fmt: skip
        told = run("batch", work, "--out", tmp_path / "out", "--course", course, *options)
        assert told.code == 2 and "Traceback" not in told.err, options
    help_text = run("batch", "--help").out
    assert "exit codes" in help_text and "--roster" in help_text
