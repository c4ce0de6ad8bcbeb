"""results.json: the Report as strict JSON, written and read, and its JSON Schema."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.base.atomic_write import whole_file
from grader.base.text import escape_controls
from grader.model import ExerciseResult, GraderError, Report

if TYPE_CHECKING:
    from pydantic import TypeAdapter

NAME = "results.json"
SCHEMA = 1
# Bounds the memory that reading a foreign file takes: far above any report (73 KB for the bundled course).
MAX_BYTES = 64 << 20
IDENTITY = {"course": {"title", "digest"}, "submission": {"name", "digest"}}


def write(report: Report, folder: Path) -> Path:
    """Writes results.json into `folder`."""
    return whole_file(folder / NAME, text(report))


def text(report: Report) -> str:
    """The report as JSON text, a line for each exercise; without NaN or infinity: every value that could be one is
    shown as text."""
    # Python's encoder is ten times as fast without indentation: this gives a reader lines all the same.
    parts = {name: _encode(part) for name, part in _plain(replace(report, exercises=())).items()}
    parts["exercises"] = "".join(["[\n  ", ",\n  ".join(_encode(_plain(one)) for one in report.exercises), "\n ]"])
    lines = ",\n ".join(f"{_encode(name)}: {part}" for name, part in parts.items())
    return f"{{\n {lines}\n}}\n"


def read(folder: Path) -> Report:
    """The report that was written into `folder`, without fields that only a later grader knows.

    Raises GraderError where there is none, and for a file that is not a report.
    """
    path = folder / NAME
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        return parsed(data)
    except (FileNotFoundError, NotADirectoryError):
        raise GraderError(
            f"there is no results.json in {escape_controls(str(folder))}: give the folder of a report (if the reports "
            "of a sheet have moved, use --into)"
        ) from None
    except (OSError, ValueError) as error:
        raise bad_results(path, error) from None


def parsed(data: bytes) -> Report:
    """The Report in the bytes of a results.json. Raises ValueError with the reason for anything else."""
    from pydantic import ValidationError

    if len(data) > MAX_BYTES:
        raise ValueError(f"{NAME} is larger than {MAX_BYTES >> 20} MiB")
    try:
        content = json.loads(data, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not valid JSON ({error})") from None
    number = content.get("schema") if isinstance(content, dict) else None
    if isinstance(number, int) and number > SCHEMA:
        raise ValueError(f"it was made by a newer grader (schema {number})")
    try:
        report = _form().validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{place}: {first['msg']}") from None
    for part, keys in (("course", report.course), ("submission", report.submission)):
        for name in IDENTITY[part] - keys.keys():
            raise ValueError(f"{part}.{name}: missing field")
    return report


def _plain(value: Any) -> Any:
    """As `dataclasses.asdict`, which takes four times as long: it copies every text and number."""
    kind: Any = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if kind is dict:
        return {key: _plain(item) for key, item in value.items()}
    names = _names(kind)
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


_ATOMS = frozenset((str, int, float, bool, type(None)))


@functools.cache
def _names(kind: Any) -> tuple[str, ...] | None:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def exercise_text(result: ExerciseResult) -> bytes:
    """One exercise's result as JSON."""
    return _encode(_plain(result)).encode("utf-8", "surrogatepass")


def exercise_of(data: bytes) -> ExerciseResult:
    """The result in JSON that `exercise_text` made. Raises ValueError for anything else."""
    return _exercise_form().validate_python(json.loads(data.decode("utf-8", "surrogatepass")))


@functools.cache
def _exercise_form() -> TypeAdapter[ExerciseResult]:
    from pydantic import TypeAdapter

    return TypeAdapter(ExerciseResult)


@functools.cache
def _form() -> TypeAdapter[Report]:
    from pydantic import TypeAdapter

    return TypeAdapter(Report)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def schema() -> dict[str, Any]:
    """The JSON Schema of results.json, made from the Report itself. Fields are only ever added."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "results.json of autodiff-grader",
        **_form().json_schema(mode="serialization"),
    }


def no_reports(path: Path) -> GraderError:
    """The error for a folder without a report, in itself or in a folder inside."""
    return GraderError(
        f"{escape_controls(str(path))} holds no results.json and none of its folders does: give the folder that "
        "`grade --out` wrote"
    )


def bad_results(path: Path, error: Exception) -> GraderError:
    """The error for a results.json that cannot be read."""
    why = getattr(error, "strerror", None) or error
    return GraderError(
        f"cannot read {escape_controls(str(path))}: {escape_controls(str(why))}; grade the submission again"
    )
