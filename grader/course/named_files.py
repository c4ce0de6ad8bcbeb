"""The files and folders beside its YAML that a course names, found without reading any of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.course import strict_yaml
from grader.course.files import COURSE_FILE, readable_texts


def named_files(folder: Path) -> Iterator[str]:
    """Every name of a template, a reference, data or a given file, whether or not the course is sound."""
    for name, text in readable_texts(folder)[0].items():
        data = strict_yaml.read(text, name).data
        if isinstance(data, dict):
            found = [data.get("template"), data.get("reference")] if name == COURSE_FILE else _of_exercise(data)
            yield from (one for one in found if isinstance(one, str))


def _of_exercise(data: dict[str, Any]) -> Iterator[Any]:
    for one in _list(data.get("given")):
        yield one.get("file") if isinstance(one, dict) else one
    for check in _list(data.get("checks")):
        if isinstance(check, dict):
            yield check.get("data")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
