"""Writes the JSON Schemas in this folder from the code: `python docs/schemas.py`."""

from __future__ import annotations

import json
from pathlib import Path

from grader.course.schema import exercise_schema
from grader.reports.json_report import schema

if __name__ == "__main__":
    for name, content in {"results": schema(), "exercise": exercise_schema()}.items():
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        Path(__file__).with_name(f"{name}.schema.json").write_text(text, "utf-8")
