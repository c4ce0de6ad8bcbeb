"""A course as it is sent to machines without a common file system: its files and their places."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.course.files import files_below
from grader.course.load import load_course
from grader.model import Course, Fingerprint
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class CourseBundle:
    """A course's files by their path below one root, the course folder's path there, and the digests of the content."""

    files: Mapping[str, bytes]
    folder: str
    fingerprint: Fingerprint


def pack(folder: Path) -> CourseBundle:
    """The course in `folder`, with its template, reference and data. Raises GraderError."""
    course = load_course(folder)
    home = folder.resolve()
    paths = [home / name for name in _names(home, course)]
    beside = [home / one for one in (course.sources.template, course.sources.reference) if one]
    for one in beside:
        if one.is_dir():
            paths += (path for _, path in files_below(one, (home, *beside)))
    # `..` is resolved in the names only, as the worker's copy has no links.
    places = {Path(os.path.normpath(path)): path for path in paths}
    root = os.path.commonpath([home, *(place.parent for place in places)])
    files = {place.relative_to(root).as_posix(): path.read_bytes() for place, path in places.items()}
    return CourseBundle(files, home.relative_to(root).as_posix(), course.fingerprint)


def unpack(bundle: CourseBundle, root: Path) -> Path:
    """Writes the files below `root` and returns the course's folder there. Raises OSError."""
    for name, content in bundle.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root / bundle.folder


def _names(home: Path, course: Course) -> Iterable[str]:
    yield from (path.name for path in home.iterdir() if path.suffix in (".yaml", ".yml") and _plain(path))
    yield from course.sources.data


def _plain(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")
