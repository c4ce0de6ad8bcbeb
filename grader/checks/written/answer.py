"""Written answers: where one is in the file, whether anything is written there, and what its parts are."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from grader.base.text import escape_controls
from grader.checks.base import CheckContext, CheckSpec, Finding
from grader.checks.written.unmatched import Questions, Stray, is_blank, look_up, plain_key
from grader.model import Course, Evidence, Verdict
from grader.model.dataclass import dataclass

MAX_TEXT = 2000  # of an answer of several parts, or with a remark: far above what either takes, cheap to search
MAX_BRACKETS = 4  # around a whole answer, such as [(6, -4)]; more are no notation
Place = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", description="its keys, as in b or c.value")
]


class AnswerSpec(CheckSpec):
    """What every kind of written answer has: the place below the exercise's id where the answer is."""

    answer: Place

    @property
    def part_names(self) -> tuple[str, ...]:
        """The names of the answer's parts, where it has several."""
        return ()


class Form(CheckSpec):
    """How an answer has to be written; nothing in it says which answer is correct. `kind` is the check's."""

    def doubt(self, data: Any) -> str:
        """What cannot be read, or is missing, in an answer; "" where all of it can be read."""
        raise NotImplementedError


def asked_in(course: Course) -> dict[str, dict[str, Questions]]:
    """The questions in each file of written answers, by exercise."""
    found: dict[str, dict[str, list[AnswerSpec]]] = {}
    for exercise in course.exercises:
        for check in exercise.checks:
            if isinstance(check.spec, AnswerSpec):
                found.setdefault(check.file, {}).setdefault(exercise.id, []).append(check.spec)
    return {
        file: {
            id_: Questions(
                tuple(spec.answer for spec in specs),
                {spec.answer: frozenset(map(plain_key, spec.part_names)) for spec in specs},
            )
            for id_, specs in exercises.items()
        }
        for file, exercises in found.items()
    }


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as it was read: a text, a list, or a mapping; `shown` is it in one line, `judged` names it."""

    data: Any
    shown: str
    judged: str

    def finding(
        self, status: Verdict, share: float = 0.0, message: str = "", hint: str = "", evidence: Evidence | None = None
    ) -> Finding:
        """A finding on this answer, with the answer itself as evidence where there is no more."""
        return Finding(
            status, share, message, hint, evidence=evidence or Evidence(answer=self.shown), judged=self.judged
        )


def find(answer: str, context: CheckContext, parts: Sequence[str] = ()) -> WrittenAnswer | Finding:
    """The answer at a place such as `c.value`, where `parts` may be keys; or the finding that there is none to judge.

    It may be missing, it may be hidden in what cannot be read, or something else than a mapping may stand in its place.
    """
    found = context.sheets.read(context.file)
    keys = [context.exercise, *answer.split(".")]
    for count in range(1, len(keys)):
        above = look_up(keys[:count], found.data)
        if not isinstance(above, dict) and not is_blank(above):
            return in_doubt(_written(answer, above), f"expected the key `{keys[count]}`, as in {': '.join(keys)}")
    data = _plain_form(look_up(keys, found.data), parts)
    if not is_blank(data):
        return _written(answer, data)
    if missed := found.missed(context.exercise, answer):
        return _astray(answer, missed, context)
    return Finding(Verdict.MISSING, 0.0, f"not answered yet: `{': '.join(keys)}` in {context.file}")


def _written(answer: str, data: Any) -> WrittenAnswer:
    return WrittenAnswer(data, one_line(data), f"{answer}: {json.dumps(data, sort_keys=True)}")


def other(answer: str, context: CheckContext, parts: Sequence[str] = ()) -> Any:
    """The data of another answer of the same exercise; "" where there is none.

    Where something else is in place of its keys, or the answer may be hidden in it, that is in a list of lists:
    it is not blank, and no kind can read it.
    """
    document = context.sheets.read(context.file)
    keys = [context.exercise, *answer.split(".")]
    above = look_up(keys[:-1], document.data)
    if not isinstance(above, dict) and not is_blank(above):
        return [[above]]
    data = _plain_form(look_up(keys, document.data), parts)
    if is_blank(data) and (missed := document.missed(context.exercise, answer)):
        return [[stray.text for stray in missed]]
    return data


def _plain_form(data: Any, parts: Sequence[str]) -> Any:
    """{5, 6} as a list, since YAML takes it for keys without values; and a list of one text as that text."""
    if isinstance(data, dict) and not any(data.values()) and not {*map(_loose, data)} & {*map(_loose, parts)}:
        data = list(data)
    return data[0] if isinstance(data, list) and len(data) == 1 and isinstance(data[0], str) else data


def parts_of(data: Any, names: Sequence[str]) -> list[Any] | None:
    """The parts of an answer: by name where names stand there, else in order; None where it is unclear which is which.

    Names are compared without case and signs: dz/da, ∂z/∂a and dz_da are one. Texts are cut at commas, or at lines.
    """
    if isinstance(data, str):
        data = _pieces(data, len(names)) if len(data) <= MAX_TEXT else []
    if isinstance(data, list):
        labelled = [_labelled(item, names) for item in data]
        known = [label for label, _ in labelled if label]
        if known and len(known) == len(data) == len({*known}):
            data = dict(labelled)
        elif len(data) != len(names) or any(label and label != _loose(name)
                                            for (label, _), name in zip(labelled, names, strict=True)):  # fmt: skip
            return None
    if not isinstance(data, dict):
        return list(data)
    given = {_loose(name): value for name, value in data.items()}
    found = [given.pop(_loose(name), "") for name in names]
    strange = any(not is_blank(value) for value in given.values())
    return None if strange and any(is_blank(value) for value in found) else found


def _pieces(text: str, count: int) -> list[str]:
    inner = unwrapped(single_spaced(text))
    pieces = re.split(r"\s?[;\n]\s?" if re.search("[;\n]", inner) else r",\s|,(?=\D)|\sand\s", inner.strip(" ;\n"))
    return pieces if len(pieces) == count else [piece.strip() for piece in inner.split(",")]


def _labelled(item: Any, names: Sequence[str]) -> tuple[str, Any]:
    """The part that `u = 4`, `u: 4` or `5 nodes` names, and its value; "" for no name."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(item, dict) and len(item) == 1:
        pairs = list(item.items())
    elif isinstance(item, str):
        start, sign, rest = item.replace(":", "=").partition("=")
        value, _, last = item.strip().rpartition(" ")
        pairs = [(start, rest)] * bool(sign) + [(last, value)]
    loose = {_loose(name) for name in names}
    return next(((_loose(label), value) for label, value in pairs if _loose(label) in loose), ("", item))


def _loose(name: str) -> str:
    return re.sub(r"[\W_]", "", name.replace("∂", "d").casefold())


def single_spaced(data: Any) -> Any:
    """The answer with one space for each run of spaces, a line break where there is one in it: what is then looked
    for with spaces around it is found in linear time."""
    if isinstance(data, dict):
        return {single_spaced(key): single_spaced(value) for key, value in data.items()}
    if isinstance(data, list):
        return [single_spaced(item) for item in data]
    return re.sub(r"\s+", lambda found: "\n" if "\n" in found[0] else " ", data) if isinstance(data, str) else data


def unwrapped(text: str) -> str:
    """The text without brackets that hold all of it: (6, -4) is 6, -4, while (a) + (b) stays."""
    text = text.strip()
    for _ in range(MAX_BRACKETS):
        if text[:1] not in ("(", "[", "{") or text[-1] not in ")]}":
            break
        depth = list(itertools.accumulate((letter in "([{") - (letter in ")]}") for letter in text))
        if 0 in depth[:-1]:
            break
        text = text[1:-1].strip()
    return text


def without_remarks(text: str) -> str:
    """The text without words before and behind that change nothing: about 2.4, x ↦ x², 2.4 (learning rate)."""
    if len(text) > MAX_TEXT:
        return text
    text = re.sub(r"^\s*(?:(?:approx(?:imately|\b\.?)|about|around|roughly|circa|ca\b\.?|return)\s|[~≃≅])\s*", "", text)
    text = re.sub(r"^\s*(?:[^\W\d]\w*\s*(?:->|→|↦|⟼)|lambda\s+\w+\s*:)\s*", "", text)
    whole = text.rstrip(" .\t\r\n")
    if text.rstrip().endswith(","):
        return text.rstrip()[:-1]
    before, bracket, remark = whole.rpartition("(")
    said = (
        bracket and remark.endswith(")") and re.search(r"[^\W\d_]{3}", remark) and not re.search(r"[)\d]", remark[:-1])
    )
    hedged = re.search(r"\b(?:not?|or|oder)\b", remark, re.IGNORECASE)
    return before.rstrip() if said and not hedged else text


def one_line(data: Any) -> str:
    """The answer as it may be shown."""
    if isinstance(data, str):
        return escape_controls(data, keep="\n").strip()
    if isinstance(data, dict):
        return escape_controls(", ".join(f"{name}: {one_line(value)}" for name, value in data.items()))
    return escape_controls(", ".join(one_line(value) for value in data))


def _astray(answer: str, missed: Sequence[Stray], context: CheckContext) -> Finding:
    """The finding that an answer is missing, but may be in a line that cannot be read."""
    text = "\n".join(dict.fromkeys(stray.text for stray in missed))[:MAX_TEXT]
    message = (
        f"this answer may be in line {missed[0].line} of {context.file}, which cannot be read: correct the line, or "
        "your instructor will mark it"
    )
    evidence = Evidence(place=f"{context.file}:{missed[0].line}", answer=one_line(text))
    judged = f"{answer}: {json.dumps(text)}"
    return Finding(Verdict.NEEDS_REVIEW, 0.0, message, evidence=evidence, judged=judged, unread=True)


def in_doubt(written: WrittenAnswer, why: str) -> Finding:
    """An answer that the grader cannot read: a person will, and it is never called wrong."""
    message = (
        f"the grader cannot mark this answer ({why}); your instructor will. For a result now, write it more simply"
    )
    return replace(written.finding(Verdict.NEEDS_REVIEW, 0.0, message), unread=True)


def follows_from(place: str) -> str:
    """What is said of an answer that is correct by an earlier one of the student's own, at this place."""
    return f"correct, since it follows from your own answer to {place}"


def may_follow_from(place: str) -> str:
    """Why an answer is in doubt that may follow from the one at this place."""
    return f"it may follow from your answer to {place}, which cannot be read"
