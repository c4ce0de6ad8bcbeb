"""The JSON Schema of an exercise file, for editors: completion, and errors while typing."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from grader.checks import KINDS
from grader.course.spec import CheckHead, ExerciseSpec


def exercise_schema() -> dict[str, Any]:
    """An exercise file: its own keys, and for each check the keys of every check and of its kind."""
    schema = ExerciseSpec.model_json_schema()
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    head = TypeAdapter(CheckHead).json_schema()
    kinds = []
    for name, kind in KINDS.items():
        own = kind.Spec.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(own.pop("$defs", {}))
        own["properties"] = {**head["properties"], **own["properties"]}
        own["required"] = sorted({*head["required"], *own["required"]})
        own["title"] = name
        definitions[f"check-{name}"] = own
        kinds.append({"$ref": f"#/$defs/check-{name}"})
    schema["properties"]["checks"]["items"] = {"oneOf": kinds}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "An exercise of a course"}
