"""Writes the student edition of a course into its own folder, and loads it once to check it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from grader.base.errors import cannot_make, not_empty, unreadable
from grader.course import strict_yaml
from grader.course.files import COURSE_FILE, yaml_texts
from grader.course.load import load_course
from grader.course.student_edition.edition import has_key, is_beside, of_course, of_exercise
from grader.course.student_edition.yaml_text import written
from grader.course.template import copy_template
from grader.model import Course, GraderError
from grader.model.dataclass import dataclass

TEMPLATE = "template"
BESIDE_DATA = ("readme", "license", "licence", "notice", "citation")


@dataclass(frozen=True)
class Packed:
    """The files that were written, how many written answers lost their keys, how many checks need the reference, how
    many variants are left out."""

    paths: tuple[Path, ...]
    recorded: int
    referring: int
    left_out: int


def pack(course: Course, folder: Path) -> Packed:
    """Writes the edition into `folder`, which is new or empty. Raises GraderError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise not_empty(folder)
    files = _files(course)
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise cannot_make(folder, error) from None
    template = copy_template(course, folder / TEMPLATE) if course.template else []
    packed = load_course(folder)
    return Packed(
        (*(folder / name for name in files), *template),
        sum(has_key(check) for exercise in course.exercises for check in exercise.checks),
        sum(check.spec.needs_reference for exercise in course.exercises for check in exercise.checks),
        _variants(course) - _variants(packed),
    )


def _files(course: Course) -> dict[str, bytes]:
    """What is written, by its name in the folder: the course's YAML files, and the data that checks read."""
    raw = {name: strict_yaml.read(text, name).data for name, text in yaml_texts(course.folder).items()}
    head = of_course(raw.pop(COURSE_FILE), TEMPLATE if course.template else "")
    exercises = {name: of_exercise(exercise, raw[name]) for name, exercise in zip(raw, course.exercises, strict=True)}
    return {name: _yaml(name, data) for name, data in {COURSE_FILE: head, **exercises}.items()} | _data(
        course, _solutions(raw.values())
    )


def _solutions(exercises: Iterable[Mapping[str, Any]]) -> set[str]:
    """The files that are given for a second try alone: they stay here."""
    given = [one for data in exercises for one in data.get("given", ())]
    tries = [one["file"] for one in given if isinstance(one, Mapping) and "instead-of" in one]
    beside = [one["file"] if isinstance(one, Mapping) else one for one in given if is_beside(one)]
    return set(tries) - set(beside)


def _yaml(name: str, data: Mapping[str, Any]) -> bytes:
    text = written(data)
    if strict_yaml.read(text, name).data != data:
        raise GraderError(
            f"{name} cannot be written as YAML that reads the same: this is a bug of the grader, please report it"
        )
    return text.encode()


def _data(course: Course, without: Collection[str]) -> dict[str, bytes]:
    """The data, with the files beside it on its origin and licence."""
    names = set(map(Path, set(course.sources.data).difference(without)))
    below = {name.parent for name in names} - {Path()}
    names |= {
        beside.relative_to(course.folder) for parent in below for beside in (course.folder / parent).iterdir()
        if beside.stem.lower() in BESIDE_DATA and beside.is_file()
    }  # fmt: skip
    try:
        return {name.as_posix(): (course.folder / name).read_bytes() for name in sorted(names)}
    except OSError as error:
        raise unreadable(error.filename, error) from None


def _variants(course: Course) -> int:
    return sum(len(exercise.wrong) + len(exercise.right) for exercise in course.exercises)
