"""Turns pydantic's validation errors into problems with a place in the file and a remedy."""

from __future__ import annotations

import itertools
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.base.text import closest, did_you_mean
from grader.course.cut_off_texts import Cut, cuts
from grader.course.problems import Place
from grader.course.strict_yaml import Document, Path

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}

_HINTS = "hints belong in the exercise's list `wrong:`, each beside the mistake that it explains"
_RESULTS = "what calls must give is stated in `equals`: one formula, or several by name, as in {loss: …, dx: …}"
_ELSEWHERE = {"hint": _HINTS, "hints": _HINTS, **dict.fromkeys(("returns", "expected", "expect", "tell"), _RESULTS)}


def note_errors(
    document: Document, error: ValidationError, model: type[BaseModel], prefix: Path, common: Sequence[str] = ()
) -> None:
    """Adds one problem for each place that `error` names.

    `prefix` is the path of `model`'s data in the document; `common` are keys that other models take from there.
    """
    at_path: dict[Path, ErrorDetails] = {}
    for detail in error.errors():
        path = _path(document, prefix, detail["loc"])
        if detail["type"] == "missing" and isinstance(detail["loc"][-1], str):
            path = (*path, str(detail["loc"][-1]))
        if path not in at_path or at_path[path]["type"] != "list_type":  # instead of a list or a mapping
            at_path[path] = detail
    for path, rest in _without_brackets(document, at_path).items():
        place = document.values.get(path)
        meant = ", ".join([_written(document, place), *(str(one[-1]) for one in rest)])
        document.problem(
            f"`{path[-1]}` is cut off at the comma", place, "here it ends",
            f"put it in brackets: {path[-1]}: [{meant}]",
        )  # fmt: skip
        at_path = {one: detail for one, detail in at_path.items() if one not in (path, *rest)}
    for cut in _cut_off(document, prefix):
        covered = [path for path in at_path if cut.covers(path)]
        if covered:
            document.problem(
                f"`{cut.path[-1]}` is cut off at the comma",
                document.values.get(cut.path),
                "here it ends",
                f'put it in quotes: {cut.path[-1]}: "{cut.meant}"',
            )
        at_path = {path: detail for path, detail in at_path.items() if path not in covered}
    mistyped = _mistyped(model, prefix, at_path, common)
    for path, detail in at_path.items():
        if path in mistyped:
            continue
        inner = any(other[: len(path)] == path and other != path for other in at_path)
        if not (inner and detail["type"] in ("too_short", "too_long")):
            _note(document, detail, model, prefix, path, common)


def _cut_off(document: Document, prefix: Path) -> list[Cut]:
    data = document.data
    for key in prefix:
        data = data[key]
    return list(cuts(data, prefix))


def _without_brackets(document: Document, at_path: Mapping[Path, ErrorDetails]) -> dict[Path, list[Path]]:
    """Lists that lack their brackets: in `{between: 0, 1}`, 1 is a key without a value. The place of each, and those of
    the keys that its rest became."""

    def is_rest(key: Path) -> bool:
        return key in at_path and at_path[key]["type"] == "extra_forbidden" and at_path[key]["input"] is None

    found = {}
    for path, detail in at_path.items():
        if _EXPECTED.get(detail["type"]) == "a list" and path in document.keys:
            beside = [key for key in document.keys if key[:-1] == path[:-1]]
            rest = [*itertools.takewhile(is_rest, beside[beside.index(path) + 1 :])]
            if rest:
                found[path] = rest
    return found


def _mistyped(
    model: type[BaseModel], prefix: Path, at_path: Mapping[Path, ErrorDetails], common: Sequence[str]
) -> set[Path]:
    """The missing keys that are there under a name like theirs: the unknown key says so, once."""
    unknown = [path for path, detail in at_path.items() if detail["type"] == "extra_forbidden"]
    meant = {(*path[:-1], closest(str(path[-1]), _known(model, prefix, path, common))) for path in unknown}
    return {path for path, detail in at_path.items() if detail["type"] == "missing" and path in meant}


def _known(model: type[BaseModel], prefix: Path, path: Path, common: Sequence[str]) -> list[str]:
    """The keys that may stand where the one at `path` does."""
    fields = _model_at(model, path[len(prefix) : -1]).model_fields
    own = [field.alias or key for key, field in fields.items()]
    return list(dict.fromkeys([*(common if path[:-1] == prefix else ()), *own]))


def _path(document: Document, prefix: Path, loc: tuple[str | int, ...]) -> Path:
    """The part of pydantic's location that stands in the file: names of union members are left out."""
    path = prefix
    for item in loc:
        if (*path, item) in document.values:
            path = (*path, item)
    return path


def _note(
    document: Document,
    detail: ErrorDetails,
    model: type[BaseModel],
    prefix: Path,
    path: Path,
    common: Sequence[str],
) -> None:
    kind = detail["type"]
    name = next((item for item in reversed(path) if isinstance(item, str)), "")
    place = document.values.get(path)
    if kind in ("too_short", "too_long") or (kind == "missing" and isinstance(detail["loc"][-1], int)):
        document.problem(f"`{name}` has too {'many' if kind == 'too_long' else 'few'} items", place)
    elif kind == "string_pattern_mismatch":
        expected = _description(model, path[len(prefix) :]).strip(": ")
        expected = expected or f"text of the form {detail['ctx']['pattern']}"
        document.problem(f"`{name}` must be {expected}", place)
    elif kind == "missing":
        owner = document.values.get(path[:-1])
        document.problem(
            f"`{name}` is missing",
            Place(owner.line, owner.column, 1) if owner else None,
            remedy=f"add `{name}: …`{_description(model, path[len(prefix) :])}",
        )
    elif kind == "extra_forbidden":
        known = _known(model, prefix, path, common)
        document.problem(
            f"unknown key {name!r}",
            document.keys.get(path),
            "" if name in _ELSEWHERE else did_you_mean(name, known).removeprefix("; "),
            _ELSEWHERE.get(name) or f"keys here are {', '.join(known)}",
        )
    elif kind in _EXPECTED:
        value = detail["input"]
        number = kind == "string_type" and type(value) in (int, float)
        written = _written(document, place) or str(value)
        single = _EXPECTED[kind] == "a list" and isinstance(value, (str, int, float))
        document.problem(
            f"`{name}` must be {_EXPECTED[kind]}",
            place,
            f"this is {_called(value)}",
            f'quote it: "{written}"' if number else f"write {name}: [{written}]" if single else "",
        )
    else:
        context = detail.get("ctx") or {}
        column = context.get("column", 0)
        if "key" in context:
            name = str(context["key"])
            place = document.values.get((*path, name), place)
        if place and column and place.length > 1 and isinstance(detail["input"], str):
            quoted = _written(document, place)[:1] in ("'", '"')
            place = Place(place.line, place.column + column + quoted, 1)
        if "name" in context:
            place = _use_of(context["name"], document, (*path, name) if "key" in context else path, place)
            if place and column and place.length > 1:
                place = Place(place.line, place.column + column, 1)
        text = detail["msg"].removeprefix("Value error, ")
        remedy = str(context.get("remedy", ""))
        document.problem(f"`{name}`: {text[:1].lower()}{text[1:]}" if name else text, place, remedy=remedy)


def _use_of(name: str, document: Document, path: Path, place: Place | None) -> Place | None:
    """Where a name, or a formula, stands in what is at `path`, or below it in a mapping or list; else the `place`."""
    below = [
        one for places in (document.values, document.keys) for deeper, one in places.items()
        if deeper[: len(path)] == path and len(deeper) > len(path)
    ]  # fmt: skip
    for one in [*below, place]:
        used = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", _written(document, one))
        if one and used:
            return Place(one.line, one.column + used.start(), len(used[0]))
    return place


def _written(document: Document, place: Place | None) -> str:
    if place is None:
        return ""
    return document.text.splitlines()[place.line][place.column : place.column + place.length]


def _called(value: Any) -> str:
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping of keys",
        type(None): "empty",
    }
    return names.get(type(value), type(value).__name__)


def _description(model: type[BaseModel], path: Path) -> str:
    fields = _model_at(model, path[:-1]).model_fields
    field = fields.get(str(path[-1]))
    return f": {field.description}" if field is not None and field.description else ""


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model that validates the data at `path` below `model`."""
    for item in path:
        field = model.model_fields.get(str(item))
        if field is not None:
            model = _inner_model(field.annotation) or model
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in typing.get_args(annotation):
        if found := _inner_model(part):
            return found
    return None
