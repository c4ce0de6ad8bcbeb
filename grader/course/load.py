"""Reads a course folder into a Course, or raises one CourseError with every error of every file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from grader.base.errors import meant_path
from grader.base.text import POINTS_ROUNDING, amount, did_you_mean, points
from grader.checks import KINDS
from grader.course import strict_yaml
from grader.course.files import (
    COURSE_FILE,
    data_of,
    digest,
    fingerprint,
    readable_texts,
    template_texts,
    texts_beside,
)
from grader.course.given import given_beside, given_instead, given_names
from grader.course.module_names import check_names
from grader.course.problems import CourseError, Problem
from grader.course.spec import CHECK_KEYS, CheckHead, CourseSpec, ExerciseSpec, LateSpec, LimitsSpec
from grader.course.strict_yaml import Document
from grader.course.time_zones import zone_named
from grader.course.unread import unread_exercises
from grader.course.validation_errors import note_errors
from grader.course.variants import equivalents, right_variants, wrong_variants
from grader.model import Check, Course, CourseSources, Exercise, LatePolicy, Limits

# Without limits of its own in the course: seconds of wall time, far above the CPU time on a machine that is busy.
LEAST_WALL, WALL_PER_CPU = 30.0, 10
Model = TypeVar("Model", bound=BaseModel)


def load_course(folder: Path, only: Collection[str] = ()) -> Course:
    """The course in `folder`: course.yaml and one file per exercise, in order of their names. Raises CourseError.

    With `only`, ids of exercises of code, the checks of the others are not read, and what is wrong with these is not
    told: a report on some exercises need not wait for all.
    """
    texts, problems = readable_texts(folder)
    documents = {name: strict_yaml.read(text, str(folder / name)) for name, text in texts.items()}
    head = documents.pop(COURSE_FILE, None)
    spec = _validated(head, CourseSpec) if head else None
    limits = spec.limits if spec else LimitsSpec()
    unread = unread_exercises(documents, only)
    exercises = [unread.get(name) or _exercise(document, limits) for name, document in documents.items()]
    _check_unique(documents, [exercise.id if exercise else "" for exercise in exercises])
    check_names(documents, exercises, head, spec.modules if spec else ())
    if spec and not spec.reference and spec.edition == "instructor":
        _check_reference(documents, exercises)
    template, template_problem = _template(folder, spec, head)
    for document in [*([head] if head else []), *documents.values()]:
        problems += document.problems
    problems += template_problem
    if not documents and not problems:
        problems.append(Problem("the course has no exercise", str(folder), remedy="add a file such as 1-first.yaml"))
    if problems or spec is None:
        raise CourseError(problems)
    names = {*_data_names([exercise for exercise in exercises if exercise])}
    names.update(name for document in documents.values() for name in given_names(document))
    sources = CourseSources(spec.template, spec.reference, tuple(sorted(names)))
    data = data_of(folder, sources.data)
    reference = texts_beside(folder, replace(sources, template=""))[1]
    common = repr((spec.seed, spec.limits, spec.modules, sorted(template.items()), sorted(reference.items())))
    return Course(
        spec.title,
        spec.seed,
        folder,
        fingerprint(texts, data, template, reference),
        tuple(
            replace(
                item,
                digest=digest(common + texts[name], data),
                inputs_digest=digest(repr((sorted(template.items()), texts[name])), data),
            )
            for item, name in zip(exercises, documents, strict=True)
            if item
        ),
        template,
        reference,
        tuple(spec.modules),
        _late(spec.late) if spec.late else None,
        spec.edition,
        sources,
    )


def _check_reference(documents: Mapping[str, Document], exercises: Sequence[Exercise | None]) -> None:
    """Notes every check that compares with a reference that course.yaml does not name."""
    for document, exercise in zip(documents.values(), exercises, strict=True):
        checks = exercise.checks if exercise else ()
        needing = {check.id for check in checks if check.spec and check.spec.needs_reference}
        for index, raw in enumerate(document.data["checks"] if needing else ()):
            if raw.get("id") in needing:
                document.problem(
                    f"the check {raw['id']!r} compares with the reference, and course.yaml names none",
                    document.values.get(("checks", index, "equals"), document.values.get(("checks", index, "of"))),
                    remedy="name the folder of your solution in course.yaml, as in `reference: reference`",
                )


def _data_names(exercises: Sequence[Exercise]) -> list[str]:
    """The names of the files of data that checks read."""
    checks = [check for exercise in exercises for check in exercise.checks if check.kind]
    return sorted({name for check in checks for name in KINDS[check.kind].files(check.spec)})


def _validated(document: Document, model: type[Model], path: strict_yaml.Path = ()) -> Model | None:
    data = document.data
    for key in path:
        data = data[key]
    if not isinstance(data, Mapping):
        if not document.problems:
            document.problem("expected a mapping of keys", document.values.get(path))
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        note_errors(document, error, model, path)
        return None


def _exercise(document: Document, common: LimitsSpec) -> Exercise | None:
    spec = _validated(document, ExerciseSpec)
    if spec is None:
        raw = document.data.get("checks") if isinstance(document.data, dict) else None
        if isinstance(raw, list):
            for index in range(len(raw)):
                _check(document, index, "")
        return None
    checks = [_check(document, index, spec.file) for index in range(len(spec.checks))]
    _check_ids(document, checks)
    if all(checks):
        total = sum(check.points for check in checks if check and not check.advisory)
        if abs(total - spec.points) > POINTS_ROUNDING:
            document.problem(
                f"the checks are worth {amount(total)}, the exercise {points(spec.points)}",
                document.values[("points",)],
                remedy="make the two agree",
            )
    limits = _limits(spec.limits or common)
    found = tuple(check for check in checks if check)
    by_id = {check.id: check for check in found}
    complete = len(found) == len(checks) == len(by_id)
    return Exercise(
        spec.id, spec.title, spec.file, spec.points, spec.bonus, spec.task, limits, found,
        wrong_variants(document, spec, by_id) if complete else (),
        right_variants(document, spec), equivalents(spec), tuple(spec.needs), spec.mutants,
        given=given_instead(document, spec), beside=given_beside(document, spec),
    )  # fmt: skip


def _limits(spec: LimitsSpec) -> Limits:
    wall = spec.wall if spec.wall is not None else max(LEAST_WALL, WALL_PER_CPU * spec.cpu)
    wait = spec.wait if spec.wait is not None else min(Limits().wait, wall / 2)
    return Limits(spec.cpu, wall, spec.memory << 20, spec.output << 20, wait)


def _late(spec: LateSpec) -> LatePolicy:
    due = spec.local.replace(tzinfo=zone_named(spec.zone))
    return LatePolicy(due, spec.grace, spec.per_day, spec.most, spec.closed_after)


def _check(document: Document, index: int, file: str) -> Check | None:
    path: strict_yaml.Path = ("checks", index)
    raw = document.data["checks"][index]
    head = _validated(document, CheckHead, path)
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str):
        return None
    if kind not in KINDS:
        document.problem(
            f"unknown check kind {kind!r}",
            document.values[path + ("kind",)],
            did_you_mean(kind, KINDS).removeprefix("; "),
            f"kinds are {', '.join(sorted(KINDS))}",
        )
        return None
    own = {key: value for key, value in raw.items() if key == "kind" or key not in CHECK_KEYS}
    model = KINDS[kind].Spec
    try:
        spec = model.model_validate(own)
    except ValidationError as error:
        note_errors(document, error, model, path, CHECK_KEYS)
        return None
    if head and not head.points and not head.advisory:
        document.problem(
            "the check is worth nothing", document.values[path], remedy="give it `points`, or `advisory: true`"
        )
    for name in KINDS[kind].files(spec):
        if not (Path(document.file).parent / name).is_file():
            document.problem(f"there is no file {name!r} in the course's folder", document.values[path])
    if head is None:
        return None
    return Check(
        head.id, head.claim, kind, head.points, head.advisory, spec, head.file or file, tuple(head.builds_on)
    )  # fmt: skip


def _check_ids(document: Document, checks: list[Check | None]) -> None:
    seen: set[str] = set()
    for index, check in enumerate(checks):
        if check and check.id in seen:
            document.problem(
                f"two checks have the id {check.id!r}",
                document.values[("checks", index, "id")],
                remedy="give each check of an exercise its own id",
            )
        if check:
            seen.add(check.id)
    for index, check in enumerate(checks):
        for name in check.builds_on if check else ():
            if name not in seen or (check and name == check.id):
                document.problem(
                    f"there is no other check {name!r} to build on",
                    document.values[("checks", index, "builds-on")],
                    did_you_mean(name, seen).removeprefix("; "),
                    "name checks of this exercise, by their ids",
                )


def _check_unique(documents: Mapping[str, Document], ids: list[str]) -> None:
    first: dict[str, Document] = {}
    for document, name in zip(documents.values(), ids, strict=True):
        if name and name in first:
            document.problem(
                f"exercise {name!r} is already in {Path(first[name].file).name}",
                document.values[("id",)],
                remedy="give each exercise its own id",
            )
        elif name:
            first[name] = document


def _template(folder: Path, spec: CourseSpec | None, head: Document | None) -> tuple[dict[str, str], list[Problem]]:
    if spec is None or not spec.template:
        return {}, []
    source = folder / spec.template
    if source.is_dir():
        return template_texts(source, (folder, folder / spec.reference))
    return {}, [
        Problem(
            f"no such folder: {source}{meant_path(source)}",
            str(folder / COURSE_FILE),
            head.text if head else "",
            head.values[("template",)] if head else None,
            remedy="`template` is a folder, relative to course.yaml",
        )
    ]
