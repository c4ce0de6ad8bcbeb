"""Attacks by what lies around the code: a repository, which is read here, or a report folder, given to the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from grader.attack.corpus import Attack, files, filled
from grader.attack.scoreboard import AttackResult, died, hung, lost_points
from grader.model import Submission
from grader.submission.git import own_environment
from grader.submission.reader import read_submission

AT_ONCE = 15.0  # seconds: less than git is given, more than reading takes on a busy machine
DEADLINE = 60.0  # seconds for the command on one submission, or for git; both take some
GRADED, REFUSED = (0, 1), 2
_WHO = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
_HERE = Path(__file__).parent.parent.parent


def read(attack: Attack, folder: Path, wanted: Collection[str], places: Mapping[str, str]) -> Submission:
    """The submission, read once its surroundings are made. Raises GraderError where it is refused, TimeoutError where
    that took long."""
    typed, _ = _made(attack, folder, places)
    with _inside(folder):
        started = time.perf_counter()
        try:
            return read_submission(typed, wanted)
        finally:
            seconds = round(time.perf_counter() - started)
            if seconds > AT_ONCE:
                raise TimeoutError(hung(seconds))


def write(attack: Attack, folder: Path, course: Path, backend: str, places: Mapping[str, str]) -> AttackResult:
    """Runs the command, which writes reports: the submission keeps its points, or is refused in one line."""
    typed, out = _made(attack, folder, places)
    result = AttackResult(attack.id, attack.family, attack.does)
    command = [sys.executable, "-m", "grader", typed, "--out", out, "--course", str(course), "--isolation", backend]
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", timeout=DEADLINE, env={**os.environ, "PYTHONPATH": str(_HERE)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return replace(result, crashed=hung(DEADLINE))
    if done.returncode == REFUSED and done.stdout.startswith("error: "):
        return refused(attack, result, done.stdout.strip())
    path = folder / out / "results.json"
    if done.returncode not in GRADED or path.is_symlink() or not path.is_file():
        last = " ".join(done.stdout.strip().splitlines()[-1:])
        return replace(result, crashed=died(done.returncode, last))
    results = json.loads(path.read_text("utf-8"))
    score, max_score = float(results["score"]), float(results["max_score"])
    if score < max_score:
        return replace(result, score=score, failed=lost_points(score, max_score, "?"))
    return replace(result, score=score)


def refused(attack: Attack, result: AttackResult, why: str) -> AttackResult:
    """The result of one that is not graded: a finding where it is right."""
    lost = f"right code got no points: {why}" if attack.earns == "all" else ""
    return replace(result, failed=lost, verdicts="refused")


def _made(attack: Attack, folder: Path, places: Mapping[str, str]) -> tuple[str, str]:
    """Makes the surroundings; returns what is typed for the submission and for the report folder."""
    shutil.rmtree(folder, ignore_errors=True)
    own, victim, out = (folder / name for name in ("own", "victim", "out"))
    known = {**places, "own": str(own), "victim": str(victim), "out": str(out), "around": str(folder)}
    door = attack.door
    assert door is not None
    write_files(own, files(attack, known))
    write_files(victim, files(attack.model_copy(update={"code": "{{honest}}", "also": {}}), known))
    out.mkdir()
    for place in (own, victim) if door.repository else ():
        for command in ("init", "add --force .", "commit -m x"):
            _git(place, *command.split())
    for arguments in door.git:
        _git(own, *(filled(attack.id, word, known) for word in arguments))
    for name, text in door.files.items():
        _free(folder / name).write_text(filled(attack.id, text, known), "utf-8")
    for name, target in door.links.items():
        _free(folder / name).symlink_to(filled(attack.id, target, known))
    for name in door.pipes:
        os.mkfifo(_free(folder / name))
    return filled(attack.id, door.typed, known), filled(attack.id, door.out, known)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Makes the folder, and the files in it by their names, which may be in folders below."""
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _free(path: Path) -> Path:
    """The path, with nothing there any more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return path


def _git(folder: Path, *arguments: str) -> None:
    command = ["git", *_WHO, *arguments]
    subprocess.run(command, cwd=folder, env=own_environment(), check=True, capture_output=True, timeout=DEADLINE)
