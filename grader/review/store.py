"""Decisions on disk: reviews.json in the report's folder. Only this module knows its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from grader.base.atomic_write import whole_file
from grader.base.text import escape_controls
from grader.model import GraderError
from grader.review.decision import Decision

NAME = "reviews.json"
SCHEMA = 1


def load(folder: Path) -> list[Decision]:
    """The decisions kept for the report in `folder`, the newest last; none where there is no file.

    Raises GraderError for a file that cannot be read.
    """
    path = folder / NAME
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(path, str(error.strerror or error)) from None
    from pydantic import ValidationError

    from grader.review.file_format import DecisionsFile

    try:
        kept = DecisionsFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise _unreadable(path, f"{place}: {first['msg']}") from None
    if kept.schema_ != SCHEMA:
        raise _unreadable(path, f"it was written by a newer grader (schema {kept.schema_})")
    return [
        Decision(**one.model_dump() | {"comment": escape_controls(one.comment, keep="\n")}) for one in kept.decisions
    ]


def save(folder: Path, decisions: Sequence[Decision]) -> Path:
    """Writes these decisions in place of earlier ones. Raises OSError."""
    content = {"schema": SCHEMA, "decisions": [asdict(decision) for decision in decisions]}
    return whole_file(folder / NAME, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _unreadable(path: Path, why: str) -> GraderError:
    return GraderError(f"cannot read {escape_controls(str(path))}: {escape_controls(why)}; correct it or move it away")
