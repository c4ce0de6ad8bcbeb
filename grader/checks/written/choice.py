"""The check kind `choice`: a written answer that is one of several, each known by all the ways of saying it."""

from __future__ import annotations

import functools
import re
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.base.normal_form import compatible
from grader.checks import absent
from grader.checks.base import CheckContext, Finding
from grader.checks.spec_fields import FormulaField, check_names, needs_known, refuse
from grader.checks.written.answer import AnswerSpec, Form, WrittenAnswer, find, follows_from, in_doubt, may_follow_from
from grader.checks.written.number import Source, own_numbers
from grader.maths.formula import env_of
from grader.model import Verdict

MAX_TEXT = 8000  # one letter may become eighteen in `plain`; a reason given beside a choice has a few hundred
Ways = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """`correct` names the correct one of `choices`. A choice in `follows` is correct too where its formula of the
    student's own earlier answers is positive."""

    kind: Literal["choice"]
    choices: dict[str, Ways] = Field(min_length=2, description="each choice with the ways of saying it")
    correct: str = Field(description="the right one of the choices")
    given: dict[str, Source] = Field({}, alias="from", description="names for earlier answers of the student")
    follows: dict[str, FormulaField] = Field({}, description="choices that may follow from the earlier answers")
    mistakes: dict[str, str] = Field({}, description="hints for those who chose this one")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        for key, names in (("correct", [self.correct]), ("follows", self.follows), ("mistakes", self.mistakes)):
            for name in names:
                if name not in self.choices:
                    refuse(key, f"{name!r} is not one of the choices: {', '.join(self.choices)}")
        check_names("from", self.given)
        for formula in self.follows.values():
            needs_known("follows", formula.names, self.given)
        said = [plain(way) for ways in self.choices.values() for way in ways]
        if len(set(said)) < len(said):
            refuse("choices", "two choices can be said in the same way")
        return self


class ChoiceForm(Form):
    """The choices. Other ways of saying them are left out: the correct choice has the most of them."""

    kind: Literal["choice"]
    choices: Ways = Field(description="the names of the choices")

    def doubt(self, data: Any) -> str:
        """That it does not name exactly one of them in these words, though the judge may know others."""
        text = plain(data) if isinstance(data, str) and len(data) <= MAX_TEXT else ""
        named = [choice for choice in self.choices if re.search(rf"(?<!\w){re.escape(plain(choice))}(?!\w)", text)]
        exact = text in map(plain, self.choices)
        return "" if exact or len(named) == 1 else f"write one of: {', '.join(self.choices)}"


def form(spec: Spec) -> ChoiceForm:
    """The choices in alphabetical order, without which of them is correct."""
    return ChoiceForm(kind="choice", choices=tuple(sorted(ways[0] for ways in spec.choices.values())))


def run(spec: Spec, context: CheckContext) -> Finding:
    """Finds out which choice is meant; a person marks what names none."""
    written = find(spec.answer, context)
    if not isinstance(written, WrittenAnswer):
        return written
    chosen = _chosen(spec, written.data) if isinstance(written.data, str) else None
    if chosen is None:
        return in_doubt(written, f"it is none of: {', '.join(form(spec).choices)}")
    if chosen == spec.correct:
        return written.finding(Verdict.CORRECT, 1.0)
    own, place = own_numbers(spec.given, context) if chosen in spec.follows else (None, "")
    if own is not None and float(np.real(spec.follows[chosen](env_of(own)))) > 0:
        return written.finding(Verdict.CORRECT, 1.0, follows_from(", ".join(spec.given.values())))
    if place:
        return in_doubt(written, may_follow_from(place))
    return written.finding(Verdict.WRONG, 0.0, "not correct", spec.mistakes.get(chosen, ""))


_LEADING = "or|and|maybe|no|wait|then|later|but|rather|else|false|use|so|is|it is"


def _chosen(spec: Spec, text: str) -> str | None:
    """The choice that a text names: as a whole, or by its part before a comma, a bracket or a reason.

    None where it names no choice, or another one as well: `left, or right` chooses nothing.
    """
    if len(text) > MAX_TEXT:
        return None
    meanings = {_plain_way(way): name for name, ways in spec.choices.items() for way in ways}
    if whole := meanings.get(plain(text)):
        return whole
    first, *behind = re.split(r"[,;:(\n?]|\. |=>|→| because | since | as | - | – | — ", text.strip(), maxsplit=1)
    chosen = meanings.get(plain(first))
    asides = [plain(re.sub(rf"^\W*(?:(?:{_LEADING})[\s,]+)*", "", piece, flags=re.IGNORECASE))
              for piece in re.split(r"[,;:()\n?]|\. | or | and | - | – | — ", "".join(behind))]  # fmt: skip
    return chosen if {meanings.get(aside) for aside in asides} <= {chosen, None} else None


def plain(text: str) -> str:
    """A text without case, quotes, needless spaces and a stop at its end; signs of comparison stand free of spaces."""
    text = re.sub(r"\s+", " ", compatible(text).strip().casefold()).strip("\"'`.!$ ")
    text = re.sub(r"≪|<<|\\ll?t?\b", "<", re.sub(r"≫|>>|\\gg?t?\b", ">", text)).replace("it's", "it is")
    return re.sub(r" ?([<>=]) ?", r"\1", text)


_plain_way = functools.lru_cache(1000)(plain)  # of a course's ways, each for every student
