"""The page reference.md: tables of every key of course files, made from the models that read them."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.checks import KINDS
from grader.course import strict_yaml
from grader.course.files import COURSE_FILE
from grader.course.schema import schema_of
from grader.course.spec import CHECK_KEYS, CheckHead, CourseSpec, ExerciseSpec
from grader.course.student_edition.yaml_text import written
from grader.maths.formula import CONSTANTS, FUNCTIONS

Schema = Mapping[str, Any]
ROOT = Path(__file__).resolve().parent.parent
# Where examples of check kinds come from, in this order: files that tests load.
EXAMPLES = (ROOT / "exercises", ROOT / "docs" / "examples")
HEAD = """\
# Reference: every key

How to use the keys, and why, is in [authors.md](authors.md); a first exercise from nothing is in
[tutorial.md](tutorial.md). `grade schema` prints the same as a JSON Schema, with which an editor completes keys and
marks mistakes. This page is generated from the code: after a change there, run `python docs/schemas.py`.

A *formula* is text such as `x * y + exp(x)`, of numbers and names of inputs. A *call* is text such as `f(x, 2)` or
`Name(x).method(y)`.
"""
FORMULAS = (
    "Formulas of written answers know the constants {} and the functions {}. Those of course files know more: "
    "[formulas.md](formulas.md)."
)
WIDTH = 120
BEFORE_CHECKS = """\
Each entry of `checks` has these keys, and those of its kind.
"""
_WORDS = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "array": "list",
    "object": "mapping", "null": "empty",
}  # fmt: skip


class _Page:
    """The page as it is written, and the models that its tables have named so far, which follow at its end."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.parts: dict[str, Schema] = {}

    def table(self, schema: Schema, without: tuple[str, ...] = ()) -> None:
        """One row for each key of a model."""
        self.parts.update(schema.get("$defs", {}))
        required = schema.get("required", [])
        rows = [(key, one) for key, one in schema.get("properties", {}).items() if key not in without]
        if not rows:
            return
        self.lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        for key, one in rows:
            default = "required" if key in required else _default(one.get("default"))
            meaning = one.get("description") or ("the check's kind" if "const" in one else "")
            self.lines.append(f"| `{key}` | {_cell(self.type(one))} | {_cell(default)} | {_cell(meaning)} |")
        self.lines.append("")

    def type(self, schema: Schema) -> str:
        """What a value is, in words."""
        if "format" in schema:
            return str(schema["format"])
        part = self._part(schema)
        if part:
            return f"[{_name(part['title'])}](#{_name(part['title']).replace(' ', '-')})"
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return _listed([f"`{one}`" for one in schema["enum"]])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                found = [self.type(one) for one in schema[key] if one.get("type") != "null"]
                if "number" in found:
                    found = [one for one in found if one != "whole number"]
                return _listed([*dict.fromkeys(found)])
        if schema.get("additionalProperties") is True:
            return "[checks](#every-check)"
        names = schema.get("type", "object")
        if isinstance(names, list):
            return _listed([_WORDS[name] for name in names])
        return self._of(names, schema)

    def _of(self, name: str, schema: Schema) -> str:
        if name == "array" and "prefixItems" in schema:
            return f"list of {len(schema['prefixItems'])}: {self.type(schema['prefixItems'][0])}"
        if name == "array" and schema.get("items"):
            item = self.type(schema["items"])
            return f"list of ({item})" if " or " in item and "](" not in item else f"list of {item}"
        if name == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            return f"names, each with {self.type(schema['additionalProperties'])}"
        least, most = schema.get("minimum"), schema.get("maximum")
        bounds = f", {least:g} to {most:g}" if least is not None and most is not None else ""
        return _WORDS[name] + bounds

    def _part(self, schema: Schema) -> Schema:
        """The model that a value is read by; empty where it is a plain one."""
        if "$ref" in schema:
            return self.parts[schema["$ref"].rpartition("/")[2]]
        if "properties" in schema:
            return self.parts.setdefault(schema["title"], schema)
        return {}


def page() -> str:
    """The whole page."""
    constants, functions = (", ".join(f"`{name}`" for name in sorted(names)) for names in (CONSTANTS, FUNCTIONS))
    made = _Page()
    formulas = textwrap.fill(FORMULAS.format(constants, functions), WIDTH)
    made.lines = [HEAD, formulas, "", "## course.yaml", ""]
    made.table(schema_of(CourseSpec))
    made.lines += ["## An exercise file", ""]
    made.table(schema_of(ExerciseSpec))
    made.lines += ["## Every check", "", BEFORE_CHECKS]
    made.table(schema_of(CheckHead))
    made.lines += ["## Check kinds", ""]
    for name in sorted(KINDS):
        schema = schema_of(KINDS[name].Spec)
        made.lines += [f"### {name}", "", _paragraph(schema.get("description", "")), ""]
        made.table(schema, ("kind",))
        made.lines += _example(name)
    made.lines += ["## Parts", ""]
    told: set[str] = set()
    while left := sorted(made.parts.keys() - told, key=lambda one: _name(made.parts[one]["title"])):
        for key in left:
            part = made.parts[key]
            made.lines += [f"### {_name(part['title'])}", "", _paragraph(part.get("description", "")), ""]
            made.table(part)
        told |= {*left}
    return re.sub(r"\n{3,}", "\n\n", "\n".join(made.lines)).rstrip() + "\n"


def _example(kind: str) -> list[str]:
    """The shortest check of this kind, from an exercise; nothing where there is none."""
    for folder in EXAMPLES:
        found = [(written({"checks": [check]}), path) for path, check in _checks(folder) if check["kind"] == kind]
        if found:
            text, path = min(found, key=lambda one: len(one[0]))
            return [f"From `{path.relative_to(ROOT).as_posix()}`:", "", "```yaml", text.rstrip(), "```", ""]
    return []


def _checks(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name != COURSE_FILE:
            for check in strict_yaml.read(path.read_text("utf-8"), path.name).data["checks"]:
                yield path, {key: check[key] for key in (*CHECK_KEYS, *check) if key in check}


def _name(title: str) -> str:
    """`KnownFormula` as `known formula`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title.removesuffix("Spec")).lower()


def _paragraph(text: str) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def _listed(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _default(value: Any) -> str:
    return "" if value in (None, "", [], {}) or isinstance(value, dict) else f"`{json.dumps(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
