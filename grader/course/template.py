"""Copies a course's template into a new folder."""

from __future__ import annotations

from pathlib import Path

from grader import words
from grader.model import Course, GraderError


def copy_template(course: Course, folder: Path) -> list[Path]:
    """The files written. Raises GraderError where the folder holds something already or cannot be written."""
    if not course.template:
        raise GraderError(words.NO_TEMPLATE)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GraderError(words.NOT_EMPTY.format(path=folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in course.template.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise GraderError(words.CANNOT_WRITE.format(path=folder, why=error.strerror or error)) from None
    return [folder / name for name in course.template]
