"""results.json: the Report as strict JSON, and its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.model import Report
from grader.reports import whole_file

NAME = "results.json"


def write(report: Report, folder: Path) -> Path:
    """Writes results.json into `folder`."""
    return whole_file(folder / NAME, text(report))


def text(report: Report) -> str:
    """The report as JSON text, without NaN or infinity: every value that could be one is shown as text."""
    return json.dumps(asdict(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of results.json, made from the Report itself. Fields are only ever added."""
    from pydantic import TypeAdapter

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "results.json of autodiff-grader",
        **TypeAdapter(Report).json_schema(mode="serialization"),
    }
