"""Copies a course's template into a new folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from grader.base.errors import cannot_make, not_empty, unreadable
from grader.course.files import files_below
from grader.model import Course, GraderError

WORKFLOWS = Path(".github", "workflows")
# A placeholder that the course's author has yet to fill in, where a workflow says whose code is run.
_PLACEHOLDER = re.compile(rb"^\s*(?:-\s+)?uses:.*\bYOUR_[A-Z]", re.M)


def copy_template(course: Course, folder: Path) -> list[Path]:
    """The files written: the stubs, the files that the course gives, and the template's GitHub workflows, which
    students leave as they are.

    Workflows that cannot work yet are left out (`unready`). Raises GraderError where the folder is not empty or
    cannot be written.
    """
    if not course.template:
        raise GraderError("this course has no template: name its folder as `template` in course.yaml")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise not_empty(folder)
    texts = {folder / name: text for name, text in {**_given(course), **_template(course)}.items()}
    texts |= {folder / WORKFLOWS / name: text for name, text in _workflows(course).items() if not _unready(text)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    except OSError as error:
        raise cannot_make(folder, error) from None
    return [*texts]


def _template(course: Course) -> Mapping[str, bytes]:
    """The template's files by name; those of folders that hold no code as they are."""
    texts = {name: text.encode() for name, text in course.template.items()}
    source, apart = course.folder / course.sources.template, (course.folder, course.folder / course.sources.reference)
    try:
        return texts | {name: path.read_bytes() for name, path in files_below(source, apart) if name not in texts}
    except OSError as error:
        raise unreadable(error.filename, error) from None


def _given(course: Course) -> Mapping[str, bytes]:
    """The course's own files that stand beside students' code."""
    return {name: text.encode() for one in course.exercises for name, text in one.beside.items()}


def unready(course: Course) -> list[Path]:
    """The template's workflows that name nobody's code yet: they would fail, or run what a stranger puts there."""
    return [WORKFLOWS / name for name, text in _workflows(course).items() if _unready(text)]


def _unready(text: bytes) -> bool:
    return _PLACEHOLDER.search(text) is not None


def _workflows(course: Course) -> Mapping[str, bytes]:
    try:
        source = course.folder / course.sources.template / WORKFLOWS
        paths = sorted([*source.glob("*.yml"), *source.glob("*.yaml")])
        return {path.name: path.read_bytes() for path in paths if path.is_file()}
    except OSError as error:
        raise unreadable(error.filename, error) from None
