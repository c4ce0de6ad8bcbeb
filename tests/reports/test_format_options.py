"""`--format` and `--fail-under` as options, and the scripts that Gradescope runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, Graded, write_files
from junitparser import JUnitXml
from test_formats import SOURCES, Log, schema


@pytest.mark.parametrize(
    ("due", "code", "said"),
    [
        ("37.5", 0, "--fail-under 37.5 is reached: 3 of 8 points are 37.5 %"),
        ("37.6", 1, "not reached"),
        ("0", 0, "is reached"),
        ("100", 1, "--fail-under 100 is not reached: 3 of 8 points are 37.5 %"),
    ],
)
def test_fail_under(due: str, code: int, said: str, hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": SOURCES["wrong"]}, "--only", "2.5", "--fail-under", due)
    assert graded.code == code and said in graded.out.splitlines()[-1]


def test_fail_under_leaves_out_what_waits_for_a_person(hand_in: Callable[..., Graded]) -> None:
    answers = (ROOT / "reference" / "answers.yaml").read_text("utf-8")
    graded = hand_in({"answers.yaml": answers}, "--only", "2.4", "--fail-under", "100", "--format", "gradescope=gs")
    assert graded.code == 0 and graded.results["pending"] > 0
    data = json.loads((graded.folder.parent / "gs").read_text("utf-8"))
    jsonschema.validate(data, schema("gradescope"))
    waiting = [test for test in data["tests"] if "needs_review" in test["tags"]]
    assert waiting and not any("status" in test or "score" in test for test in waiting)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--format", "gradscope"], "did you mean `gradescope`"),
        (["--format", "JUnit"], "did you mean `junit`"),
        (["--format", "junit="], "has no file"),
        (["--format", "junit=x", "--format", "markdown=./x"], "would be written twice"),
        (["--format", "junit=grade-report/results.json"], "would be written twice"),
        (["--format", "junit=-", "--format", "github"], "only one format"),
        (["--format", "junit=submission/ops.py"], "is a file of the submission"),
        (["--format", "junit=no/such/folder"], "cannot write"),
        (["--format", "junit=submission"], "is a file of the submission"),
        (["--fail-under", "101"], "not a number between 0 and 100"),
        (["--fail-under", "nan"], "not a number between 0 and 100"),
    ],
)
def test_wrong_options_are_told_before_grading(
    given: list[str], said: str, hand_in: Callable[..., Graded], tmp_path: Path
) -> None:
    graded = hand_in({"ops.py": SOURCES["right"]}, "--only", "2.5", *given)
    assert graded.code == 2 and said in graded.err
    assert "2.5" not in graded.out
    assert (tmp_path / "submission" / "ops.py").read_text("utf-8") == SOURCES["right"]


def test_a_report_on_the_standard_output_stands_alone(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": SOURCES["wrong"]}, "--only", "2.5", "--format", "junit=-", "--format", "markdown=m.md")
    assert len(list(JUnitXml.fromstring(graded.out.encode()))) == 1
    assert "3 of 8 points" in graded.err
    assert "# Reverse" in (graded.folder.parent / "m.md").read_text("utf-8")


def test_an_error_is_told_where_no_command_is_read(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "##[add-mask]x").write_bytes(b"no archive")
    graded = run("##[add-mask]x", "--format", "github")
    log = Log.of(graded.out)
    assert graded.code == 2 and graded.err == "" and log.commands == []
    assert any(line.startswith("error: cannot read ##[add-mask]x") for line in log.inert)


def test_an_older_report_is_gone_when_the_grader_fails(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "work", {"ops.py": SOURCES["right"], "result.json": '{"score": 999}'})
    victim = tmp_path / "victim"
    victim.write_text("keep")
    (tmp_path / "work" / ".result.json.new").symlink_to(victim)
    graded = run("work", "--only", "2.5", "--format", "classroom50=work/result.json")
    assert json.loads((tmp_path / "work" / "result.json").read_text("utf-8"))["score"] == 800
    assert victim.read_text() == "keep" and graded.code == 0
    (tmp_path / "work" / "result.json").unlink()
    (tmp_path / "work" / "result.json").symlink_to(victim)
    assert run("work", "--only", "2.5", "--format", "classroom50=work/result.json").code == 0
    assert victim.read_text() == "keep"


@pytest.fixture
def autograder(tmp_path: Path) -> Path:
    """/autograder as Gradescope lays it out, with this environment in place of the installed one."""
    root = tmp_path / "auto grader"
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return root


def run_autograder(root: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "docs" / "gradescope" / "run_autograder"
    assert os.access(script, os.X_OK)
    return subprocess.run(
        [script], cwd=root, env={**os.environ, "AUTOGRADER": str(root)}, capture_output=True, encoding="utf-8"
    )


def one_exercise(root: Path, text: str) -> None:
    write_files(root / "source" / "course", {"course.yaml": "title: Short\n", "1.yaml": text})


def test_gradescope_runs_the_autograder(autograder: Path) -> None:
    one_exercise(autograder, (ROOT / "exercises" / "2.05-division.yaml").read_text("utf-8"))
    for name, score in (("right", 8), ("wrong", 3), ("crashing", 0)):
        write_files(autograder / "submission", {"ops.py": SOURCES[name], "grader.py": "raise SystemExit(7)"})
        done = run_autograder(autograder)
        assert done.returncode == 0, done.stderr
        data = json.loads((autograder / "results" / "results.json").read_text("utf-8"))
        jsonschema.validate(data, schema("gradescope"))
        assert data["score"] == score


def test_gradescope_gets_no_results_where_nothing_was_graded(autograder: Path) -> None:
    one_exercise(autograder, "id: broken\n")
    write_files(autograder / "submission", {"ops.py": SOURCES["right"]})
    write_files(autograder / "results", {"results.json": '{"score": 999}'})
    done = run_autograder(autograder)
    assert done.returncode == 2 and "error" in done.stderr
    assert not (autograder / "results" / "results.json").exists()


def test_gradescope_sets_up_an_environment(tmp_path: Path) -> None:
    bin_, root = tmp_path / "bin", tmp_path / "root"
    write_files(bin_, {"python3": '#!/bin/sh\nmkdir -p "$3/bin"\ncp "$(dirname "$0")/pip" "$3/bin/pip"\n'})
    write_files(bin_, {"pip": '#!/bin/sh\necho "$@" > "$AUTOGRADER/said"\n'})
    write_files(root / "source" / "reference", {"ops.py": ""})
    for path in bin_.iterdir():
        path.chmod(0o755)
    env = {**os.environ, "AUTOGRADER": str(root), "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    script = ROOT / "docs" / "gradescope" / "setup.sh"
    assert os.access(script, os.X_OK)
    done = subprocess.run([script], env=env, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert (root / "said").read_text() == f"install {root}/source[pinned]\n"
    assert not (root / "source" / "reference").exists()


def test_a_device_or_a_pipe_is_not_replaced_by_a_file(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, "/dev/no-file-of-this-name", "/proc/self/fd/no-such"):
        graded = hand_in({"ops.py": ""}, "--only", "2.5", "--format", f"junit={place}")
        assert graded.code == 2 and "not a regular file" in graded.err, graded.err
    assert pipe.is_fifo()
