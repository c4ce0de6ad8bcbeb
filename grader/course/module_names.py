"""The modules of a course's files: no two are imported by one name, and none is a file's and a package's at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from grader.course.strict_yaml import Document
from grader.model import Exercise


def check_names(
    documents: Mapping[str, Document],
    exercises: Sequence[Exercise | None],
    head: Document | None,
    modules: Collection[str],
) -> None:
    """Notes where a file and a folder have one name, or a package that is installed has it; and where a file that is
    given in one exercise is written by students, or is another one, in the next."""
    known = [(document, one) for document, one in zip(documents.values(), exercises, strict=True) if one]
    names = {file for _, one in known for file in (*one.files, *one.beside) if file.endswith(".py")}
    folders = {file.partition("/")[0] for file in names if "/" in file}
    tops = folders | {file.removesuffix(".py") for file in names if "/" not in file}
    if head is not None:
        for index, name in enumerate(modules):
            if name in tops:
                what = f"the folder `{name}`" if name in folders else f"`{name}.py`"
                head.problem(
                    f"`{name}` is also {what} of an exercise", head.values[("modules", index)],
                    "the installed package would be imported in its place",
                    remedy="remove it from `modules`, or call the exercise's file something else",
                )  # fmt: skip
    first: dict[str, str] = {}
    for document, exercise in known:
        for file in (*exercise.files, *exercise.beside):
            if file.removesuffix(".py") in folders:
                document.problem(
                    f"{file!r} and the folder `{file.removesuffix('.py')}` are imported by one name",
                    document.values[("file",)],
                    remedy="call one of the two something else",
                )
        for name, text in exercise.beside.items():
            asking = next((one.id for _, one in known if name in one.files and one is not exercise), "")
            if asking:
                document.problem(
                    f"{name!r} is what exercise {asking} asks students for; here it would be given to them",
                    document.values[("given",)],
                    remedy="use `instead-of` for a second try, or give it another name with `as`",
                )
            elif first.setdefault(name, text) != text:
                document.problem(
                    f"another exercise gives another file as {name!r}", document.values[("given",)],
                    remedy="give each file its own name with `as`",
                )  # fmt: skip
