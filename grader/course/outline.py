"""A course's outline: all of it but what judging needs, kept as JSON, so that a run that judges nothing need not read
the course again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.course.files import data_of, fingerprint, texts_beside, yaml_texts
from grader.course.problems import CourseError
from grader.course.time_zones import zone_named
from grader.model import Check, Course, CourseSources, Exercise, Fingerprint, LatePolicy, Limits, Origin, Variant


def outline_of(course: Course) -> str:
    """The outline of a course that was read, as JSON."""
    exercises = [
        replace(
            one,
            wrong=tuple(Variant(known.id, known.file, hint=known.hint) for known in one.wrong),
            right=(),
            equivalent=(),
            given={},
            beside={},
            checks=tuple(replace(check, spec=None) for check in one.checks),
        )
        for one in course.exercises
    ]
    late = course.late
    kept = {
        "title": course.title,
        "seed": course.seed,
        "fingerprint": asdict(course.fingerprint),
        "exercises": [asdict(one) for one in exercises],
        "modules": course.modules,
        "late": late
        and asdict(late) | {"due": late.due.replace(tzinfo=None).isoformat(), "zone": str(late.due.tzinfo)},
        "edition": course.edition,
        "sources": asdict(course.sources),
        "origin": asdict(course.origin),
    }
    return json.dumps(kept)


def course_by_outline(text: str, folder: Path) -> Course | None:
    """The course in this folder as an outline tells of it; None where its files hold something else by now, or where
    the text is no outline. Its checks have no `spec`, and of known mistakes it has the hints."""
    try:
        kept = json.loads(text)
        sources = CourseSources(**kept["sources"] | {"data": tuple(kept["sources"]["data"])})
        template, reference = texts_beside(folder, sources)
        now = fingerprint(yaml_texts(folder), data_of(folder, sources.data), template, reference)
        if now != Fingerprint(**kept["fingerprint"]):
            return None
        return Course(
            title=kept["title"],
            seed=kept["seed"],
            folder=folder,
            fingerprint=now,
            exercises=tuple(map(_exercise, kept["exercises"])),
            template=template,
            reference=reference,
            modules=tuple(kept["modules"]),
            late=_late(kept["late"]) if kept["late"] else None,
            edition=kept["edition"],
            sources=sources,
            origin=Origin(**kept["origin"]),
        )
    except (CourseError, OSError, ValueError, TypeError, KeyError):
        return None


def _exercise(kept: Mapping[str, Any]) -> Exercise:
    own = {
        "limits": Limits(**kept["limits"]),
        "checks": tuple(Check(**check | {"builds_on": tuple(check["builds_on"])}) for check in kept["checks"]),
        "wrong": tuple(Variant(known["id"], known["file"], hint=known["hint"]) for known in kept["wrong"]),
        **{name: tuple(kept[name]) for name in ("needs", "right", "equivalent")},
    }
    return Exercise(**{**kept, **own})


def _late(kept: Mapping[str, Any]) -> LatePolicy:
    own = dict(kept)
    zone = zone_named(own.pop("zone"))
    return LatePolicy(**own | {"due": datetime.fromisoformat(own["due"]).replace(tzinfo=zone)})
