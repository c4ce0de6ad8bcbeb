"""Writes what is generated from the code into this folder: the JSON Schemas and the reference of all keys.

Run `python docs/schemas.py` after a change of the keys of course files; `--out DIR` writes into another folder.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import reference
from grader.course.schema import course_schema, exercise_schema
from grader.reports.json_report import schema

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the JSON Schemas and reference.md.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="DIR")
    out = parser.parse_args().out
    for name, content in {"results": schema(), "exercise": exercise_schema(), "course": course_schema()}.items():
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (out / f"{name}.schema.json").write_text(text, "utf-8")
    (out / "reference.md").write_text(reference.page(), "utf-8")
