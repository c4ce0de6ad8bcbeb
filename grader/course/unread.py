"""Exercises that are not asked for: what they hand in is known, their checks are not read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from grader.course.strict_yaml import Document
from grader.model import Check, Exercise, Limits

LONGEST_NAME = 200  # characters of a path: some below what systems allow, far above what names of data have


def unread_exercises(documents: Mapping[str, Document], only: Collection[str]) -> dict[str, Exercise]:
    """The exercises beside those in `only`, by the name of their file.

    None where all have to be read: nothing is asked for in particular, or answers in words, which are read with the
    questions of all exercises, or some file does not look like an exercise. What checks read data is always read: the
    course is named by its data, too.
    """
    found = {}
    wanted = set(only)
    for name, document in documents.items():
        exercise = _outlined(document.data)
        if exercise is None or document.problems:
            return {}
        if exercise.id not in wanted:
            if not _has_data(document):
                found[name] = exercise
        elif any(not file.endswith(".py") for file in exercise.files):
            return {}
        wanted.discard(exercise.id)
    return {} if wanted or not only else found


def _has_data(document: Document) -> bool:
    """Whether a check names a file in the course's folder."""
    folder = Path(document.file).parent
    texts = [value for check in document.data["checks"] for value in check.values() if isinstance(value, str)]
    return any(len(text) < LONGEST_NAME and "\0" not in text and (folder / text).is_file() for text in texts)


def _outlined(data: Any) -> Exercise | None:
    """An exercise with its files alone; None for what does not look like one."""
    try:
        file, needs, checks = data["file"], data.get("needs", []), data["checks"]
        files = [check.get("file", file) for check in checks]
        if not all(isinstance(text, str) for text in (data["id"], file, *needs, *files)):
            return None
        found = tuple(Check("", "", "", 0.0, True, None, name) for name in files)
        return Exercise(data["id"], "", file, 0.0, False, "", Limits(), found, needs=tuple(needs))
    except (KeyError, TypeError, AttributeError):
        return None
