"""`grade watch`: a process that is watched while files are saved in the ways that editors do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Graded, write_files
from test_workers import alive, descendants, wait_for

from grader.cli.file_watcher import Watched

OPS = (ROOT / "reference" / "ops.py").read_text("utf-8")
STUBS = (ROOT / "student_template" / "ops.py").read_text("utf-8")
CHECK = (ROOT / "reference" / "gradient_check.py").read_text("utf-8")
THREE = ("--only", "2.5", "--only", "2.6", "--only", "2.8")
DEADLINE = 60
WIDTH = "100"


class Watching:
    """A running `grade watch` and every line it has printed, on either stream."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "watch", str(folder), *arguments], cwd=folder.parent,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True,
            env={**os.environ, "COLUMNS": WIDTH},
        )  # fmt: skip
        self.lines: list[str] = []
        self._told = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(line.rstrip("\n") for line in self.process.stdout)

    def until(self, *pieces: str) -> str:
        """What was printed since the last call, up to the line with the last piece; each must come, in this order."""
        at = self._told
        for piece in pieces:
            assert wait_for(lambda: any(piece in line for line in self.lines[at:]), DEADLINE), self.lines  # noqa: B023
            at = next(number for number in range(at, len(self.lines)) if piece in self.lines[number]) + 1
        text = "\n".join(self.lines[self._told : at])
        self._told = at
        return text

    def save(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def results(self, score: float) -> dict[str, Any]:
        """results.json, once it has this score: it is written after the lines."""

        def read() -> dict[str, Any]:
            return json.loads((self.folder.parent / "grade-report" / "results.json").read_text("utf-8"))

        assert wait_for(lambda: read()["score"] == score, DEADLINE), read()["score"]
        return read()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(DEADLINE)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Callable[..., Watching]]:
    """`watching({"ops.py": text}, arguments…)`: a folder with these files, watched; ended after the test."""
    started: list[Watching] = []

    def start(files: dict[str, str], *arguments: str) -> Watching:
        started.append(Watching(write_files(tmp_path / "work", files), *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_a_save_judges_again_what_it_touches_and_nothing_else(watching: Callable[..., Watching]) -> None:
    work = watching({"ops.py": STUBS, "gradient_check.py": CHECK}, *THREE)
    first = work.until("2.5 Implement", "2.6 Implement", "2.8 Numerical", "10 of 26 points", "report: ", "watching ")
    assert "missing" in first
    assert work.results(10)["exercises"][2]["status"] == "correct"

    work.save("ops.py", OPS)
    second = work.until("saved ops.py: re-grading 2.5, 2.6", "✓ 2.5", "✓ 2.6", "10 → 26 of 26 points")
    assert "2.8" not in second
    assert [one["id"] for one in work.results(26)["exercises"]] == ["2.5", "2.6", "2.8"]
    assert (work.folder.parent / "grade-report" / "report.html").is_file()

    work.save("ops.py", OPS.replace("= -grad_output", "= grad_output"))
    assert "wrong" in work.until("saved ops.py: re-grading 2.5, 2.6", "✗ backward(grad_output)", "26 → 21 of 26 points")
    work.save("gradient_check.py", CHECK + "\n")
    assert "2.5" not in work.until("saved gradient_check.py: re-grading 2.8", "21 of 26 points")


def test_a_package_is_watched_with_what_it_imports(watching: Callable[..., Watching]) -> None:
    files = {"ops.py": "import helpers.more\n" + OPS, "helpers/more.py": "import gradient_check\n"}
    work = watching({**files, "gradient_check.py": CHECK, "other/more.py": ""}, *THREE)
    work.until("26 of 26 points", "watching ")
    work.save("gradient_check.py", CHECK + "\n")
    work.until("saved gradient_check.py: re-grading 2.5, 2.6, 2.8", "26 of 26 points")
    work.save("helpers/more.py", "1 / 0\n")
    work.until(
        "saved helpers/more.py: re-grading 2.5, 2.6, 2.8", "helpers/more.py cannot be imported", "10 of 26 points"
    )
    work.save("helpers/new.py", "")
    work.until("saved helpers/new.py: re-grading 2.5, 2.6, 2.8", "10 of 26 points")


def test_a_save_in_a_package_is_seen_at_once(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"ops.py": "import helpers.more\n", "helpers/more.py": "", "other/more.py": ""})
    watched = Watched(str(folder), {"ops.py"})
    assert "helpers/more.py" in watched.read().files and not watched.saved()
    write_files(folder, {"other/more.py": "x = 1\n"})
    assert not watched.saved()
    write_files(folder, {"helpers/more.py": "x = 1\n"})
    assert watched.saved()
    watched.read()
    write_files(folder, {"other/new.py": ""})
    assert watched.saved()


def test_what_it_says_is_what_grade_says(
    watching: Callable[..., Watching], hand_in: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", WIDTH)
    wrong = OPS.replace("= -grad_output", "= grad_output")
    work = watching({"ops.py": STUBS}, "--only", "2.5", "--only", "2.6")
    work.until("watching ")
    work.save("ops.py", wrong)
    work.until("saved ops.py")
    watched = work.until("2.5 Implement", "2.6 Implement", " points")
    results = work.results(11)
    work.end()
    graded = hand_in({"ops.py": wrong}, "--only", "2.5", "--only", "2.6")
    shown = graded.out.replace(str(work.folder.parent / "submission"), str(work.folder))
    assert watched.rpartition("\n\n")[0] == shown.rpartition("\n\n")[0]
    for one, other in zip(results["exercises"], graded.results["exercises"], strict=True):
        for check in (*one["checks"], *other["checks"]):
            del check["seconds"], check["evidence"]["again"]
        assert one == other


def test_ways_of_saving(watching: Callable[..., Watching]) -> None:
    work = watching({"ops.py": OPS, "gradient_check.py": CHECK}, *THREE)
    work.until("26 of 26 points", "watching ")
    seen = len(work.lines)

    # Nothing new: the time alone, a swap file, a file that is gone for a moment, or empty for one.
    path = work.folder / "ops.py"
    os.utime(path)
    work.save(".ops.py.swp", "x")
    work.save("4913", "")
    (work.folder / "4913").unlink()
    path.rename(work.folder / "ops.py~")
    time.sleep(0.3)
    work.save("ops.py", "")
    time.sleep(0.3)
    work.save("ops.py", OPS)
    time.sleep(0.5)
    assert work.lines[seen:] == []

    # In two steps, and by a new file that takes the old one's place.
    work.save("ops.py", OPS[: len(OPS) // 2])
    work.save("ops.py", OPS + "# saved in place\n")
    assert "✗" not in work.until("saved ops.py: re-grading 2.5, 2.6", "26 of 26 points")
    work.save("ops.py.new", OPS + "# saved by a rename\n")
    (work.folder / "ops.py.new").replace(path)
    assert "✗" not in work.until("saved ops.py: re-grading 2.5, 2.6", "26 of 26 points")


def test_a_syntax_error_a_file_that_is_gone_and_a_folder_that_is_gone(watching: Callable[..., Watching]) -> None:
    work = watching({"ops.py": OPS}, "--only", "2.5")
    work.until("8 of 8 points", "watching ")
    work.save("ops.py", OPS + "\ndef oops(:\n")
    assert "SyntaxError" in work.until("saved ops.py: re-grading 2.5", "crashed", "8 → 0 of 8 points")
    work.save("ops.py", OPS)
    work.until("✓ 2.5", "0 → 8 of 8 points")
    (work.folder / "ops.py").unlink()
    work.until("removed ops.py: re-grading 2.5", "ops.py is not in the submission", "8 → 0 of 8 points")
    work.save("ops.py.txt", OPS)
    work.until("did you mean `ops.py.txt`? Then rename it to ops.py")
    (work.folder / "ops.py.txt").replace(work.folder / "ops.py")
    work.until("saved ops.py: re-grading 2.5", "✓ 2.5", "0 → 8 of 8 points")
    work.folder.rename(work.folder.parent / "away")
    work.until("error: no such file or folder", "waiting for the next save")
    (work.folder.parent / "away").rename(work.folder)
    work.save("ops.py", OPS + "# back\n")
    work.until("saved ops.py: re-grading 2.5", "8 of 8 points")
    work.save("notes.py", "# used by nobody, as far as a grader can know\n")
    work.until("saved notes.py: re-grading 2.5", "8 of 8 points")


def test_a_save_while_it_grades_is_graded_next(watching: Callable[..., Watching]) -> None:
    work = watching({"ops.py": STUBS, "gradient_check.py": CHECK}, *THREE)
    work.until("10 of 26 points", "watching ")
    work.save("ops.py", "import time\ntime.sleep(5)\n" + OPS)
    work.until("saved ops.py: re-grading 2.5, 2.6")
    work.save("ops.py", OPS)
    said = work.until(
        "2.5 Implement", "files changed while grading", "saved ops.py: re-grading 2.5, 2.6", "10 → 26 of 26 points"
    )
    assert said.count("2.6 Implement") == 1
    work.results(26)


def test_a_decision_made_meanwhile_is_put_in(watching: Callable[..., Watching], run: Callable[..., Graded]) -> None:
    work = watching({"ops.py": OPS, "gradient_check.py": CHECK}, "--only", "2.5", "--only", "2.8")
    work.until("18 of 18 points", "watching ")
    decided = run("review", "set", work.folder.parent / "grade-report", "2.5/forward", "1", "--comment", "copied")
    assert decided.code == 0, decided.err
    work.save("gradient_check.py", CHECK + "\n")
    work.until("saved gradient_check.py: re-grading 2.8", "18 → 16 of 18 points")
    assert work.results(16)["exercises"][0]["checks"][0]["review"]["comment"] == "copied"


def test_a_single_file_is_watched_too(tmp_path: Path) -> None:
    file = write_files(tmp_path / "work", {"ops.py": STUBS}) / "ops.py"
    work = Watching(file, "--only", "2.5", "--out", str(tmp_path / "grade-report"))
    try:
        work.until("0 of 8 points", "watching ")
        file.write_text(OPS, "utf-8")
        work.until("saved ops.py: re-grading 2.5", "0 → 8 of 8 points")
    finally:
        work.process.kill()
        work.process.wait()


@pytest.mark.parametrize("busy", [False, True], ids=["waiting", "grading"])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_interrupt_leaves_nothing(watching: Callable[..., Watching], busy: bool) -> None:
    work = watching({"ops.py": OPS}, "--only", "2.5")
    work.until("watching ")
    if busy:
        work.save("ops.py", "while True: pass\n")
        work.until("saved ops.py: re-grading 2.5")
    workers = descendants(work.process.pid)
    assert workers
    assert work.end() == 130
    work.until("stopped watching")
    assert wait_for(lambda: not any(map(alive, workers)), DEADLINE)
    assert "Traceback" not in "\n".join(work.lines)


def test_it_ends_when_nobody_reads_it_any_more(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "work", {"ops.py": OPS})
    command = [sys.executable, "-m", "grader", "watch", str(folder), "--only", "2.5"]
    watching = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert watching.stdout is not None and watching.stderr is not None
    try:
        watching.stdout.readline()
        watching.stdout.close()
        for saved in range(3):  # a save may come before it has begun to look
            (folder / "ops.py").write_text(f"{OPS}\n# {saved}\n", "utf-8")
            if wait_for(lambda: watching.poll() is not None, DEADLINE / 3):
                break
        assert (watching.poll(), watching.stderr.read()) == (0, b"")
    finally:
        watching.kill()
        watching.wait()
        watching.stderr.close()


def test_what_cannot_be_watched_is_told(run: Callable[..., Graded], tmp_path: Path) -> None:
    folder = write_files(tmp_path / "work", {"ops.py": OPS})
    for arguments, why in (
        ([tmp_path / "nowhere"], "no such file or folder"),
        ([f"{folder}@main"], "no such file or folder"),
        ([folder, "--only", "2.55"], "there is no exercise '2.55'"),
        ([folder, "--out", folder / "report"], "is inside the submission"),
        ([folder, "--course", tmp_path / "nowhere"], "no course here"),
        ([folder, "--isolation", "moat"], "unknown sandbox 'moat'"),
    ):
        graded = run("watch", *arguments)
        assert graded.code == 2 and graded.err.startswith("error: ") and why in graded.err


def test_what_is_printed_shows_on_every_save(watching: Callable[..., Watching]) -> None:
    work = watching({"ops.py": OPS + "print('first')\n"}, "--only", "2.5")
    work.until("2.5 Implement", "output of ops.py", "  | first", "watching ")
    work.save("ops.py", OPS + "print('second')\n")
    work.until("saved ops.py", "2.5 Implement", "output of ops.py", "  | second")


def test_a_slip_in_the_answers_is_told_on_save(watching: Callable[..., Watching]) -> None:
    work = watching({"answers.yaml": "2.9:\n  a: (D, M)\n"}, "--only", "2.9")
    work.until("watching ")
    work.save("answers.yaml", "2.9:\n  a:(D, M)\n")
    work.until(
        "saved answers.yaml", "note: answers.yaml, line 2: not read: a space is missing", "in unreadable answers"
    )
    work.save("answers.yaml", "2.9:\n  a: (D, M)\n")
    assert work.results(1)["notes"] == []
