"""Earlier attempts in one folder of reports: the points of each, kept beside the report, and what has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, field
from pathlib import Path

from grader.base.atomic_write import whole_file
from grader.base.text import POINTS_ROUNDING, points
from grader.model import Report
from grader.model.dataclass import dataclass

NAME = "attempts.json"
MOST = 30  # attempts that are kept: as many as a small picture can show
MAX_BYTES = 1 << 20  # far above so many attempts


@dataclass(frozen=True)
class RecordedAttempt:
    """The points of one attempt: `digest` names the files, `exercises` has the points of each."""

    submission: str
    digest: str
    score: float
    max_score: float
    exercises: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SinceEarlier:
    """The attempts at the same exercises, the last one now, and how the points of exercises changed since the one
    before."""

    scores: tuple[float, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


def record(report: Report, folder: Path) -> SinceEarlier:
    """Adds this attempt to those kept in the folder, unless nothing has changed since. Raises OSError."""
    now = RecordedAttempt(
        report.submission["name"], report.submission["digest"], report.score + report.bonus, report.max_score,
        {exercise.id: exercise.score for exercise in report.exercises},
    )  # fmt: skip
    before = [one for one in _kept(folder) if one.submission == now.submission]
    if before and before[-1] == now:
        before.pop()
    kept = [*before, now][-MOST:]
    whole_file(folder / NAME, json.dumps([asdict(one) for one in kept], ensure_ascii=False) + "\n")
    return progress(kept)


def progress(kept: Sequence[RecordedAttempt]) -> SinceEarlier:
    """What the attempts show, of those at the same exercises as the last one."""
    now = kept[-1]
    alike = [one for one in kept if one.exercises.keys() == now.exercises.keys()]
    if len(alike) < 2:
        return SinceEarlier()
    old = alike[-2].exercises
    changes = [(id_, f"{points(old[id_])} → {points(score)}") for id_, score in now.exercises.items()
               if abs(score - old[id_]) > POINTS_ROUNDING]  # fmt: skip
    return SinceEarlier(tuple(one.score for one in alike), tuple(changes))


def _kept(folder: Path) -> list[RecordedAttempt]:
    """What is kept in the folder; nothing where that cannot be read, as it only serves a picture."""
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        path = folder / NAME
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_BYTES:
            return [_attempt(one) for one in json.loads(path.read_bytes())]
    return []


def _attempt(data: Mapping[str, object]) -> RecordedAttempt:
    """Raises ValueError, TypeError or AttributeError for anything else than an attempt."""
    exercises = data.get("exercises", {})
    if not isinstance(exercises, dict):
        raise TypeError("no attempt")
    numbers = {str(id_): float(score) for id_, score in exercises.items()}
    score, most = (float(str(data.get(name))) for name in ("score", "max_score"))
    return RecordedAttempt(str(data.get("submission")), str(data.get("digest")), score, most, numbers)
