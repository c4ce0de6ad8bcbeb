"""The schemas and the reference of keys: what the code reads, no more and no less."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT, Graded

from grader.checks import KINDS
from grader.course.schema import SCHEMAS
from grader.course.starter.new_course import new_course

DOCS = ROOT / "docs"
GENERATED = ("results.schema.json", "exercise.schema.json", "course.schema.json", "reference.md")
EXERCISES = [path for folder in ("exercises", "docs/examples") for path in sorted((ROOT / folder).glob("*.yaml"))]
# Mistakes that a course's author makes, as changes of the exercise of a new course, and the key that is marked.
MISTAKES = {
    "kind": ("kind: gradient", "kind: gradients", "kind"),
    "point": ("points: 4  ", "point: 4  ", ""),
    "hint-of-a-check": ("    kind: gradient", "    kind: gradient\n    hint: Look.", "1"),
    "key-of-another-kind": ("    kind: value", "    kind: value\n    backward: cube_backward(x, g)", "0"),
    "no-inputs": ("    inputs: *numbers\n", "", "1"),
    "no-equals": ("    equals: x ** 3\n", "", "0"),
    "list-of-formulas": ("equals: x ** 3", 'equals: ["x ** 3", "x"]', "equals"),
    "fails-is-text": ("fails: [value]", "fails: value", "fails"),
    "between-is-text": ("between: [0.3, 3]", "between: 0.3", "between"),
    "id-is-a-number": ('id: "1"', "id: 1", "id"),
    "points-are-text": ("points: 4  ", "points: four", "points"),
    "unknown-sign": ("sign: any", "sign: both", "sign"),
    "no-claim": ("    claim: cube(x) returns x to the power of 3\n", "", "0"),
}


def flat(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a schema with what is said of it."""
    if isinstance(schema, dict):
        for key, one in schema.get("properties", {}).items() if isinstance(schema.get("properties"), dict) else ():
            yield f"{path}.{key}", one
        for key, one in schema.items():
            if key != "if":
                yield from flat(one, f"{path}.{key}" if key not in ("properties", "$defs") else path)
    elif isinstance(schema, list):
        for one in schema:
            yield from flat(one, path)


@pytest.fixture
def exercise(tmp_path: Path) -> str:
    """The text of the exercise of a new course."""
    new_course(tmp_path / "course", "")
    return (tmp_path / "course" / "01-cube.yaml").read_text("utf-8")


def test_what_is_generated_is_up_to_date(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DOCS / "schemas.py", "--out", tmp_path], check=True, cwd=ROOT)
    for name in GENERATED:
        old, new = ((folder / name).read_text("utf-8") for folder in (DOCS, tmp_path))
        assert old == new, f"docs/{name} is out of date: run `python docs/schemas.py`"


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_every_file_of_a_course_fits_its_schema(path: Path) -> None:
    schema = SCHEMAS["course" if path.name == "course.yaml" else "exercise"]()
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), schema)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_does_not_fit_and_the_right_key_is_marked(name: str, exercise: str) -> None:
    old, new, marked = MISTAKES[name]
    assert exercise.count(old) >= 1
    validator = jsonschema.Draft202012Validator(SCHEMAS["exercise"]())
    assert validator.is_valid(yaml.safe_load(exercise))
    errors = [*validator.iter_errors(yaml.safe_load(exercise.replace(old, new, 1)))]
    assert errors
    for error in errors:  # `context` is where alternatives lead; the place itself is what an editor marks
        assert str([*error.absolute_path, ""][-2] if error.absolute_path else "") == marked, error


@pytest.mark.parametrize(("old", "new"), [("title:", "titel:"), ("template: template", "template: [a]")])
def test_a_mistake_in_course_yaml_does_not_fit(old: str, new: str, tmp_path: Path) -> None:
    new_course(tmp_path / "course", "")
    text = (tmp_path / "course" / "course.yaml").read_text("utf-8")
    validator = jsonschema.Draft202012Validator(SCHEMAS["course"]())
    assert validator.is_valid(yaml.safe_load(text))
    assert not validator.is_valid(yaml.safe_load(text.replace(old, new)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_says_what_it_means(name: str) -> None:
    silent = [key for key, one in flat(SCHEMAS[name]()) if "description" not in one and "const" not in one]
    assert not silent


def test_the_reference_has_a_table_for_every_kind_and_an_example_of_those_of_the_course() -> None:
    page = (DOCS / "reference.md").read_text("utf-8")
    used = {check["kind"] for path in EXERCISES for check in yaml.safe_load(path.read_text("utf-8")).get("checks", ())}
    for name, kind in KINDS.items():
        part = re.split(r"\n###? ", page.split(f"\n### {name}\n")[1])[0]
        for key, field in kind.Spec.model_fields.items():
            assert key == "kind" or f"| `{field.alias or key}` |" in part
        assert ("```yaml" in part) == (name in used), (
            f"add an exercise with a check of the kind {name} to docs/examples/"
        )


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_command_prints_or_writes_a_schema(name: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    printed = run("schema", name)
    assert printed.code == 0 and json.loads(printed.out) == SCHEMAS[name]()
    written = run("schema", name, "--out", "a b.json")
    assert (written.code, written.out) == (0, "a b.json\n")
    assert (tmp_path / "a b.json").read_text("utf-8") == printed.out
    lost = run("schema", name, "--out", "nowhere/x.json")
    assert lost.code == 2 and lost.err.startswith("error: cannot write into nowhere/x.json")
