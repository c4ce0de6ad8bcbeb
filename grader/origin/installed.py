"""A course in an installed package: found by what pip wrote about the package, which is never imported."""

from __future__ import annotations

import json
import sys
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from grader.base.text import did_you_mean, enumerate_names, escape_controls
from grader.course.files import COURSE_FILE
from grader.model import GraderError, Origin
from grader.origin.files import FetchedCourse, within
from grader.origin.named import PACKAGE, PackagedCourse

GROUP = "grader.courses"


def installed(course: PackagedCourse) -> FetchedCourse:
    """The course of this name. Raises GraderError."""
    offered = [(entry, one) for one in _distributions() for entry in one.entry_points if entry.group == GROUP]
    found = [(entry, one) for entry, one in offered if entry.name == course.name]
    shown = f"{PACKAGE}{escape_controls(course.name)}"
    if not found:
        names = sorted({entry.name for entry, _ in offered})
        known = f"installed are {enumerate_names([*map(escape_controls, names)])}" if names else "none is installed"
        raise GraderError(
            f"no installed package has a course {escape_controls(course.name)!r}{did_you_mean(course.name, names)}; "
            f"{known}"
        )
    if len({one.metadata["Name"] for _, one in found}) > 1:
        several = enumerate_names(sorted({escape_controls(one.metadata["Name"]) for _, one in found}))
        raise GraderError(f"{several} each have a course {shown}: uninstall all but one")
    entry, one = found[0]
    folder = _folder(entry, one)
    if folder is None:
        raise GraderError(
            f"{shown} names {escape_controls(entry.value)}, but {escape_controls(one.metadata['Name'])} has no such "
            f"folder with a {COURSE_FILE} in it (is it packed as package data?)"
        )
    root = folder.parents[len(_parts(entry)) - 2] if len(_parts(entry)) > 1 else folder
    return FetchedCourse(root, within(folder, "", shown), Origin(shown, version=one.version))


def _distributions() -> list[Distribution]:
    """What is installed, the first of each name; what lies in the current folder may be a student's."""
    found: dict[str, Distribution] = {}
    for one in distributions(path=_search_path()):
        found.setdefault(str(one.metadata["Name"]), one)
    return [*found.values()]


def _search_path() -> list[str]:
    here = Path.cwd().resolve()
    return [entry for entry in sys.path if entry and Path(entry).resolve() != here]


def _parts(entry: EntryPoint) -> list[str]:
    return entry.value.partition(":")[0].strip().split(".")


def _folder(entry: EntryPoint, one: Distribution) -> Path | None:
    """The folder that an entry point names: among the package's files; else, where these lie elsewhere (`pip install
    -e`), in its project, or where Python would look for the package."""
    parts = _parts(entry)
    if not all(part.isidentifier() for part in parts):
        return None
    places = [Path(str(one.locate_file("")))] if _has(one, parts) else []
    project = _editable(one)
    if project is not None:
        places += [project / "src", project]
    found = PathFinder.find_spec(parts[0], _search_path())  # looks, and runs nothing
    if found is not None:
        places += [Path(place).parent for place in found.submodule_search_locations or ()]
    folders = (place.joinpath(*parts) for place in places)
    return next((folder for folder in folders if (folder / COURSE_FILE).is_file()), None)


def _has(one: Distribution, parts: list[str]) -> bool:
    return any(file.parts == (*parts, COURSE_FILE) for file in one.files or ())


def _editable(one: Distribution) -> Path | None:
    """The project of a package that is installed from where it is written."""
    try:
        origin = json.loads(one.read_text("direct_url.json") or "{}")
        if origin["dir_info"]["editable"] and urlsplit(origin["url"]).scheme == "file":
            return Path(url2pathname(urlsplit(origin["url"]).path))
    except (ValueError, KeyError, TypeError):
        pass
    return None
