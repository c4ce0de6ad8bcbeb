"""The straight line for one submission: every exercise judged, events on the way, a Report at the end."""

from __future__ import annotations

import difflib
import hashlib
import platform
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from random import Random

import numpy

from grader import __version__, words
from grader.checks import KINDS
from grader.checks.kind import Bench, Finding
from grader.events import Event, ExerciseDone, ExerciseStarted
from grader.judge import asking, blame
from grader.judge.answers import Garbled
from grader.judge.show import clean
from grader.model import (
    Check,
    CheckResult,
    Course,
    Environment,
    Exercise,
    ExerciseResult,
    GraderError,
    Report,
    Settings,
    Submission,
    Verdict,
)
from grader.sandbox import plain
from grader.sandbox.line import Line, WorkerLost

Listener = Callable[[Event], None]


def grade(course: Course, submission: Submission, settings: Settings, listen: Listener = lambda event: None) -> Report:
    """Judges every exercise that `settings` asks for. Raises GraderError for an unknown exercise id."""
    exercises = select(course, settings.only)
    seed = course.seed if settings.seed is None else settings.seed
    results = []
    session = _Session(course, submission, settings, len(exercises))
    try:
        for exercise in exercises:
            listen(ExerciseStarted(exercise.id, exercise.title))
            results.append(session.judge(exercise, _exercise_seed(seed, exercise, submission)))
            listen(ExerciseDone(results[-1]))
    finally:
        session.close()
    return _report(course, submission, seed, results)


def select(course: Course, only: Iterable[str]) -> list[Exercise]:
    """The exercises with these ids, all for none given. Raises GraderError for an unknown id."""
    known = {exercise.id: exercise for exercise in course.exercises}
    for name in only:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            guess = words.DID_YOU_MEAN.format(name=close[0]) if close else ""
            raise GraderError(words.NO_EXERCISE.format(id=name, guess=guess, known=", ".join(known)))
    return [exercise for exercise in course.exercises if not only or exercise.id in set(only)]


def _exercise_seed(seed: int, exercise: Exercise, submission: Submission) -> int:
    file = hashlib.sha256(submission.files.get(exercise.file, "").encode("utf-8", "surrogatepass")).hexdigest()
    return int.from_bytes(hashlib.sha256(f"{seed}/{exercise.id}/{file}".encode()).digest()[:6], "big")


class _Session:
    """One submission's workers: a new one is started when the last was lost."""

    def __init__(self, course: Course, submission: Submission, settings: Settings, count: int) -> None:
        self.course, self.submission, self.settings, self.count = course, submission, settings, count
        self.line: Line | None = None

    def close(self) -> None:
        """Ends the running worker."""
        if self.line is not None:
            self.line.close()

    def judge(self, exercise: Exercise, seed: int) -> ExerciseResult:
        """All checks of one exercise."""
        unread = self._unread(exercise)
        if unread is not None:
            return _result(exercise, [_checked(check, unread, 0.0) for check in exercise.checks], seed, "")
        limits = exercise.limits
        factor = self.settings.cpu_factor
        limits = replace(limits, cpu=limits.cpu * factor, wall=limits.wall * max(1.0, factor))
        results: list[CheckResult] = []
        output: list[str] = []
        reason = ""
        for check in exercise.checks:
            if reason:
                results.append(_checked(check, Finding(Verdict.SKIPPED, 0.0, reason), 0.0))
                continue
            started = time.perf_counter()
            if self.line is None or not self.line.alive:
                self.line = plain.start(limits, self.count)
                self.line.allow(limits)
                asking.load(self.line, self.submission.files)
                self.line.allow(limits)
            elif not results:
                self.line.allow(limits)
            finding = self._find(check, exercise, seed)
            if not finding.importable:
                reason = words.NOT_IMPORTED.format(file=exercise.file)
            elif finding.status is Verdict.TIMED_OUT:
                reason = words.AFTER_TIMEOUT
            output.append(self.line.take_output())
            results.append(_checked(check, self._again(exercise, finding), time.perf_counter() - started))
        return _result(exercise, results, seed, "".join(output))

    def _unread(self, exercise: Exercise) -> Finding | None:
        name = exercise.file
        if name in self.submission.unreadable:
            return Finding(Verdict.CRASHED, 0.0, clean(self.submission.unreadable[name]))
        if name in self.submission.files:
            return None
        others = [
            file for file in self.submission.files if not any(file == other.file for other in self.course.exercises)
        ]
        near = [file for file in others if file.lower() == name.lower()] or difflib.get_close_matches(name, others, 1)
        text = (
            words.FILE_MISSING_NEAR.format(file=name, near=clean(near[0]))
            if near
            else words.FILE_MISSING.format(file=name)
        )
        return Finding(Verdict.MISSING, 0.0, text)

    def _find(self, check: Check, exercise: Exercise, seed: int) -> Finding:
        assert self.line is not None
        kind = KINDS[check.kind]
        bench = Bench(self.line, exercise.file, self.submission.files, Random(f"{seed}/{check.id}"))
        try:
            finding = kind.run(check.spec, bench)
            if finding.status is not Verdict.CORRECT and finding.importable:
                finding = self._explain(finding, check, exercise)
        except WorkerLost as lost:
            verdict, message, evidence = blame.for_lost_worker(lost, exercise.limits.cpu * self.settings.cpu_factor)
            return Finding(verdict, 0.0, message, evidence)
        except Garbled:
            self.line.close()
            return Finding(Verdict.FORBIDDEN, 0.0, words.DISTURBED)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error}, {place.name} line {place.lineno}"
            return Finding(Verdict.JUDGE_ERROR, 0.0, words.JUDGE_ERROR.format(what=clean(what)))
        return finding

    def _explain(self, finding: Finding, check: Check, exercise: Exercise) -> Finding:
        """A finding on a function that is still a stub becomes a friendly line; others get the function's place."""
        assert self.line is not None
        targets = KINDS[check.kind].targets(check.spec)
        with suppress(WorkerLost, Garbled):
            functions = asking.outline(self.line, exercise.file, self.course.template.get(exercise.file, ""))
            if isinstance(functions, dict):
                if text := blame.as_stub(targets, functions, exercise.file):
                    return Finding(Verdict.MISSING, 0.0, text)
                place = finding.evidence.place
                target = targets[-1]
                if not place and target in functions:
                    place = f"{exercise.file}:{functions[target].line}"
                return replace(finding, evidence=replace(finding.evidence, place=f"{place}  {target}".strip()))
        return finding

    def _again(self, exercise: Exercise, finding: Finding) -> Finding:
        if finding.status is Verdict.CORRECT:
            return finding
        seed = self.course.seed if self.settings.seed is None else self.settings.seed
        path = self.submission.path
        command = f"grade {_quoted(path)} --only {exercise.id} --seed {seed}"
        return replace(finding, evidence=replace(finding.evidence, again=command))


def _quoted(path: str) -> str:
    import shlex

    return clean(shlex.quote(path))


def _checked(check: Check, finding: Finding, seconds: float) -> CheckResult:
    worth = 0.0 if check.advisory else check.points
    return CheckResult(
        check.id,
        check.claim,
        finding.status,
        worth * finding.share,
        worth,
        finding.message,
        evidence=finding.evidence,
        seconds=round(seconds, 4),
        advisory=check.advisory,
    )


def _result(exercise: Exercise, checks: list[CheckResult], seed: int, output: str) -> ExerciseResult:
    score = sum(check.score for check in checks)
    return ExerciseResult(
        exercise.id,
        exercise.title,
        exercise.file,
        _status(checks, score, exercise.points),
        score,
        exercise.points,
        exercise.bonus,
        seed,
        clean(output, keep="\n\t"),
        (),
        tuple(checks),
    )


def _status(checks: list[CheckResult], score: float, points: float) -> Verdict:
    charged = [check.status for check in checks if not check.advisory]
    for overriding in (Verdict.JUDGE_ERROR,):
        if overriding in charged:
            return overriding
    failed = [status for status in charged if status is not Verdict.CORRECT]
    if not failed:
        return Verdict.CORRECT
    if 0 < score < points:
        return Verdict.PARTIAL
    return next((status for status in failed if status is not Verdict.SKIPPED), Verdict.SKIPPED)


def _report(course: Course, submission: Submission, seed: int, results: list[ExerciseResult]) -> Report:
    undecided = (Verdict.JUDGE_ERROR, Verdict.NEEDS_REVIEW)
    pending = sum(
        check.max_score - check.score
        for result in results
        if not result.bonus
        for check in result.checks
        if check.status in undecided
    )
    required = [result for result in results if not result.bonus]
    extra = [result for result in results if result.bonus]
    return Report(
        schema=1,
        course={"title": course.title, "digest": course.digest},
        submission={"name": clean(submission.name), "digest": submission.digest},
        seed=seed,
        isolation=plain.NAME,
        grader_version=__version__,
        environment=Environment(platform.python_version(), numpy.__version__, platform.system()),
        score=sum(result.score for result in required),
        max_score=sum(result.max_score for result in required) - pending,
        bonus=sum(result.score for result in extra),
        max_bonus=sum(result.max_score for result in extra),
        pending=pending,
        notes=tuple(clean(note) for note in submission.notes),
        exercises=tuple(results),
    )
