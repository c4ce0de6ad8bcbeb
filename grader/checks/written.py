"""Written answers: where one stands in the file, whether anything is written there, and what its parts are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from grader import words
from grader.checks.kind import Bench, CheckSpec, Finding
from grader.judge.asking import Unread
from grader.judge.show import clean
from grader.model import Evidence, Verdict

BLANK = {"", "~", "null", "none", "...", "…", "?", "-", "todo", "tbd"}
Place = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", description="its keys, as in b or c.value")
]


class AnswerSpec(CheckSpec):
    """What every kind of written answer has: the place below the exercise's id where the answer stands."""

    answer: Place


@dataclass(frozen=True)
class Written:
    """An answer as it was read: a text, a list, or a mapping; `shown` is it in one line, `judged` names it."""

    data: Any
    shown: str
    judged: str

    @property
    def evidence(self) -> Evidence:
        """The answer itself, to stand in a report."""
        return Evidence(answer=self.shown)


def find(answer: str, bench: Bench) -> Written | Finding:
    """The answer at a place such as `c.value`; or the finding that it is missing, or that the file is unreadable."""
    document = bench.document()
    if isinstance(document, Unread):
        return _unreadable(document, bench)
    if not isinstance(document, dict) and not is_blank(document):
        message = words.ANSWERS_NO_MAPPING.format(file=bench.file, id=bench.exercise)
        return Finding(Verdict.CRASHED, 0.0, message, importable=False)
    data = look_up([bench.exercise, *answer.split(".")], document)
    if is_blank(data):
        place = f"{bench.exercise}: {answer.replace('.', ': ')}"
        return Finding(Verdict.MISSING, 0.0, words.NOT_ANSWERED.format(place=place, file=bench.file))
    return Written(data, one_line(data), f"{answer}: {json.dumps(data, sort_keys=True)}")


def other(answer: str, bench: Bench) -> Any:
    """The data of another answer of the same exercise; "" where there is none."""
    document = bench.document()
    if isinstance(document, Unread):
        return ""
    return look_up([bench.exercise, *answer.split(".")], document)


def look_up(keys: Sequence[str], data: Any) -> Any:
    """The data below the keys, which are compared without case and without a bracket or dot behind: `A)` is a."""
    for key in keys:
        if not isinstance(data, dict):
            return ""
        data = next((value for name, value in data.items() if _plain_key(name) == _plain_key(key)), "")
    return data


def _plain_key(name: str) -> str:
    return re.sub(r"[\s)(.:]+$", "", name.strip().strip("(").casefold())


def is_blank(data: Any) -> bool:
    """Whether nothing is written: an empty text, a placeholder, or only such."""
    if isinstance(data, str):
        return data.strip().casefold() in BLANK
    values = data.values() if isinstance(data, dict) else data
    return all(is_blank(value) for value in values)


def parts_of(data: Any, names: Sequence[str]) -> list[Any] | None:
    """The parts of an answer: by name from a mapping, in order from a list or from a text with commas; else None."""
    if isinstance(data, dict):
        return [look_up([name], data) for name in names]
    if isinstance(data, str):
        inner = data.strip().strip("()[]")
        pieces = re.split(r"[;\n]" if ";" in inner else r",\s+|,(?=\D)|\s+and\s+", inner)
        if len(pieces) != len(names):
            pieces = inner.split(",")
        data = [piece.strip() for piece in pieces]
    return data if len(data) == len(names) else None


def one_line(data: Any) -> str:
    """The answer as it may be shown."""
    if isinstance(data, str):
        return clean(data, keep="\n").strip()
    if isinstance(data, dict):
        return clean(", ".join(f"{name}: {one_line(value)}" for name, value in data.items()))
    return clean(", ".join(one_line(value) for value in data))


def _unreadable(fault: Unread, bench: Bench) -> Finding:
    place = f"{bench.file}:{fault.line}:{fault.column}"
    lines = bench.sources[bench.file].splitlines()
    source = clean(lines[fault.line - 1][:200]) if 0 < fault.line <= len(lines) else ""
    caret = " " * max(0, min(fault.column - 1, len(source))) + "^"
    snippet = f"{fault.line:5} | {source}\n      | {caret}" if source else ""
    message = words.ANSWERS_UNREADABLE.format(file=bench.file, line=fault.line, column=fault.column, why=fault.why)
    return Finding(
        Verdict.CRASHED, 0.0, message, words.ANSWERS_HELP, evidence=Evidence(place=place, snippet=snippet),
        importable=False,
    )  # fmt: skip


def in_doubt(written: Written, why: str) -> Finding:
    """An answer that the grader cannot read: a person will, and it is never called wrong."""
    return Finding(
        Verdict.NEEDS_REVIEW, 0.0, words.ANSWER_UNREADABLE.format(why=why), evidence=written.evidence,
        judged=written.judged,
    )  # fmt: skip
