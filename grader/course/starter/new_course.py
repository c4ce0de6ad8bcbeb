"""Writes a course of one exercise that verifies at once, or adds an exercise to a course; overwrites nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.base.errors import cannot_make, not_empty
from grader.course.files import COURSE_FILE
from grader.course.load import load_course
from grader.course.schema import SCHEMAS
from grader.course.starter.names import function_name, next_id, title_of
from grader.model import Course, GraderError

TEXTS = Path(__file__).parent
FIRST = "Cube"  # the exercise of a new course
SCHEMA_FOLDER = ".schemas"


def new_course(folder: Path, title: str) -> list[Path]:
    """The files of a new course in a new or empty folder. Raises GraderError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if (folder / COURSE_FILE).is_file():
            raise GraderError(f"{folder} holds a course already: add an exercise to it with --exercise NAME")
        raise not_empty(folder)
    head = _filled("course.yaml", {"title": _yaml_text(title_of(title or folder.resolve().name))})
    texts = {folder / COURSE_FILE: head, **_exercise(folder, folder / "template", folder / "reference", FIRST, "", 1)}
    return _written(folder, texts | _schemas(folder))


def new_exercise(folder: Path, title: str) -> list[Path]:
    """The files of one more exercise of the course in `folder`. Raises GraderError."""
    course = load_course(folder)
    template, reference = (_beside(course, key) for key in ("template", "reference"))
    names = _exercise(folder, template, reference, title_of(title), *next_id(one.id for one in course.exercises))
    for path in names:
        if path.exists():
            raise GraderError(f"{path} exists already: give the exercise another name")
    stub = next(path for path in names if path.parent == template)
    if stub.name in course.files:
        raise GraderError(f"an exercise of {folder} asks for {stub.name} already: give the exercise another name")
    return _written(folder, names | {path: text for path, text in _schemas(folder).items() if not path.exists()})


def _beside(course: Course, key: str) -> Path:
    """The folder of the template or the reference. Raises GraderError where course.yaml names none."""
    name = {"template": course.sources.template, "reference": course.sources.reference}[key]
    if not name:
        raise GraderError(
            f"{course.folder / COURSE_FILE} names no folder for the {key}: add the line `{key}: {key}`, and make the "
            "folder beside it"
        )
    return course.folder / name


def _exercise(
    folder: Path, template: Path, reference: Path, title: str, beginning: str, number: int
) -> dict[Path, str]:
    """The texts of an exercise by their paths. Numbers in names of files have two digits: files are read in the order
    of their names, and 10 follows 9."""
    name = function_name(title)
    words = {"id": f"{beginning}{number}", "name": name, "file": f"{name}.py", "title": _yaml_text(title)}
    return {
        folder / f"{beginning}{number:02}-{name.replace('_', '-')}.yaml": _filled("exercise.yaml", words),
        template / f"{name}.py": _filled("template.py", words),
        reference / f"{name}.py": _filled("reference.py", words),
    }


def _schemas(folder: Path) -> dict[Path, str]:
    """The schemas that the first line of each file names, for editors: in the course itself, as they work offline."""
    return {
        folder / SCHEMA_FOLDER / f"{name}.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
        for name, schema in SCHEMAS.items()
    }


def _filled(name: str, words: Mapping[str, str]) -> str:
    text = (TEXTS / f"{name}.txt").read_text("utf-8")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text


def _yaml_text(text: str) -> str:
    """In single quotes, where YAML reads every letter as itself."""
    return "'" + text.replace("'", "''") + "'"


def _written(folder: Path, texts: Mapping[Path, str]) -> list[Path]:
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise cannot_make(folder, error) from None
    return [*texts]
