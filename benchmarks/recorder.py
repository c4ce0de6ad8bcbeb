"""Which calls the judge makes of a submission: what its checks ask workers is written down while it is graded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.judge.events import Event, ExerciseStarted
from grader.judge.pipeline import grade
from grader.model import Exercise, Limits, Settings
from grader.sandbox.connection import Part, Serve, WorkerConnection
from grader.sandbox.open_sandbox import open_sandbox
from grader.submission.folder import read_folder
from grader.worker import frames, programs


@dataclass(frozen=True)
class Asked:
    """Programs that ran on a file and `also` others, with their numbers and arrays. `kept` names the worker, whose
    programs share what they keep; `answers` are what each function of the judge gave, in order."""

    exercise: str
    kept: int
    file: str
    also: Sequence[str]
    programs: Sequence[Sequence[dict[str, Any]]]
    answers: dict[int, list[tuple[Any, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckCalls:
    """What one check asks."""

    name: str
    points: float
    asked: Sequence[Asked]


class Recorder:
    """A sandbox whose workers write down what runs on the files of one submission. Other files are variants that a
    diagnosis tries, and cost the judge alone."""

    def __init__(self, inner: Any, files: Iterable[tuple[str, str]]) -> None:
        self.inner, self.files = inner, dict(files)
        self.asked: list[Asked] = []
        self.exercise = ""
        self._workers = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def hear(self, event: Event) -> None:
        """Notes which exercise it is whose checks ask."""
        if isinstance(event, ExerciseStarted):
            self.exercise = event.id

    def start(self, limits: Limits, cpu: int) -> WorkerConnection:
        """A worker of the inner sandbox, its `ask` wrapped."""
        worker: WorkerConnection = self.inner.start(limits, cpu)
        self._workers += 1
        number, ask, own = self._workers, worker.ask, False

        def recorded(frame: bytes, serve: Serve | None = None, part: Part | None = None) -> tuple[Any, memoryview]:
            nonlocal own
            message, raw = _read(frame)
            if message["do"] == "load":
                own = message["files"] == self.files
            mine = [self._asked(number, one, raw) for one in _parts(message)] if own else []
            self.asked += mine
            return ask(frame, *_observed(serve, part, mine))

        worker.ask = recorded  # type: ignore[method-assign]
        return worker

    def _asked(self, worker: int, message: dict[str, Any], raw: memoryview) -> Asked:
        # A submission that is graded by itself shares no programs with a class, and no tables.
        assert "known" not in message and not message["tables"]
        numbers = programs.value(message["numbers"], raw)
        steps = [_whole(json.loads(message["shapes"][shape]), numbers[start:]) for shape, start in message["programs"]]
        return Asked(self.exercise, worker, message["file"], message["also"], steps)


def record(work: Path) -> list[CheckCalls]:
    """What each check asks of a submission, in the order of the course."""
    course = load_course(packaged_course())
    submission = read_folder(work, course.files)
    with closing(Recorder(open_sandbox(backend="plain"), submission.files.items())) as recorder:
        grade(course, submission, Settings(), recorder, recorder.hear)
    return [calls for exercise in course.exercises for calls in _by_check(exercise, recorder.asked)]


def _by_check(exercise: Exercise, asked: Iterable[Asked]) -> list[CheckCalls]:
    """The requests of one exercise, dealt to its checks: each asks once, or all ask first about one file and then
    about another, or there is one check that has all of them."""
    mine = [one for one in asked if one.exercise == exercise.id]
    checks = [check for check in exercise.checks if check.file.endswith(".py")]
    if not mine:
        return []
    assert len(mine) % len(checks) == 0, f"{exercise.id}: {len(mine)} requests, {len(checks)} checks"
    return [
        CheckCalls(f"{exercise.id} {check.id}", check.points, mine[place :: len(checks)])
        for place, check in enumerate(checks)
    ]


def _observed(serve: Serve | None, part: Part | None, asked: Sequence[Asked]) -> tuple[Serve | None, Part | None]:
    """Both as they were, and each answer of a function is noted with the request that is running."""
    running = 0

    def served(number: int, x: Any, raw: memoryview) -> bytes:
        assert serve is not None
        frame = serve(number, x, raw)
        if asked:
            answer, arrays = _read(frame)
            given = answer["value"], programs.value(answer["gradient"], arrays)
            asked[running].answers.setdefault(number, []).append(given)
        return frame

    def taken(answer: dict[str, Any], raw: memoryview) -> None:
        nonlocal running
        assert part is not None
        part(answer, raw)
        running += 1

    return serve and served, part and taken


def _whole(shape: Any, numbers: NDArray[np.float64]) -> Any:
    """A program, or a part of one, from its shape and its numbers."""
    match shape:
        case {"number": at}:
            return float(numbers[at])
        case {"array": [dtype, sizes, at]}:
            return {"array": numbers[at : at + math.prod(sizes)].astype(dtype).reshape(sizes)}
        case dict():
            return {key: _whole(part, numbers) for key, part in shape.items()}
        case list():
            return [_whole(part, numbers) for part in shape]
    return shape


def _parts(message: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """The requests to run programs in a message."""
    match message["do"]:
        case "run":
            return [message]
        case "run_all":
            parts: Sequence[dict[str, Any]] = message["parts"]
            return parts
    return []


def _read(frame: bytes) -> tuple[Any, memoryview]:
    _, text = frames.HEAD.unpack(frame[: frames.HEAD.size])
    return frames.unpack(frame[frames.HEAD.size :], text)
