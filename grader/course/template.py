"""Copies a course's template into a new folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader import words
from grader.course.load import course_head
from grader.model import Course, GraderError

WORKFLOWS = Path(".github", "workflows")


def copy_template(course: Course, folder: Path) -> list[Path]:
    """The files written: the stubs, and the template's GitHub workflows, which are nothing that a student fills in.

    Raises GraderError where the folder holds something already or cannot be written.
    """
    if not course.template:
        raise GraderError(words.NO_TEMPLATE)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GraderError(words.NOT_EMPTY.format(path=folder))
    texts = {folder / name: text.encode() for name, text in course.template.items()}
    texts |= {folder / WORKFLOWS / name: text for name, text in _workflows(course).items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    except OSError as error:
        raise GraderError(words.CANNOT_WRITE.format(path=folder, why=error.strerror or error)) from None
    return [*texts]


def _workflows(course: Course) -> Mapping[str, bytes]:
    try:
        source = course.folder / course_head(course.folder).template / WORKFLOWS
        paths = sorted([*source.glob("*.yml"), *source.glob("*.yaml")])
        return {path.name: path.read_bytes() for path in paths if path.is_file()}
    except OSError as error:
        raise GraderError(words.CANNOT_READ.format(file=error.filename, why=error.strerror or error)) from None
