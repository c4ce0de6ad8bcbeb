"""Tries attacks one by one in this process: graded as any submission, canaries checked after each."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grader.attack import corpus, surroundings
from grader.attack.canaries import Canaries, printed
from grader.attack.corpus import Attack
from grader.attack.scoreboard import AttackResult, lost_points
from grader.course.load import load_course
from grader.judge.pipeline import grade
from grader.model import Course, Exercise, ExerciseResult, GraderError, Limits, Report, Settings, Verdict
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder

# Limits of tests: attacks that never end cost less time; the honest ones keep the course's limits.
QUICK = Limits(cpu=0.4, wall=4, memory=512 << 20, output=1 << 20, wait=0.5)
BUSY = 3.0  # seconds of CPU that the judge may take for a submission; 0.2 are usual, and other load makes them more
Told = tuple[str, dict[str, str], str]
"""A check, the case that it failed in, and the expected number."""
Note = Callable[[Mapping[str, Any]], None]


def try_all(backend: str, note: Note, only: Sequence[str] = (), quick: bool = False, warm: bool = True) -> None:
    """Tries the attacks in this process, and notes what is tried and the results. Raises GraderError."""
    attacks = corpus.load(only)
    with Canaries() as canaries, contextlib.closing(open_sandbox(warm, backend)) as sandbox:
        courses = {name: load_course(canaries.secrets.courses / name) for name in corpus.right()}
        whole = courses[corpus.probe().course]
        _grade(whole, sandbox, canaries.folder / "first", corpus.files(corpus.probe(), canaries.places()))
        note({"locked": sandbox.confinement.locked, "held": list(sandbox.held)})
        for attack in attacks:
            lacking = attack.door is not None and attack.door.repository and shutil.which("git") is None
            if lacking or (attack.dangerous and not sandbox.confinement.locked):
                note({"not_tried": attack.id})
                continue
            note({"trying": attack.id})
            course = courses[attack.course]
            short = _with_limits(course, QUICK) if quick and not attack.honest else course
            result = _try(attack, short, whole, canaries, sandbox)
            note({"result": asdict(result)})


def _try(attack: Attack, course: Course, whole: Course, canaries: Canaries, sandbox: Sandbox) -> AttackResult:
    """One attack, then an honest submission that looks for what it left."""
    started = time.perf_counter()
    canaries.arm()
    places = canaries.places()
    if attack.door is not None:
        return _try_door(attack, course, canaries, sandbox)
    result = AttackResult(attack.id, attack.family, attack.does)
    reports: list[Report] = []
    try:
        folder = canaries.folder / "submission"
        own = [one.id for one in course.exercises if one.file == attack.file] if attack.course == "engine" else []
        handed_in = dict(corpus.files(attack, places))
        told: list[Told] = []
        for _ in range(attack.rounds - 1):
            told += _told(_grade(course, sandbox, folder, handed_in, own), attack.file)
            handed_in["told.py"] = f"TOLD = {told!r}\n".encode()
        before = time.process_time()
        reports.append(_grade(course, sandbox, folder, handed_in, own))
        busy = time.process_time() - before
        result = _judged(attack, result, reports[0])
        if busy > BUSY:
            result = replace(result, crashed=f"the judge took {busy:.1f} seconds of CPU for it")
        reports.append(_grade(whole, sandbox, canaries.folder / "next", corpus.files(corpus.probe(), places)))
        if reports[1].score < reports[1].max_score:
            result = replace(result, crashed=f"the next submission, all right, got {reports[1].score:g} points")
    except Exception as error:
        result = replace(result, crashed=f"the judge raised {type(error).__name__}: {error}")
    harmed = canaries.harm(reports[0] if reports else None)
    if len(reports) > 1:
        harmed += tuple(canaries.secrets.harm(repr(reports[1]), printed(reports[1])))
    if attack.reveals and harmed and sandbox.confinement.name != "bubblewrap":
        result, harmed = replace(result, known=harmed), ()
    return replace(result, harmed=harmed, seconds=round(time.perf_counter() - started, 3))


def _try_door(attack: Attack, course: Course, canaries: Canaries, sandbox: Sandbox) -> AttackResult:
    """One attack by the code's surroundings: it is refused, or earns what its code earns."""
    started = time.perf_counter()
    folder, places = canaries.folder / "handed-in", canaries.places()
    result = AttackResult(attack.id, attack.family, attack.does)
    report = None
    try:
        if attack.door and attack.door.out:
            result = surroundings.write(attack, folder, course.folder, sandbox.confinement.name, places)
        else:
            submission = surroundings.read(attack, folder, course.files, places)
            report = grade(course, submission, Settings(), sandbox)
            result = _judged(attack, result, report)
    except GraderError as error:
        result = surroundings.refused(attack, result, str(error))
    except Exception as error:
        result = replace(result, crashed=f"the judge raised {type(error).__name__}: {error}")
    return replace(result, harmed=canaries.harm(report), seconds=round(time.perf_counter() - started, 3))


def _grade(
    course: Course, sandbox: Sandbox, folder: Path, files: Mapping[str, bytes], only: Sequence[str] = ()
) -> Report:
    shutil.rmtree(folder, ignore_errors=True)
    surroundings.write_files(folder, files)
    return grade(course, read_folder(folder, course.files), Settings(only=tuple(only)), sandbox)


def _told(report: Report, file: str) -> list[Told]:
    """All that a report says of an exercise's checks."""
    checks = [check for exercise in report.exercises if exercise.file == file for check in exercise.checks]
    return [(one.id, dict(one.evidence.case), one.evidence.expected) for one in checks]


def _judged(attack: Attack, result: AttackResult, report: Report) -> AttackResult:
    """The result with what its points say."""
    exercises = {exercise.file: exercise for exercise in report.exercises}
    own = exercises[attack.file]
    allowed = attack.share * own.max_score
    verdicts = " ".join(f"{check.id}={check.status.value}" for check in own.checks)
    result = replace(result, score=own.score, verdicts=verdicts)
    if own.score > allowed:
        result = replace(result, forged=f"{own.score:g} points, of which {allowed:g} are earned ({verdicts})")
    if attack.earns == "all" and own.score < own.max_score:
        said = "; ".join(check.message for check in own.checks if check.message)
        result = replace(result, failed=lost_points(own.score, own.max_score, said))
    every = [check for exercise in report.exercises for check in exercise.checks]
    broken = next((check for check in every if check.status is Verdict.JUDGE_ERROR), None)
    spoilt = [exercise.id for exercise in report.exercises if exercise.file != attack.file and _lost(exercise)]
    if broken is not None:
        return replace(result, crashed=broken.message)
    return replace(result, crashed=f"other exercises lost points: {', '.join(spoilt)}" if spoilt else "")


def _lost(exercise: ExerciseResult) -> bool:
    return bool(exercise.score < exercise.max_score)


def _with_limits(course: Course, limits: Limits) -> Course:
    def short(exercise: Exercise) -> Exercise:
        return replace(exercise, limits=limits)

    return replace(course, exercises=tuple(map(short, course.exercises)))
