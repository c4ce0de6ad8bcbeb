"""The JSON Schemas of an exercise file and of course.yaml, for editors: completion, and errors while typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from grader.checks import KINDS
from grader.course.spec import CheckHead, CourseSpec, ExerciseSpec

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Without a title for each key, which would only repeat it."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(model: type[BaseModel]) -> Schema:
    """The schema of one model."""
    return model.model_json_schema(schema_generator=_Untitled)


def exercise_schema() -> Schema:
    """An exercise file: its own keys, and for each check the keys of every check and of its kind.

    The kind decides by `if` and `then`: so an editor marks the one key that is wrong, where alternatives would make it
    mark the whole check, and offers the keys of this kind alone.
    """
    schema = schema_of(ExerciseSpec)
    definitions: Schema = schema.setdefault("$defs", {})
    head = schema_of(CheckHead)
    shared = {**head["properties"], "kind": head["properties"]["kind"] | {"enum": sorted(KINDS)}}
    by_kind = []
    for name, kind in KINDS.items():
        own = schema_of(kind.Spec)
        definitions.update(own.pop("$defs", {}))
        own["properties"] = {**own["properties"], **shared, "kind": {"const": name}}
        own["required"] = sorted({*head["required"], *own["required"]})
        definitions[f"check-{name}"] = own | {"title": name}
        asked = {"properties": {"kind": {"const": name}}, "required": ["kind"]}
        by_kind.append({"if": asked, "then": {"$ref": f"#/$defs/check-{name}"}})
    checks = schema["properties"]["checks"]
    checks["items"] = {
        "type": "object", "properties": shared, "required": head["required"], "allOf": by_kind,
    }  # fmt: skip
    return {"$schema": DIALECT, **schema, "title": "An exercise of a course"}


def course_schema() -> Schema:
    """course.yaml."""
    return {"$schema": DIALECT, **schema_of(CourseSpec), "title": "course.yaml"}


SCHEMAS: Mapping[str, Callable[[], Schema]] = {"exercise": exercise_schema, "course": course_schema}
"""The schemas by what they are of."""
