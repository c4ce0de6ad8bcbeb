"""A course that is graded in no time, submissions for it, and the class's results read back; for tests of classes."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conftest import Files, Graded, write_files

from grader.classroom.run.store import NAME, Store

COURSE = "title: Sums\n{late}"
FIRST = """\
id: "1"
title: Doubling
file: work.py
points: 2
task: Write double(x).
checks:
  - {id: value, claim: double(x) is 2 x, kind: value, points: 2, call: double(x), equals: 2 * x,
     inputs: {x: {between: [1, 5]}}}
wrong:
  - {id: squares, gives: {value: [x ** 2]}, fails: [value], hint: "Twice, not squared."}
"""
SECOND = """\
id: "2"
title: Tripling
file: more.py
points: 3
task: Write triple(x).
checks:
  - {id: value, claim: triple(x) is 3 x, kind: value, points: 3, call: triple(x), equals: 3 * x,
     inputs: {x: {between: [1, 5]}}}
"""
WRITTEN = """\
id: "3"
title: In words
file: answers.yaml
points: 4
task: Say why.
checks:
  - {id: why, claim: why it is so, kind: text, points: 4, answer: why}
"""
DOUBLE = "def double(x):\n    return 2 * x\n"
SQUARE = "def double(x):\n    return x ** 2\n"
TRIPLE = "import helper\n\ndef triple(x):\n    return helper.times(3, x)\n"
HELPER = "def times(n, x):\n    return n * x\n"
RIGHT: Files = {"work.py": DOUBLE, "more.py": TRIPLE, "helper.py": HELPER}
# Grades for about a second of CPU time, so that a run can be met in its middle.
SLOW = DOUBLE + "total = sum(i * i for i in range(8_000_000))\n"


def make_course(folder: Path, late: str = "", written: bool = False) -> Path:
    """The course, with a policy on lateness and a question that a person judges where asked for."""
    files = {"course.yaml": COURSE.format(late=late), "1.yaml": FIRST, "2.yaml": SECOND}
    return write_files(folder, files | ({"3.yaml": WRITTEN} if written else {}))


def make_class(folder: Path, work: Mapping[str, Files]) -> Path:
    """A folder a submission."""
    for name, files in work.items():
        write_files(folder / name, files)
    return folder


def share_salt(one: Path, other: Path) -> None:
    """Makes results that are empty yet draw the inputs of others."""
    with contextlib.closing(Store(one / NAME)) as store:
        salt = store.salt()
    other.mkdir()
    Store(other / NAME).close()
    with contextlib.closing(sqlite3.connect(other / NAME, isolation_level=None)) as base:
        base.execute("INSERT INTO salt VALUES (?)", (salt,))


def gradebook(out: Path) -> dict[str, dict[str, str]]:
    """The lines of gradebook.csv by the submission's name."""
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    return {line["name"]: line for line in csv.DictReader(io.StringIO(text, newline=""))}


def results(out: Path, name: str) -> dict[str, Any]:
    """One submission's results.json."""
    return json.loads((out / name / "results.json").read_text("utf-8"))


def verdicts(report: Mapping[str, Any]) -> Any:
    """A report without what two runs may differ in: times, the command that repeats a check, where it was run."""
    report = json.loads(json.dumps(report))
    del report["isolation"]
    for exercise in report["exercises"]:
        for check in exercise["checks"]:
            del check["seconds"], check["evidence"]["again"]
    return report


Run = Callable[..., Graded]
