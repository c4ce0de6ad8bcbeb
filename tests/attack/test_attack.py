"""The siege: attacks come to nothing on every isolation that locks; and the canaries can ring, so it could fail."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Graded

from grader.attack import attack_runner, corpus, trial
from grader.attack.scoreboard import AttackResult, Scoreboard, lines, sound
from grader.model import GraderError
from grader.sandbox.backends import BACKENDS
from grader.sandbox.confinement import Confinement
from grader.submission.git import Git
from grader.submission.repository import Repository

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="attacks and canaries are Linux's")
ATTACK_COURSE = corpus.COURSES / "target"
RUN = """\
import json, sys
from dataclasses import asdict
from grader.attack.attack_runner import run_all
print(json.dumps([asdict(board) for board in run_all(sys.argv[1:2], sys.argv[2:], quick=True)]))
"""
LOCKED = tuple(name for name in ("bubblewrap", "spare-user", "lock") if isinstance(BACKENDS[name](), Confinement))
# What an isolation decides; what is left, such as forged frames and odd answers, is the judge's work on every one.
ISOLATION = (
    "reading", "writing", "libraries", "the-judge", "hungry", "network", "programs", "kernel", "left-behind", "honest",
)  # fmt: skip


def besiege(backend: str, *only: str) -> dict[str, Any]:
    """The scoreboard of one backend, made in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, backend, *only], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=400
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]


def findings(board: dict[str, Any]) -> dict[str, list[str]]:
    found = {}
    for result in board["results"]:
        told = [result["forged"], *result["harmed"], result["failed"], result["crashed"]]
        if any(told):
            found[result["id"]] = [text for text in told if text]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("backend", LOCKED)
def test_every_attack_comes_to_nothing(backend: str) -> None:
    """All of them on the strongest isolation of this machine, on the others those that an isolation decides."""
    only = () if backend == LOCKED[0] else ISOLATION
    board = besiege(backend, *only)
    assert board["locked"] and not board["trouble"] and not board["not_tried"]
    assert len(board["results"]) == len(corpus.load(only)) >= 85
    assert findings(board) == {}


@pytest.mark.slow
def test_canaries_ring_where_nothing_is_locked() -> None:
    harmless = ["reads-a-secret", "reads-a-neighbour", "reads-the-course", "environment-of-the-judge", "tcp", "udp"]
    harmless += ["unix", "abstract-unix", "lists-folders", "asks-whether-a-file-exists"]
    board = besiege("plain", *harmless)
    assert not board["locked"]
    rung = {result["id"]: "\n".join([*result["harmed"], *result["known"]]) for result in board["results"]}
    assert set(rung) == set(harmless)
    for name, said in {
        "reads-a-secret": "a secret file was read",
        "reads-a-neighbour": "another student's file was read",
        "reads-the-course": "the course's file was read",
        "environment-of-the-judge": "the judge's environment was read",
        "tcp": "a socket was reached: TCP",
        "udp": "a socket was reached: UDP",
        "unix": "a socket was reached: Unix",
        "abstract-unix": "a socket was reached: abstract Unix",
        "lists-folders": "it got through",
        "asks-whether-a-file-exists": "it knows that a path exists",
    }.items():
        assert said in rung[name], name


def test_copied_answers_are_forged_points() -> None:
    found = findings(besiege("plain", "reads-a-neighbour", "imports-the-reference"))
    assert "6 points, of which 0 are earned" in found["reads-a-neighbour"][0]
    assert "6 points, of which 0 are earned" in found["imports-the-reference"][0]


def test_a_reader_that_is_led_astray_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The families that lie around the code can fail: links that are followed are forged points."""
    notes: list[dict[str, Any]] = []
    tried = ["wrong-revision", "folder-link", "objects-link", "honest-revision"]
    monkeypatch.setattr("grader.submission.revision.straight", lambda folder, below: folder.resolve())
    monkeypatch.setattr("grader.submission.repository._refuse_other", lambda told, name, mode: None)
    monkeypatch.setattr("grader.submission.repository.NAMES", ())
    monkeypatch.setattr("grader.submission.revision.opened", led_astray)
    trial.try_all("plain", notes.append, tried)
    found = {note["result"]["id"]: note["result"] for note in notes if "result" in note}
    assert {name for name, result in found.items() if result["forged"]} == {"folder-link", "objects-link"}
    assert found["wrong-revision"]["score"] == 0 and found["honest-revision"]["failed"] == ""


@contextlib.contextmanager
def led_astray(repository: Repository) -> Iterator[Git]:
    """Git in the repository itself, as if it were to be trusted."""
    yield Git(repository, repository.place, time.monotonic() + 25)


def test_what_is_dangerous_is_tried_under_a_lock_only() -> None:
    board = besiege("plain", "deletes-home", "fork-bomb", "nan")
    assert sorted(board["not_tried"]) == ["deletes-home", "fork-bomb"]
    assert [result["id"] for result in board["results"]] == ["nan"]


def test_a_backend_that_is_not_there_is_said_to_be() -> None:
    board = besiege("windows", "nan")
    assert "Windows" in board["trouble"] and not board["results"]


def test_a_scoreboard_shows_every_finding_and_can_fail() -> None:
    good = AttackResult("a", "f", "does a thing")
    bad = AttackResult(
        "b", "g", "does another", score=2.0, forged="2 points where 0 are earned", harmed=("a file is gone",)
    )
    known = AttackResult("c", "g", "looks", known=("it knows that a path exists",))
    board = Scoreboard("lock", True, ("Landlock 7",), (good, bad, known), ("d",))
    text = "\n".join(lines([board, Scoreboard("windows", trouble="this is not Windows")]))
    assert "g/b: does another" in text and "2 points where 0 are earned" in text and "a file is gone" in text
    assert "lock: 3 tried, 1 forged, 1 harmed, 0 failed, 0 crashed, 1 not tried" in text
    assert "g/c: it knows that a path exists" in text and "windows: not tried, this is not Windows" in text
    assert not sound([board])
    assert sound([Scoreboard("lock", True, ("Landlock 7",), (good, known))])
    assert not sound([Scoreboard("plain", False, (), (good,))])


def test_attacks_have_names_of_their_own_and_unknown_ones_are_refused() -> None:
    ids = [attack.id for attack in corpus.load()]
    assert len(ids) == len(set(ids))
    with pytest.raises(GraderError, match="nobody"):
        corpus.load(["nobody"])


@pytest.mark.parametrize("name", [attack.id for attack in corpus.load(["reports"])])
def test_reports_obey_nothing_that_students_print(name: str, hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    places = {"folder": str(tmp_path), "rings": "x", "marker": "x"}
    files = corpus.files(corpus.load([name])[0], places)
    graded = hand_in(files, "--course", ATTACK_COURSE)
    assert graded.code == 1 and graded.err == ""
    for line in graded.out.splitlines():
        assert not line.lstrip().startswith(("::", "##vso")), line
        assert all(letter.isprintable() for letter in line), line
    page = graded.html
    assert "<script>alert" not in page and "<img src=x" not in page and "\u202e" not in page and "\x1b" not in page
    assert graded.exercise("other")["score"] == graded.exercise("answers")["score"] == 2


def test_a_judge_that_dies_is_written_down_and_the_rest_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def notes(backend: str, ids: list[str], quick: bool, warm: bool, living: set[object]) -> Iterator[dict[str, Any]]:
        started.append(list(ids))
        yield {"locked": True, "held": ["seccomp"]}
        if len(started) == 1:
            yield {"trying": "nan"}
            yield {"ended": "the judge's process ended with status -9"}
        else:
            yield {"trying": "infinity"}
            yield {"result": asdict(AttackResult("infinity", "odd-answers", "returns infinities"))}
            yield {"ended": "the judge's process ended with status 0"}

    monkeypatch.setattr(attack_runner, "_notes", notes)
    board = attack_runner.run_all(["plain"], ["nan", "infinity"])[0]
    assert started == [["nan", "infinity"], ["infinity"]]
    assert [result.crashed for result in board.results] == ["the judge's process ended with status -9", ""]
    assert not sound([board])
