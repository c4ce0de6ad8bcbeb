"""The check kind `source`: rules about the text of a file, such as that a function uses no loop.

Only what the text shows for certain is wrong; where a name is computed, or a function comes from elsewhere, a person
decides.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from grader.base.text import closest, did_you_mean, enumerate_names, escape_controls, plural, pointed
from grader.checks import absent, failures
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.notebook_places import place as place_of
from grader.checks.notebook_places import shown_line
from grader.checks.spec_fields import refuse
from grader.model import Evidence, Verdict
from grader.sandbox.requests import MissingName, StudentException
from grader.sandbox.source_rules import SourcePlace, SourceRules
from grader.worker.source_rules import CONSTRUCTS

SLIP = 0.65  # similarity (difflib's ratio) of `fro` to `for`; `forward`, which may be a function of the file, has 0.6
MOST_SHOWN = 3  # places in a sentence; a caret points to the first
LOOPS = ("for", "while", "comprehension")
_WORD = re.compile(r"\.?[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)?")
_CALLED = {"for": "a `for` loop", "while": "a `while` loop", "comprehension": "a comprehension", "if": "an `if`",
           "lambda": "a `lambda`", "try": "a `try`"}  # fmt: skip

answer_form, planned, plan = absent.answer_form, absent.planned, absent.plan
files, form, pairs, derives = absent.files, absent.form, absent.pairs, absent.derives


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Spec(CheckSpec):
    """What a part of a file must not use, and what it must call. A word is a construct (`for`, `while`,
    `comprehension`, `lambda`, `if`, `try`), a builtin function, a function by its whole name, as in `numpy.exp`, or a
    method of any object, as in `.sum`."""

    kind: Literal["source"]
    inside: Words = Field(
        [],
        alias="in",
        description="functions, classes or Class.method, with what they call; without it, the whole file",
    )
    forbids: list[str] = Field([], description="what must not be used there")
    calls: list[Words] = Field([], description="what must be called there; of a list in it, any one")
    hint: str = Field("", description="what to do about it, in one sentence for the student")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if not self.forbids and not self.calls:
            refuse("kind", "a source check needs `forbids` or `calls`")
        for name in self.inside:
            if not _NAME.fullmatch(name):
                refuse("in", f"{name!r} is no function, class or Class.method")
        for word in self.forbids:
            _check_word("forbids", word)
        for group in self.calls:
            if not group:
                refuse("calls", "an empty list names nothing that can be called")
            for word in group:
                if word in CONSTRUCTS:
                    refuse("calls", f"`{word}` is not called: only functions are")
                _check_word("calls", word)
        return self

    @property
    def rules(self) -> SourceRules:
        """What a worker is asked."""
        return SourceRules(tuple(self.inside) or ("",), tuple(self.forbids), tuple(map(tuple, self.calls)))


def _check_word(key: str, word: str) -> None:
    """Raises a validation error for a word that means nothing, as far as that can be known here."""
    if not _WORD.fullmatch(word):
        refuse(key, f"{word!r} is no construct and no name of a function", "write names as in `numpy.exp` or `.sum`")
    top, *names = word.split(".")
    if top == "np":
        refuse(key, f"`{word}` must have its whole name", f"write `numpy{word[2:]}`")
    if top == "numpy":
        found: Any = np
        for name in names:
            if not hasattr(found, name):
                refuse(key, f"numpy has no `{'.'.join(names)}`{did_you_mean(name, dir(found))}")
            found = getattr(found, name)
        return
    known = {*CONSTRUCTS, *_builtin_functions()}
    if not names and word not in known and (near := closest(word, known, SLIP)):
        refuse(key, f"unknown word `{word}`; did you mean `{near}`?", "write a function of the file as `module.name`")


def _builtin_functions() -> Iterable[str]:
    return (name for name in dir(builtins) if not name.startswith("_") and name[0].islower())


def targets(spec: Spec) -> list[str]:
    """What is looked at: while it is a stub, nothing can be said of it."""
    return list(spec.inside)


def run(spec: Spec, context: CheckContext) -> Finding:
    """Wrong where the text shows that a rule is broken, correct where it shows that all are kept."""
    unwritten = _unwritten(spec, context)
    if unwritten is not None:
        return unwritten
    facts = context.reader.rules(context.file, context.sources, spec.rules)
    if isinstance(facts, StudentException):
        return Finding.of_failure(facts, context.file, context.sources)
    if facts.missing:
        return Finding.of_failure(MissingName("", facts.missing[0], facts.known, 0), "", context.sources)
    broken = [(word, place) for word, place, sure in facts.found if sure]
    if broken:
        return _forbidden(spec, broken, context)
    hidden = [place for place, runs_text in facts.hidden if runs_text or not set(spec.forbids) <= CONSTRUCTS.keys()]
    for group, called in zip(spec.calls, facts.called, strict=True):
        if called is False and not facts.hidden:
            return _not_called(spec, group, context)
    open_ = [place for _, place, _ in facts.found] + hidden
    if not facts.read:
        return Finding(Verdict.NEEDS_REVIEW, 0.0, f"the text of {context.file} could not be followed")
    if open_:
        message = f"the text does not tell whether {_shown(open_[:1], context)} does what is not allowed{_where(spec)}"
        return Finding(Verdict.NEEDS_REVIEW, 0.0, message, evidence=_evidence(open_[0], context))
    for group, called in zip(spec.calls, facts.called, strict=True):
        if not called:
            message = f"the text does not tell whether {_either(group)} is called{_where(spec)}"
            places = [place for place, _ in facts.hidden]
            evidence = _evidence(places[0], context) if places else Evidence()
            return Finding(Verdict.NEEDS_REVIEW, 0.0, message, evidence=evidence)
    return CORRECT


def _unwritten(spec: Spec, context: CheckContext) -> Finding | None:
    """The finding where what is looked at is a stub, which breaks no rule and keeps none."""
    functions = context.reader.outline(context.file, context.sources[context.file], context.template)
    if not isinstance(functions, dict):
        return None
    text = failures.as_stub(spec.inside, functions, context.file, context.notebooks)
    for name in spec.inside or [""]:
        stubs = [one.stub for path, one in functions.items() if not name or path.startswith(f"{name}.")]
        if not text and stubs and all(stubs):
            text = f"nothing in {f'`{name}`' if name else context.file} is written yet"
    return Finding(Verdict.MISSING, 0.0, text) if text else None


def _forbidden(spec: Spec, broken: Sequence[tuple[str, SourcePlace]], context: CheckContext) -> Finding:
    word, first = broken[0]
    places = [place for other, place in broken if other == word]
    others = [other for other in dict.fromkeys(other for other, _ in broken) if other != word]
    message = f"{_named(word)} is not allowed{_where(spec)}: {_shown(places, context)}"
    if others:
        message += f"; nor is {enumerate_names([_named(other) for other in others], 'or')}"
    return Finding.wrong(message, _evidence(first, context), spec.hint or _remedy(word, first, spec))


def _not_called(spec: Spec, group: Sequence[str], context: CheckContext) -> Finding:
    message = f"{_either(group)} is not called{_where(spec) or f' in {context.file}'}"
    return Finding.wrong(
        message, hint=spec.hint or f"Call {_either(group)} there, or in a function that is called there."
    )


def _remedy(word: str, place: SourcePlace, spec: Spec) -> str:
    inside = place.function in spec.inside or not spec.inside or any(
        place.function.startswith(f"{name}.") for name in spec.inside
    )  # fmt: skip
    what = "" if inside else f"`{escape_controls(place.function)}` is called there, and belongs to it. "
    if word in LOOPS:
        return f"{what}Compute with whole arrays instead: numpy's operators and functions take all entries at once."
    return f"{what}Write it without {_named(word)}."


def _named(word: str) -> str:
    return _CALLED.get(word, f"`{word}`")


def _either(group: Sequence[str]) -> str:
    return enumerate_names([f"`{word}`" for word in group], "or")


def _where(spec: Spec) -> str:
    return f" in {enumerate_names([f'`{name}`' for name in spec.inside])}" if spec.inside else ""


def _shown(places: Sequence[SourcePlace], context: CheckContext) -> str:
    """The first places in words, each line once."""
    lines = list(dict.fromkeys(place_of(escape_controls(one.file), one.line, context.notebooks) for one in places))
    if len(lines) <= MOST_SHOWN:
        return enumerate_names(lines)
    return f"{', '.join(lines[:MOST_SHOWN])} and {plural(len(lines) - MOST_SHOWN, 'more line')}"


def _evidence(place: SourcePlace, context: CheckContext) -> Evidence:
    """The line, with carets below what is meant."""
    source = failures.line_of(context.sources, place.file, place.line, strip=False)
    if not source:
        return Evidence()
    where = f"{escape_controls(place.file)}:{place.line}"
    function = f"  {escape_controls(place.function)}" if place.function else ""
    width = min(place.width, max(1, len(source) - place.column + 1))
    number = shown_line(place.file, place.line, context.notebooks)
    return Evidence(place=where + function, snippet=pointed(source, number, place.column, width))
