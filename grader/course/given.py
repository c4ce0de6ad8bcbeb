"""Files of the course that student code gets: read, and checked against what the exercise asks for."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from grader.course.spec import ExerciseSpec, GivenSpec
from grader.course.strict_yaml import Document


def given_instead(document: Document, spec: ExerciseSpec) -> dict[str, str]:
    """The texts of the files for a second try, by the file that each stands for."""
    found = {}
    for index, one in enumerate(spec.given):
        if one.instead_of is not None:
            if one.instead_of not in spec.needs:
                document.problem(
                    f"the exercise does not need {one.instead_of!r}", document.values[("given", index, "instead-of")],
                    remedy="name a file in `needs`",
                )  # fmt: skip
            found[one.instead_of] = _text(document, index, one)
    return found


def given_beside(document: Document, spec: ExerciseSpec) -> dict[str, str]:
    """The texts of the files that stand beside the student's code in every run, by name."""
    found: dict[str, str] = {}
    handed_in = {spec.file, *spec.needs, *(check.get("file") for check in spec.checks)}
    for index, one in enumerate(spec.given):
        if one.as_ is None:
            continue
        place = document.values.get(("given", index, "as")) or document.values[("given", index)]
        if not one.as_.endswith(".py"):
            document.problem(f"{one.as_!r} cannot be imported", place, remedy="give a Python file")
        elif one.as_ in handed_in:
            document.problem(
                f"students write {one.as_!r} themselves", place,
                remedy="give it another name with `as`, or use `instead-of` for a second try",
            )  # fmt: skip
        elif one.as_ in found:
            document.problem(f"{one.as_!r} is given twice", place, remedy="remove one of the two")
        elif _leaves(one.file):
            document.problem(f"{one.file!r} is not in the course's folder", place, remedy="copy it there")
        else:
            found[one.as_] = _text(document, index, one)
    return found


def given_names(document: Document) -> list[str]:
    """The names of the files that an exercise gives, in the course's folder."""
    given = document.data.get("given") if isinstance(document.data, dict) else None
    given = given if isinstance(given, list) else []
    names = [one.get("file") if isinstance(one, dict) else one for one in given]
    return [name for name in names if isinstance(name, str) and (Path(document.file).parent / name).is_file()]


def _text(document: Document, index: int, one: GivenSpec) -> str:
    try:
        return (Path(document.file).parent / one.file).read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        place = document.values.get(("given", index, "file")) or document.values[("given", index)]
        document.problem(f"cannot read {one.file!r}: {error}", place)
        return ""


def _leaves(name: str) -> bool:
    """Whether a path leads out of the folder that it is relative to, on any system."""
    whole = PureWindowsPath(name)
    return PurePosixPath(name).is_absolute() or bool(whole.anchor) or ".." in whole.parts
