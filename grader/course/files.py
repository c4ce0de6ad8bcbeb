"""The files that a course is read from: exercises and course.yaml, data of checks, template and reference; and digests
of what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grader.base.errors import meant_path
from grader.course.problems import CourseError, Problem
from grader.model import NO_PART, Course, CourseSources, Fingerprint

COURSE_FILE = "course.yaml"
TEXTS = (".py", ".yaml", ".yml")
CACHES = ("__pycache__", "node_modules", "venv")


def packaged_course() -> Path:
    """The course that comes with the grader: in an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_course" / "exercises"
    return installed if installed.is_dir() else package.parent / "exercises"


def course_here() -> Path:
    """The course in the current folder, where that has a course.yaml; else the one that comes with the grader.

    For what an author does with a course. Submissions are never graded by it: the current folder may be a student's,
    and whoever brings a course of his own would write his own grade.
    """
    here = Path()
    return here if (here / COURSE_FILE).is_file() else packaged_course()


def yaml_texts(folder: Path) -> dict[str, str]:
    """The texts of a course's YAML files by their names, course.yaml among them, in order. Raises CourseError."""
    texts, problems = readable_texts(folder)
    if problems:
        raise CourseError(problems)
    return texts


def readable_texts(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """The texts of YAML files that can be read, and why others cannot. Raises CourseError where there is no course."""
    if not folder.is_dir():
        raise CourseError(
            [
                Problem(
                    f"no course here: {folder} is not a folder{meant_path(folder)}",
                    str(folder),
                    remedy="give it with --course DIR",
                )
            ]
        )
    texts, problems = {}, []
    paths = sorted(path for path in [*folder.glob("*.yaml"), *folder.glob("*.yml")] if not path.name.startswith("."))
    if folder / "course.yml" in paths and folder / COURSE_FILE not in paths:
        raise CourseError(
            [Problem("course.yml must be named course.yaml", str(folder / "course.yml"), remedy="rename it")]
        )
    if folder / COURSE_FILE not in paths:
        problems.append(
            Problem(
                f"{COURSE_FILE} is missing",
                str(folder / COURSE_FILE),
                remedy="it needs at least `title: …`; is this the course's folder?",
            )
        )
    for path in paths:
        try:
            texts[path.name] = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(Problem(f"not UTF-8 text (byte {error.start})", str(path), remedy="save it as UTF-8"))
        except OSError as error:
            problems.append(Problem(f"cannot be read: {error.strerror}", str(path)))
    return texts, problems


def files_below(source: Path, apart: Iterable[Path] = ()) -> Iterator[tuple[str, Path]]:
    """The files in a folder and in those below, by their paths from it, written with `/`; without hidden ones, caches
    and links to folders. Folders that stand `apart`, as a reference inside of a template, are not gone into.

    Raises OSError for a folder that cannot be read.
    """
    closed = [path.resolve() for path in apart]
    waiting = [("", source)]
    while waiting:
        place, folder = waiting.pop(0)
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.name in CACHES:
                continue
            if path.is_file():
                yield f"{place}{path.name}", path
            elif path.is_dir() and not path.is_symlink() and path.resolve() not in closed:
                waiting.append((f"{place}{path.name}/", path))


def template_texts(source: Path, apart: Iterable[Path] = ()) -> tuple[dict[str, str], list[Problem]]:
    """The template's files by name, of folders in it those that can be asked for; and why some cannot be read. Raises
    OSError for a folder that cannot be read."""
    template: dict[str, str] = {}
    problems: list[Problem] = []
    for name, path in files_below(source, apart):
        if "/" not in name or path.suffix in TEXTS:
            try:
                template[name] = path.read_text("utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                problems.append(Problem(f"cannot read a file of the template: {error}", str(path)))
    return template, problems


def reference_texts(source: Path, apart: Iterable[Path] = ()) -> dict[str, str]:
    """The reference's files by name, none where it is not there, as in an installed course. Raises OSError,
    ValueError."""
    if not source.is_dir():
        return {}
    return {name: path.read_text("utf-8-sig") for name, path in files_below(source, apart) if path.suffix in TEXTS}


def texts_beside(folder: Path, sources: CourseSources) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of template and reference, as far as they can be read. Raises OSError, ValueError."""
    template, reference = folder / sources.template, folder / sources.reference
    return (
        template_texts(template, (folder, reference))[0] if sources.template else {},
        reference_texts(reference, (folder, template)) if sources.reference else {},
    )


def data_of(folder: Path, names: Iterable[str]) -> bytes:
    """What these files of data hold, one after the other. Raises OSError."""
    return b"".join((folder / name).read_bytes() for name in names)


def fingerprint(
    texts: Mapping[str, str], data: bytes, template: Mapping[str, str], reference: Mapping[str, str]
) -> Fingerprint:
    """The fingerprint of a course whose files hold this."""
    beside = (digest(repr(sorted(part.items()))) if part else NO_PART for part in (template, reference))
    return Fingerprint(digest(repr(sorted(texts.items())), data), *beside)


def fingerprint_of(course: Course) -> Fingerprint:
    """The fingerprint of what the course's files hold now. Raises CourseError, OSError, ValueError."""
    template, reference = texts_beside(course.folder, course.sources)
    data = data_of(course.folder, course.sources.data)
    return fingerprint(yaml_texts(course.folder), data, template, reference)


def digest(text: str, data: bytes = b"") -> str:
    """The digest of a text and of bytes."""
    whole = hashlib.sha256(text.encode())
    whole.update(data)
    return whole.hexdigest()
